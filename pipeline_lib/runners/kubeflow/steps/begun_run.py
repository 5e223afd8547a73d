"""The run that a step is part of, as the store tells it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace

from pipeline_lib.artifacts import files
from pipeline_lib.errors import PipelineLibError, RunNotFoundError
from pipeline_lib.metadata.store import MetadataStore, RunRecord
from pipeline_lib.node.run import Run, intended_run, stage_sources
from pipeline_lib.runners.local.run_files import kept_pipeline


@dataclass(frozen=True)
class BegunRun:
    """A run that has begun.

    Attributes:
        record: as the store has it.
        run: the run as the nodes of the pipeline see it.
    """

    record: RunRecord
    run: Run

    @property
    def only(self) -> frozenset[str] | None:
        """Ids of the pipeline's nodes that are run; `None` for all."""
        return frozenset(self.record.only) or None


def begun_run(run_id: str, store: MetadataStore) -> BegunRun:
    """The run of that id.

    Raises:
        PipelineLibError: it was not begun, or its compiled pipeline is gone or of a newer release.
    """
    try:
        record = store.run(run_id)
    except RunNotFoundError as error:
        raise PipelineLibError(
            f"Run {run_id!r} has not begun: the store has no record of it. The log of its first "
            "step, 'begin', tells why."
        ) from error
    pipeline = kept_pipeline(record)
    # The root was settled when the run began, for this run and all its steps.
    run = intended_run(
        replace(pipeline, root=None),
        run_id,
        record.parameters,
        default_root=record.pipeline_root,
        use_cache=record.use_cache,
    )
    run = replace(run, pipeline=pipeline)
    if pipeline.sources and not files.is_local(run.root):
        # Python imports from folders of this machine alone.
        run = replace(run, staged=stage_sources(pipeline, tempfile.gettempdir()))
    return BegunRun(record, run)
