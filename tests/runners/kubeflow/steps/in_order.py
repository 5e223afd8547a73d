"""Runs the steps of a pipeline one after another, as the simplest of clusters would.

Like Kubeflow it starts nothing below a task that failed, unless the node asks for that; it knows
no conditions. The specification that is compiled for Kubeflow is not looked at: what interprets
that is `tests.runners.kubeflow.local.spec_interpreter`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline_lib import ir
from pipeline_lib.ir.executors import PipelineExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet, in_running_order
from pipeline_lib.runners.kubeflow.spec.packing import pack

Step = Callable[[Sequence[str]], int]
"""Does one step, given its command line; its exit code."""


class InOrder:
    """Runs a pipeline with a `step`; files that pass between the tasks go to a folder."""

    def __init__(self, pipeline: ir.Pipeline, run_id: str, folder: Path, step: Step) -> None:
        self._pipeline = pipeline
        self._run_id = run_id
        self._folder = folder
        self._step = step

    def run(self, parameters: Mapping[str, Any] | None = None, *options: str) -> int:
        """Run all of it; the exit code of the last step."""
        told = {"inputs": {"parameterValues": dict(parameters or {})}}
        begun = self._step(
            [
                *("begin", "--executor-input", json.dumps(told), "--run", self._run_id),
                *("--pipeline", *pack(self._pipeline), *options),
            ]
        )
        if begun == 0:
            self._run_nodes(self._pipeline, "", [])
        return self._step(["end", "--run", self._run_id])

    def _run_nodes(self, nodes: NodeSet, path: str, positions: list[int]) -> bool:
        """Whether none failed."""
        failed: set[str] = set()
        not_started: set[str] = set()
        for node in in_running_order(nodes, "they"):
            above = nodes.dependencies[node.id] & (failed | not_started)
            if above and not node.options.ignore_upstream_failure:
                not_started.add(node.id)
            elif not self._run_node(node, path, positions):
                failed.add(node.id)
        return not failed

    def _run_node(self, node: Node, path: str, positions: list[int]) -> bool:
        if not isinstance(node.executor, PipelineExecutor):
            attempts = range(node.options.max_retries + 1)
            return any(self._do("node", node, path, positions)[0] == 0 for _ in attempts)
        code, told = self._do("open", node, path, positions)
        if code:
            return False
        if told["runs"]:
            for position in told["positions"] if node.loop else [None]:
                inside = positions if position is None else [*positions, position]
                self._run_nodes(node.executor, f"{path}{node.id}.", inside)
        return self._do("close", node, path, positions)[0] == 0

    def _do(
        self, verb: str, node: Node, path: str, positions: list[int]
    ) -> tuple[int, dict[str, Any]]:
        files = {name: self._folder / name for name in ("positions", "runs")}
        told = {
            "outputs": {
                "parameters": {name: {"outputFile": str(path)} for name, path in files.items()}
            }
        }
        words = [verb, "--executor-input", json.dumps(told), "--run", self._run_id]
        words += ["--node", path + node.id]
        if node.options.optional:
            words.append("--goes-on")
        for position in positions:
            words += ["--position", f"{position}.0"]
        code = self._step(words)
        if verb != "open":
            return code, {}
        return code, {name: json.loads(path.read_text() or "0") for name, path in files.items()}
