"""What a notebook offers while a cell is written."""

from __future__ import annotations

import pytest

from tests.interactive.notebook import Notebook

COMPONENTS = '''
    from components import CsvExampleGen

    @component
    def Weigh(
        examples: InputArtifact[Examples],
        heavy: OutputArtifact[Examples],
        base: float,
        threshold: Parameter[float] = 0.5,
        others: InputArtifact[list[Examples]] | None = None,
    ) -> OutputDict(weight=float):
        """Weighs examples.

        Args:
            threshold: from which they are heavy.
        """

    generator = CsvExampleGen(input_base="data")
    weigh = Weigh(examples=generator.outputs["examples"], base=Channel(type=Float))
    '''


@pytest.fixture(scope="module")
def cells(kernel: Notebook) -> Notebook:
    kernel.run("from pipeline_lib.artifacts.standard_artifacts import Float")
    kernel.run(COMPONENTS)
    return kernel


@pytest.mark.parametrize(
    ("source", "offered"),
    [
        ("Weigh(thre", ["threshold="]),
        ("Weigh(base=3, exa", ["examples="]),
        ("Weigh.test_", ["test_call"]),
        ("CsvExampleGen(input_b", ["input_base="]),
        ('generator.outputs["ex', ["examples"]),
        ("weigh.outputs['he", ["heavy"]),
        ("weigh.outputs['we", ["weight"]),
        ("Weigh(examples=generator.outputs['ex", ["examples"]),
        ("weigh.outputs['weight'].fut", ["future"]),
        ("weigh.outputs['weight'].future()[0].custom_p", ["custom_property"]),
    ],
)
def test_completion(cells: Notebook, source: str, offered: list[str]) -> None:
    assert cells.completions(source) == offered


def test_an_output_is_not_offered_as_an_argument(cells: Notebook) -> None:
    assert "heavy=" not in cells.completions("Weigh(hea")


@pytest.mark.parametrize("source", ["Weigh", "Weigh("])
def test_help_shows_how_the_component_is_called(cells: Notebook, source: str) -> None:
    shown = cells.help(source)
    signature = shown.partition("Signature:")[2].partition("Call signature:")[0].split()
    assert " ".join(signature) == (
        "Weigh( *, examples: InputArtifact[Examples], base: float, "
        "threshold: Parameter[float] = 0.5, "
        "others: InputArtifact[list[Examples]] | None = None, ) -> BaseNode"
    )
    assert "threshold: from which they are heavy." in shown
