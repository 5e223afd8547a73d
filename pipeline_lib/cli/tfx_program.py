"""`--as-tfx`: programs written for TFX, run or compiled as they are.

Such a file either holds a pipeline, as any other does, or is a program that gives its pipeline to
a `LocalDagRunner` under `if __name__ == "__main__":`. A program runs as a whole, as `__main__`.
"""

from __future__ import annotations

import ast
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import click

from pipeline_lib import ir
from pipeline_lib.cli.author_code import author_code
from pipeline_lib.cli.author_module import add_to_path
from pipeline_lib.cli.pipeline_argument import LoadedPipeline, load_pipeline
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import PipelineRunError, UserModuleError
from pipeline_lib.runners.given_pipeline import as_compiled, own_store
from pipeline_lib.runners.local.run_options import RunOptions
from pipeline_lib.tfx.as_tfx import serve_as_tfx
from pipeline_lib.tfx.orchestration.local_dag_runner import runs_given_to

as_tfx_option = click.option(
    "--as-tfx",
    is_flag=True,
    help="PIPELINE is a file written for TFX: its imports of 'tfx' get this library. What follows "
    "'--' are a program's own arguments.",
)
program_arguments_argument = click.argument(
    "program_arguments", metavar="[-- ARGUMENT...]", nargs=-1, type=click.UNPROCESSED
)

UseLoaded = Callable[[LoadedPipeline, RunOptions], Any]
"""What is done with a pipeline, of which a program may ask to run a part."""


class _Done(BaseException):
    """Ends a program whose pipeline is all that is wanted."""


def for_each_pipeline(
    target: str, as_tfx: bool, arguments: Sequence[str], use: UseLoaded, *, then_end: bool = False
) -> None:
    """Call `use` with the pipeline at `target`; for a TFX program with each one that it runs.

    Args:
        target: what the user gave as PIPELINE.
        as_tfx: whether it is written for TFX.
        arguments: the program's own.
        use: what it returns is what the program's `LocalDagRunner.run` returns.
        then_end: end the program with its first pipeline.

    Raises:
        UserModuleError: the program fails, or gives no pipeline to a runner.
        PipelineLibError: the pipeline cannot be loaded or compiled; what `use` raises.
        click.UsageError: there are arguments, and no program that could take them.
    """
    program = _program_file(target) if as_tfx else None
    if program is not None:
        _run_program(program, arguments, use, then_end)
        return
    if arguments:
        raise click.UsageError(
            f"Arguments are for a program that is run with --as-tfx; {target!r} is none."
        )
    if as_tfx:
        serve_as_tfx()
    loaded = load_pipeline(target)
    if as_tfx:
        serve_as_tfx()  # loading has put the author's folders first
    use(loaded, RunOptions())


def pipeline_at(target: str, as_tfx: bool, arguments: Sequence[str]) -> LoadedPipeline:
    """The pipeline at `target`; of a TFX program the first one that it gives to a runner.

    Args:
        target: what the user gave as PIPELINE.
        as_tfx: whether it is written for TFX.
        arguments: the program's own.

    Raises:
        UserModuleError: the program fails, or gives no pipeline to a runner.
        PipelineLibError: the pipeline cannot be loaded or compiled.
        click.UsageError: there are arguments, and no program that could take them.
    """
    found: list[LoadedPipeline] = []

    def take(loaded: LoadedPipeline, options: RunOptions) -> None:
        found.append(loaded)

    for_each_pipeline(target, as_tfx, arguments, take, then_end=True)
    return found[0]


def _program_file(target: str) -> Path | None:
    """The file, if it does something where it is run as `__main__`."""
    path = Path(target)
    if path.suffix != ".py" or not path.is_file():
        return None
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None  # it will be told when it is imported
    return path if any(_asks_for_main(statement) for statement in tree.body) else None


def _asks_for_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(statement.test)
    )


def _run_program(path: Path, arguments: Sequence[str], use: UseLoaded, then_end: bool) -> None:
    seen = []
    stdout = sys.stdout  # the program's own goes to standard error

    def use_pipeline(pipeline: Pipeline | ir.Pipeline, options: RunOptions) -> Any:
        seen.append(pipeline)
        with redirect_stdout(stdout):
            loaded = LoadedPipeline(as_compiled(pipeline), own_store(pipeline), folder)
            result = use(loaded, options)
        if then_end:
            raise _Done
        return result

    folder = str(path.resolve().parent)
    add_to_path(folder)  # as Python does for a script
    serve_as_tfx()
    failed: list[PipelineRunError] = []
    with (
        _program_arguments([str(path), *arguments]),
        runs_given_to(use_pipeline),
        author_code(f"Program {str(path)!r} failed"),
    ):
        try:
            runpy.run_path(str(path), run_name="__main__")
        except PipelineRunError as error:
            failed.append(error)  # the run's failure, and not the program's
        except _Done:
            return
        except SystemExit as ended:
            if ended.code:
                raise
    if failed:
        raise failed[0]
    if not seen:
        raise UserModuleError(
            f"Program {str(path)!r} has ended without running a pipeline. "
            "It must give one to LocalDagRunner().run(...)."
        )


@contextmanager
def _program_arguments(arguments: list[str]) -> Iterator[None]:
    before, sys.argv = sys.argv, arguments
    try:
        yield
    finally:
        sys.argv = before
