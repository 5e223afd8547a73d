"""The pipeline's function components."""

from __future__ import annotations

import csv
import glob
import os
import tempfile
from importlib import resources

from pipeline_lib import (
    InputArtifact,
    OutputArtifact,
    OutputDict,
    Parameter,
    component,
    standard_artifacts,
)


@component
def IngestPenguins(examples: OutputArtifact[standard_artifacts.Examples]) -> None:
    """Take the raw penguins from the `palmerpenguins` package, as examples in two splits."""
    from components.csv_example_gen.executor import Executor

    raw = (resources.files("palmerpenguins") / "data" / "penguins.csv").read_text()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "penguins.csv"), "w", newline="") as target:
            rows = csv.reader(raw.splitlines())
            # The data set writes "NA" where nothing was measured; in CSV that is an empty cell.
            csv.writer(target).writerows(
                [["" if cell == "NA" else cell for cell in row] for row in rows]
            )
        Executor().Do({}, {"examples": [examples]}, {"input_base": folder})


@component
def ValidateModel(
    model: InputArtifact[standard_artifacts.Model],
    examples: InputArtifact[standard_artifacts.Examples],
    blessing: OutputArtifact[standard_artifacts.ModelBlessing],
    accuracy_threshold: Parameter[float] = 0.9,
) -> OutputDict(accuracy=float):  # type: ignore[valid-type]
    """Measure the model as a client would, through its serving signature, and bless it or not."""
    import tensorflow as tf

    files = glob.glob(os.path.join(examples.path(split="eval"), "*"))
    records = list(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())
    species = [
        tf.train.Example.FromString(record).features.feature["species"].bytes_list.value[0]
        for record in records
    ]
    serve = tf.saved_model.load(model.serving_path).signatures["serving_default"]
    answers = serve(examples=tf.constant(records))["label"].numpy()
    accuracy = float((answers == species).mean())
    blessing.set_int_custom_property("blessed", int(accuracy >= accuracy_threshold))
    return {"accuracy": accuracy}
