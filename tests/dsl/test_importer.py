from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import Importer, RuntimeParameter
from pipeline_lib.artifacts.standard_artifacts import Examples, HyperParameters
from pipeline_lib.dsl.executor_spec import ImporterSpec
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises

VALUES: Any = steps.ReturnsEveryType().with_id("Values")
MODEL: Any = steps.Train().outputs["model"].future()[0]


def test_importer_has_one_output_and_tfxs_type_name() -> None:
    author = RuntimeParameter("author", str)
    hparams = Importer(
        source_uri="hparams",
        artifact_type=HyperParameters,
        properties={},
        custom_properties={"author": author, "tags": ["a"]},
    ).with_id("hparams")
    assert hparams.id == "hparams"
    assert hparams.type_name == "tfx.dsl.components.common.importer.Importer"
    assert {key: channel.type for key, channel in hparams.outputs.items()} == {
        "result": HyperParameters
    }
    assert hparams.exec_properties == {"source_uri": "hparams", "reimport": False}
    assert hparams.executor_spec == ImporterSpec({}, {"author": author, "tags": ["a"]})


def test_output_key_uri_and_reimport_can_be_given() -> None:
    uri = RuntimeParameter("uri", str)
    importer = Importer(uri, Examples, reimport=True, properties={"span": 3}, output_key="examples")
    assert list(importer.outputs) == ["examples"]
    assert importer.exec_properties == {"source_uri": uri, "reimport": True}


def test_everything_but_the_type_may_be_a_future_value() -> None:
    number, text = (VALUES.outputs[key].future()[0].value for key in "is")
    importer = Importer(
        text,
        Examples,
        reimport=number > 3,
        properties={"span": number, "version": MODEL.custom_property("version")},
        custom_properties={"tags": ["a", text], "author": text},
    )
    assert {name: repr(value) for name, value in importer.exec_properties.items()} == {
        "source_uri": "Values.outputs['s'][0].value",
        "reimport": "(Values.outputs['i'][0].value > 3)",
    }
    spec = importer.executor_spec
    assert isinstance(spec, ImporterSpec)
    assert {name: repr(value) for name, value in spec.properties.items()} == {
        "span": "Values.outputs['i'][0].value",
        "version": "Train.outputs['model'][0].custom_property('version')",
    }
    assert {name: repr(value) for name, value in spec.custom_properties.items()} == {
        "tags": "['a', Values.outputs['s'][0].value]",
        "author": "Values.outputs['s'][0].value",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"artifact_type": str},
            "Importer(artifact_type=...) takes an artifact type, got <class 'str'>.",
        ),
        (
            {"properties": {"spam": 3}},
            "Importer: artifact type 'Examples' declares no property 'spam'. "
            "These exist: 'span', 'split_names', 'version'. Did you mean 'span'?",
        ),
        (
            {"properties": {"span": "3"}},
            "Importer: property 'span' of artifact type 'Examples' holds INT, got '3' of type str.",
        ),
        (
            {"properties": {"span": VALUES.outputs["s"].future()[0].value}},
            "Importer: property 'span' of artifact type 'Examples' holds INT, "
            "but Values.outputs['s'][0].value is str.",
        ),
        (
            {"properties": {"span": VALUES.outputs["s"].future()}},
            "Importer: property 'span' of artifact type 'Examples' holds Values.outputs['s'], "
            "which is no value. Read its value, its uri or a property.",
        ),
        (
            {"source_uri": VALUES.outputs["i"].future()[0].value},
            "Importer: parameter 'source_uri' takes path of data outside the pipeline, "
            "but Values.outputs['i'][0].value is int.",
        ),
        (
            {"custom_properties": {"seen": {1}}},
            "Importer: custom property 'seen' holds {1} of type set, which JSON cannot express.",
        ),
        (
            {"source_uri": 3},
            "Importer: parameter 'source_uri' takes path of data outside the pipeline, "
            "got 3 of type int.",
        ),
        (
            {"source_uri": None},
            "Importer: parameter 'source_uri' is required: pass path of data outside the pipeline.",
        ),
        (
            {"reimport": "no"},
            "Importer: parameter 'reimport' takes bool, got 'no' of type str.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Any], message: str) -> None:
    with raises(AuthoringError, message):
        Importer(**{"source_uri": "here", "artifact_type": Examples, **given})
