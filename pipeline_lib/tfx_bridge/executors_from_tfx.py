"""TFX's executable specifications as our executors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfx.proto.orchestration import executable_spec_pb2, pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.ir.expressions import Expression
from pipeline_lib.tfx_bridge.executors import (
    RUNS_TFX_EXECUTOR,
    OurExecutor,
    TfxExecutor,
    import_path_of,
)
from pipeline_lib.tfx_bridge.expressions_from_tfx import from_placeholder
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

_KINDS = (
    executable_spec_pb2.PythonClassExecutableSpec,
    executable_spec_pb2.BeamExecutableSpec,
    executable_spec_pb2.ContainerExecutableSpec,
)


class ExecutorsFromTfx:
    """The executors of a pipeline's nodes."""

    def __init__(self, pipeline: pipeline_pb2.Pipeline) -> None:
        self._deployment = pipeline_pb2.IntermediateDeploymentConfig()
        pipeline.deployment_config.Unpack(self._deployment)

    def specification(self, node_id: str, where: str) -> Any:
        """The specification of a node's executor.

        Raises:
            UnsupportedError: it is none that we have; the message begins with `where`.
        """
        if node_id in self._deployment.node_level_platform_configs:
            raise not_in_ours(where, "has a platform configuration")
        packed = self._deployment.executor_specs[node_id]
        for kind in _KINDS:
            if packed.Is(kind.DESCRIPTOR):
                specification = kind()
                packed.Unpack(specification)
                return specification
        if not packed.type_url:
            raise not_in_ours(where, "stands for what the whole pipeline reads or gives")
        raise not_in_ours(where, f"has an executor of kind {packed.type_url!r}")

    def driver(self, node_id: str) -> str:
        """Import path of a node's own driver; empty where it has none."""
        if node_id not in self._deployment.custom_driver_specs:
            return ""
        driver = executable_spec_pb2.PythonClassExecutableSpec()
        self._deployment.custom_driver_specs[node_id].Unpack(driver)
        return import_path_of(driver.class_path)


def our_executor(specification: Any) -> OurExecutor | None:
    """The executor of ours that a specification names, if it does."""
    return OurExecutor.of_flags(getattr(_python_class(specification), "extra_flags", ()))


def to_executor(specification: Any, code: CodeDigests, where: str) -> ir.Executor:
    """Our executor of a specification.

    Args:
        specification: TFX's.
        code: takes note of the code that an executor of TFX depends on.
        where: whose executor it is, for a message.

    Raises:
        UnsupportedError: we have nothing like it; the message begins with `where`.
    """
    if isinstance(specification, executable_spec_pb2.ContainerExecutableSpec):
        return container(specification, where)
    arguments = beam_arguments(specification, where)
    ours = our_executor(specification)
    if ours is not None:
        return ours.to_executor(arguments)
    path = import_path_of(_python_class(specification).class_path)
    return ir.ClassExecutor(RUNS_TFX_EXECUTOR, code.add(path), arguments)


def tfx_executor(specification: Any, driver: str, schemas: Mapping[str, str]) -> TfxExecutor:
    """What our executor has to know of the executor of TFX that it runs."""
    python_class = _python_class(specification)
    return TfxExecutor(
        path=import_path_of(python_class.class_path),
        driver=driver,
        flags=tuple(python_class.extra_flags),
        schemas=schemas,
        beam=isinstance(specification, executable_spec_pb2.BeamExecutableSpec),
    )


def beam_arguments(specification: Any, where: str) -> tuple[Expression, ...]:
    """Beam's arguments of a specification; none where it does not run Beam."""
    placeholders = getattr(specification, "beam_pipeline_args_placeholders", ())
    return tuple(from_placeholder(one, f"{where}: Beam argument") for one in placeholders)


def container(specification: Any, where: str) -> ir.ContainerExecutor:
    """Our executor of a container's specification; raises as `to_executor`."""
    if specification.args and not specification.commands:
        raise not_in_ours(where, "gives arguments to the command of its image")
    parts = [*specification.commands, *specification.args]
    return ir.ContainerExecutor(
        specification.image, tuple(from_placeholder(one, f"{where}: command") for one in parts)
    )


def _python_class(specification: Any) -> Any:
    if isinstance(specification, executable_spec_pb2.BeamExecutableSpec):
        return specification.python_executor_spec
    return specification
