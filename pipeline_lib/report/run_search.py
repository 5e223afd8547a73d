"""Finding runs by words and tags, a page of them at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline_lib.metadata.store import RunRecord
from pipeline_lib.report.run_tracking import search_text
from pipeline_lib.report.wording import moment

RUNS_PER_PAGE = 200


@dataclass(frozen=True)
class FoundRuns:
    """One page of the runs that were found.

    Attributes:
        runs: those of the page, newest first.
        words: what was looked for, as it was typed.
        chosen_tags: tags that all of them have.
        tags: of all runs of the store.
        found: how many were found, on all pages.
        total: how many there are.
        number: of the page, from 1.
        pages: how many there are.
    """

    runs: Sequence[RunRecord]
    words: str
    chosen_tags: Sequence[str]
    tags: Sequence[str]
    found: int
    total: int
    number: int
    pages: int


def find_runs(
    runs: Sequence[RunRecord], words: str, chosen_tags: Collection[str], number: int
) -> FoundRuns:
    """Page `number` of the runs that have every word somewhere, and every tag.

    A number beyond the last page gives the last.
    """
    wanted = words.lower().split()
    found = [
        run
        for run in runs
        if set(chosen_tags) <= set(run.tags) and all(word in _told(run) for word in wanted)
    ]
    pages = max(1, -(-len(found) // RUNS_PER_PAGE))
    number = min(max(1, number), pages)
    return FoundRuns(
        found[(number - 1) * RUNS_PER_PAGE : number * RUNS_PER_PAGE],
        words,
        sorted(chosen_tags),
        sorted({tag for run in runs for tag in run.tags}),
        len(found),
        len(runs),
        number,
        pages,
    )


def _told(run: RunRecord) -> str:
    """What the list of runs tells of a run, and what else it is found by."""
    return f"{search_text(run)}\n{moment(run.started)}"
