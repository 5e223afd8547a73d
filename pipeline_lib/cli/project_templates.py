"""Projects to begin with: folders that are copied, with the name of the pipeline filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline_lib.errors import AuthoringError, PipelineLibError, did_you_mean
from pipeline_lib.ir.node import NAME

TEMPLATES = {
    "functions": "a pipeline of typed functions, with an artifact type and tests",
    "penguin": "from a CSV file to a pushed Keras model: validation, features, evaluation, tests",
}
"""What there is to begin with, and what it is good for."""

_FOLDER = Path(__file__).parent / "templates"
_PLACE = re.compile(rb"\{\{PIPELINE_NAME\}\}")
_MADE_BY_PYTHON = "__pycache__"


def copy_template(name: str, destination: Path, pipeline_name: str | None = None) -> list[Path]:
    """Copy a template into a folder that is new or empty.

    Args:
        name: of the template.
        destination: the folder.
        pipeline_name: of the pipeline; by default the folder's.

    Returns:
        The files that were written.

    Raises:
        AuthoringError: there is no such template, or the name cannot be a pipeline's.
        PipelineLibError: the folder is not empty, or cannot be written.
    """
    if name not in TEMPLATES:
        raise AuthoringError(f"There is no template {name!r}.{did_you_mean(name, TEMPLATES)}")
    filled_in = pipeline_name or destination.absolute().name
    if not NAME.fullmatch(filled_in):
        raise AuthoringError(
            f"{filled_in!r} cannot be the name of a pipeline: letters, digits, '_', '-' and '.' "
            "are allowed. Give it one with --pipeline-name."
        )
    try:
        _refuse_content(destination)
        return list(_copy(_FOLDER / name, destination, filled_in.encode()))
    except OSError as error:
        raise PipelineLibError(
            f"The template cannot be copied to {str(destination)!r}: {error.strerror}. "
            "Name another folder."
        ) from error


def _refuse_content(destination: Path) -> None:
    if destination.exists() and any(destination.iterdir()):
        raise PipelineLibError(
            f"The folder {str(destination)!r} is not empty: nothing in it is overwritten. "
            "Name a new or an empty one."
        )


def _copy(source: Path, destination: Path, pipeline_name: bytes) -> Iterator[Path]:
    for file in sorted(source.rglob("*")):
        if file.is_file() and _MADE_BY_PYTHON not in file.parts:
            target = destination / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_PLACE.sub(pipeline_name, file.read_bytes()))
            yield target
