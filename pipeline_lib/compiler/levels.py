"""Which nodes of a pipeline stand side by side and can wait for each other.

The nodes of a pipeline, those of each sub-pipeline and those of each loop make a level of their
own. In the level around it, a level is one node, its holder.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_lib.compiler.level import Level, common_length, free_key
from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline, PipelineInputs
from pipeline_lib.errors import AuthoringError


class Levels:
    """The levels of a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._level_of: dict[BaseNode, Level] = {}
        self._own_blocks: dict[BaseNode, tuple[Block, ...]] = {}
        self._level_in: dict[Pipeline | ForEach, Level] = {}
        self.top = Level(pipeline, pipeline.id, None, ())
        self._level_in[pipeline] = self.top
        self._add(self.top, pipeline.components, 0)
        self._waited_for = self._task_dependencies(list(self._level_of))

    def inside(self, holder: Pipeline | ForEach) -> Level:
        """The level of a sub-pipeline's or a loop's own nodes."""
        return self._level_in[holder]

    def places(self) -> dict[BaseNode, tuple[str, ...]]:
        """For each node its id, with those of the loops and sub-pipelines that hold it before."""
        return {
            node: (*(one.holder_id for one in level.path[1:]), node.id)
            for node, level in self._level_of.items()
        }

    def own_blocks(self, node: BaseNode) -> tuple[Block, ...]:
        """The blocks that a node is in within its level."""
        return self._own_blocks.get(node, node.blocks)

    def waited_for(self, level: Level, node_id: str) -> tuple[str, ...]:
        """Ids of the nodes of a level that one of them waits for without reading from them."""
        return tuple(sorted(self._waited_for.get((level, node_id), ())))

    def level_of(self, node: BaseNode) -> Level | None:
        """The level that a node is in; `None` if no pipeline lists it."""
        return self._level_of.get(node)

    def pipeline_with(self, inputs: PipelineInputs, level: Level) -> Pipeline | None:
        """The pipeline that has these inputs; of several the one around the level."""
        around = [one.holder for one in reversed(level.path)]
        holders = (one for one in [*around, *self._level_in] if isinstance(one, Pipeline))
        return next((one for one in holders if one.pipeline_inputs is inputs), None)

    def _add(self, level: Level, nodes: Sequence[BaseNode], depth: int) -> None:
        for node in nodes:
            loop_at = next(
                (at for at in range(depth, len(node.blocks)) if _is_loop(node.blocks[at])), None
            )
            if loop_at is not None:
                inner = self._loop_level(node.blocks[: loop_at + 1], level, depth)
                self._add(inner, [node], loop_at + 1)
                continue
            if node in self._level_of:
                raise AuthoringError(
                    f"Node {node.id!r} is listed by two pipelines: "
                    f"{_pipeline_of(self._level_of[node])!r} and {_pipeline_of(level)!r}. "
                    "Make it twice; or list it once, and let the other pipeline read its outputs "
                    "as PipelineInputs."
                )
            level.members.append(node)
            self._level_of[node] = level
            self._own_blocks[node] = node.blocks[depth:]
            if isinstance(node, Pipeline):
                self._add_sub_pipeline(node, level)

    def _loop_level(self, blocks: tuple[Block, ...], level: Level, depth: int) -> Level:
        """The level of the loop that is the last of `blocks`."""
        loop = blocks[-1]
        assert isinstance(loop, ForEach)
        inner = self._level_in.get(loop)
        if inner is None:
            holder_id = _free_name(loop.name, level)
            inner = Level(loop, holder_id, level, blocks[depth:-1])
            level.members.append(inner)
            self._level_in[loop] = inner
        if inner.parent is not level or inner.blocks != blocks[depth:-1]:
            raise AuthoringError(
                f"{loop!r} is opened in two places, which are not in the same blocks. "
                "Make a loop for each: ForEach(...)."
            )
        return inner

    def _add_sub_pipeline(self, pipeline: Pipeline, level: Level) -> None:
        inner = Level(pipeline, pipeline.id, level, ())
        self._level_in[pipeline] = inner
        for node in pipeline.components:
            # Blocks that are around the sub-pipeline as a whole are not the node's own.
            self._add(inner, [node], common_length(node.blocks, pipeline.blocks))

    def _task_dependencies(self, nodes: Sequence[BaseNode]) -> dict[tuple[Level, str], set[str]]:
        """For each node, and each holder, the ids of its level that it has to wait for."""
        found: dict[tuple[Level, str], set[str]] = {}
        for node in nodes:
            for upstream in node.upstream_nodes:
                if upstream not in self._level_of:
                    raise AuthoringError(
                        f"Node {node.id!r} waits for node {upstream.id!r}, "
                        "which no pipeline lists. Add it to components=[...]."
                    )
                waiting, waited_for = self._in_common_level(node, upstream)
                level, node_id = waiting
                if node_id != waited_for:
                    found.setdefault((level, node_id), set()).add(waited_for)
        return found

    def _in_common_level(self, node: BaseNode, upstream: BaseNode) -> tuple[tuple[Level, str], str]:
        mine, theirs = self._level_of[node].path, self._level_of[upstream].path
        depth = common_length(mine, theirs)
        own_id = mine[depth].holder_id if len(mine) > depth else node.id
        other_id = theirs[depth].holder_id if len(theirs) > depth else upstream.id
        return (mine[depth - 1], own_id), other_id


def _pipeline_of(level: Level) -> Pipeline:
    return next(one.holder for one in reversed(level.path) if isinstance(one.holder, Pipeline))


def _is_loop(block: Block) -> bool:
    return isinstance(block, ForEach)


def _free_name(wanted: str, level: Level) -> str:
    """A loop's name, numbered if another one around or beside it has the same."""
    around = [one.holder_id for one in level.path]
    beside = [one.holder_id for one in level.members if isinstance(one, Level)]
    return free_key(wanted, {*around, *beside})
