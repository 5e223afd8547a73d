"""Which part of a pipeline is run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline_lib.errors import AuthoringError


@dataclass(frozen=True)
class RunOptions:
    """Which part of a pipeline is run.

    Attributes:
        from_nodes: run these and what comes after them; empty for the first nodes.
        to_nodes: run these and what comes before them; empty for the last nodes.
        base_run: run whose results stand for nodes that are not run and are read; by default the
            newest that has them.

    Raises:
        AuthoringError: text is given in place of a list.
    """

    from_nodes: Collection[str] = ()
    to_nodes: Collection[str] = ()
    base_run: str | None = None

    def __post_init__(self) -> None:
        for name in ("from_nodes", "to_nodes"):
            refuse_text(getattr(self, name), f"RunOptions({name}=...) takes a list of node ids")

    @property
    def is_partial(self) -> bool:
        """Whether not all nodes are run."""
        return bool(self.from_nodes or self.to_nodes)


def refuse_text(given: object, expected: str) -> None:
    """Refuse text where a list is meant: its letters would be taken one by one.

    Raises:
        AuthoringError: it is text; the message begins with `expected`.
    """
    if isinstance(given, str):
        raise AuthoringError(f"{expected}, got {given!r}. Write [{given!r}].")
