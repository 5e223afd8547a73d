"""`build_image`: from an author's folder to an image on this machine."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline_lib.images.context import write_context
from pipeline_lib.images.engine import Engine, Tell
from pipeline_lib.images.project import Project, find_project
from pipeline_lib.images.requirements import Requirements, of_environment, of_file

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

DEFAULT_BASE = f"docker.io/library/python:{_PYTHON}-slim-bookworm"
"""Python of the version that runs here, and little else."""


@dataclass(frozen=True)
class ImageContent:
    """What goes into an image.

    Attributes:
        project: the author's modules.
        requirements: the packages.
        base: the image to begin with.
        wheels: a folder of wheels that packages come from; `None` for a package index.
    """

    project: Project
    requirements: Requirements
    base: str = DEFAULT_BASE
    wheels: Path | None = None


def image_content(
    folder: Path,
    *,
    base: str = DEFAULT_BASE,
    requirements: Path | None = None,
    extras: Sequence[str] = (),
    packages: Sequence[str] = (),
    include: Sequence[str] = (),
    wheels: Path | None = None,
) -> ImageContent:
    """What goes into the image of a project.

    Args:
        folder: the one that holds the author's modules.
        base: the image to begin with.
        requirements: a requirements file; by default the packages that the modules import, in the
            versions that are installed here.
        extras: of this library, such as `"ml"`.
        packages: further ones that no module imports by name, such as `"s3fs"`.
        include: patterns of further files of the folder.
        wheels: a folder of wheels that packages come from, in place of a package index.

    Raises:
        ImageError: there is no such folder, file, pattern or extra, or no module to import.
    """
    project = find_project(folder, include)
    if requirements is None:
        wanted = of_environment(project, extras, packages)
    else:
        wanted = of_file(requirements, extras, packages)
    return ImageContent(project, wanted, base, wheels)


def build_image(content: ImageContent, engine: Engine, tell: Tell, tag: str = "") -> str:
    """Build the image.

    Args:
        content: what goes in.
        engine: what builds it.
        tell: takes lines of progress.
        tag: the image's name; by default the folder's, with a digest of what goes in.

    Returns:
        The image's name.

    Raises:
        ImageError: the base image, a package or a wheel cannot be had; or the build fails.
    """
    with tempfile.TemporaryDirectory(prefix="pipeline-lib-image-") as scratch:
        context = Path(scratch, "context")
        digest = write_context(
            context, content.project, content.requirements, content.base, content.wheels
        )
        name = tag or f"{_image_name(content.project.folder)}:{digest}"
        engine.fetch(content.base, tell)
        tell(f"Building {name} with {engine.program}")
        engine.build(context, name, tell)
    return name


def _image_name(folder: Path) -> str:
    """The folder's name in the letters that an image's name may have."""
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    return "-".join(words) or "pipeline"
