"""What an executor may change in its process and the next node must not find changed."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

_LIMITS = tuple(
    sorted({value for name, value in vars(resource).items() if name.startswith("RLIMIT_")})
)
_IMPORT_SYSTEM = "<frozen importlib._bootstrap>"

_set_by_imports: dict[str, str | None] = {}
"""Environment variables that modules have set, or with `None` removed, while being imported."""


@dataclass(frozen=True)
class ProcessState:
    """The state of this process before an executor runs in it."""

    folder: str
    environment: Mapping[str, str]
    limits: Mapping[int, tuple[int, int]]
    mask: int

    @classmethod
    def now(cls) -> ProcessState:
        """The state as it is."""
        return cls(_working_directory(), dict(os.environ), _limits(), _file_mask())

    def restore(self) -> bool:
        """Make the state what it was; whether that was possible.

        What a module sets in the environment while it is imported stays, since the module stays.
        """
        environment = {**self.environment, **_set_by_imports}
        wanted = {name: value for name, value in environment.items() if value is not None}
        if dict(os.environ) != wanted:
            os.environ.clear()
            os.environ.update(wanted)
        os.umask(self.mask)
        with contextlib.suppress(OSError):  # it may have been removed
            os.chdir(self.folder)
        return self._restore_limits()

    def _restore_limits(self) -> bool:
        now = _limits()
        if now == self.limits:
            return True
        for kind, limits in now.items():
            if limits != self.limits[kind]:
                with contextlib.suppress(OSError, ValueError):
                    resource.setrlimit(kind, self.limits[kind])
        return _limits() == self.limits


def note_what_imports_set() -> None:
    """Note from now on what modules set in the environment while they are imported."""
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("os.putenv", "os.unsetenv") and _is_importing(sys._getframe(1)):
        name = os.fsdecode(arguments[0])
        _set_by_imports[name] = os.fsdecode(arguments[1]) if event == "os.putenv" else None


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT_SYSTEM:
            return True
        frame = frame.f_back
    return False


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return "/"


def _limits() -> dict[int, tuple[int, int]]:
    return {kind: resource.getrlimit(kind) for kind in _LIMITS}


def _file_mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
