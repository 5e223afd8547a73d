"""The store that the environment of a container names."""

from __future__ import annotations

import os
import time

from pipeline_lib.errors import MetadataStoreError, PipelineLibError
from pipeline_lib.metadata.connection import SqliteConnection, connection_of
from pipeline_lib.metadata.store import MetadataStore, open_store
from pipeline_lib.runners.kubeflow.settings import STORE_VARIABLE
from pipeline_lib.runners.kubeflow.steps.saying import say

PATIENCE = 60.0
"""Seconds for which a server that cannot be reached is tried again."""

_SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 8.0


def open_team_store(patience: float = PATIENCE) -> MetadataStore:
    """Open the store of the environment; a server that starts just now is waited for.

    Args:
        patience: seconds for which a server is tried again.

    Raises:
        PipelineLibError: the environment names none.
        MetadataStoreError: it cannot be opened.
    """
    url = os.environ.get(STORE_VARIABLE, "")
    if not url:
        raise PipelineLibError(
            f"The environment variable {STORE_VARIABLE} is not set: it is to hold the URL of the "
            "metadata store. Compile the pipeline with the store's secret or URL, and see whether "
            "the secret is there."
        )
    config = connection_of(url)
    deadline = time.monotonic() + (0.0 if isinstance(config, SqliteConnection) else patience)
    wait = _SHORTEST_WAIT
    while True:
        try:
            return open_store(config)
        except MetadataStoreError as error:
            if time.monotonic() + wait > deadline:
                raise
            say(f"{error} Trying again.")
        time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)
