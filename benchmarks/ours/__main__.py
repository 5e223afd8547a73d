"""One measurement of the library, in this process; its last line of output is the figures as JSON.

python -m benchmarks.ours import
python -m benchmarks.ours compile DIRECTORY
python -m benchmarks.ours nodes chain|fan|waiting COUNT PARALLELISM DIRECTORY
python -m benchmarks.ours scale chain|fan|mixed COUNT DIRECTORY
python -m benchmarks.ours growth COUNT RUNS DIRECTORY
python -m benchmarks.ours penguin DIRECTORY
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Imported where they are needed: the import is one of the things measured.
    from pipeline_lib import Pipeline
    from pipeline_lib.dsl.node import BaseNode


def measure_import() -> dict[str, float]:
    """Seconds for the import, and until the runner and the components are there as well."""
    start = time.perf_counter()
    import pipeline_lib

    imported = time.perf_counter()
    import components  # noqa: F401 - it is the import that is measured

    pipeline_lib.LocalRunner  # noqa: B018 - loaded when it is first used
    return {"import": imported - start, "all": time.perf_counter() - start}


def measure_compile(directory: str) -> dict[str, float]:
    """Compile the penguin pipeline."""
    import pipelines.penguin.pipeline  # noqa: F401 - so that the import is not measured here
    from pipeline_lib import compile

    start = time.perf_counter()
    compile(_penguin(directory))
    return {"compile": time.perf_counter() - start}


def measure_nodes(shape: str, count: str, parallelism: str, directory: str) -> dict[str, float]:
    """Run `count` empty nodes; from the cache when this directory has had them before."""
    from benchmarks.ours.empty_nodes import SHAPES

    return _run(_pipeline(SHAPES[shape](int(count)), directory), int(parallelism))


def measure_scale(shape: str, count: str, directory: str) -> dict[str, float]:
    """Milliseconds per node to build, compile and run; the most memory that was held, in MiB."""
    from benchmarks.ours.empty_nodes import SHAPES
    from pipeline_lib import compile

    times = [time.perf_counter()]
    pipeline = _pipeline(SHAPES[shape](int(count)), directory, cache=False)
    times.append(time.perf_counter())
    compile(pipeline)
    times.append(time.perf_counter())
    _run(pipeline)
    times.append(time.perf_counter())
    per_node = [(end - start) / int(count) * 1000 for start, end in itertools.pairwise(times)]
    build, compiled, run = per_node
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"build": build, "compile": compiled, "run": run, "memory": memory}


def measure_growth(count: str, runs: str, directory: str) -> dict[str, list[float]]:
    """Run the same chain many times in one store, without the cache."""
    from benchmarks.ours.empty_nodes import chain

    pipelines = (_pipeline(chain(int(count)), directory, cache=False) for _ in range(int(runs)))
    return {"runs": [_run(pipeline)["run"] for pipeline in pipelines]}


def measure_penguin(directory: str) -> dict[str, float]:
    """Run the penguin pipeline."""
    return _run(_penguin(directory))


def _run(pipeline: Pipeline, parallelism: int | None = None) -> dict[str, float]:
    """The seconds of a run, and how many of its nodes came from the cache."""
    from pipeline_lib import LocalRunner
    from pipeline_lib.metadata.store import ExecutionState

    start = time.perf_counter()
    result = LocalRunner(parallelism=parallelism).run(pipeline)
    seconds = time.perf_counter() - start
    cached = sum(one.state is ExecutionState.CACHED for one in result.executions.values())
    return {"run": seconds, "cached": cached}


def _penguin(directory: str) -> Pipeline:
    from pipelines.penguin.pipeline import create_pipeline

    return create_pipeline(
        pipeline_root=os.path.join(directory, "root"),
        metadata_connection_config=_store(directory),
        serving_dir=os.path.join(directory, "serving"),
    )


def _pipeline(nodes: Sequence[BaseNode], directory: str, cache: bool = True) -> Pipeline:
    from pipeline_lib import Pipeline

    return Pipeline(
        pipeline_name="benchmark",
        pipeline_root=os.path.join(directory, "root"),
        components=nodes,
        enable_cache=cache,
        metadata_connection_config=_store(directory),
    )


def _store(directory: str) -> Any:
    from pipeline_lib import sqlite_metadata_connection_config

    return sqlite_metadata_connection_config(os.path.join(directory, "metadata.sqlite"))


if __name__ == "__main__":
    print(json.dumps(globals()[f"measure_{sys.argv[1]}"](*sys.argv[2:])))
