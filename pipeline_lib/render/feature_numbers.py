"""What statistics say of a feature, in a row of numbers."""

from __future__ import annotations

from typing import Any

from tensorflow_metadata.proto.v0 import statistics_pb2

from pipeline_lib.render.wording import number

COLUMNS = ("type", "missing", "min", "median", "mean", "max", "std. dev.", "zeros", "of words")
"""Titles of what `feature_numbers` gives."""

_MOST_WORDS = 5


def feature_numbers(feature: Any) -> tuple[Any, ...]:
    """The row of one feature's statistics (`FeatureNameStatistics`)."""
    type_name = statistics_pb2.FeatureNameStatistics.Type.Name(feature.type).lower()
    kind = feature.WhichOneof("stats")
    if kind is None:
        return (type_name, *[""] * 8)
    stats = getattr(feature, kind)
    missing = _missing(stats.common_stats) if hasattr(stats, "common_stats") else ""
    if kind == "num_stats":
        return (type_name, missing, *_numeric(stats), "")
    if kind == "string_stats":
        return (type_name, missing, *[""] * 6, _words(stats))
    return (type_name, missing, *[""] * 7)


def _missing(common: Any) -> str:
    count = common.num_missing + common.num_non_missing
    return f"{common.num_missing / count:.1%}" if count and common.num_missing else "none"


def _numeric(stats: Any) -> tuple[Any, ...]:
    if not finite_buckets(stats) and all_nan(stats):
        return ("only NaN", *[""] * 5)
    numbers = (stats.min, stats.median, stats.mean, stats.max, stats.std_dev)
    return (*map(number, numbers), f"{stats.num_zeros:,}")


def all_nan(stats: Any) -> bool:
    """Whether a numeric feature has values, and none of them is a number."""
    histograms = stats.histograms
    return any(one.num_nan for one in histograms) or stats.common_stats.num_non_missing == 0


def finite_buckets(stats: Any) -> list[Any]:
    """The buckets of a numeric feature's histogram that hold something, of equal width."""
    standard = statistics_pb2.Histogram.STANDARD
    found = [one for one in stats.histograms if one.type == standard] or list(stats.histograms)
    buckets = list(found[0].buckets) if found else []
    return buckets if any(one.sample_count for one in buckets) else []


def _words(stats: Any) -> str:
    top = [one.value for one in stats.top_values[:_MOST_WORDS]]
    more = f" and {stats.unique - len(top):,} more" if stats.unique > len(top) else ""
    return ", ".join(top) + more
