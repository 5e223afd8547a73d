"""What an importer node does."""

from __future__ import annotations

import os
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import DataError
from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.executors import ImportExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore


def import_artifact(
    execution: ExecutionRecord,
    executor: ImportExecutor,
    node: Node,
    scope: Scope,
    store: MetadataStore,
) -> ExecutionRecord:
    """The completed import: of the artifact that is registered already, or of a new one.

    Raises:
        DataError: nothing is at the source URI.
    """
    ((output_key, output),) = node.outputs.items()
    uri = str(execution.parameters["source_uri"])
    if files.is_local(uri):
        uri = os.path.abspath(uri)
    if not files.exists(uri):
        raise DataError(f"Importer {node.id!r}: nothing is at source_uri {uri!r}.")
    wanted = ArtifactRecord(
        type_name=output.type.name,
        uri=uri,
        properties={name: evaluate(one, scope) for name, one in executor.properties.items()},
        custom_properties={
            name: evaluate(one, scope) for name, one in executor.custom_properties.items()
        },
        fingerprint=files.fingerprint(uri),
    )
    registered = None if execution.parameters["reimport"] else _registered(wanted, store)
    return replace(
        execution,
        state=ExecutionState.COMPLETE if registered is None else ExecutionState.CACHED,
        reason="" if registered is None else "already imported",
        outputs={output_key: [registered or wanted]},
    )


def _registered(wanted: ArtifactRecord, store: MetadataStore) -> ArtifactRecord | None:
    """An artifact in the store that is the same but for its id."""
    for artifact in store.artifacts_at(wanted.type_name, wanted.uri):
        if replace(artifact, id=0, name="") == wanted:
            return artifact
    return None
