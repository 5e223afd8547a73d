"""What is measured, group by group, and the bars of each (DESIGN, "What it must cost")."""

from __future__ import annotations

import csv
import importlib.resources
import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparison import Comparison, Medians
from benchmarks.rows import Against, Bar, Row, Unit
from benchmarks.serving import group as serving
from benchmarks.sides import MeasurementError, Side


@dataclass(frozen=True)
class Sizes:
    """How large the measured pipelines are."""

    node_counts: Sequence[int] = (20, 100, 500)
    growth_nodes: int = 20
    growth_runs: int = 60
    scale_counts: tuple[int, int] = (1_000, 10_000)
    requests: int = 40_000


QUICK = Sizes(
    node_counts=(3, 6), growth_nodes=3, growth_runs=4, scale_counts=(20, 40), requests=200
)
"""Large enough to see that everything works, and too small for the figures to mean anything."""

BARRED_NODES = 100
"""The node count whose cost per node has a bar."""


def measure_import(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """`import pipeline_lib` beside `import tfx.v1`."""
    found = comparison.medians(
        ours=lambda side, _: side.measure("import"), tfx=lambda side, _: side.measure("import")
    )
    tfx = found.tfx.get("import")
    bars = (Bar(0.15), Bar(1 / 100, Against.TFX))
    return [
        Row("import pipeline_lib", Unit.SECONDS, found.ours["import"], tfx, bars=bars),
        Row("import with runner and components", Unit.SECONDS, found.ours["all"], tfx),
    ]


def measure_compile(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """Compiling the penguin pipeline, in the process and as a whole process."""
    found = comparison.medians(
        ours=lambda side, directory: side.measure("compile", directory),
        tfx=lambda side, directory: side.measure("compile", directory, _penguin_data(directory)),
    )
    return [
        _row("compile penguin", found, "compile", Unit.SECONDS),
        _row("compile penguin, whole process", found, "process", Unit.SECONDS, Bar(0.6)),
    ]


def measure_chain(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """Empty nodes one after another, executed and from the cache."""
    return _measure_shape("chain", comparison, sizes)


def measure_fan(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """Empty nodes side by side, executed and from the cache."""
    return _measure_shape("fan", comparison, sizes)


def measure_parallel(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """Four nodes that wait for a second, on four workers."""
    found = comparison.medians(
        ours=lambda side, directory: side.measure("nodes", "waiting", 4, 4, directory),
        tfx=lambda side, directory: side.measure("nodes", "waiting", 4, directory),
    )
    return [_row("4 independent nodes of 1 s", found, "run", Unit.SECONDS, Bar(1.2))]


def measure_scale(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """Pipelines of many nodes, deep, wide and mixed: cost per node, and memory."""

    def figures(shape: str, count: int) -> Mapping[str, float]:
        return comparison.medians(
            ours=lambda side, directory: side.measure("scale", shape, count, directory)
        ).ours

    rows = []
    small, large = sizes.scale_counts
    for shape in ("chain", "fan", "mixed"):
        found = {count: figures(shape, count) for count in (small, large)}
        for what in ("build", "compile", "run"):
            name = f"{shape}: {what} of {large}"
            rows.append(Row(name, Unit.MILLISECONDS_PER_NODE, found[large][what]))
            ratio = found[large][what] / found[small][what]
            bars = (Bar(1.2),) if what == "run" else ()
            rows.append(Row(f"{name} / of {small}", Unit.TIMES, ratio, bars=bars))
        grown = (found[large]["memory"] - found[small]["memory"]) / (large - small) * 1024
        rows.append(Row(f"{shape}: memory for each node more", Unit.KIBIBYTES, grown))
    return rows


def measure_growth(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """Many runs in one store: the last against the first."""

    def growth(side: Side, directory: Path) -> Mapping[str, float]:
        runs = side.measure("growth", sizes.growth_nodes, sizes.growth_runs, directory)["runs"]
        # Medians of the first and the last few, because one run is at the mercy of the disk; not
        # the very first, which imports what the later ones find there.
        some = max(1, min(10, len(runs) // 2 - 1))
        return {"growth": statistics.median(runs[-some:]) / statistics.median(runs[1 : 1 + some])}

    found = comparison.medians(ours=growth, tfx=growth)
    return [
        _row(f"run {sizes.growth_runs} / run 1 in one store", found, "growth", Unit.TIMES, Bar(1.2))
    ]


def measure_penguin(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """The penguin pipeline in a fresh process, and again when nothing is left to do."""

    def penguin(side: Side, directory: Path, *data: Path) -> Mapping[str, float]:
        first = side.measure("penguin", directory, *data)
        # The second run has a blessed model to compare with, and so evaluates once more.
        side.measure("penguin", directory, *data)
        cached = side.measure("penguin", directory, *data)
        return {"first": first["process"], "cached": cached["process"]}

    found = comparison.medians(
        ours=penguin, tfx=lambda side, directory: penguin(side, directory, _penguin_data(directory))
    )
    half = Bar(0.5, Against.TFX)
    return [
        _row("penguin, first run, whole process", found, "first", Unit.SECONDS, half),
        _row("penguin, nothing changed, whole process", found, "cached", Unit.SECONDS, Bar(2.0)),
    ]


def measure_serving(comparison: Comparison, sizes: Sizes) -> list[Row]:
    """What the model server answers in a second, beside other servers."""
    return serving.measure_serving(comparison, sizes.requests)


GROUPS: dict[str, Callable[[Comparison, Sizes], list[Row]]] = {
    "import": measure_import,
    "compile": measure_compile,
    "parallel": measure_parallel,
    "chain": measure_chain,
    "fan": measure_fan,
    "growth": measure_growth,
    "scale": measure_scale,
    "penguin": measure_penguin,
    "serving": measure_serving,
}


LONG = frozenset({"scale", "serving"})
"""Groups that are measured only when they are named: they take minutes, or need another tool."""


def _measure_shape(shape: str, comparison: Comparison, sizes: Sizes) -> list[Row]:
    by_count = {count: _measure_nodes(comparison, shape, count) for count in sizes.node_counts}
    rows = [row for count, found in by_count.items() for row in _node_rows(shape, count, found)]
    *_, smaller, larger = by_count
    for name, what in (("first", shape), ("cached", f"{shape}, cached")):
        rows.append(
            Row(
                f"{what}: {larger} nodes / {smaller} nodes",
                Unit.TIMES,
                by_count[larger].ours[name] / by_count[smaller].ours[name],
                _quotient(by_count[larger].tfx.get(name), by_count[smaller].tfx.get(name)),
                bars=(Bar(1.2),),
            )
        )
    return rows


def _measure_nodes(comparison: Comparison, shape: str, count: int) -> Medians:
    workers = os.cpu_count() or 1
    return comparison.medians(
        ours=lambda side, directory: _first_and_cached(
            side, count, shape, count, workers, directory
        ),
        tfx=lambda side, directory: _first_and_cached(side, count, shape, count, directory),
        floor=lambda side, directory: {
            "first": side.measure(count, directory / "store")["run"] / count * 1000
        },
    )


def _first_and_cached(side: Side, count: int, *arguments: object) -> Mapping[str, float]:
    """Milliseconds per node; two processes, the second of which finds the first one's results."""
    first, cached = (side.measure("nodes", *arguments) for _ in range(2))
    if (first["cached"], cached["cached"]) != (0, count):
        raise MeasurementError(
            f"Of {count} nodes {first['cached']} came from the cache in the first run and "
            f"{cached['cached']} in the second; 0 and {count} are what is to be measured."
        )
    return {"first": first["run"] / count * 1000, "cached": cached["run"] / count * 1000}


def _node_rows(shape: str, count: int, found: Medians) -> list[Row]:
    first: tuple[Bar, ...] = ()
    cached: tuple[Bar, ...] = ()
    if count == BARRED_NODES:
        first = (Bar(2.0, Against.FLOOR), Bar(0.4, Against.TFX))
        cached = (Bar(0.4, Against.TFX),)
    unit = Unit.MILLISECONDS_PER_NODE
    return [
        _row(f"{shape} of {count}", found, "first", unit, *first),
        _row(f"{shape} of {count}, cached", found, "cached", unit, *cached),
    ]


def _row(what: str, found: Medians, name: str, unit: Unit, *bars: Bar) -> Row:
    return Row(what, unit, found.ours[name], found.tfx.get(name), found.floor.get(name), bars)


def _quotient(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _penguin_data(directory: Path) -> Path:
    """The folder with the CSV that TFX reads, in which a missing value is an empty field."""
    source = importlib.resources.files("palmerpenguins") / "data" / "penguins.csv"
    folder = directory / "data"
    folder.mkdir(exist_ok=True)
    with (folder / "penguins.csv").open("w", newline="") as out:
        for row in csv.reader(source.read_text().splitlines()):
            csv.writer(out).writerow(["" if value == "NA" else value for value in row])
    return folder
