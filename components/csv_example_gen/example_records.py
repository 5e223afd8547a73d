"""Rows of text as serialized `tf.train.Example`s, and the hash that splits them.

Typing and hash are those of TFX 1.16's CSV executor and `_PartitionFn`, so that a row gets the same
record and lands in the same split there and here.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import tensorflow as tf
from tfx_bsl.coders.csv_decoder import ColumnType


def example_records(
    rows: Iterable[Sequence[str]], header: Sequence[str], types: Mapping[str, int]
) -> Iterator[bytes]:
    """A `tf.train.Example` per row, serialized deterministically.

    Args:
        rows: texts of the cells, in the order of `header`; an empty text is a missing value.
        header: names of the columns.
        types: a `ColumnType` by column name; a column that never has a value (`UNKNOWN`) gives
            features of no kind.
    """
    makers = [_FEATURES[types[name]] for name in header]
    for row in rows:
        feature = {
            name: make([cell] if cell else [])
            for name, make, cell in zip(header, makers, row, strict=True)
        }
        example = tf.train.Example(features=tf.train.Features(feature=feature))
        yield example.SerializeToString(deterministic=True)


def hash_split(record: bytes, split_count: int, bounds: Sequence[int]) -> int:
    """Number of the split that a record belongs to, in the form that `beam.Partition` calls.

    Args:
        record: a `tf.train.Example`, serialized deterministically.
        split_count: how many splits there are.
        bounds: for each split the first bucket after it, ascending: `[2, 3]` for 2 and 1 buckets.
    """
    del split_count
    digest = int.from_bytes(hashlib.sha256(record).digest(), "big")
    return bisect(bounds, digest % bounds[-1])


def _int64(cells: list[str]) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=map(int, cells)))


def _float(cells: list[str]) -> tf.train.Feature:
    return tf.train.Feature(float_list=tf.train.FloatList(value=map(float, cells)))


def _bytes(cells: list[str]) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=map(str.encode, cells)))


def _no_kind(cells: list[str]) -> tf.train.Feature:
    del cells
    return tf.train.Feature()


_FEATURES: Mapping[int, Callable[[list[str]], tf.train.Feature]] = {
    ColumnType.UNKNOWN: _no_kind,
    ColumnType.INT: _int64,
    ColumnType.FLOAT: _float,
    ColumnType.STRING: _bytes,
}
