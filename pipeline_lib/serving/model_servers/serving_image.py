"""The container image of TensorFlow Serving, and how it is told what to serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_lib.serving.model_servers.model_server import ServedModel

GRPC_PORT, REST_PORT = 8500, 8501
"""The ports inside of the container."""

DEFAULT_NAME = "tensorflow/serving"


@dataclass(frozen=True)
class ServingImage:
    """An image, by tag or by digest: exactly one of them is given.

    Attributes:
        name: name of the image, with its registry where it is not Docker's own.
        tag: such as `2.16.1`.
        digest: such as `sha256:0123...`.
    """

    name: str = DEFAULT_NAME
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.name}@{self.digest}" if self.digest else f"{self.name}:{self.tag}"

    @staticmethod
    def environment(model: ServedModel) -> Mapping[str, str]:
        """What the image's entry point reads.

        It serves `$MODEL_BASE_PATH/$MODEL_NAME`, so that the last part of `base_path` has to be
        the model's name.

        Source: tensorflow_serving/tools/docker/Dockerfile.
        """
        parent, _, last = model.base_path.rpartition("/")
        if last != model.name:
            raise ValueError(f"{model.base_path!r} does not end with the model's name.")
        return {"MODEL_NAME": model.name, "MODEL_BASE_PATH": parent}
