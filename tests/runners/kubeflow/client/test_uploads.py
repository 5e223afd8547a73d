from __future__ import annotations

import pytest

from pipeline_lib.errors import ClusterError
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.uploads import upload
from tests.runners.kubeflow.client.small_pipeline import small_document
from tests.whole_message import raises

pytest.importorskip("kfp", reason="kfp is not installed")

from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub

DOCUMENT = small_document()
OTHER = small_document("s3://bucket/elsewhere")
UPLOAD = "upload_pipeline_version"


def test_a_new_pipeline_is_made_and_its_version_named_by_its_content(
    cluster: Cluster, kfp_stub: KfpApiStub
) -> None:
    version = upload(cluster, "small", DOCUMENT)
    assert version.is_new
    (pipeline,) = kfp_stub.pipelines.values()
    (held,) = kfp_stub.versions.values()
    assert (pipeline.display_name, pipeline.pipeline_id) == ("small", version.pipeline_id)
    assert (held.display_name, held.pipeline_version_id) == (version.name, version.version_id)
    assert len(version.name) == 16


def test_the_same_content_is_not_uploaded_twice(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    first = upload(cluster, "small", DOCUMENT)
    again = upload(cluster, "small", DOCUMENT)
    assert (again.version_id, again.is_new) == (first.version_id, False)
    assert kfp_stub.requests.count(UPLOAD) == 1


def test_other_content_is_another_version_of_the_pipeline(
    cluster: Cluster, kfp_stub: KfpApiStub
) -> None:
    first, second = upload(cluster, "small", DOCUMENT), upload(cluster, "small", OTHER)
    assert first.pipeline_id == second.pipeline_id
    assert first.name != second.name
    assert len(kfp_stub.pipelines) == 1
    assert len(kfp_stub.versions) == 2


def test_a_namespace_has_pipelines_of_its_own(kfp_stub: KfpApiStub) -> None:
    kfp_stub.multi_user = True
    for namespace in ("team-a", "team-b"):
        upload(Cluster(ClusterAccess(kfp_stub.host, namespace)), "small", DOCUMENT)
    assert [one.namespace for one in kfp_stub.pipelines.values()] == ["team-a", "team-b"]


def test_what_somebody_else_uploads_meanwhile_is_taken(
    cluster: Cluster, kfp_stub: KfpApiStub
) -> None:
    other = Cluster(ClusterAccess(kfp_stub.host))

    def looked_for(name: str) -> None:
        """As soon as the pipeline, then the version, is found missing, somebody makes it."""
        if name in ("pipeline_service_create_pipeline", UPLOAD):
            kfp_stub.before_request = None
            upload(other, "small", DOCUMENT)

    kfp_stub.before_request = looked_for
    version = upload(cluster, "small", DOCUMENT)
    assert not version.is_new
    assert len(kfp_stub.versions) == len(kfp_stub.pipelines) == 1


def test_what_is_there_and_not_shown_is_told(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    upload(cluster, "small", DOCUMENT)
    kfp_stub.hidden = True
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' could not make pipeline 'small' (409): Already "
        "exist error: pipeline small already exists. The cluster has pipeline 'small', and does "
        "not show it: it is most likely in a namespace of somebody else. Give the pipeline another "
        "name, or name the namespace.",
    ):
        upload(cluster, "small", DOCUMENT)


def test_a_name_that_the_server_refuses(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' could not take a version of pipeline 'small' "
        "(400): Invalid input error: pipeline's name must contain only lowercase alphanumeric "
        "characters or '-' and must start with alphanumeric characters.",
    ):
        upload(cluster, "small", small_document().replace("name: small\n", "name: Small!\n"))
