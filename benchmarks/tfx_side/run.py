"""One measurement of TFX, in this process; its last line of output is the figures as JSON.

Run by TFX's own interpreter, which knows nothing of the project: see `benchmarks.sides`.

    python run.py import
    python run.py compile DIRECTORY DATA
    python run.py nodes chain|fan|waiting COUNT DIRECTORY
    python run.py growth COUNT RUNS DIRECTORY
    python run.py penguin DIRECTORY DATA
"""

import json
import os
import sys
import time


def measure_import() -> dict:
    """Seconds that the import which a pipeline's author writes takes."""
    start = time.perf_counter()
    from tfx import v1 as tfx  # noqa: F401 - it is the import that is measured

    return {"import": time.perf_counter() - start}


def measure_compile(directory: str, data: str) -> dict:
    """Compile the penguin pipeline."""
    from penguin import penguin
    from tfx.dsl.compiler import compiler

    start = time.perf_counter()
    compiler.Compiler().compile(_pipeline(penguin(data, directory), directory))
    return {"compile": time.perf_counter() - start}


def measure_nodes(shape: str, count: str, directory: str) -> dict:
    """Run `count` empty nodes; from the cache when this directory has had them before."""
    import empty_nodes

    return _run(getattr(empty_nodes, shape)(int(count)), directory)


def measure_growth(count: str, runs: str, directory: str) -> dict:
    """Run the same chain many times in one store, without the cache."""
    from empty_nodes import chain

    seconds = [_run(chain(int(count)), directory, cache=False)["run"] for _ in range(int(runs))]
    return {"runs": seconds}


def measure_penguin(directory: str, data: str) -> dict:
    """Run the penguin pipeline."""
    from penguin import penguin

    return _run(penguin(data, directory), directory)


def _run(nodes: list, directory: str, cache: bool = True) -> dict:
    """The seconds of a run, and how many of its nodes came from the cache."""
    from tfx import v1 as tfx

    pipeline = _pipeline(nodes, directory, cache)
    before = _cached_executions(pipeline) if cache else 0
    start = time.perf_counter()
    tfx.orchestration.LocalDagRunner().run(pipeline)
    seconds = time.perf_counter() - start
    return {"run": seconds, "cached": _cached_executions(pipeline) - before if cache else 0}


def _cached_executions(pipeline) -> int:
    from ml_metadata.metadata_store import MetadataStore
    from ml_metadata.proto import metadata_store_pb2 as mlmd

    executions = MetadataStore(pipeline.metadata_connection_config).get_executions()
    return sum(one.last_known_state == mlmd.Execution.CACHED for one in executions)


def _pipeline(nodes: list, directory: str, cache: bool = True):
    from tfx import v1 as tfx

    return tfx.dsl.Pipeline(
        pipeline_name="benchmark",
        pipeline_root=os.path.join(directory, "root"),
        components=nodes,
        enable_cache=cache,
        metadata_connection_config=tfx.orchestration.metadata.sqlite_metadata_connection_config(
            os.path.join(directory, "metadata.sqlite")
        ),
    )


if __name__ == "__main__":
    print(json.dumps(globals()[f"measure_{sys.argv[1]}"](*sys.argv[2:])))
