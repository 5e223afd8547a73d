"""`python -m benchmarks`: measure, print the table."""

from __future__ import annotations

import compileall
import sys

import click
from rich.console import Console

from benchmarks import sides
from benchmarks.comparison import Comparison, directory_on_disk
from benchmarks.groups import GROUPS, LONG, QUICK, Sizes
from benchmarks.rows import Row
from benchmarks.table import result_table
from benchmarks.tfx_environment import TfxUnavailableError, tfx_python

_PROGRESS = Console(stderr=True)


def _group_names(context: click.Context, option: click.Parameter, value: str | None) -> list[str]:
    if value is None:
        return [name for name in GROUPS if name not in LONG]
    names = [name.strip() for name in value.split(",")]
    if unknown := [name for name in names if name not in GROUPS]:
        raise click.BadParameter(
            f"there is no {', '.join(map(repr, unknown))}; there are {', '.join(GROUPS)}."
        )
    return names


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--only",
    "names",
    metavar="NAME[,NAME...]",
    callback=_group_names,
    help=f"Measure only these: {', '.join(GROUPS)}. "
    f"Without it all but {' and '.join(sorted(LONG))}, "
    "which take minutes or need h2load.",
)
@click.option("--repeats", default=3, show_default=True, help="Measurements of ours and the floor.")
@click.option("--tfx-repeats", default=1, show_default=True, help="Measurements of TFX.")
@click.option("--tfx/--no-tfx", "with_tfx", default=True, help="Measure TFX as well.")
@click.option("--quick", is_flag=True, help="Once, with few nodes and without TFX: a smoke run.")
def main(names: list[str], repeats: int, tfx_repeats: int, with_tfx: bool, quick: bool) -> None:
    """Measure what the library costs beside TFX 1.16.0 and beside the bare store.

    Each measurement is a process of its own; the figures are medians. TFX is installed into
    .venv-tfx the first time, which needs a Python 3.10 (PYTHON310 names one).
    """
    _compile_sources()
    tfx, missing = _tfx(with_tfx and not quick)
    if quick:
        repeats = 1
    with directory_on_disk() as directory:
        comparison = Comparison(sides.ours(), tfx, sides.floor(), repeats, tfx_repeats, directory)
        rows, failed = _measure(names, comparison, QUICK if quick else Sizes())
    caption = f"Medians of {repeats}, TFX of {tfx_repeats}." if tfx else f"Medians of {repeats}."
    # Where the output goes to a file, a table as narrow as a terminal would break its lines.
    Console(width=None if sys.stdout.isatty() else 140).print(
        result_table(rows, f"{caption} {missing}")
    )
    sys.exit(1 if failed else 0)


def _compile_sources() -> None:
    """As an installer does: where bytecode may not be written, each process would do it again."""
    for package in ("pipeline_lib", "components", "pipelines", "benchmarks"):
        compileall.compile_dir(sides.PROJECT / package, quiet=1)


def _tfx(wanted: bool) -> tuple[sides.Side | None, str]:
    """TFX's side, or why there is none."""
    if not wanted:
        return None, "TFX was not asked for."
    try:
        return sides.tfx(tfx_python()), ""
    except TfxUnavailableError as error:
        _PROGRESS.print(str(error), style="yellow", markup=False)
        return None, str(error).splitlines()[0]


def _measure(names: list[str], comparison: Comparison, sizes: Sizes) -> tuple[list[Row], list[str]]:
    """The rows, and the names of the groups that could not be measured."""
    rows: list[Row] = []
    failed: list[str] = []
    for name in names:
        _PROGRESS.print(f"Measuring {name} ...")
        try:
            rows += GROUPS[name](comparison, sizes)
        except sides.MeasurementError as error:
            _PROGRESS.print(f"{name}: {error}", style="red", markup=False)
            failed.append(name)
    return rows, failed


if __name__ == "__main__":
    main()
