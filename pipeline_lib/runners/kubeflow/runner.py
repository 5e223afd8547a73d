"""`KubeflowRunner`: runs a pipeline on a cluster with Kubeflow Pipelines."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_lib import ir
from pipeline_lib.dsl.kubernetes_options import recheck_kubernetes
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.kubernetes import KubernetesOptions
from pipeline_lib.metadata.connection import MetadataConnectionConfig, SqliteConnection
from pipeline_lib.node.parameter_values import runtime_parameters
from pipeline_lib.runners.asked_file import writing_to
from pipeline_lib.runners.given_pipeline import as_compiled, own_store
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings
from pipeline_lib.runners.kubeflow.spec.compile_spec import compile_spec
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument
from pipeline_lib.runners.kubeflow.store_place import store_place
from pipeline_lib.runners.local.events import RunListener, Silent
from pipeline_lib.runners.local.run_options import RunOptions

if TYPE_CHECKING:
    from pipeline_lib.runners.kubeflow.client.cluster import Cluster
    from pipeline_lib.runners.kubeflow.client.records import ClusterRun, PipelineVersion, Schedule
    from pipeline_lib.runners.kubeflow.client.result import KubeflowRunResult


class KubeflowRunner:
    """Runs pipelines with Kubeflow Pipelines, version 2.

    Each node runs in a container that records in the team's metadata store what it does, as a node
    of `LocalRunner` does.

    Args:
        image: container image of nodes that name none; it holds this library and your modules.
        store_secret: name of a Kubernetes secret, and the key at which it holds the store's URL:
            `mysql://USER:PASSWORD@HOST:PORT/DATABASE`, `postgresql://...` or `grpc://HOST:PORT`.
        metadata_connection_config: the store as this process reaches it, to show how a run goes
            on; by default the pipeline's. Without `store_secret` the containers use it, too, and
            it may have no password.
        pipeline_root: below it outputs are written, in place of what the pipeline says.
        host: URL of Kubeflow Pipelines; by default `KF_PIPELINES_ENDPOINT`, the cluster around
            this process, or the one of the Kubernetes config.
        namespace: whose runs they are, where Kubeflow serves several users.
        experiment: Kubeflow's experiment for the runs; by default as kfp has it.
        service_account: Kubernetes service account of the containers; by default Kubeflow's.
        kubernetes: what every Pod has on the cluster, where its node does not say otherwise.
        progress: show on the terminal how a run goes on.
        interval: seconds from one look at a run to the next.
        **access: more of how to get in, as `kfp.Client` takes it: `existing_token`, `cookies`,
            `credentials`, `client_id`, `other_client_id`, `other_client_secret`, `ssl_ca_cert`,
            `verify_ssl`, `proxy`, `kube_context`.

    Raises:
        AuthoringError: there is no such argument, or Kubernetes would refuse the options.
    """

    def __init__(
        self,
        image: str = "",
        *,
        store_secret: tuple[str, str] | None = None,
        metadata_connection_config: MetadataConnectionConfig | None = None,
        pipeline_root: str | None = None,
        host: str | None = None,
        namespace: str | None = None,
        experiment: str | None = None,
        service_account: str | None = None,
        kubernetes: KubernetesOptions | None = None,
        progress: bool = True,
        interval: float = 5.0,
        **access: Any,
    ) -> None:
        self._image = image
        self._store_secret = store_secret
        self._config = metadata_connection_config
        self._pipeline_root = pipeline_root
        self._access = _access(host=host, namespace=namespace, **access)
        self._experiment = experiment
        self._service_account = service_account
        self._kubernetes = recheck_kubernetes("KubeflowRunner", kubernetes or KubernetesOptions())
        self._progress = progress
        self._interval = interval
        self._connected: Cluster | None = None

    def compile(
        self,
        pipeline: Pipeline | ir.Pipeline,
        path: str | os.PathLike[str] | None = None,
        *,
        use_cache: bool = True,
        options: RunOptions | None = None,
    ) -> KubeflowDocument:
        """Compile a pipeline to what Kubeflow Pipelines take, without asking any cluster.

        Args:
            pipeline: what to compile.
            path: a YAML file to write it to.
            use_cache: `False` runs every node, whatever the pipeline says.
            options: which part of it to run; by default all.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run there.
            PipelineLibError: the file cannot be written.
        """
        document = self._document(as_compiled(pipeline), own_store(pipeline), use_cache, options)
        if path is not None:
            with writing_to(Path(path)):
                Path(path).write_text(document.to_yaml())
        return document

    def submit(
        self,
        pipeline: Pipeline | ir.Pipeline,
        parameters: Mapping[str, Any] | None = None,
        *,
        run_name: str | None = None,
        use_cache: bool = True,
        options: RunOptions | None = None,
    ) -> ClusterRun:
        """Start a run, and do not wait for it.

        The compiled pipeline is put on the cluster first: as a new version, unless one with the
        same content is there.

        Args:
            pipeline: what to run.
            parameters: values of its runtime parameters.
            run_name: what people call the run there; by default the pipeline's name and the time.
            use_cache: `False` runs every node, whatever the pipeline says.
            options: which part of it to run; by default all.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run there.
            ClusterError: the cluster cannot be reached, or refuses.
        """
        compiled = as_compiled(pipeline)
        values = runtime_parameters(compiled, parameters or {})
        document = self._document(compiled, own_store(pipeline), use_cache, options)
        version = self._upload(compiled.name, document)
        return self.cluster.start(
            version.pipeline_id,
            version.version_id,
            run_name or f"{compiled.name} {time.strftime('%Y-%m-%d %H-%M-%S')}",
            values,
            self._experiment,
            self._service_account,
        )

    def run(
        self,
        pipeline: Pipeline | ir.Pipeline,
        parameters: Mapping[str, Any] | None = None,
        *,
        run_name: str | None = None,
        use_cache: bool = True,
        options: RunOptions | None = None,
    ) -> KubeflowRunResult:
        """Run a pipeline on the cluster to its end; the arguments are those of `submit`.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run there.
            ClusterError: the cluster cannot be reached, or refuses.
            PipelineRunError: at least one node failed, or the run was canceled.
            KeyboardInterrupt: the user does not want to wait; the run goes on.
        """
        started = self.submit(
            pipeline, parameters, run_name=run_name, use_cache=use_cache, options=options
        )
        return self._watch(started.run_id, self._config or _shared(own_store(pipeline)))

    def watch(self, run_id: str) -> KubeflowRunResult:
        """Watch a run that was started with this library, to its end.

        Raises:
            RunNotFoundError: the cluster has no such run, or it is of another tool.
            ClusterError: the cluster cannot be reached, or refuses.
            PipelineRunError: at least one node failed, or the run was canceled.
            KeyboardInterrupt: the user does not want to wait; the run goes on.
        """
        return self._watch(run_id, self._config)

    def schedule(
        self,
        pipeline: Pipeline | ir.Pipeline,
        parameters: Mapping[str, Any] | None = None,
        *,
        cron: str | None = None,
        interval: int | None = None,
        name: str | None = None,
        use_cache: bool = True,
        **when: Any,
    ) -> Schedule:
        """Let a pipeline run again and again, from now on.

        Args:
            pipeline: what to run.
            parameters: values of its runtime parameters, in every run.
            cron: when: five fields from minutes to days of the week, or six with seconds first.
            interval: in place of `cron`, seconds from one run to the next.
            name: what people call the schedule there; by default the pipeline's name.
            use_cache: `False` runs every node, whatever the pipeline says.
            **when: more of when to run it: `max_concurrency`, `catch_up`, `start_time`,
                `end_time`.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run there.
            ClusterError: the cluster cannot be reached, or refuses.
        """
        from pipeline_lib.runners.kubeflow.client.schedules import When, create_schedule

        due = When(cron, interval, **when)
        compiled = as_compiled(pipeline)
        values = runtime_parameters(compiled, parameters or {})
        document = self._document(compiled, own_store(pipeline), use_cache)
        return create_schedule(
            self.cluster,
            name or compiled.name,
            self._upload(compiled.name, document),
            due,
            values,
            self._experiment,
            self._service_account,
        )

    @property
    def cluster(self) -> Cluster:
        """The cluster, connected when it is first asked for.

        Raises:
            ClusterError: it cannot be reached, lets nobody in, or kfp is not installed.
        """
        if self._connected is None:
            from pipeline_lib.runners.kubeflow.client.cluster import Cluster

            self._connected = Cluster(self._access)
        return self._connected

    def _document(
        self,
        pipeline: ir.Pipeline,
        config: MetadataConnectionConfig | None,
        use_cache: bool,
        options: RunOptions | None = None,
    ) -> KubeflowDocument:
        part = options or RunOptions()
        settings = KubeflowSettings(
            store=store_place(self._store_secret, self._config or config),
            image=self._image,
            pipeline_root=self._pipeline_root,
            use_cache=use_cache,
            kubernetes=self._kubernetes,
            from_nodes=tuple(part.from_nodes),
            to_nodes=tuple(part.to_nodes),
            base_run=part.base_run,
        )
        return compile_spec(pipeline, settings)

    def _upload(self, name: str, document: KubeflowDocument) -> PipelineVersion:
        from pipeline_lib.runners.kubeflow.client.uploads import upload

        return upload(self.cluster, name, document.to_yaml())

    def _watch(self, run_id: str, config: MetadataConnectionConfig | None) -> KubeflowRunResult:
        from pipeline_lib.runners.kubeflow.client.following import follow

        followed = follow(self.cluster, run_id, config, self._listener(), self._interval)
        return followed.result_or_raise()

    def _listener(self) -> RunListener:
        if not self._progress:
            return Silent()
        # Imported here: rich would double the time that importing the library takes.
        from pipeline_lib.runners.local.progress import terminal_progress

        return terminal_progress()


def _access(**given: Any) -> ClusterAccess:
    known = {one.name for one in fields(ClusterAccess)}
    for name in given:
        if name not in known:
            raise AuthoringError(
                f"KubeflowRunner has no argument {name!r}.{did_you_mean(name, known)}"
            )
    return ClusterAccess(**given)


def _shared(config: MetadataConnectionConfig | None) -> MetadataConnectionConfig | None:
    """The store, unless it is a file of this machine: no container writes there."""
    return None if isinstance(config, SqliteConnection) else config
