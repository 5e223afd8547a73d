"""Executes an ordered request, in the image of a node: `python3 -m pipeline_lib.node.in_container`.

The arguments are the paths of the order and of the report, see `order.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import DataError, UserModuleError
from pipeline_lib.ir.executors import ContainerExecutor
from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.execute import written_by_executor
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.import_object import import_object
from pipeline_lib.node.order import read_order, write_report
from pipeline_lib.node.request import ExecutionRequest


def main(order: str, report: str) -> None:
    """Execute the order, and report what was written or why nothing was."""
    write_report(_reported(order), report)


def _reported(order: str) -> Mapping[str, Sequence[ArtifactRecord]] | ErrorRecord:
    try:
        request = read_order(order)
        _check_code(request)
        return written_by_executor(request)
    except DataError as error:
        return ErrorRecord(type(error).__name__, str(error))
    except BaseException as error:  # an executor may call sys.exit()
        return error_record(error)


def _check_code(request: ExecutionRequest) -> None:
    assert not isinstance(request.executor, ContainerExecutor), "its command is run, not ordered"
    path = request.executor.path
    try:
        import_object(path)
    except UserModuleError as error:
        raise DataError(
            f"The image has not all that {path!r} needs: {error.__cause__ or error}. Install it in "
            "the image, or let the node run without one."
        ) from error


if __name__ == "__main__":
    main(*sys.argv[1:])
