"""Which files of an author's folder go into an image, and which modules they make."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline_lib.errors import ImageError

_NOT_SENT = ("__pycache__", "build", "dist", "node_modules")
_SOURCE_FOLDER = "src"


@dataclass(frozen=True)
class Project:
    """An author's folder, and what of it goes into an image.

    Attributes:
        folder: where it is.
        files: the files that go in, relative to the folder, sorted.
        roots: folders that modules are imported from, relative to it: itself, and `src` where that
            holds modules.
    """

    folder: Path
    files: tuple[PurePosixPath, ...]
    roots: tuple[PurePosixPath, ...]

    def modules(self) -> set[str]:
        """Names of the modules and packages that can be imported first: `a` of `a.b`."""
        names = set()
        for file in self.files:
            for root in self.roots:
                if file.suffix == ".py" and root in file.parents:
                    names.add(file.relative_to(root).with_suffix("").parts[0])
        return {name for name in names if name.isidentifier()}

    def size(self) -> int:
        """Bytes of all files that go in."""
        return sum((self.folder / file).stat().st_size for file in self.files)


def find_project(folder: Path, include: Sequence[str] = ()) -> Project:
    """The project in a folder.

    Python files go in, and whatever lies in a package, a folder with `__init__.py`. Hidden files,
    virtual environments, caches and what packaging has built do not.

    Args:
        folder: the author's.
        include: patterns of further files, such as `"schema/*.pbtxt"`.

    Raises:
        ImageError: there is no such folder, no module in it, or no file of a pattern.
    """
    if not folder.is_dir():
        raise ImageError(f"{str(folder)!r} is no folder. Name the one that holds your modules.")
    files = {PurePosixPath(file) for file in _files(folder)}
    for pattern in include:
        files |= _matching(folder, pattern)
    source = PurePosixPath(_SOURCE_FOLDER)
    has_source = any(source in file.parents for file in files)
    is_package = (folder / _SOURCE_FOLDER / "__init__.py").exists()
    roots = (PurePosixPath("."), *([source] if has_source and not is_package else []))
    project = Project(folder, tuple(sorted(files)), roots)
    if not project.modules():
        raise ImageError(
            f"{str(folder)!r} holds no Python module that could be imported. Name the folder that "
            "holds your modules, such as the one with pipeline.py."
        )
    return project


def _files(folder: Path) -> Iterator[str]:
    packages: set[str] = set()
    for place, folders, files in os.walk(folder):
        inside = os.path.relpath(place, folder)
        if "__init__.py" in files or os.path.dirname(inside) in packages:
            packages.add(inside)
        folders[:] = sorted(name for name in folders if _is_sent(Path(place, name)))
        for name in files:
            wanted = name.endswith(".py") or inside in packages
            if wanted and not name.startswith(".") and not name.endswith(".pyc"):
                yield os.path.normpath(os.path.join(inside, name))


def _is_sent(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name.endswith(".egg-info"):
        return False
    if (folder / "pyvenv.cfg").exists():
        return False
    return folder.name not in _NOT_SENT or (folder / "__init__.py").exists()


def _matching(folder: Path, pattern: str) -> set[PurePosixPath]:
    try:
        found = {path for path in folder.glob(pattern) if path.is_file()}
    except (NotImplementedError, ValueError) as error:
        raise ImageError(
            f"{pattern!r} is no pattern of files below {str(folder)!r}: {error}."
        ) from error
    if not found or any(folder.resolve() not in path.resolve().parents for path in found):
        raise ImageError(f"No file below {str(folder)!r} matches the pattern {pattern!r}.")
    return {PurePosixPath(path.relative_to(folder)) for path in found}
