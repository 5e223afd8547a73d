"""A stand-in for Kubeflow Pipelines, and access to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from tests.runners.kubeflow.client.kfp_fixture import kfp_stub as kfp_stub

if TYPE_CHECKING:
    from pipeline_lib.runners.kubeflow.client.cluster import Cluster
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub


@pytest.fixture
def cluster(kfp_stub: KfpApiStub) -> Cluster:
    """The stand-in, connected."""
    from pipeline_lib.runners.kubeflow.client.cluster import Cluster

    return Cluster(ClusterAccess(kfp_stub.host))
