"""What to install for a library that a renderer needs."""

from __future__ import annotations

from collections.abc import Mapping

_EXTRAS: Mapping[str, str] = {"matplotlib": "report", "tensorflow_metadata": "ml"}


def how_to_install(error: ModuleNotFoundError) -> str:
    """`install matplotlib: pip install 'pipeline-lib[report]'`."""
    package = str(error.name).partition(".")[0]
    extra = _EXTRAS.get(package)
    what = f"'pipeline-lib[{extra}]'" if extra else package
    return f"install {package}: pip install {what}"
