"""Payload of `ExampleStatistics`: `Split-{name}/FeatureStats.pb`, as TFX lays it out."""

from __future__ import annotations

import os

from tensorflow_metadata.proto.v0 import statistics_pb2

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import split_uri

FILE_NAME = "FeatureStats.pb"


def statistics_path(statistics: Artifact, split: str) -> str:
    """Path of the statistics of `split`.

    Raises:
        DataError: there is no such split.
    """
    return os.path.join(split_uri(statistics, split), FILE_NAME)


def load_statistics(
    statistics: Artifact, split: str
) -> statistics_pb2.DatasetFeatureStatisticsList:
    """The statistics of `split`.

    Raises:
        DataError: there is no such split.
    """
    payload = files.read_bytes(statistics_path(statistics, split))
    return statistics_pb2.DatasetFeatureStatisticsList.FromString(payload)
