"""Runs pipelines with `kfp.local` in containers of the Docker engine here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline_lib import ir
from pipeline_lib.kubernetes import KubernetesOptions, PersistentVolumeClaim
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreFromSecret
from pipeline_lib.runners.kubeflow.spec.compile_spec import compile_spec
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument
from tests.docker_engine import DockerEngine
from tests.runners.kubeflow.local.sibling_inputs import with_outer_inputs

REPOSITORY = Path(__file__).parents[4]
LATEST_KFP = REPOSITORY / ".venv-kfp" / "bin" / "python"
"""Python with the release of kfp that `make test-kfp` installs."""

_LABEL = "pipeline-lib-kfp-tests"


@dataclass
class KfpBench:
    """Compiles pipelines for Kubeflow and runs them.

    Attributes:
        engine: runs the containers.
        python: interpreter that has the `kfp` under test.
        image: what the containers run in.
        store_url: as the containers take it.
        folder: holds the pipeline root; containers have it at the same place.
        mounts: paths of this machine that containers have at the same place, and whether they may
            write there.
        environment: variables that all containers have.
        images: of the author's containers.
    """

    engine: DockerEngine
    python: Path
    image: str
    store_url: str
    folder: Path
    mounts: dict[str, bool] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    images: tuple[str, ...] = ()

    def run(self, pipeline: ir.Pipeline, parameters: Mapping[str, Any]) -> str:
        """Run a pipeline; all that was printed, with the verdict on the last line."""
        settings = KubeflowSettings(
            StoreFromSecret("store", "url"),
            image=self.image,
            kubernetes=KubernetesOptions(
                volumes=(PersistentVolumeClaim("files", str(self.folder)),)
            ),
        )
        document = compile_spec(pipeline, settings)
        return self._run(KubeflowDocument(with_outer_inputs(document.spec)), parameters)

    def _run(self, document: KubeflowDocument, parameters: Mapping[str, Any]) -> str:
        yaml, order = self.folder / "pipeline.yaml", self.folder / "order.json"
        yaml.write_text(document.to_yaml())
        label = uuid.uuid4().hex
        containers = {
            "images": [self.image, *self.images],
            "labels": {_LABEL: label},
            "mounts": {str(self.folder): True, **self.mounts},
            "environment": {"PIPELINE_LIB_STORE": self.store_url, **self.environment},
        }
        text = {"yaml": str(yaml), "root": str(self.folder / "kfp"), "parameters": parameters}
        order.write_text(json.dumps({**text, "containers": containers}))
        script = REPOSITORY / "tests/runners/kubeflow/local/run_with_kfp.py"
        try:
            done = subprocess.run(
                [self.python, script, order],
                env={**os.environ, "DOCKER_HOST": self.engine.host, "PYTHONPATH": ""},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                cwd=self.folder,
            )
        finally:
            self._remove_containers(label)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def _remove_containers(self, label: str) -> None:
        found = self.engine.client.containers.list(all=True, filters={"label": f"{_LABEL}={label}"})
        for container in found:
            container.remove(force=True)


def environment_of_this_python() -> tuple[dict[str, bool], dict[str, str]]:
    """Mounts and variables with which `python3` in a container is the one of this process."""
    folders = {sys.prefix, sys.base_prefix, str(REPOSITORY)}
    variables = {"PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)}
    return dict.fromkeys(sorted(folders), False), variables
