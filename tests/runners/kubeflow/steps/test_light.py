"""What a container loads before the author's code: little, for each node pays for it."""

from __future__ import annotations

from pathlib import Path

from tests.fresh_process import run_python

_HEAVY = (
    "apache_beam",
    "docker",
    "google.protobuf",
    "grpc",
    "kfp",
    "kubernetes",
    "numpy",
    "pandas",
    "rich",
    "tensorflow",
    "yaml",
)


def test_the_program_of_the_steps_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = run_python(
        "import sys\n"
        "import pipeline_lib.runners.kubeflow.steps.__main__\n"
        f"print(*(name for name in {_HEAVY} if name in sys.modules))",
        cwd=tmp_path,
    )
    assert loaded.split() == []
