from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import ForEach, Pipeline, compile, create_container_component
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.node import Accelerators, NodeOptions, SecretVariable
from tests.dsl import steps
from tests.whole_message import raises


def test_options_reach_the_ir() -> None:
    node = steps.Train().with_cache(False)
    assert (
        node.with_options(
            retries=2,
            retry_delay=5,
            timeout=60,
            optional=True,
            ignore_upstream_failure=True,
            priority=-1,
            cpus=0.5,
            memory=100,
        )
        is node
    )
    assert compile(Pipeline("p", components=[node])).by_id["Train"].options == NodeOptions(
        enable_cache=False,
        max_retries=2,
        retry_delay=5,
        timeout=60,
        optional=True,
        ignore_upstream_failure=True,
        priority=-1,
        cpus=0.5,
        memory=100,
    )


def test_each_call_gives_all_options_anew_but_the_cache() -> None:
    node = steps.Train().with_options(retries=2, priority=3).with_cache(True)
    assert node.with_options(priority=1).options == NodeOptions(enable_cache=True, priority=1)


def test_the_delay_is_nothing_where_nothing_is_retried() -> None:
    assert steps.Train().with_options(retry_delay=5).options.retry_delay == 0.0
    assert steps.Train().with_options(retries=1).options.retry_delay == 1.0


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1000, 1000),
        ("1000", 1000),
        ("1k".upper(), 1000),
        ("1Ki", 1024),
        ("1KiB", 1024),
        ("512Mi", 512 << 20),
        ("1.5Gi", 3 << 29),
        ("2GB", 2 * 10**9),
        ("1T", 10**12),
        (" 8Gi ", 8 << 30),
        (None, 0),
    ],
)
def test_memory_is_bytes_or_a_size(size: Any, expected: int) -> None:
    assert steps.Train().with_options(memory=size).options.memory == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"retries": -1}, "option 'retries' cannot be negative, got -1."),
        ({"retries": 1.5}, "option 'retries' takes a whole number, got 1.5."),
        ({"retries": True}, "option 'retries' takes a whole number, got True."),
        (
            {"retries": 1, "retry_delay": -1},
            "option 'retry_delay' cannot be negative, got -1.",
        ),
        ({"timeout": "1h"}, "option 'timeout' takes a number, got '1h'."),
        ({"timeout": -5}, "option 'timeout' cannot be negative, got -5."),
        ({"timeout": float("nan")}, "option 'timeout' takes a number below 2147483648, got nan."),
        ({"retries": 2**31}, "option 'retries' takes a number below 2147483648, got 2147483648."),
        (
            {"environment": {"A": "b\0"}},
            "option 'environment': variable 'A' cannot hold NUL, got 'b\\x00'.",
        ),
        ({"optional": 1}, "option 'optional' takes True or False, got 1."),
        (
            {"ignore_upstream_failure": "yes"},
            "option 'ignore_upstream_failure' takes True or False, got 'yes'.",
        ),
        ({"priority": "high"}, "option 'priority' takes a whole number, got 'high'."),
        ({"cpus": -0.5}, "option 'cpus' cannot be negative, got -0.5."),
        ({"cpus": [1]}, "option 'cpus' takes a number, got [1]."),
        ({"memory": -1}, "option 'memory' cannot be negative, got -1."),
        ({"memory": 1.5}, "option 'memory' takes a whole number, got 1.5."),
        (
            {"memory": "8 gigs"},
            "option 'memory' takes bytes or a size such as '512Mi' or '8Gi', got '8 gigs'.",
        ),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(given: Any, message: str) -> None:
    with raises(AuthoringError, f"Node 'Train': {message}"):
        steps.Train().with_options(**given)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"retries": 1}, "retries"),
        ({"timeout": 1}, "timeout"),
        ({"cpus": 1}, "cpus"),
        ({"memory": 1}, "memory"),
    ],
)
def test_a_sub_pipeline_does_no_work_itself_that_could_be_bounded(given: Any, name: str) -> None:
    sub = Pipeline("sub", components=[steps.Train()]).with_options(**given)
    message = (
        f"Node 'sub' is a sub-pipeline, which takes no option {name!r}. "
        "Give it to the nodes inside."
    )
    with raises(AuthoringError, message):
        compile(Pipeline("p", components=[sub]))


def test_a_sub_pipeline_may_be_optional_and_ignore_failures() -> None:
    sub = Pipeline("sub", components=[steps.Train()])
    sub.with_options(optional=True, ignore_upstream_failure=True, priority=2)
    assert compile(Pipeline("p", components=[sub])).by_id["sub"].options == NodeOptions(
        optional=True, ignore_upstream_failure=True, priority=2
    )


def test_options_of_a_node_in_a_loop_are_its_own() -> None:
    with ForEach([1]):
        train = steps.Train().with_options(retries=3, retry_delay=0)
    (loop,) = compile(Pipeline("p", components=[train])).nodes
    assert loop.options == NodeOptions()
    assert loop.executor.by_id["Train"].options.max_retries == 3  # type: ignore[union-attr]


def test_where_a_node_runs_reaches_the_ir() -> None:
    node = steps.Train().with_options(
        accelerators=2,
        image="registry/train:3",
        environment={"MODE": "fast"},
        secrets={"TOKEN": ("hub", "token"), "PASSWORD": ("database", "password")},
        user=1000,
    )
    assert compile(Pipeline("p", components=[node])).by_id["Train"].options == NodeOptions(
        accelerators=Accelerators("nvidia.com/gpu", 2),
        image="registry/train:3",
        environment={"MODE": "fast"},
        secrets=(
            SecretVariable("PASSWORD", "database", "password"),
            SecretVariable("TOKEN", "hub", "token"),
        ),
        user="1000",
    )


def test_another_accelerator_than_nvidias_is_named() -> None:
    options = steps.Train().with_options(accelerators=("amd.com/gpu", 1)).options
    assert options.accelerators == Accelerators("amd.com/gpu", 1)
    assert steps.Train().with_options(accelerators=0).options.accelerators is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"accelerators": "gpu"},
            "option 'accelerators' takes a number of NVIDIA GPUs, or a resource and a number such "
            "as ('amd.com/gpu', 1), got 'gpu'.",
        ),
        (
            {"accelerators": -1},
            "option 'accelerators' takes a number of NVIDIA GPUs, or a resource and a number such "
            "as ('amd.com/gpu', 1), got -1.",
        ),
        ({"image": 3}, "option 'image' takes text, got 3."),
        ({"environment": ["A"]}, "option 'environment' takes a dict, got ['A']."),
        (
            {"environment": {"A": 1}},
            "option 'environment': variable 'A' takes text, got 1.",
        ),
        (
            {"environment": {"1A": ""}},
            "option 'environment': '1A' is no name of an environment variable: letters, digits "
            "and '_' are allowed, and no digit at its beginning.",
        ),
        ({"secrets": "A"}, "option 'secrets' takes a dict, got 'A'."),
        (
            {"secrets": {"A": "token"}},
            "option 'secrets': variable 'A' takes the names of a secret and of a key in it, such "
            "as ('database', 'password'), got 'token'.",
        ),
        (
            {"user": "root"},
            "option 'user' takes the number of a user, or of a user and a group such as "
            "'1000:1000', got 'root'.",
        ),
    ],
)
def test_a_wrong_place_to_run_is_refused(given: dict[str, Any], message: str) -> None:
    with raises(AuthoringError, f"Node 'Train': {message}"):
        steps.Train().with_options(**given)


def test_a_variable_is_a_secret_or_not() -> None:
    with raises(
        AuthoringError,
        "Node 'Train': variable 'A' is in both options, 'environment' and 'secrets'.",
    ):
        steps.Train().with_options(environment={"A": "1"}, secrets={"A": ("s", "k")})


def test_a_container_component_has_its_own_image() -> None:
    node = create_container_component("Grep", "grep:1", ["grep"])().with_options(image="other:1")
    with raises(
        AuthoringError,
        "Node 'Grep' is a container component of image 'grep:1', which takes no option 'image'. "
        "Name the image where the component is made.",
    ):
        compile(Pipeline("p", components=[node]))
