"""CsvExampleGen: real Beam runs over real files, and every refusal with its whole message."""

from __future__ import annotations

import glob
import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from components.csv_example_gen.component import CsvExampleGen
from components.csv_example_gen.executor import Executor
from pipeline_lib import RuntimeParameter, placeholders
from pipeline_lib.artifacts.standard_artifacts import Examples
from pipeline_lib.errors import AuthoringError, DataError
from tests.penguins import Execute

TYPES = '''\
id,whole,real,text,never,quoted
1,7,1,a,,"a, b"
2,,2.5,,,"two
lines"
3,-9,,é,,"say ""hi"""
'''


def write(directory: Path, **contents: str) -> str:
    """Files `{name}.csv` with these contents; returns the directory."""
    for name, text in contents.items():
        (directory / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(directory)


def generate(execute: Execute, input_base: str, **exec_properties: Any) -> Examples:
    properties = {"input_base": input_base, **exec_properties}
    examples: Examples = execute(Executor, {}, {"examples": Examples}, properties)["examples"]
    return examples


def records(examples: Examples, split: str) -> list[bytes]:
    paths = sorted(glob.glob(os.path.join(examples.path(split=split), "*")))
    return list(tf.data.TFRecordDataset(paths, compression_type="GZIP").as_numpy_iterator())


def rows(examples: Examples, split: str) -> list[dict[str, Any]]:
    """Per example: feature name -> (kind, values)."""
    return [_row(tf.train.Example.FromString(record)) for record in records(examples, split)]


def _row(example: tf.train.Example) -> dict[str, Any]:
    features = example.features.feature
    kinds = {name: feature.WhichOneof("kind") for name, feature in features.items()}
    return {
        name: (kind, list(getattr(features[name], kind).value) if kind else [])
        for name, kind in kinds.items()
    }


def one_split(name: str = "all") -> dict[str, Any]:
    return {"split_config": {"splits": [{"name": name, "hash_buckets": 1}]}}


def test_penguins_are_split_two_to_one(penguin_examples: Examples) -> None:
    train, evaluation = rows(penguin_examples, "train"), rows(penguin_examples, "eval")

    # The counts are TFX 1.16.0's for the same file.
    assert (len(train), len(evaluation)) == (204, 140)
    assert train[0]["species"] == ("bytes_list", [b"Adelie"])
    assert {row["body_mass_g"][0] for row in train} == {"int64_list"}
    assert {row["bill_length_mm"][0] for row in train} == {"float_list"}
    assert sum(not row["sex"][1] for row in train + evaluation) == 11


def test_properties_and_file_names_are_those_of_tfx(penguin_examples: Examples) -> None:
    assert penguin_examples.splits == ["train", "eval"]
    assert (penguin_examples.span, penguin_examples.version) == (0, 0)
    assert penguin_examples.get_string_custom_property("file_format") == "tfrecords_gzip"
    assert penguin_examples.get_string_custom_property("payload_format") == "FORMAT_TF_EXAMPLE"
    fingerprint = penguin_examples.get_string_custom_property("input_fingerprint")
    assert re.fullmatch(
        r"split:single_split,num_files:1,total_bytes:\d+,checksum:[0-9a-f]{32}", fingerprint
    )
    for split in ("train", "eval"):
        assert os.listdir(penguin_examples.path(split=split)) == ["data_tfrecord-00000-of-00001.gz"]


def test_the_same_rows_give_the_same_bytes(
    execute: Execute, penguins_csv: str, penguin_examples: Examples
) -> None:
    again = generate(execute, penguins_csv)

    for split in ("train", "eval"):
        name = os.path.join(f"Split-{split}", "data_tfrecord-00000-of-00001.gz")
        first, second = Path(penguin_examples.uri, name), Path(again.uri, name)
        assert first.read_bytes() == second.read_bytes()


def test_a_row_stays_in_its_split_wherever_it_stands(execute: Execute, tmp_path: Path) -> None:
    lines = [f"{index},name {index}" for index in range(30)]
    (tmp_path / "there").mkdir()
    (tmp_path / "back").mkdir()
    there = write(tmp_path / "there", all="\n".join(["n,name", *lines]) + "\n")
    back = write(
        tmp_path / "back",
        a="\n".join(["n,name", *lines[20:]]) + "\n",
        b="\n".join(["n,name", *reversed(lines[:20])]) + "\n",
    )

    one, other = generate(execute, there), generate(execute, back)

    for split in ("train", "eval"):
        assert sorted(records(one, split)) == sorted(records(other, split))
    assert len(records(one, "train")) + len(records(one, "eval")) == 30


def test_types_missing_values_and_quotes(execute: Execute, tmp_path: Path) -> None:
    examples = generate(execute, write(tmp_path, data=TYPES), output_config=one_split())

    assert rows(examples, "all") == [
        {
            "id": ("int64_list", [1]),
            "whole": ("int64_list", [7]),
            "real": ("float_list", [1.0]),
            "text": ("bytes_list", [b"a"]),
            "never": (None, []),
            "quoted": ("bytes_list", [b"a, b"]),
        },
        {
            "id": ("int64_list", [2]),
            "whole": ("int64_list", []),
            "real": ("float_list", [2.5]),
            "text": ("bytes_list", []),
            "never": (None, []),
            "quoted": ("bytes_list", [b"two\nlines"]),
        },
        {
            "id": ("int64_list", [3]),
            "whole": ("int64_list", [-9]),
            "real": ("float_list", []),
            "text": ("bytes_list", ["é".encode()]),
            "never": (None, []),
            "quoted": ("bytes_list", [b'say "hi"']),
        },
    ]


def test_integers_beyond_64_bits_are_bytes(execute: Execute, tmp_path: Path) -> None:
    base = write(tmp_path, data=f"n\n1\n{2**63}\n")
    examples = generate(execute, base, output_config=one_split())

    assert rows(examples, "all") == [
        {"n": ("bytes_list", [b"1"])},
        {"n": ("bytes_list", [b"9223372036854775808"])},
    ]


def test_byte_order_mark_blank_lines_windows_ends_and_gzip(
    execute: Execute, tmp_path: Path
) -> None:
    with gzip.open(tmp_path / "data.csv.gz", "wb") as stream:
        stream.write("\ufeffa,b\r\n1,x\r\n\r\n2,y\r\n".encode())

    examples = generate(execute, str(tmp_path), output_config=one_split())

    assert rows(examples, "all") == [
        {"a": ("int64_list", [1]), "b": ("bytes_list", [b"x"])},
        {"a": ("int64_list", [2]), "b": ("bytes_list", [b"y"])},
    ]


def test_one_file_as_input_base(execute: Execute, tmp_path: Path) -> None:
    write(tmp_path, data="a\n1\n", other="b\n2\n")
    examples = generate(execute, str(tmp_path / "data.csv"), output_config=one_split())

    assert rows(examples, "all") == [{"a": ("int64_list", [1])}]


def test_hidden_files_are_not_read(execute: Execute, tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"\x00\xff")
    examples = generate(execute, write(tmp_path, data="a\n1\n"), output_config=one_split())

    assert len(rows(examples, "all")) == 1


def test_given_files_are_the_splits_and_share_the_types(execute: Execute, tmp_path: Path) -> None:
    for name, text in {"train": "a,b\n1,x\n", "eval": "a,b\n1.5,y\n", "test": "a\n3\n"}.items():
        (tmp_path / name).mkdir()
        write(tmp_path / name, part=text)
    splits = [{"name": name, "pattern": f"{name}/*.csv"} for name in ("train", "eval", "test")]

    examples = generate(execute, str(tmp_path), input_config={"splits": splits})

    assert examples.splits == ["train", "eval", "test"]
    assert rows(examples, "train") == [{"a": ("float_list", [1.0]), "b": ("bytes_list", [b"x"])}]
    assert rows(examples, "eval") == [{"a": ("float_list", [1.5]), "b": ("bytes_list", [b"y"])}]
    assert rows(examples, "test") == [{"a": ("float_list", [3.0])}]
    fingerprint = examples.get_string_custom_property("input_fingerprint").splitlines()
    assert [line.split(",")[0] for line in fingerprint] == [
        "split:train", "split:eval", "split:test",
    ]  # fmt: skip


def test_a_given_split_stays_whole_where_the_output_says_nothing(
    execute: Execute, tmp_path: Path
) -> None:
    base = write(tmp_path, data="a\n1\n2\n3\n")
    config = {"splits": [{"name": "everything", "pattern": "*.csv"}]}

    examples = generate(execute, base, input_config=config, output_config={})

    assert examples.splits == ["everything"]
    assert len(rows(examples, "everything")) == 3


def test_fingerprint_follows_the_content_only(execute: Execute, tmp_path: Path) -> None:
    base = write(tmp_path, data="a\n1\n2\n")
    first = generate(execute, base).get_string_custom_property("input_fingerprint")
    os.utime(tmp_path / "data.csv", (1, 1))
    touched = generate(execute, base).get_string_custom_property("input_fingerprint")
    write(tmp_path, data="a\n1\n3\n")
    changed = generate(execute, base).get_string_custom_property("input_fingerprint")

    assert first == touched
    assert first != changed


def test_beam_pipeline_args_are_honoured(execute: Execute, penguins_csv: str) -> None:
    with pytest.raises(DataError, match="--runner=NoSuchRunner"):
        execute(
            Executor,
            {},
            {"examples": Examples},
            {"input_base": penguins_csv},
            beam_pipeline_args=["--runner=NoSuchRunner"],
        )


def test_missing_input_is_refused(execute: Execute, tmp_path: Path) -> None:
    base = str(tmp_path / "nowhere")
    with pytest.raises(DataError) as caught:
        generate(execute, base)
    assert str(caught.value) == (
        f"CSV input {base!r} does not exist. Expected a directory of CSV files, or one CSV file."
    )


@pytest.mark.parametrize(
    ("names", "there"),
    [
        ([], "It holds no files."),
        (["a", "b"], "It holds: 'a.csv', 'b.csv'."),
        (list("abcdefg"), "It holds: 'a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv' and 2 more."),
    ],
)
def test_pattern_without_files_is_refused(
    execute: Execute, tmp_path: Path, names: list[str], there: str
) -> None:
    base = write(tmp_path, **dict.fromkeys(names, "a\n1\n"))
    config = {"splits": [{"name": "train", "pattern": "train/*.csv"}]}
    with pytest.raises(DataError) as caught:
        generate(execute, base, input_config=config)
    assert str(caught.value) == (
        f"No file matches 'train/*.csv' in {base!r}, as split 'train' needs. {there}"
    )


def test_pattern_below_a_file_is_refused(execute: Execute, tmp_path: Path) -> None:
    base = os.path.join(write(tmp_path, data="a\n1\n"), "data.csv")
    config = {"splits": [{"name": "train", "pattern": "*.csv"}]}
    with pytest.raises(DataError) as caught:
        generate(execute, base, input_config=config)
    assert str(caught.value) == (
        f"No file matches '*.csv' in {base!r}, as split 'train' needs. "
        "It is a file: patterns need a directory."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"",
            "CSV file {path!r} is empty: expected a header line with the column names, then rows.",
        ),
        (
            b"\n\n",
            "CSV file {path!r} is empty: expected a header line with the column names, then rows.",
        ),
        (
            b'a,b\n"1\n2",3\n4\n',
            "CSV file {path!r}, line 4: the row has 1 values, the header has 2 columns: 'a', 'b'.",
        ),
        (
            b"a,b\n1,2\n3,4,5\n",
            "CSV file {path!r}, line 3: the row has 3 values, the header has 2 columns: 'a', 'b'.",
        ),
        (
            b"a,b\n",
            "CSV files of split 'single_split' have a header but no rows: {path!r}.",
        ),
        (
            b"a,b,a\n1,2,3\n",
            "CSV file {path!r} has the column 'a' more than once in its header: 'a', 'b', 'a'.",
        ),
        (
            b'a,b\n1,2\n"3,4\n5,6\n',
            "CSV file {path!r}, line 3: unexpected end of data.",
        ),
        (
            b"a,b\n1,2\n\xff,4\n",
            "CSV file {path!r}, line 3: the text is not UTF-8 (invalid start byte).",
        ),
    ],
)
def test_bad_file_is_refused(
    execute: Execute, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        generate(execute, str(tmp_path))
    assert str(caught.value) == message.format(path=str(path))


def test_headers_that_differ_are_refused(execute: Execute, tmp_path: Path) -> None:
    base = write(tmp_path, one="a,b\n1,2\n", two="b,a\n1,2\n")
    with pytest.raises(DataError) as caught:
        generate(execute, base)
    assert str(caught.value) == (
        f"CSV files of split 'single_split' differ in their header: {base + '/one.csv'!r} has "
        f"'a', 'b', {base + '/two.csv'!r} has 'b', 'a'."
    )


BAD_CONFIGS: list[tuple[dict[str, Any], str]] = [
    (
        {"input_config": {"split": []}},
        "input_config has no field 'split'. These exist: 'splits'. Did you mean 'splits'?",
    ),
    (
        {"input_config": {"splits": {"name": "train"}}},
        "input_config['splits'] takes a list of mappings, got {'name': 'train'}.",
    ),
    (
        {"input_config": {"splits": ["train"]}},
        "input_config['splits'][0] takes a mapping, got 'train'.",
    ),
    (
        {"input_config": {"splits": [{"name": "train", "patern": "*"}]}},
        "input_config['splits'][0] has no field 'patern'. "
        "These exist: 'name', 'pattern'. Did you mean 'pattern'?",
    ),
    (
        {"input_config": {"splits": [{"name": "train"}]}},
        "input_config['splits'][0]['pattern'] takes a text that is not empty, got None.",
    ),
    (
        {"input_config": {"splits": [{"name": "a", "pattern": "*"}] * 2}},
        "input_config['splits'] has the name 'a' more than once.",
    ),
    (
        {"input_config": {"splits": [{"name": "a/b", "pattern": "*"}]}},
        "input_config['splits']: Split name 'a/b' is not valid: "
        "letters, digits, '_' and '-' are allowed.",
    ),
    (
        {"output_config": {"splits": []}},
        "output_config has no field 'splits'. These exist: 'split_config'.",
    ),
    (
        {"output_config": {"split_config": {"splits": [{"name": "all", "hash_buckets": 0}]}}},
        "output_config['split_config']['splits'][0]['hash_buckets'] "
        "takes an integer of at least 1, got 0.",
    ),
    (
        {"output_config": {"split_config": {"splits": [{"name": "all", "hash_buckets": 0.5}]}}},
        "output_config['split_config']['splits'][0]['hash_buckets'] "
        "takes an integer of at least 1, got 0.5.",
    ),
    (
        {
            "input_config": {
                "splits": [{"name": "a", "pattern": "a*"}, {"name": "b", "pattern": "b*"}]
            },
            "output_config": {"split_config": {"splits": [{"name": "c", "hash_buckets": 1}]}},
        },
        "output_config asks for the splits 'c', but input_config already gives the splits "
        "'a', 'b'. Rows are hashed into output splits from one input split: "
        "give one of the two, or one input split.",
    ),
]


@pytest.mark.parametrize(("config", "message"), BAD_CONFIGS)
def test_bad_configuration_is_refused(
    execute: Execute, penguins_csv: str, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(AuthoringError) as at_authoring:
        CsvExampleGen(input_base=penguins_csv, **config)
    with pytest.raises(DataError) as at_run:
        generate(execute, penguins_csv, **config)

    assert str(at_authoring.value) == f"CsvExampleGen: {message}"
    assert str(at_run.value) == message


def test_authoring_takes_what_only_the_run_knows() -> None:
    pattern = placeholders.environment_variable("TRAIN_FILES")
    node = CsvExampleGen(
        input_base=placeholders.environment_variable("DATA"),
        input_config={"splits": [{"name": "train", "pattern": pattern}]},
    )
    assert repr(node.exec_properties["input_config"]) == (
        "{'splits': [{'name': 'train', 'pattern': environment_variable('TRAIN_FILES')}]}"
    )


def test_authoring_takes_runtime_parameters_and_mappings() -> None:
    config = RuntimeParameter("split", dict, default=json.loads('{"split_config": {}}'))
    node = CsvExampleGen(
        input_base=RuntimeParameter("data", str),
        input_config={"splits": [{"name": "train", "pattern": "t*"}]},
        output_config=config,
    )

    assert list(node.outputs) == ["examples"]
    assert node.outputs["examples"].type_name == "Examples"
