from __future__ import annotations

import types

import pipeline_lib

NAMES = {
    "Artifact",
    "BaseComponent",
    "BaseExecutor",
    "BeamExecutor",
    "BeamExecutorSpec",
    "Channel",
    "ChannelParameter",
    "ComponentSpec",
    "ConcatPlaceholder",
    "Cond",
    "ConditionalStrategy",
    "ExecutionParameter",
    "ExecutorClassSpec",
    "ExecutorContext",
    "ForEach",
    "Importer",
    "InputArtifact",
    "InputPath",
    "InputUriPlaceholder",
    "InputValuePlaceholder",
    "InteractiveContext",
    "KubeflowRunner",
    "LatestArtifactStrategy",
    "LatestBlessedModelStrategy",
    "LocalRunner",
    "ModuleFile",
    "OutputArtifact",
    "OutputDict",
    "OutputUriPlaceholder",
    "Parameter",
    "Pipeline",
    "PipelineInputs",
    "Property",
    "PropertyType",
    "Resolver",
    "ResolverStrategy",
    "RunOptions",
    "RuntimeParameter",
    "SpanRangeStrategy",
    "ValueArtifact",
    "compile",
    "final_status",
    "union",
    "component",
    "create_container_component",
    "grpc_metadata_connection_config",
    "mysql_metadata_connection_config",
    "placeholders",
    "postgresql_metadata_connection_config",
    "register_renderer",
    "sqlite_metadata_connection_config",
    "standard_artifacts",
}
"""The public surface. A name that leaves it breaks somebody's pipeline."""


def test_top_level_has_these_names_and_no_others() -> None:
    public = {
        name
        for name in dir(pipeline_lib)
        if not name.startswith("_")
        and not isinstance(getattr(pipeline_lib, name), types.ModuleType)
    }
    assert public - {"annotations"} == NAMES - {"placeholders", "standard_artifacts"}
    assert isinstance(pipeline_lib.standard_artifacts, types.ModuleType)
    assert isinstance(pipeline_lib.placeholders, types.ModuleType)


def test_every_name_is_documented() -> None:
    aliases = {"InputArtifact", "OutputArtifact", "Parameter"}  # `Annotated` takes no docstring
    undocumented = {name for name in NAMES - aliases if not getattr(pipeline_lib, name).__doc__}
    assert undocumented == set()
