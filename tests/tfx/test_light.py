from __future__ import annotations

from pathlib import Path

from tests.fresh_process import run_python
from tests.test_import_cost import HEAVY


def loaded_after(code: str, folder: Path) -> set[str]:
    return set(run_python(f"{code}\nimport sys; print(*sys.modules)", cwd=folder).split())


def test_the_library_does_not_load_the_facade(tmp_path: Path) -> None:
    loaded = loaded_after("import pipeline_lib", tmp_path)
    assert not any(name.startswith("pipeline_lib.tfx.") for name in loaded)


def test_import_of_the_facade_is_light(tmp_path: Path) -> None:
    loaded = loaded_after("from pipeline_lib import tfx", tmp_path)
    assert HEAVY & loaded == set()
    assert not any(name.startswith("components") for name in loaded)


def test_use_of_the_facade_is_light(tmp_path: Path) -> None:
    code = """
from pipeline_lib import tfx
tfx.components.Trainer, tfx.dsl.Pipeline, tfx.orchestration.LocalDagRunner
tfx.types.standard_artifacts.Model, tfx.dsl.io.fileio.copy
"""
    assert HEAVY & loaded_after(code, tmp_path) == set()


def test_messages_load_protobuf_and_nothing_else(tmp_path: Path) -> None:
    code = "from pipeline_lib import tfx; tfx.proto.TrainArgs(num_steps=1)"
    assert HEAVY & loaded_after(code, tmp_path) == {"google.protobuf"}
