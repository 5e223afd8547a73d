"""Together with the `tfx` package: its components in our pipelines, and both pipeline formats.

The one place that imports `tfx`, which installs on Python 3.10 only. Nothing else of this library
needs it.
"""

from __future__ import annotations

import importlib.util

if importlib.util.find_spec("tfx") is None:
    raise ModuleNotFoundError(
        "pipeline_lib.tfx_bridge works with the 'tfx' package, which is not installed here. "
        "On Python 3.10: pip install tfx==1.16.0 dill",
        name="tfx",
    )
