"""A file that the user has asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline_lib.errors import PipelineLibError


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Say which file it is that cannot be written.

    Raises:
        PipelineLibError: the file system refuses.
    """
    try:
        yield
    except OSError as error:
        raise PipelineLibError(f"{str(path)!r} cannot be written: {error.strerror}.") from error
