"""The standard components. Importing them loads no machine learning library."""

from components.csv_example_gen.component import CsvExampleGen
from components.evaluator.component import Evaluator
from components.example_validator.component import ExampleValidator
from components.import_schema_gen.component import ImportSchemaGen
from components.infra_validator.component import InfraValidator
from components.pusher.component import Pusher
from components.schema_gen.component import SchemaGen
from components.statistics_gen.component import StatisticsGen
from components.trainer.component import Trainer
from components.transform.component import Transform

__all__ = [
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
]
