"""What a run has left in a store, without what differs from one run to the next.

Ids, times, environments, the run's id and the folder of the test are replaced by words; everything
else that a record holds is compared.
"""

from __future__ import annotations

import difflib
import json
import re
from contextlib import closing
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord, open_store

_PLACE = re.compile(r"(/(?:\.system|[A-Za-z_.]+)/)\d+(?:-\d+)?(?=/|\"|$)")
"""The id of an execution in the path of what it wrote."""


_CONTENT = re.compile(
    r'"[0-9a-f]{32}"'  # a fingerprint
    r'|(?<="custom_properties": )\{[^{}]*\}'
    r'|(?<="properties": )\{[^{}]*\}'
)
_LIBRARY = re.compile(r"(?<=File \\\")[^\"]*(?=/pipeline_lib/)")
"""Where this library is installed, in a traceback."""


def run_in_words(
    config: MetadataConnectionConfig,
    run_ids: list[str],
    folder: Path,
    without_content: bool = False,
) -> list[list[str]]:
    """Every record of some runs, one line each, those of one node in the order of its attempts.

    Args:
        config: the store.
        run_ids: the runs, oldest first.
        folder: the test's own, in which the pipeline root is.
        without_content: leave out what tells of the artifacts' content, as no two trained models
            are the same.
    """
    with closing(open_store(config)) as store:
        lines = [_in_words(store, run_id, run_ids, folder) for run_id in run_ids]
    return (
        [[_CONTENT.sub('"..."', one) for one in run] for run in lines] if without_content else lines
    )


def difference(found: list[str], expected: list[str]) -> str:
    """What two runs have left that is not the same; empty where all is."""
    lines = difflib.unified_diff(expected, found, "expected", "found", lineterm="", n=0)
    return "\n".join(lines)


def _in_words(store: MetadataStore, run_id: str, run_ids: list[str], folder: Path) -> list[str]:
    executions = sorted(store.executions(run_id), key=lambda one: (one.instance, one.id))
    lines = [_run(store.run(run_id)), *(_execution(one) for one in executions)]
    return [_neutral(line, run_ids, folder) for line in lines]


def _run(run: RunRecord) -> str:
    told = _plain(run)
    for name in ("started", "ended", "pipeline_digest", "environments"):
        told[name] = bool(told[name])
    told.pop("environments")  # of the machine, and of the author's code
    return f"run {json.dumps(told, sort_keys=True)}"


def _execution(execution: ExecutionRecord) -> str:
    told = _plain(execution)
    for name in ("id", "cache_key", "started", "ended", "cached_from"):
        told[name] = bool(told[name])
    told.pop("log_uri")  # in one process there is none
    return f"{execution.instance} {json.dumps(told, sort_keys=True)}"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        if isinstance(value, ArtifactRecord):
            told["id"] = bool(told["id"])
        return told
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "items"):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _neutral(line: str, run_ids: list[str], folder: Path) -> str:
    line = line.replace(str(folder), "FOLDER")
    for number, run_id in enumerate(run_ids, start=1):
        line = line.replace(run_id, f"RUN{number}")
    return _LIBRARY.sub("", _PLACE.sub(r"\1N", line))
