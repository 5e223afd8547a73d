from __future__ import annotations

import pytest

from tests.interactive.notebook import Notebook

STEP = """
    SCALE = 2

    def helper(x):
        return x * SCALE

    @component
    def Step(n: Parameter[int] = 3) -> OutputDict(y=int):
        print("in step")
        return {"y": helper(n)}
    """


def test_component_of_a_cell(notebook: Notebook) -> None:
    notebook.run(STEP)
    shown = notebook.run("step = Step(n=5)\ncontext.run(step)")
    assert "in step" in shown
    assert "it is the first time that this node runs" in shown
    assert notebook.run("value(step, 'y')") == "10\n"
    assert notebook.run("print(context.run(step, enable_cache=False).log)") == "in step\nin step\n"


def test_edit_of_a_helper_in_another_cell(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\nother = Step(n=4).with_id('other')\ncontext.run(step)")
    notebook.run("OTHER = 1\n\ndef unused(x):\n    return x")
    assert "= Step cached" in notebook.run("context.run(step)")

    notebook.run("def helper(x):\n    return x + SCALE")
    assert notebook.run("context.status()") == "~ Step  stale\n    code: helper changed\n"
    shown = notebook.run("context.run(step)")
    assert "✓ Step complete" in shown
    assert "code: helper changed" in shown
    assert notebook.run("value(step, 'y')") == "5\n"

    notebook.run("SCALE = 7")
    assert "code: SCALE changed" in notebook.run("context.status()")
    notebook.run(STEP)
    assert "= Step cached" in notebook.run("context.run(step)")


def test_component_that_is_defined_anew(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\ncontext.run(step)")
    notebook.run(
        """
        @component
        def Double(y: InputArtifact[Integer]) -> OutputDict(z=int):
            return {"z": y.value * 2}

        double = Double(y=step.outputs["y"])
        context.run(double)
        """
    )
    notebook.run(STEP.replace("helper(n)", "helper(n) + 1"))
    shown = notebook.run("context.run(double)")
    assert (
        "StaleResultWarning: The result of 'Step' is stale: code: Step changed. Run it again, or "
        'use context.run(..., upstream="refresh").'
    ) in shown
    assert notebook.run("value(double, 'z')") == "12\n"
    notebook.run("context.refresh()")
    assert notebook.run("value(double, 'z')") == "14\n"


def test_component_with_other_arguments(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\ncontext.run(step)")
    notebook.run(
        "@component\ndef Step(m: Parameter[int] = 1) -> OutputDict(y=int):\n    return {'y': m}"
    )
    assert (
        "AuthoringError: Component 'Step' was defined anew, with other inputs, outputs or "
        "parameters than node 'Step' has. Run the cell again that makes the node."
    ) in notebook.error("context.run(step)")


def test_classes_of_a_cell(notebook: Notebook) -> None:
    notebook.run(
        """
        class Report(Artifact):
            TYPE_NAME = "Report"
            PROPERTIES = {"pages": Property(PropertyType.INT)}

        class WriteSpec(ComponentSpec):
            PARAMETERS = {"text": ExecutionParameter(type=str)}
            INPUTS = {}
            OUTPUTS = {"report": ChannelParameter(type=Report)}

        class WriteExecutor(BaseExecutor):
            def Do(self, input_dict, output_dict, exec_properties):
                (report,) = output_dict["report"]
                report.pages = len(exec_properties["text"])
                Path(report.uri, "report.txt").write_text(exec_properties["text"])

        class Write(BaseComponent):
            SPEC_CLASS = WriteSpec
            EXECUTOR_SPEC = ExecutorClassSpec(WriteExecutor)

            def __init__(self, text):
                super().__init__(spec=WriteSpec(text=text, report=Channel(type=Report)))
        """
    )
    notebook.run("write = Write(text='abc')\ncontext.run(write)")
    shown = notebook.run(
        "report = write.outputs['report'].get()[0]\nprint(type(report) is Report, report.pages)"
    )
    assert shown == "True 3\n"
    # The artifact type is another class now, of the same name.
    notebook.run("class Report(Report):\n    TYPE_NAME = 'Report'\n    def title(self): return 'A'")
    notebook.run("WriteSpec.OUTPUTS['report'] = ChannelParameter(type=Report)")
    notebook.run("write = Write(text='abcd')\ncontext.run(write)")
    assert notebook.run("write.outputs['report'].get()[0].title()") == "'A'\n"


def test_failing_cell_shows_the_authors_line(notebook: Notebook) -> None:
    notebook.run(
        """
        def look(values, n):
            return values[n]

        @component
        def Look(n: Parameter[int]) -> OutputDict(y=int):
            return {"y": look([1], n)}
        """
    )
    shown = notebook.error("context.run(Look(n=3))").splitlines()
    assert "pipeline_lib/" not in "".join(shown)
    assert [line for line in shown if line.startswith("---->")] == [
        '----> 6     return {"y": look([1], n)}',
        "----> 2     return values[n]",
        "----> 1 context.run(Look(n=3))",
    ]
    assert "IndexError: list index out of range" in shown
    assert "  Look: IndexError: list index out of range" in shown
    assert shown[-1].startswith("    at cell In[")


def test_error_of_the_author_is_shown_without_our_frames(notebook: Notebook) -> None:
    notebook.run(STEP)
    shown = notebook.error("Step(n='a')")
    assert "pipeline_lib/" not in shown
    assert "AuthoringError: Component 'Step': parameter 'n' takes int" in shown


def test_cell_that_fails_half_way(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\ncontext.run(step)")
    notebook.error("1 / 0\n\ndef helper(x):\n    return x + 100")
    assert "= Step cached" in notebook.run("context.run(step)")
    notebook.error("def helper(x):\n    return x + 100\n\n1 / 0")
    assert "✓ Step complete" in notebook.run("context.run(step)")


def test_cell_that_runs_and_then_defines(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\ncontext.run(step)")
    shown = notebook.run(
        "print(context.run(step))\ndef helper(x):\n    return 1\nprint(context.run(step))"
    )
    assert "= Step cached" in shown
    assert "✓ Step complete" in shown


def test_code_below_magics(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\ncontext.run(step)")
    notebook.run("%%time\ndef helper(x):\n    return x + 1")
    assert "code: helper changed" in notebook.run("context.status()")
    notebook.run("%%skip_for_export\ndef helper(x):\n    return x + 2")
    notebook.run("context.run(step)")
    assert notebook.run("value(step, 'y')") == "5\n"
    notebook.run("%time SCALE = 3")
    notebook.run("!echo hello")
    notebook.run("def helper(x):\n    return x + 2 + SCALE")
    notebook.run("context.run(step)")
    assert notebook.run("value(step, 'y')") == "8\n"


def test_module_file_written_by_a_cell(notebook: Notebook) -> None:
    notebook.run("%%writefile lines.py\ndef count(text):\n    return len(text)")
    notebook.run("import importlib, lines\nimportlib.reload(lines)")
    notebook.run(
        """
        @component
        def Lines(text: Parameter[str]) -> OutputDict(y=int):
            return {"y": lines.count(text)}
        """
    )
    notebook.run("node = Lines(text='abc')\ncontext.run(node)")
    notebook.run("%%writefile lines.py\ndef count(text):\n    return len(text) + 1000")
    assert "code: lines.count changed" in notebook.run("context.status()")
    assert (
        "Module 'lines' was edited after this session imported it (lines:count): what the session "
        "defines would still run with what it was. Import it again, importlib.reload(lines) and "
        "each 'from lines import ...', or restart the session."
    ) in notebook.error("context.run(node)")
    notebook.run("importlib.reload(lines)\ncontext.run(node)")
    assert notebook.run("value(node, 'y')") == "1003\n"


def test_control_flow(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step(n=RuntimeParameter('n', int, default=1))\ncontext.run(step)")
    notebook.run("context.run(step, parameters={'n': 4})")
    assert notebook.run("value(step, 'y')") == "8\n"
    notebook.run(
        """
        with Cond(step.outputs["y"].future()[0].value > 10):
            big = Step(n=1).with_id("big")
        with ForEach([1, 2, 3]) as n:
            each = Step(n=n).with_id("each")
        """
    )
    assert "condition is false" in notebook.run("context.run(big)")
    notebook.run("context.run(each)")
    assert notebook.run("[one.value for one in each.outputs['y'].get()]") == "[2, 4, 6]\n"


def test_names_and_values_are_escaped(notebook: Notebook) -> None:
    notebook.run(
        """
        @component
        def Tag(out: OutputArtifact[Examples], text: Parameter[str]) -> OutputDict(y=str):
            out.set_string_custom_property("<i>name</i>", text)
            Path(out.uri, "<u>file<u>").write_text(text)
            print(text)
            return {"y": text}

        tag = Tag(text="<script>alert(1)</script>").with_id("tag")
        """
    )
    pages = [
        notebook.html("context.run(tag)"),
        notebook.html("context.run(Pipeline('p', components=[tag]))"),
        notebook.html("tag.outputs['out'].get()[0]\ncontext.show(tag.outputs['out'])"),
        notebook.html("context.show(tag)"),
    ]
    notebook.run("tag = Tag(text='<b>other</b>').with_id('tag')\nwarnings.simplefilter('ignore')")
    notebook.run("context._session.known.nodes['tag'] = tag")
    pages.append(notebook.html("context.status()"))
    for page in pages:
        for raw in ("<script>", "<i>", "<u>", "<b>other"):
            assert raw not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0]
    assert "&lt;u&gt;file&lt;u&gt;" in pages[2]


def test_renderer_of_the_users_own(notebook: Notebook) -> None:
    notebook.run(STEP)
    notebook.run("step = Step()\ncontext.run(step)")
    notebook.run(
        """
        from pipeline_lib import register_renderer
        register_renderer(Integer, lambda record: "<b>a number of mine</b>")
        """
    )
    assert "<b>a number of mine</b>" in notebook.html("context.show(step.outputs['y'])")
    assert "<b>a number of mine</b>" in notebook.html("context.run(step)")
    notebook.run("register_renderer('Integer', lambda record: 1 / 0)")
    page = notebook.html("context.show(step.outputs['y'])")
    assert "It cannot be shown as Integer: ZeroDivisionError: division by zero" in page
    notebook.run("from pipeline_lib.render import registry\nregistry._registered.clear()")


def test_progress_is_one_element_that_changes(notebook: Notebook) -> None:
    notebook.run(STEP)
    outputs = notebook.outputs(
        """
        shown = InteractiveContext(pipeline_root=context.pipeline_root,
            metadata_connection_config=context.metadata_connection_config)
        _ = shown.run(Step())
        """
    )
    (progress,) = (one for one in outputs if one.output_type == "display_data")
    lines = progress.data["text/plain"].splitlines()
    assert lines[0].startswith("Run ")
    assert ": complete in" in lines[0]
    assert lines[1].startswith("✓ Step complete in")


WAIT = """
import time
from pathlib import Path
from pipeline_lib import OutputDict, Parameter, component

@component
def Wait(marker: Parameter[str]) -> OutputDict(y=int):
    if Path(marker).exists():
        return {"y": 1}
    Path(marker).touch()
    while True:
        time.sleep(0.01)
"""


@pytest.mark.parametrize("place", ["session", "worker"])
def test_interrupt(notebook: Notebook, place: str) -> None:
    marker = notebook.folder / f"marker-{place}"
    if place == "session":
        notebook.run(WAIT)
    else:
        (notebook.folder / "waiting.py").write_text(WAIT)
        notebook.run("from waiting import Wait")
    notebook.run(f"wait = Wait(marker={str(marker)!r})")
    shown = notebook.interrupted("context.run(wait)", marker)
    assert shown.splitlines()[-1].startswith("KeyboardInterrupt")
    notebook.run(
        """
        from pipeline_lib.metadata.store import open_store
        store = open_store(context.metadata_connection_config)
        (run,) = store.runs()
        """
    )
    assert notebook.run("run.state.value, store.executions(run.run_id)[0].state.value") == (
        "('canceled', 'canceled')\n"
    )
    assert "✓ Wait complete" in notebook.run("store.close()\ncontext.run(wait)")
    left = "[one.name for one in Path(context.pipeline_root, 'Wait', 'y').iterdir()]"
    assert notebook.run(left) == "['2']\n"
