"""The reference says of every name what the facade does with it."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

from pipeline_lib.tfx.deeper.places import NAMES as DEEPER_NAMES
from pipeline_lib.tfx.deeper.places import SAME_MODULE
from pipeline_lib.tfx.not_here import what_to_use
from tests.tfx.tfx_v1 import NAMES, facade_object, is_refused

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "tfx-names.md").read_text()


def documented() -> dict[str, str]:
    """For each name of `tfx.v1` what the tables say."""
    rows = {}
    tables = REFERENCE.partition("## Names of")[2].partition("## Arguments that differ")[0]
    for module, table in re.findall(r"### `([\w.]+)`\n(.*?)(?=\n### |\Z)", tables, re.DOTALL):
        for name, text in re.findall(r"^\| `([\w.]+)` \| (.*) \|$", table, re.MULTILINE):
            rows[f"{module}.{name}"] = text
    return rows


def test_every_name_that_is_here_is_told() -> None:
    here = {name for name in NAMES if not is_refused(name)}
    modules = {name for name in here if isinstance(facade_object(name), ModuleType)}
    told = {name for name, text in documented().items() if not text.startswith("not here: ")}
    assert told == here - modules


def test_every_name_that_is_not_here_is_told_with_what_to_use() -> None:
    told = {
        name: text.removeprefix("not here: ")
        for name, text in documented().items()
        if text.startswith("not here: ")
    }
    assert told == {name: what_to_use(name) for name in told}
    refused = {name for name in NAMES if is_refused(name)}
    assert [
        name for name in refused if not any(f"{name}.".startswith(f"{one}.") for one in told)
    ] == []


def test_every_module_beside_v1_is_told() -> None:
    table = REFERENCE.partition("## Modules beside")[2]
    told = dict(re.findall(r"^\| `(tfx[\w.]*)` \| (.*) \|$", table, re.MULTILINE))
    assert list(told) == sorted({*DEEPER_NAMES, *SAME_MODULE})
    for module, names in DEEPER_NAMES.items():
        assert [name for name in names if f"`{name}`" not in told[module]] == []
