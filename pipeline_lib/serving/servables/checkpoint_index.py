"""The one part of a checkpoint whose damage TensorFlow does not survive.

Blocks of `variables.index` and tensors have checksums; the footer of the index, which says where
its blocks lie, has none. TensorFlow allocates whatever size stands there, and the process ends.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipeline_lib.serving.errors import ServingError, StatusCode

# Source: tensorflow/core/lib/io/format.h: two block handles, each an offset and a size as varints,
# filled up to 40 bytes, then 8 of magic; a block is followed by its type and its checksum.
_FOOTER = 48
_MAGIC = bytes.fromhex("57fb808b247547db")
_BLOCK_TRAILER = 5


def check_index_footer(path: str) -> None:
    """Check that the blocks of a SavedModel's `variables.index` lie in it, if there is one.

    Raises:
        ServingError: DATA_LOSS, one does not.
    """
    file = os.path.join(path, "variables", "variables.index")
    try:
        content = Path(file).read_bytes()
    except OSError:
        return  # TensorFlow says better what is wrong, or needs no variables.
    if len(content) < _FOOTER or not content.endswith(_MAGIC):
        return  # TensorFlow refuses these itself.
    numbers = _varints(content[-_FOOTER : -len(_MAGIC)])
    ends = [offset + size for offset, size in zip(numbers[::2], numbers[1::2], strict=False)]
    if len(ends) < 2 or max(ends) + _BLOCK_TRAILER > len(content) - _FOOTER:
        raise ServingError(
            StatusCode.DATA_LOSS,
            f"Could not load the SavedModel at {path}: {file} is damaged: its footer does not say "
            "where its blocks lie",
        )


def _varints(content: bytes) -> list[int]:
    """The first four varints."""
    numbers, number, shift = [], 0, 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers[:4]
