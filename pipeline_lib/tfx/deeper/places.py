"""Where TFX's modules and their names are in this library.

Only public names that programs and TFX's own examples import; `tfx.v1` is the facade itself.
"""

from __future__ import annotations

from collections.abc import Mapping

_FACADE = "pipeline_lib.tfx"
_ARTIFACTS = "pipeline_lib.artifacts"
_DSL = "pipeline_lib.dsl"
_INTERACTIVE = "tfx.orchestration.experimental.interactive"
_MESSAGES = f"{_FACADE}.proto.messages_pb2"

SAME_MODULE: Mapping[str, str] = {
    "tfx.dsl.placeholder.placeholder": "pipeline_lib.placeholders",
    "tfx.dsl.io": f"{_FACADE}.dsl.io",
    "tfx.dsl.io.fileio": f"{_FACADE}.dsl.io.fileio",
    "tfx.types.standard_artifacts": f"{_ARTIFACTS}.standard_artifacts",
    "tfx.types.standard_component_specs": f"{_FACADE}.deeper.component_keys",
    "tfx.types.system_artifacts": f"{_FACADE}.deeper.system_types",
    "tfx.types.system_executions": f"{_FACADE}.deeper.system_types",
    "tfx.dsl.experimental.node_execution_options.utils": (
        f"{_FACADE}.deeper.node_execution_options"
    ),
    "tfx.types.channel_utils": f"{_FACADE}.deeper.channel_utils",
    "tfx.utils.io_utils": f"{_FACADE}.deeper.io_utils",
    "tfx.utils.json_utils": f"{_FACADE}.deeper.json_utils",
    "tfx.utils.path_utils": f"{_FACADE}.deeper.path_utils",
    "tfx.utils.proto_utils": f"{_FACADE}.deeper.proto_utils",
    "tfx.components.util.model_utils": f"{_FACADE}.deeper.model_utils",
}
"""TFX's modules for which a module here has just the names."""


def _names(module: str, *names: str) -> dict[str, str]:
    return {name: f"{module}:{name}" for name in names}


def _component(name: str, folder: str) -> dict[str, dict[str, str]]:
    """The modules `component` and `executor` of a standard component."""
    tfx, ours = f"tfx.components.{folder}", f"components.{folder.rpartition('.')[2]}"
    return {
        f"{tfx}.component": _names(f"{_FACADE}.components", name),
        f"{tfx}.executor": {"Executor": f"{ours}.executor:Executor"},
    }


_FN_ARGS = _names(f"{_FACADE}.components", "DataAccessor", "FnArgs")
_STRATEGIES = f"{_ARTIFACTS}.strategies"

_SPLITS = ("decode_split_names", "encode_split_names", "get_split_uri", "get_split_uris")

NAMES: Mapping[str, Mapping[str, str]] = {
    "tfx": _names(_FACADE, "__version__"),
    "tfx.version": _names(_FACADE, "__version__"),
    "tfx.components": _names(
        f"{_FACADE}.components",
        "CsvExampleGen",
        "Evaluator",
        "ExampleValidator",
        "ImportSchemaGen",
        "InfraValidator",
        "Pusher",
        "SchemaGen",
        "StatisticsGen",
        "Trainer",
        "Transform",
    ),
    **_component("CsvExampleGen", "example_gen.csv_example_gen"),
    **_component("Evaluator", "evaluator"),
    **_component("ExampleValidator", "example_validator"),
    **_component("ImportSchemaGen", "schema_gen.import_schema_gen"),
    **_component("InfraValidator", "infra_validator"),
    **_component("Pusher", "pusher"),
    **_component("SchemaGen", "schema_gen"),
    **_component("StatisticsGen", "statistics_gen"),
    **_component("Trainer", "trainer"),
    **_component("Transform", "transform"),
    "tfx.components.trainer.executor": {
        "GenericExecutor": "components.trainer.executor:Executor",
        "TrainerFnArgs": f"{_FACADE}.components:FnArgs",
    },
    "tfx.components.trainer.fn_args_utils": _FN_ARGS,
    "tfx.dsl.component.experimental.annotations": _names(
        f"{_FACADE}.dsl.components", "InputArtifact", "OutputArtifact", "OutputDict", "Parameter"
    ),
    "tfx.dsl.component.experimental.container_component": _names(
        f"{_DSL}.container_component", "create_container_component"
    ),
    "tfx.dsl.component.experimental.decorators": {
        "BaseFunctionalComponent": f"{_FACADE}.types:BaseFunctionalComponent",
        "BaseFunctionalComponentFactory": f"{_FACADE}.types:BaseFunctionalComponentFactory",
        "component": f"{_FACADE}.dsl.components:component",
    },
    "tfx.dsl.component.experimental.placeholders": _names(
        f"{_DSL}.container_component",
        "ConcatPlaceholder",
        "InputUriPlaceholder",
        "InputValuePlaceholder",
        "OutputUriPlaceholder",
    ),
    "tfx.dsl.components.base.base_beam_component": _names(f"{_FACADE}.types", "BaseBeamComponent"),
    "tfx.dsl.components.base.base_beam_executor": {
        "BaseBeamExecutor": "pipeline_lib.execution.executor:BeamExecutor"
    },
    "tfx.dsl.components.base.base_component": _names(f"{_DSL}.base_component", "BaseComponent"),
    "tfx.dsl.components.base.base_executor": {
        "BaseExecutor": "pipeline_lib.execution.executor:BaseExecutor",
        "BaseBeamExecutor": "pipeline_lib.execution.executor:BeamExecutor",
    },
    "tfx.dsl.components.base.base_node": _names(f"{_DSL}.node", "BaseNode"),
    "tfx.dsl.components.base.executor_spec": _names(
        f"{_DSL}.executor_spec", "BeamExecutorSpec", "ExecutorClassSpec", "ExecutorSpec"
    ),
    "tfx.dsl.components.common.importer": _names(f"{_DSL}.importer", "Importer"),
    "tfx.dsl.components.common.resolver": {
        "Resolver": f"{_DSL}.resolver:Resolver",
        "ResolverStrategy": f"{_STRATEGIES}:ResolverStrategy",
    },
    "tfx.dsl.compiler.compiler": _names(f"{_FACADE}.deeper.compiler", "Compiler"),
    "tfx.dsl.control_flow.for_each": _names(f"{_DSL}.for_each", "ForEach"),
    "tfx.dsl.experimental.conditionals.conditional": _names(f"{_DSL}.conditional", "Cond"),
    "tfx.dsl.experimental.latest_artifacts_resolver": {
        "LatestArtifactsResolver": f"{_STRATEGIES}:LatestArtifactStrategy"
    },
    "tfx.dsl.experimental.latest_blessed_model_resolver": {
        "LatestBlessedModelResolver": f"{_STRATEGIES}:LatestBlessedModelStrategy"
    },
    "tfx.dsl.experimental.spans_resolver": {"SpansResolver": f"{_STRATEGIES}:SpanRangeStrategy"},
    "tfx.dsl.input_resolution.strategies.conditional_strategy": _names(
        _STRATEGIES, "ConditionalStrategy"
    ),
    "tfx.dsl.input_resolution.strategies.span_range_strategy": _names(
        _STRATEGIES, "SpanRangeStrategy"
    ),
    "tfx.dsl.input_resolution.strategies.latest_artifact_strategy": _names(
        _STRATEGIES, "LatestArtifactStrategy"
    ),
    "tfx.dsl.input_resolution.strategies.latest_blessed_model_strategy": _names(
        _STRATEGIES, "LatestBlessedModelStrategy"
    ),
    "tfx.orchestration.beam.beam_dag_runner": _names(
        f"{_FACADE}.orchestration.local_dag_runner", "BeamDagRunner"
    ),
    "tfx.orchestration.data_types": _names(f"{_DSL}.runtime_parameter", "RuntimeParameter"),
    f"{_INTERACTIVE}.interactive_context": _names(
        "pipeline_lib.interactive.context", "InteractiveContext"
    ),
    f"{_INTERACTIVE}.notebook_extensions.skip": _names(
        "pipeline_lib.interactive", "load_ipython_extension"
    ),
    "tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner": _names(
        f"{_FACADE}.orchestration.kubeflow_v2_dag_runner",
        "KubeflowV2DagRunner",
        "KubeflowV2DagRunnerConfig",
    ),
    "tfx.orchestration.local.local_dag_runner": _names(
        f"{_FACADE}.orchestration.local_dag_runner", "LocalDagRunner"
    ),
    "tfx.orchestration.metadata": _names(
        f"{_FACADE}.orchestration.metadata",
        "ConnectionConfigType",
        "mysql_metadata_connection_config",
        "sqlite_metadata_connection_config",
    ),
    "tfx.orchestration.pipeline": {
        **_names(f"{_FACADE}.dsl.pipeline", "ExecutionMode", "Pipeline", "PipelineInputs"),
        "RunOptions": f"{_FACADE}.orchestration.local_dag_runner:RunOptions",
    },
    "tfx.proto.example_gen_pb2": _names(
        _MESSAGES, "Input", "Output", "PayloadFormat", "SplitConfig"
    ),
    "tfx.proto.infra_validator_pb2": _names(
        _MESSAGES,
        "EnvVar",
        "EnvVarSource",
        "KubernetesConfig",
        "LocalDockerConfig",
        "PodOverrides",
        "RequestSpec",
        "Resources",
        "SecretKeySelector",
        "ServingSpec",
        "TensorFlowServing",
        "TensorFlowServingRequestSpec",
        "ValidationSpec",
    ),
    "tfx.proto.orchestration.pipeline_pb2": {
        "NodeExecutionOptions": f"{_FACADE}.deeper.node_execution_options:OptionsMessage"
    },
    "tfx.proto.pusher_pb2": _names(
        _MESSAGES, "AUTO", "PushDestination", "UNIX_TIMESTAMP", "Versioning"
    ),
    "tfx.proto.range_config_pb2": _names(_MESSAGES, "RangeConfig", "RollingRange", "StaticRange"),
    "tfx.proto.trainer_pb2": _names(_MESSAGES, "EvalArgs", "TrainArgs"),
    "tfx.proto.transform_pb2": _names(_MESSAGES, "SplitsConfig"),
    "tfx.types": {
        "Artifact": f"{_ARTIFACTS}.artifact:Artifact",
        "BaseChannel": f"{_DSL}.channel:Channel",
        "Channel": f"{_DSL}.channel:Channel",
        "ComponentSpec": f"{_DSL}.component_spec:ComponentSpec",
        "OutputChannel": f"{_DSL}.channel:OutputChannel",
        "Property": f"{_ARTIFACTS}.artifact:Property",
        "ValueArtifact": f"{_ARTIFACTS}.value_artifact:ValueArtifact",
    },
    "tfx.types.artifact": _names(
        f"{_ARTIFACTS}.artifact", "Artifact", "Property", "PropertyType", "JsonValue"
    ),
    "tfx.types.artifact_utils": _names(
        f"{_ARTIFACTS}.splits", "get_single_instance", "get_single_uri", *_SPLITS
    ),
    "tfx.types.standard_artifact_utils": _names(f"{_ARTIFACTS}.splits", *_SPLITS),
    "tfx.types.channel": {
        "BaseChannel": f"{_DSL}.channel:Channel",
        "Channel": f"{_DSL}.channel:Channel",
        "OutputChannel": f"{_DSL}.channel:OutputChannel",
        "PipelineInputChannel": f"{_DSL}.channel:PipelineInputChannel",
        "UnionChannel": f"{_DSL}.channel:UnionChannel",
        "union": f"{_DSL}.channel:union",
    },
    "tfx.types.component_spec": _names(
        f"{_DSL}.component_spec", "ChannelParameter", "ComponentSpec", "ExecutionParameter"
    ),
    "tfx.types.value_artifact": _names(f"{_ARTIFACTS}.value_artifact", "ValueArtifact"),
}
"""For each of TFX's modules where its names are. Packages above a module are there as well."""
