"""Artifacts that hold one small value in one file."""

from __future__ import annotations

import json
from typing import Any, ClassVar, TypeVar

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact

Self = TypeVar("Self", bound="ValueArtifact")

_IS_NULL = "__is_null__"
"""Custom property that tells `None` from an empty file; TFX's name."""


class ValueArtifact(Artifact):
    """An artifact whose `uri` is a file with one value, read and written through `value`.

    File contents are TFX's, so that each side reads what the other wrote.
    """

    TYPE_NAME = "ValueArtifact"
    PYTHON_TYPE: ClassVar[type | tuple[type, ...]] = object

    @classmethod
    def annotate_as(cls: type[Self], type_annotation: object = None) -> type[Self]:
        """The same type: TFX's annotations of types have no effect here."""
        return cls

    @property
    def value(self) -> Any:
        """The value; reading and writing go straight to the file at `uri`."""
        if self.get_int_custom_property(_IS_NULL):
            return None
        return self.decode(files.read_bytes(self.uri))

    @value.setter
    def value(self, value: Any) -> None:
        self.set_int_custom_property(_IS_NULL, int(value is None))
        files.write_bytes(self.uri, b"" if value is None else self.encode(value))

    def read(self) -> Any:
        """The value in the file."""
        return self.value

    def write(self, value: Any) -> None:
        """Write `value` to the file."""
        self.value = value

    def encode(self, value: Any) -> bytes:
        """The bytes that stand for `value`.

        Raises:
            TypeError: `value` is not of the type this artifact holds.
        """
        if not isinstance(value, self.PYTHON_TYPE):
            raise TypeError(
                f"Artifact type {self.TYPE_NAME!r} cannot hold {value!r} "
                f"of type {type(value).__name__}."
            )
        return self._to_bytes(value)

    def decode(self, payload: bytes) -> Any:
        """The value that `payload` stands for."""
        raise NotImplementedError

    def _to_bytes(self, value: Any) -> bytes:
        return str(value).encode()


class Integer(ValueArtifact):
    """An `int`."""

    TYPE_NAME = "Integer"
    PYTHON_TYPE = int

    def decode(self, payload: bytes) -> int:
        """The integer."""
        return int(payload)

    def _to_bytes(self, value: int) -> bytes:
        return str(int(value)).encode()  # `True` is an integer, its text is not


class Float(ValueArtifact):
    """A `float`."""

    TYPE_NAME = "Float"
    PYTHON_TYPE = (float, int)

    def decode(self, payload: bytes) -> float:
        """The number."""
        return float(payload)

    def _to_bytes(self, value: float) -> bytes:
        return json.dumps(float(value)).encode()  # "Infinity" and "NaN", as TFX writes them


class String(ValueArtifact):
    """A `str`, as UTF-8."""

    TYPE_NAME = "String"
    PYTHON_TYPE = str

    def decode(self, payload: bytes) -> str:
        """The text."""
        return payload.decode()


class Boolean(ValueArtifact):
    """A `bool`, as `1` or `0`."""

    TYPE_NAME = "Boolean"
    PYTHON_TYPE = bool

    def decode(self, payload: bytes) -> bool:
        """Whether it is not `0`."""
        return int(payload) != 0

    def _to_bytes(self, value: bool) -> bytes:
        return str(int(value)).encode()


class Bytes(ValueArtifact):
    """Raw `bytes`."""

    TYPE_NAME = "Bytes"
    PYTHON_TYPE = bytes

    def _to_bytes(self, value: bytes) -> bytes:
        return value

    def decode(self, payload: bytes) -> bytes:
        """The bytes themselves."""
        return payload


class JsonValue(ValueArtifact):
    """A list, a dict or a scalar, as JSON."""

    TYPE_NAME = "JsonValue"
    PYTHON_TYPE = (bool, int, float, str, list, dict)

    def decode(self, payload: bytes) -> Any:
        """The JSON value."""
        return json.loads(payload)

    def _to_bytes(self, value: Any) -> bytes:
        return json.dumps(value).encode()


def value_artifact_type(python_type: object) -> type[ValueArtifact] | None:
    """The artifact type that holds plain values of `python_type`, or `None`."""
    origin = getattr(python_type, "__origin__", python_type)
    return _TYPE_OF_VALUE.get(origin) if isinstance(origin, type) else None


_TYPE_OF_VALUE: dict[type, type[ValueArtifact]] = {
    bool: Boolean,
    int: Integer,
    float: Float,
    str: String,
    bytes: Bytes,
    list: JsonValue,
    dict: JsonValue,
}


def value_artifact_class(type_name: str) -> type[ValueArtifact] | None:
    """The built-in value artifact class of that type name, or `None`."""
    return _CLASS_OF_TYPE.get(type_name)


_CLASS_OF_TYPE = {cls.TYPE_NAME: cls for cls in (Boolean, Integer, Float, String, Bytes, JsonValue)}
