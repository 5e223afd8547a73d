from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import Pipeline, compile, kubernetes
from pipeline_lib.dsl.kubernetes_options import recheck_kubernetes
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir import serde
from pipeline_lib.ir.kubernetes import ConfigMapVariable, KubernetesOptions
from tests.dsl import steps
from tests.whole_message import raises

EVERYTHING: dict[str, Any] = {
    "volumes": [
        kubernetes.PersistentVolumeClaim("datasets", "/data", sub_path="penguins/2026"),
        kubernetes.EmptyDir("/scratch", medium="Memory", size_limit="10Gi"),
        kubernetes.EphemeralVolume("/work", "100Gi", storage_class="fast"),
        kubernetes.SecretVolume("certificates", "/etc/certificates"),
        kubernetes.ConfigMapVolume("settings", "/etc/settings", optional=True),
    ],
    "node_selector": {"cloud.example/pool": "gpu", "zone": ""},
    "tolerations": [
        kubernetes.Toleration("nvidia.com/gpu", "Exists", effect="NoSchedule"),
        kubernetes.Toleration("spot", value="yes", effect="NoExecute", toleration_seconds=60),
        kubernetes.Toleration(operator="Exists"),
    ],
    "node_affinity": [
        kubernetes.NodeAffinityTerm(
            [kubernetes.NodeSelectorRequirement("nvidia.com/gpu.memory", "Gt", ["40000"])]
        ),
        kubernetes.NodeAffinityTerm(
            match_fields=[kubernetes.NodeSelectorRequirement("metadata.name", "NotIn", ["old"])],
            weight=50,
        ),
    ],
    "image_pull_policy": "IfNotPresent",
    "image_pull_secrets": ["registry.example"],
    "labels": {"team": "birds"},
    "annotations": {"example.org/why": "any text, even: this"},
    "config_map_variables": {"LEVEL": ("settings", "log.level")},
    "field_variables": {"POD": "metadata.name", "TEAM": "metadata.labels['team']"},
    "shared_memory": "2Gi",
    "run_as_non_root": True,
}


def test_settings_of_the_pod_reach_the_ir_and_its_bytes() -> None:
    node = steps.Train()
    assert node.with_kubernetes(**EVERYTHING) is node
    ir = compile(Pipeline("p", components=[node]))
    expected = KubernetesOptions(
        **{
            **EVERYTHING,
            "config_map_variables": [ConfigMapVariable("LEVEL", "settings", "log.level")],
        }
    )
    assert ir.by_id["Train"].options.kubernetes == expected
    assert serde.loads(serde.dumps(ir)) == ir


def test_they_stay_when_other_options_are_given_and_each_call_gives_them_anew() -> None:
    node = steps.Train().with_kubernetes(labels={"a": "1"}, shared_memory="1Gi")
    node.with_options(retries=1).with_cache(False)
    assert node.options.kubernetes == KubernetesOptions(labels={"a": "1"}, shared_memory="1Gi")
    node.with_kubernetes(labels={"b": "2"})
    assert node.options.kubernetes == KubernetesOptions(labels={"b": "2"})


def test_a_node_that_says_nothing_has_none() -> None:
    assert steps.Train().options.kubernetes is None
    assert steps.Train().with_kubernetes().options.kubernetes == KubernetesOptions()


NO_VOLUME_NAME = (
    "cannot be mounted, since Kubeflow Pipelines gives the volume this name too and Kubernetes "
    "takes lower-case letters, digits and '-' for it, at most 63 of them, with a letter or digit "
    "at both ends."
)
NO_KEY = (
    "is no key that Kubernetes takes. Expected a name of letters, digits, '-', '_' and '.', at "
    "most 63 of them, with a letter or digit at both ends; and before it, if anything, a domain "
    "and '/', as in 'nvidia.com/gpu'."
)
NO_VALUE = (
    "is no value of a label. Expected a text of letters, digits, '-', '_' and '.', at most 63 of "
    "them, with a letter or digit at both ends."
)
NO_OBJECT_NAME = (
    "is no name of a Kubernetes object: lower-case letters, digits, '-' and '.' are allowed, at "
    "most 253 of them, with a letter or digit at both ends."
)
NO_PLACE = "a volume is mounted at an absolute path below '/', without ':', such as '/data', got"
LONG = "x" * 64


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"volumes": kubernetes.EmptyDir("/x")},
            "volumes takes a list of PersistentVolumeClaim or EmptyDir or EphemeralVolume or "
            "SecretVolume or ConfigMapVolume, got "
            "EmptyDir(mount_path='/x', medium='', size_limit='').",
        ),
        (
            {"volumes": ["/data"]},
            "volumes[0] takes PersistentVolumeClaim or EmptyDir or EphemeralVolume or "
            "SecretVolume or ConfigMapVolume, got '/data'.",
        ),
        (
            {"volumes": [kubernetes.PersistentVolumeClaim("data.sets", "/data")]},
            f"volumes[0]: name: 'data.sets' {NO_VOLUME_NAME}",
        ),
        (
            {"volumes": [kubernetes.SecretVolume(LONG, "/data")]},
            f"volumes[0]: name: {LONG!r} {NO_VOLUME_NAME}",
        ),
        (
            {"volumes": [kubernetes.ConfigMapVolume("config", "etc")]},
            f"volumes[0]: mount_path: {NO_PLACE} 'etc'.",
        ),
        ({"volumes": [kubernetes.EmptyDir("/")]}, f"volumes[0]: mount_path: {NO_PLACE} '/'."),
        ({"volumes": [kubernetes.EmptyDir("/a:b")]}, f"volumes[0]: mount_path: {NO_PLACE} '/a:b'."),
        (
            {"volumes": [kubernetes.EmptyDir("/x", medium="memory")]},
            "volumes[0]: medium takes one of '', 'Memory', 'HugePages', got 'memory'.",
        ),
        (
            {"volumes": [kubernetes.EmptyDir("/x", size_limit="10GB")]},
            "volumes[0]: size_limit takes a size as Kubernetes writes it, such as '512Mi' or "
            "'10Gi', got '10GB'.",
        ),
        (
            {"volumes": [kubernetes.EphemeralVolume("/x", "")]},
            "volumes[0]: size takes a size as Kubernetes writes it, such as '512Mi' or '10Gi', "
            "got ''.",
        ),
        (
            {"volumes": [kubernetes.EphemeralVolume("/x", "1Gi", access_modes=["RWO"])]},
            "volumes[0]: access_modes takes one of 'ReadWriteOnce', 'ReadOnlyMany', "
            "'ReadWriteMany', 'ReadWriteOncePod', got 'RWO'.",
        ),
        (
            {"volumes": [kubernetes.EphemeralVolume("/x", "1Gi", storage_class="Fast")]},
            f"volumes[0]: storage_class: 'Fast' {NO_OBJECT_NAME}",
        ),
        (
            {"volumes": [kubernetes.PersistentVolumeClaim("data", "/data", sub_path="../x")]},
            "volumes[0]: sub_path is a path below the volume's root, without '..', such as "
            "'models/2026', got '../x'.",
        ),
        (
            {"volumes": [kubernetes.EmptyDir("/x"), kubernetes.SecretVolume("s", "/x/")]},
            "volumes[0] and volumes[1] are both mounted at '/x/'. Give each a path of its own.",
        ),
        (
            {
                "volumes": [
                    kubernetes.PersistentVolumeClaim("data", "/a"),
                    kubernetes.PersistentVolumeClaim("data", "/b"),
                ]
            },
            "volumes[0] and volumes[1] are both of the name 'data', which Kubeflow Pipelines "
            "gives to the volume; a Pod cannot have it twice. Mount it once, or rename one of the "
            "sources.",
        ),
        (
            {"volumes": [kubernetes.EmptyDir("/dev/shm/")], "shared_memory": "1Gi"},
            "shared_memory is mounted at '/dev/shm', and so is one of volumes. Leave one of them "
            "out.",
        ),
        ({"node_selector": ["gpu"]}, "node_selector takes a dict, got ['gpu']."),
        ({"node_selector": {"a b": "c"}}, f"node_selector: 'a b' {NO_KEY}"),
        ({"node_selector": {"Upper/name": "c"}}, f"node_selector: 'Upper/name' {NO_KEY}"),
        ({"node_selector": {"gpu": True}}, f"node_selector['gpu']: True {NO_VALUE}"),
        ({"labels": {LONG: "c"}}, f"labels: {LONG!r} {NO_KEY}"),
        ({"labels": {"team": "a b"}}, f"labels['team']: 'a b' {NO_VALUE}"),
        ({"annotations": {"-x": "c"}}, f"annotations: '-x' {NO_KEY}"),
        ({"annotations": {"count": 3}}, "annotations['count'] takes text, got 3."),
        (
            {"tolerations": ["gpu"]},
            "tolerations[0] takes Toleration, got 'gpu'.",
        ),
        (
            {"tolerations": [kubernetes.Toleration("gpu", "Is")]},
            "tolerations[0]: operator takes one of 'Equal', 'Exists', got 'Is'.",
        ),
        (
            {"tolerations": [kubernetes.Toleration("gpu", effect="Never")]},
            "tolerations[0]: effect takes one of '', 'NoSchedule', 'PreferNoSchedule', "
            "'NoExecute', got 'Never'.",
        ),
        (
            {"tolerations": [kubernetes.Toleration()]},
            "tolerations[0]: a toleration without a key is for every taint and needs the operator "
            "'Exists'.",
        ),
        (
            {"tolerations": [kubernetes.Toleration("gpu", "Exists", "yes")]},
            "tolerations[0]: the operator 'Exists' takes no value, got 'yes'. Leave it out, or "
            "use 'Equal'.",
        ),
        (
            {"tolerations": [kubernetes.Toleration("gpu", value="a b")]},
            f"tolerations[0]: value: 'a b' {NO_VALUE}",
        ),
        (
            {"tolerations": [kubernetes.Toleration("gpu", toleration_seconds=5)]},
            "tolerations[0]: toleration_seconds takes a whole number and needs the effect "
            "'NoExecute', got 5 and ''.",
        ),
        (
            {"node_affinity": [kubernetes.NodeAffinityTerm()]},
            "node_affinity[0] requires nothing. Give it match_expressions or match_fields.",
        ),
        (
            {
                "node_affinity": [
                    kubernetes.NodeAffinityTerm(
                        [kubernetes.NodeSelectorRequirement("a", "Exists")], weight=101
                    )
                ]
            },
            "node_affinity[0]: weight takes a whole number of 1 to 100, got 101.",
        ),
        (
            {
                "node_affinity": [
                    kubernetes.NodeAffinityTerm(
                        [kubernetes.NodeSelectorRequirement("a", "In", "west")]
                    )
                ]
            },
            "node_affinity[0]: match_expressions[0]: the operator 'In' takes a list of one value "
            "or more, each a text, got 'west'.",
        ),
        (
            {
                "node_affinity": [
                    kubernetes.NodeAffinityTerm(
                        [kubernetes.NodeSelectorRequirement("a", "Gt", ["much"])]
                    )
                ]
            },
            "node_affinity[0]: match_expressions[0]: the operator 'Gt' takes a list of one value, "
            "a whole number, each a text, got ['much'].",
        ),
        (
            {
                "node_affinity": [
                    kubernetes.NodeAffinityTerm(
                        match_fields=[kubernetes.NodeSelectorRequirement("a", "Is")]
                    )
                ]
            },
            "node_affinity[0]: match_fields[0]: operator takes one of 'In', 'NotIn', 'Exists', "
            "'DoesNotExist', 'Gt', 'Lt', got 'Is'.",
        ),
        (
            {"image_pull_policy": "always"},
            "image_pull_policy takes one of '', 'Always', 'IfNotPresent', 'Never', got 'always'.",
        ),
        (
            {"image_pull_secrets": "registry"},
            "image_pull_secrets takes a list of str, got 'registry'.",
        ),
        (
            {"image_pull_secrets": ["My_Secret"]},
            f"image_pull_secrets[0]: 'My_Secret' {NO_OBJECT_NAME}",
        ),
        (
            {"config_map_variables": {"A": "settings"}},
            "config_map_variables['A'] takes the names of a config map and of a key in it, such "
            "as ('settings', 'level'), got 'settings'.",
        ),
        (
            {"config_map_variables": {"A": ("settings", "a b")}},
            "config_map_variables['A']: 'a b' is no key of a config map: letters, digits, '-', "
            "'_' and '.' are allowed, at most 253 of them.",
        ),
        (
            {"config_map_variables": {"1A": ("settings", "a")}},
            "option 'config_map_variables': '1A' is no name of an environment variable: letters, "
            "digits and '_' are allowed, and no digit at its beginning.",
        ),
        (
            {"field_variables": {"A": "spec.image"}},
            "field_variables['A']: 'spec.image' is no field of a Pod that a variable can hold. "
            "Expected one of metadata.name, metadata.namespace, metadata.uid, "
            "metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName, "
            "spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs.",
        ),
        (
            {"shared_memory": 2},
            "shared_memory takes a size as Kubernetes writes it, such as '512Mi' or '10Gi', got 2.",
        ),
        ({"run_as_non_root": "yes"}, "run_as_non_root takes True or False, got 'yes'."),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_here(given: Any, message: str) -> None:
    with raises(AuthoringError, f"Node 'Train': {message}"):
        steps.Train().with_kubernetes(**given)


def test_a_variable_has_one_source() -> None:
    node = steps.Train().with_options(secrets={"TOKEN": ("hub", "token")})
    node.with_kubernetes(config_map_variables={"TOKEN": ("settings", "token")})
    with raises(
        AuthoringError,
        "Node 'Train': variable 'TOKEN' is in both 'secrets' and 'config_map_variables'.",
    ):
        compile(Pipeline("p", components=[node]))


def test_a_sub_pipeline_has_no_pod_of_its_own() -> None:
    inner = Pipeline("inner", components=[steps.Train()]).with_kubernetes(labels={"a": "b"})
    with raises(
        AuthoringError,
        "Node 'inner' is a sub-pipeline, which takes no option 'kubernetes'. "
        "Give it to the nodes inside.",
    ):
        compile(Pipeline("outer", components=[inner]))


def test_options_made_by_hand_are_checked_too() -> None:
    made = KubernetesOptions(
        tolerations=[kubernetes.Toleration("gpu", "Exists")],
        config_map_variables=[ConfigMapVariable("A", "settings", "a")],
    )
    assert recheck_kubernetes("KubeflowRunner", made) == made
    with raises(
        AuthoringError,
        "KubeflowRunner: kubernetes takes KubernetesOptions, got {'labels': {}}.",
    ):
        recheck_kubernetes("KubeflowRunner: kubernetes", {"labels": {}})
    with raises(AuthoringError, "KubeflowRunner: tolerations[0] takes Toleration, got 'gpu'."):
        recheck_kubernetes("KubeflowRunner", KubernetesOptions(tolerations=["gpu"]))  # type: ignore[list-item]
