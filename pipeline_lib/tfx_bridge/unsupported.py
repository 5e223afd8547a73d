"""The one form in which a pipeline is refused that the other side cannot express."""

from __future__ import annotations

from pipeline_lib.errors import UnsupportedError


def not_in_tfx(where: str, feature: str, instead: str = "") -> UnsupportedError:
    """The error for something of ours that TFX's pipeline format cannot express.

    Args:
        where: node and place: `Node 'trainer': parameter 'steps'`.
        feature: what it does there: `reads the pipeline root`.
        instead: what the author can do, as a sentence.
    """
    return UnsupportedError(_text(where, feature, "TFX's pipeline format cannot express", instead))


def not_in_ours(where: str, feature: str, instead: str = "") -> UnsupportedError:
    """The error for something of TFX's that this library cannot do; arguments as above."""
    return UnsupportedError(_text(where, feature, "this library does not support", instead))


def _text(where: str, feature: str, reason: str, instead: str) -> str:
    text = f"{where} {feature}, which {reason}."
    return f"{text} {instead}" if instead else text
