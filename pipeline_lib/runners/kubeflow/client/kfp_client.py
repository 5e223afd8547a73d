"""kfp's client, and what its errors mean. Only this module knows kfp."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import kfp
import kfp_server_api
import urllib3

from pipeline_lib.errors import ClusterError, RunNotFoundError
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess

_NAMESPACE_NEEDED = "empty namespace"
# How urllib3 begins: "HTTPConnection(host='kfp', port=80): " or "<...Connection object at 0x1f>: "
_CONNECTION = re.compile(
    r"^[^:]*Connection( object at \w+>|\([^)]*\)): (Failed to establish a new connection: )?"
)


class Client(kfp.Client):  # type: ignore[misc]
    """kfp's client, which asks only once whether anybody is there."""

    def get_kfp_healthz(self, sleep_duration: int = 0) -> Any:
        """What the server says of itself.

        kfp's own waits five times for five seconds, also where a token is not taken.
        """
        answer = self.healthzs.healthz_service_get_healthz()
        if answer.multi_user is None:
            raise ValueError("it says nothing of itself")
        return answer

    def run_url(self, run_id: str) -> str:
        """Where a browser shows a run: at `KF_PIPELINES_UI_ENDPOINT`, or at the host."""
        return f"{self._get_url_prefix().rstrip('/')}/#/runs/details/{run_id}"

    def read_log(self, run_id: str, pod: str) -> str:
        """What a pod has written: a route of the server that is not in the API's definition."""
        text = self._run_api.api_client.call_api(
            "/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log",
            "GET",
            {"run_id": run_id, "node_id": pod},
            header_params={"Accept": "text/plain"},
            response_type="str",
            auth_settings=["Bearer"],
            _return_http_data_only=True,
        )
        return str(text)


def connected(access: ClusterAccess) -> Client:
    """A client that has reached the server.

    Raises:
        ClusterError: it cannot be reached, or lets nobody in.
    """
    access.check_host()
    with asking(access, "be asked"):
        client = Client(
            host=access.host,
            existing_token=access.existing_token,
            cookies=access.cookies,
            credentials=access.credentials,
            client_id=access.client_id,
            other_client_id=access.other_client_id,
            other_client_secret=access.other_client_secret,
            ssl_ca_cert=access.ssl_ca_cert,
            verify_ssl=access.verify_ssl,
            proxy=access.proxy,
            kube_context=access.kube_context,
        )
        client.get_kfp_healthz()
    return client


@contextmanager
def asking(access: ClusterAccess, what: str) -> Iterator[None]:
    """Ask the server within the block: kfp's prints are kept back, its errors become ours.

    Args:
        access: where the server is.
        what: what it is asked to do, for the message.

    Raises:
        ClusterError: it cannot be reached, or refuses.
        RunNotFoundError: there is no such thing.
    """
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except kfp_server_api.ApiException as error:
        raise _refusal(error, access, what) from error
    except urllib3.exceptions.HTTPError as error:
        raise ClusterError(
            f"Kubeflow Pipelines at {access.place!r} cannot be reached: {_reason(error)}. Check "
            "the URL; a cluster's are often reached through: kubectl port-forward -n kubeflow "
            "svc/ml-pipeline 8888:8888"
        ) from error
    except (AttributeError, TypeError, ValueError) as error:
        # The generated client finds that an answer is not as defined only by failing over it.
        raise ClusterError(
            f"What answers at {access.place!r} is not the API of Kubeflow Pipelines 2: {error}. If "
            "it is a page to log in, give a token (--token) or the cookies of a session "
            "(--cookies)."
        ) from error


def _refusal(
    error: kfp_server_api.ApiException, access: ClusterAccess, what: str
) -> ClusterError | RunNotFoundError:
    said = _message(error)
    where = f"Kubeflow Pipelines at {access.place!r}"
    if error.status == 401:
        return ClusterError(
            f"{where} do not know who asks (401): {said}. Give a token (--token), the cookies of "
            "a session (--cookies) or a client id of a proxy (--client-id)."
        )
    if error.status == 403:
        namespace = f" in namespace {access.namespace!r}" if access.namespace else ""
        return ClusterError(
            f"{where} do not allow it to {what}{namespace} (403): {said}. Ask for the role "
            "kubeflow-edit in the namespace, or name one of your own (--namespace)."
        )
    if error.status == 404:
        return RunNotFoundError(f"{where} could not {what}: {said}.")
    if _NAMESPACE_NEEDED in said:
        return ClusterError(
            f"{where} serve several users: say whose namespace to work in, with namespace=... "
            "(--namespace)."
        )
    return ClusterError(f"{where} could not {what} ({error.status}): {said}.")


def _message(error: kfp_server_api.ApiException) -> str:
    """What the server says, in one line; gateways and uploads say it in different fields."""
    text = error.body or error.reason or ""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    try:
        fields = json.loads(text)
        text = fields.get("message") or fields.get("error_message") or fields.get("error") or text
    except (ValueError, AttributeError):
        pass
    return " ".join(str(text).split()).rstrip(".")


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    return _CONNECTION.sub("", str(getattr(error, "reason", None) or error))
