"""The command line of a step."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_lib.runners.kubeflow.steps.begin import Start
from pipeline_lib.runners.kubeflow.steps.executor_input import ExecutorInput, executor_input

BEGIN, NODE, SKIP, OPEN, CLOSE = "begin", "node", "skip", "open", "close"
DRIVE, PUBLISH, CHECK, END = "drive", "publish", "check", "end"
"""The verbs.

The run begins; a whole node; a node that is known to be skipped; what holds nodes, before and after
these; a container of the author's, before and after it; whether a node has failed; the run ends.
"""


_VERBS = (BEGIN, NODE, SKIP, OPEN, CLOSE, DRIVE, PUBLISH, CHECK, END)


@dataclass(frozen=True)
class Arguments:
    """What a step is asked for.

    Attributes:
        told: what KFP tells it.
        node: full id of a node.
        positions: of each loop around the node, outermost first.
        goes_on: whether the step ends well though its node has failed.
        pipeline: the compiled pipeline as `pack` makes it, for the first step.
        start: how the first step starts the run.
    """

    verb: str
    told: ExecutorInput
    node: str
    positions: tuple[int, ...]
    goes_on: bool
    pipeline: tuple[str, ...]
    start: Start

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return self.start.run_id


def parsed(words: Sequence[str]) -> Arguments:
    """The arguments in the words of a command line.

    Raises:
        SystemExit: they are wrong; it was said how on standard error.
        PipelineLibError: the executor input is none.
    """
    given = _parser().parse_args(words)
    start = Start(
        run_id=given.run,
        root=given.root,
        use_cache=not given.no_cache,
        from_nodes=tuple(given.from_node),
        to_nodes=tuple(given.to_node),
        base_run=given.base_run,
    )
    told = executor_input(given.executor_input)
    return Arguments(
        given.verb,
        told,
        given.node,
        tuple(given.position),
        given.goes_on,
        tuple(given.pipeline),
        start,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline_lib.runners.kubeflow.steps")
    parser.add_argument("verb", choices=_VERBS)
    parser.add_argument("--executor-input", default="{}", metavar="JSON", help="KFP's {{$}}")
    parser.add_argument("--run", required=True, help="id of the run")
    parser.add_argument("--node", default="", help="id, with those of the nodes around")
    # KFP's numbers may come as 1.0.
    parser.add_argument(
        "--position", action="append", default=[], type=lambda text: int(float(text))
    )
    parser.add_argument("--goes-on", action="store_true", help="end well though the node failed")
    parser.add_argument("--pipeline", action="extend", nargs="+", default=[], metavar="TEXT")
    parser.add_argument("--root", default="", help="pipeline root in place of the pipeline's")
    parser.add_argument("--no-cache", action="store_true", help="use no cached results")
    parser.add_argument("--from-node", action="append", default=[])
    parser.add_argument("--to-node", action="append", default=[])
    parser.add_argument("--base-run")
    return parser
