"""The first step of a run: it is recorded, with the compiled pipeline and the parameters."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError, PipelineLibError, RunNotFoundError
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.node import ParameterType
from pipeline_lib.metadata.store import MetadataStore, RunRecord
from pipeline_lib.node.run import Run, prepare_run
from pipeline_lib.runners.local.beginning import begin, record_beginning
from pipeline_lib.runners.local.partial_run import select
from pipeline_lib.runners.tracking import Tracking


@dataclass(frozen=True)
class Start:
    """How a run is started.

    Attributes:
        root: pipeline root in place of the pipeline's own.
        from_nodes, to_nodes, base_run: as in `RunOptions`.
    """

    run_id: str
    root: str = ""
    use_cache: bool = True
    from_nodes: Sequence[str] = ()
    to_nodes: Sequence[str] = ()
    base_run: str | None = None


def begin_run(
    pipeline: ir.Pipeline, parameters: Mapping[str, Any], start: Start, store: MetadataStore
) -> RunRecord:
    """Record that a run begins. It may be called again, with the same.

    Raises:
        AuthoringError: a parameter is missing, unknown or of the wrong type.
        PipelineLibError: the pipeline root cannot be written.
    """
    earlier = _begun_before(pipeline, start.run_id, store)
    if earlier is not None:
        return earlier
    run = _prepared(pipeline, parameters, start)
    with closing(Tracking(os.getcwd())) as tracking:
        if start.from_nodes or start.to_nodes:
            partial = select(pipeline, start.from_nodes, start.to_nodes)
            return begin(run, partial, start.base_run, (), store, tracking).record
        return record_beginning(run, None, (), store, tracking)


def coerced(pipeline: ir.Pipeline, values: Mapping[str, Any]) -> dict[str, Any]:
    """The runtime parameters of a pipeline as their types want them: KFP's numbers are floats."""
    types = {parameter.name: parameter.type for parameter in pipeline.runtime_parameters}
    return {name: _coerced(value, types[name]) for name, value in values.items() if name in types}


def _coerced(value: Any, wanted: ParameterType) -> Any:
    match wanted, value:
        case ParameterType.FLOAT, _:
            return value
        case _, float() if value.is_integer():
            return int(value)
        case _, list():
            return [_coerced(one, wanted) for one in value]
        case _, dict():
            return {key: _coerced(one, wanted) for key, one in value.items()}
    return value


def _prepared(pipeline: ir.Pipeline, parameters: Mapping[str, Any], start: Start) -> Run:
    if not start.root and pipeline.root is None:
        raise AuthoringError(
            f"Pipeline {pipeline.name!r} has no pipeline root. Give one that all containers "
            "reach: Pipeline(..., pipeline_root=...)."
        )
    rooted = replace(pipeline, root=Literal(start.root)) if start.root else pipeline
    run = prepare_run(rooted, start.run_id, coerced(pipeline, parameters), "", start.use_cache)
    return replace(run, pipeline=pipeline)


def _begun_before(pipeline: ir.Pipeline, run_id: str, store: MetadataStore) -> RunRecord | None:
    try:
        record = store.run(run_id)
    except RunNotFoundError:
        return None
    if record.pipeline_name != pipeline.name:
        raise PipelineLibError(
            f"The store holds a run {run_id!r} already, of pipeline {record.pipeline_name!r}, "
            f"not of {pipeline.name!r}."
        )
    return record
