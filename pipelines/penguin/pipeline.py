"""The penguin pipeline: raw data in, a validated and pushed model out."""

from __future__ import annotations

import os
from typing import Any

from components import (
    Evaluator,
    ExampleValidator,
    InfraValidator,
    Pusher,
    SchemaGen,
    StatisticsGen,
    Trainer,
    Transform,
)
from pipeline_lib import (
    Channel,
    Cond,
    LatestBlessedModelStrategy,
    Pipeline,
    Resolver,
    RuntimeParameter,
    standard_artifacts,
)
from pipelines.penguin.drop_unmeasured.component import DropUnmeasured
from pipelines.penguin.function_components import IngestPenguins, ValidateModel

_HERE = os.path.dirname(os.path.abspath(__file__))
_MEASUREMENTS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
DEFAULT_SERVING_DIR = os.path.join(".plib", "serving", "penguin")

PENGUINS: list[dict[str, Any]] = [
    {
        "island": "Torgersen",
        "sex": "male",
        "bill_length_mm": 39.1,
        "bill_depth_mm": 18.7,
        "flipper_length_mm": 181.0,
        "body_mass_g": 3750.0,
    },
    {
        "island": "Dream",
        "sex": "female",
        "bill_length_mm": 50.9,
        "bill_depth_mm": 17.9,
        "flipper_length_mm": 196.0,
        "body_mass_g": 3675.0,
    },
    {
        "island": "Biscoe",
        "sex": "male",
        "bill_length_mm": 49.9,
        "bill_depth_mm": 16.1,
        "flipper_length_mm": 213.0,
        "body_mass_g": 5400.0,
    },
]
"""Three penguins that the served model is asked about."""


def create_pipeline(
    pipeline_root: str | None = None,
    metadata_connection_config: object | None = None,
    serving_dir: str = DEFAULT_SERVING_DIR,
    enable_cache: bool = True,
) -> Pipeline:
    """The penguin pipeline.

    Args:
        pipeline_root: where outputs are written; the runner has a default.
        metadata_connection_config: the store; the runner has a default.
        serving_dir: directory that the model is pushed to.
        enable_cache: reuse results of earlier runs.
    """
    ingest = IngestPenguins()
    measured = DropUnmeasured(examples=ingest.outputs["examples"], measurements=_MEASUREMENTS)
    examples = measured.outputs["measured_examples"]

    statistics_gen = StatisticsGen(examples=examples)
    # Without shapes every feature may be missing in a request, even one that the training data
    # always has.
    schema_gen = SchemaGen(
        statistics=statistics_gen.outputs["statistics"], infer_feature_shape=False
    )
    example_validator = ExampleValidator(
        statistics=statistics_gen.outputs["statistics"], schema=schema_gen.outputs["schema"]
    )
    transform = Transform(
        examples=examples,
        schema=schema_gen.outputs["schema"],
        module_file=os.path.join(_HERE, "preprocessing.py"),
    )
    trainer = Trainer(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        module_file=os.path.join(_HERE, "trainer.py"),
        train_args=RuntimeParameter("train-args", dict, default={"num_steps": 200}),
    )

    latest_blessed = Resolver(
        strategy_class=LatestBlessedModelStrategy,
        model=Channel(type=standard_artifacts.Model),
        model_blessing=Channel(type=standard_artifacts.ModelBlessing),
    ).with_id("latest_blessed_model")
    evaluator = Evaluator(
        examples=examples,
        model=trainer.outputs["model"],
        baseline_model=latest_blessed.outputs["model"],
        eval_config=_eval_config(),
    )
    validate = ValidateModel(
        model=trainer.outputs["model"],
        examples=examples,
        accuracy_threshold=RuntimeParameter("accuracy-threshold", float, default=0.9),
    )

    infra_validator = InfraValidator(
        model=trainer.outputs["model"],
        examples=examples,
        request_spec={"split_name": "eval", "num_examples": 3},
    )

    blessed = evaluator.outputs["blessing"].future()[0].custom_property("blessed") == 1
    validated = validate.outputs["blessing"].future()[0].custom_property("blessed") == 1
    servable = infra_validator.outputs["blessing"].future()[0].custom_property("blessed") == 1
    with Cond(blessed), Cond(validated), Cond(servable):
        pusher = Pusher(
            model=trainer.outputs["model"],
            model_blessing=evaluator.outputs["blessing"],
            infra_blessing=infra_validator.outputs["blessing"],
            push_destination={"filesystem": {"base_directory": serving_dir}},
        )

    return Pipeline(
        pipeline_name="penguin",
        pipeline_root=pipeline_root,
        components=[
            ingest,
            measured,
            statistics_gen,
            schema_gen,
            example_validator,
            transform,
            trainer,
            latest_blessed,
            evaluator,
            validate,
            infra_validator,
            pusher,
        ],
        enable_cache=enable_cache,
        metadata_connection_config=metadata_connection_config,
    )


def _eval_config() -> dict[str, Any]:
    """Accuracy overall and by island; at least 0.9, and not clearly worse than the last model."""
    return {
        "model_specs": [
            {
                "signature_name": "serving_default",
                "preprocessing_function_names": ["transform_features"],
                "label_key": "species_xf",
                "prediction_key": "probabilities",
            }
        ],
        "slicing_specs": [{}, {"feature_keys": ["island"]}],
        "metrics_specs": [
            {
                "metrics": [
                    {"class_name": "ExampleCount"},
                    {
                        "class_name": "SparseCategoricalAccuracy",
                        "threshold": {
                            "value_threshold": {"lower_bound": {"value": 0.9}},
                            "change_threshold": {
                                "direction": "HIGHER_IS_BETTER",
                                "absolute": {"value": -0.02},
                            },
                        },
                    },
                ]
            }
        ],
    }
