"""The directories below the pipeline root that one execution writes to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.run import SYSTEM_FOLDER

OWNER_FILE = "run_id"
"""In an execution's system folder: the run that it belongs to."""


def claim_place(node_root: str, output_keys: Iterable[str], execution: ExecutionRecord) -> str:
    """Name of what an execution makes in its node's folders: its id where nothing has it yet.

    Another store counts its executions from 1 as well, and may have used the same pipeline root.
    A file tells whose the place is.
    """
    folders = [*output_keys, SYSTEM_FOLDER]
    name = str(execution.id)
    count = 1
    while any(files.exists(f"{node_root}/{folder}/{name}") for folder in folders):
        count += 1
        name = f"{execution.id}-{count}"
    owner = f"{node_root}/{SYSTEM_FOLDER}/{name}/{OWNER_FILE}"
    files.write_bytes(owner, execution.run_id.encode())
    return name


def claimed_place(node_root: str, execution: ExecutionRecord) -> str:
    """The name that `claim_place` gave an execution.

    Raises:
        DataError: its files are gone.
    """
    for place in _claimed(node_root, execution):
        return place
    raise DataError(
        f"Execution {execution.id} of node {execution.node_id!r} has no directory below "
        f"{node_root!r} any more."
    )


def leftovers(execution: ExecutionRecord, root: str) -> Iterator[str]:
    """Outputs that were begun, or finished and never published, and temporary files.

    Another store may have used the same pipeline root: what its executions made is not named.
    """
    node_root = f"{root.rstrip('/')}/{execution.node_id}"
    for place in _claimed(node_root, execution):
        made = [f"{node_root}/{SYSTEM_FOLDER}/{place}/tmp"]
        for key in files.names_in(node_root):
            if key != SYSTEM_FOLDER:
                made += [f"{node_root}/{key}/{place}", f"{node_root}/{key}/.{place}.partial"]
        yield from filter(files.exists, made)


def _claimed(node_root: str, execution: ExecutionRecord) -> Iterator[str]:
    own_name = re.compile(rf"{execution.id}(-\d+)?")
    for place in filter(own_name.fullmatch, files.names_in(f"{node_root}/{SYSTEM_FOLDER}")):
        owner = f"{node_root}/{SYSTEM_FOLDER}/{place}/{OWNER_FILE}"
        if files.exists(owner) and files.read_bytes(owner).decode() == execution.run_id:
            yield place
