"""`python -m pipelines.penguin`: runs the pipeline and shows what came out."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from pipeline_lib import LocalRunner
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.evaluation_summary import read_summary
from pipeline_lib.artifacts.value_artifact import JsonValue
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.runners.local.result import RunResult
from pipelines.penguin.pipeline import PENGUINS, create_pipeline

_CONSOLE = Console(highlight=False)


def main() -> int:
    """Run the pipeline; 0 if it ran to its end."""
    try:
        result = LocalRunner().run(create_pipeline())
    except PipelineRunError as error:
        _CONSOLE.print(str(error), style="red", markup=False, soft_wrap=True)
        return 1
    _CONSOLE.print(_nodes(result))
    _CONSOLE.print(_metrics(result))
    _show_model(result)
    _show_commands(result)
    return 0


def _nodes(result: RunResult) -> Table:
    table = Table(title="Nodes", title_justify="left")
    for column in ("node", "state", "why"):
        table.add_column(column)
    table.add_column("seconds", justify="right")
    for node_id, execution in result.executions.items():
        seconds = f"{execution.ended - execution.started:.2f}"
        table.add_row(node_id, execution.state.value, execution.reason, seconds)
    return table


def _metrics(result: RunResult) -> Table:
    slices = read_summary(_output(result, "Evaluator", "evaluation").uri)
    table = Table(title="Metrics on the eval split", title_justify="left")
    table.add_column("slice")
    names = [name for name in slices[0].metrics if not name.endswith("_diff")]
    for name in names:
        table.add_column(name, justify="right")
    for entry in slices:
        table.add_row(entry.name, *(_value_and_change(entry.metrics, name) for name in names))
    return table


def _value_and_change(metrics: Mapping[str, float | None], name: str) -> str:
    """A metric, and where there is a baseline how it differs from it."""
    change = metrics.get(f"{name}_diff")
    return f"{metrics[name]:.4g}" + ("" if change is None else f" ({change:+.3g})")


def _show_model(result: RunResult) -> None:
    pusher = result["Pusher"]
    if pusher.state is ExecutionState.SKIPPED:
        blessing = _output(result, "Evaluator", "blessing").custom_properties
        _CONSOLE.print(
            f"No model was pushed: {pusher.reason}. {blessing.get('not_blessed_reason', '')}",
            markup=False,
        )
        return
    pushed = _output(result, "Pusher", "pushed_model").custom_properties
    _CONSOLE.print(f"The model is at [bold]{pushed['pushed_destination']}[/]")
    answers = JsonValue.from_record(_output(result, "AskPushedModel", "answers"))
    _CONSOLE.print("Three penguins, asked with raw values:")
    for penguin, answer in zip(PENGUINS, answers.value, strict=True):  # type: ignore[attr-defined]
        _CONSOLE.print(
            f"  {penguin['sex']}, {penguin['island']}, bill {penguin['bill_length_mm']} x "
            f"{penguin['bill_depth_mm']} mm, flipper {penguin['flipper_length_mm']:.0f} mm, "
            f"{penguin['body_mass_g']:.0f} g: [bold]{answer['species']}[/] "
            f"({answer['probability']:.1%})",
            soft_wrap=True,
        )


def _show_commands(result: RunResult) -> None:
    logs = _output(result, "Trainer", "model_run").uri
    _CONSOLE.print("Look further:")
    for command in (
        f"plib show {result.run_id}",
        f"plib show {result.run_id} Evaluator",
        "plib runs",
        "plib run pipelines.penguin.pipeline:create_pipeline --param accuracy-threshold=0.99",
        f"tensorboard --logdir {logs}",
    ):
        _CONSOLE.print(f"  .venv/bin/{command}", markup=False, soft_wrap=True)


def _output(result: RunResult, node_id: str, key: str) -> ArtifactRecord:
    return result[node_id].outputs[key][0]


if __name__ == "__main__":
    sys.exit(main())
