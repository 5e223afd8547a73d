"""What a node reads of itself, its run and its environment."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import placeholders as ph
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.placeholder_base import UnknownFieldError
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises

INVOCATION: Any = ph.execution_invocation()


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        (ph.exec_property("steps"), "exec_property('steps')"),
        (ph.environment_variable("HOME"), "environment_variable('HOME')"),
        (ph.runtime_info("pipeline_root"), "runtime_info('pipeline_root')"),
        (INVOCATION.pipeline_run_id, "runtime_info('pipeline_run_id')"),
        (INVOCATION.top_level_pipeline_run_id, "runtime_info('pipeline_run_id')"),
        (INVOCATION.pipeline_info.id, "runtime_info('pipeline_name')"),
        (INVOCATION.pipeline_node.node_info.id, "runtime_info('node_id')"),
        (INVOCATION.stateful_working_dir, "runtime_info('stateful_working_dir')"),
    ],
)
def test_what_is_known_of_the_run_can_be_read(placeholder: ValuePlaceholder, text: str) -> None:
    assert repr(placeholder) == text


def test_unknown_key_of_the_run_is_refused() -> None:
    message = (
        "runtime_info has no key 'platform_config'. These exist: 'final_status', 'node_id', "
        "'pipeline_name', 'pipeline_root', 'pipeline_run_id', 'stateful_working_dir'."
    )
    with raises(AuthoringError, message):
        ph.runtime_info("platform_config")


def test_unknown_field_of_the_execution_is_refused() -> None:
    message = (
        "execution_invocation() has no field 'pipeline_id'. These exist: 'pipeline_info', "
        "'pipeline_node', 'pipeline_run_id', 'stateful_working_dir', 'top_level_pipeline_run_id'. "
        "Did you mean 'pipeline_run_id'?"
    )
    with raises(UnknownFieldError, message):
        _ = INVOCATION.pipeline_id
    message = (
        "execution_invocation().pipeline_node.node_info has no field 'type'. These exist: 'id'."
    )
    with raises(UnknownFieldError, message):
        _ = INVOCATION.pipeline_node.node_info.type


def test_execution_has_the_attributes_that_python_asks_for() -> None:
    assert not hasattr(INVOCATION, "DESCRIPTOR")
    assert not hasattr(INVOCATION, "_private")
