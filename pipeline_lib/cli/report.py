"""`plib report`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from pipeline_lib.cli.author_module import module_in_file
from pipeline_lib.cli.completing import complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.run_id import find_run, latest_by_node
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.report.comparison import compare
from pipeline_lib.report.html.page import run_html
from pipeline_lib.report.run_view import view_run


@click.command(
    "report",
    epilog=examples(
        "plib report latest",
        "plib report 20260131-2359 -o run.html  # the beginning of an id is enough",
        "plib report latest --against latest~1",
        "plib report latest --renderers letters.py",
    ),
)
@click.argument("run_id", metavar="RUN", shell_complete=complete_run)
@click.option("-o", "--output", metavar="FILE", help="Where to write it. By default RUN.html.")
@click.option(
    "--renderers",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A Python file that registers renderers for your own artifact types.",
)
@click.option(
    "--against",
    metavar="RUN",
    help="Compare the run with this one.",
    shell_complete=complete_run,
)
@store_option
@debug_option
def command(
    run_id: str,
    output: str | None,
    renderers: Path | None,
    against: str | None,
    store_path: str | None,
) -> None:
    """Write a run as one HTML file, to look at, keep or send.

    RUN is a run's id, the beginning of one, 'latest', or 'latest~1' for the one before. The page
    shows the graph of the pipeline, when each node ran and why, what it read, wrote and said, and
    what is in its artifacts. It needs nothing but a browser: no server, no network.
    """
    if renderers is not None:
        module_in_file(renderers)
    with closing(open_existing_store(store_path)) as store:
        runs = store.runs()
        run = find_run(run_id, runs)
        view = view_run(run, store)
        comparison = None
        if against is not None:
            other = find_run(against, runs)
            before = latest_by_node(store.executions(other.run_id))
            comparison = compare(other, before, run, view.executions)
    path = Path(output or f"{run.run_id}.html")
    try:
        path.write_text(run_html(view, comparison), encoding="utf-8")
    except OSError as error:
        raise PipelineLibError(
            f"The report cannot be written to {str(path)!r}: {error.strerror}. "
            "Name another file with -o."
        ) from error
    click.echo(f"Written: {path}")
