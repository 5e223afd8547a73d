"""Real data and the results of real executors, made once per test session."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.execution.executor import BaseExecutor, ExecutorContext


class Execute(Protocol):
    """Runs an executor as a node would, with outputs in fresh directories."""

    def __call__(
        self,
        executor: type[BaseExecutor],
        inputs: Mapping[str, Artifact | Sequence[Artifact]],
        outputs: Mapping[str, type[Artifact]],
        exec_properties: Mapping[str, Any],
        beam_pipeline_args: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The output artifacts by key."""


@pytest.fixture(scope="session")
def execute(tmp_path_factory: pytest.TempPathFactory) -> Execute:
    """A callable that runs an executor class and returns its output artifacts by key."""

    def run(
        executor: type[BaseExecutor],
        inputs: Mapping[str, Artifact | Sequence[Artifact]],
        outputs: Mapping[str, type[Artifact]],
        exec_properties: Mapping[str, Any],
        beam_pipeline_args: Sequence[str] = (),
    ) -> dict[str, Any]:
        root = tmp_path_factory.mktemp("execution")
        made = {key: _output(root / key, kind) for key, kind in outputs.items()}
        context = ExecutorContext(
            pipeline_name="test",
            run_id="run",
            node_id=executor.__module__,
            execution_id=1,
            tmp_dir=str(root / "tmp"),
            beam_pipeline_args=tuple(beam_pipeline_args),
        )
        given = {
            key: [value] if isinstance(value, Artifact) else list(value)
            for key, value in inputs.items()
        }
        executor(context).Do(
            given, {key: [value] for key, value in made.items()}, dict(exec_properties)
        )
        return made

    return run


def _output(directory: Path, kind: type[Artifact]) -> Artifact:
    directory.mkdir()
    return kind(uri=str(directory / "value" if issubclass(kind, ValueArtifact) else directory))


@pytest.fixture(scope="session")
def penguins_csv(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A directory with `penguins.csv`: 344 raw Palmer penguins, missing values (`NA`) as blanks.

    Columns: species, island, sex (bytes), bill_length_mm, bill_depth_mm (float),
    flipper_length_mm, body_mass_g, year (int64).
    """
    # Here, as all else that is heavy or not in every environment that runs tests.
    import palmerpenguins

    source = Path(palmerpenguins.__file__).parent / "data" / "penguins.csv"
    target = tmp_path_factory.mktemp("penguins") / "penguins.csv"
    with source.open(newline="") as rows, target.open("w", newline="") as blanked:
        csv.writer(blanked).writerows(
            ["" if cell == "NA" else cell for cell in row] for row in csv.reader(rows)
        )
    return str(target.parent)


@pytest.fixture(scope="session")
def penguin_examples(execute: Execute, penguins_csv: str) -> standard_artifacts.Examples:
    """The penguins as `Examples` with the splits train and eval."""
    from components.csv_example_gen.executor import Executor

    outputs = {"examples": standard_artifacts.Examples}
    made = execute(Executor, {}, outputs, {"input_base": penguins_csv})
    examples: standard_artifacts.Examples = made["examples"]
    return examples


@pytest.fixture(scope="session")
def penguin_statistics(
    execute: Execute, penguin_examples: standard_artifacts.Examples
) -> standard_artifacts.ExampleStatistics:
    """Statistics of the penguins, per split."""
    from components.statistics_gen.executor import Executor

    outputs = {"statistics": standard_artifacts.ExampleStatistics}
    made = execute(Executor, {"examples": penguin_examples, "schema": []}, outputs, {})
    statistics: standard_artifacts.ExampleStatistics = made["statistics"]
    return statistics


@pytest.fixture(scope="session")
def penguin_schema(
    execute: Execute, penguin_statistics: standard_artifacts.ExampleStatistics
) -> standard_artifacts.Schema:
    """The schema inferred from the penguins' statistics."""
    from components.schema_gen.executor import Executor

    outputs = {"schema": standard_artifacts.Schema}
    made = execute(Executor, {"statistics": penguin_statistics}, outputs, {})
    schema: standard_artifacts.Schema = made["schema"]
    return schema


_PENGUIN_MODULES = Path(__file__).parents[1] / "pipelines" / "penguin"


@pytest.fixture(scope="session")
def penguin_transform(
    execute: Execute,
    penguin_examples: standard_artifacts.Examples,
    penguin_schema: standard_artifacts.Schema,
) -> dict[str, Any]:
    """Outputs of Transform with the demo's `preprocessing_fn`, by key."""
    from components.transform.executor import Executor

    return execute(
        Executor,
        {"examples": penguin_examples, "schema": penguin_schema},
        {
            "transform_graph": standard_artifacts.TransformGraph,
            "transformed_examples": standard_artifacts.Examples,
        },
        {"module_file": str(_PENGUIN_MODULES / "preprocessing.py")},
    )


@pytest.fixture(scope="session")
def penguin_model(execute: Execute, penguin_transform: dict[str, Any]) -> dict[str, Any]:
    """Outputs of Trainer with the demo's `run_fn`, by key: `model` and `model_run`."""
    from components.trainer.executor import Executor

    return execute(
        Executor,
        {
            "examples": penguin_transform["transformed_examples"],
            "transform_graph": penguin_transform["transform_graph"],
        },
        {"model": standard_artifacts.Model, "model_run": standard_artifacts.ModelRun},
        {"module_file": str(_PENGUIN_MODULES / "trainer.py"), "train_args": {"num_steps": 200}},
    )
