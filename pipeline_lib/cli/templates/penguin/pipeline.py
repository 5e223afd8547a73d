"""The pipeline: from a CSV file to a model that is pushed if it is good enough."""

from pathlib import Path

from components import (
    CsvExampleGen,
    Evaluator,
    ExampleValidator,
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
    LocalRunner,
    Pipeline,
    Resolver,
    RuntimeParameter,
    standard_artifacts,
)

HERE = Path(__file__).parent
LEAST_ACCURACY = 0.8


def create_pipeline():
    example_gen = CsvExampleGen(input_base=str(HERE / "data"))
    examples = example_gen.outputs["examples"]

    # What is in the data?
    statistics_gen = StatisticsGen(examples=examples)
    statistics = statistics_gen.outputs["statistics"]
    schema_gen = SchemaGen(statistics=statistics)
    schema = schema_gen.outputs["schema"]
    example_validator = ExampleValidator(statistics=statistics, schema=schema)

    # Features and a model.
    transform = Transform(
        examples=examples, schema=schema, module_file=str(HERE / "preprocessing.py")
    )
    trainer = Trainer(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        module_file=str(HERE / "trainer.py"),
        train_args=RuntimeParameter("train-args", dict, default={"num_steps": 100}),
        eval_args={"num_steps": 5},
    )
    model = trainer.outputs["model"]

    # Is it good enough, and not worse than the last one that was?
    latest_blessed_model = Resolver(
        strategy_class=LatestBlessedModelStrategy,
        model=Channel(type=standard_artifacts.Model),
        model_blessing=Channel(type=standard_artifacts.ModelBlessing),
    ).with_id("latest_blessed_model")
    evaluator = Evaluator(
        examples=examples,
        model=model,
        baseline_model=latest_blessed_model.outputs["model"],
        eval_config=eval_config(),
    )
    blessing = evaluator.outputs["blessing"]
    with Cond(blessing.future()[0].custom_property("blessed") == 1):
        pusher = Pusher(
            model=model,
            model_blessing=blessing,
            push_destination={"filesystem": {"base_directory": str(HERE / "serving")}},
        )

    return Pipeline(
        "{{PIPELINE_NAME}}",
        components=[
            example_gen,
            statistics_gen,
            schema_gen,
            example_validator,
            transform,
            trainer,
            latest_blessed_model,
            evaluator,
            pusher,
        ],
        enable_cache=True,
    )


def eval_config():
    lower_bound = {"value_threshold": {"lower_bound": {"value": LEAST_ACCURACY}}}
    return {
        "model_specs": [
            {
                "signature_name": "serving_default",
                "preprocessing_function_names": ["transform_features"],
                "label_key": "species",
                "prediction_key": "probabilities",
            }
        ],
        "slicing_specs": [{}, {"feature_keys": ["island"]}],
        "metrics_specs": [
            {
                "metrics": [
                    {"class_name": "ExampleCount"},
                    {"class_name": "SparseCategoricalAccuracy", "threshold": lower_bound},
                ]
            }
        ],
    }


if __name__ == "__main__":
    LocalRunner().run(create_pipeline())
