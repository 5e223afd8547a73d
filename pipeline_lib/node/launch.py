"""`launch`: the life of one node, from the IR to its final record in the store."""

from __future__ import annotations

from collections.abc import Callable

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore
from pipeline_lib.node.drive import Work, drive
from pipeline_lib.node.execute import execute as execute_here
from pipeline_lib.node.execute import remove_unpublished
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.publish import publish, publish_undriven
from pipeline_lib.node.request import Canceled, ExecutionRequest, Failure, Outcome
from pipeline_lib.node.run import Run

Execute = Callable[[ExecutionRequest], Outcome]
"""Where the work is done: in this process, in a worker, in a container."""


def launch(
    node: Node, run: Run, store: MetadataStore, execute: Execute = execute_here
) -> ExecutionRecord | Nested:
    """Drive, execute, publish.

    Returns:
        The final record; a node that fails is recorded as failed and not raised. Of a node that
        holds nodes of its own, what is to be run before `publish_nested` makes that record.

    Raises:
        MetadataStoreError: the store cannot be written.
        KeyboardInterrupt: the user interrupted; the execution is recorded as canceled.
    """
    try:
        driven = drive(node, run, store)
    except MetadataStoreError:
        raise
    except Exception as error:
        return publish_undriven(node, run, error, store)
    if not isinstance(driven, Work):
        return driven
    try:
        outcome = execute(driven.request)
    except KeyboardInterrupt:
        publish(driven, Canceled("interrupted"), store)
        raise
    except Exception as error:  # where the work is done, not in the executor
        outcome = Failure(error_record(error))
    try:
        return publish(driven, outcome, store)
    except MetadataStoreError:
        raise
    except Exception as error:  # the store does not take what the executor has set
        failed = publish(driven, Failure(error_record(error)), store)
        remove_unpublished(driven.request)
        return failed
