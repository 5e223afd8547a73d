"""Executor of `ExampleValidator`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

from tensorflow_data_validation.api import validation_api
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.layouts.schema_file import load_schema, schema_path
from components.layouts.split_selection import remaining_splits
from components.layouts.statistics_files import load_statistics
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import encode_split_names, get_single_instance, split_uri
from pipeline_lib.execution.executor import BaseExecutor

FILE_NAME = "SchemaDiff.pb"

_log = logging.getLogger(__name__)


class Executor(BaseExecutor):
    """Reads `ExampleStatistics` and `Schema`, writes `ExampleAnomalies`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Write the anomalies of every split that is not excluded, and log them.

        Raises:
            DataError: `exclude_splits` names an unknown split or every split, or the schema cannot
                be read.
        """
        statistics = get_single_instance(input_dict["statistics"])
        output = get_single_instance(output_dict["anomalies"])
        schema = load_schema(schema_path(get_single_instance(input_dict["schema"])))
        splits = remaining_splits(statistics, exec_properties.get("exclude_splits"))
        output.properties.update(
            split_names=encode_split_names(splits), span=statistics.properties.get("span", 0)
        )
        blessed: dict[str, Any] = {}
        for split in splits:
            anomalies = validation_api.validate_statistics(
                load_statistics(statistics, split), schema
            )
            path = os.path.join(split_uri(output, split), FILE_NAME)
            files.write_bytes(path, anomalies.SerializeToString(deterministic=True))
            found = list(_descriptions(anomalies))
            for description in found:
                _log.warning("Anomaly in split %r: %s", split, description)
            blessed[split] = int(not found)
        output.set_json_value_custom_property("blessed", blessed)


def _descriptions(anomalies: anomalies_pb2.Anomalies) -> Iterator[str]:
    """A sentence per anomaly, in the order of the features' names."""
    if anomalies.HasField("dataset_anomaly_info"):
        yield f"the data set: {_text(anomalies.dataset_anomaly_info)}"
    for feature, info in sorted(anomalies.anomaly_info.items()):
        yield f"feature {feature!r}: {_text(info)}"


def _text(info: anomalies_pb2.AnomalyInfo) -> str:
    reasons = [f"{reason.short_description}: {reason.description}" for reason in info.reason]
    return " ".join(reasons) or f"{info.short_description}: {info.description}"
