from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline_lib import tfx
from pipeline_lib.errors import AuthoringError, UnsupportedError
from tests.tfx.steps import Make, Report
from tests.whole_message import raises

experimental = tfx.orchestration.experimental


def made() -> Any:
    number = tfx.dsl.experimental.RuntimeParameter("number", int)
    return tfx.dsl.Pipeline("made", "gs://bucket/made", components=[Make(number=number)])


def config(**given: Any) -> experimental.KubeflowV2DagRunnerConfig:
    return experimental.KubeflowV2DagRunnerConfig(
        default_image="registry.example/tfx:1", store_secret=("plib", "url"), **given
    )


def images(document: Any) -> dict[str, str]:
    executors = document["pipeline_spec"]["deploymentSpec"]["executors"]
    return {name: one["container"]["image"] for name, one in executors.items()}


def test_it_writes_a_file_as_tfx_does(tmp_path: Path) -> None:
    runner = experimental.KubeflowV2DagRunner(config(), str(tmp_path), "made.json")
    document = runner.run(made())
    assert json.loads((tmp_path / "made.json").read_text()) == document
    assert document["pipeline_spec"]["schemaVersion"] == "2.1.0"
    assert set(images(document).values()) == {"registry.example/tfx:1"}


def test_a_yaml_file_is_for_kubeflows_client(tmp_path: Path) -> None:
    runner = experimental.KubeflowV2DagRunner(config(), tmp_path / "new", "made.yaml")
    document = runner.run(made())
    spec, platform = yaml.safe_load_all((tmp_path / "new" / "made.yaml").read_text())
    assert document == {"pipeline_spec": spec, "platform_spec": platform}


def test_values_of_parameters_are_defaults(tmp_path: Path) -> None:
    runner = experimental.KubeflowV2DagRunner(config(), tmp_path)
    document = runner.run(made(), {"number": 7}, write_out=False)
    parameters = document["pipeline_spec"]["root"]["inputDefinitions"]["parameters"]
    assert parameters["number"]["defaultValue"] == 7
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AuthoringError, match="no runtime parameter 'numbre'"):
        runner.run(made(), {"numbre": 7})


def test_images_by_node(tmp_path: Path) -> None:
    by_node = {"Make": "registry.example/make:2", "default_image_path": "registry.example/tfx:1"}
    given = experimental.KubeflowV2DagRunnerConfig(
        default_image=by_node, store_secret=("plib", "url")
    )
    document = experimental.KubeflowV2DagRunner(given, tmp_path).run(made())
    assert images(document)["exec-begin"] == "registry.example/tfx:1"
    assert "registry.example/make:2" in images(document).values()


def test_the_environment_may_name_image_and_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIB_IMAGE", "registry.example/env:1")
    monkeypatch.setenv("PLIB_STORE_SECRET", "team/store")
    given = experimental.KubeflowV2DagRunnerConfig()
    document = experimental.KubeflowV2DagRunner(given, tmp_path).run(made())
    assert set(images(document).values()) == {"registry.example/env:1"}
    assert '"secretName": "team"' in json.dumps(document["platform_spec"])


def test_an_exit_handler(tmp_path: Path) -> None:
    runner = experimental.KubeflowV2DagRunner(config(), tmp_path)
    handler = Report(status=experimental.FinalStatusStr(), path="status")
    runner.set_exit_handler(handler)
    runner.run(made())
    with raises(UnsupportedError, "KubeflowV2DagRunner: a pipeline has one exit handler, got []."):
        runner.set_exit_handler([])


def test_commands_are_not_taken() -> None:
    with raises(
        UnsupportedError,
        "KubeflowV2DagRunnerConfig(default_commands=...): containers run this library's own "
        "command. Leave it out.",
    ):
        config(default_commands=["python"])
