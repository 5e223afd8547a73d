"""The distribution of one feature in several data sets, drawn over each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from pipeline_lib.render.feature_numbers import finite_buckets
from pipeline_lib.render.markup import template
from pipeline_lib.render.plots import Steps, bar_plot, distribution_plot
from pipeline_lib.render.wording import cut, number

_MOST_WORDS = 6
_LONGEST_WORD = 18


def feature_plot(name: str, by_data_set: Mapping[str, Any]) -> Markup:
    """A histogram, or bars for the most frequent words; shares, so that sizes do not matter."""
    kinds = {one.WhichOneof("stats") for one in by_data_set.values()}
    drawn = None
    if kinds == {"num_stats"}:
        drawn = _histogram(name, {key: one.num_stats for key, one in by_data_set.items()})
    elif kinds == {"string_stats"}:
        drawn = _bars(name, {key: one.string_stats for key, one in by_data_set.items()})
    return drawn or template("no_plot.html", name=name)


def _histogram(name: str, by_data_set: Mapping[str, Any]) -> Markup | None:
    series, told = [], []
    for data_set, stats in by_data_set.items():
        steps = _steps(data_set, stats)
        if steps is not None:
            series.append(steps)
            ends = f"{number(stats.min)} to {number(stats.max)}"
            told.append(f"{data_set} from {ends}, mean {number(stats.mean)}")
    return distribution_plot(name, "; ".join(told), series) if series else None


def _steps(data_set: str, stats: Any) -> Steps | None:
    buckets = [
        one
        for one in finite_buckets(stats)
        if math.isfinite(one.low_value) and math.isfinite(one.high_value)
    ]
    total = sum(one.sample_count for one in buckets)
    if not total:
        return None
    edges = [buckets[0].low_value, *(one.high_value for one in buckets)]
    if edges[0] == edges[-1]:  # one value only: a bar that can be seen
        edges = [edges[0] - 0.5, edges[0] + 0.5]
        return Steps(data_set, edges, [1.0])
    return Steps(data_set, edges, [one.sample_count / total for one in buckets])


def _bars(name: str, by_data_set: Mapping[str, Any]) -> Markup | None:
    shares = {data_set: _shares(stats) for data_set, stats in by_data_set.items()}
    words = list({word: None for one in shares.values() for word in one})[:_MOST_WORDS]
    if not words:
        return None
    series = [(key, [one.get(word, 0.0) for word in words]) for key, one in shares.items()]
    told = [
        f"{key} " + ", ".join(f"{word} {one.get(word, 0.0):.0%}" for word in words)
        for key, one in shares.items()
    ]
    return bar_plot(name, "; ".join(told), [cut(one, _LONGEST_WORD) for one in words], series)


def _shares(stats: Any) -> dict[str, float]:
    total = stats.common_stats.tot_num_values or sum(one.frequency for one in stats.top_values)
    return {one.value: one.frequency / total for one in stats.top_values if total}
