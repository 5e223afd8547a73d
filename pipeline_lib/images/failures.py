"""Why an image could not be built, out of what its engine has said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline_lib.errors import ImageError
from pipeline_lib.images.dockerfile import WRONG_PYTHON

_WRONG_PYTHON = re.compile(rf"{WRONG_PYTHON} (\S+), base image has (\S+)$")
_NO_PYTHON = re.compile(
    r"python3: (command )?not found|No module named (venv|ensurepip)|ensurepip is"
)
_NO_NETWORK = re.compile(
    r"Failed to establish a new connection|name resolution|Network is unreachable"
    r"|Name or service not known|Connection refused|timed out"
)
_NO_PACKAGE = re.compile(r"No matching distribution found for (\S+)")
_SHOWN_LINES = 5


def failed_build(lines: Sequence[str]) -> ImageError:
    """The error of a build that has said `lines`."""
    if python := _first(_WRONG_PYTHON, lines):
        return ImageError(
            f"The packages are pinned as they are installed here, for Python {python[1]}, and the "
            f"base image has Python {python[2]}. Name a base image with Python {python[1]}, or the "
            "packages for the other: --requirements FILE."
        )
    if _first(_NO_PYTHON, lines):
        return ImageError(
            "The base image has no Python with its module 'venv', which packages are installed "
            "with. Name a base image that has it, such as 'python:3.11-slim-bookworm'."
        )
    package = _first(_NO_PACKAGE, lines)
    if package and _first(_NO_NETWORK, lines):
        return ImageError(
            f"The build has no network to get packages from, {package[1]!r} being the first. Give "
            "it the wheels of all packages: --wheels DIR."
        )
    if package:
        return ImageError(
            f"The package {package[1]!r} is not to be had from the package index, or from the "
            "wheels where a folder of them was given. Change its version with --requirements FILE, "
            "or add its wheel."
        )
    said = "\n".join(f"  {line}" for line in [one for one in lines if one.strip()][-_SHOWN_LINES:])
    return ImageError(f"The image cannot be built. The engine's last lines:\n{said}")


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> re.Match[str] | None:
    return next((found for line in lines if (found := pattern.search(line))), None)
