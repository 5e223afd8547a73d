"""`Artifact`: what a component reads and writes; `ArtifactRecord`: the same as a plain value.

An author's code holds `Artifact` objects, whose class carries the type. Everything between the
author and the store (driver, worker protocol, publisher, store) passes `ArtifactRecord`s, which
need none of the author's classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from operator import index
from typing import Any, ClassVar

JsonValue = None | bool | int | float | str | list[Any] | dict[str, Any]


class PropertyType(Enum):
    """Type of a declared artifact property; names and meaning are TFX's."""

    INT = "INT"
    FLOAT = "FLOAT"
    STRING = "STRING"
    JSON_VALUE = "JSON_VALUE"
    BOOLEAN = "BOOLEAN"

    @property
    def default(self) -> JsonValue:
        """What an unset property reads as."""
        return _UNSET_VALUES[self]

    def accepts(self, value: object) -> bool:
        """Whether `value` may be stored under a property of this type."""
        if isinstance(value, bool):
            return self in (PropertyType.BOOLEAN, PropertyType.JSON_VALUE)
        return isinstance(value, _PYTHON_TYPES[self])


_UNSET_VALUES: Mapping[PropertyType, JsonValue] = {
    PropertyType.INT: 0,
    PropertyType.FLOAT: 0.0,
    PropertyType.STRING: "",
    PropertyType.JSON_VALUE: None,
    PropertyType.BOOLEAN: False,
}
_PYTHON_TYPES: Mapping[PropertyType, tuple[type, ...]] = {
    PropertyType.INT: (int,),
    PropertyType.FLOAT: (float, int),
    PropertyType.STRING: (str,),
    PropertyType.JSON_VALUE: (type(None), int, float, str, list, dict),
    PropertyType.BOOLEAN: (bool,),
}


@dataclass(frozen=True)
class Property:
    """Declares a property: `PROPERTIES = {"span": Property(PropertyType.INT)}`."""

    type: PropertyType

    def __post_init__(self) -> None:
        if not isinstance(self.type, PropertyType):
            raise TypeError(f"Property(type=...) takes a PropertyType, got {self.type!r}.")


@dataclass(frozen=True)
class ArtifactRecord:
    """One artifact as a plain value.

    `id` is 0 until the store has recorded it. `properties` are those the type declares,
    `custom_properties` the free ones. `fingerprint` stands for the payload's content and is set
    when the artifact is published.
    """

    type_name: str
    uri: str = ""
    properties: Mapping[str, JsonValue] = field(default_factory=dict)
    custom_properties: Mapping[str, JsonValue] = field(default_factory=dict)
    name: str = ""
    id: int = 0
    fingerprint: str = ""


class _PropertyAccess:
    """Makes a declared property an attribute: `examples.span`, `examples.span = 3`."""

    def __init__(self, name: str, declared: Property) -> None:
        self._name = name
        self._type = declared.type

    def __get__(self, artifact: Artifact | None, owner: type) -> Any:
        if artifact is None:
            return self
        return artifact.properties.get(self._name, self._type.default)

    def __set__(self, artifact: Artifact, value: JsonValue) -> None:
        if not self._type.accepts(value):
            raise TypeError(
                f"Property {self._name!r} of artifact type {artifact.TYPE_NAME!r} holds "
                f"{self._type.name}, got {value!r} of type {type(value).__name__}."
            )
        artifact.properties[self._name] = value


class Artifact:
    """Base of every artifact type.

    A subclass names its type and declares its properties, which become attributes:

        class Report(Artifact):
            TYPE_NAME = "Report"
            PROPERTIES = {"pages": Property(PropertyType.INT)}

    While a component runs, the `uri` of an *output* is a directory that is moved to its final
    place when the component has succeeded: write below it, do not store the path itself.

    Attributes:
        uri: where the payload is: a directory, or a file for value artifacts.
        id: the store's id, 0 before it is recorded.
        name: optional name, shown by tools.
        properties: values of the declared properties.
        custom_properties: free key/value pairs recorded with the artifact.
    """

    TYPE_NAME: ClassVar[str] = "Artifact"
    PROPERTIES: ClassVar[Mapping[str, Property]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        for name, declared in cls.PROPERTIES.items():
            setattr(cls, name, _PropertyAccess(name, declared))

    def __init__(self, uri: str = "", **properties: JsonValue) -> None:
        self.uri = uri
        self.id = 0
        self.name = ""
        self.properties: dict[str, JsonValue] = {}
        self.custom_properties: dict[str, JsonValue] = {}
        for name, value in properties.items():
            if name not in self.PROPERTIES:
                raise TypeError(f"Artifact type {self.TYPE_NAME!r} declares no property {name!r}.")
            setattr(self, name, value)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(uri={self.uri!r}, id={self.id}, "
            f"properties={self.properties}, custom_properties={self.custom_properties})"
        )

    @property
    def type_name(self) -> str:
        """Name of the artifact's type, as the store knows it."""
        return self.TYPE_NAME

    def has_custom_property(self, key: str) -> bool:
        """Whether the free property `key` is set."""
        return key in self.custom_properties

    def get_custom_property(self, key: str, default: JsonValue = None) -> JsonValue:
        """Value of the free property `key`, or `default`."""
        return self.custom_properties.get(key, default)

    def get_string_custom_property(self, key: str) -> str:
        """Value of the free property `key` if it is a string, else `""`."""
        value = self.custom_properties.get(key)
        return value if isinstance(value, str) else ""

    def get_int_custom_property(self, key: str) -> int:
        """Value of the free property `key` if it is an integer, else 0."""
        value = self.custom_properties.get(key)
        return int(value) if isinstance(value, int) else 0

    def get_float_custom_property(self, key: str) -> float:
        """Value of the free property `key` if it is a number, else 0.0."""
        value = self.custom_properties.get(key)
        return float(value) if isinstance(value, (int, float)) else 0.0

    def get_bool_custom_property(self, key: str) -> bool:
        """Value of the free property `key` if it is a boolean, else `False`."""
        value = self.custom_properties.get(key)
        return value if isinstance(value, bool) else False

    def get_json_value_custom_property(self, key: str) -> JsonValue:
        """Value of the free property `key`, or `None`."""
        return self.custom_properties.get(key)

    def set_string_custom_property(self, key: str, value: str) -> None:
        """Record a string under `key`."""
        self._set_custom(key, value, str)

    def set_int_custom_property(self, key: str, value: int) -> None:
        """Record an integer under `key`; NumPy's count, and booleans as 1 and 0."""
        self._set_custom(key, index(value) if hasattr(value, "__index__") else value, int)

    def set_float_custom_property(self, key: str, value: float) -> None:
        """Record a number under `key`; NumPy's count."""
        self._set_custom(key, float(value) if hasattr(value, "__float__") else value, float)

    def set_bool_custom_property(self, key: str, value: bool) -> None:
        """Record a boolean under `key`."""
        self._set_custom(key, value, bool)

    def set_json_value_custom_property(self, key: str, value: JsonValue) -> None:
        """Record a list, a dict or a scalar under `key`."""
        self._set_custom(key, value, (type(None), bool, int, float, str, list, dict))

    def _set_custom(self, key: str, value: JsonValue, expected: type | tuple[type, ...]) -> None:
        if not isinstance(value, expected):
            raise TypeError(
                f"Custom property {key!r} of {self.TYPE_NAME!r} got {value!r} "
                f"of type {type(value).__name__}."
            )
        self.custom_properties[key] = value

    def to_record(self) -> ArtifactRecord:
        """This artifact as a plain value."""
        return ArtifactRecord(
            type_name=self.TYPE_NAME,
            uri=self.uri,
            properties=dict(self.properties),
            custom_properties=dict(self.custom_properties),
            name=self.name,
            id=self.id,
        )

    @classmethod
    def from_record(cls, record: ArtifactRecord) -> Artifact:
        """The artifact of this class that `record` describes."""
        artifact = cls()
        artifact.uri = record.uri
        artifact.id = record.id
        artifact.name = record.name
        artifact.properties.update(record.properties)
        artifact.custom_properties.update(record.custom_properties)
        return artifact
