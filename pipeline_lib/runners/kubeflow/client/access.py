"""Where a cluster's Kubeflow Pipelines are, and who asks. Plain settings: nothing is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.errors import ClusterError

HOST_VARIABLE = "KF_PIPELINES_ENDPOINT"
"""Environment variable that names the host; kfp's."""

_USUAL_KUBE_CONFIG = os.path.join("~", ".kube", "config")


@dataclass(frozen=True)
class ClusterAccess:
    """Where Kubeflow Pipelines are, and who asks; but for `namespace` as `kfp.Client` takes it.

    Attributes:
        host: URL of Kubeflow Pipelines; by default what `KF_PIPELINES_ENDPOINT` says, else the one
            in whose cluster this process runs, else the one that the Kubernetes config leads to.
        namespace: whose pipelines and runs, where Kubeflow serves several users.
        existing_token: bearer token, made elsewhere.
        cookies: cookies of a session, as the header `Cookie` has them.
        credentials: an object of kfp's that gives tokens, and new ones when they expire.
        client_id: of an Identity-Aware Proxy before it; also `KF_PIPELINES_IAP_OAUTH2_CLIENT_ID`.
        other_client_id, other_client_secret: who asks such a proxy for a token.
        ssl_ca_cert: file of certificates to trust.
        verify_ssl: whether to verify the server's certificate.
        proxy: HTTP proxy on the way there.
        kube_context: context of the Kubernetes config.
    """

    host: str | None = None
    namespace: str | None = None
    existing_token: str | None = field(default=None, repr=False)
    cookies: str | None = field(default=None, repr=False)
    credentials: Any = field(default=None, repr=False)
    client_id: str | None = None
    other_client_id: str | None = None
    other_client_secret: str | None = field(default=None, repr=False)
    ssl_ca_cert: str | None = None
    verify_ssl: bool | None = None
    proxy: str | None = None
    kube_context: str | None = None

    @property
    def place(self) -> str:
        """The host, as messages name it."""
        return self.host or os.environ.get(HOST_VARIABLE) or "the cluster"

    def check_host(self) -> None:
        """Check that something says where to ask, and that certificates are where they should be.

        Raises:
            ClusterError: nothing does, or there is no such file.
        """
        if not (self.host or os.environ.get(HOST_VARIABLE) or _in_cluster() or _kube_config()):
            raise ClusterError(
                "Nothing says where Kubeflow Pipelines are. Give their URL with host=... "
                f"(--host), or with the environment variable {HOST_VARIABLE}; this is no pod of a "
                "cluster, and there is no Kubernetes config either."
            )
        if self.ssl_ca_cert is not None and not os.path.exists(self.ssl_ca_cert):
            raise ClusterError(f"ssl_ca_cert: there is no file {self.ssl_ca_cert!r}.")


def _in_cluster() -> bool:
    return "KUBERNETES_SERVICE_HOST" in os.environ


def _kube_config() -> bool:
    given = os.environ.get("KUBECONFIG", _USUAL_KUBE_CONFIG)
    return any(os.path.exists(os.path.expanduser(path)) for path in given.split(os.pathsep))
