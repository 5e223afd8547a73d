"""`plib ui`."""

from __future__ import annotations

import webbrowser
from contextlib import closing

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.report.local_site import LocalSite


@click.command(
    "ui",
    epilog=examples(
        "plib ui",
        "plib ui --port 9000 --no-browser",
        "plib ui --store runs.sqlite",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8123,
    show_default=True,
    help="Where to listen; 0 takes a free port.",
)
@click.option("--browser/--no-browser", default=True, help="Open it in the browser.")
@store_option
@debug_option
def command(port: int, browser: bool, store_path: str | None) -> None:
    """Look at all runs of a store in a browser, live while they go on. Ctrl-C ends it.

    Only this machine can reach it. Runs are found by words and tags; two can be compared.
    """
    with closing(open_existing_store(store_path)) as store:
        try:
            site = LocalSite(store, port)
        except OSError as error:
            raise PipelineLibError(
                f"Port {port} cannot be listened on: {error.strerror}. "
                "Name another with --port; 0 takes a free one."
            ) from error
        with site:
            click.echo(f"Runs are at {site.url} (Ctrl-C ends it)")
            if browser:
                webbrowser.open(site.url)
            try:
                site.serve_forever()
            except KeyboardInterrupt:
                click.echo("Ended.", err=True)
