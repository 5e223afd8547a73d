"""A node's executor as TFX's executable specification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tfx.proto.orchestration import executable_spec_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Expression
from pipeline_lib.tfx_bridge.executors import (
    RUNS_OUR_BEAM_EXECUTOR,
    RUNS_OUR_EXECUTOR,
    OurExecutor,
    TfxExecutor,
    dotted_path,
)
from pipeline_lib.tfx_bridge.expressions_to_tfx import to_placeholder

_PythonClass = executable_spec_pb2.PythonClassExecutableSpec


def to_executable(node: ir.Node, where: str) -> Any:
    """The specification of what does the work of a node; `None` for importers and the like.

    Raises:
        UnsupportedError: TFX cannot express an argument; the message begins with `where`.
    """
    match node.executor:
        case ir.ContainerExecutor(image, command):
            return executable_spec_pb2.ContainerExecutableSpec(
                image=image,
                commands=[to_placeholder(part, f"{where}: command") for part in command],
            )
        case ir.ClassExecutor(beam_pipeline_args=arguments):
            return _of_python(node, arguments, where)
        case ir.FunctionExecutor():
            return _of_python(node, (), where)
    return None


def to_driver(node: ir.Node) -> Any:
    """The specification of the driver that runs before the executor; `None` for TFX's own."""
    executor = TfxExecutor.of_node(node)
    if executor is None or not executor.driver:
        return None
    return _PythonClass(class_path=dotted_path(executor.driver))


def _of_python(node: ir.Node, arguments: tuple[Expression, ...], where: str) -> Any:
    theirs, ours = TfxExecutor.of_node(node), OurExecutor.of_node(node)
    if theirs is not None:
        path, flags, beam = dotted_path(theirs.path), theirs.flags, theirs.beam
    else:
        beam = bool(arguments)
        path = RUNS_OUR_BEAM_EXECUTOR if beam else RUNS_OUR_EXECUTOR
        flags = (ours.to_flag(),) if ours else ()
    python_class = _PythonClass(class_path=path, extra_flags=flags)
    return _with_beam(python_class, arguments, where) if beam else python_class


def _with_beam(python_class: Any, arguments: Iterable[Expression], where: str) -> Any:
    placeholders = [to_placeholder(one, f"{where}: Beam argument") for one in arguments]
    return executable_spec_pb2.BeamExecutableSpec(
        python_executor_spec=python_class,
        beam_pipeline_args=[
            one.value.string_value for one in placeholders if one.value.string_value
        ],
        beam_pipeline_args_placeholders=placeholders,
    )
