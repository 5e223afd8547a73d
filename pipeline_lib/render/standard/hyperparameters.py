"""Hyperparameters: `best_hyperparameters.txt`, an object of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import table
from pipeline_lib.render.wording import value

_FILE = "best_hyperparameters.txt"


def body(record: ArtifactRecord) -> Markup:
    """A row for each hyperparameter; of Keras Tuner's form its values."""
    found: Mapping[str, Any] = json.loads(files.read_bytes(f"{record.uri}/{_FILE}"))
    values = found["values"] if isinstance(found.get("values"), dict) else found
    return table(("hyperparameter", "value"), [(name, value(values[name])) for name in values])
