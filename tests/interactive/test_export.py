from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.fresh_process import REPOSITORY, run_python
from tests.interactive.ir_in_words import in_words
from tests.interactive.notebook import Notebook

CELLS = [
    "%load_ext pipeline_lib.interactive",
    """
    %%skip_for_export
    import os
    print("only here")
    """,
    """
    from pathlib import Path

    from pipeline_lib import (
        Cond, ForEach, InputArtifact, InteractiveContext, OutputArtifact, OutputDict, Parameter,
        RuntimeParameter, component,
    )
    from pipeline_lib.artifacts.standard_artifacts import Examples, Integer, Model

    context = InteractiveContext(pipeline_name="exported", progress=False)
    """,
    """
    # How much each line counts.
    FACTOR = 2

    def weight(text):
        return len(text) * FACTOR

    %time text = "abc"
    """,
    """
    @component
    def Write(out: OutputArtifact[Examples], text: Parameter[str]) -> OutputDict(size=int):
        Path(out.uri, "data.txt").write_text(text)
        return {"size": weight(text)}

    write = Write(text=text)
    context.run(write)
    """,
    """
    size = write.outputs["size"].get()[0].value
    print(size)
    """,
    """
    with ForEach(RuntimeParameter("rates", list, default=[0.1])) as rate:
        @component
        def Train(examples: InputArtifact[Examples], model: OutputArtifact[Model],
                  rate: Parameter[float]):
            Path(model.uri, "model.txt").write_text(str(rate))

        train = Train(examples=write.outputs["out"], rate=rate)
    result = context.run(train, parameters={"rates": [0.1, 0.2]})
    """,
    """
    with Cond(write.outputs["size"].future()[0].value > 3):
        again = Write(text="again").with_id("again")
    result = context.run(again); result.outputs
    context.status()
    """,
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a notebook that was run and exported to `exported_pipeline.py`."""
    folder = tmp_path_factory.mktemp("export")
    notebook = Notebook(folder, REPOSITORY)
    for cell in CELLS:
        notebook.run(cell)
    notebook.notebook.cells.insert(0, nbformat.v4.new_markdown_cell("# A title"))
    nbformat.write(notebook.notebook, folder / "notebook.ipynb")
    notebook.run("context.export_to_pipeline('exported_pipeline.py', 'notebook.ipynb')")
    notebook.run(
        "from pipeline_lib.ir import serde\n"
        "Path('session.pb').write_bytes(serde.dumps(context.compile()))"
    )
    notebook.close()
    return folder


def test_module_reads_well(exported: Path) -> None:
    module = (exported / "exported_pipeline.py").read_text()
    assert "# # A title" in module
    assert "# How much each line counts.\nFACTOR = 2\n" in module
    assert "context" not in module.replace("InteractiveContext", "")
    assert "only here" not in module
    assert module.endswith(
        '''
def create_pipeline() -> pipeline_lib.Pipeline:
    """The pipeline of the notebook."""
    return pipeline_lib.Pipeline(
        pipeline_name='exported',
        enable_cache=True,
        components=[write, train, again],
    )


if __name__ == "__main__":
    pipeline_lib.LocalRunner().run(create_pipeline(), parameters={'rates': [0.1, 0.2]})
'''
    )


def test_module_compiles_to_what_was_run(exported: Path) -> None:
    run_python(
        "import sys; sys.path.insert(0, '.')\n"
        "import exported_pipeline, pipeline_lib\n"
        "from pathlib import Path\n"
        "from pipeline_lib.ir import serde\n"
        "ir = pipeline_lib.compile(exported_pipeline.create_pipeline())\n"
        "Path('module.pb').write_bytes(serde.dumps(ir))",
        cwd=exported,
    )
    session = in_words((exported / "session.pb").read_bytes(), "__main__")
    module = in_words((exported / "module.pb").read_bytes(), "exported_pipeline")
    assert "MODULE:weight" in session
    assert module == session


def test_module_runs(exported: Path) -> None:
    done = subprocess.run(
        [sys.executable, "exported_pipeline.py"],
        cwd=exported,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Run complete" in done.stderr


def test_notebook_that_cannot_be_read(notebook: Notebook) -> None:
    notebook.run(
        "@component\ndef Give() -> OutputDict(y=int):\n    return {'y': 1}\ncontext.run(Give())"
    )
    shown = notebook.error("context.export_to_pipeline('x.py', 'missing.ipynb')")
    assert "UserModuleError: Notebook 'missing.ipynb' cannot be read: " in shown
    assert (
        "AuthoringError: The path of the notebook is not known here. Give it: "
        "context.export_to_pipeline(path, notebook='my_notebook.ipynb')."
    ) in notebook.error("context.export_to_pipeline('x.py')")


def test_nothing_to_export(notebook: Notebook) -> None:
    assert (
        "AuthoringError: Nothing was run in this context: there is no pipeline yet."
    ) in notebook.error("context.export_to_pipeline('x.py', 'x.ipynb')")
