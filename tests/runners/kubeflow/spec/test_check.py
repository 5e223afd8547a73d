"""Documents that are wrong are not let through: each reference must have its end and its type."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline_lib import compile, ir
from pipeline_lib.errors import AuthoringError, InvalidPipelineError
from pipeline_lib.runners.kubeflow.spec.check import check_document
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument
from tests.compiler import pipelines
from tests.ir import generated
from tests.runners.kubeflow.spec.documents import MOUNTED, REMOTE, document_of
from tests.whole_message import raises

Spec = dict[str, Any]
DOCUMENT = document_of(compile(pipelines.control_flow()))


def tasks(spec: Spec, component: str) -> Any:
    return spec["components"][component]["dag"]["tasks"]


def unknown_component(spec: Spec) -> None:
    tasks(spec, "comp-exit-handler-1")["a"]["componentRef"]["name"] = "comp-none"


def unknown_upstream(spec: Spec) -> None:
    tasks(spec, "comp-exit-handler-1")["a"]["dependentTasks"] = ["none"]


def cycle(spec: Spec) -> None:
    tasks(spec, "comp-exit-handler-1")["a"]["dependentTasks"] = ["each"]


def missing_input(spec: Spec) -> None:
    del tasks(spec, "comp-exit-handler-1")["a"]["inputs"]


def wrong_constant(spec: Spec) -> None:
    given_node = tasks(spec, "comp-exit-handler-1")["a"]["inputs"]["parameters"]["node"]
    given_node["runtimeValue"]["constant"] = 3


def wrong_type(spec: Spec) -> None:
    outputs = spec["components"]["comp-multiply"]["outputDefinitions"]["parameters"]
    outputs["told-1"]["parameterType"] = "STRING"


def unknown_output(spec: Spec) -> None:
    del spec["components"]["comp-multiply"]["outputDefinitions"]


def not_waited_for(spec: Spec) -> None:
    del tasks(spec, "comp-inner-nodes")["longest"]["dependentTasks"]


def condition_on_nothing(spec: Spec) -> None:
    task = tasks(spec, "comp-longest")["longest-node"]
    task["triggerPolicy"]["condition"] = "inputs.parameter_values['none'] == true"


def no_list(spec: Spec) -> None:
    taken = spec["components"]["comp-each-nodes"]["inputDefinitions"]["parameters"]
    taken["positions"]["parameterType"] = "STRING"


def no_item(spec: Spec) -> None:
    iterator = tasks(spec, "comp-each")["each-nodes"]["parameterIterator"]
    iterator["itemInput"] = "none"


def bad_name(spec: Spec) -> None:
    level = tasks(spec, "comp-sub-nodes")
    level["My_Task"] = level.pop("append")


def no_executor(spec: Spec) -> None:
    spec["components"]["comp-check"]["executorLabel"] = "exec-none"


def same_container(spec: Spec) -> None:
    executors = spec["deploymentSpec"]["executors"]
    executors["exec-write"] = executors["exec-sum"]


def no_tasks(spec: Spec) -> None:
    tasks(spec, "comp-sub-nodes").clear()


BROKEN: Mapping[Callable[[Spec], None], str] = {
    unknown_component: ("task 'a' of 'comp-exit-handler-1' runs 'comp-none', which is not there"),
    unknown_upstream: "task 'a' of 'comp-exit-handler-1' waits for 'none', which is not there",
    cycle: "'comp-exit-handler-1' has the cycle each -> a -> each",
    missing_input: "task 'a' of 'comp-exit-handler-1' is given or takes 'node', and not both",
    wrong_constant: ("task 'a' of 'comp-exit-handler-1' takes 'node' as STRING, and is given None"),
    wrong_type: (
        "task 'longest' of 'comp-inner-nodes' takes 'told-1' as BOOLEAN, and is given STRING"
    ),
    unknown_output: (
        "task 'longest' of 'comp-inner-nodes' takes 'told-1' as BOOLEAN, and is given None"
    ),
    not_waited_for: (
        "task 'longest' of 'comp-inner-nodes' reads 'multiply' and does not wait for it"
    ),
    condition_on_nothing: (
        "task 'longest-node' of 'comp-longest' has a condition on 'none', which it is not given"
    ),
    no_list: (
        "task 'each-nodes' of 'comp-each' goes through 'positions', no list; "
        "task 'each-nodes' of 'comp-each' takes 'positions' as STRING, and is given LIST"
    ),
    no_item: (
        "task 'each-nodes' of 'comp-each' takes no item 'none'; "
        "task 'each-nodes' of 'comp-each' is given or takes 'position-1', and not both"
    ),
    bad_name: "the name of task 'My_Task' of 'comp-sub-nodes'",
    no_executor: (
        "component 'comp-check' has no executor 'exec-none'; no component has executor 'exec-check'"
    ),
    same_container: "component 'comp-sum' has the container of another one",
    no_tasks: "component 'comp-sub-nodes' has no tasks; nothing runs component 'comp-append'",
}


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda one: one.__name__)
def test_broken_documents(breaks: Callable[[Spec], None]) -> None:
    spec = copy.deepcopy(dict(DOCUMENT.spec))
    breaks(spec)
    with raises(
        InvalidPipelineError,
        f"The document for Kubeflow is not valid: {BROKEN[breaks]}. "
        "Please report this with the pipeline.",
    ):
        check_document(KubeflowDocument(spec, DOCUMENT.platform))


def test_pod_of_no_executor() -> None:
    executors = {"exec-none": {"imagePullPolicy": "Always"}}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}
    with raises(
        InvalidPipelineError,
        "The document for Kubeflow is not valid: the platform has an executor 'exec-none', which "
        "the pipeline has not. Please report this with the pipeline.",
    ):
        check_document(KubeflowDocument(DOCUMENT.spec, platform))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(generated.pipelines())
def test_what_is_compiled_is_right_or_refused(pipeline: ir.Pipeline) -> None:
    for choice in (REMOTE, MOUNTED):
        try:
            document = document_of(pipeline, choice)
        except AuthoringError:
            continue
        assert document.to_yaml() == document_of(pipeline, choice).to_yaml()
