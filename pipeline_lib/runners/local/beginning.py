"""Where a run begins: what is recorded of it, and what need not be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from pipeline_lib.errors import AuthoringError, RunNotFoundError
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord, RunState
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.partial_run import PartialRun, base_run_id, reuse, taken_over
from pipeline_lib.runners.local.resuming import clear_up, done_before
from pipeline_lib.runners.local.run_files import keep_pipeline
from pipeline_lib.runners.tracking import Tracking


@dataclass(frozen=True)
class Beginning:
    """Where a run begins.

    Attributes:
        record: the run as it is recorded.
        tracking: what it is made with.
        done: executions that are not run again, by instance.
        earlier: executions of the run before it goes on, oldest first.
    """

    record: RunRecord
    tracking: Tracking
    done: Mapping[str, ExecutionRecord] = field(default_factory=dict)
    earlier: Sequence[ExecutionRecord] = ()

    @property
    def only(self) -> frozenset[str] | None:
        """Ids of the nodes that are run; `None` for all."""
        return frozenset(self.record.only) or None


def begin(
    run: Run,
    partial: PartialRun | None,
    base_run: str | None,
    tags: Sequence[str],
    store: MetadataStore,
    tracking: Tracking,
) -> Beginning:
    """Record that a run begins, and what it takes over from an earlier one.

    Raises:
        AuthoringError: the store holds a run of that id, or no run has what is to be taken over.
        RunNotFoundError: there is no run `base_run`.
    """
    _refuse_known_run(run.run_id, store)
    base = base_run_id(partial, run.pipeline, base_run, store) if partial else ""
    record = record_beginning(run, partial, tags, store, tracking)
    return Beginning(record, tracking, reuse(partial, base, run, store) if partial else {})


def begin_with(
    run: Run,
    partial: PartialRun,
    results: Mapping[str, ExecutionRecord],
    store: MetadataStore,
    tracking: Tracking,
) -> Beginning:
    """Record that a run begins in which some nodes' results are those of any earlier executions.

    Args:
        run: the run.
        partial: which nodes are run.
        results: executions that are taken over, by node id.
        store: where the run is recorded.
        tracking: what it is made with.
    """
    record = record_beginning(run, partial, (), store, tracking)
    done = {id: store.record(taken_over(one, run)) for id, one in sorted(results.items())}
    return Beginning(record, tracking, done)


def record_beginning(
    run: Run,
    partial: PartialRun | None,
    tags: Sequence[str],
    store: MetadataStore,
    tracking: Tracking,
) -> RunRecord:
    """Record that a run begins."""
    record = RunRecord(
        pipeline_name=run.pipeline.name,
        run_id=run.run_id,
        state=RunState.RUNNING,
        pipeline_root=run.root,
        parameters=run.runtime_parameters,
        pipeline_digest=keep_pipeline(run.pipeline, run.root),
        tags=tuple(tags),
        only=tuple(sorted(partial.selected | partial.reused)) if partial else (),
        use_cache=run.use_cache,
    )
    record = tracking.begun(record)
    store.record_run(record)
    return record


def begin_again(
    run: Run, earlier: RunRecord, store: MetadataStore, tracking: Tracking
) -> Beginning:
    """Record that a run goes on, with what of it is done."""
    clear_up(earlier, store)
    record = replace(
        earlier,
        state=RunState.RUNNING,
        pipeline_digest=keep_pipeline(run.pipeline, run.root),
    )
    record = tracking.begun(record)
    store.record_run(record)
    executions = store.executions(run.run_id)
    done = done_before(earlier, run.pipeline, executions)
    return Beginning(record, tracking, done, executions)


@contextmanager
def canceled_if_interrupted(run_id: str, store: MetadataStore) -> Iterator[None]:
    """Record a run as canceled that is still recorded as running when an interrupt comes through.

    That is so where its beginning or the record of its end was interrupted.
    """
    try:
        yield
    except KeyboardInterrupt:
        with suppress(RunNotFoundError):
            record = store.run(run_id)
            if record.state is RunState.RUNNING:
                store.record_run(replace(record, state=RunState.CANCELED))
        raise


def _refuse_known_run(run_id: str, store: MetadataStore) -> None:
    try:
        known = store.run(run_id)
    except RunNotFoundError:
        return
    raise AuthoringError(
        f"The store holds a run {run_id!r} already, of pipeline {known.pipeline_name!r}. "
        "Give another run_id, or leave it out."
    )
