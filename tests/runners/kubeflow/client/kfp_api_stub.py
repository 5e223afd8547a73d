"""A stand-in for the API server of Kubeflow Pipelines, for tests of what talks to one.

There is no cluster where these tests run, and the real server needs one. The stand-in is made of
what the project publishes: `kfp_server_api`, the package that is generated from the definition of
the API and that `kfp.Client` uses. Which requests exist, and what they may ask, is read from it;
every other request is a 404 or a 400. Every answer is built of its models, and read back through
them before it is sent. What the definition does not say (unique names, namespaces, texts of
refusals, and the route of a pod's log) is as in the server's sources.

It runs nothing: a test says how a run goes on, either at once or, with `as_it_is_watched`, one step
each time that somebody looks. What a real server does beyond this (scheduling, storage, identity)
is not shown by tests that use it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import kfp_server_api as api
import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from tests.runners.kubeflow.client.kfp_api_definition import RefusedError, read

Step = Callable[[], object]


class KfpApiStub:
    """What the server holds, and what a test wants it to do.

    Attributes:
        token: what a client must bear; empty where anybody is let in.
        cookie: what it must bring; empty where none is asked for.
        failing: statuses with which to answer the next requests, in order.
        hidden: lists show nothing.
        before_request: called with the name of each operation before it is done.
        multi_user: whether everything lies in a namespace.
        forbidden: namespaces that nobody may work in.
        logs: what each pod wrote, by its name.
        login_page: answer with a page of HTML, as a proxy before the server does.
        requests: name of each operation that was asked for, in order.
    """

    def __init__(self) -> None:
        self.token = ""
        self.cookie = ""
        self.failing: list[int] = []
        self.hidden = False
        self.before_request: Callable[[str], object] | None = None
        self.multi_user = False
        self.forbidden: set[str] = set()
        self.login_page = False
        self.logs: dict[str, str] = {}
        self.requests: list[str] = []
        self.pipelines: dict[str, Any] = {}
        self.versions: dict[str, Any] = {}
        self.experiments: dict[str, Any] = {}
        self.runs: dict[str, Any] = {}
        self.recurring: dict[str, Any] = {}
        self.host = ""
        self._steps: list[Step] = []
        self._ids = 0

    # How a test drives a run.

    def check(self, token: str | None, cookie: str | None) -> None:
        """Refuse who does not bring what the test asks for, or the next request if it says so."""
        if self.token and token != f"Bearer {self.token}":
            raise RefusedError(401, "Request header error: there is no valid token")
        if self.cookie and cookie != self.cookie:
            raise RefusedError(401, "Request header error: there is no session")
        if self.failing:
            raise RefusedError(self.failing.pop(0), "upstream connect error")

    def as_it_is_watched(self, *steps: Step) -> None:
        """Do one of the steps each time that somebody looks at a run."""
        self._steps += steps

    def set_state(self, run_id: str, state: str) -> None:
        """Move a run to a state of `V2beta1RuntimeState`."""
        run = self.runs[run_id]
        run.state = state
        if state in ("SUCCEEDED", "FAILED", "CANCELED", "SKIPPED"):
            run.finished_at = self._now()

    def set_task(
        self, run_id: str, name: str, state: str, pod: str | None = None, error: str | None = None
    ) -> None:
        """Record a task of a run, or its new state."""
        details = self.runs[run_id].run_details
        others = [one for one in details.task_details or [] if one.display_name != name]
        task = api.V2beta1PipelineTaskDetail(
            run_id=run_id,
            task_id=f"{run_id}-{name}",
            display_name=name,
            state=state,
            start_time=self._now(),
            end_time=self._now(),
            error=None if error is None else _status(error),
            child_tasks=None if pod is None else [api.PipelineTaskDetailChildTask(pod_name=pod)],
        )
        details.task_details = [*others, task]

    @property
    def last_run(self) -> str:
        """Id of the run that was created last."""
        return list(self.runs)[-1]

    # Operations, named as in the definition.

    def healthz_service_get_healthz(self, asked: dict[str, str], body: Any) -> Any:
        return api.V2beta1GetHealthzResponse(multi_user=self.multi_user)

    def pipeline_service_list_pipelines(self, asked: dict[str, str], body: Any) -> Any:
        found = self._listed(self.pipelines, asked, "namespace")
        return api.V2beta1ListPipelinesResponse(pipelines=found, total_size=len(found))

    def pipeline_service_create_pipeline(self, asked: dict[str, str], body: Any) -> Any:
        namespace = self._namespace(body.get("namespace"), "A pipeline", needed=False)
        name = body.get("display_name") or ""
        if not name.strip():
            raise RefusedError(400, "Invalid input error: pipeline's name cannot be empty")
        if self._named(self.pipelines, name, namespace=namespace):
            raise RefusedError(409, f"Already exist error: pipeline {name} already exists")
        made = api.V2beta1Pipeline(
            pipeline_id=self._new_id("pipeline"),
            display_name=name,
            namespace=namespace or None,
            created_at=self._now(),
        )
        self.pipelines[made.pipeline_id] = made
        return made

    def pipeline_service_list_pipeline_versions(self, asked: dict[str, str], body: Any) -> Any:
        found = self._listed(self.versions, asked, "pipeline_id")
        return api.V2beta1ListPipelineVersionsResponse(
            pipeline_versions=found, total_size=len(found)
        )

    def pipeline_service_get_pipeline_version(self, asked: dict[str, str], body: Any) -> Any:
        return self._held(self.versions, asked["pipeline_version_id"], "PipelineVersion")

    def upload_pipeline_version(self, asked: dict[str, str], body: Any) -> Any:
        pipeline = self._held(self.pipelines, asked["pipelineid"], "Pipeline")
        name = asked["name"]
        if self._named(self.versions, name, pipeline_id=pipeline.pipeline_id):
            raise RefusedError(409, "Failed to create a pipeline version")
        made = api.V2beta1PipelineVersion(
            pipeline_id=pipeline.pipeline_id,
            pipeline_version_id=self._new_id("version"),
            display_name=name,
            pipeline_spec=_checked_spec(body),
            created_at=self._now(),
        )
        self.versions[made.pipeline_version_id] = made
        return made

    def experiment_service_list_experiments(self, asked: dict[str, str], body: Any) -> Any:
        self._namespace(asked.get("namespace"), "An experiment")
        found = self._listed(self.experiments, asked, "namespace")
        return api.V2beta1ListExperimentsResponse(experiments=found, total_size=len(found))

    def experiment_service_create_experiment(self, asked: dict[str, str], body: Any) -> Any:
        namespace = self._namespace(body.get("namespace"), "An experiment")
        made = api.V2beta1Experiment(
            experiment_id=self._new_id("experiment"),
            display_name=body["display_name"],
            namespace=namespace or None,
        )
        self.experiments[made.experiment_id] = made
        return made

    def run_service_create_run(self, asked: dict[str, str], body: Any) -> Any:
        self._held(self.experiments, body["experiment_id"], "Experiment")
        reference, spec = body.get("pipeline_version_reference"), body.get("pipeline_spec")
        if (reference is None) == (spec is None):
            raise RefusedError(400, "Invalid input error: either a version or a spec is given")
        if reference is not None:
            self._held(self.versions, reference["pipeline_version_id"], "PipelineVersion")
        made = api.V2beta1Run(
            run_id=self._new_id("run"),
            display_name=body["display_name"],
            experiment_id=body["experiment_id"],
            pipeline_version_reference=reference
            and api.V2beta1PipelineVersionReference(**reference),
            pipeline_spec=spec,
            runtime_config=api.V2beta1RuntimeConfig(**body["runtime_config"]),
            service_account=body.get("service_account"),
            state="PENDING",
            created_at=self._now(),
            run_details=api.V2beta1RunDetails(task_details=None),
        )
        self.runs[made.run_id] = made
        return made

    def run_service_get_run(self, asked: dict[str, str], body: Any) -> Any:
        if self._steps:
            self._steps.pop(0)()
        return self._held(self.runs, asked["run_id"], "Run")

    def run_service_list_runs(self, asked: dict[str, str], body: Any) -> Any:
        if "experiment_id" not in asked:
            self._namespace(asked.get("namespace"), "A run")
        newest_first = dict(reversed(self.runs.items()))
        found = self._listed(newest_first, asked, "experiment_id")
        shown = found[: int(asked.get("page_size", 10))]
        return api.V2beta1ListRunsResponse(runs=shown, total_size=len(found))

    def run_service_terminate_run(self, asked: dict[str, str], body: Any) -> Any:
        run = self._held(self.runs, asked["run_id"], "Run")
        if run.finished_at is not None:
            raise RefusedError(400, f"Failed to terminate run {run.run_id}: it has finished")
        run.state = "CANCELING"
        return {}

    def recurring_run_service_create_recurring_run(self, asked: dict[str, str], body: Any) -> Any:
        trigger = body["trigger"]
        cron = (trigger.get("cron_schedule") or {}).get("cron")
        if cron is not None and len(cron.split()) not in (5, 6):
            raise RefusedError(400, f"Schedule cron is not a supported format. Error: {cron}")
        made = api.V2beta1RecurringRun(
            recurring_run_id=self._new_id("schedule"),
            display_name=body["display_name"],
            experiment_id=body["experiment_id"],
            pipeline_version_reference=api.V2beta1PipelineVersionReference(
                **body["pipeline_version_reference"]
            ),
            runtime_config=api.V2beta1RuntimeConfig(**body["runtime_config"]),
            trigger=read(trigger, "V2beta1Trigger"),
            max_concurrency=str(body["max_concurrency"]),
            no_catchup=body.get("no_catchup"),
            mode=body["mode"],
            status="ENABLED" if body["mode"] == "ENABLE" else "DISABLED",
            created_at=self._now(),
        )
        self.recurring[made.recurring_run_id] = made
        return made

    def recurring_run_service_list_recurring_runs(self, asked: dict[str, str], body: Any) -> Any:
        found = self._listed(self.recurring, asked, "experiment_id")
        return api.V2beta1ListRecurringRunsResponse(recurring_runs=found, total_size=len(found))

    def recurring_run_service_get_recurring_run(self, asked: dict[str, str], body: Any) -> Any:
        return self._held(self.recurring, asked["recurring_run_id"], "Job")

    def recurring_run_service_enable_recurring_run(self, asked: dict[str, str], body: Any) -> Any:
        return self._set_mode(asked["recurring_run_id"], "ENABLE")

    def recurring_run_service_disable_recurring_run(self, asked: dict[str, str], body: Any) -> Any:
        return self._set_mode(asked["recurring_run_id"], "DISABLE")

    def recurring_run_service_delete_recurring_run(self, asked: dict[str, str], body: Any) -> Any:
        self._held(self.recurring, asked["recurring_run_id"], "Job")
        del self.recurring[asked["recurring_run_id"]]
        return {}

    def log(self, asked: dict[str, str], body: Any) -> str:
        pod = asked["node_id"]
        if pod not in self.logs:
            raise RefusedError(500, f"Failed to read logs from pod {pod}: pods {pod!r} not found")
        return self.logs[pod]

    # What the operations share.

    def _set_mode(self, schedule_id: str, mode: str) -> Any:
        schedule = self._held(self.recurring, schedule_id, "Job")
        schedule.mode = mode
        schedule.status = f"{mode}D"
        return {}

    def _namespace(self, given: str | None, what: str, *, needed: bool = True) -> str:
        namespace = given or ""
        if self.multi_user and needed and not namespace:
            raise RefusedError(
                400,
                f"Invalid input error: {what} cannot have an empty namespace in multi-user mode",
            )
        if namespace in self.forbidden:
            raise RefusedError(403, f"User is not authorized to access namespace {namespace}")
        return namespace

    def _listed(self, held: dict[str, Any], asked: dict[str, str], key: str) -> list[Any]:
        if self.hidden:
            return []
        wanted = asked.get(key)
        found = [one for one in held.values() if not wanted or getattr(one, key) == wanted]
        for predicate in json.loads(asked.get("filter") or "{}").get("predicates", []):
            # As kfp.Client asks: 1 or EQUALS, of a text.
            assert predicate["operation"] in (1, "EQUALS")
            text = predicate.get("stringValue") or predicate.get("string_value")
            found = [one for one in found if getattr(one, predicate["key"]) == text]
        return found

    def _named(self, held: dict[str, Any], name: str, **where: str) -> bool:
        return any(
            one.display_name == name
            and all((getattr(one, key) or "") == value for key, value in where.items())
            for one in held.values()
        )

    def _held(self, held: dict[str, Any], key: str, kind: str) -> Any:
        if key not in held:
            raise RefusedError(404, f"ResourceNotFoundError: {kind} {key} not found.")
        return held[key]

    def _new_id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}-{self._ids}"

    def _now(self) -> datetime:
        self._ids += 1
        return datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=self._ids)


def _checked_spec(text: str) -> dict[str, Any]:
    """What is kept of an uploaded file, if the server would take it."""
    try:
        documents = list(yaml.safe_load_all(text))
        spec = json_format.ParseDict(documents[0], pipeline_spec_pb2.PipelineSpec())
        for platform in documents[1:]:
            json_format.ParseDict(platform, pipeline_spec_pb2.PlatformSpec())
    except (json_format.ParseError, yaml.YAMLError, IndexError) as error:
        raise RefusedError(400, f"Invalid input error: {error}") from error
    name = spec.pipeline_info.name
    if not name or name != name.lower() or not name.replace("-", "").isalnum():
        raise RefusedError(
            400,
            "Invalid input error: pipeline's name must contain only lowercase alphanumeric "
            "characters or '-' and must start with alphanumeric characters",
        )
    if len(documents) == 1:
        return dict(documents[0])
    return {"pipeline_spec": documents[0], "platform_spec": documents[1]}


def _status(message: str) -> Any:
    # The class has another name in newer versions of the package.
    kind = getattr(api, "GooglerpcStatus", None) or api.GoogleRpcStatus
    return kind(message=message)
