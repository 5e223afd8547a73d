"""What the nodes of one run have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import AuthoringError, PipelineLibError, did_you_mean
from pipeline_lib.ir import evaluation
from pipeline_lib.ir.node import ParameterType
from pipeline_lib.ir.pipeline import Pipeline

_PYTHON_TYPES: Mapping[ParameterType, tuple[type, ...]] = {
    ParameterType.INT: (int,),
    ParameterType.FLOAT: (float, int),
    ParameterType.STRING: (str,),
    ParameterType.BOOL: (bool,),
    ParameterType.JSON: (list, dict),
    ParameterType.PATH: (str,),
}


@dataclass(frozen=True)
class Run:
    """One run of a pipeline.

    Attributes:
        root: absolute directory or URI below which outputs are written.
        runtime_parameters: value of every runtime parameter.
        staged: path of each staged source bundle, by digest.
        use_cache: whether cached results may be used at all.
    """

    pipeline: Pipeline
    run_id: str
    root: str
    runtime_parameters: Mapping[str, Any] = field(default_factory=dict)
    staged: Mapping[str, str] = field(default_factory=dict)
    use_cache: bool = True
    inputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)


def prepare_run(
    pipeline: Pipeline,
    run_id: str,
    given_parameters: Mapping[str, Any],
    default_root: str,
    use_cache: bool = True,
) -> Run:
    """Make a run ready: check its parameters, make its root, stage the user's sources there.

    Raises:
        AuthoringError: a runtime parameter is missing, unknown or of the wrong type.
        PipelineLibError: the pipeline root cannot be written.
    """
    parameters = _runtime_parameters(pipeline, given_parameters)
    scope = evaluation.Scope(runtime_parameters=parameters)
    root = default_root if pipeline.root is None else evaluation.evaluate(pipeline.root, scope)
    if files.is_local(root):
        root = os.path.abspath(root)
    staged = {bundle.digest: f"{root}/.sources/{bundle.digest}" for bundle in pipeline.sources}
    try:
        _check_writable(root)
        for bundle in pipeline.sources:
            _stage(staged[bundle.digest], bundle.files)
    except (OSError, ImportError, ValueError) as error:
        # fsspec raises the latter two for a scheme whose package is missing or that nobody knows.
        reason = getattr(error, "strerror", None) or error
        raise PipelineLibError(
            f"Pipeline root {root!r} cannot be written: {reason}. "
            "Give another with pipeline_root=..."
        ) from error
    return Run(pipeline, run_id, root, parameters, staged, use_cache)


def _check_writable(root: str) -> None:
    probe = f"{root}/.writable-{os.getpid()}"
    files.write_bytes(probe, b"")
    files.remove(probe)


def _stage(folder: str, sources: Mapping[str, str]) -> None:
    """Write a bundle whole or not at all: another run may be importing from the same place."""
    if files.exists(folder):
        return
    partial = f"{folder}.{os.getpid()}.partial"
    for name, source in sources.items():
        files.write_bytes(f"{partial}/{name}", source.encode())
    try:
        files.move(partial, folder)
    except OSError:
        if not files.exists(folder):
            raise
        files.remove(partial)


def _runtime_parameters(pipeline: Pipeline, given: Mapping[str, Any]) -> dict[str, Any]:
    declared = {parameter.name: parameter for parameter in pipeline.runtime_parameters}
    for name in given:
        if name not in declared:
            raise AuthoringError(
                f"Pipeline {pipeline.name!r} has no runtime parameter {name!r}."
                f"{did_you_mean(name, declared)}"
            )
    values = {}
    for name, parameter in declared.items():
        if name in given:
            values[name] = _checked(name, given[name], parameter.type)
        elif parameter.default is not None:
            values[name] = evaluation.evaluate(parameter.default, evaluation.Scope())
        else:
            raise AuthoringError(
                f"Runtime parameter {name!r} of pipeline {pipeline.name!r} has no default: "
                f"give it, --param {name}=..."
            )
    return values


def _checked(name: str, value: Any, declared: ParameterType) -> Any:
    fits = isinstance(value, _PYTHON_TYPES[declared])
    if not fits or (isinstance(value, bool) and declared is not ParameterType.BOOL):
        raise AuthoringError(
            f"Runtime parameter {name!r} takes {declared.value}, got {value!r} "
            f"of type {type(value).__name__}."
        )
    return float(value) if declared is ParameterType.FLOAT else value
