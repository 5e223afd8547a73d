"""The cache key: a digest of everything that an execution's result depends on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord, JsonValue
from pipeline_lib.artifacts.standard_artifacts import REFERENCES
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.evaluation import reads_environment
from pipeline_lib.ir.executors import (
    ClassExecutor,
    ContainerExecutor,
    Executor,
    FunctionExecutor,
)
from pipeline_lib.ir.expressions import EnvironmentVariable, SourceFile, walk
from pipeline_lib.ir.node import Node, ParameterType
from pipeline_lib.ir.pipeline import Code


def cache_leaves(
    node: Node,
    inputs: Mapping[str, Sequence[ArtifactRecord]],
    parameters: Mapping[str, Any],
    code: Sequence[Code],
    image_id: str = "",
) -> dict[str, str]:
    """The parts of the key by name, so that a changed one can be told.

    `code` holds the parts of each executor's source, and of the user's modules; without them a
    digest is one part. Inputs count by content and properties, not by where they are or who wrote
    them; data outside the pipeline counts by content; an image by its id, not by its name.
    """
    parts = {one.digest: one.parts for one in code}
    leaves = {
        **_executor_leaves(node.executor, parts),
        "outputs": _digest({key: output.type.name for key, output in node.outputs.items()}),
    }
    if image_id:
        leaves["image"] = image_id
    for name, value in node.options.environment.items():
        leaves[f"environment.{name}"] = json.dumps(value)
    for name, value in parameters.items():
        leaves.update(_parameter_leaves(node, name, value, parts))
    for key, artifacts in inputs.items():
        for index, artifact in enumerate(artifacts):
            leaves[f"input.{key}.{index}"] = _artifact_leaf(artifact)
    return leaves


def cache_key(leaves: Mapping[str, str]) -> str:
    """The key that the leaves make."""
    return _digest(dict(leaves))


def _executor_leaves(executor: Executor, parts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    match executor:
        case ContainerExecutor(command=command):
            inner = [one for part in command for one in walk(part)]
            read = {one.name for one in inner if isinstance(one, EnvironmentVariable)}
            # A variable may hold a secret.
            values = {f"command.{name}": _digest(os.environ.get(name)) for name in read}
            return {"command": json.dumps([describe(part) for part in command]), **values}
        case FunctionExecutor(path, digest) | ClassExecutor(path, digest):
            return {"executor": path, **_code_leaves(digest, parts.get(digest))}
    raise TypeError(f"{executor!r} has no result that could be used again.")


def _code_leaves(digest: str, parts: Mapping[str, str] | None) -> dict[str, str]:
    if parts is None:
        return {"code": digest}
    return {f"code.{part}": value for part, value in parts.items()}


def _parameter_leaves(
    node: Node, name: str, value: Any, parts: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    declared = node.parameters[name].value
    if not isinstance(declared, SourceFile):
        return {f"parameter.{name}": _parameter_leaf(node, name, value)}
    bundle = parts.get(declared.digest, {"": declared.digest})
    return {
        f"parameter.{name}": declared.file,
        **{f"file.{name}.{part}": meaning for part, meaning in bundle.items()},
    }


def _parameter_leaf(node: Node, name: str, value: Any) -> str:
    declared = node.parameters[name]
    if reads_environment(declared.value):
        return f"environment {_digest(value)}"  # it may be a secret
    if declared.type is ParameterType.PATH and value is not None:
        return files.fingerprint(value) or "missing"
    return json.dumps(value, sort_keys=True)


def _artifact_leaf(artifact: ArtifactRecord) -> str:
    # Artifacts that another tool recorded carry no fingerprint.
    content = artifact.fingerprint or files.fingerprint(artifact.uri)
    return _digest([artifact.type_name, content, artifact.properties, own_properties(artifact)])


def own_properties(artifact: ArtifactRecord) -> dict[str, JsonValue]:
    """The custom properties that count: not those that say where another artifact is."""
    references = REFERENCES.get(artifact.type_name, ())
    return {
        name: value for name, value in artifact.custom_properties.items() if name not in references
    }


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
