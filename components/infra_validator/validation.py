"""One model against one server: loaded, asked, put under load; tried again where that may help."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from components.infra_validator.servers import MakeServer
from components.infra_validator.validation_spec import LoadTest, ValidationSpec
from pipeline_lib.serving.model_servers.failures import ModelServerError
from pipeline_lib.serving.model_servers.load import Load, put_under_load
from pipeline_lib.serving.model_servers.model_server import ServedModel
from pipeline_lib.serving.model_servers.requests import ModelRequest
from pipeline_lib.serving.model_servers.running import RunningServer, running

_LOG = logging.getLogger(__name__)

VERSION = 1
"""The version under which the model lies below its base path."""


class NotANumberError(ModelServerError):
    """The model answers with what is no number."""

    may_pass = False


class LimitsMissedError(ModelServerError):
    """The server is slower than it may be; the machine may have been busy."""


@dataclass
class Try:
    """One start of a server, and what came of it.

    Attributes:
        reason: why the model did not pass; empty where it did.
        log: the end of the server's log where it did not.
        figures: what was measured: `loading_seconds`, and of a load test `p50_ms`, `p99_ms`,
            `requests_per_second` and `requests`.
        may_pass: whether another try can end differently.
    """

    reason: str = ""
    log: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    may_pass: bool = False


@dataclass(frozen=True)
class Validation:
    """A model against one server.

    Attributes:
        server: what the server is.
        tries: the tries, in their order; the last one decides.
    """

    server: str
    tries: Sequence[Try]

    @property
    def reason(self) -> str:
        """Why the model did not pass; empty where it did."""
        return self.tries[-1].reason

    @property
    def figures(self) -> dict[str, float]:
        """What the last try has measured."""
        return self.tries[-1].figures


def validate(
    make_server: MakeServer,
    model: ServedModel,
    requests: Sequence[ModelRequest],
    spec: ValidationSpec,
) -> Validation:
    """Start a server on the model and see whether all goes well.

    Args:
        make_server: makes the server for each try.
        model: lies below its base path as version `VERSION`.
        requests: what it is asked; none for a model that is only loaded.
        spec: deadlines and limits.

    Raises:
        DataError: the server cannot be started at all, whatever the model.
    """
    tries = []
    description = ""
    for number in range(1, spec.num_tries + 1):
        server = make_server(model)
        description = server.description
        _LOG.info("Starting %s, try %d of %d.", description, number, spec.num_tries)
        one = Try()
        tries.append(one)
        try:
            deadline = time.monotonic() + spec.max_loading_time_seconds
            with running(server, deadline) as started:
                _go_through(started, model, requests, spec, deadline, one)
            break
        except ModelServerError as error:
            one.reason, one.log, one.may_pass = error.reason, error.log, error.may_pass
            _LOG.warning("%s. The end of its log:\n%s", error.reason, error.log)
            if not error.may_pass:
                break
    return Validation(description, tries)


def _go_through(
    server: RunningServer,
    model: ServedModel,
    requests: Sequence[ModelRequest],
    spec: ValidationSpec,
    deadline: float,
    result: Try,
) -> None:
    begun = time.monotonic()
    server.wait_until_available(model.name, VERSION, deadline)
    result.figures["loading_seconds"] = round(time.monotonic() - begun, 3)
    for request in requests:
        _check_answer(server, request, spec.request_timeout_seconds)
    if spec.load_test is not None and requests:
        _test_load(server, requests, spec.load_test, spec.request_timeout_seconds, result)
    server.check_alive()


def _check_answer(server: RunningServer, request: ModelRequest, timeout_s: float) -> None:
    answer = server.ask(request, timeout_s)
    for name, value in answer.outputs_that_are_no_numbers():
        raise NotANumberError(
            f"signature {request.signature_name!r} answers with {value} in its output {name!r}",
            server.server.log(),
        )


def _test_load(
    server: RunningServer,
    requests: Sequence[ModelRequest],
    test: LoadTest,
    timeout_s: float,
    result: Try,
) -> None:
    load = Load(test.duration_seconds, test.concurrency, test.requests_per_second, timeout_s)
    figures = put_under_load(server.endpoints.grpc, requests, load)
    if figures.first_error is not None:
        server.raise_for(figures.first_error, figures.failed_signature, timeout_s)
    measured = {
        "p50_ms": round(figures.percentile_ms(50), 3),
        "p99_ms": round(figures.percentile_ms(99), 3),
        "requests_per_second": round(figures.requests_per_second, 1),
    }
    result.figures.update(measured, requests=len(figures.latencies_ms))
    missed = _missed_limits(test, measured)
    if missed:
        raise LimitsMissedError("; ".join(missed), server.server.log())


def _missed_limits(test: LoadTest, measured: dict[str, float]) -> list[str]:
    most = {"p50_ms": test.max_p50_ms, "p99_ms": test.max_p99_ms}
    missed = [
        f"the load test's {name.removesuffix('_ms')} is {measured[name]:g} ms, "
        f"expected at most {limit:g} ms"
        for name, limit in most.items()
        if limit is not None and measured[name] > limit
    ]
    least, rate = test.min_requests_per_second, measured["requests_per_second"]
    if least is not None and rate < least:
        missed.append(
            f"the load test's throughput is {rate:g} requests a second, expected at least {least:g}"
        )
    return missed
