"""What an execution's result depends on, and how it differs from an earlier execution, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.execution.main_module import SESSION
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.cache_key import own_properties
from pipeline_lib.report.json_differences import json_difference
from pipeline_lib.report.wording import value

Writers = Mapping[int, str]
"""How an artifact came into a run, such as `written by Trainer`, by the artifact's id."""

_ORDER = (
    "executor",
    "command",
    "image",
    "code",
    "file",
    "outputs",
    "environment",
    "parameter",
    "input",
)
_SHOWN_OF_DIGEST = 12
_TOP_LEVEL = "<top level>"
_LIBRARY = "pipeline_lib"


@dataclass(frozen=True)
class Change:
    """One leaf of the cache key that differs.

    Attributes:
        leaf: name of the leaf.
        text: what differs, for people.
        before, after: the leaf's values; `None` where there was or is none.
    """

    leaf: str
    text: str
    before: str | None
    after: str | None


def changes(
    earlier: ExecutionRecord, later: ExecutionRecord, writers: Writers | None = None
) -> list[Change]:
    """The leaves that differ between two executions of a node; code first, inputs last."""
    before, after = earlier.cache_leaves, later.cache_leaves
    if ("code" in before) != ("code" in after):
        # One of them was recorded when the parts of the code were not told apart.
        before, after = _with_one_code(before), _with_one_code(after)
    if _has_file_parts(before) != _has_file_parts(after):
        before, after = _without_file_parts(before), _without_file_parts(after)
    different = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [
        Change(
            name,
            _text(name, before.get(name), after.get(name), earlier, later, writers or {}),
            before.get(name),
            after.get(name),
        )
        for name in sorted(different, key=_position)
    ]


def _with_one_code(leaves: Mapping[str, str]) -> dict[str, str]:
    others = {name: leaf for name, leaf in leaves.items() if not name.startswith("code.")}
    return {"code": "in parts", **others}


def _has_file_parts(leaves: Mapping[str, str]) -> bool:
    return any(name.startswith("file.") for name in leaves)


def _without_file_parts(leaves: Mapping[str, str]) -> dict[str, str]:
    return {name: leaf for name, leaf in leaves.items() if not name.startswith("file.")}


def _position(leaf: str) -> tuple[int, str]:
    return _ORDER.index(leaf.partition(".")[0]), leaf


def _text(
    leaf: str,
    before: str | None,
    after: str | None,
    earlier: ExecutionRecord,
    later: ExecutionRecord,
    writers: Writers,
) -> str:
    kind, _, name = leaf.partition(".")
    match kind:
        case "executor":
            return f"executor: {before} -> {after}"
        case "command":
            return _command_text(name, before, after)
        case "image":
            return f"image: {_image(earlier, before)} -> {_image(later, after)}"
        case "environment":
            return f"environment {name}: {_variable_text(before, after)}"
        case "outputs":
            return "outputs: other keys or types"
        case "code":
            return _code_text(name, before, after)
        case "file":
            return _file_text(name, before, after)
        case "parameter":
            return _parameter_text(name, before, after, earlier, later)
    return _input_text(name, before, after, earlier, later, writers)


def _command_text(variable: str, before: str | None, after: str | None) -> str:
    if variable:
        return f"environment variable {variable} of the command: another value"
    if before is None or after is None:
        return "command: there is none any more" if after is None else "command: new"
    return f"command: {json_difference(json.loads(before), json.loads(after))}"


def _image(execution: ExecutionRecord, leaf: str | None) -> str:
    """The image with its name, as far as that is known, and the beginning of its id."""
    if leaf is None:
        return "none"
    name = execution.image.partition(" ")[0]
    digest = leaf.removeprefix("sha256:")[:_SHOWN_OF_DIGEST]
    return f"{name} ({digest})" if name and name != leaf else digest


def _variable_text(before: str | None, after: str | None) -> str:
    if after is None:
        return f"not there any more, was {value(json.loads(before or 'null'))}"
    if before is None:
        return f"new, {value(json.loads(after))}"
    return json_difference(json.loads(before), json.loads(after))


def _code_text(part: str, before: str | None, after: str | None) -> str:
    if not part:
        return "code: changed"
    if part == _LIBRARY:
        return f"code: pipeline_lib {before} -> {after}"
    module, _, name = part.partition(":")
    subject = f"{module}.{name}" if name else f"module {module}"
    if module == SESSION and name:
        subject = name
    if name == _TOP_LEVEL:
        subject = f"what {module} does when it is imported"
    if before is None:
        return f"code: {subject} is used now"
    if after is None:
        return f"code: {subject} is not used any more"
    return f"code: {subject} changed"


def _file_text(part: str, before: str | None, after: str | None) -> str:
    """What of a module file changed; `part` is the parameter, the file and the name in it."""
    file, _, name = part.partition(".")[2].partition(":")
    subject = f"{name} in {file}" if name else "the module file"
    if name == _TOP_LEVEL:
        subject = f"what {file} does when it is imported"
    if before is None:
        return f"code: {subject} is new"
    return f"code: {subject} is gone" if after is None else f"code: {subject} changed"


def _parameter_text(
    name: str,
    before: str | None,
    after: str | None,
    earlier: ExecutionRecord,
    later: ExecutionRecord,
) -> str:
    old, new = earlier.parameters.get(name), later.parameters.get(name)
    if after is None:
        return f"parameter {name}: not there any more, was {value(old)}"
    if before is None:
        return f"parameter {name}: new, {value(new)}"
    if after.startswith("environment "):
        return f"parameter {name}: {value(new)} has another value"
    if "/.sources/" in str(new) and str(new).endswith(f"/{_file(after)}"):
        return _module_file_text(name, _file(before), _file(after))
    if _is_json_of(before, old) and _is_json_of(after, new):
        difference = json_difference(json.loads(before), json.loads(after))
        return f"parameter {name}: {difference}"
    if old == new:
        return f"data at {value(new)} of parameter {name}: changed"
    return f"parameter {name}: {value(old)} -> {value(new)}, with other data"


def _file(leaf: str) -> str:
    """Name of a module file; in earlier records the digest of its bundle stands before it."""
    return leaf.rpartition("/")[2]


def _module_file_text(name: str, before: str, after: str) -> str:
    if before != after:
        return f"parameter {name}: {before} -> {after}"
    return f"module file {after} of parameter {name}: changed, or a module that it imports"


def _is_json_of(leaf: str, given: Any) -> bool:
    """Whether the leaf is the value itself, and not a fingerprint of what lies there."""
    try:
        # Equal, though a store may have made an integral number in a list an integer.
        return bool(json.loads(leaf) == given)
    except ValueError:
        return False


def _input_text(
    name: str,
    before: str | None,
    after: str | None,
    earlier: ExecutionRecord,
    later: ExecutionRecord,
    writers: Writers,
) -> str:
    key, _, position = name.rpartition(".")
    old, new = _artifact(earlier, key, position), _artifact(later, key, position)
    several = max(len(one.inputs.get(key, ())) for one in (earlier, later)) > 1
    subject = f"input {key}[{position}]" if several else f"input {key}"
    if after is None:
        return f"{subject}: not there any more{_in_brackets(_named(old))}"
    if before is None:
        return f"{subject}: new{_in_brackets(_named(new), _written_by(new, writers))}"
    change = "other content"
    if old is not None and new is not None and old.fingerprint == new.fingerprint:
        change = f"other properties{_property_names(old, new)}"
    ids = f"{_named(old)} -> {_id(new)}" if _id(old) != _id(new) else _named(new)
    return f"{subject}: {change}{_in_brackets(ids, _written_by(new, writers))}"


def _artifact(execution: ExecutionRecord, key: str, position: str) -> ArtifactRecord | None:
    artifacts = execution.inputs.get(key, ())
    return artifacts[int(position)] if int(position) < len(artifacts) else None


def _id(artifact: ArtifactRecord | None) -> str:
    return str(artifact.id) if artifact is not None and artifact.id else "new"


def _named(artifact: ArtifactRecord | None) -> str:
    return "" if artifact is None else f"artifact {_id(artifact)}"


def _written_by(artifact: ArtifactRecord | None, writers: Writers) -> str:
    return writers.get(artifact.id, "") if artifact is not None else ""


def _property_names(old: ArtifactRecord, new: ArtifactRecord) -> str:
    before = {**old.properties, **own_properties(old)}
    after = {**new.properties, **own_properties(new)}
    names = sorted(name for name in {**before, **after} if before.get(name) != after.get(name))
    return f", {', '.join(names)}" if names else ""


def _in_brackets(*parts: str) -> str:
    given = ", ".join(filter(None, parts))
    return f" ({given})" if given else ""


def writers_in(executions: Iterable[ExecutionRecord]) -> dict[int, str]:
    """How each artifact came into a run: which node wrote it, or took it over, or found it."""
    found: dict[int, str] = {}
    written: dict[int, str] = {}
    for execution in executions:
        told, how = (found, "found by") if execution.chosen else (written, "written by")
        for artifacts in execution.outputs.values():
            told.update((artifact.id, f"{how} {execution.node_id}") for artifact in artifacts)
    return {**found, **written}
