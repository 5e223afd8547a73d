"""What an execution that did not succeed has left in its node's folders."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline_lib.artifacts import files
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.drive import OWNER_FILE
from pipeline_lib.node.run import SYSTEM_FOLDER


def leftovers(execution: ExecutionRecord, root: str) -> Iterator[str]:
    """Outputs that were begun, or finished and never published.

    Another store may have used the same pipeline root: what its executions made is not named.
    """
    node_root = f"{root.rstrip('/')}/{execution.node_id}"
    own_name = re.compile(rf"{execution.id}(-\d+)?")
    for place in filter(own_name.fullmatch, files.names_in(f"{node_root}/{SYSTEM_FOLDER}")):
        owner = f"{node_root}/{SYSTEM_FOLDER}/{place}/{OWNER_FILE}"
        if not files.exists(owner) or files.read_bytes(owner).decode() != execution.run_id:
            continue
        for key in files.names_in(node_root):
            for left in (f"{node_root}/{key}/{place}", f"{node_root}/{key}/.{place}.partial"):
                if key != SYSTEM_FOLDER and files.exists(left):
                    yield left
