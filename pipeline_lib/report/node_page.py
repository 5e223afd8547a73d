"""One node of a run: what it read, wrote and was given, how it failed, and the end of its log."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.report.artifact_text import artifacts_text
from pipeline_lib.report.wording import moment, state_mark, took, value
from pipeline_lib.runners.local.log_tail import log_tail

_LOG_LINES = 20


def node_page(execution: ExecutionRecord) -> RenderableType:
    """The page of a node's execution."""
    parts = [_head(execution)]
    parts += _section("Parameters", _parameters(execution))
    parts += _section("Inputs", artifacts_text(execution.inputs))
    parts += _section("Outputs", artifacts_text(execution.outputs))
    parts += _section("Error", _error(execution))
    parts += _section(f"Log: {execution.log_uri}", _log(execution.log_uri))
    return Group(*parts)


def _head(execution: ExecutionRecord) -> Text:
    _, colour = state_mark(execution.state)
    text = Text.assemble(("Node ", "bold"), (execution.instance, "bold"), ": ")
    text.append(execution.state.value, colour)
    text.append(f"\n  component: {execution.type_name}")
    text.append(f"\n  run: {execution.run_id} of pipeline {execution.pipeline_name}")
    if execution.image:
        text.append(f"\n  image: {execution.image}")
    text.append(f"\n  started: {moment(execution.started)}")
    if took(execution):
        text.append(f"\n  took: {took(execution)}")
    if execution.reason:
        text.append(f"\n  reason: {execution.reason}")
    return text


def _section(title: str, body: Text) -> Iterable[Text]:
    """A title and what is below it; nothing if there is nothing below."""
    body.rstrip()
    return [Text(f"\n{title}", "bold"), body] if body else []


def _parameters(execution: ExecutionRecord) -> Text:
    given = sorted(execution.parameters.items())
    return Text("\n").join(Text(f"  {name}: {value(one)}") for name, one in given)


def _error(execution: ExecutionRecord) -> Text:
    error = execution.error
    if error is None:
        return Text()
    text = _indented((error.traceback or f"{error.type}: {error.message}").splitlines())
    if error.location:
        text.append(f"\n  at: {error.location}")
    return text


def _log(uri: str) -> Text:
    return _indented(log_tail(uri, _LOG_LINES))


def _indented(lines: Iterable[str]) -> Text:
    # Lines of programs may carry terminal codes, which must not reach the reader's terminal raw.
    return Text("\n").join(Text("  ").append_text(Text.from_ansi(line)) for line in lines)
