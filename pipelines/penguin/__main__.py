"""`python -m pipelines.penguin`: runs the pipeline and shows what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from pipeline_lib import LocalRunner
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.evaluation_summary import read_summary
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.runners.local.result import RunResult
from pipelines.penguin.asking import (
    MODEL_NAME,
    SECONDS_TO_START,
    over_grpc,
    over_rest,
    penguin_server,
)
from pipelines.penguin.pipeline import DEFAULT_SERVING_DIR, PENGUINS, create_pipeline

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
        _CONSOLE.print(f"No model was pushed: {pusher.reason}.{_refusals(result)}", markup=False)
        return
    pushed = _output(result, "Pusher", "pushed_model").custom_properties
    _CONSOLE.print(f"The model is at [bold]{pushed['pushed_destination']}[/]")
    if pusher.state is ExecutionState.CACHED:
        _CONSOLE.print("It was pushed by an earlier run, and nothing has changed since.")
    _ask(int(str(pushed["pushed_version"])))


def _refusals(result: RunResult) -> str:
    """What the validators have against the model."""
    blessings = (_output(result, node, "blessing") for node in ("Evaluator", "InfraValidator"))
    reasons = (one.custom_properties.get("not_blessed_reason") for one in blessings)
    return "".join(f" {reason}." for reason in reasons if reason)


def _ask(version: int) -> None:
    """Serve what was pushed, and ask about three penguins as two kinds of client would."""
    with _CONSOLE.status("A model server starts"), penguin_server(DEFAULT_SERVING_DIR) as server:
        server.wait_until_available(MODEL_NAME, version, time.monotonic() + SECONDS_TO_START)
        answers = zip(
            PENGUINS,
            over_rest(server.endpoints.rest, PENGUINS),
            over_grpc(server.client, PENGUINS),
            strict=True,
        )
    _CONSOLE.print(f"Three penguins, asked of version {version} as it is served:")
    for penguin, by_rest, by_grpc in answers:
        _CONSOLE.print(
            f"  {penguin['sex']}, {penguin['island']}, bill {penguin['bill_length_mm']} x "
            f"{penguin['bill_depth_mm']} mm, flipper {penguin['flipper_length_mm']:.0f} mm, "
            f"{penguin['body_mass_g']:.0f} g: [bold]{by_rest.species}[/] "
            f"({by_rest.probability:.1%}) by REST, [bold]{by_grpc.species}[/] "
            f"({by_grpc.probability:.1%}) by gRPC",
            soft_wrap=True,
        )


def _show_commands(result: RunResult) -> None:
    _CONSOLE.print("Look further:")
    for command in (
        f"plib show {result.run_id}",
        f"plib show {result.run_id} Evaluator",
        "plib runs",
        f"plib serve {DEFAULT_SERVING_DIR}",
        "plib run pipelines.penguin.pipeline:create_pipeline --param accuracy-threshold=0.99",
        f"plib tensorboard {result.run_id}",
    ):
        _CONSOLE.print(f"  .venv/bin/{command}", markup=False, soft_wrap=True)


def _output(result: RunResult, node_id: str, key: str) -> ArtifactRecord:
    return result[node_id].outputs[key][0]


if __name__ == "__main__":
    sys.exit(main())
