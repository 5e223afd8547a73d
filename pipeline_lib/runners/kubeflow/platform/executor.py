"""What the Pod of one container has, as Kubeflow Pipelines' back ends read it.

The words are those of the message `KubernetesExecutorConfig`. Back ends older than 2.5 refuse a
word that they do not know, so a word is used only for what was asked for; and names are given as
plain texts, which every back end reads, old and new. `enabledSharedMemory` and `podAffinity` are in
the message and no back end heeds them: shared memory is a volume.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pipeline_lib import ir
from pipeline_lib.ir.kubernetes import (
    ConfigMapVariable,
    KubernetesOptions,
    NodeAffinityTerm,
    NodeSelectorRequirement,
    Toleration,
)
from pipeline_lib.runners.kubeflow.platform.defaults import with_defaults
from pipeline_lib.runners.kubeflow.platform.volumes import volumes_of
from pipeline_lib.runners.kubeflow.settings import (
    STORE_VARIABLE,
    KubeflowSettings,
    StoreFromSecret,
)

GRACE = 900
"""Seconds that a Pod may live beyond its node's timeout: to be placed, to get its image, to record.

The step in the Pod stops the node in time by itself; the cluster ends a Pod whose step hangs."""


def platform_of(
    options: ir.NodeOptions, settings: KubeflowSettings, *, foreign: bool = False
) -> dict[str, Any]:
    """What a container's Pod has besides what the pipeline's spec says.

    Args:
        options: of the container's node.
        settings: of the run; what the node does not say is taken from there.
        foreign: the container runs a command of the author's and no step of this library. It gets
            no access to the store, and the cluster itself ends it at the node's timeout.

    Returns:
        The executor's entry in the platform document; empty where there is nothing to say.
    """
    pod = with_defaults(options, settings.kubernetes)
    secrets = list(options.secrets)
    if not foreign and isinstance(settings.store, StoreFromSecret):
        secrets.append(ir.SecretVariable(STORE_VARIABLE, settings.store.secret, settings.store.key))
    entry = {
        **volumes_of(pod),
        "secretAsEnv": _secret_variables(secrets),
        "configMapAsEnv": _config_map_variables(pod.config_map_variables),
        "fieldPathAsEnv": [
            {"name": variable, "fieldPath": path} for variable, path in pod.field_variables.items()
        ],
        "nodeSelector": _said(labels=dict(pod.node_selector)),
        "tolerations": [_toleration(one) for one in pod.tolerations],
        "nodeAffinity": [_affinity(term) for term in pod.node_affinity],
        "podMetadata": _said(labels=dict(pod.labels), annotations=dict(pod.annotations)),
        "imagePullPolicy": pod.image_pull_policy,
        "imagePullSecret": [{"secretName": name} for name in pod.image_pull_secrets],
        "activeDeadlineSeconds": _deadline(options.timeout, 0 if foreign else GRACE),
        "securityContext": _security_context(options.user, pod),
    }
    return _said(**entry)


def _secret_variables(secrets: Sequence[ir.SecretVariable]) -> list[dict[str, Any]]:
    """One entry a secret, with its keys."""
    by_secret: dict[str, list[dict[str, str]]] = {}
    for one in secrets:
        keys = by_secret.setdefault(one.secret, [])
        keys.append({"secretKey": one.key, "envVar": one.variable})
    return [{"secretName": secret, "keyToEnv": keys} for secret, keys in by_secret.items()]


def _config_map_variables(variables: Sequence[ConfigMapVariable]) -> list[dict[str, Any]]:
    by_config_map: dict[str, list[dict[str, str]]] = {}
    for one in variables:
        keys = by_config_map.setdefault(one.config_map, [])
        keys.append({"configMapKey": one.key, "envVar": one.variable})
    return [{"configMapName": name, "keyToEnv": keys} for name, keys in by_config_map.items()]


def _toleration(one: Toleration) -> dict[str, Any]:
    said = _said(key=one.key, operator=one.operator, value=one.value, effect=one.effect)
    if one.toleration_seconds is not None:
        # Zero means at once. 64-bit numbers are texts in protobuf's JSON.
        said["tolerationSeconds"] = str(one.toleration_seconds)
    return said


def _affinity(term: NodeAffinityTerm) -> dict[str, Any]:
    return _said(
        matchExpressions=[_requirement(one) for one in term.match_expressions],
        matchFields=[_requirement(one) for one in term.match_fields],
        weight=term.weight,
    )


def _requirement(one: NodeSelectorRequirement) -> dict[str, Any]:
    return _said(key=one.key, operator=one.operator, values=list(one.values))


def _deadline(timeout: float, grace: int) -> str:
    return str(math.ceil(timeout) + grace) if timeout else ""


def _security_context(user: str, pod: KubernetesOptions) -> dict[str, Any]:
    uid, _, gid = user.partition(":")
    context: dict[str, Any] = _said(runAsUser=uid, runAsGroup=gid)
    if pod.run_as_non_root is not None:
        context["runAsNonRoot"] = pod.run_as_non_root
    return context


def _said(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}
