"""A node that is due: its condition holds, and all that it reads is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.ir.evaluation import Scope
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.request import Image
from pipeline_lib.node.run import Run


@dataclass(frozen=True)
class Due:
    """A node that is due.

    Attributes:
        execution: its record, as far as it is known before the work begins.
        parameters: their values; the record has no secrets.
        scope: what its expressions read.
        image: what it runs in, if it does.
    """

    node: Node
    run: Run
    execution: ExecutionRecord
    parameters: Mapping[str, Any]
    scope: Scope
    image: Image | None = None
