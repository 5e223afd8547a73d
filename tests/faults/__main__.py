"""`python -m tests.faults --count 200`: inject faults and print what came of them."""

from __future__ import annotations

import time
from collections import defaultdict

import click

from tests.faults.experiment import Report
from tests.faults.harness import KINDS, Harness


@click.command()
@click.option("--count", default=100, show_default=True, help="How many runs to disturb.")
@click.option("--seed", default=1, show_default=True, help="Of all that is left to chance.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="Only these faults; repeat it for several. By default all, in turn.",
)
@click.option(
    "--log-size", default=300 << 20, show_default=True, help="Bytes of the log of 'large log'."
)
def main(count: int, seed: int, kinds: tuple[str, ...], log_size: int) -> None:
    """Disturb runs of a pipeline, each at a random point, and bring each to its end.

    Exit code: 1 if anything was found that should not be.
    """
    harness = Harness(seed, log_size)
    chosen = kinds or KINDS
    reports = defaultdict(list)
    started = time.monotonic()
    for number in range(count):
        kind = chosen[number % len(chosen)]
        try:
            report = harness.inject(kind)
        except PermissionError as error:
            click.echo(f"{kind}: skipped: {error}", err=True)
            continue
        reports[kind].append(report)
        for violation in report.violations:
            click.echo(f"{kind}: {violation}  ({report.folder})", err=True)
    _write_table({kind: reports[kind] for kind in chosen if kind in reports})
    click.echo(f"{time.monotonic() - started:.0f} s, seed {seed}")
    if any(report.violations for several in reports.values() for report in several):
        raise SystemExit(1)


def _write_table(reports: dict[str, list[Report]]) -> None:
    _write_row("fault", "runs", "injected", "complete then", "gone on", "repeated", "violations")
    for kind, several in reports.items():
        _write_counts(kind, several)
    _write_counts("all", [report for several in reports.values() for report in several])


def _write_counts(kind: str, reports: list[Report]) -> None:
    complete = [report.complete for report in reports]
    _write_row(
        kind,
        len(reports),
        sum(report.injections for report in reports),
        f"{min(complete)}-{max(complete)}",
        sum(report.went_on for report in reports),
        sum(report.repeated for report in reports),
        sum(len(report.violations) for report in reports),
    )


def _write_row(first: str, *others: object) -> None:
    click.echo("| ".join((f"{first:22}", *(f"{other!s:13}" for other in others))))


if __name__ == "__main__":
    main()
