"""Executor of `StatisticsGen`: one Beam pipeline over all splits."""

from __future__ import annotations

import os
from typing import Any

from tensorflow_data_validation.api import stats_api
from tensorflow_data_validation.statistics.stats_options import StatsOptions
from tfx_bsl.public import tfxio

from components.layouts.schema_file import load_schema, schema_path
from components.layouts.split_selection import remaining_splits
from components.layouts.statistics_files import statistics_path
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import encode_split_names, get_single_instance, split_uri
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import BeamExecutor


class Executor(BeamExecutor):
    """Reads `Examples`, writes `ExampleStatistics`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Write the statistics of every split that is not excluded.

        Raises:
            DataError: `exclude_splits` names an unknown split or every split, the schema cannot be
                read, or there are two schemas.
        """
        examples = get_single_instance(input_dict["examples"])
        statistics = get_single_instance(output_dict["statistics"])
        options = _options(exec_properties.get("stats_options_json"), input_dict.get("schema"))
        splits = remaining_splits(examples, exec_properties.get("exclude_splits"))
        statistics.properties.update(
            split_names=encode_split_names(splits), span=examples.properties.get("span", 0)
        )
        self._generate(examples, statistics, splits, options)

    def _generate(
        self, examples: Artifact, statistics: Artifact, splits: list[str], options: StatsOptions
    ) -> None:
        with self._make_beam_pipeline() as pipeline:
            for split in splits:
                path = statistics_path(statistics, split)
                files.make_directory(os.path.dirname(path))
                _ = (
                    pipeline
                    | f"Read[{split}]" >> _source(examples, split)
                    | f"GenerateStatistics[{split}]" >> stats_api.GenerateStatistics(options)
                    | f"Write[{split}]" >> stats_api.WriteStatisticsToBinaryFile(path)
                )


def _source(examples: Artifact, split: str) -> Any:
    """A Beam source of record batches."""
    pattern = os.path.join(split_uri(examples, split), "*")
    record = tfxio.TFExampleRecord(pattern, telemetry_descriptors=["StatisticsGen"])
    return record.BeamSource()


def _options(stats_options_json: str | None, schemas: list[Artifact] | None) -> StatsOptions:
    options = StatsOptions.from_json(stats_options_json) if stats_options_json else StatsOptions()
    if schemas:
        if options.schema is not None:
            raise DataError(
                "stats_options holds a schema and the input 'schema' is given too. "
                "Give one of them."
            )
        options.schema = load_schema(schema_path(get_single_instance(schemas)))
    return options
