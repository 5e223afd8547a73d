from __future__ import annotations

import pytest

from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.node import NodeOptions
from pipeline_lib.tfx.deeper.node_execution_options import (
    NodeExecutionOptions,
    OptionsMessage,
    TriggerStrategy,
)
from tests.tfx.steps import Make
from tests.whole_message import raises


def test_options_in_tfxs_words() -> None:
    given = NodeExecutionOptions(
        trigger_strategy=TriggerStrategy.ALL_UPSTREAM_NODES_COMPLETED,
        success_optional=True,
        max_execution_retries=2,
        execution_timeout_sec=60,
        reset_stateful_working_dir=True,
    )
    node = Make(number=1)
    assert node.with_node_execution_options(given) is node
    assert node.node_execution_options == given
    assert node.options == NodeOptions(
        max_retries=2, retry_delay=1.0, timeout=60, optional=True, ignore_upstream_failure=True
    )


def test_options_are_assigned_and_taken_away() -> None:
    node = Make(number=1).with_cache(False)
    node.node_execution_options = NodeExecutionOptions(execution_timeout_sec=60)
    assert node.options == NodeOptions(enable_cache=False, timeout=60)
    node.node_execution_options = None
    assert node.node_execution_options is None
    assert node.options == NodeOptions(enable_cache=False)


@pytest.mark.parametrize("retries", [None, 0, -1])
def test_no_retries(retries: int | None) -> None:
    options = NodeExecutionOptions(max_execution_retries=retries)
    assert Make(number=1).with_node_execution_options(options).options == NodeOptions()


def test_lifetimes() -> None:
    with raises(
        UnsupportedError,
        "Node 'Make': NodeExecutionOptions(lifetime_start='cluster'): there are no lifetimes. A "
        "node that runs however the others ended is the pipeline's exit handler.",
    ):
        Make(number=1).with_node_execution_options(NodeExecutionOptions(lifetime_start="cluster"))


def test_strategies_that_are_not_here() -> None:
    lazily = TriggerStrategy.LAZILY_ALL_UPSTREAM_NODES_COMPLETED
    with raises(
        UnsupportedError,
        "Node 'Make': NodeExecutionOptions(trigger_strategy=LAZILY_ALL_UPSTREAM_NODES_COMPLETED) "
        "is not in pipeline_lib: use ALL_UPSTREAM_NODES_SUCCEEDED or "
        "ALL_UPSTREAM_NODES_COMPLETED.",
    ):
        Make(number=1).with_node_execution_options(NodeExecutionOptions(trigger_strategy=lazily))


def test_strategies_of_the_message() -> None:
    for strategy in TriggerStrategy:
        if strategy is not TriggerStrategy.LIFETIME_END_WHEN_SUBGRAPH_CANNOT_PROGRESS:
            assert getattr(OptionsMessage, strategy.name) is strategy
    completed = OptionsMessage.TriggerStrategy.ALL_UPSTREAM_NODES_COMPLETED
    options = NodeExecutionOptions(trigger_strategy=completed)
    node = Make(number=1).with_node_execution_options(options)
    assert node.options.ignore_upstream_failure
