"""Nodes with every setting of a Pod, for comparisons."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.ir.kubernetes import (
    ConfigMapVariable,
    ConfigMapVolume,
    EmptyDir,
    EphemeralVolume,
    KubernetesOptions,
    NodeAffinityTerm,
    NodeSelectorRequirement,
    PersistentVolumeClaim,
    SecretVolume,
    Toleration,
)
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreFromSecret

SETTINGS = KubeflowSettings(StoreFromSecret("store", "url"))
NEEDED = NodeAffinityTerm([NodeSelectorRequirement("gpu.memory", "Gt", ["40000"])])
PREFERRED = NodeAffinityTerm(
    [NodeSelectorRequirement("zone", "In", ["a", "b"])],
    [NodeSelectorRequirement("metadata.name", "NotIn", ["old"])],
    weight=50,
)
POD = KubernetesOptions(
    volumes=[
        PersistentVolumeClaim("datasets", "/data"),
        EmptyDir("/scratch", size_limit="10Gi"),
        EphemeralVolume("/work", "100Gi"),
        EphemeralVolume("/cache", "1Gi", "fast", ["ReadWriteMany"]),
        SecretVolume("certificates", "/etc/certificates"),
        ConfigMapVolume("settings", "/etc/settings", optional=True),
    ],
    node_selector={"pool": "gpu"},
    tolerations=[
        Toleration("nvidia.com/gpu", "Exists", effect="NoSchedule"),
        Toleration("spot", value="yes", effect="NoExecute", toleration_seconds=0),
    ],
    node_affinity=[NEEDED, PREFERRED],
    image_pull_policy="IfNotPresent",
    image_pull_secrets=["registry"],
    labels={"team": "birds"},
    annotations={"why": "because"},
    config_map_variables=[ConfigMapVariable("LEVEL", "settings", "level")],
    field_variables={"POD_NAME": "metadata.name"},
    shared_memory="2Gi",
)
OPTIONS = ir.NodeOptions(
    timeout=59.5,
    secrets=(ir.SecretVariable("TOKEN", "hub", "token"), ir.SecretVariable("USER", "hub", "user")),
    kubernetes=POD,
)
"""All that back ends of before 2.16 read too."""
NEWER_OPTIONS = ir.NodeOptions(
    user="1000:0",
    kubernetes=KubernetesOptions(
        volumes=[PersistentVolumeClaim("datasets", "/data", "penguins")], run_as_non_root=True
    ),
)
"""What asks for words that only back ends from 2.16 on read."""
