"""Runs an executor of ours as one of TFX's, in a pipeline that was exported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.dsl.components.base.base_executor import BaseExecutor

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import ExecutorContext
from pipeline_lib.node.import_object import artifact_class, import_object
from pipeline_lib.node.recordable import recordable
from pipeline_lib.tfx_bridge.artifact_types import from_tfx_type
from pipeline_lib.tfx_bridge.artifacts import TfxArtifact, copy_from_tfx, copy_to_tfx
from pipeline_lib.tfx_bridge.executors import OUR_EXECUTOR_FLAG, OurExecutor


class RunOurExecutor(BaseExecutor):
    """Runs the executor of ours that its flags name."""

    def Do(
        self,
        input_dict: dict[str, list[TfxArtifact]],
        output_dict: dict[str, list[TfxArtifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Run it.

        Raises:
            DataError: no flag names one, or an input has more artifacts than it takes.
            Exception: what the executor raises.
        """
        ours = OurExecutor.of_flags(self._extra_flags or ())
        if ours is None:
            raise DataError(
                f"{type(self).__name__} has no flag {OUR_EXECUTOR_FLAG}... that names an executor."
            )
        executor = import_object(ours.path)
        if not ours.is_function:
            executor = executor(self._our_context())
        _check_counts(input_dict, ours)
        outputs = {key: _our_artifacts(few, ours) for key, few in output_dict.items()}
        executor.Do(
            {key: _our_artifacts(few, ours) for key, few in input_dict.items()},
            outputs,
            {name: _value(name, kind, exec_properties) for name, kind in ours.types.items()},
        )
        for key, written in outputs.items():
            for source, target in zip(written, output_dict[key], strict=True):
                copy_to_tfx(recordable(source, _declared(target, ours)), target)

    def _our_context(self) -> ExecutorContext:
        context = self._context
        if context is None:
            return ExecutorContext()
        return ExecutorContext(
            pipeline_name=context.pipeline_info.id,
            run_id=context.pipeline_run_id,
            node_id=context.pipeline_node.node_info.id,
            tmp_dir=self._get_tmp_dir(),
            beam_pipeline_args=tuple(getattr(context, "beam_pipeline_args", ())),
        )


class RunOurBeamExecutor(BaseBeamExecutor, RunOurExecutor):
    """The same, for an executor that is given Beam's arguments."""

    Do = RunOurExecutor.Do


def _our_artifacts(artifacts: Sequence[TfxArtifact], ours: OurExecutor) -> list[Artifact]:
    made = []
    for source in artifacts:
        target = artifact_class(_declared(source, ours))()
        target.id = source.id
        copy_from_tfx(source, target)
        made.append(target)
    return made


def _declared(artifact: TfxArtifact, ours: OurExecutor) -> ir.ArtifactType:
    declared = from_tfx_type(artifact.artifact_type, f"Artifact type {artifact.type_name!r}")
    path = ours.classes.get(declared.name, declared.class_path)
    return ir.ArtifactType(declared.name, declared.properties, path)


def _value(name: str, kind: str, properties: dict[str, Any]) -> Any:
    value = properties.get(name)
    if ir.ParameterType[kind].is_json and isinstance(value, str):
        return json.loads(value)
    return value


def _check_counts(inputs: dict[str, list[TfxArtifact]], ours: OurExecutor) -> None:
    for key, most in ours.max_counts.items():
        count = len(inputs.get(key, ()))
        if count > most:
            raise DataError(f"Input {key!r} takes at most {most} artifact, got {count}.")
