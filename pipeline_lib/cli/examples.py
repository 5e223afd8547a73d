"""Examples at the end of a command's help."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """An epilog that lists command lines; the backspace keeps click from wrapping them."""
    return "\n".join(("\b", "Examples:", *(f"  {command}" for command in commands)))
