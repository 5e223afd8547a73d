"""What a step says in the log of its container."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Say it on standard error, where nothing that a node prints is in between."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
