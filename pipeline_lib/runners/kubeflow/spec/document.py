"""A compiled pipeline as Kubeflow Pipelines takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.errors import PipelineLibError


@dataclass(frozen=True)
class KubeflowDocument:
    """A compiled pipeline as Kubeflow Pipelines takes it.

    Attributes:
        spec: the `PipelineSpec`, in protobuf's JSON.
        platform: the `PlatformSpec`; empty where the spec says all.
    """

    spec: Mapping[str, Any]
    platform: Mapping[str, Any] = field(default_factory=dict)

    def to_yaml(self) -> str:
        """The text of a file that can be uploaded; the same for the same pipeline.

        Raises:
            PipelineLibError: PyYAML is not installed.
        """
        try:
            import yaml
        except ImportError as error:
            raise PipelineLibError(
                "Writing YAML needs PyYAML: pip install 'pipeline-lib[kubeflow]'."
            ) from error
        documents = [self.spec, self.platform] if self.platform else [self.spec]
        # Without aliases, which not every reader of YAML knows.
        dumper = type("Plain", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})
        return str(yaml.dump_all(documents, Dumper=dumper, allow_unicode=True, width=100))
