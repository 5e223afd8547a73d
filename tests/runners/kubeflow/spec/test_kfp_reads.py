"""Kubeflow's own messages and SDK take what is compiled."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline_lib import Pipeline
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings
from tests.runners.kubeflow.spec.documents import document_of
from tests.runners.kubeflow.spec.test_golden import CASES

REASON = "needs kfp and kfp-pipeline-spec, which want Python 3.11 beside our extras"
components = pytest.importorskip("kfp.components", reason=REASON)
pipeline_spec_pb2 = pytest.importorskip("kfp.pipeline_spec.pipeline_spec_pb2", reason=REASON)

from google.protobuf import json_format  # noqa: E402

Case = tuple[Callable[[], Pipeline], KubeflowSettings]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_messages_have_every_field(case: Case) -> None:
    spec = document_of(*_made(case)).spec
    # Strictly: an unknown field or a value of another type raises.
    json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
    deployment = pipeline_spec_pb2.PipelineDeploymentConfig()
    json_format.ParseDict(spec["deploymentSpec"], deployment)
    assert len(deployment.executors) == len(spec["deploymentSpec"]["executors"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_kfp_loads_the_text(case: Case) -> None:
    document = document_of(*_made(case))
    loaded = components.load_component_from_text(document.to_yaml())
    assert loaded.pipeline_spec.pipeline_info.name == document.spec["pipelineInfo"]["name"]
    assert json_format.MessageToDict(loaded.platform_spec) == document.platform


def _made(case: Case) -> tuple[Any, KubeflowSettings]:
    make, settings = case
    return make(), settings
