"""TFX's drivers, which run before an executor, and what they mean for the cache.

We look for a cached result before anything of the node's own code runs. What a driver of TFX would
find out has therefore to be seen in the node's parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

_FILES = "tfx.components.example_gen.driver:FileBasedDriver"
_QUERY = "tfx.components.example_gen.driver:QueryBasedDriver"
_INPUT_BASE = "input_base"


def reads_files_at(driver: str, parameters: Collection[str]) -> Sequence[str]:
    """Names of the parameters that hold paths of files which the driver looks at."""
    return [_INPUT_BASE] if driver == _FILES and _INPUT_BASE in parameters else []


def is_cacheable(driver: str) -> bool:
    """Whether the parameters tell all that the driver would find out."""
    return driver in ("", _FILES, _QUERY)
