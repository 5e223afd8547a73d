"""Which files make which splits: `input_config` and `output_config`, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.splits import encode_split_names
from pipeline_lib.errors import DataError, did_you_mean


@dataclass(frozen=True)
class InputSplit:
    """Files that are read together: those that match `pattern`, relative to the input directory."""

    name: str
    pattern: str


@dataclass(frozen=True)
class HashSplit:
    """An output split that gets `hash_buckets` of all buckets."""

    name: str
    hash_buckets: int


@dataclass(frozen=True)
class SplitPlan:
    """The input splits and, where their rows are to be hashed into others, those.

    `hashed` is empty where the input splits are the output splits; else there is one input split.
    """

    inputs: tuple[InputSplit, ...]
    hashed: tuple[HashSplit, ...]

    @property
    def output_names(self) -> list[str]:
        """Names of the output splits."""
        return [split.name for split in self.hashed or self.inputs]


ALL_FILES = InputSplit("single_split", "*")
"""The input where no `input_config` is given; the name is TFX's."""

TRAIN_AND_EVAL = (HashSplit("train", 2), HashSplit("eval", 1))
"""The output where no `output_config` is given; names and sizes are TFX's."""


def plan_splits(
    input_config: Mapping[str, Any] | None, output_config: Mapping[str, Any] | None
) -> SplitPlan:
    """The splits that the two configurations ask for.

    Args:
        input_config: fields of TFX's `example_gen_pb2.Input`.
        output_config: fields of TFX's `example_gen_pb2.Output`.

    Raises:
        DataError: an unknown field, a value of the wrong kind, a name that is used twice, or output
            splits for more than one input split.
    """
    inputs = _input_splits(input_config or {}) or (ALL_FILES,)
    hashed: tuple[HashSplit, ...] = ()
    if output_config is not None:
        hashed = _hash_splits(output_config)
    elif len(inputs) == 1:
        hashed = TRAIN_AND_EVAL
    if hashed and len(inputs) > 1:
        raise DataError(
            f"output_config asks for the splits {_listed(hashed)}, but input_config already gives "
            f"the splits {_listed(inputs)}. Rows are hashed into output splits from one input "
            "split: give one of the two, or one input split."
        )
    return SplitPlan(inputs, hashed)


def _input_splits(config: Mapping[str, Any]) -> tuple[InputSplit, ...]:
    _refuse_unknown("input_config", config, {"splits"})
    splits = tuple(
        InputSplit(_text(where, split, "name"), _text(where, split, "pattern"))
        for where, split in _split_mappings("input_config", config, {"name", "pattern"})
    )
    _check_names("input_config", splits)
    return splits


def _hash_splits(config: Mapping[str, Any]) -> tuple[HashSplit, ...]:
    _refuse_unknown("output_config", config, {"split_config"})
    split_config = config.get("split_config") or {}
    where = "output_config['split_config']"
    _refuse_unknown(where, split_config, {"splits"})
    splits = tuple(
        HashSplit(_text(place, split, "name"), _buckets(place, split))
        for place, split in _split_mappings(where, split_config, {"name", "hash_buckets"})
    )
    _check_names(where, splits)
    return splits


def _split_mappings(
    where: str, config: Mapping[str, Any], fields: set[str]
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    splits = config.get("splits") or []
    if not isinstance(splits, list):
        raise DataError(f"{where}['splits'] takes a list of mappings, got {splits!r}.")
    for index, split in enumerate(splits):
        place = f"{where}['splits'][{index}]"
        _refuse_unknown(place, split, fields)
        yield place, split


def _refuse_unknown(where: str, config: object, fields: set[str]) -> None:
    if not isinstance(config, Mapping):
        raise DataError(f"{where} takes a mapping, got {config!r}.")
    for name in config:
        if name not in fields:
            raise DataError(f"{where} has no field {name!r}.{did_you_mean(name, fields)}")


def _text(where: str, split: Mapping[str, Any], field: str) -> str:
    value = split.get(field)
    if not isinstance(value, str) or not value:
        raise DataError(f"{where}[{field!r}] takes a text that is not empty, got {value!r}.")
    return value


def _buckets(where: str, split: Mapping[str, Any]) -> int:
    value = split.get("hash_buckets")
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise DataError(f"{where}['hash_buckets'] takes an integer of at least 1, got {value!r}.")
    return value


def _check_names(where: str, splits: tuple[InputSplit, ...] | tuple[HashSplit, ...]) -> None:
    names = [split.name for split in splits]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{where}['splits'] has the name {name!r} more than once.")
    try:
        encode_split_names(names)
    except ValueError as error:
        raise DataError(f"{where}['splits']: {error}") from error


def _listed(splits: Iterable[InputSplit | HashSplit]) -> str:
    return ", ".join(repr(split.name) for split in splits)
