"""The packages of an image, pinned."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pipeline_lib
from pipeline_lib.errors import ImageError, did_you_mean
from pipeline_lib.images.imports import imports_of
from pipeline_lib.images.project import Project

DISTRIBUTION = "pipeline-lib"
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_OTHER_FILES = re.compile(r"\s*(-r|--requirement|-c|--constraint|-e|--editable|\.{0,2}/)")


@dataclass(frozen=True)
class Requirements:
    """What pip installs into an image.

    Attributes:
        wanted: lines of a requirements file.
        constraints: the versions of whatever these need in turn; empty where the author's own file
            says all.
        python: the version of Python that the constraints are of; empty for any.
        notes: what the author should know.
    """

    wanted: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    python: str = ""
    notes: tuple[str, ...] = ()


def of_environment(
    project: Project, extras: Sequence[str] = (), packages: Sequence[str] = ()
) -> Requirements:
    """This library and what the project imports, in the versions that are installed here.

    Args:
        project: the author's.
        extras: of this library.
        packages: further ones, which no module imports by name.

    Raises:
        ImageError: this library has no such extra.
    """
    imports = imports_of(project)
    wanted = [_pin(name) for name in imports.distributions if _normal(name) != DISTRIBUTION]
    notes = [
        f"{str(file)!r} imports {module!r}, which is not installed here and so not in the image."
        for module, file in imports.unknown.items()
    ]
    if "components" in imports.of_library and not {"ml", "demo"} & set(extras):
        notes.append("The standard components need TensorFlow and more to run: --extra ml.")
    return Requirements(
        wanted=(_library(extras), *wanted, *packages),
        constraints=tuple(sorted({_pin(one.name) for one in _installed()}, key=str.lower)),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        notes=tuple(notes),
    )


def of_file(path: Path, extras: Sequence[str] = (), packages: Sequence[str] = ()) -> Requirements:
    """What an author's requirements file says, and this library where it does not.

    Args:
        path: of the file.
        extras: of this library.
        packages: further ones.

    Raises:
        ImageError: there is no such file, it refers to other files, or this library has no such
            extra.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ImageError(f"The requirements {str(path)!r} cannot be read: {error}.") from error
    for number, line in enumerate(lines, start=1):
        if _OTHER_FILES.match(line):
            raise ImageError(
                f"Line {number} of {str(path)!r} refers to another file, {line.strip()!r}, which "
                "is not in the image's build. Give one file that names every package, such as "
                "'pip freeze' writes."
            )
    names = {_normal(found[1]) for line in lines if (found := _NAME.match(line))}
    own = () if DISTRIBUTION in names and not extras else (_library(extras),)
    return Requirements(wanted=(*own, *lines, *packages))


def _library(extras: Sequence[str]) -> str:
    known = _known_extras()
    for extra in extras:
        if known and extra not in known:
            raise ImageError(f"pipeline_lib has no extra {extra!r}.{did_you_mean(extra, known)}")
    listed = f"[{','.join(sorted(set(extras)))}]" if extras else ""
    return f"{DISTRIBUTION}{listed}=={pipeline_lib.__version__}"


def _known_extras() -> list[str]:
    """Empty where the library runs from its sources and is not installed."""
    try:
        return metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []


def _installed() -> list[metadata.Distribution]:
    """All that is installed here, but this library and what comes from a folder of the author."""
    return [
        one
        for one in metadata.distributions()
        if one.name
        and _normal(one.name) != DISTRIBUTION
        and '"dir_info"' not in (one.read_text("direct_url.json") or "")
    ]


def _pin(name: str) -> str:
    return f"{_normal(name)}=={metadata.version(name)}"


def _normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
