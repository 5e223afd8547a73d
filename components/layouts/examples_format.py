"""Custom properties by which TFX knows how the examples in an `Examples` artifact are encoded."""

from __future__ import annotations

EXAMPLES_FORMAT = {"file_format": "tfrecords_gzip", "payload_format": "FORMAT_TF_EXAMPLE"}
"""Gzipped TFRecords of `tf.train.Example`, the one format that the standard components write."""
