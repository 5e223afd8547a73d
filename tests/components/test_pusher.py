"""Pusher: what is pushed, what is refused, and what a watching model server can see."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import fsspec
import pytest

from components.pusher.component import Pusher
from components.pusher.executor import Executor
from components.pusher.local_directory import LocalDirectory
from pipeline_lib import Channel, ExecutorClassSpec, placeholders
from pipeline_lib.artifacts import files, standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.errors import AuthoringError, DataError
from tests.whole_message import raises

MODEL_FILES = {"saved_model.pb": b"graph", "variables/variables.index": b"index", "assets/v": b""}


SERVER = {"rest_address": "localhost:8501", "model_name": "penguin"}
WRONG_SERVERS: list[tuple[Any, str]] = [
    ("localhost:8501", "push_destination.model_server must be a mapping, got 'localhost:8501'."),
    (
        {"model_name": "penguin"},
        "push_destination.model_server needs one of 'rest_address' and 'grpc_address', got none.",
    ),
    (
        {**SERVER, "grpc_address": "localhost:8500"},
        "push_destination.model_server needs one of 'rest_address' and 'grpc_address', got "
        "'grpc_address' and 'rest_address'.",
    ),
    (
        {**SERVER, "rest_address": 8501},
        "push_destination.model_server.rest_address must be a text that is not empty, got 8501.",
    ),
    (
        {**SERVER, "model_name": ""},
        "push_destination.model_server.model_name must be a text that is not empty, got ''.",
    ),
    (
        {**SERVER, "timeout": 5},
        "push_destination.model_server has no field 'timeout'. These exist: 'grpc_address', "
        "'model_name', 'rest_address', 'roll_back', 'timeout_seconds'. Did you mean "
        "'timeout_seconds'?",
    ),
    (
        {**SERVER, "timeout_seconds": 0},
        "push_destination.model_server.timeout_seconds must be a positive number, got 0.",
    ),
    (
        {**SERVER, "roll_back": "no"},
        "push_destination.model_server.roll_back must be True or False, got 'no'.",
    ),
]


@pytest.fixture
def model(tmp_path: Path) -> standard_artifacts.Model:
    """A model whose bytes stand for a SavedModel, and logs that must not be pushed."""
    for name, payload in MODEL_FILES.items():
        path = tmp_path / "model" / "Format-Serving" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(payload)
    (tmp_path / "model" / "Format-TFMA").mkdir()
    return standard_artifacts.Model(uri=str(tmp_path / "model"))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The directory that a model server would watch; it does not exist yet."""
    return tmp_path / "serving" / "penguin"


def push(
    inputs: dict[str, list[Artifact]], output: Path, **filesystem: Any
) -> standard_artifacts.PushedModel:
    """Run the executor; the artifact that it has filled."""
    output.mkdir(exist_ok=True)
    pushed = standard_artifacts.PushedModel(uri=str(output))
    destination = {"filesystem": {k: v for k, v in filesystem.items() if v is not None}}
    Executor().Do(inputs, {"pushed_model": [pushed]}, {"push_destination": destination})
    return pushed


def blessing(blessed: int, reason: str = "", validated: str = "") -> Artifact:
    """Evaluator's verdict."""
    verdict = standard_artifacts.ModelBlessing()
    verdict.set_int_custom_property("blessed", blessed)
    if reason:
        verdict.set_string_custom_property("not_blessed_reason", reason)
    if validated:
        verdict.set_string_custom_property("model_fingerprint", validated)
    return verdict


def serving_fingerprint(model: Artifact) -> str:
    """What a validator of the model records."""
    return files.fingerprint(os.path.join(model.uri, "Format-Serving"))


def pushed_to(base: Path, model: Artifact, version: int | None = None) -> str:
    """Push the files of a model; the path of the version."""
    fingerprint = serving_fingerprint(model)
    path = os.path.join(model.uri, "Format-Serving")
    return LocalDirectory(str(base), version).push(path, fingerprint)


def contents(directory: Path) -> dict[str, bytes]:
    """Every file below `directory` by relative name."""
    found = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def test_pushes_the_serving_files_as_one_numbered_version(
    model: Artifact, base: Path, tmp_path: Path
) -> None:
    pushed = push(
        {"model": [model], "model_blessing": [blessing(1)]},
        tmp_path / "out",
        base_directory=str(base),
        versioning="UNIX_TIMESTAMP",
    )
    (version,) = os.listdir(base)
    assert version.isdigit()
    assert contents(base / version) == contents(tmp_path / "out") == MODEL_FILES
    assert pushed.custom_properties == {
        "pushed": 1,
        "pushed_destination": str(base / version),
        "pushed_version": version,
        "outside_place": str(base / version),
        "outside_newest": 1,
    }


@pytest.mark.parametrize("verdict", [blessing(0), standard_artifacts.ModelBlessing()])
def test_a_model_that_is_not_blessed_is_not_pushed(
    model: Artifact, base: Path, tmp_path: Path, verdict: Artifact
) -> None:
    inputs: dict[str, list[Artifact]] = {"model": [model], "model_blessing": [verdict]}
    pushed = push(inputs, tmp_path / "out", base_directory=str(base))
    assert not base.exists()
    assert contents(tmp_path / "out") == {}
    assert pushed.custom_properties == {
        "pushed": 0,
        "not_pushed_reason": "model_blessing does not bless the model",
    }


def test_the_evaluators_reason_is_passed_on(
    model: Artifact, base: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    verdict = blessing(0, "accuracy is 0.5 on all examples, expected at least 0.9")
    inputs: dict[str, list[Artifact]] = {"model": [model], "model_blessing": [verdict]}
    pushed = push(inputs, tmp_path / "out", base_directory=str(base))
    reason = (
        "model_blessing does not bless the model: "
        "accuracy is 0.5 on all examples, expected at least 0.9"
    )
    assert pushed.get_custom_property("not_pushed_reason") == reason
    assert caplog.messages == [f"Nothing is pushed: {reason}."]


def test_a_model_that_cannot_be_served_is_not_pushed(
    model: Artifact, base: Path, tmp_path: Path
) -> None:
    infra = standard_artifacts.InfraBlessing()
    infra.set_int_custom_property("blessed", 0)
    inputs: dict[str, list[Artifact]] = {
        "model": [model],
        "model_blessing": [blessing(1)],
        "infra_blessing": [infra],
    }
    pushed = push(inputs, tmp_path / "out", base_directory=str(base))
    assert pushed.custom_properties == {
        "pushed": 0,
        "not_pushed_reason": "infra_blessing does not bless the model",
    }


@pytest.fixture
def infra(model: Artifact, tmp_path: Path) -> standard_artifacts.InfraBlessing:
    """InfraValidator's verdict, with a model to which it has added warm-up requests."""
    stamped = tmp_path / "infra" / "stamped_model"
    shutil.copytree(os.path.join(model.uri, "Format-Serving"), stamped)
    (stamped / "warmup").write_bytes(b"requests")
    infra = standard_artifacts.InfraBlessing(uri=str(tmp_path / "infra"))
    infra.set_int_custom_property("blessed", 1)
    infra.set_int_custom_property("has_model", 1)
    infra.set_string_custom_property("model_fingerprint", serving_fingerprint(model))
    infra.set_string_custom_property("stamped_model_fingerprint", files.fingerprint(str(stamped)))
    return infra


def test_the_stamped_model_of_an_infra_blessing_is_pushed(
    infra: Artifact, model: Artifact, base: Path, tmp_path: Path
) -> None:
    verdict = blessing(1, validated=serving_fingerprint(model))
    inputs = {"infra_blessing": [infra], "model_blessing": [verdict]}
    push(inputs, tmp_path / "out", base_directory=str(base), version=1)
    assert contents(base / "1") == {**MODEL_FILES, "warmup": b"requests"}


def test_a_model_that_infra_validator_has_not_kept_since_it_is_bad_is_not_pushed(
    base: Path, tmp_path: Path
) -> None:
    infra = standard_artifacts.InfraBlessing()
    infra.set_int_custom_property("blessed", 0)
    infra.set_string_custom_property("not_blessed_reason", "it answers NaN")
    pushed = push({"infra_blessing": [infra]}, tmp_path / "out", base_directory=str(base))
    assert pushed.custom_properties == {
        "pushed": 0,
        "not_pushed_reason": "infra_blessing does not bless the model: it answers NaN",
    }


def test_a_model_that_has_changed_since_it_was_validated_is_refused(
    model: Artifact, base: Path, tmp_path: Path
) -> None:
    validated = serving_fingerprint(model)
    path = Path(model.uri, "Format-Serving")
    (path / "saved_model.pb").write_bytes(b"other")
    inputs = {"model": [model], "model_blessing": [blessing(1, validated=validated)]}
    with pytest.raises(DataError) as raised:
        push(inputs, tmp_path / "out", base_directory=str(base))
    assert str(raised.value) == (
        f"The model at {str(path)!r} is not the one that model_blessing is for: its fingerprint is "
        f"{serving_fingerprint(model)}, that of the validated files was {validated}. Either its "
        "files were changed after they had been validated, or the blessing is another model's. Run "
        "the pipeline again without the cache, so that what is pushed is what was validated."
    )
    assert not base.exists()


def test_a_stamped_model_that_has_changed_is_refused(
    infra: Artifact, base: Path, tmp_path: Path
) -> None:
    Path(infra.uri, "stamped_model", "warmup").write_bytes(b"")
    with pytest.raises(DataError, match="is not the one that infra_blessing is for"):
        push({"infra_blessing": [infra]}, tmp_path / "out", base_directory=str(base))
    assert not base.exists()


def test_a_stamped_model_of_another_model_than_the_blessed_one_is_refused(
    infra: Artifact, base: Path, tmp_path: Path
) -> None:
    inputs = {"infra_blessing": [infra], "model_blessing": [blessing(1, validated="another")]}
    with pytest.raises(DataError, match="is not the one that model_blessing is for"):
        push(inputs, tmp_path / "out", base_directory=str(base))
    assert not base.exists()


def test_each_push_gets_a_version_of_its_own(model: Artifact, base: Path, tmp_path: Path) -> None:
    inputs: dict[str, list[Artifact]] = {"model": [model]}
    pushed = [push(inputs, tmp_path / "out", base_directory=str(base)) for _ in range(3)]
    versions = [artifact.get_string_custom_property("pushed_version") for artifact in pushed]
    assert sorted(os.listdir(base)) == sorted(set(versions))


def test_a_taken_timestamp_moves_to_the_next_free_integer(model: Artifact, base: Path) -> None:
    now = int(time.time())
    for taken in range(now, now + 600):
        (base / str(taken)).mkdir(parents=True)
    assert pushed_to(base, model) == str(base / str(now + 600))


def test_a_push_gets_a_greater_number_than_every_version_before(
    model: Artifact, base: Path
) -> None:
    """A model server takes the greatest number for the latest version."""
    (base / "20991231235959").mkdir(parents=True)
    (base / "no version").mkdir()
    assert pushed_to(base, model) == str(base / "20991231235960")


def test_a_number_that_no_server_knows_is_no_version(model: Artifact, base: Path) -> None:
    (base / str(2**63)).mkdir(parents=True)
    assert int(os.path.basename(pushed_to(base, model))) < 2**63


def test_the_greatest_number_of_all_is_taken(model: Artifact, base: Path) -> None:
    greatest = base / str(2**63 - 1)
    greatest.mkdir(parents=True)
    with raises(
        DataError,
        f"No version can come after {str(greatest)!r}: a model server counts no further. Remove "
        "it, or push to another directory.",
    ):
        pushed_to(base, model)
    assert os.listdir(base) == [greatest.name]


def test_a_version_that_exists_is_never_overwritten(
    model: Artifact, base: Path, tmp_path: Path
) -> None:
    (base / "7").mkdir(parents=True)
    (base / "7" / "saved_model.pb").write_bytes(b"older")
    with pytest.raises(DataError) as raised:
        push({"model": [model]}, tmp_path / "out", base_directory=str(base), version=7)
    assert str(raised.value) == (
        f"Push destination {str(base / '7')!r} exists already and is not overwritten. Choose "
        "another version, or leave 'version' out to get a new one with each push."
    )
    assert contents(base) == {"7/saved_model.pb": b"older"}


def test_of_many_pushers_one_gets_the_version_and_it_is_whole(model: Artifact, base: Path) -> None:
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            outcomes.append(pushed_to(base, model, version=1))
        except DataError:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted([str(base / "1"), *["refused"] * 7])
    assert os.listdir(base) == ["1"]
    assert contents(base / "1") == MODEL_FILES


def test_a_model_without_files_to_serve(base: Path, tmp_path: Path) -> None:
    empty = standard_artifacts.Model(uri=str(tmp_path / "none"))
    with pytest.raises(DataError) as raised:
        push({"model": [empty]}, tmp_path / "out", base_directory=str(base))
    assert str(raised.value) == (
        f"There is no model to push at {str(tmp_path / 'none' / 'Format-Serving')!r}: expected a "
        "directory with files, as Trainer writes it."
    )


def test_empty_inputs(base: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        push({"model": [], "infra_blessing": []}, tmp_path / "out", base_directory=str(base))
    assert str(raised.value) == (
        "Pusher got no model: the 'model' input is empty and 'infra_blessing' holds no stamped "
        "model. Pass a channel of 'Model' that has an artifact."
    )


def test_a_base_directory_that_is_a_file(model: Artifact, base: Path, tmp_path: Path) -> None:
    base.parent.mkdir()
    base.write_text("a file")
    with pytest.raises(DataError) as raised:
        push({"model": [model]}, tmp_path / "out", base_directory=str(base))
    assert str(raised.value) == (
        f"Cannot push to {str(base)!r}: [Errno 17] File exists: {str(base)!r}. push_destination "
        "needs a directory that can be made or written."
    )


def test_a_base_directory_that_cannot_be_written(model: Artifact, tmp_path: Path) -> None:
    base = "/proc/self/penguin"  # refused to everyone, root included
    with pytest.raises(DataError) as raised:
        push({"model": [model]}, tmp_path / "out", base_directory=base)
    assert str(raised.value) == (
        f"Cannot push to {base!r}: [Errno 2] No such file or directory: {base!r}. "
        "push_destination needs a directory that can be made or written."
    )


def test_a_disk_that_takes_no_more(model: Artifact, base: Path) -> None:
    for number in range(2):
        source = Path(model.uri, "Format-Serving", f"variables.data-0000{number}-of-00002")
        source.write_bytes(bytes(100_000))
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(OSError, match=r"^\[Errno 27\] File too large: [^\n]*$") as raised:
            pushed_to(base, model)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    assert str(raised.value).count("[Errno 27]") == 1
    assert os.listdir(base) == []


class RefusingStore(fsspec.AbstractFileSystem):
    """Raises what its client raises, as stores do that fsspec knows."""

    class NoEndpointError(Exception):
        """Has nothing to do with `OSError`."""

    def ls(self, path: str, detail: bool = True, **options: object) -> Any:
        raise self.NoEndpointError("nobody answers")


@pytest.mark.parametrize(
    ("base_directory", "why"),
    [
        ("refusing://nobody/models", "nobody answers"),
        ("nowhere://models", "Protocol not known: nowhere"),
    ],
)
def test_a_store_that_cannot_be_reached(
    model: Artifact, tmp_path: Path, base_directory: str, why: str
) -> None:
    fsspec.register_implementation("refusing", RefusingStore, clobber=True)
    with raises(
        DataError,
        f"Cannot push to {base_directory!r}: {why}. push_destination needs a directory that can be "
        "made or written.",
    ):
        push({"model": [model]}, tmp_path / "out", base_directory=base_directory)


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        (
            {"http": {"url": "x"}},
            "push_destination must be {'filesystem': {'base_directory': ...}}, with "
            "'model_server' beside it or not, got {'http': {'url': 'x'}}.",
        ),
        (
            {"filesystem": {"base_dir": "/models"}},
            "push_destination.filesystem has no field 'base_dir'. These exist: 'base_directory', "
            "'version', 'versioning'. Did you mean 'base_directory'?",
        ),
        (
            {"filesystem": {}},
            "push_destination.filesystem.base_directory must be the path or URI of a directory, "
            "got None.",
        ),
        (
            {"filesystem": {"base_directory": "s3://"}},
            "push_destination.filesystem.base_directory names no place: expected something after "
            "'s3://', got 's3://'.",
        ),
        (
            {"filesystem": {"base_directory": "/models", "version": "v1"}},
            "push_destination.filesystem.version must be an integer from 0 to 2**63 - 1, got 'v1'.",
        ),
        (
            {"filesystem": {"base_directory": "/models", "versioning": "UNIX"}},
            "push_destination.filesystem.versioning is 'UNIX'. These exist: 'AUTO', "
            "'UNIX_TIMESTAMP'.",
        ),
        *(
            ({"filesystem": {"base_directory": "/models"}, "model_server": server}, message)
            for server, message in WRONG_SERVERS
        ),
    ],
)
def test_a_wrong_destination_is_refused_when_the_pipeline_is_written(
    destination: dict[str, Any], message: str
) -> None:
    with pytest.raises(AuthoringError) as raised:
        Pusher(model=Channel(type=standard_artifacts.Model), push_destination=destination)
    assert str(raised.value) == f"Pusher: {message}"


def test_destination_may_be_known_only_to_the_run() -> None:
    directory = placeholders.join_path(placeholders.environment_variable("MODELS"), "penguin")
    pusher = Pusher(
        model=Channel(type=standard_artifacts.Model),
        push_destination={"filesystem": {"base_directory": directory}},
    )
    assert repr(pusher.exec_properties["push_destination"]) == (
        "{'filesystem': {'base_directory': join_path(environment_variable('MODELS'), 'penguin')}}"
    )


def test_neither_model_nor_infra_blessing() -> None:
    with pytest.raises(AuthoringError) as raised:
        Pusher(push_destination={"filesystem": {"base_directory": "/models"}})
    assert str(raised.value) == (
        "Pusher has nothing to push: pass model=..., or infra_blessing=... of an InfraValidator "
        "that keeps the model it has stamped."
    )


def test_nowhere_to_push_to() -> None:
    with pytest.raises(AuthoringError) as raised:
        Pusher(model=Channel(type=standard_artifacts.Model))
    assert str(raised.value) == (
        "Pusher has nowhere to push to: pass "
        'push_destination={"filesystem": {"base_directory": ...}}, or an executor of your own.'
    )


def test_an_executor_of_one_s_own_needs_no_destination() -> None:
    spec = ExecutorClassSpec("my_package.pushing:Executor")
    pusher = Pusher(
        model=Channel(type=standard_artifacts.Model),
        custom_config={"endpoint": "penguin"},
        custom_executor_spec=spec,
    )
    assert pusher.exec_properties["push_destination"] is None
    assert pusher.executor_spec is spec


def test_pushing_loads_no_machine_learning_library() -> None:
    code = (
        "import sys, components.pusher.executor, components.pusher.component\n"
        "heavy = {'tensorflow', 'apache_beam', 'numpy', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = str(Path(__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
