"""What a model has to keep to be blessed: TFX's `ValidationSpec`, deadlines and a load test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.infra_validator.fields import Fields
from pipeline_lib.errors import DataError

_FIELDS = ("load_test", "max_loading_time_seconds", "num_tries", "request_timeout_seconds")
_LOAD_FIELDS = (
    "concurrency",
    "duration_seconds",
    "max_p50_ms",
    "max_p99_ms",
    "min_requests_per_second",
    "requests_per_second",
)

_MOST_AT_A_TIME = 10_000
"""More would measure the client."""


@dataclass(frozen=True)
class LoadTest:
    """A load test, and the limits that its figures are held to.

    Attributes:
        duration_seconds: how long requests are sent.
        concurrency: requests on the way at a time.
        requests_per_second: how many are sent, evenly; as many as are answered where it is `None`.
        max_p50_ms: what half of the answers may take at most, in milliseconds.
        max_p99_ms: what 99 of 100 answers may take at most.
        min_requests_per_second: how many have to be answered at least.
    """

    duration_seconds: float = 5.0
    concurrency: int = 8
    requests_per_second: float | None = None
    max_p50_ms: float | None = None
    max_p99_ms: float | None = None
    min_requests_per_second: float | None = None


@dataclass(frozen=True)
class ValidationSpec:
    """Deadlines and limits.

    Attributes:
        max_loading_time_seconds: how long a server may take from its start until it serves.
        num_tries: how often a server is started at most.
        request_timeout_seconds: how long an answer may take.
        load_test: a load test; `None` for none.
    """

    max_loading_time_seconds: int = 300
    num_tries: int = 5
    request_timeout_seconds: float = 30.0
    load_test: LoadTest | None = None

    @classmethod
    def parse(cls, validation_spec: Mapping[str, Any] | None) -> ValidationSpec:
        """What the plain form of TFX's `ValidationSpec`, with our fields, describes.

        Raises:
            DataError: a field is unknown or has a value that cannot work.
        """
        fields = Fields("validation_spec", validation_spec or {}, _FIELDS)
        timeout_s = fields.number("request_timeout_seconds", None)
        return cls(
            max_loading_time_seconds=fields.whole_number(
                "max_loading_time_seconds", cls.max_loading_time_seconds
            ),
            num_tries=fields.whole_number("num_tries", cls.num_tries),
            request_timeout_seconds=timeout_s or cls.request_timeout_seconds,
            load_test=_load_test(fields) if fields.has("load_test") else None,
        )


def _load_test(fields: Fields) -> LoadTest:
    load = fields.message("load_test", _LOAD_FIELDS)
    sent, least = (load.number(f, None) for f in ("requests_per_second", "min_requests_per_second"))
    if sent and least and least > sent:
        raise DataError(
            f"{load.path} can never be passed: it sends {sent:g} requests a second and expects at "
            f"least {least:g} answers."
        )
    return LoadTest(
        duration_seconds=load.number("duration_seconds", None) or LoadTest.duration_seconds,
        concurrency=load.whole_number("concurrency", LoadTest.concurrency, _MOST_AT_A_TIME),
        requests_per_second=sent,
        max_p50_ms=load.number("max_p50_ms", None),
        max_p99_ms=load.number("max_p99_ms", None),
        min_requests_per_second=least,
    )
