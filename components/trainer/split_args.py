"""`train_args` and `eval_args` of `Trainer`: how many steps, on which splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.errors import AuthoringError, did_you_mean

_FIELDS = ("num_steps", "splits")


@dataclass(frozen=True)
class SplitArgs:
    """The fields of TFX's `TrainArgs` and `EvalArgs`.

    Attributes:
        num_steps: number of steps, `None` where the user's code decides.
        splits: names of the splits to read.
    """

    num_steps: int | None
    splits: tuple[str, ...]

    @classmethod
    def from_parameter(
        cls, name: str, parameter: Mapping[str, Any] | None, default_split: str
    ) -> SplitArgs:
        """The arguments that the parameter `name` holds, with the default split.

        Raises:
            AuthoringError: a field is unknown or holds what it cannot.
        """
        given = parameter or {}
        for field in given:
            if field not in _FIELDS:
                raise AuthoringError(
                    f"Trainer: {name!r} has no field {field!r}.{did_you_mean(field, _FIELDS)}"
                )
        splits = given.get("splits") or [default_split]
        if not isinstance(splits, list) or not all(isinstance(split, str) for split in splits):
            raise AuthoringError(
                f"Trainer: {name!r} takes a list of split names as 'splits', got {splits!r}."
            )
        return cls(_step_count(name, given.get("num_steps")), tuple(splits))


def _step_count(name: str, given: object) -> int | None:
    """A number of steps; 0, which an unset field of TFX's message holds, stands for none given."""
    if given is None:
        return None
    # To Python a bool is an int. Nothing else that JSON can hold counts steps.
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise AuthoringError(
            f"Trainer: {name!r} takes a whole number of steps as 'num_steps', got {given!r}."
        )
    return given or None
