"""What is kept of a run so that it is found and understood later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline_lib.errors import AuthoringError

_LONGEST_TAG = 200
"""Characters; with what is before it, it is the name of a property, which databases bound."""


@dataclass(frozen=True)
class CodeVersion:
    """The commit that a run's code was at.

    Attributes:
        commit: its whole id.
        branch: the branch that was checked out; empty if none was.
        is_dirty: whether files that git knows differed from the commit.
    """

    commit: str
    branch: str = ""
    is_dirty: bool = False


@dataclass(frozen=True)
class RunEnvironment:
    """What a run was made with.

    Attributes:
        code: version of the author's code; `None` where there is no git, or it did not tell.
        python: version of Python.
        system: kernel, machine and C library.
        cores: how many the run could use.
        pipeline_lib: version of this library.
        packages: versions of the installed packages that machine learning rests on.
    """

    code: CodeVersion | None = None
    python: str = ""
    system: str = ""
    cores: int = 0
    pipeline_lib: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NoteRecord:
    """What somebody wrote about a run.

    Attributes:
        time: when, in seconds since the epoch.
    """

    text: str
    author: str
    time: float


def refuse_bad_tags(tags: Iterable[str]) -> None:
    """Refuse a tag that nobody could find again, or that a store has no room for.

    Raises:
        AuthoringError: a tag is empty, too long, or of more than one line, or begins or ends with
            a blank.
    """
    for tag in tags:
        is_line = tag.isprintable() and tag.strip() == tag
        if not is_line or not 0 < len(tag) <= _LONGEST_TAG:
            raise AuthoringError(
                f"A tag is a word, or a few, in one line of at most {_LONGEST_TAG} characters "
                f"without blanks around it, got {tag!r}."
            )
