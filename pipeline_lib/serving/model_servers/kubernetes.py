"""TensorFlow Serving in a pod of a Kubernetes cluster."""

from __future__ import annotations

import logging
import time

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.cluster import Cluster, Pod
from pipeline_lib.serving.model_servers.failures import NotInTimeError, ServerEndedError
from pipeline_lib.serving.model_servers.local_process import exit_text
from pipeline_lib.serving.model_servers.model_server import Endpoints, ServedModel
from pipeline_lib.serving.model_servers.pod_manifest import CONTAINER, PodOptions, pod_manifest
from pipeline_lib.serving.model_servers.serving_image import GRPC_PORT, REST_PORT, ServingImage

_LOG = logging.getLogger(__name__)
_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
_DELETE_PAUSES_S = (0.5, 1.0, 2.0, 4.0)


class KubernetesServer:
    """A pod; implements `ModelServer`.

    Should this process be killed, the cluster ends the pod: with the pod that we run in, and at
    its deadline at the latest.

    Args:
        image: what to run.
        model: what it serves; the last part of its path is its name.
        cluster: where.
        options: what the pod is given.
    """

    def __init__(
        self, image: ServingImage, model: ServedModel, cluster: Cluster, options: PodOptions
    ) -> None:
        self._image = image
        self._model = model
        self._cluster = cluster
        self._options = options
        self._pod_name = ""
        self._last_log = ""

    @property
    def description(self) -> str:
        """The image."""
        return str(self._image)

    def start(self, deadline: float) -> Endpoints:
        """Create the pod, and wait until it has an address; see `ModelServer`."""
        manifest = pod_manifest(self._image, self._model, self._options, self._cluster.own_pod())
        self._pod_name = self._cluster.create(manifest)
        _LOG.info("Pod %s runs %s.", self._pod_name, self._image)
        pauses = iter(_PAUSES_S)
        pod: Pod | None = None
        while time.monotonic() < deadline:
            pod = self._cluster.pod(self._pod_name)
            ending = self._ending(pod)
            if ending is not None:
                raise ending
            status = (pod or {}).get("status", {})
            if status.get("phase") == "Running" and status.get("podIP"):
                address = status["podIP"]
                return Endpoints(f"{address}:{GRPC_PORT}", f"http://{address}:{REST_PORT}")
            pause = next(pauses, _PAUSES_S[-1])
            time.sleep(max(0.0, min(pause, deadline - time.monotonic())))
        raise NotInTimeError(
            f"pod {self._pod_name!r} of {self.description} did not start in time{_why(pod)}",
            self.log(),
        )

    def ending(self) -> ServerEndedError | None:
        """How the pod has ended, if it has."""
        return self._ending(self._cluster.pod(self._pod_name)) if self._pod_name else None

    def log(self) -> str:
        """The end of what the server has printed."""
        if self._pod_name:
            self._last_log = self._cluster.log(self._pod_name, CONTAINER) or self._last_log
        return self._last_log

    def stop(self) -> None:
        """Delete the pod; a cluster that refuses is asked again."""
        self.log()
        name, self._pod_name = self._pod_name, ""
        for pause in (*_DELETE_PAUSES_S, None) if name else ():
            try:
                self._cluster.delete(name)
                return
            except DataError as error:
                if pause is None:
                    _LOG.warning("%s Delete it by: kubectl delete pod %s", error, name)
                else:
                    time.sleep(pause)

    def _ending(self, pod: Pod | None) -> ServerEndedError | None:
        if pod is None:
            return ServerEndedError(f"pod {self._pod_name!r} of {self.description} was deleted")
        status = pod.get("status", {})
        if status.get("phase") not in ("Succeeded", "Failed"):
            return None
        ended = _state(pod).get("terminated", {})
        if ended.get("reason") == "OOMKilled":
            reason = f"{self.description} was killed: it used more than its limit of memory"
            return ServerEndedError(reason, self.log(), may_pass=False)
        code = ended.get("exitCode", 0)
        text = exit_text(128 - code if code > 128 else code)
        named = status.get("reason") or ended.get("reason") or "no reason is given"
        return ServerEndedError(
            f"{self.description} ended by itself with {text} ({named})", self.log()
        )


def _state(pod: Pod) -> Pod:
    containers = pod.get("status", {}).get("containerStatuses") or ()
    return next((one.get("state", {}) for one in containers if one["name"] == CONTAINER), {})


def _why(pod: Pod | None) -> str:
    waiting = _state(pod or {}).get("waiting", {})
    text = ": ".join(filter(None, (waiting.get("reason"), waiting.get("message"))))
    return f": {text}" if text else ""
