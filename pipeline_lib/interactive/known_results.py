"""What a context has run: its nodes, and the last result of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.compiler.levels import Levels
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.interactive.node_states import NodeState, State
from pipeline_lib.interactive.reachable import with_all_above
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.runners.local.partial_run import has_result
from pipeline_lib.runners.local.planned_node import in_words


class KnownResults:
    """The last result of each node, whichever run it is from.

    Attributes:
        nodes: the nodes as they were written last, in the order of their first run, by their
            ids with those of the loops around.
        executions: their last executions, by instance.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, BaseNode] = {}
        self.executions: dict[str, ExecutionRecord] = {}
        self._holders: dict[str, frozenset[str]] = {}

    def note(
        self,
        pipeline: Pipeline,
        compiled: ir.Pipeline,
        executions: Mapping[str, ExecutionRecord],
        selected: Collection[str],
    ) -> None:
        """Note what has become of the nodes that were run; their channels hold their outputs."""
        for node_id in selected:
            self._forget(node_id)
            self._holders[node_id] = _ids_inside(compiled.by_id.get(node_id))
        for instance, execution in executions.items():
            if execution.node_id.partition(".")[0] in selected:
                self.executions[instance] = execution
        for node, place in places(pipeline).items():
            if place[0] in selected:
                full_id = ".".join(place)
                if node in pipeline.components:
                    self.nodes[full_id] = node
                self._let_hold(node, full_id)

    def reusable(self, node: ir.Node) -> ExecutionRecord | None:
        """The last result of a node, if there is one that can be used."""
        execution = self.executions.get(node.id)
        if execution is None or not _ids_inside(node) <= self._holders.get(node.id, frozenset()):
            return None
        complete = self._with_all_outputs(node, execution)
        return complete if has_result(complete) else None

    def last(self, pipeline: ir.Pipeline) -> dict[str, ExecutionRecord]:
        """The last executions by instance, as the nodes of a pipeline read them."""
        holders = [one for one in pipeline.nodes if one.id in self.executions]
        completed = {
            one.id: self._with_all_outputs(one, self.executions[one.id]) for one in holders
        }
        return {**self.executions, **completed}

    def newest(self) -> tuple[list[BaseNode], list[NodeState]]:
        """The nodes that fit together, and the state of those that do not.

        They do not where a node that they read from was made anew, and they were not.
        """
        newest = {node.id: node for node in self.nodes.values()}
        fitting, outdated = [], []
        for full_id, node in self.nodes.items():
            replaced = [one.id for one in with_all_above([node]) if newest.get(one.id, one) != one]
            if not replaced:
                fitting.append(node)
                continue
            reason = (
                f"it was made before {in_words(sorted(replaced))} was made anew: "
                "run the cell again that makes it"
            )
            outdated.append(NodeState(full_id, State.STALE, (reason,)))
        return fitting, outdated

    def variables(self, named: Sequence[str], variables: Mapping[str, Any]) -> list[str]:
        """The variables that hold the nodes, those in `named` first.

        Args:
            named: variables in which nodes may be, in this order; some may not be known here.
            variables: the session's variables.
        """
        nodes = {node.id: node for node in self.nodes.values()}
        others = (
            name
            for node in nodes.values()
            for name, value in variables.items()
            if value is node and not name.startswith("_")
        )
        found: dict[int, str] = {}
        for name in [*named, *others]:
            node = variables.get(name)
            if node is None or (isinstance(node, BaseNode) and nodes.get(node.id) is node):
                found.setdefault(id(node or name), name)
        return list(found.values())

    def of_node(self, full_id: str) -> list[ExecutionRecord]:
        """The last executions of a node: one, or one for each element of the loops around it."""
        found = [one for one in self.executions.values() if one.node_id == full_id]
        return sorted(
            found, key=lambda one: [int(part) for part in one.iteration.split(".") if part]
        )

    def _forget(self, node_id: str) -> None:
        inside = f"{node_id}."
        for instance, one in list(self.executions.items()):
            if one.node_id == node_id or one.node_id.startswith(inside):
                del self.executions[instance]

    def _let_hold(self, node: BaseNode, full_id: str) -> None:
        executions = self.of_node(full_id)
        is_known = bool(executions) and all(
            one.state.is_success or one.state is ExecutionState.SKIPPED for one in executions
        )
        for key, channel in node.outputs.items():
            records = (record for one in executions for record in one.outputs.get(key, ()))
            channel.hold(as_artifacts(channel.type, records) if is_known else None)

    def _with_all_outputs(self, node: ir.Node, execution: ExecutionRecord) -> ExecutionRecord:
        """A loop has the outputs that were read outside of it, and others may be by now."""
        if not isinstance(node.executor, ir.PipelineExecutor):
            return execution
        outputs = {
            key: self._written_inside(node.executor, f"{node.id}.", source)
            for key, source in node.executor.outputs.items()
        }
        types = {key: output.type for key, output in node.outputs.items()}
        return replace(execution, outputs=outputs, output_types=types)

    def _written_inside(
        self, inside: ir.PipelineExecutor, path: str, source: ir.NodeOutput
    ) -> list[ArtifactRecord]:
        inner = inside.by_id[source.node_id]
        if isinstance(inner.executor, ir.PipelineExecutor):
            deeper = inner.executor.outputs[source.output_key]
            return self._written_inside(inner.executor, f"{path}{inner.id}.", deeper)
        return [
            record
            for one in self.of_node(path + inner.id)
            for record in one.outputs.get(source.output_key, ())
        ]


def places(pipeline: Pipeline) -> dict[BaseNode, tuple[str, ...]]:
    """For each node its id, with those of the loops and sub-pipelines that hold it before."""
    return Levels(pipeline).places()


def as_artifacts(
    artifact_type: type[Artifact], records: Iterable[ArtifactRecord]
) -> list[Artifact]:
    """Records as artifacts of the author's class."""
    return [artifact_type.from_record(record) for record in records]


def _ids_inside(node: ir.Node | None) -> frozenset[str]:
    if node is None or not isinstance(node.executor, NodeSet):
        return frozenset()
    return frozenset(one.id for one in node.executor.nodes)
