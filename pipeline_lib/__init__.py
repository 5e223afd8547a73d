"""pipeline_lib: machine learning pipelines in plain Python, with lineage.

Importing it is light: what a store, a terminal or a node needs is loaded where it is used.
"""

from __future__ import annotations

import importlib
import typing

from pipeline_lib import placeholders as placeholders
from pipeline_lib.artifacts import standard_artifacts as standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact as Artifact
from pipeline_lib.artifacts.artifact import Property as Property
from pipeline_lib.artifacts.artifact import PropertyType as PropertyType
from pipeline_lib.artifacts.strategies import ConditionalStrategy as ConditionalStrategy
from pipeline_lib.artifacts.strategies import LatestArtifactStrategy as LatestArtifactStrategy
from pipeline_lib.artifacts.strategies import (
    LatestBlessedModelStrategy as LatestBlessedModelStrategy,
)
from pipeline_lib.artifacts.strategies import ResolverStrategy as ResolverStrategy
from pipeline_lib.artifacts.strategies import SpanRangeStrategy as SpanRangeStrategy
from pipeline_lib.artifacts.value_artifact import ValueArtifact as ValueArtifact
from pipeline_lib.compiler.compile import compile as compile
from pipeline_lib.dsl.annotations import InputArtifact as InputArtifact
from pipeline_lib.dsl.annotations import OutputArtifact as OutputArtifact
from pipeline_lib.dsl.annotations import OutputDict as OutputDict
from pipeline_lib.dsl.annotations import Parameter as Parameter
from pipeline_lib.dsl.base_component import BaseComponent as BaseComponent
from pipeline_lib.dsl.channel import Channel as Channel
from pipeline_lib.dsl.channel import union as union
from pipeline_lib.dsl.component_spec import ChannelParameter as ChannelParameter
from pipeline_lib.dsl.component_spec import ComponentSpec as ComponentSpec
from pipeline_lib.dsl.component_spec import ExecutionParameter as ExecutionParameter
from pipeline_lib.dsl.conditional import Cond as Cond
from pipeline_lib.dsl.container_component import ConcatPlaceholder as ConcatPlaceholder
from pipeline_lib.dsl.container_component import InputUriPlaceholder as InputUriPlaceholder
from pipeline_lib.dsl.container_component import InputValuePlaceholder as InputValuePlaceholder
from pipeline_lib.dsl.container_component import OutputUriPlaceholder as OutputUriPlaceholder
from pipeline_lib.dsl.container_component import (
    create_container_component as create_container_component,
)
from pipeline_lib.dsl.executor_spec import BeamExecutorSpec as BeamExecutorSpec
from pipeline_lib.dsl.executor_spec import ExecutorClassSpec as ExecutorClassSpec
from pipeline_lib.dsl.exit_handler import final_status as final_status
from pipeline_lib.dsl.for_each import ForEach as ForEach
from pipeline_lib.dsl.function_component import component as component
from pipeline_lib.dsl.importer import Importer as Importer
from pipeline_lib.dsl.parameter_types import InputPath as InputPath
from pipeline_lib.dsl.parameter_types import ModuleFile as ModuleFile
from pipeline_lib.dsl.pipeline import Pipeline as Pipeline
from pipeline_lib.dsl.pipeline import PipelineInputs as PipelineInputs
from pipeline_lib.dsl.resolver import Resolver as Resolver
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter as RuntimeParameter
from pipeline_lib.execution.executor import BaseExecutor as BaseExecutor
from pipeline_lib.execution.executor import BeamExecutor as BeamExecutor
from pipeline_lib.execution.executor import ExecutorContext as ExecutorContext
from pipeline_lib.metadata.connection import (
    grpc_metadata_connection_config as grpc_metadata_connection_config,
)
from pipeline_lib.metadata.connection import (
    mysql_metadata_connection_config as mysql_metadata_connection_config,
)
from pipeline_lib.metadata.connection import (
    postgresql_metadata_connection_config as postgresql_metadata_connection_config,
)
from pipeline_lib.metadata.connection import (
    sqlite_metadata_connection_config as sqlite_metadata_connection_config,
)
from pipeline_lib.render.registry import register_renderer as register_renderer
from pipeline_lib.runners.local.run_options import RunOptions as RunOptions

if typing.TYPE_CHECKING:
    from pipeline_lib.interactive.context import InteractiveContext as InteractiveContext
    from pipeline_lib.runners.kubeflow.runner import KubeflowRunner as KubeflowRunner
    from pipeline_lib.runners.local.runner import LocalRunner as LocalRunner

__version__ = "0.1.0"

# These load when they are first used: many who import the library only write pipelines.
_LOADED_WHEN_USED = {
    "InteractiveContext": "pipeline_lib.interactive.context",
    "KubeflowRunner": "pipeline_lib.runners.kubeflow.runner",
    "LocalRunner": "pipeline_lib.runners.local.runner",
}


def __getattr__(name: str) -> typing.Any:
    if name not in _LOADED_WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LOADED_WHEN_USED[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LOADED_WHEN_USED})
