"""TFX's public names over this library: `from pipeline_lib import tfx`.

It has the names of `tfx.v1` (TFX 1.16) for which there is the thing here, and they are the same
objects. A name of TFX's that is not here is refused with what to use instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.facade_module import load_when_used

__version__ = "1.16.0"
"""The version of TFX whose names these are; programs print it."""

__all__ = [
    "components",
    "dsl",
    "extensions",
    "orchestration",
    "proto",
    "testing",
    "types",
    "utils",
]

if TYPE_CHECKING:
    from pipeline_lib.tfx import components as components
    from pipeline_lib.tfx import dsl as dsl
    from pipeline_lib.tfx import extensions as extensions
    from pipeline_lib.tfx import orchestration as orchestration
    from pipeline_lib.tfx import proto as proto
    from pipeline_lib.tfx import testing as testing
    from pipeline_lib.tfx import types as types
    from pipeline_lib.tfx import utils as utils
else:
    __getattr__ = load_when_used(__name__, {name: f"{__name__}.{name}" for name in __all__})
