"""Writes `summary.json` into an evaluation: metrics by slice that can be read without TFMA."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.evaluation_summary import SUMMARY_FILE, SliceMetrics


def write_summary(evaluation_uri: str, slices: Iterable[SliceMetrics]) -> None:
    """Write metrics by slice, the overall slice first."""
    ordered = sorted(slices, key=lambda entry: (len(entry.slice), entry.name))
    payload = json.dumps([asdict(entry) for entry in ordered], indent=2)
    files.write_bytes(os.path.join(evaluation_uri, SUMMARY_FILE), payload.encode())
