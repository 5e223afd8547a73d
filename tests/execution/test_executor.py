from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import Artifact, BaseExecutor, BeamExecutor, ExecutorContext


class Echo(BaseExecutor):
    """Shows its context."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        exec_properties["seen"] = self._context


class Count(BeamExecutor):
    """Counts in a Beam pipeline."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        import apache_beam as beam

        with self._make_beam_pipeline() as pipeline:
            exec_properties["options"] = pipeline.options.get_all_options(drop_default=True)
            _ = (
                pipeline
                | beam.Create([1, 2, 3])
                | beam.CombineGlobally(sum)
                | beam.Map(str)
                | beam.io.WriteToText(f"{self._get_tmp_dir()}/sum", shard_name_template="")
            )


def test_executor_knows_the_execution_it_is_part_of() -> None:
    context = ExecutorContext("p", "run", "node", 7, "/tmp/x", ("--a",))
    seen: dict[str, Any] = {}
    Echo(context).Do({}, {}, seen)
    assert seen["seen"] is context
    assert BaseExecutor.Context is ExecutorContext


def test_executor_can_be_made_by_hand() -> None:
    seen: dict[str, Any] = {}
    Echo().Do({}, {}, seen)
    assert seen["seen"] == ExecutorContext()
    assert Path(Echo()._get_tmp_dir()).is_dir()


def test_temporary_directory_is_made_when_it_is_asked_for(tmp_path: Path) -> None:
    executor = Echo(ExecutorContext(tmp_dir=str(tmp_path / "a" / "tmp")))
    assert not (tmp_path / "a").exists()
    assert executor._get_tmp_dir() == str(tmp_path / "a" / "tmp")
    assert (tmp_path / "a" / "tmp").is_dir()


def test_executor_without_do_cannot_be_made() -> None:
    class Half(BaseExecutor):
        """Lacks Do."""

    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]


def test_beam_pipeline_has_the_nodes_arguments(tmp_path: Path) -> None:
    arguments = ("--runner=DirectRunner", "--job_name=counting")
    seen: dict[str, Any] = {}
    context = ExecutorContext(tmp_dir=str(tmp_path / "tmp"), beam_pipeline_args=arguments)
    Count(context).Do({}, {}, seen)
    assert seen["options"]["job_name"] == "counting"
    assert (tmp_path / "tmp" / "sum").read_text() == "6\n"
