"""`tfx.dsl.experimental.node_execution_options.utils`: how a node is run, in TFX's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import UnsupportedError


class TriggerStrategy(IntEnum):
    """When a node may start; the numbers are TFX's."""

    TRIGGER_STRATEGY_UNSPECIFIED = 0
    """As `ALL_UPSTREAM_NODES_SUCCEEDED`."""

    ALL_UPSTREAM_NODES_SUCCEEDED = 1
    """All upstream nodes have succeeded."""

    ALL_UPSTREAM_NODES_COMPLETED = 2
    """All upstream nodes are done, however they ended."""

    LAZILY_ALL_UPSTREAM_NODES_COMPLETED = 4
    """Not here: as late as what comes after it lets it."""

    LAZILY_ALL_UPSTREAM_NODES_SUCCEEDED = 5
    """Not here: as late as what comes after it lets it."""

    LIFETIME_END_WHEN_SUBGRAPH_CANNOT_PROGRESS = 6
    """Not here: when a lifetime ends."""


class OptionsMessage:
    """`pipeline_pb2.NodeExecutionOptions`, from which programs take the trigger strategy."""

    TriggerStrategy = TriggerStrategy
    TRIGGER_STRATEGY_UNSPECIFIED = TriggerStrategy.TRIGGER_STRATEGY_UNSPECIFIED
    ALL_UPSTREAM_NODES_SUCCEEDED = TriggerStrategy.ALL_UPSTREAM_NODES_SUCCEEDED
    ALL_UPSTREAM_NODES_COMPLETED = TriggerStrategy.ALL_UPSTREAM_NODES_COMPLETED
    LAZILY_ALL_UPSTREAM_NODES_COMPLETED = TriggerStrategy.LAZILY_ALL_UPSTREAM_NODES_COMPLETED
    LAZILY_ALL_UPSTREAM_NODES_SUCCEEDED = TriggerStrategy.LAZILY_ALL_UPSTREAM_NODES_SUCCEEDED


_FAILURE_MATTERS_NOT = {
    TriggerStrategy.TRIGGER_STRATEGY_UNSPECIFIED: False,
    TriggerStrategy.ALL_UPSTREAM_NODES_SUCCEEDED: False,
    TriggerStrategy.ALL_UPSTREAM_NODES_COMPLETED: True,
}


@dataclass
class NodeExecutionOptions:
    """TFX's form of what `node.with_options(...)` takes.

        trainer.with_node_execution_options(NodeExecutionOptions(max_execution_retries=2))

    Attributes:
        trigger_strategy: when the node may start.
        success_optional: its failure does not fail the run.
        max_execution_retries: how often it is tried again; a negative number is 0.
        execution_timeout_sec: seconds after which an attempt has failed; 0 for no limit.
        reset_stateful_working_dir: without effect.
        lifetime_start: not taken.
    """

    trigger_strategy: TriggerStrategy = TriggerStrategy.ALL_UPSTREAM_NODES_SUCCEEDED
    success_optional: bool = False
    max_execution_retries: int | None = None
    execution_timeout_sec: int = 0
    reset_stateful_working_dir: bool = False
    lifetime_start: str | None = None

    def __post_init__(self) -> None:
        if self.max_execution_retries is not None:
            self.max_execution_retries = max(self.max_execution_retries, 0)

    def apply_to(self, node: BaseNode) -> None:
        """Give the node these options in place of those that it has.

        Raises:
            AuthoringError: a number is of the wrong type, or the time negative.
            UnsupportedError: the trigger strategy is another, or `lifetime_start` is given.
        """
        where = f"Node {node.id!r}: NodeExecutionOptions"
        if self.lifetime_start:
            raise UnsupportedError(
                f"{where}(lifetime_start={self.lifetime_start!r}): there are no lifetimes. A node "
                "that runs however the others ended is the pipeline's exit handler."
            )
        strategy = TriggerStrategy(self.trigger_strategy)
        if strategy not in _FAILURE_MATTERS_NOT:
            taken = " or ".join(one.name for one in _FAILURE_MATTERS_NOT if one.value)
            raise UnsupportedError(
                f"{where}(trigger_strategy={strategy.name}) is not in pipeline_lib: use {taken}."
            )
        node.with_options(
            retries=self.max_execution_retries or 0,
            timeout=self.execution_timeout_sec or None,
            optional=self.success_optional,
            ignore_upstream_failure=_FAILURE_MATTERS_NOT[strategy],
        )
