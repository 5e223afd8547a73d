"""Executor of `CsvExampleGen`: one Beam pipeline that learns the columns, one that writes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import accumulate
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems

from components.csv_example_gen.csv_file import CsvProfile, listed, profile_csv, read_rows
from components.csv_example_gen.example_records import example_records, hash_split
from components.csv_example_gen.input_files import input_fingerprint, matching_files
from components.csv_example_gen.split_plan import SplitPlan, plan_splits
from components.layouts.examples_format import EXAMPLES_FORMAT
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import encode_split_names, get_single_instance, split_uri
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import BeamExecutor

FILE_NAME = "data_tfrecord"


class Executor(BeamExecutor):
    """Reads CSV files, writes `Examples`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Write the examples of every split.

        Raises:
            DataError: the configuration or a CSV file is not usable; see `plan_splits`,
                `matching_files` and `profile_csv`.
        """
        base = exec_properties["input_base"]
        plan = plan_splits(
            exec_properties.get("input_config"), exec_properties.get("output_config")
        )
        paths = {split.name: matching_files(base, split) for split in plan.inputs}
        profiles = self._profiles(sorted({path for group in paths.values() for path in group}))
        examples = get_single_instance(output_dict["examples"])
        _describe(examples, plan, base, paths)
        self._write(examples, plan, paths, _headers(paths, profiles), _column_types(profiles))

    def _profiles(self, paths: Sequence[str]) -> dict[str, CsvProfile]:
        prefix = os.path.join(self._get_tmp_dir(), "profiles")
        with self._make_beam_pipeline() as pipeline:
            (
                pipeline
                | "Files" >> beam.Create(paths)
                | "Profile" >> beam.Map(profile_csv)
                | "ToJson" >> beam.Map(_to_json)
                | "Write" >> beam.io.WriteToText(prefix)
            )
        found = sorted(_read_profiles(prefix), key=lambda profile: profile.path)
        for profile in found:
            if profile.problem:
                raise DataError(profile.problem)
        return {profile.path: profile for profile in found}

    def _write(
        self,
        examples: Artifact,
        plan: SplitPlan,
        paths: Mapping[str, Sequence[str]],
        headers: Mapping[str, Sequence[str]],
        types: Mapping[str, int],
    ) -> None:
        with self._make_beam_pipeline() as pipeline:
            for split in plan.inputs:
                records = (
                    pipeline
                    | f"Files[{split.name}]" >> beam.Create(paths[split.name])
                    | f"Examples[{split.name}]"
                    >> beam.FlatMap(partial(_records, header=headers[split.name], types=types))
                )
                for name, part in _parts(records, split.name, plan).items():
                    _write_split(part, name, split_uri(examples, name))


def _to_json(profile: CsvProfile) -> str:
    return json.dumps(asdict(profile))


def _read_profiles(prefix: str) -> list[CsvProfile]:
    lines: list[bytes] = []
    for match in FileSystems.match([f"{prefix}-*"])[0].metadata_list:
        with FileSystems.open(match.path) as stream:
            lines += stream.read().splitlines()
    return [CsvProfile(**json.loads(line)) for line in lines]


def _headers(
    paths: Mapping[str, Sequence[str]], profiles: Mapping[str, CsvProfile]
) -> dict[str, Sequence[str]]:
    """The header that all files of a split share, by split."""
    return {
        name: _common_header(name, [profiles[path] for path in group])
        for name, group in paths.items()
    }


def _common_header(split: str, profiles: Sequence[CsvProfile]) -> Sequence[str]:
    first = profiles[0]
    for other in profiles[1:]:
        if other.header != first.header:
            raise DataError(
                f"CSV files of split {split!r} differ in their header: {first.path!r} has "
                f"{listed(first.header)}, {other.path!r} has {listed(other.header)}."
            )
    if not any(profile.rows for profile in profiles):
        raise DataError(
            f"CSV files of split {split!r} have a header but no rows: "
            f"{listed(profile.path for profile in profiles)}."
        )
    return first.header


def _column_types(profiles: Mapping[str, CsvProfile]) -> dict[str, int]:
    """By column name, the type that all values in all files fit: the widest of theirs."""
    types: dict[str, int] = {}
    for profile in profiles.values():
        for name, column_type in zip(profile.header, profile.types, strict=True):
            types[name] = max(column_type, types.get(name, column_type))
    return types


def _records(path: str, header: Sequence[str], types: Mapping[str, int]) -> Any:
    return example_records(read_rows(path), header, types)


def _parts(records: beam.PCollection, split: str, plan: SplitPlan) -> dict[str, beam.PCollection]:
    """The records by output split."""
    if not plan.hashed:
        return {split: records}
    bounds = list(accumulate(part.hash_buckets for part in plan.hashed))
    parts = records | "Hash" >> beam.Partition(hash_split, len(bounds), bounds)
    return dict(zip(plan.output_names, parts, strict=True))


def _write_split(records: beam.PCollection, split: str, uri: str) -> None:
    # No reshuffle: equal input gives equal bytes, on which the cache of later nodes relies.
    files.make_directory(uri)
    prefix = os.path.join(uri, FILE_NAME)
    _ = records | f"Write[{split}]" >> beam.io.WriteToTFRecord(prefix, file_name_suffix=".gz")


def _describe(
    examples: Artifact, plan: SplitPlan, base: str, paths: Mapping[str, list[str]]
) -> None:
    """Set the properties that TFX sets."""
    examples.properties.update(split_names=encode_split_names(plan.output_names), span=0, version=0)
    examples.custom_properties.update(EXAMPLES_FORMAT)
    lines = [input_fingerprint(base, split, paths[split.name]) for split in plan.inputs]
    examples.set_string_custom_property("input_fingerprint", "\n".join(lines))
