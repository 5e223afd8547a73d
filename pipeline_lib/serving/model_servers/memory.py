"""How much memory new processes can have: of the machine, and of the container that this is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class _Files:
    """Where a control group tells its bound and its use; names of the kernel."""

    folder: str
    bound: str
    used: str
    reclaimable: str


_SECOND = _Files("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
_FIRST = _Files(
    "sys/fs/cgroup/memory",
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    "total_inactive_file",
)


def available_memory(root: Path = Path("/")) -> int:
    """Bytes of memory that new processes can have now, here and not only on this machine.

    Args:
        root: below it lie `proc` and `sys`.
    """
    return max(0, min([_of_the_machine(root), *_of_control_groups(root)]))


def _of_the_machine(root: Path) -> int:
    lines = (root / "proc/meminfo").read_text().splitlines()
    sizes = dict(line.split(":") for line in lines)
    return int(sizes["MemAvailable"].split()[0]) * 1024


def _of_control_groups(root: Path) -> Iterator[int]:
    """What is left in each group that this process is in, by a container's bound for one."""
    for line in (root / "proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        names = _FIRST if controllers else _SECOND
        top = root / names.folder
        # A container sees its own group at the top, and at times its path from outside.
        own = top / path.lstrip("/")
        for group in (own, *own.parents):
            if group == top.parent:
                break
            with contextlib.suppress(OSError, ValueError, KeyError):  # no bound, or no such group
                yield _left(group, names)


def _left(group: Path, names: _Files) -> int:
    bound = int((group / names.bound).read_text())
    used = int((group / names.used).read_text())
    lines = (group / "memory.stat").read_text().splitlines()
    figures = dict(line.split() for line in lines)
    return bound - used + int(figures[names.reclaimable])
