"""Executor of `SchemaGen`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorflow_data_validation.api import validation_api
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.layouts.schema_file import schema_path, write_schema
from components.layouts.split_selection import remaining_splits
from components.layouts.statistics_files import load_statistics
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import BaseExecutor


class Executor(BaseExecutor):
    """Reads `ExampleStatistics`, writes `Schema`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Infer from the first split, then widen the schema until each other split fits.

        Raises:
            DataError: `exclude_splits` names an unknown split or every split, or no split has
                examples.
        """
        statistics = get_single_instance(input_dict["statistics"])
        infer_shape = exec_properties.get("infer_feature_shape", True)
        splits = remaining_splits(statistics, exec_properties.get("exclude_splits"))
        first, *others = _of_splits_with_examples(statistics, splits)
        schema = validation_api.infer_schema(first, infer_shape)
        for other in others:
            schema = validation_api.update_schema(schema, other)
        write_schema(schema, schema_path(get_single_instance(output_dict["schema"])))


def _of_splits_with_examples(
    statistics: Artifact, splits: Sequence[str]
) -> list[statistics_pb2.DatasetFeatureStatisticsList]:
    """Statistics per split; a split without examples would make every feature look obsolete."""
    loaded = [load_statistics(statistics, split) for split in splits]
    found = [stats for stats in loaded if any(part.num_examples for part in stats.datasets)]
    if not found:
        raise DataError(
            f"The splits {list(splits)} have no examples: there is nothing to infer a schema from."
        )
    return found
