from __future__ import annotations

from textwrap import dedent

import pytest

from pipeline_lib.interactive.cell_export import CellExport, python_of


def exported(*cells: str) -> str:
    export = CellExport()
    texts = [export.cell(python_of(dedent(cell).strip() + "\n")) for cell in cells]
    return "\n".join(filter(None, texts))


CONTEXT = "context = InteractiveContext()"


@pytest.mark.parametrize(
    ("cells", "module"),
    [
        (["x = 1  # one\n# of\ny = 2"], "x = 1  # one\n# of\ny = 2"),
        ([CONTEXT, "context.run(step)"], ""),
        ([CONTEXT, "x = 1\ncontext.run(step, enable_cache=False)\ny = 2"], "x = 1\ny = 2"),
        ([CONTEXT, "context.run(Step(x=1))"], "component_1 = Step(x=1)"),
        ([CONTEXT, "context.run(\n    Step(x=1),\n)\ny = 1"], "component_1 = Step(x=1)\ny = 1"),
        ([CONTEXT, "result = context.run(step)", "result.outputs", "x = result.seconds"], ""),
        ([CONTEXT, "context.show(step)\ncontext.status()"], ""),
        (["context = pipeline_lib.InteractiveContext(pipeline_name='x')", "context.refresh()"], ""),
        ([CONTEXT, "r = context.run(s)", "r = 1", "y = r"], "r = 1\ny = r"),
        ([CONTEXT, "for node in nodes:\n    context.run(node)"], ""),
        (["uri = step.outputs['x'].get()[0].uri", "print(uri)", "y = uri + '/a'"], ""),
        (["value = config.get('x')"], "value = config.get('x')"),
        (["!pip install x", "%matplotlib inline", "%%bash\necho hello", "files = !ls"], ""),
        (["%%writefile trainer.py\ndef run_fn(args): ..."], ""),
        (["%%skip_for_export\nx = 1"], ""),
        (["%%time\nx = 1"], "x = 1"),
        (["x", "print(x)", "x.head", "register(x)"], "register(x)"),
        ([CONTEXT + "; x = 1; context.run(step)"], "x = 1"),
        (["@component\ndef Step(): ..."], "@component\ndef Step(): ..."),
        ([CONTEXT, "@wrap(context)\ndef f(): ..."], ""),
        ([CONTEXT, "def f():\n    context.run(x)"], "def f():\n    context.run(x)"),
        (["x = ("], ""),
    ],
)
def test_what_a_module_needs(cells: list[str], module: str) -> None:
    assert exported(*cells) == module


def test_components_in_their_order() -> None:
    export = CellExport(contexts=["c"])
    for cell in (
        "c.run(b)",
        "result = c.run(a)",
        "c.run(Step())",
        "c.run(component=d)",
        "c.run(b)",
    ):
        export.cell(cell)
    assert export.components == ["b", "a", "component_3", "d"]
