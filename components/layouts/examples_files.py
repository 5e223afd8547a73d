"""Payload of `Examples`: TFRecord files in `Split-{name}/`, gzipped where their names say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import tensorflow as tf


def first_records(directory: str, count: int) -> Iterator[bytes]:
    """The first serialized examples of a split, `count` at most of each compression."""
    paths = sorted(tf.io.gfile.glob(os.path.join(directory, "*")))
    for compression in ("GZIP", ""):
        chosen = [path for path in paths if path.endswith(".gz") == bool(compression)]
        records: Any = tf.data.TFRecordDataset(chosen, compression).take(count)
        yield from records.as_numpy_iterator()
