"""Real SavedModels: loaded, called, closed, and broken in many ways."""

from __future__ import annotations

import os
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Servable, TensorSpec
from pipeline_lib.serving.servables.saved_model import SavedModel, SavedModelLoader
from tests.whole_message import raises

FLOAT, STRING, INT64, BOOL = 1, 7, 9, 10


@pytest.fixture(scope="module")
def half_plus_two_servable(half_plus_two: Path) -> SavedModel:
    return SavedModelLoader().load(str(half_plus_two / "1"))


def example(x: float) -> bytes:
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=[x]))
    message = tf.train.Example(features=tf.train.Features(feature={"x": feature}))
    serialized: bytes = message.SerializeToString()
    return serialized


def test_the_signatures_are_told(half_plus_two_servable: SavedModel) -> None:
    signatures = half_plus_two_servable.signatures
    assert {name: signature.method_name for name, signature in signatures.items()} == {
        "serving_default": "tensorflow/serving/predict",
        "regress_x_to_y": "tensorflow/serving/regress",
        "regress_x_to_y2": "tensorflow/serving/regress",
        "classify_x_to_y": "tensorflow/serving/classify",
        "classify_x_to_classes": "tensorflow/serving/classify",
    }
    assert signatures["serving_default"].inputs == {"x": TensorSpec("x:0", FLOAT, (-1,))}
    assert signatures["classify_x_to_y"].inputs == {
        "inputs": TensorSpec("tf_example:0", STRING, (-1,))
    }


def test_numbers_and_examples_are_answered(half_plus_two_servable: SavedModel) -> None:
    run = half_plus_two_servable.run
    answer = run("serving_default", {"x": np.array([1, 5], np.float32)})
    np.testing.assert_array_equal(answer["y"], np.array([2.5, 4.5], np.float32))
    examples = np.array([example(1), example(5)], object)
    regressed = run("regress_x_to_y", {"inputs": examples})
    np.testing.assert_array_equal(regressed["outputs"], [[2.5], [4.5]])
    classified = run("classify_x_to_classes", {"inputs": examples})
    assert classified["classes"].tolist() == [[b"small", b"large"]] * 2
    only = run("classify_x_to_classes", {"inputs": examples}, ["scores"])
    assert list(only) == ["scores"]
    np.testing.assert_array_equal(only["scores"], [[7.5, 2.5], [5.5, 4.5]])


def test_any_bytes_go_in_and_out(strings: Path) -> None:
    servable = SavedModelLoader().load(str(strings / "1"))
    text = np.array([b"", b"\x00\xff", "é".encode()], object)
    answer = servable.run("serving_default", {"text": text})["twice"]
    assert answer.dtype == object
    assert answer.tolist() == [b"", b"\x00\xff\x00\xff", "éé".encode()]
    none = servable.run("serving_default", {"text": np.array([], object)})["twice"]
    assert (none.shape, none.dtype) == ((0,), object)


def test_inputs_and_outputs_have_their_own_types(two_by_two: Path) -> None:
    servable = SavedModelLoader(inter_op_parallelism=2, intra_op_parallelism=1).load(
        str(two_by_two / "1")
    )
    assert {n: spec.dtype for n, spec in servable.signatures["serving_default"].inputs.items()} == {
        "weight": FLOAT,
        "count": INT64,
    }
    inputs = {"count": np.array([3, 30], np.int64), "weight": np.array([2, 0.5], np.float32)}
    answer = servable.run("serving_default", inputs, ["large", "product"])
    assert (answer["large"].dtype, answer["large"].tolist()) == (bool, [False, True])
    assert (answer["product"].dtype, answer["product"].tolist()) == (np.float32, [6, 15])


class _AllTypes(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([], tf.bfloat16), tf.TensorSpec(None, tf.float16)])
    def predict(self, brain: tf.Tensor, half: tf.Tensor) -> dict[str, tf.Tensor]:
        return {
            "brain": brain * 2,
            "half": half * 2,
            "text": tf.constant("one"),
            "number": tf.cast(brain, tf.uint8),
            "none": tf.zeros([0, 3], tf.int32),
        }


def test_a_tensor_without_dimensions_is_an_array_too(tmp_path: Path) -> None:
    model = _AllTypes()
    tf.saved_model.save(model, str(tmp_path), signatures={"serving_default": model.predict})
    servable = SavedModelLoader().load(str(tmp_path))
    assert servable.signatures["serving_default"].inputs["half"].shape is None
    assert servable.signatures["serving_default"].inputs["brain"].shape == ()
    brain_type = tf.bfloat16.as_numpy_dtype
    answer = servable.run(
        "serving_default",
        {"brain": np.array(3, brain_type), "half": np.ones((1, 2), np.float16)},
    )
    told = {name: (type(a), a.dtype, a.shape, a.tolist()) for name, a in answer.items()}
    assert told == {
        "brain": (np.ndarray, brain_type, (), 6),
        "half": (np.ndarray, np.float16, (1, 2), [[2, 2]]),
        "text": (np.ndarray, object, (), b"one"),
        "number": (np.ndarray, np.uint8, (), 3),
        "none": (np.ndarray, np.int32, (0, 3), []),
    }


def test_many_threads_call_at_once(half_plus_two: Path) -> None:
    servable = SavedModelLoader().load(str(half_plus_two / "1"))

    def call(number: int) -> bool:
        answer = servable.run("serving_default", {"x": np.full(3, number, np.float32)})
        return bool((answer["y"] == number / 2 + 2).all())

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(call, range(2000)))


def test_a_refusal_that_repeats_bytes_of_the_request_is_told(
    half_plus_two_servable: SavedModel,
) -> None:
    with pytest.raises(ServingError) as caught:
        half_plus_two_servable.run("regress_x_to_y", {"inputs": np.array([b"\xff"], object)})
    assert (caught.value.code, caught.value.message.partition("\n")[0]) == (
        StatusCode.INVALID_ARGUMENT,
        "Could not parse example input, value: '\ufffd'",
    )


def test_what_the_model_refuses_is_told_in_tensorflows_words(dense: Path) -> None:
    servable = SavedModelLoader().load(str(dense / "1"))
    with pytest.raises(ServingError) as caught:
        servable.run("serving_default", {"x": np.ones((2, 15), np.float32)})
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert caught.value.message.startswith(
        "Matrix size-incompatible: In[0]: [2,15], In[1]: [16,64]\n\t [[{{node "
    )
    with pytest.raises(ServingError) as caught:
        servable.run("serving_default", {"x": np.array([None], object)})
    assert (caught.value.code, caught.value.message) == (
        StatusCode.INTERNAL,
        "Unsupported object type NoneType",
    )
    servable.close()
    with raises(
        ServingError,
        "AttributeError: 'NoneType' object has no attribute '_make_callable_from_options'",
    ):
        servable.run("serving_default", {"x": np.ones((2, 16), np.float32)})


def test_variables_come_from_the_files(dense: Path) -> None:
    loaded = tf.saved_model.load(str(dense / "1"))
    x = np.random.default_rng(0).random((3, 16), np.float32)
    servable = SavedModelLoader().load(str(dense / "1"))
    np.testing.assert_allclose(
        servable.run("serving_default", {"x": x})["y"],
        loaded.signatures["serving_default"](x=tf.constant(x))["y"].numpy(),
        rtol=1e-5,
    )


def _copy(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model / "1", tmp_path / "1"))


def _fails(path: Path, code: StatusCode, message: str, *tags: str) -> None:
    with raises(ServingError, message):
        SavedModelLoader(tags or ("serve",)).load(str(path))
    with pytest.raises(ServingError) as caught:
        SavedModelLoader(tags or ("serve",)).load(str(path))
    assert caught.value.code is code


def test_what_is_missing_is_named(dense: Path, tmp_path: Path) -> None:
    path = _copy(dense, tmp_path)
    _fails(
        path,
        StatusCode.NOT_FOUND,
        "Could not find meta graph def matching supplied tags: { serve gpu }. To inspect available "
        "tag-sets in the SavedModel, please use the SavedModel CLI: `saved_model_cli`. The "
        f"SavedModel at {path} has these: [{{'serve'}}]",
        "serve",
        "gpu",
    )
    shutil.rmtree(path / "variables")
    _fails(
        path,
        StatusCode.DATA_LOSS,
        f"Could not load the SavedModel at {path}: ValueError: The passed save_path is not a valid "
        f"checkpoint: {path}/variables/variables",
    )
    (path / "saved_model.pb").unlink()
    for gone in (path, tmp_path / "nothing"):
        _fails(
            gone,
            StatusCode.NOT_FOUND,
            "Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
            f"{gone}. Check that the directory exists and that you have the right permissions for "
            "accessing it.",
        )


def test_what_is_damaged_is_named(dense: Path, tmp_path: Path) -> None:
    path = _copy(dense, tmp_path)
    data = next(path.glob("variables/*.data-*"))
    data.write_bytes(data.read_bytes()[:-100])
    with pytest.raises(ServingError) as caught:
        SavedModelLoader().load(str(path))
    assert caught.value.code is StatusCode.OUT_OF_RANGE
    assert caught.value.message.startswith(
        f"Could not load the SavedModel at {path}: Read less bytes than requested\n\t [[{{{{node "
    )
    index = path / "variables" / "variables.index"
    whole = index.read_bytes()
    index.write_bytes(whole[:-48] + b"\xff" * 40 + whole[-8:])
    _fails(
        path,
        StatusCode.DATA_LOSS,
        f"Could not load the SavedModel at {path}: {index} is damaged: its footer does not say "
        "where its blocks lie",
    )
    index.write_bytes(whole)
    (path / "saved_model.pb").write_bytes(b"no protobuf")
    _fails(
        path,
        StatusCode.DATA_LOSS,
        f"Could not load the SavedModel at {path}: Can't parse {path}/saved_model.pb as binary "
        "proto",
    )


@pytest.mark.parametrize(
    "file",
    [
        "saved_model.pb",
        "fingerprint.pb",
        "variables/variables.index",
        "assets.extra/tf_serving_warmup_requests",
    ],
)
def test_a_pipe_is_not_waited_for(dense: Path, tmp_path: Path, file: str) -> None:
    path = _copy(dense, tmp_path)
    (path / file).parent.mkdir(exist_ok=True)
    (path / file).unlink(missing_ok=True)
    os.mkfifo(path / file)
    _fails(
        path,
        StatusCode.FAILED_PRECONDITION,
        f"Could not load the SavedModel at {path}: {path / file} is neither a file nor a directory",
    )


@pytest.mark.parametrize("file", ["saved_model.pb", "variables/variables.index", "data"])
def test_damage_anywhere_fails_or_harms_nothing(dense: Path, tmp_path: Path, file: str) -> None:
    """Bytes overwritten, cut off or put in: a `ServingError` that names the path, or a servable."""
    path = _copy(dense, tmp_path)
    damaged = next(path.glob("variables/*.data-*")) if file == "data" else path / file
    whole = damaged.read_bytes()
    chance = random.Random(file)
    inputs = {"x": np.ones((1, 16), np.float32)}
    told: list[str] = []
    for _ in range(25):
        damaged.write_bytes(_damage(whole, chance))
        try:
            servable: Servable = SavedModelLoader().load(str(path))
        except ServingError as error:
            told.append(error.message)
            continue
        try:
            if "serving_default" in servable.signatures:
                servable.run("serving_default", inputs)
        except ServingError:
            pass
        finally:
            servable.close()
    assert all(str(path) in message for message in told)


def _damage(whole: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(whole))
    length = chance.choice([1, 1, 4, 64])
    return chance.choice(
        [
            whole[:at],
            whole[:at] + chance.randbytes(length) + whole[at + length :],
            whole[:at] + chance.randbytes(length) + whole[at:],
            whole[:at] + whole[at + length :],
        ]
    )


def test_warming_up_is_part_of_loading(half_plus_two: Path) -> None:
    path = str(half_plus_two / "1")
    seen: list[str] = []

    def warm_up(servable: Servable, of: str) -> None:
        servable.run("serving_default", {"x": np.zeros(1, np.float32)})
        seen.append(of)

    SavedModelLoader(warm_up=warm_up).load(path)
    assert seen == [path]

    def refuse(servable: Servable, of: str) -> None:
        raise ServingError(StatusCode.DATA_LOSS, "damaged")

    with raises(ServingError, "damaged"):
        SavedModelLoader(warm_up=refuse).load(path)


class _Vocabulary(tf.Module):
    """A table that is filled from an asset when the model is loaded, and a loop."""

    def __init__(self, words: Path) -> None:
        super().__init__()
        self.table = tf.lookup.StaticVocabularyTable(
            tf.lookup.TextFileInitializer(
                str(words),
                tf.string,
                tf.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,
            ),
            num_oov_buckets=1,
        )

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="word")])
    def predict(self, word: tf.Tensor) -> dict[str, tf.Tensor]:
        squares = tf.map_fn(lambda number: number * number, self.table.lookup(word))
        return {"square": squares}


def test_assets_are_found_where_the_model_lies(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("zero\none\ntwo\n")
    model = _Vocabulary(words)
    tf.saved_model.save(
        model, str(tmp_path / "saved"), signatures={"serving_default": model.predict}
    )
    words.unlink()
    moved = (tmp_path / "saved").rename(tmp_path / "1")
    servable = SavedModelLoader().load(str(moved))
    answer = servable.run("serving_default", {"word": np.array([b"two", b"?", b"one"], object)})
    assert answer["square"].tolist() == [4, 9, 1]
    (moved / "assets" / "words.txt").unlink()
    with pytest.raises(ServingError) as caught:
        SavedModelLoader().load(str(moved))
    assert caught.value.code is StatusCode.NOT_FOUND
    assert caught.value.message.startswith(
        f"Could not load the SavedModel at {moved}: {moved}/assets/words.txt; "
        "No such file or directory"
    )
