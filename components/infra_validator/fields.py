"""Reading the plain form of a message: unknown fields and wrong values are told by their path."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.errors import DataError, did_you_mean

_SIZE = re.compile(r"(\d+)([KMGT]i)?")
_FACTORS = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclass(frozen=True)
class Fields:
    """The fields of one message; a field that is not there has its type's empty value.

    Args:
        path: where the message is, such as `serving_spec.local_docker`.
        values: its fields.
        known: names of the fields that it may have.

    Raises:
        DataError: it is no mapping, or has another field.
    """

    path: str
    values: Mapping[str, Any]
    known: Sequence[str]

    def __post_init__(self) -> None:
        if not isinstance(self.values, Mapping):
            raise DataError(f"{self.path} must be a mapping, got {self.values!r}.")
        for name in self.values:
            if name not in self.known:
                hint = did_you_mean(name, self.known)
                raise DataError(f"{self.path} has no field {name!r}.{hint}")

    def message(self, name: str, known: Sequence[str]) -> Fields:
        """A field that is a message itself."""
        return Fields(f"{self.path}.{name}", self.values[name] if self.has(name) else {}, known)

    def has(self, name: str) -> bool:
        """Whether the field is there, be it empty."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """A text."""
        return str(self._checked(name, (str,), "a text", ""))

    def messages(self, name: str, known: Sequence[str]) -> tuple[Fields, ...]:
        """A list of messages."""
        given = self._checked(name, (list, tuple), "a list of mappings", ())
        return tuple(Fields(f"{self.path}.{name}", one, known) for one in given)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._checked(name, (list, tuple), "a list of texts", ())
        if not all(isinstance(one, str) and one for one in value):
            raise self._wrong(name, "a list of texts")
        return tuple(value)

    def text_by_name(self, name: str) -> dict[str, str]:
        """A mapping of texts."""
        value = self._checked(name, (Mapping,), "a mapping of texts", {})
        if not all(isinstance(one, str) for one in value.values()):
            raise self._wrong(name, "a mapping of texts")
        return dict(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        return bool(self._checked(name, (bool,), "True or False", False))

    def whole_number(self, name: str, default: int, most: int | None = None) -> int:
        """A number that is not negative; 0 stands for the default, as in TFX."""
        number = int(self._number(name, (int,), "a whole number that is not negative")) or default
        if most is not None and number > most:
            raise self._wrong(name, f"{most} at most")
        return number

    def number(self, name: str, default: float | None) -> float | None:
        """A number above 0; 0 stands for the default."""
        return float(self._number(name, (int, float), "a number above 0")) or default

    def size(self, name: str) -> int | None:
        """Bytes, given as a number or a size such as `512Mi`."""
        value = self.values.get(name)
        parts = _SIZE.fullmatch(str(value))
        if value is None:
            return None
        if isinstance(value, bool) or parts is None or not int(parts[1]):
            raise self._wrong(name, "bytes or a size such as '512Mi' or '8Gi'")
        return int(parts[1]) * _FACTORS[parts[2] or ""]

    def _number(self, name: str, accepted: tuple[type, ...], expected: str) -> Any:
        value = self._checked(name, accepted, expected, 0)
        if isinstance(value, bool) or not 0 <= value < math.inf:
            raise self._wrong(name, expected)
        return value

    def _checked(self, name: str, accepted: tuple[type, ...], expected: str, empty: Any) -> Any:
        value = self.values.get(name)
        if value is None:
            return empty
        if not isinstance(value, accepted):
            raise self._wrong(name, expected)
        return value

    def _wrong(self, name: str, expected: str) -> DataError:
        return DataError(f"{self.path}.{name} must be {expected}, got {self.values[name]!r}.")
