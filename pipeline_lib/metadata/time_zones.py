"""Time zones for ML Metadata's library, whose queries end the process where there are none."""

from __future__ import annotations

import importlib.util
import os

_OF_SYSTEM = "/usr/share/zoneinfo"
_VARIABLE = "TZDIR"


def provide_time_zones(of_system: str = _OF_SYSTEM) -> None:
    """Let native code of this process find those of the package `tzdata`, if it has no others.

    Small container images have none.
    """
    if _VARIABLE in os.environ or os.path.isdir(of_system):
        return
    package = importlib.util.find_spec("tzdata")
    if package is not None and package.submodule_search_locations:
        folder = os.path.join(package.submodule_search_locations[0], "zoneinfo")
        os.environ[_VARIABLE] = folder
