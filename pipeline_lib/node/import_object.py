"""Finding Python objects by import path where a node runs."""

from __future__ import annotations

import functools
import importlib
import sys
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact, Property
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.errors import UserModuleError
from pipeline_lib.execution.main_module import SESSION, main_module_name
from pipeline_lib.ir.inputs import ArtifactType


def import_object(path: str) -> Any:
    """The function or class at `package.module:name`.

    Raises:
        UserModuleError: the module or the name in it is not there.
    """
    module_name, _, qualified_name = path.partition(":")
    if module_name == main_module_name():
        target: Any = sys.modules["__main__"]
    else:
        try:
            target = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            raise UserModuleError(
                f"{path!r} cannot be imported here: {error}. "
                "Its package must be installed or on sys.path where the node runs."
            ) from error
    for name in qualified_name.split("."):
        if not hasattr(target, name):
            raise UserModuleError(f"{path!r} cannot be imported: {target!r} has no {name!r}.")
        target = getattr(target, name)
    return target


def artifact_class(artifact_type: ArtifactType) -> type[Artifact]:
    """The class of an artifact type: the author's own if it imports, else one that is alike."""
    path = artifact_type.class_path
    # In an interactive session a class may be defined anew.
    is_settled = path.partition(":")[0] != SESSION
    find = _artifact_class if is_settled else _artifact_class.__wrapped__
    return find(artifact_type.name, path, tuple(artifact_type.properties.items()))


@functools.cache
def _artifact_class(name: str, path: str, properties: tuple[Any, ...]) -> type[Artifact]:
    try:
        found = import_object(path) if path else None
    except (ImportError, UserModuleError):
        found = None
    if isinstance(found, type) and issubclass(found, Artifact):
        return found
    base = value_artifact_class(name) or Artifact
    declared = {key: Property(kind) for key, kind in properties}
    return type(name, (base,), {"TYPE_NAME": name, "PROPERTIES": declared})
