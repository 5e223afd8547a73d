"""What the steps of a node get of its options, and what the first and last step get."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline_lib import Pipeline, create_container_component, ir
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.ir.kubernetes import Toleration
from tests.dsl import steps
from tests.runners.kubeflow.spec.documents import REMOTE, container_of, document_of, tasks_of

OPTIONS: dict[str, Any] = {
    "cpus": 1.5,
    "memory": "2Gi",
    "accelerators": 2,
    "environment": {"MODE": "fast"},
    "secrets": {"TOKEN": ("hub", "token")},
    "timeout": 60.5,
    "retries": 2,
    "retry_delay": 0.5,
}
RESOURCES = {
    "cpuRequest": 1.5,
    "cpuLimit": 1.5,
    "resourceCpuRequest": "1.5",
    "resourceCpuLimit": "1.5",
    "memoryRequest": 2.147483648,
    "memoryLimit": 2.147483648,
    "resourceMemoryRequest": "2048Mi",
    "resourceMemoryLimit": "2048Mi",
    "accelerator": {
        "type": "nvidia.com/gpu",
        "count": "2",
        "resourceType": "nvidia.com/gpu",
        "resourceCount": "2",
    },
}
RETRIES = {
    "maxRetryCount": 2,
    "backoffDuration": "1s",
    "backoffFactor": 2.0,
    "backoffMaxDuration": "3600s",
}

Convert = create_container_component(
    name="Convert",
    inputs={"model": Model},
    image="convert:1",
    command=["convert", "--fast"],
)


def test_a_whole_node() -> None:
    train = steps.Train().with_options(image="train:3", **OPTIONS)
    train.with_kubernetes(tolerations=[Toleration("gpu", "Exists")])
    document = document_of(Pipeline("options", components=[train]))
    assert container_of(document, "comp-train") == {
        "image": "train:3",
        "command": ["python3", "-m", "pipeline_lib.runners.kubeflow.steps"],
        "args": [
            *("node", "--executor-input", "{{$}}", "--run", "{{$.pipeline_job_uuid}}"),
            *("--node", "{{$.inputs.parameters['node']}}"),
        ],
        "env": [{"name": "MODE", "value": "fast"}],
        "resources": RESOURCES,
    }
    assert tasks_of(document, "comp-exit-handler-1")["train"]["retryPolicy"] == RETRIES
    pod = _pods(document)["exec-train"]
    assert pod["tolerations"] == [{"key": "gpu", "operator": "Exists"}]


def test_a_container_component_and_the_light_steps_around_it() -> None:
    train = steps.Train()
    convert = Convert(model=train.outputs["model"]).with_options(**OPTIONS)
    convert.with_kubernetes(tolerations=[Toleration("gpu", "Exists")])
    document = document_of(Pipeline("options", components=[train, convert]))
    assert container_of(document, "comp-convert") == {
        "image": "convert:1",
        "command": ["convert", "--fast"],
        "env": [{"name": "MODE", "value": "fast"}],
        "resources": RESOURCES,
    }
    tasks = tasks_of(document, "comp-convert-2")
    assert tasks["convert-container"]["retryPolicy"] == RETRIES
    assert tasks["convert-container"]["dependentTasks"] == ["convert-drive"]
    assert tasks["convert-publish"]["dependentTasks"] == ["convert-container"]
    for verb in ("drive", "publish"):
        light = container_of(document, f"comp-convert-{verb}")
        assert (light["image"], light["args"][0]) == ("pipelines:1", verb)
        assert light["env"] == [{"name": "MODE", "value": "fast"}]
        assert "resources" not in light
        # The store, and what the node's environment has; no machine of its own.
        pod = _pods(document)[f"exec-convert-{verb}"]
        assert [one["secretName"] for one in pod["secretAsEnv"]] == ["hub", "pipeline-store"]
        assert set(pod) == {"secretAsEnv"}
    assert [one["secretName"] for one in _pods(document)["exec-convert"]["secretAsEnv"]] == ["hub"]


def test_the_last_step_is_that_of_the_exit_handler() -> None:
    notify = steps.Train().with_id("notify").with_options(image="notify:1", memory=1000)
    pipeline = Pipeline("handled", components=[steps.Train()], exit_handler=notify)
    document = document_of(pipeline)
    end = container_of(document, "comp-end")
    assert end["image"] == "notify:1"
    assert end["resources"]["resourceMemoryLimit"] == "1000"
    assert tasks_of(document, "root")["end"] == {
        "cachingOptions": {},
        "componentRef": {"name": "comp-end"},
        "dependentTasks": ["exit-handler-1"],
        "taskInfo": {"name": "end"},
        "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
    }


def test_how_the_run_begins() -> None:
    settings = replace(
        REMOTE, use_cache=False, from_nodes=("a", "b"), to_nodes=("c",), base_run="run-1"
    )
    node = ir.Node("Train", "Train", ir.FunctionExecutor("steps:train", ""))
    begin = container_of(document_of(ir.Pipeline("begins", (node,)), settings), "comp-begin")
    place = begin["args"].index("--root")
    assert begin["args"][:6] == [
        *("begin", "--executor-input", "{{$}}", "--run", "{{$.pipeline_job_uuid}}", "--pipeline")
    ]
    assert begin["args"][place:] == [
        *("--root", "s3://bucket/root", "--no-cache"),
        *("--from-node", "a", "--from-node", "b", "--to-node", "c", "--base-run", "run-1"),
    ]


def test_what_holds_nothing() -> None:
    empty = ir.Node("empty", "pipeline", ir.PipelineExecutor(()))
    document = document_of(ir.Pipeline("nothing", (empty,)))
    assert sorted(tasks_of(document, "comp-empty")) == ["empty-close", "empty-open"]
    # Argo refuses a DAG without tasks.
    document = document_of(ir.Pipeline("nothing", ()))
    assert sorted(tasks_of(document, "comp-exit-handler-1")) == ["check"]


def _pods(document: Any) -> dict[str, Any]:
    pods: dict[str, Any] = document.platform["platforms"]["kubernetes"]["deploymentSpec"]
    return dict(pods["executors"])
