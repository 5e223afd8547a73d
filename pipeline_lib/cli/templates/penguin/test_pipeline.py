"""The parts that are written here: features, the network, and how the pipeline fits together."""

import csv
from pathlib import Path

import features
import numpy as np
import trainer
from pipeline import create_pipeline

from pipeline_lib import compile

HERE = Path(__file__).parent


def test_the_data_has_the_columns_and_the_species() -> None:
    with open(HERE / "data" / "penguins.csv", newline="") as data:
        rows = list(csv.DictReader(data))
    assert {features.LABEL, *features.NUMERIC} <= rows[0].keys()
    assert {row[features.LABEL] for row in rows} == set(features.SPECIES)


def test_the_network_gives_a_probability_for_each_species() -> None:
    batch = {name: np.zeros(4, np.float32) for name in features.NUMERIC}
    probabilities = trainer.build_model().predict(batch, verbose=0)
    assert probabilities.shape == (4, len(features.SPECIES))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_a_model_is_pushed_only_if_it_is_blessed() -> None:
    nodes = {node.id: node for node in compile(create_pipeline()).nodes}
    assert nodes["Pusher"].condition is not None
