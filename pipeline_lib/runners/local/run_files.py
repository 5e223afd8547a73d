"""What a run keeps below its pipeline root besides outputs: the compiled pipeline."""

from __future__ import annotations

import hashlib
import os

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.errors import PipelineLibError, RunNotFoundError
from pipeline_lib.metadata.store import RunRecord


def keep_pipeline(pipeline: ir.Pipeline, root: str) -> str:
    """Keep a compiled pipeline below the root, to resume and replay the run; its digest.

    Raises:
        PipelineLibError: it cannot be written.
    """
    # Imported here: protobuf would double the time that importing the library takes.
    from pipeline_lib.ir import serde

    payload = serde.dumps(pipeline)
    digest = hashlib.sha256(payload).hexdigest()[:16]
    place = _place(root, digest)
    if not files.exists(place):
        partial = f"{place}.{os.getpid()}.partial"
        try:
            files.write_bytes(partial, payload)
            files.move(partial, place)
        except OSError as error:
            files.remove(partial)
            raise PipelineLibError(
                f"The compiled pipeline cannot be kept below {root!r}: {error.strerror}."
            ) from error
    return digest


def kept_pipeline(run: RunRecord) -> ir.Pipeline:
    """The compiled pipeline of a run.

    Raises:
        RunNotFoundError: it is not there, since another tool made the run or its files are gone.
    """
    if not run.pipeline_digest:
        raise RunNotFoundError(
            f"Run {run.run_id!r} was recorded by another tool, without its compiled pipeline. "
            "It can be looked at, and not be run again from here."
        )
    place = _place(run.pipeline_root, run.pipeline_digest)
    if not files.exists(place):
        raise RunNotFoundError(
            f"The compiled pipeline of run {run.run_id!r} is not below its pipeline root "
            f"{run.pipeline_root!r} any more. Put the files back if they were moved; if they were "
            "deleted, a new run makes them again."
        )
    from pipeline_lib.ir import serde

    return serde.loads(files.read_bytes(place))


def _place(root: str, digest: str) -> str:
    return f"{root}/.pipelines/{digest}.pb"
