"""TensorFlow Serving's model config: the text file and the message of the same form."""

from __future__ import annotations

from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2
from tensorflow_serving.config.file_system_storage_path_source_pb2 import (
    FileSystemStoragePathSourceConfig,
)

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.model_config import (
    TENSORFLOW,
    All,
    Latest,
    ModelConfig,
    Specific,
    VersionPolicy,
)


def read_model_configs(path: str) -> tuple[ModelConfig, ...] | None:
    """Read a file as `--model_config_file` of TensorFlow Serving names it.

    Args:
        path: a `tensorflow.serving.ModelServerConfig` in protobuf's text format.

    Returns:
        The models it lists; `None` for a file that says nothing, which is not the same as an empty
        list: an editor leaves such a file behind for a moment.

    Raises:
        ServingError: NOT_FOUND, no such file; INVALID_ARGUMENT, it cannot be read or parsed, or
            asks for something that is not there.
    """
    config = model_server_config_pb2.ModelServerConfig()
    try:
        text_format.Parse(_read(path), config)
    except (text_format.ParseError, RecursionError, ValueError) as error:
        raise _invalid(f"Invalid protobuf file: '{path}': {error}") from error
    if not config.WhichOneof("config"):
        return None
    return model_configs_from_proto(config)


def model_configs_from_proto(
    config: model_server_config_pb2.ModelServerConfig,
) -> tuple[ModelConfig, ...]:
    """The models that a `ModelServerConfig` lists.

    Raises:
        ServingError: INVALID_ARGUMENT, it is no list of models or one of them is not valid.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise _invalid(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. "
            "Only ModelConfigList is currently supported"
        )
    return tuple(_model_config(model) for model in config.model_config_list.config)


def _model_config(model: model_server_config_pb2.ModelConfig) -> ModelConfig:
    return ModelConfig(
        model.name,
        model.base_path,
        _platform(model),
        _version_policy(model.model_version_policy),
        dict(model.version_labels),
    )


def _platform(model: model_server_config_pb2.ModelConfig) -> str:
    if model.model_type == model_server_config_pb2.MODEL_TYPE_UNSPECIFIED:
        return model.model_platform  # type: ignore[no-any-return]
    if model.model_platform:
        raise _invalid(
            "Illegal setting both ModelServerConfig::model_type (deprecated) "
            "and ModelServerConfig::model_platform."
        )
    if model.model_type != model_server_config_pb2.TENSORFLOW:
        raise _invalid(f"ModelServerConfig::model_type choice {model.model_type} not supported.")
    return TENSORFLOW


def _version_policy(
    policy: FileSystemStoragePathSourceConfig.ServableVersionPolicy,
) -> VersionPolicy:
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return All()
    if choice == "specific":
        return Specific(tuple(policy.specific.versions))
    return Latest(max(policy.latest.num_versions, 1))


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except FileNotFoundError as error:
        raise ServingError(StatusCode.NOT_FOUND, f"{path}; No such file or directory") from error
    except (OSError, ValueError) as error:
        raise _invalid(f"Invalid protobuf file: '{path}': {error}") from error


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
