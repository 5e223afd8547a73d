"""The `Transform` component: what it takes and makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from components.transform.splits_config import check_splits_config
from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ModuleFile,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.dsl.parameter_types import ProtoMessage
from pipeline_lib.errors import AuthoringError


class TransformSpec(ComponentSpec):
    """Inputs, outputs and parameters of `Transform`; the names are TFX's."""

    PARAMETERS = {
        "module_file": ExecutionParameter(
            type=ModuleFile, optional=True, defines=("preprocessing_fn",)
        ),
        "preprocessing_fn": ExecutionParameter(type=str, optional=True),
        "splits_config": ExecutionParameter(type=dict, optional=True),
        "custom_config": ExecutionParameter(type=dict, optional=True),
    }
    INPUTS = {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "schema": ChannelParameter(type=standard_artifacts.Schema),
        "analyzer_cache": ChannelParameter(type=standard_artifacts.TransformCache, optional=True),
    }
    OUTPUTS = {
        "transform_graph": ChannelParameter(type=standard_artifacts.TransformGraph),
        "transformed_examples": ChannelParameter(type=standard_artifacts.Examples),
    }


class TransformGraphOnlySpec(TransformSpec):
    """`TransformSpec` of a component that writes no transformed examples."""

    OUTPUTS = {"transform_graph": TransformSpec.OUTPUTS["transform_graph"]}


class Transform(BaseComponent[Literal["transform_graph", "transformed_examples"]]):
    """Analyses a data set with TensorFlow Transform and transforms all its splits.

    The user's `preprocessing_fn(inputs)`, or `preprocessing_fn(inputs, custom_config)`, maps raw
    tensors by feature name (a `tf.SparseTensor` where the schema lets the feature be missing) to
    transformed tensors by name. What its analysers find (means, vocabularies) becomes part of one
    graph, which transforms the examples here and requests when the model serves.

    Args:
        examples: raw examples (`Examples`); several artifacts are taken as one data set.
        schema: the schema of the raw examples.
        module_file: path of a Python file that defines `preprocessing_fn`. Give either this or
            `preprocessing_fn`.
        preprocessing_fn: import path of the function, such as `my_package.features.prepare`.
        splits_config: `{"analyze": [...], "transform": [...]}`, names of splits, or TFX's message.
            By default `train` is analysed and every split is transformed.
        materialize: whether to write the transformed examples.
        custom_config: passed to a `preprocessing_fn` that takes `custom_config`.
        analyzer_cache: TFX's cache of analyses (`TransformCache`); without effect, none is kept.
        disable_analyzer_cache: without effect; no such cache is kept.
        disable_statistics: without effect; no statistics of the data are computed.

    Outputs:
        transform_graph: `TransformGraph`, which `tft.TFTransformOutput` opens.
        transformed_examples: `Examples` with the transformed splits, if `materialize`.

    Raises:
        AuthoringError: both or none of `module_file` and `preprocessing_fn` is given, or
            `splits_config` cannot work; `analyzer_cache` is given and disabled.
    """

    SPEC_CLASS = TransformSpec
    EXECUTOR_SPEC = BeamExecutorSpec("components.transform.executor:Executor")

    def __init__(
        self,
        examples: Channel,
        schema: Channel,
        module_file: str | None = None,
        preprocessing_fn: str | RuntimeParameter | None = None,
        splits_config: Mapping[str, Any] | ProtoMessage | RuntimeParameter | None = None,
        materialize: bool = True,
        custom_config: Mapping[str, Any] | RuntimeParameter | None = None,
        analyzer_cache: Channel | None = None,
        disable_analyzer_cache: bool = False,
        disable_statistics: bool = True,
    ) -> None:
        if (module_file is None) == (preprocessing_fn is None):
            raise AuthoringError(
                "Transform takes either 'module_file' or 'preprocessing_fn', "
                f"got module_file={module_file!r} and preprocessing_fn={preprocessing_fn!r}."
            )
        if analyzer_cache is not None and disable_analyzer_cache:
            raise AuthoringError(
                "Transform is given analyzer_cache and disable_analyzer_cache=True, which says not "
                "to use it. Leave one of them out."
            )
        spec_class = TransformSpec if materialize else TransformGraphOnlySpec
        spec = spec_class(
            examples=examples,
            schema=schema,
            analyzer_cache=analyzer_cache,
            module_file=module_file,
            preprocessing_fn=preprocessing_fn,
            splits_config=splits_config,
            custom_config=custom_config,
        )
        if isinstance(spec.exec_properties["splits_config"], dict):
            check_splits_config(spec.exec_properties["splits_config"])
        super().__init__(spec=spec)
