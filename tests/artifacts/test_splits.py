from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib.artifacts import splits
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.errors import DataError
from tests.whole_message import raises


@pytest.fixture
def examples() -> Examples:
    """Examples with two splits."""
    return Examples("/data", split_names='["train", "eval"]')


def test_split_names_are_encoded_as_tfx_does() -> None:
    assert splits.encode_split_names(["train", "eval"]) == '["train", "eval"]'
    assert splits.encode_split_names(iter(["a-1", "b_2"])) == '["a-1", "b_2"]'


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "a\n", "ä"])
def test_split_name_with_other_characters_is_refused(name: str) -> None:
    message = f"Split name {name!r} is not valid: letters, digits, '_' and '-' are allowed."
    with raises(ValueError, message):
        splits.encode_split_names(["train", name])


def test_split_names_are_decoded() -> None:
    assert splits.decode_split_names('["train", "eval"]') == ["train", "eval"]
    assert splits.decode_split_names("") == []


def test_directories_of_splits_are_tfx(examples: Examples) -> None:
    assert splits.split_uri(examples, "eval") == "/data/Split-eval"
    assert splits.get_split_uri([examples], "train") == "/data/Split-train"
    assert splits.get_split_uris([examples, examples], "train") == ["/data/Split-train"] * 2
    assert examples.path(split="eval") == "/data/Split-eval"


def test_unknown_split_is_refused_with_those_that_exist(examples: Examples) -> None:
    message = (
        "Artifact 'Examples' at '/data' has no split 'evel'. "
        "These exist: 'eval', 'train'. Did you mean 'eval'?"
    )
    with raises(DataError, message):
        splits.get_split_uri([examples], "evel")


def test_output_that_names_no_splits_yet_has_a_place_for_each() -> None:
    assert splits.get_split_uri([Examples("/out")], "train") == "/out/Split-train"


def test_splits_that_an_artifact_does_not_name_are_read_from_its_directories(
    tmp_path: Path,
) -> None:
    for name in ("Split-train", "Split-eval", "other"):
        (tmp_path / name).mkdir()
    assert Examples(str(tmp_path)).to_record().properties == {"split_names": '["eval", "train"]'}
    named = Examples(str(tmp_path), split_names='["train"]')
    assert named.to_record().properties == {"split_names": '["train"]'}
    assert Examples(str(tmp_path / "other"), span=1).to_record().properties == {"span": 1}
    assert Examples().to_record().properties == {}


def test_splits_of_an_artifact_are_a_list() -> None:
    examples = Examples()
    assert examples.splits == []
    examples.splits = ["train", "eval"]
    assert examples.split_names == '["train", "eval"]'
    assert examples.splits == ["train", "eval"]


def test_a_single_artifact_is_taken_from_a_list_of_one() -> None:
    model = Model("/model")
    assert splits.get_single_instance([model]) is model
    assert splits.get_single_uri([model]) == "/model"


@pytest.mark.parametrize("count", [0, 2])
def test_a_list_of_another_length_is_refused(count: int) -> None:
    with raises(ValueError, f"Expected one artifact, got {count}."):
        splits.get_single_instance([Model()] * count)
