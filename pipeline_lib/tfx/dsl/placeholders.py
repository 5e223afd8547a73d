"""`tfx.dsl.placeholders`: values that exist only when a node is about to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.placeholders import exec_property, execution_invocation, input, output
from pipeline_lib.tfx.facade_module import refuse

__all__ = ["exec_property", "execution_invocation", "input", "output"]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
