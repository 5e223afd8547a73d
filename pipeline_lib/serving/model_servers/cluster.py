"""The few calls that a model server in a pod needs of Kubernetes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from pipeline_lib.errors import DataError

Pod = Mapping[str, Any]
"""A pod in the form of a manifest, with its `status`."""

_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_TIMEOUT_S = 30


class Cluster(Protocol):
    """One namespace of a cluster. Every method raises `DataError` where the cluster refuses."""

    def own_pod(self) -> Pod | None:
        """The pod that this process runs in, if any."""

    def create(self, manifest: Mapping[str, Any]) -> str:
        """Create a pod; its name."""

    def pod(self, name: str) -> Pod | None:
        """How a pod stands; `None` if there is none of that name."""

    def log(self, name: str, container: str) -> str:
        """The end of what a container has printed; empty where there is nothing."""

    def delete(self, name: str) -> None:
        """Delete a pod, if it is there."""


class KubernetesCluster:
    """A cluster that is reached as Kubernetes' own tools do; implements `Cluster`.

    Inside of a cluster that is its own, by the pod's service account; elsewhere it is the current
    context of the kubeconfig.

    Raises:
        DataError: the package is not installed, or nothing says where a cluster is.
    """

    def __init__(self) -> None:
        try:
            from kubernetes import client, config
        except ImportError as error:
            raise DataError(
                "Kubernetes cannot be used: the package 'kubernetes' is not installed. Install "
                "pipeline-lib[kubernetes]."
            ) from error
        named = os.environ.get("KUBECONFIG", "")
        kubeconfig = {"config_file": named} if named else {}
        try:
            # The package itself reads the variable once, when it is imported.
            config.load_config(**kubeconfig)
        except Exception as error:
            raise DataError(
                f"There is no Kubernetes cluster to use: {error}. Run the node in the cluster, or "
                "name one in a kubeconfig."
            ) from error
        self._api = client.CoreV1Api()
        self._namespace = _namespace(config, kubeconfig)

    def own_pod(self) -> Pod | None:
        """The pod that this process runs in, if any."""
        name = os.environ.get("KFP_POD_NAME", "")
        if not name and "KUBERNETES_SERVICE_HOST" in os.environ:
            name = os.environ.get("HOSTNAME", "")
        return self.pod(name) if name else None

    def create(self, manifest: Mapping[str, Any]) -> str:
        """Create a pod; its name."""
        with _as_data_errors("create a pod"):
            created = self._api.create_namespaced_pod(
                self._namespace, dict(manifest), _request_timeout=_TIMEOUT_S
            )
        return str(created.metadata.name)

    def pod(self, name: str) -> Pod | None:
        """How a pod stands; `None` if there is none of that name."""
        with _as_data_errors(f"read pod {name!r}"), _nothing_if_missing():
            found = self._api.read_namespaced_pod(
                name, self._namespace, _request_timeout=_TIMEOUT_S
            )
            plain: Pod = self._api.api_client.sanitize_for_serialization(found)
            return plain
        return None

    def log(self, name: str, container: str) -> str:
        """The end of what a container has printed; empty where there is nothing."""
        # Kubernetes refuses while the container has not begun, and once the pod is gone.
        with contextlib.suppress(Exception):
            return str(
                self._api.read_namespaced_pod_log(
                    name,
                    self._namespace,
                    container=container,
                    tail_lines=100,
                    _request_timeout=_TIMEOUT_S,
                )
            ).strip()
        return ""

    def delete(self, name: str) -> None:
        """Delete a pod, if it is there."""
        with _as_data_errors(f"delete pod {name!r}"), _nothing_if_missing():
            self._api.delete_namespaced_pod(
                name, self._namespace, grace_period_seconds=0, _request_timeout=_TIMEOUT_S
            )


def _namespace(config: Any, kubeconfig: Mapping[str, str]) -> str:
    named = os.environ.get("KFP_NAMESPACE", "")
    if named:
        return named
    if _NAMESPACE_FILE.exists():
        return _NAMESPACE_FILE.read_text().strip()
    current = config.list_kube_config_contexts(**kubeconfig)[1]
    return str(current["context"].get("namespace") or "default")


@contextlib.contextmanager
def _nothing_if_missing() -> Iterator[None]:
    from kubernetes.client.exceptions import ApiException

    try:
        yield
    except ApiException as error:
        if error.status != 404:
            raise


@contextlib.contextmanager
def _as_data_errors(what: str) -> Iterator[None]:
    import urllib3
    from kubernetes.client.exceptions import ApiException

    try:
        yield
    except ApiException as error:
        raise DataError(f"Kubernetes would not {what}: {error.status} {error.reason}.") from error
    except urllib3.exceptions.HTTPError as error:
        raise DataError(f"Kubernetes cannot be reached to {what}: {error}.") from error
