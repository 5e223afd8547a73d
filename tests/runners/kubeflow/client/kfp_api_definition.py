"""The definition of Kubeflow Pipelines' API, as `kfp_server_api` was generated from it."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import kfp_server_api


class RefusedError(Exception):
    """The server refuses a request, with a status and words of its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Operation:
    """One request of the API.

    Attributes:
        name: what the generated client calls it.
        queries: names of the parameters in its query.
        answer: the model of its answer.
    """

    name: str
    verb: str
    path: re.Pattern[str]
    queries: frozenset[str]
    answer: str

    @classmethod
    def of(
        cls,
        verb: str,
        template: str,
        name: str,
        queries: frozenset[str] = frozenset(),
        answer: str = "object",
    ) -> Operation:
        """The operation at a path with `{parts}`."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/:]+)", re.escape(template))
        return cls(name, verb, re.compile(pattern), queries, answer)

    def matches(self, verb: str, path: str) -> dict[str, str] | None:
        """The parts of a path, if it is this operation's."""
        found = self.path.fullmatch(path) if verb == self.verb else None
        return None if found is None else {k: unquote(v) for k, v in found.groupdict().items()}


def _operations() -> list[Operation]:
    found = []
    for api_name, api_class in inspect.getmembers(kfp_server_api, inspect.isclass):
        if not api_name.endswith("ServiceApi"):
            continue
        for name, method in inspect.getmembers(api_class, inspect.isfunction):
            if name.endswith("_with_http_info"):
                found.append(_operation(name.removesuffix("_with_http_info"), method))
    # A path without parts is not meant by one with them: /pipelines/upload, /pipelines/{id}.
    return sorted(found, key=lambda one: "(" in one.path.pattern)


def _operation(name: str, method: Any) -> Operation:
    source = inspect.getsource(method)
    place = re.search(r"'(/apis/[^']+)', '([A-Z]+)'", source)
    answer = re.search(r"response_type='(\w+)'", source)
    assert place is not None
    assert answer is not None
    template = re.sub(r"\{\w+\.(\w+)\}", r"{\1}", place[1])
    queries = frozenset(re.findall(r"query_params\.append\(\('(\w+)'", source))
    return Operation.of(place[2], template, name, queries, answer[1])


OPERATIONS = _operations()


def read(content: Any, model: str) -> Any:
    """JSON as an object of a model.

    Raises:
        ValueError: the model does not allow it.
    """
    with kfp_server_api.ApiClient() as client:
        return client.deserialize(SimpleNamespace(data=json.dumps(content)), model)


def answer_of(operation: Operation, made: Any) -> Any:
    """The answer of an operation as JSON; it has been read as the model that is defined for it."""
    with kfp_server_api.ApiClient() as client:
        content = client.sanitize_for_serialization(made)
    again = read(content, operation.answer)
    assert operation.answer == "object" or type(again).__name__ == operation.answer
    return content
