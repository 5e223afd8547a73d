"""`Cluster`: what is asked of Kubeflow Pipelines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from pipeline_lib.errors import ClusterError, RunNotFoundError
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.reading import run_of
from pipeline_lib.runners.kubeflow.client.records import ClusterRun

_EXPERIMENT_VARIABLES = (
    "KF_PIPELINES_OVERRIDE_EXPERIMENT_NAME",
    "KF_PIPELINES_DEFAULT_EXPERIMENT_NAME",
)
_NEWEST_FIRST = "created_at desc"


class Cluster:
    """Kubeflow Pipelines, as one user sees it. Every method may raise `ClusterError`.

    Attributes:
        access: where it is.
        kfp: kfp's own client.

    Raises:
        ClusterError: it cannot be reached, lets nobody in, or kfp is not installed.
    """

    def __init__(self, access: ClusterAccess) -> None:
        self.access = access
        self._asking = _kfp_client().asking
        self.kfp = _kfp_client().connected(access)

    @property
    def namespace(self) -> str | None:
        """Where to look and to make things; `None` where nobody says."""
        known: str | None = self.access.namespace or self.kfp.get_user_namespace()
        return known or None

    @contextmanager
    def asking(self, what: str) -> Iterator[None]:
        """Ask within the block.

        Raises:
            ClusterError: the server cannot be reached or refuses; `what` says what it was asked.
            RunNotFoundError: there is no such thing.
        """
        with self._asking(self.access, what):
            yield

    def experiment_id(self, name: str | None) -> str:
        """Id of an experiment, which is made if there is none; by default as kfp has it."""
        chosen = name or next(filter(None, map(os.environ.get, _EXPERIMENT_VARIABLES)), "Default")
        with self.asking(f"find or make experiment {chosen!r}"):
            made = self.kfp.create_experiment(chosen, namespace=self.namespace)
        return str(made.experiment_id)

    def _existing_experiment(self, name: str) -> str:
        with self.asking(f"find experiment {name!r}"):
            answer = self.kfp.list_experiments(
                filter=name_filter(name), namespace=self.namespace, page_size=1
            )
        if not answer.experiments:
            raise RunNotFoundError(f"The cluster has no experiment {name!r}.")
        return str(answer.experiments[0].experiment_id)

    def connect_again(self) -> None:
        """Connect anew, with a new token where the way to get one is known.

        Raises:
            ClusterError: the cluster cannot be reached, or lets nobody in.
        """
        self.kfp = _kfp_client().connected(self.access)

    def start(
        self,
        pipeline_id: str,
        version_id: str,
        run_name: str,
        parameters: Mapping[str, Any],
        experiment: str | None = None,
        service_account: str | None = None,
    ) -> ClusterRun:
        """Start a run of a version of a pipeline."""
        experiment_id = self.experiment_id(experiment)
        with self.asking(f"start run {run_name!r}"):
            answer = self.kfp.run_pipeline(
                experiment_id=experiment_id,
                job_name=run_name,
                params=dict(parameters),
                pipeline_id=pipeline_id,
                version_id=version_id,
                service_account=service_account,
            )
        return run_of(answer)

    def run(self, run_id: str) -> ClusterRun:
        """A run as it stands.

        Raises:
            RunNotFoundError: there is none of that id.
        """
        with self.asking(f"show run {run_id!r}"):
            answer = self.kfp.get_run(run_id)
        return run_of(answer)

    def runs(self, limit: int, experiment: str | None = None) -> list[ClusterRun]:
        """Runs, newest first, of an experiment or of all.

        Raises:
            RunNotFoundError: there is no such experiment.
        """
        experiment_id = None if experiment is None else self._existing_experiment(experiment)
        with self.asking("list the runs"):
            answer = self.kfp.list_runs(
                page_size=limit,
                sort_by=_NEWEST_FIRST,
                experiment_id=experiment_id,
                namespace=self.namespace,
            )
        return [run_of(one) for one in answer.runs or []]

    def cancel(self, run_id: str) -> None:
        """Stop a run: what is running is killed.

        Raises:
            RunNotFoundError: there is none of that id.
        """
        with self.asking(f"cancel run {run_id!r}"):
            self.kfp.terminate_run(run_id)

    def spec(self, run: ClusterRun) -> Mapping[str, Any]:
        """The compiled pipeline that a run is of; empty where the server does not keep it."""
        with self.asking(f"show the pipeline of run {run.run_id!r}"):
            if run.version_id:
                held = self.kfp.get_pipeline_version(run.pipeline_id, run.version_id)
            else:  # it was given whole, as kfp's own client does
                held = self.kfp.get_run(run.run_id)
        spec: Mapping[str, Any] = held.pipeline_spec or {}
        # With a platform document, the server keeps both side by side.
        inner: Mapping[str, Any] = spec.get("pipeline_spec", spec)
        return inner

    def log(self, run_id: str, pod: str) -> str:
        """What a pod of a run has written."""
        with self.asking(f"read the log of pod {pod!r}"):
            return str(self.kfp.read_log(run_id, pod))

    def url(self, run_id: str) -> str:
        """Where a browser shows the run."""
        return str(self.kfp.run_url(run_id))


def conflicts(error: ClusterError) -> bool:
    """Whether the server refused because there is such a thing already."""
    return getattr(error.__cause__, "status", None) == HTTPStatus.CONFLICT


def wants_new_token(error: ClusterError) -> bool:
    """Whether the server does not know any more who asks."""
    return getattr(error.__cause__, "status", None) == HTTPStatus.UNAUTHORIZED


def is_passing(error: ClusterError) -> bool:
    """Whether the same request may be answered a moment later: nobody was there, or too busy."""
    status = getattr(error.__cause__, "status", None)
    return status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def name_filter(name: str) -> str:
    """The filter of kfp's lists for what is called so."""
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    return json.dumps({"predicates": [predicate]})


def _kfp_client() -> Any:
    # Imported when used: authors who do not submit need not have kfp.
    try:
        from pipeline_lib.runners.kubeflow.client import kfp_client
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("kfp", "kfp_server_api"):
            raise
        raise ClusterError(_not_installed(sys.version_info[:2])) from error
    return kfp_client


def _not_installed(python: tuple[int, int]) -> str:
    beginning = "Kubeflow's client kfp is not installed"
    if python >= (3, 11):
        return f"{beginning}: pip install 'pipeline-lib[kubeflow]'"
    return (
        f"{beginning}. On Python 3.10 it cannot be beside the extra 'ml': make an environment of "
        "its own with 'pip install pipeline-lib[kubeflow] kfp', or use Python 3.11. Compiling for "
        "Kubeflow needs no kfp."
    )
