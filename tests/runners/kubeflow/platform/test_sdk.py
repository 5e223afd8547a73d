"""What we say of a Pod is what Kubeflow Pipelines' own SDK says of it.

Annotations are not deferred here: kfp reads them as they are.
"""

from typing import Any

import pytest

from pipeline_lib.runners.kubeflow.platform.executor import platform_of
from tests.runners.kubeflow.platform.settings_of_pods import NEWER_OPTIONS, OPTIONS, SETTINGS

kfp_kubernetes = pytest.importorskip(
    "kfp.kubernetes", reason="needs kfp-kubernetes, which wants Python 3.11 beside our extras"
)

from google.protobuf import json_format  # noqa: E402
from kfp import dsl  # noqa: E402
from kfp.kubernetes.kubernetes_executor_config_pb2 import (  # noqa: E402
    KubernetesExecutorConfig,
    NodeAffinityTerm,
    SelectorRequirement,
)

IS_NEW = "security_context" in KubernetesExecutorConfig.DESCRIPTOR.fields_by_name


@dsl.container_component
def step() -> dsl.ContainerSpec:
    return dsl.ContainerSpec(image="registry.example/image:1", command=["true"])


def message_of(entry: dict[str, Any]) -> Any:
    """Raises on a word that the message does not have."""
    return json_format.ParseDict(entry, KubernetesExecutorConfig())


def sdk_says(settle: Any) -> Any:
    """The message of a task that `settle` has given settings, without what says nothing.

    The SDK writes each name twice, as a text and as a parameter that may come from another task,
    and writes `optional` where it is false. Older back ends know the text only.
    """
    tasks: list[Any] = []

    @dsl.pipeline
    def pipeline() -> None:
        task = step()
        settle(task)
        tasks.append(task)

    message = message_of(tasks[0].platform_config["kubernetes"])
    for repeated, name in (
        (message.pvc_mount, "pvc_name_parameter"),
        (message.secret_as_volume, "secret_name_parameter"),
        (message.secret_as_env, "secret_name_parameter"),
        (message.config_map_as_volume, "config_map_name_parameter"),
        (message.config_map_as_env, "config_map_name_parameter"),
        (message.image_pull_secret, "secret_name_parameter"),
    ):
        for one in repeated:
            one.ClearField(name)
            if "optional" in one.DESCRIPTOR.fields_by_name and not one.optional:
                one.ClearField("optional")
    return message


def settle(task: Any) -> None:
    kubernetes = kfp_kubernetes
    kubernetes.mount_pvc(task, "datasets", "/data")
    kubernetes.empty_dir_mount(task, "pipeline-lib-volume-1", "/scratch", size_limit="10Gi")
    kubernetes.empty_dir_mount(task, "pipeline-lib-volume-6", "/dev/shm", "Memory", "2Gi")
    kubernetes.add_ephemeral_volume(
        task, "pipeline-lib-volume-2", "/work", ["ReadWriteOnce"], "100Gi"
    )
    kubernetes.add_ephemeral_volume(
        task, "pipeline-lib-volume-3", "/cache", ["ReadWriteMany"], "1Gi", "fast"
    )
    kubernetes.use_secret_as_volume(task, "certificates", "/etc/certificates")
    kubernetes.use_config_map_as_volume(task, "settings", "/etc/settings", optional=True)
    kubernetes.add_node_selector(task, "pool", "gpu")
    kubernetes.add_toleration(task, "nvidia.com/gpu", "Exists", effect="NoSchedule")
    kubernetes.add_toleration(task, "spot", "Equal", "yes", "NoExecute", 0)
    kubernetes.set_image_pull_policy(task, "IfNotPresent")
    kubernetes.set_image_pull_secrets(task, ["registry"])
    kubernetes.add_pod_label(task, "team", "birds")
    kubernetes.add_pod_annotation(task, "why", "because")
    kubernetes.use_secret_as_env(task, "hub", {"token": "TOKEN", "user": "USER"})
    kubernetes.use_config_map_as_env(task, "settings", {"level": "LEVEL"})
    kubernetes.use_field_path_as_env(task, "POD_NAME", "metadata.name")
    kubernetes.set_timeout(task, 60)


def test_a_pod_is_said_as_the_sdk_says_it() -> None:
    ours = message_of(platform_of(OPTIONS, SETTINGS, foreign=True))
    theirs = sdk_says(settle)
    # The SDK of before 2.14 has no function for it; the message of 1.5 has it.
    theirs.node_affinity.extend(
        [
            NodeAffinityTerm(
                match_expressions=[
                    SelectorRequirement(key="gpu.memory", operator="Gt", values=["40000"])
                ]
            ),
            NodeAffinityTerm(
                match_expressions=[
                    SelectorRequirement(key="zone", operator="In", values=["a", "b"])
                ],
                match_fields=[
                    SelectorRequirement(key="metadata.name", operator="NotIn", values=["old"])
                ],
                weight=50,
            ),
        ]
    )
    assert ours == theirs


def test_the_store_s_secret_is_said_as_the_sdk_says_it() -> None:
    ours = message_of({"secretAsEnv": platform_of(OPTIONS, SETTINGS)["secretAsEnv"][1:]})
    theirs = sdk_says(
        lambda task: kfp_kubernetes.use_secret_as_env(task, "store", {"url": "PIPELINE_LIB_STORE"})
    )
    assert ours == theirs


@pytest.mark.skipif(not IS_NEW, reason="this kfp-kubernetes is older than 2.16")
def test_newer_words_are_said_as_the_newer_sdk_says_them() -> None:
    def settle_newer(task: Any) -> None:
        kfp_kubernetes.mount_pvc(task, "datasets", "/data", sub_path="penguins")
        kfp_kubernetes.set_security_context(
            task, run_as_user=1000, run_as_group=0, run_as_non_root=True
        )

    assert message_of(platform_of(NEWER_OPTIONS, SETTINGS, foreign=True)) == sdk_says(settle_newer)


@pytest.mark.skipif(IS_NEW, reason="this kfp-kubernetes is 2.16 or newer")
def test_newer_words_are_the_only_ones_that_older_back_ends_do_not_know() -> None:
    entry = platform_of(NEWER_OPTIONS, SETTINGS, foreign=True)
    assert sorted(entry) == ["pvcMount", "securityContext"]
    with pytest.raises(json_format.ParseError, match="subPath"):
        message_of({"pvcMount": entry["pvcMount"]})
    with pytest.raises(json_format.ParseError, match="securityContext"):
        message_of({"securityContext": entry["securityContext"]})
