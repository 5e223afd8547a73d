"""Payloads that the penguins do not give: images, nothing but NaN, predictions, what is broken."""

from __future__ import annotations

import gzip
import struct
import sys
from pathlib import Path

import pytest
from google.protobuf.message import Message

from pipeline_lib import Artifact
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord, JsonValue
from pipeline_lib.render import registry
from pipeline_lib.render.payloads_pb2 import Event, Example, PredictionLog
from pipeline_lib.render.registry import register_renderer
from pipeline_lib.render.render import in_words, render, together
from tests.render.fragment_text import text_of

HOSTILE = "<script>alert('x')</script>"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx"
    b"\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)
"""One red pixel."""


def write_records(path: Path, *messages: Message, compressed: bool = True) -> None:
    payloads = [one.SerializeToString() for one in messages]
    framed = b"".join(struct.pack("<QI", len(one), 0) + one + b"\0\0\0\0" for one in payloads)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(framed) if compressed else framed)


def examples_in(folder: Path, *examples: Example) -> ArtifactRecord:
    write_records(folder / "Split-train" / "data-00000-of-00001.gz", *examples)
    return ArtifactRecord("Examples", str(folder))


def example(name: str, *values: bytes) -> Example:
    made = Example()
    made.features.feature[name].bytes_list.value.extend(values)
    return made


def test_a_bytes_feature_that_is_an_image_is_shown_as_one(tmp_path: Path) -> None:
    html = render(examples_in(tmp_path, example("picture", PNG)))
    assert '<img src="data:image/png;base64,iVBORw0KGgo' in html
    assert 'alt="picture of row 1"' in html


def test_an_image_that_is_large_is_told_of_only(tmp_path: Path) -> None:
    html = render(examples_in(tmp_path, example("picture", PNG + bytes(200_000))))
    assert "PNG image of 200.1 kB" in html
    assert "<img" not in html


def test_names_and_values_are_escaped_everywhere(tmp_path: Path) -> None:
    record = ArtifactRecord(
        HOSTILE,
        str(tmp_path),
        properties={HOSTILE: HOSTILE},
        custom_properties={"x": HOSTILE},
        name=HOSTILE,
    )
    (tmp_path / "<img src=x onerror=alert(1)>").write_text("x")
    rows = examples_in(tmp_path / "data", example(HOSTILE, HOSTILE.encode()))
    verdict: dict[str, JsonValue] = {"blessed": 0, "not_blessed_reason": HOSTILE}
    blessing = ArtifactRecord("ModelBlessing", str(tmp_path), custom_properties=verdict)
    (tmp_path / "value").write_text(HOSTILE)
    text = ArtifactRecord("String", str(tmp_path / "value"))
    for one in (record, rows, blessing, text):
        html = render(one)
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


def test_long_lists_missing_values_and_raw_bytes(tmp_path: Path) -> None:
    full = example("raw", b"\xff\xfe\x00")
    full.features.feature["many"].float_list.value.extend([0.5] * 784)
    text = text_of(render(examples_in(tmp_path, full, example("raw"))))
    assert "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, … 784 values]" in text
    assert "3 B: ff fe 00" in text
    assert "missing" in text


def test_statistics_of_nothing_but_nan(tmp_path: Path) -> None:
    from tensorflow_metadata.proto.v0 import statistics_pb2

    found = statistics_pb2.DatasetFeatureStatisticsList()
    data_set = found.datasets.add(num_examples=3)
    feature = data_set.features.add(name="weight", type=statistics_pb2.FeatureNameStatistics.FLOAT)
    stats = feature.num_stats
    stats.mean = stats.min = stats.max = stats.median = stats.std_dev = float("nan")
    stats.common_stats.num_non_missing = 3
    stats.histograms.add(num_nan=3, type=statistics_pb2.Histogram.STANDARD)
    stats.histograms.add(num_nan=3, type=statistics_pb2.Histogram.QUANTILES)
    path = tmp_path / "Split-train" / "FeatureStats.pb"
    path.parent.mkdir()
    path.write_bytes(found.SerializeToString())
    text = text_of(render(ArtifactRecord("ExampleStatistics", str(tmp_path))))
    assert "weight nothing to draw" in text
    assert "weight train float none only NaN" in text


def test_a_feature_with_one_value_only(tmp_path: Path) -> None:
    html = render(statistics_of_year(tmp_path, 2007))
    assert 'aria-label="year: all from 2007 to 2007, mean 2007"' in html


def test_statistics_of_two_data_sets_over_each_other(tmp_path: Path) -> None:
    old, new = (statistics_of_year(tmp_path / str(year), year) for year in (2007, 2009))
    html = together({"run 1": old, HOSTILE: new})
    assert html is not None
    assert "year: all of run 1 from 2007 to 2007, mean 2007; all of &lt;script&gt;" in html
    assert HOSTILE not in html
    files.remove(new.uri)
    assert together({"run 1": old, "run 2": new}) is None
    assert together({"run 1": ArtifactRecord("Model", str(tmp_path))}) is None


def statistics_of_year(folder: Path, year: int) -> ArtifactRecord:
    from tensorflow_metadata.proto.v0 import statistics_pb2

    found = statistics_pb2.DatasetFeatureStatisticsList()
    feature = found.datasets.add(num_examples=2).features.add(name="year")
    stats = feature.num_stats
    stats.min = stats.max = stats.mean = year
    stats.histograms.add().buckets.add(low_value=year, high_value=year, sample_count=2)
    path = folder / "Split-all" / "FeatureStats.pb"
    path.parent.mkdir(parents=True)
    path.write_bytes(found.SerializeToString())
    return ArtifactRecord("ExampleStatistics", str(folder), properties={"split_names": '["all"]'})


def test_the_curve_of_a_log_that_is_still_written(tmp_path: Path) -> None:
    events = []
    for step, loss in enumerate((0.5, 0.25, float("nan"))):
        event = Event(step=step)
        event.summary.value.add(tag="loss", simple_value=loss)
        events.append(event)
    log = tmp_path / "events.out.tfevents.1"
    write_records(log, *events, compressed=False)
    log.write_bytes(log.read_bytes() + b"\x10\0\0")
    assert 'aria-label="loss: . 0.5 at step 0, nan at step 2"' in render(
        ArtifactRecord("ModelRun", str(tmp_path))
    )


def test_predictions_stand_beside_what_was_asked(tmp_path: Path) -> None:
    log = PredictionLog()
    request, response = log.predict_log.request, log.predict_log.response
    asked = request.inputs["examples"]
    asked.dtype = 7
    asked.tensor_shape.dim.add(size=2)
    asked.string_val.extend(
        [example("island", name).SerializeToString() for name in (b"Biscoe", b"Dream")]
    )
    given = response.outputs["probabilities"]
    given.dtype = 1
    for size in (2, 3):
        given.tensor_shape.dim.add(size=size)
    given.tensor_content = struct.pack("<6f", 0.5, 0.25, 0.25, 0, 0, 1)
    classified = PredictionLog()
    classified.classify_log.request.input.example_list.examples.append(example("island", b"Dream"))
    result = classified.classify_log.response.result.classifications.add()
    result.classes.add(label="Gentoo", score=0.5)
    regressed = PredictionLog()
    regressed.regress_log.request.input.example_list.examples.append(example("island", b"Biscoe"))
    regressed.regress_log.response.result.regressions.add(value=0.75)
    write_records(tmp_path / "prediction_logs-00000-of-00001.gz", log, classified, regressed)
    text = text_of(render(ArtifactRecord("InferenceResult", str(tmp_path))))
    assert "row → probabilities → classes → value island" in text
    assert "1 [0.5, 0.25, 0.25] Biscoe 2 [0, 0, 1] Dream 3 Gentoo 0.5 Dream 4 0.75 Biscoe" in text


def test_serving_s_own_messages_are_read(tmp_path: Path) -> None:
    apis = pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2")
    log = apis.PredictionLog()
    log.predict_log.request.inputs["x"].dtype = 1
    log.predict_log.request.inputs["x"].float_val.extend([1.5])
    log.predict_log.request.inputs["x"].tensor_shape.dim.add(size=1)
    log.predict_log.response.outputs["y"].CopyFrom(log.predict_log.request.inputs["x"])
    write_records(tmp_path / "prediction_logs.gz", log)
    assert "1 1.5 1.5" in text_of(render(ArtifactRecord("InferenceResult", str(tmp_path))))


def test_an_artifact_whose_files_are_gone_says_so(tmp_path: Path) -> None:
    gone = ArtifactRecord("Schema", str(tmp_path / "gone"), id=7)
    assert text_of(render(gone)) == (
        "Schema artifact 7 Its files are gone: there is nothing at this URI. "
        f"URI uri {tmp_path / 'gone'}"
    )
    assert in_words(gone) == ""


@pytest.mark.parametrize(
    ("type_name", "file"),
    [
        ("Examples", "Split-train/data.gz"),
        ("ExampleStatistics", "Split-train/FeatureStats.pb"),
        ("ExampleAnomalies", "Split-train/SchemaDiff.pb"),
        ("Schema", "schema.pbtxt"),
        ("Model", "Format-Serving/saved_model.pb"),
        ("ModelEvaluation", "summary.json"),
        ("HyperParameters", "best_hyperparameters.txt"),
        ("InferenceResult", "prediction_logs.gz"),
    ],
)
def test_a_broken_payload_is_told_and_its_files_are_listed(
    type_name: str, file: str, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff\xffbroken")
    text = text_of(render(ArtifactRecord(type_name, str(tmp_path))))
    assert f"It cannot be shown as {type_name}: " in text
    assert "1 file, 8 B" in text


def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schema.pbtxt").write_text("")
    for name in list(sys.modules):
        if name.startswith(("tensorflow_metadata", "pipeline_lib.render.standard.schema")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorflow_metadata", None)
    text = text_of(render(ArtifactRecord("Schema", str(tmp_path))))
    assert (
        "To see what is in it, install tensorflow_metadata: pip install 'pipeline-lib[ml]'." in text
    )


class Report(Artifact):
    """An artifact type of a user's."""

    TYPE_NAME = "Report"


@pytest.fixture
def no_renderers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {})


@pytest.mark.usefixtures("no_renderers")
@pytest.mark.parametrize("wanted", [Report, "Report"])
def test_users_register_a_renderer_by_type(wanted: str | type[Artifact], tmp_path: Path) -> None:
    register_renderer(wanted, lambda record: f"<b>report at {len(record.uri)}</b>")
    assert f"<b>report at {len(str(tmp_path))}</b>" in render(Report(str(tmp_path)))


@pytest.mark.usefixtures("no_renderers")
def test_a_user_s_renderer_that_fails_is_told(tmp_path: Path) -> None:
    def fail(record: ArtifactRecord) -> str:
        raise KeyError("pages")

    register_renderer(Report, fail)
    text = text_of(render(Report(str(tmp_path))))
    assert "It cannot be shown as Report: KeyError: 'pages'" in text


def test_an_unknown_type_shows_files_with_sizes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1500))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"x")
    text = text_of(render(Report(str(tmp_path))))
    assert "2 files, 1.5 kB file size a 1.5 kB b/c 1 B" in text


@pytest.mark.parametrize(
    ("type_name", "content", "shown"),
    [
        ("Float", "0.5", "0.5"),
        ("JsonValue", '[{"a": 1, "b": "x"}, {"b": "y"}]', "a b 1 x y"),
        ("JsonValue", '{"a": [1, 2]}', '{ "a": [ 1, 2 ] }'),
        ("Integer", "half", "The value is too large to show, or no value. One file of 4 B."),
    ],
)
def test_values_are_shown(type_name: str, content: str, shown: str, tmp_path: Path) -> None:
    (tmp_path / "value").write_text(content)
    assert f" {shown} URI" in text_of(render(ArtifactRecord(type_name, str(tmp_path / "value"))))


def test_artifacts_in_other_file_systems_are_shown() -> None:
    files.write_bytes("memory://look/model/Format-Serving/saved_model.pb", b"")
    files.write_bytes("memory://look/model/extra", b"12345")
    text = text_of(render(ArtifactRecord("Model", "memory://look/model")))
    assert "2 files, 5 B file size Format-Serving/saved_model.pb 0 B extra 5 B" in text
    gone = text_of(render(ArtifactRecord("Model", "memory://look/nothing")))
    assert "Its files are gone" in gone


def test_a_file_system_that_nobody_knows_is_told() -> None:
    text = text_of(render(ArtifactRecord("Model", "nowhere://look/model")))
    assert "Its files cannot be looked at: ValueError: Protocol not known: nowhere" in text


def test_words_in_plots_are_text_and_nothing_else(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    from tensorflow_metadata.proto.v0 import statistics_pb2

    found = statistics_pb2.DatasetFeatureStatisticsList()
    string = statistics_pb2.FeatureNameStatistics.STRING
    feature = found.datasets.add(num_examples=4).features.add(name=HOSTILE, type=string)
    stats = feature.string_stats
    stats.common_stats.tot_num_values = 4
    for word in (HOSTILE, "$\\frac$", "企鹅"):
        stats.top_values.add(value=word, frequency=1)
    path = tmp_path / "Split-all" / "FeatureStats.pb"
    path.parent.mkdir()
    path.write_bytes(found.SerializeToString())
    html = render(ArtifactRecord("ExampleStatistics", str(tmp_path)))
    assert "<svg" in html
    assert "<script" not in html
    assert "$\\frac$</text>" in html
    assert "企鹅</text>" in html
    assert not recwarn.list


def test_an_infra_blessing_tells_figures_and_tries(tmp_path: Path) -> None:
    (tmp_path / "INFRA_BLESSED").touch()
    (tmp_path / "validation.json").write_text('{"servers": [{"kind": "embedded"}]}')
    figures: dict[str, JsonValue] = {"blessed": 1, "loading_seconds": 0.25, "p99_ms": 3.5}
    record = ArtifactRecord("InfraBlessing", str(tmp_path), custom_properties=figures)
    text = text_of(render(record))
    assert "InfraBlessing blessed about value seconds until it was loaded 0.25 99th" in text
    assert 'each server and try {"servers": [{"kind": "embedded"}]}' in text
