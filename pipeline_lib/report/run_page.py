"""One run: its nodes, the artifacts they wrote, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from pipeline_lib.metadata.store import ExecutionRecord, NoteRecord, RunEnvironment, RunRecord
from pipeline_lib.report.artifact_text import artifacts_text
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.run_metrics import Told, metrics
from pipeline_lib.report.run_tracking import code_words, environment_line
from pipeline_lib.report.wording import first_line, moment, run_state, state_mark, took, value


def run_page(run: RunRecord, executions: Mapping[str, ExecutionRecord]) -> RenderableType:
    """The page of a run.

    Args:
        run: the run.
        executions: the latest execution of each node, by node id, in the order they ran.
    """
    parts: list[RenderableType] = [_head(run)]
    if run.notes:
        parts += [_title("Notes"), *map(note_text, run.notes)]
    if executions:
        parts += [_title("Nodes"), _nodes(executions)]
    measured = metrics(executions)
    if measured:
        parts += [_title("Metrics"), _metrics(measured)]
    written = Text()
    for node_id, execution in executions.items():
        written.append_text(artifacts_text(execution.outputs, f"{node_id}."))
    if written:
        parts += [_title("Artifacts"), _without_last_newline(written)]
    failed = {name: one for name, one in executions.items() if one.error is not None}
    if failed:
        parts += [_title("Errors"), *(_error(name, one) for name, one in failed.items())]
    return Group(*parts)


def _head(run: RunRecord) -> Text:
    text = Text.assemble(("Run ", "bold"), (run.run_id, "bold"))
    text.append(f" of pipeline {run.pipeline_name}: ").append_text(run_state(run.state))
    text.append(f"\n  started: {moment(run.started)}")
    if took(run):
        text.append(f"\n  took: {took(run)}")
    if run.pipeline_root:
        text.append(f"\n  root: {run.pipeline_root}")
    if run.tags:
        text.append(f"\n  tags: {', '.join(run.tags)}")
    for name, given in sorted(run.parameters.items()):
        text.append(f"\n  parameter {name}: {value(given)}")
    for words in map(_made_with, run.environments):
        text.append_text(words)
    return text


def _made_with(environment: RunEnvironment) -> Text:
    text = Text()
    if environment.code is not None:
        is_dirty = environment.code.is_dirty
        text.append("\n  code: ").append(code_words(environment.code), "yellow" if is_dirty else "")
    text.append(f"\n  environment: {environment_line(environment)}")
    packages = ", ".join(f"{name} {version}" for name, version in environment.packages.items())
    return text.append(f"\n  packages: {packages}" if packages else "")


def note_text(note: NoteRecord) -> Text:
    """When and by whom it was written, and what."""
    text = Text.assemble("  ", (moment(note.time), "bold"), f" {note.author}")
    return text.append("".join(f"\n    {line}" for line in note.text.splitlines()))


def _metrics(measured: Sequence[Told]) -> Text:
    shown = [one for one in measured if one.is_overall]
    rows = [[Text(one.label), Text(one.words)] for one in shown]
    text = in_columns(rows, indent="  ") if rows else Text()
    more = len(measured) - len(shown)
    return text.append(f"\n  {more} more by slice: --json has all" if more else "", "dim")


def _nodes(executions: Mapping[str, ExecutionRecord]) -> Text:
    return in_columns([node_row(*item) for item in executions.items()], indent="  ")


def node_row(node_id: str, execution: ExecutionRecord) -> list[Text]:
    """How a node ended, for a line of its own or in a table."""
    mark, colour = state_mark(execution.state)
    return [
        Text.assemble((mark, colour), f" {node_id}"),
        Text(execution.state.value, colour),
        Text(took(execution)),
        Text(_why(execution), "dim"),
    ]


def _why(execution: ExecutionRecord) -> str:
    if execution.error is not None:
        return first_line(f"{execution.error.type}: {execution.error.message}")
    return execution.reason


def _error(node_id: str, execution: ExecutionRecord) -> Text:
    assert execution.error is not None
    text = Text.assemble("  ", (node_id, "bold"), ": ")
    message = f"{execution.error.type}: {execution.error.message}"
    text.append(message.replace("\n", "\n    "), "red")
    if execution.error.location:
        text.append(f"\n    at: {execution.error.location}")
    if execution.log_uri:
        text.append(f"\n    log: {execution.log_uri}")
    return text


def _title(words: str) -> Text:
    return Text(f"\n{words}", "bold")


def _without_last_newline(text: Text) -> Text:
    text.rstrip()
    return text
