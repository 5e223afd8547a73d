"""What the nodes of one run have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.ir import evaluation
from pipeline_lib.ir.expressions import RunField
from pipeline_lib.ir.pipeline import Pipeline
from pipeline_lib.metadata.store import instance_name
from pipeline_lib.node.parameter_values import runtime_parameters

SYSTEM_FOLDER = ".system"
"""Folder, beside those of a node's outputs, for logs and temporary files."""


@dataclass(frozen=True)
class Run:
    """One run of a pipeline, as its nodes see it, or those of a sub-pipeline or loop in it.

    Attributes:
        root: absolute directory or URI below which outputs are written.
        runtime_parameters: value of every runtime parameter, and of every loop around.
        staged: path of each staged source bundle, by digest.
        use_cache: whether cached results may be used at all.
        final_status: how the run ended, as JSON, for its exit handler.
        path: ids of the nodes around, each with a dot behind it.
        iteration: position of each loop around, outermost first, with dots between.
        inputs: artifacts at the inputs of the node around.
        missing: why an input of the node around is empty, where its source did not run.
        identify_image: the id of what a name of a container image stands for here; where nobody
            knows, the name.
    """

    pipeline: Pipeline
    run_id: str
    root: str
    runtime_parameters: Mapping[str, Any] = field(default_factory=dict)
    staged: Mapping[str, str] = field(default_factory=dict)
    use_cache: bool = True
    final_status: str = ""
    path: str = ""
    iteration: str = ""
    inputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    identify_image: Callable[[str], str] = field(default=str, compare=False)

    def full_id(self, node_id: str) -> str:
        """A node's id with those of the nodes around it: unique in the pipeline."""
        return self.path + node_id

    def instance(self, node_id: str) -> str:
        """What is unique in the run: the full id, and the iteration if there is a loop around."""
        return instance_name(self.full_id(node_id), self.iteration)

    def information(self, node_id: str) -> dict[RunField, str]:
        """What a node can read about the run."""
        known = {
            RunField.PIPELINE_NAME: self.pipeline.name,
            RunField.RUN_ID: self.run_id,
            RunField.PIPELINE_ROOT: self.root,
            RunField.NODE_ID: self.full_id(node_id),
            RunField.WORKING_DIRECTORY: f"{self.root}/{self.full_id(node_id)}/{SYSTEM_FOLDER}/"
            f"stateful_working_dir/{self.run_id}",
        }
        if self.final_status:
            known[RunField.FINAL_STATUS] = self.final_status
        return known

    def inside(
        self,
        node_id: str,
        inputs: Mapping[str, Sequence[ArtifactRecord]],
        missing: Mapping[str, str],
        parameters: Mapping[str, Any],
        position: int | None = None,
    ) -> Run:
        """The run as the nodes that a node holds see it; `position` is that of its loop."""
        iteration = self.iteration
        if position is not None:
            iteration = f"{iteration}.{position}".removeprefix(".")
        return replace(
            self,
            path=f"{self.full_id(node_id)}.",
            iteration=iteration,
            inputs=inputs,
            missing=missing,
            runtime_parameters={**self.runtime_parameters, **parameters},
        )


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
    run = intended_run(pipeline, run_id, given_parameters, default_root, use_cache)
    try:
        _check_writable(run.root)
        stage_sources(pipeline, run.root)
    except Exception as error:  # each file system has errors of its own
        reason = getattr(error, "strerror", None) or error
        raise PipelineLibError(
            f"Pipeline root {run.root!r} cannot be written: {reason}. "
            "Give another with pipeline_root=..."
        ) from error
    return run


def intended_run(
    pipeline: Pipeline,
    run_id: str,
    given_parameters: Mapping[str, Any],
    default_root: str,
    use_cache: bool = True,
) -> Run:
    """A run as `prepare_run` makes it, of which nothing is written yet.

    Raises:
        AuthoringError: a runtime parameter is missing, unknown or of the wrong type.
    """
    parameters = runtime_parameters(pipeline, given_parameters)
    scope = evaluation.Scope(runtime_parameters=parameters)
    root = default_root if pipeline.root is None else evaluation.evaluate(pipeline.root, scope)
    if files.is_local(root):
        root = os.path.abspath(root)
    return Run(pipeline, run_id, root, parameters, _source_folders(pipeline, root), use_cache)


def stage_sources(pipeline: Pipeline, root: str) -> dict[str, str]:
    """Write the user's source files below `root`; the folder of each bundle, by its digest."""
    staged = _source_folders(pipeline, root)
    for bundle in pipeline.sources:
        _stage(staged[bundle.digest], bundle.files)
    return staged


def _source_folders(pipeline: Pipeline, root: str) -> dict[str, str]:
    return {bundle.digest: f"{root}/.sources/{bundle.digest}" for bundle in pipeline.sources}


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
