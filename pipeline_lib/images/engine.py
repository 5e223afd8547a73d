"""Docker or Podman, by their commands, which know the author's engines, accounts and proxies."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline_lib.errors import ImageError
from pipeline_lib.images.failures import failed_build

PROGRAMS = ("docker", "podman")

Tell = Callable[[str], None]
"""Takes a line of progress."""


@dataclass(frozen=True)
class Engine:
    """A program that builds images, and answers."""

    program: str

    def fetch(self, image: str, tell: Tell) -> None:
        """Have an image on this machine, from a registry if need be.

        Raises:
            ImageError: it is neither here nor to be had.
        """
        known = _run([self.program, "image", "inspect", image], lambda line: None)
        if known.ended_well:
            return
        tell(f"Getting the base image {image}")
        pulled = _run([self.program, "pull", image], tell)
        if not pulled.ended_well:
            raise ImageError(
                f"The base image {image!r} is not on this machine, and {self.program} cannot get "
                f"it: {pulled.last_line} Name another one: --base IMAGE."
            )

    def build(self, context: Path, tag: str, tell: Tell) -> None:
        """Build the folder's image.

        Raises:
            ImageError: it cannot be built.
        """
        built = _run([self.program, "build", "--force-rm", "--tag", tag, str(context)], tell)
        if not built.ended_well:
            raise failed_build(built.lines)


@dataclass(frozen=True)
class _Ended:
    """What a command has said and how it ended."""

    lines: list[str]
    ended_well: bool

    @property
    def last_line(self) -> str:
        """What went wrong, as a sentence, where the command failed."""
        said = [line.strip() for line in self.lines if line.strip()]
        return (said[-1] if said else "it says nothing").rstrip(".") + "."


def find_engine(wanted: str = "") -> Engine:
    """The engine of that name; without one Docker, or Podman where Docker does not answer.

    Raises:
        ImageError: none answers.
    """
    reasons = []
    for program in [wanted] if wanted else PROGRAMS:
        if shutil.which(program) is None:
            reasons.append(f"{program} is not installed")
            continue
        answer = _run([program, "info"], lambda line: None)
        if answer.ended_well:
            return Engine(program)
        reasons.append(f"{program} says {answer.last_line!r}")
    raise ImageError(
        f"No engine answers that could build an image: {'; '.join(reasons)}. Start one; or have "
        "the folder written that an engine elsewhere can build: --context DIR."
    )


def _run(command: list[str], tell: Tell) -> _Ended:
    lines = []
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            tell(lines[-1])
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait()
    return _Ended(lines, process.returncode == 0)
