"""What this machine has for the nodes that run side by side."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.node import Node


@dataclass
class Capacity:
    """What is free: places for nodes, cores, bytes of memory."""

    places: int
    cpus: float
    memory: int

    @classmethod
    def of_machine(cls, places: int, cpus: float | None, memory: int | None) -> Capacity:
        """All that there is; `cpus` and `memory` where they are to be less or more."""
        return cls(
            places,
            cpus=float(os.cpu_count() or 1) if cpus is None else cpus,
            memory=physical_memory() if memory is None else memory,
        )

    def fits(self, node: Node) -> bool:
        """Whether there is enough for a node now."""
        options = node.options
        enough = options.cpus <= self.cpus and options.memory <= self.memory
        return self.places > 0 and enough

    def take(self, node: Node) -> None:
        """Count a node's part as taken."""
        self._change(node, -1)

    def give_back(self, node: Node) -> None:
        """Count a node's part as free again."""
        self._change(node, 1)

    def check(self, node: Node) -> None:
        """Refuse a node that would wait for ever.

        Raises:
            UnsupportedError: it wants more than there is.
        """
        options = node.options
        for name, wanted, existing in (
            ("cpus", options.cpus, self.cpus),
            ("memory", options.memory, self.memory),
        ):
            if wanted > existing:
                raise UnsupportedError(
                    f"Node {node.id!r} wants {name}={wanted:.15g}, "
                    f"but this run may use {existing:.15g}. "
                    f"Let it have less, or give the runner more: LocalRunner({name}=...)."
                )

    def _change(self, node: Node, sign: int) -> None:
        self.places += sign
        self.cpus += sign * node.options.cpus
        self.memory += sign * node.options.memory


def physical_memory() -> int:
    """Bytes of memory that this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
