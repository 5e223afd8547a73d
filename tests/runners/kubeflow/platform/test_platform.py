from __future__ import annotations

from dataclasses import replace
from typing import Any

import kubernetes_validate
import pytest

from pipeline_lib import ir
from pipeline_lib.ir.kubernetes import (
    ConfigMapVariable,
    EmptyDir,
    KubernetesOptions,
    PersistentVolumeClaim,
    SecretVolume,
    Toleration,
)
from pipeline_lib.runners.kubeflow.platform.executor import GRACE, platform_of
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreUrl
from tests.runners.kubeflow.platform.pods import pod_of
from tests.runners.kubeflow.platform.settings_of_pods import NEWER_OPTIONS, OPTIONS, SETTINGS

KUBERNETES = ("1.26", "1.31", kubernetes_validate.latest_version())
NO_STORE = KubeflowSettings(StoreUrl("grpc://store:8080"))


def pod_options(**fields: Any) -> ir.NodeOptions:
    return ir.NodeOptions(kubernetes=KubernetesOptions(**fields))


def test_a_node_that_says_nothing_needs_no_entry() -> None:
    assert platform_of(ir.NodeOptions(), NO_STORE) == {}
    assert platform_of(pod_options(), NO_STORE) == {}


def test_steps_of_the_library_get_the_store_and_foreign_commands_do_not() -> None:
    assert platform_of(ir.NodeOptions(), SETTINGS) == {
        "secretAsEnv": [
            {
                "secretName": "store",
                "keyToEnv": [{"secretKey": "url", "envVar": "PIPELINE_LIB_STORE"}],
            }
        ]
    }
    assert platform_of(ir.NodeOptions(), SETTINGS, foreign=True) == {}


def test_a_step_ends_its_node_in_time_and_the_cluster_ends_a_foreign_command() -> None:
    options = ir.NodeOptions(timeout=59.5)
    assert platform_of(options, NO_STORE) == {"activeDeadlineSeconds": str(60 + GRACE)}
    assert platform_of(options, NO_STORE, foreign=True) == {"activeDeadlineSeconds": "60"}


def test_keys_of_one_secret_stand_together() -> None:
    assert platform_of(OPTIONS, NO_STORE)["secretAsEnv"] == [
        {
            "secretName": "hub",
            "keyToEnv": [
                {"secretKey": "token", "envVar": "TOKEN"},
                {"secretKey": "user", "envVar": "USER"},
            ],
        }
    ]


def test_shared_memory_is_a_volume_in_memory() -> None:
    assert platform_of(pod_options(shared_memory="2Gi"), NO_STORE) == {
        "emptyDirMounts": [
            {
                "volumeName": "pipeline-lib-volume-0",
                "mountPath": "/dev/shm",
                "medium": "Memory",
                "sizeLimit": "2Gi",
            }
        ]
    }


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("1000", {"runAsUser": "1000"}),
        ("1000:0", {"runAsUser": "1000", "runAsGroup": "0"}),
        ("0", {"runAsUser": "0"}),
    ],
)
def test_the_user_of_the_container(user: str, expected: dict[str, str]) -> None:
    assert platform_of(ir.NodeOptions(user=user), NO_STORE) == {"securityContext": expected}


def test_words_of_newer_back_ends_are_used_only_where_they_are_asked_for() -> None:
    entry = platform_of(OPTIONS, SETTINGS)
    assert "securityContext" not in entry
    assert entry["pvcMount"] == [{"constant": "datasets", "mountPath": "/data"}]
    assert not {"enabledSharedMemory", "podAffinity"} & set(entry)


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("options", [OPTIONS, NEWER_OPTIONS, ir.NodeOptions()])
def test_kubernetes_takes_the_pod_that_it_implies(options: ir.NodeOptions, version: str) -> None:
    pod = pod_of(platform_of(options, SETTINGS))
    kubernetes_validate.validate(pod, version, strict=True)
    names = [volume["name"] for volume in pod["spec"]["volumes"]]
    assert len(set(names)) == len(names)
    assert [mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]] == names


def test_what_the_node_does_not_say_the_run_says() -> None:
    run = KubernetesOptions(
        volumes=[
            PersistentVolumeClaim("datasets", "/data"),
            SecretVolume("certificates", "/etc/certificates"),
            EmptyDir("/scratch"),
        ],
        node_selector={"pool": "any", "zone": "a"},
        tolerations=[Toleration("spot", "Exists")],
        image_pull_policy="Always",
        image_pull_secrets=["registry"],
        labels={"team": "birds", "cost": "research"},
        config_map_variables=[
            ConfigMapVariable("LEVEL", "settings", "level"),
            ConfigMapVariable("PROXY", "settings", "proxy"),
        ],
        field_variables={"POD": "metadata.name", "TOKEN": "metadata.uid"},
        shared_memory="1Gi",
    )
    own = KubernetesOptions(
        volumes=[
            PersistentVolumeClaim("penguins", "/data/"),
            SecretVolume("certificates", "/elsewhere"),
        ],
        node_selector={"pool": "gpu"},
        tolerations=[Toleration("spot", "Exists"), Toleration("gpu", "Exists")],
        image_pull_policy="Never",
        labels={"cost": "birds"},
        shared_memory="2Gi",
    )
    options = ir.NodeOptions(
        environment={"LEVEL": "debug"},
        secrets=(ir.SecretVariable("TOKEN", "hub", "token"),),
        kubernetes=own,
    )
    assert platform_of(options, replace(NO_STORE, kubernetes=run)) == {
        "pvcMount": [{"constant": "penguins", "mountPath": "/data/"}],
        "secretAsVolume": [{"secretName": "certificates", "mountPath": "/elsewhere"}],
        "emptyDirMounts": [
            {"volumeName": "pipeline-lib-volume-0", "mountPath": "/scratch"},
            {
                "volumeName": "pipeline-lib-volume-3",
                "mountPath": "/dev/shm",
                "medium": "Memory",
                "sizeLimit": "2Gi",
            },
        ],
        "secretAsEnv": [
            {"secretName": "hub", "keyToEnv": [{"secretKey": "token", "envVar": "TOKEN"}]}
        ],
        "configMapAsEnv": [
            {
                "configMapName": "settings",
                "keyToEnv": [{"configMapKey": "proxy", "envVar": "PROXY"}],
            }
        ],
        "fieldPathAsEnv": [{"name": "POD", "fieldPath": "metadata.name"}],
        "nodeSelector": {"labels": {"pool": "gpu", "zone": "a"}},
        "tolerations": [
            {"key": "spot", "operator": "Exists"},
            {"key": "gpu", "operator": "Exists"},
        ],
        "podMetadata": {"labels": {"cost": "birds", "team": "birds"}},
        "imagePullPolicy": "Never",
        "imagePullSecret": [{"secretName": "registry"}],
    }


def test_the_node_s_affinity_takes_the_place_of_the_run_s() -> None:
    first, second = OPTIONS.kubernetes, NEWER_OPTIONS.kubernetes
    assert first is not None
    assert second is not None
    run = replace(NO_STORE, kubernetes=first)
    affinity = platform_of(NEWER_OPTIONS, run)["nodeAffinity"]
    assert affinity == platform_of(OPTIONS, NO_STORE)["nodeAffinity"]
    own = replace(second, node_affinity=first.node_affinity[:1])
    assert platform_of(ir.NodeOptions(kubernetes=own), run)["nodeAffinity"] == affinity[:1]


def test_the_run_s_shared_memory_gives_way_to_a_volume_of_the_node_there() -> None:
    run = replace(NO_STORE, kubernetes=KubernetesOptions(shared_memory="1Gi"))
    entry = platform_of(pod_options(volumes=[EmptyDir("/dev/shm", "Memory")]), run)
    assert entry == {
        "emptyDirMounts": [
            {
                "volumeName": "pipeline-lib-volume-0",
                "mountPath": "/dev/shm",
                "medium": "Memory",
            }
        ]
    }
