"""`CsvExampleGen`: what an author writes; it loads nothing heavy."""

from __future__ import annotations

from typing import Any, Literal

from components.csv_example_gen.split_plan import plan_splits
from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    InputPath,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError, DataError
from pipeline_lib.placeholders import Placeholder


class CsvExampleGenSpec(ComponentSpec):
    """Reads CSV from outside the pipeline, writes `Examples`."""

    PARAMETERS = {
        "input_base": ExecutionParameter(type=InputPath),
        "input_config": ExecutionParameter(type=dict, optional=True),
        "output_config": ExecutionParameter(type=dict, optional=True),
    }
    INPUTS = {}
    OUTPUTS = {"examples": ChannelParameter(type=standard_artifacts.Examples)}


class CsvExampleGen(BaseComponent[Literal["examples"]]):
    """Turns CSV files into gzipped TFRecords of `tf.train.Example`, in splits.

    Every file begins with a header line. A column is int64, float or bytes, whichever its values in
    all files fit; a missing value gives a feature without values. Rows keep the order of the files.

    Args:
        input_base: directory of the CSV files, or one CSV file; its content decides whether a
            cached result can be used.
        input_config: the files of each input split, as TFX's `example_gen_pb2.Input` or a mapping:
            `{"splits": [{"name": "train", "pattern": "train/*.csv"}, ...]}` with patterns relative
            to `input_base`. Without it, all files in the directory are one split.
        output_config: the splits that rows are hashed into, as TFX's `example_gen_pb2.Output` or a
            mapping: `{"split_config": {"splits": [{"name": "train", "hash_buckets": 2}, ...]}}`.
            The content of a row decides, so that a row is in the same split on every machine and in
            every run. Without it, one input split is hashed into `train` (2 of 3 buckets) and
            `eval` (1 of 3), and several input splits are the output splits.
        range_config: TFX's choice of spans, of which there are none here: only `None` is taken.

    Outputs:
        examples: `Examples`.

    Raises:
        AuthoringError: a configuration has unknown fields or values, or its splits contradict;
            `range_config` is given.
    """

    SPEC_CLASS = CsvExampleGenSpec
    EXECUTOR_SPEC = BeamExecutorSpec("components.csv_example_gen.executor:Executor")

    def __init__(
        self,
        input_base: str | RuntimeParameter | Placeholder,
        input_config: Any = None,
        output_config: Any = None,
        range_config: None = None,
    ) -> None:
        if range_config is not None:
            raise AuthoringError(
                "CsvExampleGen reads no spans: leave out range_config, and let input_base or the "
                "patterns of input_config say which files are read."
            )
        spec = CsvExampleGenSpec(
            input_base=input_base, input_config=input_config, output_config=output_config
        )
        _check_splits(spec.exec_properties)
        super().__init__(spec=spec)


def _check_splits(parameters: dict[str, Any]) -> None:
    configs = parameters["input_config"], parameters["output_config"]
    if not all(config is None or isinstance(config, dict) for config in configs):
        return  # only the run knows them
    try:
        plan_splits(*configs)
    except DataError as error:
        raise AuthoringError(f"CsvExampleGen: {error}") from error
