"""What is kept of a run so that it is found and understood later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
