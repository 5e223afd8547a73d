"""Ids of types and contexts that the store has told, so that it is asked for each once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.mlmd_records import artifact_type_message

_CONTEXT_TYPES = ("pipeline", "pipeline_run", "node", "execution_cache")
"""TFX's context types: a pipeline, one run, a node across runs, executions with one cache key."""

ContextName = tuple[str, str]
"""Type and name of a context."""


class KnownIds:
    """Puts types into the store when they are first used; remembers their ids, and contexts'."""

    def __init__(self) -> None:
        self._context_types: dict[str, int] = {}
        self._execution_types: dict[str, int] = {}
        self._artifact_types: dict[str, int] = {}
        self._contexts: dict[ContextName, int] = {}

    def put_context_types(self, store: Any) -> None:
        """Make sure that the context types are there; before anything else."""
        ids = store.put_context_types(_CONTEXT_TYPES)
        self._context_types.update(zip(_CONTEXT_TYPES, ids, strict=True))

    def context_type(self, name: str) -> int:
        """Id of a context type."""
        return self._context_types[name]

    def execution_type(self, store: Any, name: str) -> int:
        """Id of an execution type."""
        if name not in self._execution_types:
            self._execution_types[name] = store.put_execution_type(
                mlmd.ExecutionType(name=name), can_add_fields=True, can_omit_fields=True
            )
        return self._execution_types[name]

    def artifact_type(self, store: Any, artifact_type: ArtifactType) -> int:
        """Id of an artifact type."""
        name = artifact_type.name
        if name not in self._artifact_types:
            self._artifact_types[name] = store.put_artifact_type(
                artifact_type_message(artifact_type), can_add_fields=True, can_omit_fields=True
            )
        return self._artifact_types[name]

    def context(self, type_name: str, name: str) -> mlmd.Context:
        """A context, with its id if it is known; else the store finds it by its name."""
        context = mlmd.Context(type_id=self._context_types[type_name], name=name)
        known = self._contexts.get((type_name, name))
        if known is not None:
            context.id = known
        return context

    def note_contexts(self, names: Iterable[ContextName], ids: Iterable[int]) -> None:
        """Remember what the store has called contexts."""
        self._contexts.update(zip(names, ids, strict=True))
