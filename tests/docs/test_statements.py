"""What the documents say of files, headings, packages and messages is so."""

from __future__ import annotations

import ast
import inspect
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

import components
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FILES = [
    str(path.relative_to(ROOT))
    for folder in ("pipeline_lib", "components", "pipelines", "tests", "docs", "benchmarks")
    for path in (ROOT / folder).rglob("*")
]
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def prose(document: Path) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """The headings, as GitHub makes them into anchors."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", prose(document)):
        file = document.parent / target if target else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


@each_document
def test_modules_that_are_named_exist(document: Path) -> None:
    named = set(re.findall(r"`([\w./-]+\.(?:py|proto))`", prose(document)))
    if document.parent.name not in ("explanation", "decisions"):
        named = {name for name in named if "/" in name}  # the others are an author's
    gone = {name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in FILES)}
    assert gone == set()


def test_the_list_of_documents_has_them_all() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {
        (index.parent / target).resolve()
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", index.read_text())
    }
    documents = {*ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/**/*.ipynb")} - {index}
    assert documents - listed == set()


def test_the_layers_are_drawn_as_they_are_held() -> None:
    contract = (ROOT / "pyproject.toml").read_text().partition("layers = [\n")[2].partition("]")[0]
    drawn = ElementTree.parse(ROOT / "docs/images/layers.svg").iter()
    names = [one.text for one in drawn if one.get("class") == "name"]
    assert names == re.findall(r'"(.+)"', contract)


COMPONENTS = (ROOT / "docs/reference/components.md").read_text()
ROWS = [line.split("|")[1:-1] for line in COMPONENTS.splitlines() if line.startswith("| `")]


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`([\w]+)`", cell))


def test_the_standard_components_are_told_with_all_they_take() -> None:
    told = {names_in(row[0]).pop(): row[2:] for row in ROWS if len(row) == 5}
    assert set(told) == set(components.__all__)
    for name, (reads, writes, given) in told.items():
        component = getattr(components, name)
        spec = component.SPEC_CLASS
        arguments = {
            argument
            for argument, declared in inspect.signature(component).parameters.items()
            if argument not in spec.INPUTS and declared.annotation != "None"
        }
        assert names_in(writes) == set(spec.OUTPUTS)
        assert names_in(reads) == set(spec.INPUTS)
        assert names_in(given) == arguments - {"disable_analyzer_cache", "disable_statistics"}


def test_the_artifact_types_are_told_with_their_properties() -> None:
    types = {
        name: value
        for name, value in vars(standard_artifacts).items()
        if isinstance(value, type) and issubclass(value, Artifact) and "TYPE_NAME" in vars(value)
    }
    told = names_in(COMPONENTS.partition("## Artifact types")[2])
    assert {name for name in types if name not in told} <= {"Artifact"}
    for names, _, properties in (row for row in ROWS if len(row) == 3):
        for name in names_in(names):
            assert names_in(properties) == set(types[name].PROPERTIES)


def texts_in_sources() -> Iterator[str]:
    """Each text of the library, with `...` for what is filled in."""
    for path in (ROOT / "pipeline_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_messages_that_are_explained_are_those_of_the_library() -> None:
    page = (ROOT / "docs/how-to/mend-errors.md").read_text().partition("## No error")[0]
    quoted = re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)
    known = "\n".join(texts_in_sources())
    parts = {part.strip(" ,:") for message in quoted for part in message.split("...")}
    assert {part for part in parts if part not in known} == set()
    assert len(quoted) > 20
