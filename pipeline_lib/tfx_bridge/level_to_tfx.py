"""The nodes of a pipeline or sub-pipeline, and how TFX says that they are connected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.tfx_bridge.contexts import is_run_of_sub_pipeline, node_contexts
from pipeline_lib.tfx_bridge.loops_to_tfx import without_loops
from pipeline_lib.tfx_bridge.sub_pipeline_ends import BEGIN, END


class LevelToTfx:
    """Nodes that make up one message of TFX's.

    Attributes:
        names: of the pipelines around, outermost first, and of the level's own.
        nodes: none of them is a loop.
        each: keys of the inputs at which a node gets one artifact after the other, by node id.
        outputs: what a sub-pipeline gives.

    Raises:
        UnsupportedError: TFX cannot express a loop.
    """

    def __init__(
        self, names: Sequence[str], nodes: Sequence[ir.Node], outputs: Mapping[str, ir.NodeOutput]
    ) -> None:
        self.names = tuple(names)
        self.nodes, self.each, self.outputs = without_loops(nodes, outputs)
        self._sub_pipelines = {
            node.id for node in self.nodes if isinstance(node.executor, ir.PipelineExecutor)
        }
        self._downstream: dict[str, set[str]] = {}
        for node in self.nodes:
            for upstream in self.upstream(node):
                self._downstream.setdefault(upstream, set()).add(node.id)
        for source in self.outputs.values():
            self._downstream.setdefault(source.node_id, set()).add(self.end)

    @property
    def is_inner(self) -> bool:
        """Whether it is a sub-pipeline."""
        return len(self.names) > 1

    @property
    def begin(self) -> str:
        """Id of the node before those of the level."""
        return self.names[-1] + BEGIN

    @property
    def end(self) -> str:
        """Id of the node after those of the level."""
        return self.names[-1] + END

    def inside(self, node: ir.Node, executor: ir.PipelineExecutor) -> LevelToTfx:
        """The level of the nodes that a node holds."""
        return LevelToTfx((*self.names, node.id), executor.nodes, executor.outputs)

    def upstream(self, node: ir.Node) -> list[str]:
        """Ids of the nodes of this level that a node waits for."""
        found = set(node.upstream)
        for read in node.inputs.values():
            for source in read.sources:
                match source:
                    case ir.NodeOutput(node_id):
                        found.add(node_id)
                    case ir.PipelineInput():
                        found.add(self.begin)
        return sorted(found)

    def downstream(self, node_id: str) -> list[str]:
        """Ids of the nodes of this level that wait for one."""
        return sorted(self._downstream.get(node_id, ()))

    def contexts_of(self, node_id: str) -> pipeline_pb2.NodeContexts:
        """The contexts of a node of this level."""
        return node_contexts(self.names, node_id)

    def producer(
        self, source: ir.NodeOutput | ir.PipelineInput
    ) -> tuple[str, Iterable[pipeline_pb2.ContextSpec]]:
        """Id of the node at which TFX finds what a source gives, and contexts that tell it."""
        match source:
            case ir.PipelineInput():
                return self.begin, self.contexts_of(self.begin).contexts
            case ir.NodeOutput(node_id) if node_id in self._sub_pipelines:
                end = node_id + END
                contexts = node_contexts((*self.names, node_id), end).contexts
                return end, [one for one in contexts if not is_run_of_sub_pipeline(one)]
            case ir.NodeOutput(node_id):
                return node_id, self.contexts_of(node_id).contexts
