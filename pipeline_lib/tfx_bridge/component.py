"""A component of TFX as a node of ours."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tfx.dsl.components.base.base_driver import BaseDriver
from tfx.proto.orchestration import executable_spec_pb2
from tfx.types.standard_component_specs import MODULE_FILE_KEY

from pipeline_lib import ir
from pipeline_lib.dsl.binding import BoundInput, BoundParameter
from pipeline_lib.dsl.declarations import ChannelParameter
from pipeline_lib.dsl.executor_spec import BeamExecutorSpec, ContainerExecutorSpec, ExecutorSpec
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.tfx_bridge.artifact_types import our_artifact_class
from pipeline_lib.tfx_bridge.channels import our_channel
from pipeline_lib.tfx_bridge.component_parameters import bound_parameters, given_value
from pipeline_lib.tfx_bridge.drivers import is_cacheable, reads_files_at
from pipeline_lib.tfx_bridge.executors import (
    RUNS_TFX_EXECUTOR,
    TFX_EXECUTOR_PARAMETER,
    TfxExecutor,
)
from pipeline_lib.tfx_bridge.executors_from_tfx import container, tfx_executor
from pipeline_lib.tfx_bridge.unsupported import not_in_ours


@dataclass(frozen=True)
class TfxExecutorSpec(BeamExecutorSpec):
    """An executor of TFX, at `tfx_path`, which `executor_class` runs."""

    tfx_path: str = ""

    @property
    def code_path(self) -> str:
        """What the result depends on is the code of TFX's executor."""
        return self.tfx_path


class AdoptedComponent(BaseNode):
    """Does what a component of TFX does.

    Args:
        tfx_component: the component.
        where: what it is, for a message.

    Raises:
        UnsupportedError: it uses what we do not have.
    """

    def __init__(self, tfx_component: Any, where: str) -> None:
        if tfx_component.platform_config is not None:
            raise not_in_ours(where, "has a platform configuration")
        specification = tfx_component.executor_spec.encode(component_spec=tfx_component.spec)
        is_container = isinstance(specification, executable_spec_pb2.ContainerExecutableSpec)
        parameters, schemas = bound_parameters(tfx_component, where)
        driver = _driver(tfx_component)
        if is_container:
            command = container(specification, where)
            executor_spec: ExecutorSpec = ContainerExecutorSpec(command.image, command.command)
        else:
            theirs = _executor(tfx_component, tfx_executor(specification, driver, schemas))
            executor_spec = TfxExecutorSpec(RUNS_TFX_EXECUTOR, theirs.path)
            for name in reads_files_at(driver, parameters):
                parameters[name] = BoundParameter(ir.ParameterType.PATH, parameters[name].value)
            # TFX's own pipeline makes a wheel of it; ours carries the file and those it imports.
            if (module := parameters.get(MODULE_FILE_KEY)) and isinstance(module.value, str):
                parameters[MODULE_FILE_KEY] = BoundParameter(ir.ParameterType.MODULE, module.value)
            parameters[TFX_EXECUTOR_PARAMETER] = _constant(theirs)
        super().__init__(
            default_id=tfx_component.id,
            type_name=tfx_component.type,
            executor_spec=executor_spec,
            inputs=_inputs(tfx_component, where, max_count=1 if is_container else None),
            outputs={
                key: _output_type(channel, f"{where}: output {key!r}")
                for key, channel in tfx_component.outputs.items()
            },
            parameters=parameters,
        )
        self.beam_pipeline_args = [
            given_value(one, f"{where}: Beam argument")
            for one in getattr(tfx_component.executor_spec, "beam_pipeline_args", ())
        ]
        if not is_cacheable(driver):
            self.with_cache(False)


def _executor(tfx_component: Any, theirs: TfxExecutor) -> TfxExecutor:
    """The executor by a path that other processes can import, also where a script defines it."""
    path = import_path(tfx_component.executor_spec.executor_class, "Executor class")
    return TfxExecutor(**{**asdict(theirs), "path": path, "flags": theirs.flags})


def _constant(theirs: TfxExecutor) -> BoundParameter:
    plain = {**asdict(theirs), "flags": list(theirs.flags)}
    return BoundParameter(ir.ParameterType.JSON, plain)


def _driver(tfx_component: Any) -> str:
    if tfx_component.driver_class is BaseDriver:
        return ""
    return import_path(tfx_component.driver_class, "Driver class")


def _inputs(tfx_component: Any, where: str, max_count: int | None) -> dict[str, BoundInput]:
    declared = tfx_component.spec.INPUTS
    return {
        key: BoundInput(
            ChannelParameter(
                our_artifact_class(channel.type),
                optional=bool(declared[key].allow_empty or channel.is_optional),
                max_count=max_count,
            ),
            our_channel(channel, f"{where}: input {key!r}"),
        )
        for key, channel in tfx_component.inputs.items()
    }


def _output_type(channel: Any, where: str) -> Any:
    if channel.additional_properties or channel.additional_custom_properties:
        raise not_in_ours(where, "is given properties by the pipeline")
    return our_artifact_class(channel.type)
