"""Public names of TFX 1.16 that this library does not have, with what to use instead."""

from __future__ import annotations

from collections.abc import Mapping

_TUNER = (
    "there is no Tuner. Search in your own run_fn, or bring hyperparameters in with "
    "tfx.dsl.Importer(artifact_type=tfx.types.standard_artifacts.HyperParameters)."
)
_BULK_INFERRER = (
    "there is no BulkInferrer. Score examples in a component of your own: a function component, or "
    "a BaseComponent with a BeamExecutorSpec."
)
_EXAMPLE_DIFF = (
    "there is no ExampleDiff. Compare two data sets by their statistics (StatisticsGen, "
    "ExampleValidator), or with TensorFlow Data Validation in a component of your own."
)
_DISTRIBUTION_VALIDATOR = (
    "there is no DistributionValidator. Put skew and drift comparators into the schema, or compare "
    "with TensorFlow Data Validation in a component of your own."
)
_SLICING = "Evaluator takes the slices as slicing_specs of its eval_config, a tfma.EvalConfig."
_GOOGLE_CLOUD = (
    "Google Cloud's services are not served. Call them in a component of your own, or keep the "
    "pipeline's steps that need them on TFX."
)
_DRIVER = (
    "the same code decides for all nodes whether they run. Data that a driver looks for is a "
    "parameter of the type InputPath, artifacts that it chooses are a Resolver's, with a strategy "
    "of your own, and what has to be there for a result to be used again is told with "
    "pipeline_lib.artifacts.outside.stands_for."
)
_AIRFLOW = (
    "there is no Airflow runner. Run with LocalDagRunner, or let Airflow call 'plib run' on a file."
)
_EXAMPLE_GEN = (
    "read what CsvExampleGen does not read in a component of your own that writes Examples: "
    "gzipped TFRecords in Split-train/ and Split-eval/."
)
_MODEL_VALIDATOR = "use Evaluator, whose blessing says whether the model passed."
_STATS_OPTIONS = "Transform computes no statistics. Use StatisticsGen(stats_options=...)."
_NOTEBOOK = (
    "show artifacts with InteractiveContext.show, in your own way with "
    "pipeline_lib.register_renderer."
)
_KUBEFLOW = (
    "use tfx.orchestration.experimental.KubeflowV2DagRunner, which compiles for Kubeflow Pipelines "
    "2, or pipeline_lib.KubeflowRunner, which also runs there."
)
_KUBEFLOW_STORE = (
    "the containers' metadata store is the pipeline's, or the one in the secret that is named by "
    "KubeflowV2DagRunnerConfig(store_secret=...)."
)
_TFX_RECORDS = "it is a record of TFX's own orchestrator. 'plib show' and 'plib runs' tell a run."
_PROTOS: Mapping[str, tuple[str, ...]] = {
    _BULK_INFERRER: (
        "ClassifyOutput",
        "DataSpec",
        "ModelSpec",
        "OutputColumnsSpec",
        "OutputExampleSpec",
        "PredictOutput",
        "PredictOutputCol",
        "RegressOutput",
    ),
    _EXAMPLE_DIFF: ("ExampleDiffConfig", "PairedExampleSkew"),
    _DISTRIBUTION_VALIDATOR: ("DistributionValidatorConfig", "FeatureComparator"),
    _SLICING: ("FeatureSlicingSpec", "SingleSlicingSpec"),
    _TUNER: ("TuneArgs",),
}

NOT_HERE: Mapping[str, str] = {
    "tfx.components.BulkInferrer": _BULK_INFERRER,
    "tfx.components.ExampleDiff": _EXAMPLE_DIFF,
    "tfx.components.ImportExampleGen": (
        "gzipped TFRecords in Split-train/ and Split-eval/ are brought in with tfx.dsl.Importer("
        "artifact_type=tfx.types.standard_artifacts.Examples, "
        """properties={"split_names": '["train", "eval"]'})."""
    ),
    "tfx.components.Tuner": _TUNER,
    "tfx.dsl.components.AsyncOutputArtifact": (
        "outputs appear when their component has succeeded. Use OutputArtifact."
    ),
    "tfx.dsl.components.BeamComponentParameter": (
        "make the Beam pipeline in the function, or write a BaseComponent with a BeamExecutorSpec, "
        "which gets the pipeline's beam_pipeline_args."
    ),
    "tfx.extensions.google_cloud_ai_platform": _GOOGLE_CLOUD,
    "tfx.extensions.google_cloud_big_query": _GOOGLE_CLOUD,
    "tfx.orchestration.experimental.get_default_kubeflow_metadata_config": _KUBEFLOW_STORE,
    "tfx.proto.CustomConfig": (
        "a component of your own takes its configuration as parameters, a dict among them."
    ),
    "tfx.proto.Filesystem": "it is tfx.proto.PushDestination.Filesystem, in TFX as well.",
    "tfx.proto.orchestration.RunState": _TFX_RECORDS,
    **{f"tfx.proto.{name}": text for text, names in _PROTOS.items() for name in names},
}
"""For each name of `tfx.v1` what to use instead. What lies below a name goes with it."""

_NOT_HERE_DEEPER: Mapping[str, str] = {
    "tfx.components.ModelValidator": _MODEL_VALIDATOR,
    "tfx.components.bulk_inferrer": _BULK_INFERRER,
    "tfx.components.base.base_driver": _DRIVER,
    "tfx.components.distribution_validator": _DISTRIBUTION_VALIDATOR,
    "tfx.components.example_diff": _EXAMPLE_DIFF,
    "tfx.components.example_gen.base_example_gen_executor": _EXAMPLE_GEN,
    "tfx.components.example_gen.component": _EXAMPLE_GEN,
    "tfx.components.example_gen.custom_executors": _EXAMPLE_GEN,
    "tfx.components.example_gen.driver": _DRIVER,
    "tfx.components.example_gen.import_example_gen": NOT_HERE["tfx.components.ImportExampleGen"],
    "tfx.components.example_gen.utils": _EXAMPLE_GEN,
    "tfx.components.model_validator": _MODEL_VALIDATOR,
    "tfx.components.transform.stats_options_util": _STATS_OPTIONS,
    "tfx.components.tuner": _TUNER,
    "tfx.dsl.component.experimental.annotations.AsyncOutputArtifact": NOT_HERE[
        "tfx.dsl.components.AsyncOutputArtifact"
    ],
    "tfx.dsl.component.experimental.annotations.BeamComponentParameter": NOT_HERE[
        "tfx.dsl.components.BeamComponentParameter"
    ],
    "tfx.dsl.component.experimental.executor_specs": "use create_container_component.",
    "tfx.dsl.components.base.base_driver": _DRIVER,
    "tfx.dsl.components.base.executor_spec.ExecutorContainerSpec": (
        "use create_container_component."
    ),
    "tfx.extensions": _GOOGLE_CLOUD,
    "tfx.orchestration.airflow": _AIRFLOW,
    "tfx.orchestration.beam.beam_runner": "use LocalDagRunner.",
    "tfx.orchestration.experimental.interactive": _NOTEBOOK,
    "tfx.orchestration.kubeflow": _KUBEFLOW,
    "tfx.proto.bulk_inferrer_pb2": _BULK_INFERRER,
    "tfx.proto.distribution_validator_pb2": _DISTRIBUTION_VALIDATOR,
    "tfx.proto.evaluator_pb2": _SLICING,
    "tfx.proto.example_diff_pb2": _EXAMPLE_DIFF,
    "tfx.proto.example_gen_pb2.CustomConfig": NOT_HERE["tfx.proto.CustomConfig"],
    "tfx.proto.tuner_pb2": _TUNER,
    "tfx.types.standard_component_specs": (
        "each component has its own spec: components.trainer.component.TrainerSpec."
    ),
    "tfx.utils.dsl_utils": "pass the directory: CsvExampleGen(input_base=...).",
}
"""The same for TFX's modules and names beside `tfx.v1`."""


def what_to_use(tfx_name: str) -> str:
    """What to use instead of `tfx.components.Tuner`; empty where nothing is known."""
    parts = tfx_name.split(".")
    known = {**_NOT_HERE_DEEPER, **NOT_HERE}
    above = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((known[name] for name in above if name in known), "")
