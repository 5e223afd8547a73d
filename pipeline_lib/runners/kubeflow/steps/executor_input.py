"""What Kubeflow tells a step, and where it wants to be told what came out.

The JSON of KFP's `ExecutorInput` message: KFP puts it in place of `{{$}}` on the command line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import ExecutionRecord

EXECUTION_ID = "execution_id"
ARTIFACT_ID = "artifact_id"
URI = "uri"
"""Names in the metadata of KFP's artifacts, under which ours are found."""


@dataclass(frozen=True)
class ExecutorInput:
    """What KFP tells a step.

    Attributes:
        parameters: values of the input parameters; every number may be a float.
        artifacts: KFP's artifacts at each input.
        parameter_files: where each output parameter is written.
        output_artifacts: KFP's artifacts at each output, as they were allocated.
        output_file: where `executor_output.json` is written; empty for nowhere.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    parameter_files: Mapping[str, str] = field(default_factory=dict)
    output_artifacts: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    output_file: str = ""


def executor_input(text: str) -> ExecutorInput:
    """The `ExecutorInput` in its JSON.

    Raises:
        PipelineLibError: it is none.
    """
    try:
        message = json.loads(text)
        inputs, outputs = message.get("inputs", {}), message.get("outputs", {})
        return ExecutorInput(
            parameters=inputs.get("parameterValues", {}),
            artifacts=_artifacts(inputs),
            parameter_files={
                name: one["outputFile"] for name, one in outputs.get("parameters", {}).items()
            },
            output_artifacts=_artifacts(outputs),
            output_file=outputs.get("outputFile", ""),
        )
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise PipelineLibError(
            f"--executor-input takes KFP's ExecutorInput as JSON, got {text[:80]!r}. "
            "It is what KFP puts in place of {{$}}."
        ) from error


def tell(
    told: ExecutorInput,
    texts: Mapping[str, str],
    execution: ExecutionRecord | None = None,
    brought: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write what came out where KFP looks for it.

    The places of KFP's own artifacts stay as they are: nothing lies there, and nothing is to be
    copied. Where ours are is in their metadata. Those that KFP is to copy to a container are told
    by their own URIs.

    Args:
        told: what KFP told.
        texts: output parameters, as KFP reads them: all but texts are JSON.
        execution: what has written the artifacts, if anything has.
        brought: URIs of the artifacts that KFP is to copy, by output.
    """
    for name, path in told.parameter_files.items():
        _write(path, texts.get(name, ""))
    if told.output_file:
        artifacts = {
            key: {
                "artifacts": [
                    {**one, **_metadata(one, key, execution), **_place(key, brought)}
                    for one in allocated
                ]
            }
            for key, allocated in told.output_artifacts.items()
        }
        _write(told.output_file, json.dumps({"artifacts": artifacts} if artifacts else {}))


def _place(key: str, brought: Mapping[str, str]) -> dict[str, str]:
    return {"uri": brought[key]} if key in brought else {}


def _metadata(
    allocated: Mapping[str, Any], key: str, execution: ExecutionRecord | None
) -> dict[str, Any]:
    if execution is None:
        return {}
    ours: dict[str, Any] = {EXECUTION_ID: execution.id}
    written: Sequence[ArtifactRecord] = execution.outputs.get(key, ())
    if len(written) == 1:
        ours |= {ARTIFACT_ID: written[0].id, URI: written[0].uri}
    return {"metadata": {**allocated.get("metadata", {}), **ours}}


def _artifacts(side: Mapping[str, Any]) -> dict[str, Sequence[Mapping[str, Any]]]:
    return {key: one.get("artifacts", []) for key, one in side.get("artifacts", {}).items()}


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
