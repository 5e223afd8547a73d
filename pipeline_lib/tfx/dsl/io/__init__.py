"""`tfx.dsl.io`: files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.dsl.io import fileio
from pipeline_lib.tfx.facade_module import refuse

__all__ = ["fileio"]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
