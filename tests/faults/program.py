"""The program that is disturbed: `python -m tests.faults.program FOLDER run|resume TIMEOUT`."""

from __future__ import annotations

import os
import signal
import sys

from pipeline_lib import LocalRunner
from pipeline_lib.compiler.compile import compile
from pipeline_lib.metadata.connection import SqliteConnection
from tests.faults.pipeline import create_pipeline

RUN_ID = "r"


def main() -> None:
    """Run the pipeline, or go on with the run; says when it begins."""
    folder, action, timeout = sys.argv[1:]
    # Where the harness runs in the background of a shell, it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.umask(0o022)
    pipeline = create_pipeline(folder, float(timeout))
    compiled = compile(pipeline)
    runner = LocalRunner(2, progress=False)
    print("begins", flush=True)  # noqa: T201 - the harness waits for it
    store = SqliteConnection(f"{folder}/store/runs.sqlite")
    if action == "resume":
        runner.resume(RUN_ID, metadata_connection_config=store)
    else:
        runner.run(compiled, run_id=RUN_ID, metadata_connection_config=store)


if __name__ == "__main__":
    main()
