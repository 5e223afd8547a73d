"""`context.export_to_pipeline`: a notebook as a module that defines its pipeline."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline_lib.errors import AuthoringError, UserModuleError
from pipeline_lib.interactive.cell_export import CellExport, python_of
from pipeline_lib.metadata.connection import SqliteConnection

_SKIP_TAG = "skip"
_MANY_EMPTY_LINES = re.compile(r"\n{4,}")


@dataclass(frozen=True)
class ExportedPipeline:
    """What the module's function `create_pipeline` makes.

    Attributes:
        settings: arguments of `Pipeline` that the context was given.
        pipeline: the variable that holds the pipeline, where the notebook makes it itself.
        components: the variables that hold its nodes, where it does not.
        parameters: values that the session has given to runtime parameters.
    """

    settings: Mapping[str, Any]
    pipeline: str = ""
    components: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


def exported_cells(
    notebook: str | os.PathLike[str], contexts: Collection[str]
) -> tuple[str, list[str]]:
    """The module that is in a notebook, and the names of what it gives to `context.run`.

    Args:
        notebook: path of the notebook.
        contexts: names of the context.

    Raises:
        UserModuleError: there is no such notebook, or it cannot be read.
    """
    try:
        import nbformat
        from nbconvert import PythonExporter
        from nbconvert.preprocessors import TagRemovePreprocessor
    except ImportError as error:
        raise AuthoringError(
            f"context.export_to_pipeline(...) needs {error.name!r}, which is not installed. "
            'Install it with: pip install "pipeline-lib[notebook]"'
        ) from error
    try:
        content = nbformat.read(notebook, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        raise UserModuleError(
            f"Notebook {os.fspath(notebook)!r} cannot be read: {error}. Save it, and give its path "
            "with context.export_to_pipeline(path, notebook=...)."
        ) from error
    remover = TagRemovePreprocessor(remove_cell_tags=[_SKIP_TAG])
    content, _ = remover.preprocess(content, {"outputs": {}})
    cells = CellExport(contexts)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.source = cells.cell(python_of(cell.source))
    content.cells = [cell for cell in content.cells if cell.source.strip()]
    exporter = PythonExporter(exclude_input_prompt=True)
    module, _ = exporter.from_notebook_node(content)
    return _MANY_EMPTY_LINES.sub("\n\n\n", module).strip() + "\n", cells.components


def module_with_pipeline(cells: str, made: ExportedPipeline) -> str:
    """A module of a notebook's cells that defines their pipeline, and runs it as a program."""
    given = f", parameters={dict(made.parameters)!r}" if made.parameters else ""
    return f'''{cells}

import pipeline_lib


def create_pipeline() -> pipeline_lib.Pipeline:
    """The pipeline of the notebook."""
    return {_expression(made)}


if __name__ == "__main__":
    pipeline_lib.LocalRunner().run(create_pipeline(){given})
'''


def running_notebook() -> str:
    """Path of the notebook that runs in this session, where the tool that shows it tells.

    Raises:
        AuthoringError: it does not.
    """
    from_vs_code = __import__("__main__").__dict__.get("__vsc_ipynb_file__")
    found = from_vs_code or os.environ.get("JPY_SESSION_NAME", "")
    if not str(found).endswith(".ipynb") or not Path(found).exists():
        raise AuthoringError(
            "The path of the notebook is not known here. Give it: "
            "context.export_to_pipeline(path, notebook='my_notebook.ipynb')."
        )
    return str(found)


def _expression(made: ExportedPipeline) -> str:
    if made.pipeline:
        return made.pipeline
    arguments = [f"{name}={_source(value)}" for name, value in made.settings.items()]
    arguments.append(f"components=[{', '.join(made.components)}]")
    return f"pipeline_lib.Pipeline(\n        {_joined(arguments)},\n    )"


def _joined(arguments: Sequence[str]) -> str:
    return ",\n        ".join(arguments)


def _source(value: Any) -> str:
    if isinstance(value, SqliteConnection):
        return f"pipeline_lib.sqlite_metadata_connection_config({value.path!r})"
    return repr(value)
