"""Which splits `Transform` analyses and which it transforms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import split_names_of
from pipeline_lib.errors import AuthoringError, did_you_mean

_KEYS = ("analyze", "transform")


@dataclass(frozen=True)
class SplitsConfig:
    """Names of splits; the fields are those of TFX's `SplitsConfig`.

    Attributes:
        analyze: read by the analysers, which find means, vocabularies and the like.
        transform: transformed and written.
    """

    analyze: tuple[str, ...]
    transform: tuple[str, ...]

    @classmethod
    def resolve(
        cls, parameter: Mapping[str, Any] | None, examples: Sequence[Artifact]
    ) -> SplitsConfig:
        """What the parameter asks for, with the defaults: analyse `train`, transform all splits.

        Raises:
            AuthoringError: see `check_splits_config`.
        """
        given = parameter or {"analyze": ["train"]}
        check_splits_config(given)
        existing = split_names_of(examples[0])
        return cls(tuple(given["analyze"]), tuple(given.get("transform") or existing))


def check_splits_config(parameter: Mapping[str, Any]) -> None:
    """Refuse a `splits_config` that cannot work.

    Raises:
        AuthoringError: it has an unknown key, a value that is no list of names, or nothing to
            analyse.
    """
    for key, names in parameter.items():
        if key not in _KEYS:
            raise AuthoringError(
                f"Transform: 'splits_config' has no field {key!r}.{did_you_mean(key, _KEYS)}"
            )
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise AuthoringError(
                f"Transform: 'splits_config' takes a list of split names as {key!r}, got {names!r}."
            )
    if not parameter.get("analyze"):
        raise AuthoringError(
            "Transform: 'splits_config' names no split to analyze: "
            f"expected {{'analyze': ['train'], ...}}, got {dict(parameter)!r}."
        )
