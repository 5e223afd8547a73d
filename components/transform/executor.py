"""Does the work of `Transform`: one Beam pipeline of TensorFlow Transform."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Sequence
from typing import Any

import apache_beam as beam
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import metadata_io
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder
from tfx_bsl.public import tfxio

from components.layouts.examples_format import EXAMPLES_FORMAT
from components.transform.splits_config import SplitsConfig
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import (
    encode_split_names,
    get_single_instance,
    get_single_uri,
    get_split_uri,
    get_split_uris,
)
from pipeline_lib.execution.executor import BeamExecutor
from pipeline_lib.execution.user_module import user_function


class Executor(BeamExecutor):
    """Analyses and transforms examples with the user's `preprocessing_fn`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """See `Transform`.

        Raises:
            UserModuleError: the user's module or function cannot be had.
            DataError: the examples lack a split.
        """
        examples = input_dict["examples"]
        graph_uri = get_single_uri(output_dict["transform_graph"])
        preprocessing_fn = _preprocessing_fn(exec_properties)
        metadata = metadata_io.read_metadata(get_single_uri(input_dict["schema"]))
        splits = SplitsConfig.resolve(exec_properties.get("splits_config"), examples)
        analyzed = _source(examples, splits.analyze, metadata.schema)
        sources = {split: _source(examples, [split], metadata.schema) for split in splits.transform}
        outputs = _split_uris(output_dict.get("transformed_examples"), examples, splits.transform)

        metadata_io.write_metadata(
            metadata, os.path.join(graph_uri, tft.TFTransformOutput.RAW_METADATA_DIR)
        )
        with self._make_beam_pipeline() as pipeline, tft_beam.Context(temp_dir=self._get_tmp_dir()):
            transform_fn = _analyze(pipeline, analyzed, preprocessing_fn)
            transform_fn | "WriteTransformFn" >> tft_beam.WriteTransformFn(graph_uri)
            for split, uri in outputs.items():
                _transform(pipeline, split, sources[split], transform_fn, uri)


def _preprocessing_fn(exec_properties: dict[str, Any]) -> Callable[..., Any]:
    function = user_function(
        "preprocessing_fn",
        module_file=exec_properties.get("module_file"),
        import_path=exec_properties.get("preprocessing_fn"),
    )
    if "custom_config" not in inspect.signature(function).parameters:
        return function
    custom_config = exec_properties.get("custom_config") or {}
    return functools.partial(function, custom_config=custom_config)


def _source(examples: Sequence[Artifact], splits: Sequence[str], schema: Any) -> tfxio.TFXIO:
    """Reads the given splits of all artifacts as one data set."""
    uris = [uri for split in splits for uri in get_split_uris(examples, split)]
    return tfxio.TFExampleRecord(
        file_pattern=[os.path.join(uri, "*") for uri in uris],
        schema=schema,
        telemetry_descriptors=["Transform"],
    )


def _split_uris(
    transformed: list[Artifact] | None, examples: Sequence[Artifact], splits: Sequence[str]
) -> dict[str, str]:
    """Where each transformed split is written; nothing where examples are not an output."""
    if not transformed:
        return {}
    artifact = get_single_instance(transformed)
    for name in ("span", "version"):
        if name in examples[-1].properties:
            artifact.properties[name] = examples[-1].properties[name]
    artifact.properties["split_names"] = encode_split_names(splits)
    artifact.custom_properties.update(EXAMPLES_FORMAT)
    return {split: get_split_uri(transformed, split) for split in splits}


def _analyze(
    pipeline: beam.Pipeline, source: tfxio.TFXIO, preprocessing_fn: Callable[..., Any]
) -> Any:
    """TFT's transform function, as a value of the Beam pipeline."""
    batches = pipeline | "ReadToAnalyze" >> source.BeamSource()
    data = (batches, source.TensorAdapterConfig())
    return data | "Analyze" >> tft_beam.AnalyzeDataset(preprocessing_fn)


def _transform(
    pipeline: beam.Pipeline, split: str, source: tfxio.TFXIO, transform_fn: Any, uri: str
) -> None:
    """Transform one split.

    It is read again even if it was analysed: keeping it would hold all of it in memory (the
    direct runner) or write it to a temporary place (others) until the analysis is complete.
    """
    batches = pipeline | f"Read[{split}]" >> source.BeamSource()
    data = ((batches, source.TensorAdapterConfig()), transform_fn)
    transformed, metadata = data | f"Transform[{split}]" >> tft_beam.TransformDataset(
        output_record_batches=True
    )
    encoder = RecordBatchToExamplesEncoder(metadata.schema)
    (
        transformed
        | f"Encode[{split}]" >> beam.FlatMapTuple(lambda batch, _: encoder.encode(batch))
        | f"Write[{split}]"
        >> beam.io.WriteToTFRecord(
            os.path.join(uri, "transformed_examples"), file_name_suffix=".gz"
        )
    )
