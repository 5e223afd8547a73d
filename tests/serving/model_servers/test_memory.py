"""How much memory a model server may have, as the kernel tells it to machines and containers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline_lib.serving.model_servers.memory import available_memory

MIB = 1 << 20
MACHINE = {"proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:    8388608 kB\n"}
UNBOUND = {**MACHINE, "proc/self/cgroup": "1:name=systemd:/\n0::/\n"}


def second(folder: str, bound: str) -> dict[str, str]:
    """A group of the second version, which uses 300 MiB, 100 of them for files read before."""
    return {
        f"sys/fs/cgroup{folder}/memory.max": bound,
        f"sys/fs/cgroup{folder}/memory.current": str(300 * MIB),
        f"sys/fs/cgroup{folder}/memory.stat": f"anon {MIB}\ninactive_file {100 * MIB}\n",
    }


def first(folder: str, bound: str) -> dict[str, str]:
    """The same of the first version."""
    return {
        f"sys/fs/cgroup/memory{folder}/memory.limit_in_bytes": bound,
        f"sys/fs/cgroup/memory{folder}/memory.usage_in_bytes": str(300 * MIB),
        f"sys/fs/cgroup/memory{folder}/memory.stat": f"total_inactive_file {100 * MIB}\n",
    }


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        (UNBOUND, 8192),
        ({**UNBOUND, **second("", "max")}, 8192),
        ({**UNBOUND, **second("", str(1000 * MIB))}, 800),
        ({**UNBOUND, **second("", str(100 * MIB))}, 0),
        (
            {
                **MACHINE,
                "proc/self/cgroup": "0::/pods/one\n",
                **second("/pods/one", "max"),
                **second("/pods", str(500 * MIB)),
            },
            300,
        ),
        (
            {
                **MACHINE,
                "proc/self/cgroup": "4:cpu,memory:/docker/4f\n",
                **first("", str(2000 * MIB)),
            },
            1800,
        ),
        (
            {
                **MACHINE,
                "proc/self/cgroup": "4:memory:/\n0::/\n",
                **first("", "9223372036854771712"),
            },
            8192,
        ),
    ],
)
def test_memory_is_that_of_the_machine_within_the_containers_bound(
    tmp_path: Path, kernel: Mapping[str, str], expected: int
) -> None:
    for name, text in kernel.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_memory(tmp_path) == expected * MIB


def test_this_machine_has_some() -> None:
    assert available_memory() > MIB
