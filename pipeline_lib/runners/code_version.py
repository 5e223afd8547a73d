"""The commit that the author's code is at, asked of git while a run begins."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from pipeline_lib import ir
from pipeline_lib.compiler.first_party import ModuleFinder
from pipeline_lib.metadata.tracking import CodeVersion

_LOG = logging.getLogger(__name__)
_STANDARD_COMPONENTS = "components"

_QUESTION = ("git", "status", "--porcelain=v2", "--branch", "--untracked-files=no")
"""One question for all. What git does not know is not looked for: outputs, data, a virtual
environment; a run would wait for it, and every tree would be dirty."""

_QUIETLY = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
"""It neither locks the repository, which others may be working in, nor asks for anything."""

_OF_ANOTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR")
"""Variables that a git hook, from which a run may be started, has of the repository it is for."""


def code_folder(pipeline: ir.Pipeline) -> str:
    """Where the author's code most likely is: beside the first executor of theirs, else here."""
    finder = ModuleFinder()
    for name in _executor_modules(pipeline.every_node()):
        module = finder.first_party(name)
        if module is not None and module.path:
            return os.path.dirname(os.path.abspath(module.path))
    return os.getcwd()


def _executor_modules(nodes: Iterable[ir.Node]) -> list[str]:
    paths = [getattr(node.executor, "path", "") for node in nodes]
    names = dict.fromkeys(path.partition(":")[0] for path in paths if path)
    return [name for name in names if name.partition(".")[0] != _STANDARD_COMPONENTS]


class AskedGit:
    """Asks git for the version of the code in a folder, and goes on meanwhile.

    Git is not started where the folder is in no repository. Whatever git says, nothing is raised.
    """

    def __init__(self, folder: str) -> None:
        self._git: subprocess.Popen[bytes] | None = None
        self._answer: IO[bytes] | None = None
        self._version: CodeVersion | None = None
        if _is_in_repository(folder):
            with contextlib.suppress(OSError):  # there is no git, or no room for a process
                self._ask(folder)

    def _ask(self, folder: str) -> None:
        # A file, and no pipe that is full when nobody reads it yet.
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - open until `close`
        self._git = subprocess.Popen(
            _QUESTION,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._answer,
            stderr=subprocess.DEVNULL,
            env={**_environment(), **_QUIETLY},
            start_new_session=True,  # Ctrl-C is for the run
        )

    def version(self, patience: float) -> CodeVersion | None:
        """What git says, if it does so within `patience` seconds; `None` if there is no version."""
        if self._git is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._git.wait(patience)
                self._read()
        return self._version

    @property
    def is_pending(self) -> bool:
        """Whether git has not answered yet."""
        return self._git is not None

    def close(self) -> None:
        """Wait for git no longer."""
        if self._git is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._git.pid, signal.SIGKILL)
            self._git.wait()
            self._git = None
        if self._answer is not None:
            self._answer.close()

    def _read(self) -> None:
        assert self._git is not None
        assert self._answer is not None
        if self._git.returncode:
            _LOG.info("git does not tell the version of the code: exit %s", self._git.returncode)
        else:
            self._answer.seek(0)
            self._version = _version(self._answer.read().decode(errors="replace").splitlines())
        self._git = None


def _environment() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}


def _is_in_repository(folder: str) -> bool:
    place = Path(os.path.abspath(folder))
    return any((above / ".git").exists() for above in (place, *place.parents))


def _version(lines: list[str]) -> CodeVersion | None:
    """From `# branch.oid 1a2b`, `# branch.head main`, and a line for each file that differs."""
    told = dict(line.split(" ", 2)[1:] for line in lines if line.startswith("# branch."))
    commit, branch = told.get("branch.oid", "(initial)"), told.get("branch.head", "")
    if commit == "(initial)":  # nothing is committed yet
        return None
    is_dirty = any(not line.startswith("#") for line in lines)
    return CodeVersion(commit, "" if branch == "(detached)" else branch, is_dirty)
