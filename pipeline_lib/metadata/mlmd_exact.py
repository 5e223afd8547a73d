"""Values that ML Metadata's tables would round, cut or refuse, kept exact.

ML Metadata writes a float with six decimals (`1e-7` becomes 0), ends a string at its first NUL,
and its tables on MySQL and PostgreSQL hold 32-bit integers. PostgreSQL's take no string with a
backslash and index every string, which must be short therefore. What does not fit goes, with its
name, into one custom property more, as JSON in a message that the store does not look into. What
other tools read is what ML Metadata makes of the rest: a rounded float, no long string.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.metadata.connection import (
    MetadataConnectionConfig,
    MySqlConnection,
    SqliteConnection,
)
from pipeline_lib.metadata.mlmd_values import get_value, pack, set_value

EXACT = "plib_exact"
"""Custom property that holds the values which do not fit, by field and name."""


@dataclass(frozen=True)
class Columns:
    """What a value's column takes.

    Attributes:
        int_bits: width of a signed integer.
        longest_string: in bytes; 0 if any length fits.
        backslash: whether a string may hold one.
    """

    int_bits: int
    longest_string: int
    backslash: bool

    def fit(self, value: mlmd.Value) -> bool:
        """Whether the value is read back as it is written."""
        match value.WhichOneof("value"):
            case "int_value":
                limit = 1 << (self.int_bits - 1)
                return bool(-limit <= value.int_value < limit)
            case "double_value":
                return _is_kept(value.double_value)
            case "string_value":
                return self._fit_string(value.string_value)
            case "struct_value":
                # Written as text that is a third longer than the message.
                written = int(value.struct_value.ByteSize()) * 4 // 3
                return not self.longest_string or written < self.longest_string
        return True

    def _fit_string(self, text: str) -> bool:
        is_short = not self.longest_string or len(text.encode()) <= self.longest_string
        return is_short and "\0" not in text and (self.backslash or "\\" not in text)


_SQLITE = Columns(int_bits=64, longest_string=0, backslash=True)
_MYSQL = Columns(int_bits=32, longest_string=0, backslash=True)
_NARROWEST = Columns(int_bits=32, longest_string=2000, backslash=False)
"""PostgreSQL's, and those of a server behind gRPC, which does not tell what it writes to."""


def columns_of(config: MetadataConnectionConfig) -> Columns:
    """What the columns of that store take."""
    match config:
        case SqliteConnection():
            return _SQLITE
        case MySqlConnection():
            return _MYSQL
        case _:
            return _NARROWEST


def keep_exact(message: Any, columns: Columns) -> None:
    """Move the values that do not fit into a custom property of the artifact or execution."""
    misfits = [one for one in _values(message) if not columns.fit(one[2])]
    if not misfits:
        return
    exact: dict[str, dict[str, Any]] = {}
    for field, name, value in misfits:
        exact.setdefault(field, {})[name] = get_value(value)
        if value.WhichOneof("value") == "double_value" and math.isfinite(value.double_value):
            continue  # the rounded value is of use to other tools
        del getattr(message, field)[name]
    pack(message.custom_properties[EXACT], exact)


def set_alone(message: mlmd.Value, value: Any, columns: Columns) -> None:
    """Fill a value that shares nothing with others, so that each is written for itself."""
    set_value(message, value)
    if not columns.fit(message):
        pack(message, value)


def read_properties(message: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Declared and free properties of an artifact, execution or context, as they were written."""
    custom = {name: get_value(value) for name, value in message.custom_properties.items()}
    declared = {name: get_value(value) for name, value in message.properties.items()}
    exact = custom.pop(EXACT, None)
    if exact is not None:
        declared.update(exact.get("properties", {}))
        custom.update(exact.get("custom_properties", {}))
    return declared, custom


def _values(message: Any) -> Iterator[tuple[str, str, mlmd.Value]]:
    for field in ("properties", "custom_properties"):
        for name, value in getattr(message, field).items():
            yield field, name, value


def _is_kept(number: float) -> bool:
    # Beyond 16 digits MySQL cuts what it is given.
    return abs(number) < 1e15 and float(f"{number:f}") == number
