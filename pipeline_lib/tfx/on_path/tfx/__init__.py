"""The package `tfx` for programs written for TFX, where the folder above is on `sys.path`.

`sys.path` is what a runner hands to its workers, so that they have it, too.
"""

from __future__ import annotations

import contextlib

from pipeline_lib.tfx import __version__ as __version__
from pipeline_lib.tfx.deeper.import_hook import install

install()

# TFX imports it, and so its programs say `import absl` and go on with `absl.logging`.
with contextlib.suppress(ImportError):
    import absl.logging  # noqa: F401
