"""Runs a compiled pipeline with `kfp.local`, one container after another; its own program.

    python run_with_kfp.py '{"yaml": ..., "root": ..., "parameters": {...}, "containers": {...}}'

It runs under the Python of a virtual environment with the `kfp` under test, and so imports nothing
of this repository. What a cluster gives containers beside the pipeline (network, secrets, volumes)
`kfp.local` knows in part or not at all: `containers` holds arguments of docker-py's `run` for it.
The containers are kept, with their exit codes, for whoever has labelled them.

It prints `kfp.local`'s verdict on the last line. From 2.17 on that is of little worth: a container
that has ended before anybody asks for its code is taken to have succeeded.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import docker.models.containers
import docker.models.images
from docker.types import Mount
from kfp import components, local


def main(order: dict[str, Any]) -> None:
    """Run what is ordered."""
    _give_to_containers(order["containers"])
    pipeline = components.load_component_from_file(order["yaml"])
    local.init(local.DockerRunner(), pipeline_root=order["root"], raise_on_error=True)
    try:
        pipeline(**order["parameters"])
        verdict = "succeeded"
    except RuntimeError as error:
        verdict = f"failed: {error}"
    sys.stdout.write(f"\n{verdict}\n")


def _give_to_containers(given: dict[str, Any]) -> None:
    collection = docker.models.containers.ContainerCollection
    run = collection.run

    def run_with_more(self: Any, *args: Any, **kwargs: Any) -> Any:
        mounts = [
            Mount(path, path, "bind", read_only=not rw) for path, rw in given["mounts"].items()
        ]
        environment = {**(kwargs.pop("environment", None) or {}), **given["environment"]}
        more = {"network_mode": "host", "labels": given["labels"], "auto_remove": False}
        kwargs |= {**more, "mounts": mounts, "environment": environment}
        return run(self, *args, **kwargs)

    collection.run = run_with_more
    # Else it looks at every image of the engine, and fails where one is removed meanwhile.
    images = docker.models.images.ImageCollection
    images.list = lambda self: [self.get(name) for name in given["images"]]


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
