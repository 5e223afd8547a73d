"""InfraValidator, with the embedded server and models that do what no model should."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components.infra_validator.component import InfraValidator
from pipeline_lib import Channel, placeholders, tfx
from pipeline_lib.artifacts import files, standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.errors import AuthoringError, DataError
from tests.whole_message import raises

Validate = Callable[..., standard_artifacts.InfraBlessing]
SIGNATURES = ("serving_default", "classify_x_to_classes", "regress_x_to_y")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> standard_artifacts.Examples:
    """Three examples with a number `x` and text `name`; split `train`, and an empty `eval`."""
    import tensorflow as tf

    root = tmp_path_factory.mktemp("examples")
    for split, values in (("train", (1.0, 2.0, 3.0)), ("eval", ())):
        (root / f"Split-{split}").mkdir()
        path = str(root / f"Split-{split}" / "data_tfrecord-00000-of-00001.gz")
        with tf.io.TFRecordWriter(path, "GZIP") as writer:
            for x in values:
                features = {
                    "x": tf.train.Feature(float_list=tf.train.FloatList(value=[x])),
                    "name": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"it"])),
                }
                example = tf.train.Example(features=tf.train.Features(feature=features))
                writer.write(example.SerializeToString())
    made = standard_artifacts.Examples(uri=str(root))
    made.split_names = '["train", "eval"]'
    return made


@pytest.fixture
def validate(tmp_path: Path) -> Validate:
    """A callable that runs the executor; the artifact that it has filled."""
    from components.infra_validator.executor import Executor

    def run(
        save: Callable[[str], None],
        examples: Sequence[Artifact] = (),
        **specs: Mapping[str, Any],
    ) -> standard_artifacts.InfraBlessing:
        save(str(tmp_path / "model" / "Format-Serving"))
        (tmp_path / "blessing").mkdir()
        blessing = standard_artifacts.InfraBlessing(uri=str(tmp_path / "blessing"))
        model = standard_artifacts.Model(uri=str(tmp_path / "model"))
        context = dataclasses.replace(Executor.Context(), tmp_dir=str(tmp_path / "tmp"))
        Executor(context).Do(
            {"model": [model], "examples": list(examples)},
            {"blessing": [blessing]},
            {"serving_spec": None, "request_spec": None, "validation_spec": None, **specs},
        )
        assert os.listdir(tmp_path / "tmp") == []
        return blessing

    return run


def files_of(blessing: Artifact) -> list[str]:
    """Names of the files in the artifact."""
    return files.file_names(blessing.uri)


def report_of(blessing: Artifact) -> Any:
    """What `validation.json` says."""
    return json.loads(Path(blessing.uri, "validation.json").read_text())


def test_a_good_model_is_blessed_and_kept_with_its_warm_up(
    validate: Validate, examples: Artifact
) -> None:
    import tensorflow as tf
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    from tests.serving import saved_models

    blessing = validate(
        saved_models.half_plus_two,
        [examples],
        request_spec={
            "num_examples": 2,
            "make_warmup": True,
            "tensorflow_serving": {"signature_names": SIGNATURES},
        },
        validation_spec={
            "load_test": {"duration_seconds": 0.5, "concurrency": 2, "requests_per_second": 100}
        },
    )
    uri = Path(blessing.uri)
    assert [name for name in files_of(blessing) if not name.startswith("stamped_model")] == [
        "INFRA_BLESSED",
        "validation.json",
    ]
    served = uri.parent / "model" / "Format-Serving"
    warmup = uri / "stamped_model" / "assets.extra" / "tf_serving_warmup_requests"
    records = [
        PredictionLog.FromString(one)
        for one in tf.data.TFRecordDataset(str(warmup)).as_numpy_iterator()
    ]
    # Both rows at once where the signature takes arrays, else one example after another.
    assert [one.WhichOneof("log_type") for one in records] == [
        "predict_log",
        *["classify_log"] * 2,
        *["regress_log"] * 2,
    ]
    assert list(records[0].predict_log.request.inputs["x"].float_val) == [1.0, 2.0]
    assert records[0].predict_log.request.model_spec.name == "infra-validation-model"
    properties = dict(blessing.custom_properties)
    figures = {
        name: properties.pop(name)
        for name in ("loading_seconds", "p50_ms", "p99_ms", "requests_per_second")
    }
    assert properties == {
        "blessed": 1,
        "has_model": 1,
        "model_fingerprint": files.fingerprint(str(served)),
        "stamped_model_fingerprint": files.fingerprint(str(uri / "stamped_model")),
    }
    (tried,) = report_of(blessing)["servers"]
    assert tried["server"] == "the embedded server"
    measured = tried["tries"][0]["figures"]
    assert measured == {**figures, "requests": measured["requests"]}
    assert 0 < measured["requests"] <= 50
    warmup.unlink()
    warmup.parent.rmdir()
    assert files.fingerprint(str(uri / "stamped_model")) == files.fingerprint(str(served))


def test_a_model_is_only_loaded_without_examples(validate: Validate) -> None:
    from tests.serving.model_servers import bad_models

    blessing = validate(bad_models.not_a_number)
    assert blessing.get_custom_property("blessed") == 1
    assert files_of(blessing) == ["INFRA_BLESSED", "validation.json"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not_a_number", "signature 'serving_default' answers with NaN in its output 'y'"),
        ("aborting", "the embedded server ended by itself with signal 6 (SIGABRT)"),
        ("hanging", "signature 'serving_default' did not answer within 2 s"),
        (
            "memory_eating",
            "the embedded server was killed: it used more than 1536 MiB of memory",
        ),
    ],
)
def test_a_bad_model_is_not_blessed(
    validate: Validate, examples: Artifact, name: str, reason: str
) -> None:
    from tests.serving.model_servers import bad_models

    # What would take the memory may take longer than what hangs is given.
    timeout_s = 2 if name == "hanging" else 60
    blessing = validate(
        getattr(bad_models, name),
        [examples],
        serving_spec={"local_process": {"memory_limit": "1536Mi"}},
        request_spec={"make_warmup": True},
        validation_spec={"num_tries": 1, "request_timeout_seconds": timeout_s},
    )
    assert files_of(blessing) == ["INFRA_NOT_BLESSED", "validation.json"]
    assert blessing.get_custom_property("blessed") == 0
    assert blessing.get_custom_property("has_model") == 0
    assert blessing.get_custom_property("not_blessed_reason") == reason
    assert report_of(blessing)["reason"] == reason


def test_a_model_that_cannot_be_loaded_is_not_tried_again(validate: Validate) -> None:
    from tests.serving.model_servers import bad_models

    blessing = validate(bad_models.unloadable)
    reason = blessing.get_string_custom_property("not_blessed_reason")
    assert reason.startswith("the embedded server cannot load the model: DATA_LOSS: ")
    (server,) = report_of(blessing)["servers"]
    assert len(server["tries"]) == 1


def test_a_model_that_is_not_loaded_in_time_is_tried_again(validate: Validate) -> None:
    from tests.serving.model_servers import bad_models

    blessing = validate(
        bad_models.hanging_at_load,
        validation_spec={"max_loading_time_seconds": 1, "num_tries": 2},
    )
    assert blessing.get_custom_property("not_blessed_reason") == (
        "version 1 of model 'infra-validation-model' was not available in time; its state is "
        "unknown: the server did not answer"
    )
    (server,) = report_of(blessing)["servers"]
    assert len(server["tries"]) == 2


def test_a_damaged_file_needs_no_server(validate: Validate, examples: Artifact) -> None:
    def save(path: str) -> None:
        Path(path).mkdir(parents=True)
        Path(path, "saved_model.pb").write_bytes(b"no graph")

    blessing = validate(save, [examples])
    assert blessing.get_custom_property("not_blessed_reason") == (
        "saved_model.pb is damaged: it is no SavedModel"
    )
    assert report_of(blessing)["servers"] == []


def test_a_model_without_a_graph_to_serve_needs_no_server(
    validate: Validate, examples: Artifact
) -> None:
    from tests.serving.model_servers import bad_models

    save = partial(bad_models.with_graphs, inputs={("train",): "x"})
    assert validate(save, [examples]).get_custom_property("not_blessed_reason") == (
        "the model has no graph with the tags ['serve']; its graphs have [['train']]"
    )


def test_the_graph_that_is_served_and_asked_has_just_the_tags(
    validate: Validate, examples: Artifact
) -> None:
    from tests.serving.model_servers import bad_models

    # The examples have no feature for the others.
    inputs = {("gpu", "serve", "tpu"): "y", ("gpu", "serve"): "x", ("serve",): "z"}
    blessing = validate(
        partial(bad_models.with_graphs, inputs=inputs),
        [examples],
        request_spec={"tensorflow_serving": {"tag_set": ["serve", "gpu"]}},
    )
    assert blessing.get_custom_property("blessed") == 1


def test_a_model_without_signatures(validate: Validate, examples: Artifact) -> None:
    import tensorflow as tf

    with raises(
        DataError,
        "request_spec.tensorflow_serving.signature_names: the model has no signature "
        "'serving_default'. None exist.",
    ):
        validate(partial(tf.saved_model.save, tf.Module()), [examples])


def test_a_model_that_changes_meanwhile(
    validate: Validate, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.serving import saved_models

    def copy_what_has_changed(source: str, destination: str) -> None:
        files.write_bytes(destination, b"changed")

    monkeypatch.setattr(files, "copy_file", copy_what_has_changed)
    with pytest.raises(
        DataError,
        match=r"^The model at '.*' was changed while it was validated: the fingerprint of its "
        r"files is [0-9a-f]{32}, and was [0-9a-f]{32} at first\. Run again\.$",
    ):
        validate(saved_models.half_plus_two)


def test_limits_that_are_missed(validate: Validate, examples: Artifact) -> None:
    from tests.serving import saved_models

    blessing = validate(
        saved_models.half_plus_two,
        [examples],
        validation_spec={
            "num_tries": 1,
            "load_test": {
                "duration_seconds": 0.5,
                "max_p50_ms": 0.001,
                "max_p99_ms": 100_000,
                "min_requests_per_second": 1e9,
            },
        },
    )
    figures = blessing.custom_properties
    assert figures["not_blessed_reason"] == (
        f"the load test's p50 is {figures['p50_ms']:g} ms, expected at most 0.001 ms; the load "
        f"test's throughput is {figures['requests_per_second']:g} requests a second, expected at "
        "least 1e+09"
    )


def nothing(path: str) -> None:
    """Trainer has written nothing."""
    Path(path).mkdir(parents=True)


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        (
            {"request_spec": {"tensorflow_serving": {"signature_names": ["serving_defualt"]}}},
            "request_spec.tensorflow_serving.signature_names: the model has no signature "
            "'serving_defualt'. These exist: 'classify_x_to_classes', 'classify_x_to_y', "
            "'regress_x_to_y', 'regress_x_to_y2', 'serving_default'. Did you mean "
            "'serving_default'?",
        ),
        (
            {"request_spec": {"tensorflow_serving": {"tag_set": ["gpu", "serve"]}}},
            "request_spec.tensorflow_serving.tag_set is ['gpu', 'serve']: the model has no graph "
            "with these tags. Its graphs have [['serve']].",
        ),
        (
            {"request_spec": {"split_name": "eval"}},
            "There is no example to make a request of in split 'eval'.",
        ),
        (
            {"serving_spec": {"local_process": {"binary": "/opt/tensorflow_model_server"}}},
            "There is no program '/opt/tensorflow_model_server'. Install TensorFlow Serving's "
            "tensorflow_model_server or give its path, or validate with the embedded server.",
        ),
    ],
)
def test_what_is_not_about_the_model_fails_the_node(
    validate: Validate, examples: Artifact, specs: Mapping[str, Any], message: str
) -> None:
    from tests.serving import saved_models

    with raises(DataError, message):
        validate(saved_models.half_plus_two, [examples], **specs)


def test_there_is_no_model(validate: Validate, tmp_path: Path) -> None:
    path = str(tmp_path / "model" / "Format-Serving" / "saved_model.pb")
    with raises(
        DataError,
        f"There is no SavedModel to validate: expected {path!r}, where Trainer writes it.",
    ):
        validate(nothing)


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        (
            {"serving_spec": {"docker": {}}},
            "serving_spec has no field 'docker'. These exist: 'kubernetes', 'local_docker', "
            "'local_process', 'model_name', 'tensorflow_serving'. Did you mean 'local_docker'?",
        ),
        (
            {"serving_spec": {"tensorflow_serving": {"tags": ["2.16.1"]}}},
            "serving_spec names images by 'tensorflow_serving' and no platform that runs images. "
            "Add 'local_docker': {} or 'kubernetes': {}.",
        ),
        (
            {"serving_spec": {"local_docker": {}}},
            "serving_spec.tensorflow_serving names no image. Give at least one of its 'tags', such "
            "as '2.16.1', or 'digests'.",
        ),
        (
            {"serving_spec": {"local_docker": {}, "local_process": {}}},
            "serving_spec takes one platform, got 'local_docker' and 'local_process'.",
        ),
        (
            {"serving_spec": {"model_name": "../penguin"}},
            "serving_spec.model_name may have 255 letters, digits, '_', '-' and '.', and does "
            "not begin with a '-' or '.', got '../penguin'.",
        ),
        (
            {"serving_spec": {"local_process": {"memory_limit": "much"}}},
            "serving_spec.local_process.memory_limit must be bytes or a size such as '512Mi' or "
            "'8Gi', got 'much'.",
        ),
        (
            {"serving_spec": {"local_process": ["embedded"]}},
            "serving_spec.local_process must be a mapping, got ['embedded'].",
        ),
        (
            {"request_spec": {"num_examples": -1}},
            "request_spec.num_examples must be a whole number that is not negative, got -1.",
        ),
        (
            {"request_spec": {"tensorflow_serving": {"signature_names": "serving_default"}}},
            "request_spec.tensorflow_serving.signature_names must be a list of texts, got "
            "'serving_default'.",
        ),
        (
            {"request_spec": {"make_warmup": True}},
            "request_spec.make_warmup needs requests, which are made of examples. Pass "
            "examples=..., or leave it out.",
        ),
        (
            {"validation_spec": {"load_test": {"max_p90_ms": 5}}},
            "validation_spec.load_test has no field 'max_p90_ms'. These exist: 'concurrency', "
            "'duration_seconds', 'max_p50_ms', 'max_p99_ms', 'min_requests_per_second', "
            "'requests_per_second'. Did you mean 'max_p99_ms'?",
        ),
        (
            {"validation_spec": {"load_test": {}}},
            "validation_spec.load_test needs requests, which are made of examples. Pass "
            "examples=..., or leave it out.",
        ),
        (
            {
                "validation_spec": {
                    "load_test": {"requests_per_second": 10, "min_requests_per_second": 20}
                }
            },
            "validation_spec.load_test can never be passed: it sends 10 requests a second and "
            "expects at least 20 answers.",
        ),
        (
            {
                "serving_spec": {
                    "tensorflow_serving": {"tags": ["2.16.1"]},
                    "kubernetes": {"active_deadline_seconds": 60},
                }
            },
            "serving_spec.kubernetes.active_deadline_seconds is 60, and the model may take until "
            "validation_spec.max_loading_time_seconds, 300, to be loaded. Let the pod live longer.",
        ),
        (
            {"serving_spec": {"tensorflow_serving": {"tags": ["2 16"]}, "local_docker": {}}},
            "serving_spec.tensorflow_serving.tags has '2 16', expected something like '2.16.1'.",
        ),
        (
            {"serving_spec": {"tensorflow_serving": {"digests": ["1a2b"]}, "local_docker": {}}},
            "serving_spec.tensorflow_serving.digests has '1a2b', expected something like "
            "'sha256:0123abcd'.",
        ),
        *(
            (
                {
                    "serving_spec": {
                        "tensorflow_serving": {"tags": ["2.16.1"]},
                        "kubernetes": {"serving_pod_overrides": {"env": [variable]}},
                    }
                },
                "serving_spec.kubernetes.serving_pod_overrides.env has the variable 'A', which "
                "takes either 'value' or 'value_from' with the 'name' and the 'key' of a "
                "secret_key_ref.",
            )
            for variable in (
                {"name": "A", "value_from": {"secret_key_ref": {"name": "keys"}}},
                {
                    "name": "A",
                    "value": "1",
                    "value_from": {"secret_key_ref": {"name": "keys", "key": "one"}},
                },
            )
        ),
        (
            {"validation_spec": {"request_timeout_seconds": "2"}},
            "validation_spec.request_timeout_seconds must be a number above 0, got '2'.",
        ),
        (
            {"validation_spec": {"load_test": {"duration_seconds": float("inf")}}},
            "validation_spec.load_test.duration_seconds must be a number above 0, got inf.",
        ),
        (
            {"validation_spec": {"load_test": {"max_p99_ms": float("nan")}}},
            "validation_spec.load_test.max_p99_ms must be a number above 0, got nan.",
        ),
        (
            {"validation_spec": {"load_test": {"concurrency": 10**9}}},
            "validation_spec.load_test.concurrency must be 10000 at most, got 1000000000.",
        ),
        (
            {
                "serving_spec": {
                    "tensorflow_serving": {"tags": ["2.16.1"]},
                    "kubernetes": {"serving_pod_overrides": {"env": "A=1"}},
                }
            },
            "serving_spec.kubernetes.serving_pod_overrides.env must be a list of mappings, got "
            "'A=1'.",
        ),
    ],
)
def test_a_wrong_configuration_is_refused_when_the_pipeline_is_written(
    specs: Mapping[str, Any], message: str
) -> None:
    with raises(AuthoringError, f"InfraValidator: {message}"):
        InfraValidator(model=Channel(type=standard_artifacts.Model), **specs)


def test_tfxs_messages_are_as_good_as_mappings() -> None:
    proto = tfx.proto
    validator = tfx.components.InfraValidator(
        model=tfx.dsl.Channel(type=standard_artifacts.Model),
        serving_spec=proto.ServingSpec(
            tensorflow_serving=proto.TensorFlowServing(tags=["2.16.1"]),
            local_docker=proto.LocalDockerConfig(),
            model_name="penguin",
        ),
        examples=tfx.dsl.Channel(type=standard_artifacts.Examples),
        request_spec=proto.RequestSpec(
            tensorflow_serving=proto.TensorFlowServingRequestSpec(signature_names=["predict"]),
            num_examples=3,
        ),
        validation_spec=proto.ValidationSpec(max_loading_time_seconds=60, num_tries=2),
    )
    assert validator.exec_properties == {
        "serving_spec": {
            "tensorflow_serving": {"tags": ["2.16.1"]},
            "local_docker": {},
            "model_name": "penguin",
        },
        "request_spec": {
            "tensorflow_serving": {"signature_names": ["predict"]},
            "num_examples": 3,
        },
        "validation_spec": {"max_loading_time_seconds": 60, "num_tries": 2},
    }


def test_a_pod_is_described_as_in_tfx() -> None:
    from components.infra_validator.serving_spec import (
        ImageVersion,
        KubernetesConfig,
        ServingSpec,
    )

    assert ServingSpec.parse(
        {
            "tensorflow_serving": {"image_name": "registry/serving", "digests": ["sha256:0"]},
            "kubernetes": {
                "service_account_name": "validator",
                "active_deadline_seconds": 600,
                "serving_pod_overrides": {
                    "annotations": {"team": "birds"},
                    "env": [
                        {"name": "LEVEL", "value": "1"},
                        {
                            "name": "KEY",
                            "value_from": {"secret_key_ref": {"name": "keys", "key": "one"}},
                        },
                    ],
                    "resources": {"limits": {"memory": "2Gi"}},
                },
            },
        }
    ) == ServingSpec(
        "infra-validation-model",
        KubernetesConfig(
            service_account_name="validator",
            active_deadline_seconds=600,
            annotations={"team": "birds"},
            env=(
                {"name": "LEVEL", "value": "1"},
                {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "one"}}},
            ),
            resources={"limits": {"memory": "2Gi"}},
        ),
        (ImageVersion("registry/serving", digest="sha256:0"),),
    )


def test_a_configuration_may_be_known_only_to_the_run() -> None:
    binary = placeholders.environment_variable("MODEL_SERVER")
    validator = InfraValidator(
        model=Channel(type=standard_artifacts.Model),
        serving_spec={"local_process": {"binary": binary}},
    )
    assert repr(validator.exec_properties["serving_spec"]) == (
        "{'local_process': {'binary': environment_variable('MODEL_SERVER')}}"
    )


def test_sigterm_unwinds() -> None:
    code = (
        "import os, signal\n"
        "from components.infra_validator.termination import unwinding_on_sigterm\n"
        "with unwinding_on_sigterm():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        signal.pause()\n"
        "    finally:\n"
        "        print('cleaned up')\n"
    )
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (128 + signal.SIGTERM, "cleaned up\n")
