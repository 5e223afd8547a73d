"""TensorFlow Serving's model config files, the good ones and the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.config_file import model_configs_from_proto, read_model_configs
from pipeline_lib.serving.servables.model_config import All, Latest, ModelConfig, Specific
from tests.whole_message import raises

EVERYTHING = """
# Comments, commas and both kinds of brackets are the text format's.
model_config_list {
  config { name: "plain" base_path: "/models/plain" model_platform: "tensorflow" }
  config {
    name: 'labelled',
    base_path: '/models/labelled',
    model_platform: 'tensorflow',
    model_version_policy: { specific: { versions: 42, versions: 43 } }
    version_labels { key: 'stable' value: 42 }
    version_labels { key: 'canary' value: 43 }
  }
  config: <
    name: "all" base_path: "/models/all" model_platform: "tensorflow"
    model_version_policy < all: <> >
  >
  config {
    name: "two" base_path: "/models/two" model_type: TENSORFLOW
    model_version_policy { latest { num_versions: 2 } }
    logging_config { sampling_config { sampling_rate: 0.1 } }
  }
  config {
    name: "none" base_path: "/models/none" model_platform: "tensorflow"
    model_version_policy { latest { } }
  }
}
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "models.config"
    path.write_text(text)
    return str(path)


def test_everything_that_tensorflow_serving_reads_is_read(tmp_path: Path) -> None:
    assert read_model_configs(written(tmp_path, EVERYTHING)) == (
        ModelConfig("plain", "/models/plain", "tensorflow", Latest(1)),
        ModelConfig(
            "labelled",
            "/models/labelled",
            version_policy=Specific((42, 43)),
            version_labels={"stable": 42, "canary": 43},
        ),
        ModelConfig("all", "/models/all", version_policy=All()),
        ModelConfig("two", "/models/two", version_policy=Latest(2)),
        ModelConfig("none", "/models/none", version_policy=Latest(1)),
    )


def test_a_file_may_list_no_models(tmp_path: Path) -> None:
    assert read_model_configs(written(tmp_path, "model_config_list {}")) == ()


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_a_file_that_says_nothing_is_no_empty_list(tmp_path: Path, text: str) -> None:
    assert read_model_configs(written(tmp_path, text)) is None


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            'name: "m" base_path: "/m"',
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor "
            "ModelServerConfig::model_platform.",
        ),
        (
            'name: "m" base_path: "/m" model_platform: "tensorflow" model_type: TENSORFLOW',
            "Illegal setting both ModelServerConfig::model_type (deprecated) and "
            "ModelServerConfig::model_platform.",
        ),
        (
            'name: "m" base_path: "/m" model_type: OTHER',
            "ModelServerConfig::model_type choice 2 not supported.",
        ),
        ('base_path: "/m" model_platform: "tensorflow"', "The model at '/m' has no name."),
        ('name: "m" model_platform: "tensorflow"', "Model m has no base_path."),
        (
            'name: "m" base_path: "/m" model_platform: "tensorflow" '
            "model_version_policy { specific {} }",
            "A 'specific' version policy names no version, expected at least one.",
        ),
    ],
)
def test_a_model_that_is_not_valid_is_refused(tmp_path: Path, config: str, message: str) -> None:
    with raises(ServingError, message):
        read_model_configs(written(tmp_path, f"model_config_list {{ config {{ {config} }} }}"))


def test_a_config_of_another_kind_is_refused(tmp_path: Path) -> None:
    message = (
        "ServerModelConfig type not supported by HandleReloadConfigRequest. "
        "Only ModelConfigList is currently supported"
    )
    with raises(ServingError, message):
        read_model_configs(written(tmp_path, 'custom_model_config { type_url: "a/b" }'))
    with raises(ServingError, message):
        model_configs_from_proto(ModelServerConfig())


def test_a_file_that_does_not_parse_is_refused_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'model_config_list {\n  config {\n    nmae: "m"\n  }\n}')
    with raises(
        ServingError,
        f"Invalid protobuf file: '{path}': 3:5 : Message type \"tensorflow.serving.ModelConfig\" "
        'has no field named "nmae".',
    ):
        read_model_configs(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "nothing")
    with raises(ServingError, f"{path}; No such file or directory"):
        read_model_configs(path)
    with raises(
        ServingError,
        f"Invalid protobuf file: '{tmp_path}': [Errno 21] Is a directory: '{tmp_path}'",
    ):
        read_model_configs(str(tmp_path))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.integers(0, len(EVERYTHING)).map(lambda end: EVERYTHING[:end].encode()),
        st.lists(st.sampled_from(EVERYTHING.split()), max_size=40).map(
            lambda words: " ".join(words).encode()
        ),
        st.integers(1, 3000).map(lambda depth: b"model_config_list{config{" * depth),
        st.integers(1, 3000).map(lambda depth: b"custom_model_config{[a/b]{" * depth),
    )
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.config"
    path.write_bytes(content)
    try:
        read = read_model_configs(str(path))
    except ServingError as refused:
        code = refused.code
    else:
        assert read is None or isinstance(read, tuple)
        return
    assert code is StatusCode.INVALID_ARGUMENT
