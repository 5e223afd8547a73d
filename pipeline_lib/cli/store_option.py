"""`--store`: which metadata store a command works with."""

from __future__ import annotations

import os
import shlex

import click

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import (
    DEFAULT_STORE,
    MetadataConnectionConfig,
    SqliteConnection,
    connection_of,
)
from pipeline_lib.metadata.store import MetadataStore, open_store

_VARIABLE = "PLIB_STORE"

store_option = click.option(
    "--store",
    "store_path",
    metavar="PATH-or-URL",
    envvar=_VARIABLE,
    show_envvar=True,
    help="SQLite file of the metadata store, or mysql://, postgresql:// or grpc:// with its place. "
    f"By default {DEFAULT_STORE}; 'plib run' takes the one that the pipeline names, if any.",
)


def open_existing_store(path: str | None) -> MetadataStore:
    """Open a store that runs have been recorded in.

    Raises:
        MetadataStoreError: there is none, or it cannot be opened.
    """
    return open_existing(connection_of(path or DEFAULT_STORE))


def open_existing(config: MetadataConnectionConfig) -> MetadataStore:
    """Open a store, and make none where there is none.

    Raises:
        MetadataStoreError: there is none, or it cannot be opened.
    """
    if isinstance(config, SqliteConnection) and not os.path.exists(config.path):
        raise MetadataStoreError(
            f"There is no metadata store {config.path!r}. The first 'plib run' makes it; "
            f"name another with --store PATH, or with {_VARIABLE}."
        )
    return open_store(config)


def store_of_run(
    path: str | None, chosen_by_author: MetadataConnectionConfig | None
) -> MetadataConnectionConfig:
    """The store for a new run: the one that was given, else the author's, else the default."""
    if path is not None:
        return connection_of(path)
    return chosen_by_author or SqliteConnection(DEFAULT_STORE)


def show_command(run_id: str, store: MetadataConnectionConfig) -> str:
    """The command line that shows a run, or nothing if the store is out of the command's reach."""
    if not isinstance(store, SqliteConnection):
        return ""
    usual = os.environ.get(_VARIABLE) or DEFAULT_STORE
    option = "" if store.path == usual else f" --store {shlex.quote(store.path)}"
    return f"plib show {run_id}{option}"
