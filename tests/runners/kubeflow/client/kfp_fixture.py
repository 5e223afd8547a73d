"""The fixture `kfp_stub`, for every folder of tests that talks to Kubeflow Pipelines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub

_KFP_VARIABLES = (
    "KF_PIPELINES_ENDPOINT",
    "KF_PIPELINES_DEFAULT_EXPERIMENT_NAME",
    "KF_PIPELINES_OVERRIDE_EXPERIMENT_NAME",
    "KUBECONFIG",
    "KUBERNETES_SERVICE_HOST",
)


@pytest.fixture
def kfp_stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KfpApiStub]:
    """A stand-in for Kubeflow Pipelines that holds nothing yet."""
    kfp = pytest.importorskip("kfp", reason="kfp is not installed")
    from tests.runners.kubeflow.client.kfp_api_server import kfp_api_stub

    for name in _KFP_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    # Where kfp keeps the namespace that a user has chosen once.
    monkeypatch.setattr(kfp.Client, "_LOCAL_KFP_CONTEXT", str(tmp_path / "context.json"))
    with kfp_api_stub() as stub:
        yield stub
