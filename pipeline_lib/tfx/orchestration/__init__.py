"""`tfx.orchestration`: runners and stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.facade_module import refuse
from pipeline_lib.tfx.orchestration import experimental, metadata
from pipeline_lib.tfx.orchestration.local_dag_runner import LocalDagRunner

__all__ = ["LocalDagRunner", "experimental", "metadata"]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
