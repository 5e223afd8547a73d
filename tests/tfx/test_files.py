from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib import tfx
from pipeline_lib.tfx.deeper import io_utils, json_utils, model_utils, path_utils, proto_utils
from tests.whole_message import raises

fileio = tfx.dsl.io.fileio


@pytest.fixture(params=["local", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder on the disk, and one of another file system."""
    name = request.node.name.replace("[", "-").replace("]", "")
    return str(tmp_path) if request.param == "local" else f"memory://{name}"


def write(path: str, text: str) -> None:
    with fileio.open(path, "w") as stream:
        stream.write(text)


def test_files_are_written_and_found(root: str) -> None:
    fileio.makedirs(f"{root}/a/b")
    fileio.makedirs(f"{root}/a/b")
    write(f"{root}/a/one.txt", "1")
    write(f"{root}/a/b/two.txt", "22")
    assert sorted(fileio.listdir(f"{root}/a")) == ["b", "one.txt"]
    assert [one.rpartition("/")[2] for one in fileio.glob(f"{root}/a/*.txt")] == ["one.txt"]
    assert fileio.isdir(f"{root}/a/b")
    assert not fileio.isdir(f"{root}/a/one.txt")
    walked = {
        top.rpartition("/")[2]: (dirs, files) for top, dirs, files in fileio.walk(f"{root}/a")
    }
    assert walked == {"a": (["b"], ["one.txt"]), "b": ([], ["two.txt"])}
    with fileio.open(f"{root}/a/b/two.txt") as stream:
        assert stream.read() == "22"


def test_files_are_copied_moved_and_removed(root: str) -> None:
    fileio.mkdir(f"{root}/d")
    write(f"{root}/d/one", "1")
    fileio.copy(f"{root}/d/one", f"{root}/d/two")
    with raises(OSError, f"'{root}/d/two' exists. Pass overwrite=True to replace it."):
        fileio.copy(f"{root}/d/one", f"{root}/d/two")
    fileio.copy(f"{root}/d/one", f"{root}/d/two", overwrite=True)
    fileio.rename(f"{root}/d/two", f"{root}/d/three")
    assert not fileio.exists(f"{root}/d/two")
    fileio.remove(f"{root}/d/one")
    assert fileio.listdir(f"{root}/d") == ["three"]
    assert fileio.stat(f"{root}/d/three")
    fileio.rmtree(f"{root}/d")
    assert not fileio.exists(f"{root}/d")


def test_what_is_not_there(root: str) -> None:
    with pytest.raises(fileio.NotFoundError):
        fileio.open(f"{root}/missing/file").read()


def test_a_directory_is_copied(tmp_path: Path) -> None:
    source, copied = str(tmp_path / "from"), str(tmp_path / "to")
    io_utils.write_string_file(f"{source}/a/keep.txt", "kept")
    io_utils.write_bytes_file(f"{source}/a/leave.bin", b"left")
    io_utils.write_string_file(f"{copied}/old", "gone")
    io_utils.copy_dir(source, copied, deny_regex_patterns=[r"\.bin$"])
    assert io_utils.read_string_file(f"{copied}/a/keep.txt") == "kept"
    assert io_utils.get_only_uri_in_dir(copied) == f"{copied}/a"
    assert io_utils.get_only_uri_in_dir(f"{copied}/a") == f"{copied}/a/keep.txt"
    io_utils.copy_dir(source, copied, allow_regex_patterns=[r"\.bin$"])
    assert io_utils.read_bytes_file(f"{copied}/a/leave.bin") == b"left"
    with raises(RuntimeError, f"{source + '/b'!r} must hold one file or directory, it holds []."):
        fileio.makedirs(f"{source}/b")
        io_utils.get_only_uri_in_dir(f"{source}/b")
    io_utils.delete_dir(copied)
    assert not fileio.exists(copied)


def test_messages_in_files(tmp_path: Path) -> None:
    file, message = str(tmp_path / "args"), tfx.proto.TrainArgs(num_steps=3)
    io_utils.write_pbtxt_file(file, message)
    assert tfx.utils.parse_pbtxt_file(file, tfx.proto.TrainArgs()) == message
    io_utils.write_string_file(file, proto_utils.proto_to_json(message))
    assert io_utils.parse_json_file(file, tfx.proto.TrainArgs()) == message


def test_messages_as_json_and_dicts() -> None:
    message = tfx.proto.TrainArgs(splits=["train"], num_steps=3)
    as_dict = proto_utils.proto_to_dict(message)
    assert as_dict == {"splits": ["train"], "num_steps": 3}
    assert proto_utils.dict_to_proto({**as_dict, "other": 1}, tfx.proto.TrainArgs()) == message
    as_json = proto_utils.proto_to_json(message)
    assert proto_utils.json_to_proto(as_json, tfx.proto.TrainArgs()) == message
    assert json_utils.loads(json_utils.dumps(as_dict)) == as_dict


def test_columns_of_a_csv_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("one,two\n1,2\n")
    assert io_utils.load_csv_column_names(str(tmp_path / "a.csv")) == ["one", "two"]


def test_models(tmp_path: Path) -> None:
    uri = str(tmp_path)
    assert path_utils.eval_model_path(uri) == path_utils.serving_model_path(uri)
    fileio.makedirs(path_utils.eval_model_dir(uri))
    write(f"{uri}/Format-TFMA/saved_model.pb", "")
    assert path_utils.eval_model_path(uri) == f"{uri}/Format-TFMA"
    assert path_utils.stamped_model_path(uri) == f"{uri}/stamped_model"
    assert path_utils.warmup_file_path(uri) == f"{uri}/assets.extra/tf_serving_warmup_requests"
    blessing = tfx.types.standard_artifacts.ModelBlessing()
    assert not model_utils.is_model_blessed(blessing)
    blessing.set_int_custom_property("blessed", 1)
    assert model_utils.is_model_blessed(blessing)
    assert model_utils.is_infra_validated(blessing)


def test_models_of_estimators(tmp_path: Path) -> None:
    uri = str(tmp_path)
    assert path_utils.serving_model_path(uri, True) == f"{uri}/serving_model_dir"
    fileio.makedirs(f"{uri}/serving_model_dir/export/taxi/1")
    assert path_utils.serving_model_path(uri, True) == f"{uri}/serving_model_dir/export/taxi/1"
    fileio.makedirs(f"{uri}/eval_model_dir/1")
    assert path_utils.eval_model_path(uri, True) == f"{uri}/eval_model_dir/1"


def test_local_copies() -> None:
    write("memory://local-copies", "1")
    local = io_utils.ensure_local("memory://local-copies")
    assert Path(local).read_text() == "1"
    assert io_utils.ensure_local(local) == local
