"""Executors of TFX in our pipelines, and ours in TFX's: what each side notes down of the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline_lib import ir
from pipeline_lib.execution.main_module import main_module_name
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.frozen import thaw

RUNS_TFX_EXECUTOR = "pipeline_lib.tfx_bridge.run_tfx_executor:RunTfxExecutor"
"""Our executor that runs one of TFX's."""
TFX_EXECUTOR_PARAMETER = "tfx_executor"
"""Parameter of a node of ours that says which executor of TFX does its work."""
RUNS_OUR_EXECUTOR = "pipeline_lib.tfx_bridge.run_our_executor.RunOurExecutor"
"""TFX's executor that runs one of ours."""
RUNS_OUR_BEAM_EXECUTOR = "pipeline_lib.tfx_bridge.run_our_executor.RunOurBeamExecutor"
OUR_EXECUTOR_FLAG = "--plib_executor="
"""Flag of a node of TFX that says which executor of ours does its work, as JSON."""


@dataclass(frozen=True)
class TfxExecutor:
    """An executor class of TFX.

    Attributes:
        path: `package.module:Class`.
        driver: path of the driver class that runs first; empty for TFX's own.
        flags: extra flags for the executor.
        schemas: for parameters that hold messages, how TFX reads their text.
        beam: whether it is given Beam's arguments.
    """

    path: str
    driver: str = ""
    flags: tuple[str, ...] = ()
    schemas: Mapping[str, str] = field(default_factory=dict)
    beam: bool = False

    def to_parameter(self) -> ir.Parameter:
        """As the parameter that a node of ours has."""
        return ir.Parameter(ir.ParameterType.JSON, Literal(asdict(self)))

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> TfxExecutor:
        """Of the parameter's value."""
        plain = thaw(value)
        return cls(**{**plain, "flags": tuple(plain["flags"])})

    @classmethod
    def of_node(cls, node: ir.Node) -> TfxExecutor | None:
        """The executor of TFX that does a node's work, if one does."""
        parameter = node.parameters.get(TFX_EXECUTOR_PARAMETER)
        match node.executor, parameter:
            case ir.ClassExecutor(path=path), ir.Parameter(_, Literal(value)):
                return cls.from_value(value) if path == RUNS_TFX_EXECUTOR else None
        return None


@dataclass(frozen=True)
class OurExecutor:
    """An executor of ours, and what TFX's form of its node leaves out.

    Attributes:
        path: import path of the class or function.
        digest: of its source.
        is_function: whether it is a component function.
        types: type of each parameter, by name; also of those that are absent.
        max_counts: how many artifacts an input takes, by key.
        classes: import path of the class of each artifact type.
    """

    path: str
    digest: str
    is_function: bool = False
    types: Mapping[str, str] = field(default_factory=dict)
    max_counts: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)

    def to_flag(self) -> str:
        """As the flag that a node of TFX has."""
        return OUR_EXECUTOR_FLAG + json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of_flags(cls, flags: Any) -> OurExecutor | None:
        """The executor of ours that a node's flags name, if they do."""
        for flag in flags:
            if flag.startswith(OUR_EXECUTOR_FLAG):
                return cls(**json.loads(flag.removeprefix(OUR_EXECUTOR_FLAG)))
        return None

    @classmethod
    def of_node(cls, node: ir.Node) -> OurExecutor | None:
        """The executor of ours that does a node's work, if one does."""
        if not isinstance(node.executor, ir.ClassExecutor | ir.FunctionExecutor):
            return None
        artifacts: list[ir.Input | ir.Output] = [*node.inputs.values(), *node.outputs.values()]
        return cls(
            path=node.executor.path,
            digest=node.executor.digest,
            is_function=isinstance(node.executor, ir.FunctionExecutor),
            types={name: one.type.name for name, one in node.parameters.items()},
            max_counts={
                key: one.max_count
                for key, one in node.inputs.items()
                if one.max_count is not None and not one.hidden
            },
            classes={one.type.name: one.type.class_path for one in artifacts},
        )

    def to_executor(self, beam_pipeline_args: tuple[Any, ...]) -> ir.Executor:
        """The executor in our form."""
        if self.is_function:
            return ir.FunctionExecutor(self.path, self.digest)
        return ir.ClassExecutor(self.path, self.digest, beam_pipeline_args)


def import_path_of(dotted: str) -> str:
    """`package.module:Class` of TFX's `package.module.Class`."""
    module, _, name = dotted.rpartition(".")
    if module == "__main__":
        module = main_module_name() or module
    return f"{module}:{name}"


def dotted_path(path: str) -> str:
    """TFX's `package.module.Class` of `package.module:Class`."""
    return path.replace(":", ".")
