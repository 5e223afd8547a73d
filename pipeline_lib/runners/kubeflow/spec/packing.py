"""The compiled pipeline as texts that fit into the arguments of a container."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable

from pipeline_lib import ir
from pipeline_lib.errors import PipelineLibError

LONGEST_TEXT = 100_000
"""Characters in one argument; Linux starts no program with one of 128 KiB or more."""


def pack(pipeline: ir.Pipeline) -> tuple[str, ...]:
    """The pipeline as texts, the same for the same pipeline; `unpack` reads them in their order."""
    # Imported here: protobuf would double the time that importing the library takes.
    from pipeline_lib.ir import serde

    text = base64.b64encode(zlib.compress(serde.dumps(pipeline), 9)).decode("ascii")
    return tuple(text[at : at + LONGEST_TEXT] for at in range(0, len(text), LONGEST_TEXT))


def unpack(texts: Iterable[str]) -> ir.Pipeline:
    """The pipeline that `pack` made the texts of.

    Raises:
        PipelineLibError: they are no such texts, or one is missing.
    """
    from pipeline_lib.ir import serde

    try:
        payload = zlib.decompress(base64.b64decode("".join(texts), validate=True))
    except (binascii.Error, zlib.error, ValueError) as error:
        raise PipelineLibError(
            f"The compiled pipeline in the arguments cannot be read: {error}. "
            "Compile it again with this release."
        ) from error
    return serde.loads(payload)
