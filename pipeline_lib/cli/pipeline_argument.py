"""The argument PIPELINE: what it may be, and turning it into a compiled pipeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click
from click.shell_completion import CompletionItem

from pipeline_lib.cli.author_module import add_to_path, module_in_file, module_of_name
from pipeline_lib.cli.pipeline_in_module import pipeline_in_module
from pipeline_lib.compiler.compile import compile
from pipeline_lib.errors import InvalidPipelineError, UserModuleError, did_you_mean
from pipeline_lib.ir import serde
from pipeline_lib.ir.pipeline import Pipeline
from pipeline_lib.metadata.connection import MetadataConnectionConfig


def _complete_file(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="file")]


pipeline_argument = click.argument("target", metavar="PIPELINE", shell_complete=_complete_file)
optional_pipeline_argument = click.argument(
    "target", metavar="[PIPELINE]", required=False, shell_complete=_complete_file
)


@dataclass(frozen=True)
class LoadedPipeline:
    """A compiled pipeline, and the store that its author chose, if any.

    Attributes:
        folder: where the module with the pipeline is; `None` for a compiled file.
    """

    ir: Pipeline
    store: MetadataConnectionConfig | None
    folder: str | None = None


def load_pipeline(target: str) -> LoadedPipeline:
    """The pipeline at `package.module:function`, `file.py:function` or in a compiled file.

    Without a function the one that the module obviously means is taken.

    Raises:
        UserModuleError: it cannot be found or imported.
        AuthoringError, InvalidPipelineError: it cannot be compiled.
    """
    path, _, name = target.partition(":")
    read = _READERS.get(Path(path).suffix)
    if read is not None:
        if name:
            raise UserModuleError(f"{path!r} holds one compiled pipeline: leave out ':{name}'.")
        return LoadedPipeline(_compiled_in_file(Path(path), read), store=None)
    _refuse_other_files(path)
    is_file = path.endswith(".py") or os.sep in path
    module = module_in_file(Path(path)) if is_file else module_of_name(path)
    pipeline = pipeline_in_module(module, name, path)
    store = cast("MetadataConnectionConfig | None", pipeline.metadata_connection_config)
    folder = os.path.dirname(os.path.abspath(module.__file__)) if module.__file__ else None
    return LoadedPipeline(compile(pipeline), store, folder)


def _refuse_other_files(path: str) -> None:
    """Refuse what is on disk and would be looked for as a module, in words about modules."""
    place = Path(path)
    if place.is_dir() and (os.sep in path or not (place / "__init__.py").exists()):
        names = [one.name for one in place.glob("*.py")]
        raise UserModuleError(
            f"{path!r} is a folder; expected a Python file in it.{did_you_mean(_USUAL_FILE, names)}"
        )
    if place.is_file() and place.suffix not in ("", ".py"):
        raise UserModuleError(
            f"{path!r} is no pipeline: expected a Python file (.py) or a compiled pipeline "
            f"({', '.join(_READERS)})."
        )


def _compiled_in_file(path: Path, read: Callable[[bytes], Pipeline]) -> Pipeline:
    try:
        pipeline = read(path.read_bytes())
    except OSError as error:
        raise InvalidPipelineError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidPipelineError(f"{str(path)!r}: it is no text: {error}.") from error
    except InvalidPipelineError as error:
        raise InvalidPipelineError(f"{str(path)!r}: {error}") from error
    # The author's modules are most likely here, or beside the file.
    add_to_path(os.getcwd())
    add_to_path(str(path.resolve().parent))
    return pipeline


_USUAL_FILE = "pipeline.py"
_READERS: Mapping[str, Callable[[bytes], Pipeline]] = {
    ".pb": serde.loads,
    ".pbtxt": lambda payload: serde.from_text(payload.decode()),
    ".json": lambda payload: serde.from_json(payload.decode()),
}
