"""What a shell may complete: runs and nodes that a store holds."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import click
from click.shell_completion import CompletionItem

from pipeline_lib.cli.run_id import find_run
from pipeline_lib.cli.store_option import open_existing_store
from pipeline_lib.errors import PipelineLibError

_MOST_RUNS = 40
_LATEST = "latest"


def complete_run(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of runs that begin so, newest first."""
    try:
        with closing(open_existing_store(ctx.params.get("store_path"))) as store:
            runs = store.runs()
    except PipelineLibError:  # there is nothing to say beside a half-typed command
        return []
    known = [(one.run_id, f"{one.pipeline_name}, {one.state.value}") for one in runs]
    return _beginning([(_LATEST, "the newest run"), *known], incomplete)[:_MOST_RUNS]


def complete_node(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of nodes, of the run that was named before, that begin so."""
    try:
        with closing(open_existing_store(ctx.params.get("store_path"))) as store:
            run_id = find_run(ctx.params.get("run_id") or _LATEST, store.runs()).run_id
            states = store.states(run_id)
    except PipelineLibError:
        return []
    return _beginning([(name, state.value) for name, state in states.items()], incomplete)


def _beginning(known: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=said) for name, said in known if name.startswith(incomplete)]
