"""`plib note`."""

from __future__ import annotations

import getpass
import subprocess
import sys
import time
from contextlib import closing

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import find_run
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import NoteRecord, RunRecord
from pipeline_lib.report.as_json import note_json
from pipeline_lib.report.run_page import note_text


@click.command(
    "note",
    epilog=examples(
        "plib note latest",
        "plib note latest 'the learning rate was too high'",
        "plib note 20260131-2359 --edit",
        "plib note latest -  # the note comes from standard input",
        "plib note latest --json",
    ),
)
@click.argument("run_id", metavar="RUN")
@click.argument("text", metavar="[TEXT]", required=False)
@click.option("-e", "--edit", is_flag=True, help="Write the note in the editor ($EDITOR).")
@click.option(
    "--author",
    envvar="PLIB_AUTHOR",
    show_envvar=True,
    metavar="NAME",
    help="Who writes it. By default git's user.name, else the name you are logged in with.",
)
@store_option
@json_option
@debug_option
def command(
    run_id: str,
    text: str | None,
    edit: bool,
    author: str | None,
    store_path: str | None,
    as_json: bool,
) -> None:
    """List the notes on a run, or add one.

    RUN is a run's id, the beginning of one, 'latest' or 'latest~1'. TEXT is the note; '-' reads it
    from standard input. A note keeps who wrote it, and when.
    """
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        if edit or text is not None:
            written = _edited(run, text) if edit else _given(text)
            note = NoteRecord(written, author or _user(), round(time.time(), 3))
            run = store.add_note(run.run_id, note)
    if as_json:
        write_json([note_json(one) for one in run.notes])
    elif run.notes:
        for one in run.notes:
            write(note_text(one))
    else:
        click.echo(f"Run {run.run_id} has no notes.")


def _given(text: str | None) -> str:
    written = sys.stdin.read() if text == "-" else text or ""
    if not written.strip():
        raise click.UsageError("The note is empty.")
    return written.strip()


def _edited(run: RunRecord, text: str | None) -> str:
    """What the user has left in the editor.

    Raises:
        PipelineLibError: nothing but lines that begin with '#'.
    """
    hint = f"# A note on run {run.run_id}. Lines that begin with '#' are left out."
    edited = click.edit(f"{text or ''}\n\n{hint}\n") or ""
    kept = [line for line in edited.splitlines() if not line.startswith("#")]
    written = "\n".join(kept).strip()
    if not written:
        raise PipelineLibError("The note is empty: nothing was added.")
    return written


def _user() -> str:
    try:
        asked = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, check=False
        )
    except OSError:
        return _login()
    return asked.stdout.strip() or _login()


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user that has no name
        return "unknown"
