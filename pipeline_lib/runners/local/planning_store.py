"""A store that is read, and to which nothing is written."""

from __future__ import annotations

from typing import Any

from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord


class PlanningStore:
    """Keeps what is recorded in memory, and reads everything else from another store."""

    def __init__(self, store: MetadataStore) -> None:
        self._store = store
        self._recorded: dict[tuple[str, str], ExecutionRecord] = {}

    def record(self, execution: ExecutionRecord) -> ExecutionRecord:
        """Keep an execution, and give it no id."""
        self._recorded[execution.run_id, execution.instance] = execution
        return execution

    def record_run(self, run: RunRecord) -> None:
        """Keep nothing: no node reads it."""

    def execution(self, run_id: str, instance: str) -> ExecutionRecord | None:
        """What was kept, else what the other store holds."""
        kept = self._recorded.get((run_id, instance))
        return kept or self._store.execution(run_id, instance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
