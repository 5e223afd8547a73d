"""What an editor shows that asks pyright: VS Code with Pylance, Neovim, Emacs and others."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.editor.language_server import LanguageServer, LanguageServerError, command
from tests.fresh_process import REPOSITORY

BEGINNING = '''
from __future__ import annotations
from typing import TypedDict
from components import CsvExampleGen
from pipeline_lib import Channel, InputArtifact, OutputArtifact, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Examples, Model

class Scores(TypedDict):
    accuracy: float

@component
def Make(model: OutputArtifact[Model], weight: Parameter[float] = 0.5) -> None:
    """Makes a model."""

@component
def Score(model: InputArtifact[Model], base: float, threshold: Parameter[float] = 0.9) -> Scores:
    """Scores a model.

    Args:
        threshold: from which it is good.
    """
    return {"accuracy": threshold}

@component
def Copy(model: InputArtifact[Model], copy: OutputArtifact[Model], name: Parameter[str]) -> None:
    """Has an output behind an input."""

gen = CsvExampleGen(input_base="data")
make = Make()
model = make.outputs["model"]
'''


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    if not command().exists():
        pytest.skip(f"pyright's language server is not installed: there is no {command()}")
    folder = tmp_path_factory.mktemp("editor")
    settings = {"extraPaths": [str(REPOSITORY)], "pythonVersion": "3.10"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    try:
        server = LanguageServer(command(), folder, BEGINNING)
    except LanguageServerError as error:
        pytest.skip(f"pyright's language server does not start here: {error}")
    yield server
    server.close()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("Score(▮)", ["base=", "model=", "threshold="]),
        ("Score(model=model, ▮)", ["base=", "threshold="]),
        ("Score(thr▮)", ["threshold="]),
        ("Make(▮)", ["weight="]),
        ("Copy(▮)", ["copy=", "model=", "name="]),
        ("Copy.test_call(▮)", ["copy=", "model=", "name="]),
        ("CsvExampleGen(▮)", ["input_base=", "input_config=", "output_config=", "range_config="]),
    ],
)
def test_names_of_arguments_are_completed(
    editor: LanguageServer, line: str, offered: list[str]
) -> None:
    assert [name for name in editor.completions(line) if name.endswith("=")] == offered


@pytest.mark.parametrize("line", ['gen.outputs["▮"]', "gen.outputs[▮]"])
def test_output_keys_of_a_class_are_completed(editor: LanguageServer, line: str) -> None:
    assert editor.completions(line) == ['"examples"']


def test_members_of_channels_and_future_values_are_completed(editor: LanguageServer) -> None:
    assert {"future", "get"} <= set(editor.completions("model.▮"))
    future = editor.completions("model.future()[0].▮")
    assert {"custom_property", "property", "split_uri", "uri", "value"} <= set(future)
    assert {"with_id", "outputs", "with_options"} <= set(editor.completions("make.▮"))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "Score(▮)",
            "(model: InputArtifact[Model], base: float, threshold: Parameter[float] = 0.9)",
        ),
        ("Make(▮)", "(weight: Parameter[float] = 0.5)"),
        (
            "Copy(▮)",
            "(model: InputArtifact[Model], copy: OutputArtifact[Model], name: Parameter[str])",
        ),
    ],
)
def test_signature_of_a_call_is_shown(editor: LanguageServer, line: str, shown: str) -> None:
    assert editor.signatures(line)[0] == f"{shown} -> BaseNode[Any]"


def test_function_is_described_with_its_docstring(editor: LanguageServer) -> None:
    assert editor.hover("Sco▮re") == (
        "(function) Score: FunctionComponent[(model: InputArtifact[Model], base: float, "
        "threshold: Parameter[float] = 0.9) -> Scores, Checked]\n"
        "\n"
        "Scores a model.\n"
        "\n"
        "Args:\n"
        "    threshold: from which it is good."
    )


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("Score(modle=model, base=model)", 'No parameter named "modle"'),
        ("Score(base=model)", 'missing for parameter "model"'),
        ("Score(model=model, base=model, threshold='a')", "Literal['a']"),
        ("Make(wieght=0.5)", 'No parameter named "wieght"'),
        ("Make(model=model)", 'No parameter named "model"'),
        ("gen.outputs['exmples']", "Literal['exmples']"),
        ("CsvExampleGen(inptu_base='data')", 'No parameter named "inptu_base"'),
        ("model.future()[0].urri", 'attribute "urri" for class "ArtifactPlaceholder"'),
    ],
)
def test_mistakes_are_marked(editor: LanguageServer, line: str, marked: str) -> None:
    found = editor.mistakes(line)
    assert any(marked in message for message in found), found


@pytest.mark.parametrize(
    "line",
    [
        "Score(model=model, base=Score(model=model, base=model).outputs['accuracy'])",
        "Make(weight=model.future()[0].custom_property('weight'))",
        "Copy(model=model, name='x')",
        "Copy(modle=model)",  # not seen: an output stands behind another argument
        "make.outputs['modle']",  # nor are the outputs of a function
    ],
)
def test_nothing_is_marked_where_nothing_is_known_to_be_wrong(
    editor: LanguageServer, line: str
) -> None:
    assert editor.mistakes(line) == []
