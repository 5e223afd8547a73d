"""What a run was made with, in words, and the text in which it is searched for."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_lib.metadata.store import CodeVersion, RunEnvironment, RunRecord
from pipeline_lib.render.wording import counted

CODE = "code"
"""Name of the row that tells the version of the code."""

_DIGITS = 8


def made_with(run: RunRecord) -> dict[str, str]:
    """Code, Python, system and packages by name; `a, then b` where the run was resumed with b."""
    told: dict[str, list[str]] = {}
    for environment in run.environments:
        for name, words in _rows(environment):
            versions = told.setdefault(name, [])
            if words not in versions[-1:]:
                versions.append(words)
    return {name: ", then ".join(versions) for name, versions in told.items()}


def _rows(environment: RunEnvironment) -> Iterator[tuple[str, str]]:
    if environment.code is not None:
        yield CODE, code_words(environment.code)
    yield "Python", environment.python
    yield "system", environment.system
    yield "cores", str(environment.cores)
    yield "pipeline_lib", environment.pipeline_lib
    yield from environment.packages.items()


def environment_line(environment: RunEnvironment) -> str:
    """The environment in one line, without packages."""
    cores = counted(environment.cores, "core")
    own = f"pipeline_lib {environment.pipeline_lib}"
    return f"Python {environment.python}, {own}, {environment.system}, {cores}"


def code_words(code: CodeVersion) -> str:
    """`1a2b3c4d on main, dirty`."""
    branch = f" on {code.branch}" if code.branch else ""
    return f"{code.commit[:_DIGITS]}{branch}{', dirty' if code.is_dirty else ''}"


def code_of(run: RunRecord) -> str:
    """The version of a run's code, of the last one where it was resumed with another."""
    code = run.environments[-1].code if run.environments else None
    return "" if code is None else code_words(code)


def is_dirty(run: RunRecord) -> bool:
    """Whether the run's code was not as it was committed."""
    return any(one.code is not None and one.code.is_dirty for one in run.environments)


def search_text(run: RunRecord) -> str:
    """What a run is found by, in lower case."""
    commits = [one.code.commit for one in run.environments if one.code is not None]
    words = [
        run.run_id,
        run.pipeline_name,
        run.state.value,
        *run.tags,
        *(f"{name}={given}" for name, given in run.parameters.items()),
        code_of(run),
        *commits,
        *(f"{note.author} {note.text}" for note in run.notes),
    ]
    return "\n".join(words).lower()
