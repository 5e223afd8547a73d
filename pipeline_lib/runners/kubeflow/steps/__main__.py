"""`python -m pipeline_lib.runners.kubeflow.steps VERB ...`: one step of a run on a cluster.

Exit code 0 lets the nodes go on that come after; 1 is a failure, and standard error says which.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore
from pipeline_lib.node.launch import Execute
from pipeline_lib.node.nesting import Nested
from pipeline_lib.runners.kubeflow.steps.arguments import Arguments, parsed
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun, begun_run
from pipeline_lib.runners.kubeflow.steps.executor_input import tell
from pipeline_lib.runners.kubeflow.steps.levels import Place, place_of
from pipeline_lib.runners.kubeflow.steps.saying import say
from pipeline_lib.runners.kubeflow.steps.store_of_team import open_team_store
from pipeline_lib.runners.kubeflow.steps.telling import exit_code, told_of
from pipeline_lib.runners.local.termination import ended_in_order


def main(words: Sequence[str]) -> int:
    """Do one step; its exit code."""
    try:
        arguments = parsed(words)
        with ended_in_order(), closing(open_team_store()) as store:
            return _STEPS[arguments.verb](arguments, store)
    except PipelineLibError as error:
        say(f"{type(error).__name__}: {error}")
        return 1
    except KeyboardInterrupt:
        return 1


def _begin(arguments: Arguments, store: MetadataStore) -> int:
    # Each step loads what it alone needs.
    from pipeline_lib.runners.kubeflow.spec.packing import unpack
    from pipeline_lib.runners.kubeflow.steps.begin import begin_run

    pipeline = unpack(arguments.pipeline)
    begin_run(pipeline, arguments.told.parameters, arguments.start, store)
    tell(arguments.told, {})
    return 0


def _node(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.executing import execute_in_worker

    return _launch(arguments, store, execute_in_worker)


def _skip(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.node import refuse_to_execute

    return _launch(arguments, store, refuse_to_execute)


def _launch(arguments: Arguments, store: MetadataStore, execute: Execute) -> int:
    from pipeline_lib.runners.kubeflow.steps.node import launch_at

    begun, place = _place(arguments, store)
    ended = None if place.run is None else launch_at(place, begun, store, execute)
    if isinstance(ended, Nested):
        raise PipelineLibError(f"Node {arguments.node!r} holds nodes: it is opened and closed.")
    return _end_of_node(arguments, begun, place, ended, store)


def _open(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.holder import Opened, open_holder

    begun, place = _place(arguments, store)
    opened = Opened(None) if place.run is None else open_holder(place, begun, store)
    tell(arguments.told, opened.told, opened.execution)
    return exit_code(place.node, opened.execution, arguments.goes_on, store)


def _close(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.holder import close_holder

    begun, place = _place(arguments, store)
    ended = None if place.run is None else close_holder(place, begun, store)
    return _end_of_node(arguments, begun, place, ended, store)


def _drive(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.container import Driven, drive_container

    begun, place = _place(arguments, store)
    driven = Driven(None) if place.run is None else drive_container(place, begun, store)
    tell(arguments.told, driven.told, driven.execution, driven.brought)
    return exit_code(place.node, driven.execution, arguments.goes_on, store)


def _publish(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.container import publish_container

    begun, place = _place(arguments, store)
    ended = None
    if place.run is not None:
        sources = {key: ones[0]["uri"] for key, ones in arguments.told.artifacts.items() if ones}
        ended = publish_container(place, sources, store)
    return _end_of_node(arguments, begun, place, ended, store)


def _check(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.end import check_run

    tell(arguments.told, {})
    return check_run(begun_run(arguments.run_id, store), store)


def _end(arguments: Arguments, store: MetadataStore) -> int:
    from pipeline_lib.runners.kubeflow.steps.end import end_run

    code = end_run(begun_run(arguments.run_id, store), store)
    tell(arguments.told, {})
    return code


def _place(arguments: Arguments, store: MetadataStore) -> tuple[BegunRun, Place]:
    begun = begun_run(arguments.run_id, store)
    return begun, place_of(arguments.node, arguments.positions, begun, store)


def _end_of_node(
    arguments: Arguments,
    begun: BegunRun,
    place: Place,
    ended: ExecutionRecord | None,
    store: MetadataStore,
) -> int:
    told = told_of(begun.run.pipeline, arguments.node, place.run, ended)
    tell(arguments.told, told, ended)
    return exit_code(place.node, ended, arguments.goes_on, store)


_STEPS: Mapping[str, Callable[[Arguments, MetadataStore], int]] = {
    "begin": _begin,
    "node": _node,
    "skip": _skip,
    "open": _open,
    "close": _close,
    "drive": _drive,
    "publish": _publish,
    "check": _check,
    "end": _end,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
