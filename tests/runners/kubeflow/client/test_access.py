"""Getting in: hosts, tokens, certificates, and what is said where it does not work."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline_lib.errors import ClusterError
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from tests.whole_message import raises

if TYPE_CHECKING:
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub


def test_the_environment_may_name_the_host(
    kfp_stub: KfpApiStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", kfp_stub.host)
    cluster = Cluster(ClusterAccess())
    assert cluster.runs(5) == []
    assert cluster.url("run-1") == f"{kfp_stub.host}/#/runs/details/run-1"


def test_a_token_is_shown(kfp_stub: KfpApiStub) -> None:
    kfp_stub.token = "secret"
    assert Cluster(ClusterAccess(kfp_stub.host, existing_token="secret")).runs(5) == []


def test_cookies_are_shown(kfp_stub: KfpApiStub) -> None:
    kfp_stub.cookie = "authservice_session=abc"
    access = ClusterAccess(kfp_stub.host, cookies="authservice_session=abc")
    assert Cluster(access).runs(5) == []


def test_credentials_of_kfp_are_used(kfp_stub: KfpApiStub) -> None:
    from kfp.client.token_credentials_base import TokenCredentialsBase

    class Credentials(TokenCredentialsBase):
        def get_token(self) -> str:
            return "fresh"

        def refresh_api_key_hook(self, config: object) -> None:
            config.api_key["authorization"] = self.get_token()  # type: ignore[attr-defined]

    kfp_stub.token = "fresh"
    assert Cluster(ClusterAccess(kfp_stub.host, credentials=Credentials())).runs(5) == []


def test_a_private_authority_may_have_signed_the_certificate(tmp_path: Path) -> None:
    pytest.importorskip("kfp", reason="kfp is not installed")
    from tests.runners.kubeflow.client.kfp_api_server import kfp_api_stub

    certificate = self_signed(tmp_path)
    with kfp_api_stub(certificate) as stub:
        assert Cluster(ClusterAccess(stub.host, ssl_ca_cert=certificate)).runs(5) == []
        with pytest.raises(ClusterError, match="CERTIFICATE_VERIFY_FAILED"):
            Cluster(ClusterAccess(stub.host))


def self_signed(folder: Path) -> str:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
        f"-keyout {key} -out {certificate} -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + key.read_text())
    return str(certificate)


def test_nothing_says_where_it_is(kfp_stub: KfpApiStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere/config")
    with raises(
        ClusterError,
        "Nothing says where Kubeflow Pipelines are. Give their URL with host=... (--host), or "
        "with the environment variable KF_PIPELINES_ENDPOINT; this is no pod of a cluster, and "
        "there is no Kubernetes config either.",
    ):
        Cluster(ClusterAccess())


def test_nobody_is_there(kfp_stub: KfpApiStub) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{free.getsockname()[1]}"
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{host}' cannot be reached: [Errno 111] Connection refused. Check "
        "the URL; a cluster's are often reached through: kubectl port-forward -n kubeflow "
        "svc/ml-pipeline 8888:8888",
    ):
        Cluster(ClusterAccess(host))


def test_a_wrong_token(kfp_stub: KfpApiStub) -> None:
    kfp_stub.token = "secret"
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' do not know who asks (401): Request header "
        "error: there is no valid token. Give a token (--token), the cookies of a session "
        "(--cookies) or a client id of a proxy (--client-id).",
    ):
        Cluster(ClusterAccess(kfp_stub.host, existing_token="wrong"))
    assert kfp_stub.requests == ["healthz_service_get_healthz"]


def test_a_namespace_of_somebody_else(kfp_stub: KfpApiStub) -> None:
    kfp_stub.multi_user = True
    kfp_stub.forbidden = {"team-b"}
    cluster = Cluster(ClusterAccess(kfp_stub.host, "team-b"))
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' do not allow it to list the runs in namespace "
        "'team-b' (403): User is not authorized to access namespace team-b. Ask for the role "
        "kubeflow-edit in the namespace, or name one of your own (--namespace).",
    ):
        cluster.runs(5)


def test_a_namespace_is_needed_where_there_are_several_users(kfp_stub: KfpApiStub) -> None:
    kfp_stub.multi_user = True
    cluster = Cluster(ClusterAccess(kfp_stub.host))
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' serve several users: say whose namespace to "
        "work in, with namespace=... (--namespace).",
    ):
        cluster.runs(5)
    assert Cluster(ClusterAccess(kfp_stub.host, "team-a")).runs(5) == []


def test_a_page_to_log_in(kfp_stub: KfpApiStub) -> None:
    kfp_stub.login_page = True
    with raises(
        ClusterError,
        f"What answers at '{kfp_stub.host}' is not the API of Kubeflow Pipelines 2: it says "
        "nothing of itself. If it is a page to log in, give a token (--token) or the cookies of a "
        "session (--cookies).",
    ):
        Cluster(ClusterAccess(kfp_stub.host))


def test_a_file_of_certificates_that_is_not_there(kfp_stub: KfpApiStub) -> None:
    with raises(ClusterError, "ssl_ca_cert: there is no file 'nowhere.pem'."):
        Cluster(ClusterAccess(kfp_stub.host, ssl_ca_cert="nowhere.pem"))


def test_the_settings_show_no_secret() -> None:
    access = ClusterAccess("http://kfp", existing_token="abc", cookies="s=1")
    assert "abc" not in repr(access)
    assert "s=1" not in repr(access)


@pytest.fixture
def without_kfp(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "pipeline_lib.runners.kubeflow.client.kfp_client"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "kfp", None)
    package = sys.modules.get(name.rpartition(".")[0])
    if package is not None:
        monkeypatch.delattr(package, "kfp_client", raising=False)


@pytest.mark.usefixtures("without_kfp")
def test_kfp_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    with raises(
        ClusterError,
        "Kubeflow's client kfp is not installed: pip install 'pipeline-lib[kubeflow]'",
    ):
        Cluster(ClusterAccess("http://kfp"))


@pytest.mark.usefixtures("without_kfp")
def test_kfp_is_not_installed_where_it_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with raises(
        ClusterError,
        "Kubeflow's client kfp is not installed. On Python 3.10 it cannot be beside the extra "
        "'ml': make an environment of its own with 'pip install pipeline-lib[kubeflow] kfp', or "
        "use Python 3.11. Compiling for Kubeflow needs no kfp.",
    ):
        Cluster(ClusterAccess("http://kfp"))
