"""Compiled pipelines on a cluster: one version for each content."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from pipeline_lib.errors import ClusterError
from pipeline_lib.runners.kubeflow.client.cluster import Cluster, conflicts, name_filter
from pipeline_lib.runners.kubeflow.client.records import PipelineVersion


def upload(cluster: Cluster, name: str, document: str) -> PipelineVersion:
    """Put a compiled pipeline on the cluster, unless it is there.

    Args:
        cluster: where to.
        name: the pipeline's name, as people see it there.
        document: the compiled pipeline, as YAML. Its digest names the version.

    Raises:
        ClusterError: the cluster does not take it.
    """
    pipeline_id = _pipeline_id(cluster, name) or _new_pipeline(cluster, name)
    digest = hashlib.sha256(document.encode()).hexdigest()[:16]
    version_id = _version_id(cluster, pipeline_id, digest)
    if version_id is not None:
        return PipelineVersion(pipeline_id, version_id, digest, is_new=False)
    return _new_version(cluster, name, pipeline_id, digest, document)


def _pipeline_id(cluster: Cluster, name: str) -> str | None:
    with cluster.asking(f"find pipeline {name!r}"):
        answer = cluster.kfp.list_pipelines(
            namespace=cluster.namespace, filter=name_filter(name), page_size=2
        )
    return answer.pipelines[0].pipeline_id if answer.pipelines else None


def _new_pipeline(cluster: Cluster, name: str) -> str:
    body = {"display_name": name}
    if cluster.namespace is not None:
        body["namespace"] = cluster.namespace
    # kfp's own upload would give the first version the pipeline's name in place of the digest.
    try:
        with cluster.asking(f"make pipeline {name!r}"):
            made = cluster.kfp.pipelines.pipeline_service_create_pipeline(body)
    except ClusterError as error:
        if not conflicts(error):
            raise
        return _made_meanwhile(_pipeline_id(cluster, name), f"pipeline {name!r}", error)
    return str(made.pipeline_id)


def _version_id(cluster: Cluster, pipeline_id: str, digest: str) -> str | None:
    with cluster.asking(f"find version {digest!r}"):
        answer = cluster.kfp.list_pipeline_versions(
            pipeline_id, filter=name_filter(digest), page_size=2
        )
    versions: list[Any] = answer.pipeline_versions or []
    return versions[0].pipeline_version_id if versions else None


def _new_version(
    cluster: Cluster, name: str, pipeline_id: str, digest: str, document: str
) -> PipelineVersion:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pipeline.yaml")
        path.write_text(document)
        try:
            with cluster.asking(f"take a version of pipeline {name!r}"):
                made = cluster.kfp.upload_pipeline_version(
                    str(path), digest, pipeline_id=pipeline_id
                )
        except ClusterError as error:
            if not conflicts(error):
                raise
            found = _version_id(cluster, pipeline_id, digest)
            version_id = _made_meanwhile(found, f"version {digest!r}", error)
            return PipelineVersion(pipeline_id, version_id, digest, is_new=False)
    return PipelineVersion(pipeline_id, str(made.pipeline_version_id), digest, is_new=True)


def _made_meanwhile(found: str | None, what: str, error: ClusterError) -> str:
    """What somebody else has made since it was looked for."""
    if found is None:
        raise ClusterError(
            f"{error} The cluster has {what}, and does not show it: it is most likely in a "
            "namespace of somebody else. Give the pipeline another name, or name the namespace."
        ) from error
    return found
