"""Runs an executor of TFX as one of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.dsl.components.base.base_executor import BaseExecutor as TfxBaseExecutor
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.orchestration.portable.python_executor_operator import run_with_executor
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import BeamExecutor
from pipeline_lib.node.import_object import import_object
from pipeline_lib.tfx_bridge.artifacts import TfxArtifact, copy_from_tfx, to_tfx_artifact
from pipeline_lib.tfx_bridge.executors import TFX_EXECUTOR_PARAMETER, TfxExecutor
from pipeline_lib.tfx_bridge.parameters import parse_with_schema


class RunTfxExecutor(BeamExecutor):
    """Runs the executor of TFX that the parameter `tfx_executor` names, after its driver."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Run it.

        Raises:
            DataError: the executor reports that it failed.
            Exception: what the executor or its driver raises.
        """
        theirs = TfxExecutor.from_value(exec_properties[TFX_EXECUTOR_PARAMETER])
        executor_class = import_object(theirs.path)
        # Imported first: the modules of the author that it imports define TFX's artifact classes.
        execution = ExecutionInfo(
            execution_id=self._context.execution_id,
            input_dict={key: list(map(to_tfx_artifact, few)) for key, few in input_dict.items()},
            output_dict={key: list(map(to_tfx_artifact, few)) for key, few in output_dict.items()},
            exec_properties=_tfx_properties(exec_properties, theirs),
            execution_output_uri=os.path.join(self._get_tmp_dir(), "executor_output.pb"),
            tmp_dir=self._get_tmp_dir(),
            stateful_working_dir=os.path.join(self._get_tmp_dir(), "stateful"),
            pipeline_node=pipeline_pb2.PipelineNode(
                node_info=pipeline_pb2.NodeInfo(id=self._context.node_id)
            ),
            pipeline_info=pipeline_pb2.PipelineInfo(id=self._context.pipeline_name),
            pipeline_run_id=self._context.run_id,
        )
        if theirs.driver:
            _run_driver(import_object(theirs.driver), execution)
        executor = executor_class(self._tfx_context(executor_class, theirs, execution))
        result = run_with_executor(execution, executor)
        if result.execution_result.code:
            raise DataError(
                f"{theirs.path} failed with code {result.execution_result.code}: "
                f"{result.execution_result.result_message}"
            )
        _copy_outputs(result.output_artifacts, execution, output_dict)

    def _tfx_context(
        self, executor_class: type[TfxBaseExecutor], theirs: TfxExecutor, execution: ExecutionInfo
    ) -> Any:
        given: dict[str, Any] = {
            "extra_flags": list(theirs.flags),
            "tmp_dir": execution.tmp_dir,
            "unique_id": str(execution.execution_id),
            "executor_output_uri": execution.execution_output_uri,
            "stateful_working_dir": execution.stateful_working_dir,
            "pipeline_node": execution.pipeline_node,
            "pipeline_info": execution.pipeline_info,
            "pipeline_run_id": execution.pipeline_run_id,
        }
        if not issubclass(executor_class, BaseBeamExecutor):
            return TfxBaseExecutor.Context(**given)
        return BaseBeamExecutor.Context(
            beam_pipeline_args=list(self._context.beam_pipeline_args),
            make_beam_pipeline_fn=self._make_beam_pipeline,
            **given,
        )


def _tfx_properties(properties: Mapping[str, Any], theirs: TfxExecutor) -> dict[str, Any]:
    """The parameters as TFX hands them on: absent ones are left out, messages are messages."""
    given = {
        name: value
        for name, value in properties.items()
        if value is not None and name != TFX_EXECUTOR_PARAMETER
    }
    messages = {
        name: parse_with_schema(given[name], schema)
        for name, schema in theirs.schemas.items()
        if name in given
    }
    return {**given, **messages}


def _run_driver(driver_class: Any, execution: ExecutionInfo) -> None:
    """Let the driver change parameters and outputs. It is given no handle of TFX's on a store."""
    output = driver_class(None).run(execution)
    for name, value in output.exec_properties.items():
        execution.exec_properties[name] = getattr(value, value.WhichOneof("value"))
    for key, artifacts in output.output_artifacts.items():
        execution.output_dict[key] = _of_messages(artifacts.artifacts, execution.output_dict[key])


def _copy_outputs(
    written: Mapping[str, Any], execution: ExecutionInfo, output_dict: dict[str, list[Artifact]]
) -> None:
    for key, ours in output_dict.items():
        if key not in written:
            continue
        theirs = _of_messages(written[key].artifacts, execution.output_dict[key])
        ours[:] = [type(ours[0])() for _ in theirs]
        for source, target in zip(theirs, ours, strict=True):
            copy_from_tfx(source, target)


def _of_messages(messages: Any, like: list[TfxArtifact]) -> list[TfxArtifact]:
    """Artifacts of the store's messages, of the class that `like` is of."""
    made = [like[0].type() for _ in messages]
    for artifact, message in zip(made, messages, strict=True):
        artifact.set_mlmd_artifact(message)
    return made
