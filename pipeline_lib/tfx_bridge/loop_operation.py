"""What TFX calls the operation on inputs that makes a loop."""

TAKES_APART = "tfx.internal.Unnest"
"""Gives a node one artifact after the other."""
ELEMENT = "out"
"""Key of the artifacts that it takes, and of the one that it gives."""
