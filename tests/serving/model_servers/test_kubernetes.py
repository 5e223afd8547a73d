"""Pods as model servers, against a stub of the API server of Kubernetes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.cluster import KubernetesCluster
from pipeline_lib.serving.model_servers.failures import NotInTimeError, ServerEndedError
from pipeline_lib.serving.model_servers.kubernetes import KubernetesServer
from pipeline_lib.serving.model_servers.model_server import Endpoints, ServedModel
from pipeline_lib.serving.model_servers.pod_manifest import PodOptions, pod_manifest
from pipeline_lib.serving.model_servers.serving_image import ServingImage
from tests.serving.model_servers.api_stub import Answer, ApiStub, Asked, on_port
from tests.whole_message import raises

PODS = "/api/v1/namespaces/birds/pods"
IMAGE = ServingImage(tag="2.16.1")
MODEL = ServedModel("penguin", "/pipelines/tmp/penguin")
OWN_POD = {
    "metadata": {"name": "own", "uid": "17"},
    "spec": {
        "serviceAccountName": "runner",
        "containers": [
            {
                "name": "main",
                "volumeMounts": [
                    {"name": "root", "mountPath": "/pipelines", "subPath": "birds"},
                    {"name": "scratch", "mountPath": "/scratch"},
                ],
            }
        ],
        "volumes": [
            {"name": "root", "persistentVolumeClaim": {"claimName": "shared"}},
            {"name": "scratch", "emptyDir": {}},
        ],
    },
}
RUNNING = {"phase": "Running", "podIP": "10.0.0.7"}


class ApiServer:
    """What the stub knows: the statuses that the created pod has, one after another."""

    def __init__(self) -> None:
        self.statuses: list[Any] = [{"phase": "Pending"}, RUNNING]
        self.pods: set[str] = set()
        self.refused_deletions = 0
        self.stub = ApiStub(self.answer)

    def answer(self, asked: Asked) -> Answer:
        match asked.method, asked.path.removeprefix(PODS):
            case "GET", "/own":
                return 200, OWN_POD
            case "POST", "":
                if asked.body["spec"]["containers"][0]["image"] == "forbidden:1":
                    return 403, {"message": "no"}
                self.pods.add("server-1")
                return 201, {"metadata": {"name": "server-1"}}
            case "GET", "/server-1" if self.pods:
                status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
                return 200, {"metadata": {"name": "server-1"}, "status": status}
            case "GET", "/server-1/log":
                return 200, b"F check failed\n"
            case "DELETE", "/server-1" if self.refused_deletions:
                self.refused_deletions -= 1
                return 500, {"message": "not now"}
            case "DELETE", "/server-1" if self.pods:
                self.pods.clear()
                return 200, {"status": {}}
        return 404, {"message": "not found"}


@pytest.fixture
def api_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """The stub at work, and a kubeconfig that names it."""
    api_server = ApiServer()
    with on_port(api_server.stub) as port:
        context = {"cluster": "stub", "user": "we", "namespace": "birds"}
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "stub",
            "contexts": [{"name": "stub", "context": context}],
            "clusters": [{"name": "stub", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
            "users": [{"name": "we", "user": {}}],
        }
        (tmp_path / "config").write_text(json.dumps(kubeconfig))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("KFP_POD_NAME", "own")
        yield api_server


def make(image: ServingImage = IMAGE, model: ServedModel = MODEL) -> KubernetesServer:
    return KubernetesServer(image, model, KubernetesCluster(), PodOptions())


def container(state: Any) -> Any:
    """The status of the pod's container."""
    always = {"image": str(IMAGE), "imageID": "", "ready": False, "restartCount": 0}
    return {"name": "model-server", "state": state, **always}


def soon() -> float:
    return time.monotonic() + 30


def test_a_pod_is_started_and_deleted(api_server: ApiServer) -> None:
    server = make()
    assert server.description == "tensorflow/serving:2.16.1"
    assert server.start(soon()) == Endpoints("10.0.0.7:8500", "http://10.0.0.7:8501")
    assert server.ending() is None
    assert server.log() == "F check failed"
    server.stop()
    server.stop()
    assert api_server.pods == set()
    assert server.log() == "F check failed"
    created = api_server.stub.of(f"POST {PODS}").body
    assert created == pod_manifest(IMAGE, MODEL, PodOptions(), OWN_POD)


def test_the_manifest() -> None:
    options = PodOptions(
        active_deadline_seconds=600,
        annotations={"team": "birds"},
        env=({"name": "LEVEL", "value": "1"},),
        resources={"limits": {"memory": "2Gi"}},
    )
    assert pod_manifest(IMAGE, MODEL, options, OWN_POD) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": "pipeline-lib-model-server-",
            "annotations": {"team": "birds"},
            "labels": {"app": "pipeline-lib-model-server"},
            "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "own", "uid": "17"}],
        },
        "spec": {
            "containers": [
                {
                    "name": "model-server",
                    "image": "tensorflow/serving:2.16.1",
                    "args": ["--max_num_load_retries=0", "--file_system_poll_wait_seconds=1"],
                    "env": [
                        {"name": "MODEL_NAME", "value": "penguin"},
                        {"name": "MODEL_BASE_PATH", "value": "/pipelines/tmp"},
                        {"name": "LEVEL", "value": "1"},
                    ],
                    "resources": {"limits": {"memory": "2Gi"}},
                    "volumeMounts": [
                        {
                            "name": "model-volume",
                            "mountPath": "/pipelines",
                            "subPath": "birds",
                            "readOnly": True,
                        }
                    ],
                }
            ],
            "volumes": [
                {
                    "name": "model-volume",
                    "persistentVolumeClaim": {"claimName": "shared", "readOnly": True},
                }
            ],
            "restartPolicy": "Never",
            "activeDeadlineSeconds": 600,
            "serviceAccountName": "runner",
        },
    }


@pytest.mark.parametrize(
    ("path", "own_pod"), [("/scratch/penguin", OWN_POD), ("/pipelines/penguin", None)]
)
def test_a_model_that_a_pod_cannot_see(path: str, own_pod: Any) -> None:
    with raises(
        DataError,
        f"A pod cannot see the model at {path!r}: it lies on no PersistentVolumeClaim that is "
        "mounted in the pod which this node runs in. Run the node in the cluster, with the "
        "pipeline root on a volume that many nodes can mount (ReadWriteMany).",
    ):
        pod_manifest(IMAGE, ServedModel("penguin", path), PodOptions(), own_pod)


@pytest.mark.parametrize(
    ("terminated", "reason", "may_pass"),
    [
        (
            {"exitCode": 134, "reason": "Error"},
            "tensorflow/serving:2.16.1 ended by itself with signal 6 (SIGABRT) (Error)",
            True,
        ),
        (
            {"exitCode": 137, "reason": "OOMKilled"},
            "tensorflow/serving:2.16.1 was killed: it used more than its limit of memory",
            False,
        ),
    ],
)
def test_a_pod_that_ends(
    api_server: ApiServer, terminated: Any, reason: str, may_pass: bool
) -> None:
    ended = {"phase": "Failed", "containerStatuses": [container({"terminated": terminated})]}
    api_server.statuses = [RUNNING, ended]
    server = make()
    server.start(soon())
    ending = server.ending()
    server.stop()
    assert isinstance(ending, ServerEndedError)
    assert (ending.reason, ending.log) == (reason, "F check failed")
    assert ending.may_pass is may_pass


def test_a_pod_whose_image_cannot_be_had(api_server: ApiServer) -> None:
    waiting = {"reason": "ImagePullBackOff", "message": "no such image"}
    status = {"phase": "Pending", "containerStatuses": [container({"waiting": waiting})]}
    api_server.statuses = [status]
    server = make()
    with raises(
        NotInTimeError,
        "pod 'server-1' of tensorflow/serving:2.16.1 did not start in time: ImagePullBackOff: no "
        "such image",
    ):
        server.start(time.monotonic() + 0.2)
    server.stop()
    assert api_server.pods == set()


def test_a_pod_that_others_delete(api_server: ApiServer) -> None:
    server = make()
    server.start(soon())
    api_server.pods.clear()
    ending = server.ending()
    server.stop()
    assert ending is not None
    assert ending.reason == "pod 'server-1' of tensorflow/serving:2.16.1 was deleted"


def test_a_deletion_that_is_refused_is_tried_again(api_server: ApiServer) -> None:
    server = make()
    server.start(soon())
    api_server.refused_deletions = 1
    server.stop()
    assert api_server.pods == set()
    assert api_server.stub.names().count(f"DELETE {PODS}/server-1") == 2


def test_the_cluster_refuses(api_server: ApiServer) -> None:
    server = make(image=ServingImage("forbidden", "1"))
    with raises(DataError, "Kubernetes would not create a pod: 403 Forbidden."):
        server.start(soon())
    server.stop()


def test_there_is_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    with pytest.raises(DataError) as raised:
        KubernetesCluster()
    message = str(raised.value)
    assert message.startswith("There is no Kubernetes cluster to use: ")
    assert message.endswith(". Run the node in the cluster, or name one in a kubeconfig.")
