"""The folder that an engine builds an image of: all that goes in, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from pipeline_lib.errors import ImageError
from pipeline_lib.images.dockerfile import dockerfile
from pipeline_lib.images.project import Project
from pipeline_lib.images.requirements import Requirements

_DIGEST_LENGTH = 12
_FILE_MODE = 0o644
_FOLDER_MODE = 0o755


def write_context(
    folder: Path, project: Project, requirements: Requirements, base: str, wheels: Path | None
) -> str:
    """Write the folder; equal projects give equal folders.

    Args:
        folder: where to write; it is made, or is empty.
        project: the author's.
        requirements: the packages.
        base: the image to begin with.
        wheels: a folder of wheels that packages come from; `None` for a package index.

    Returns:
        A digest of all that is in it.

    Raises:
        ImageError: the folder holds something already, or there is no wheel.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ImageError(f"{str(folder)!r} is not empty. Name a folder that can be made anew.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "Dockerfile": dockerfile(project, requirements, base, from_wheels=wheels is not None),
        "requirements.txt": "".join(f"{line}\n" for line in requirements.wanted),
        "constraints.txt": "".join(f"{line}\n" for line in requirements.constraints),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    for file in project.files:
        _copy(project.folder / file, folder / "project" / file)
    if wheels is not None:
        _copy_wheels(wheels, folder / "wheels")
    _make_readable(folder)
    return _digest(folder)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _copy_wheels(source: Path, target: Path) -> None:
    found = sorted(source.glob("*.whl"))
    if not found:
        raise ImageError(
            f"{str(source)!r} holds no wheel. 'pip wheel --wheel-dir {source} PACKAGE' makes some."
        )
    for wheel in found:
        _copy(wheel, target / wheel.name)


def _make_readable(folder: Path) -> None:
    """Whatever the author's umask: the image's files are root's and another user reads them."""
    for path in folder.rglob("*"):
        path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:_DIGEST_LENGTH]
