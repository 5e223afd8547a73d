"""`tfx.utils`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.artifacts.artifact import JsonValue
from pipeline_lib.tfx.deeper.io_utils import parse_pbtxt_file
from pipeline_lib.tfx.facade_module import refuse

__all__ = ["JsonableType", "parse_pbtxt_file"]

JsonableType = JsonValue
"""A value that can be written as JSON."""

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
