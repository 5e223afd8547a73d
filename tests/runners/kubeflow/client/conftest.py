"""A stand-in for Kubeflow Pipelines, and access to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pipeline_lib.runners.kubeflow.client.access import ClusterAccess

if TYPE_CHECKING:
    from pipeline_lib.runners.kubeflow.client.cluster import Cluster
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub


@pytest.fixture
def kfp_stub(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Iterator[KfpApiStub]:
    """A stand-in that holds nothing yet."""
    pytest.importorskip("kfp", reason="kfp is not installed")
    from tests.runners.kubeflow.client.kfp_api_stub import kfp_api_stub

    for name in ("KF_PIPELINES_ENDPOINT", "KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    with kfp_api_stub() as stub:
        yield stub


@pytest.fixture
def cluster(kfp_stub: KfpApiStub) -> Cluster:
    """The stand-in, connected."""
    from pipeline_lib.runners.kubeflow.client.cluster import Cluster

    return Cluster(ClusterAccess(kfp_stub.host))
