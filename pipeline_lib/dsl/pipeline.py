"""`Pipeline`: nodes, and where their results go."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from pipeline_lib.dsl.binding import BoundInput, BoundParameter
from pipeline_lib.dsl.channel import Channel, OutputChannel, PipelineInputChannel, RunChannel
from pipeline_lib.dsl.declarations import ChannelParameter, ExecutionParameter
from pipeline_lib.dsl.executor_spec import SubPipelineSpec, beam_arguments
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.node import BaseNode, node_list
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.dsl.used_nodes import nodes_used_by
from pipeline_lib.errors import AuthoringError, did_you_mean

SUB_PIPELINE_TYPE = "tfx.orchestration.pipeline.Pipeline"
"""TFX's name of the node type of a pipeline that is a node of another."""


class PipelineInputs:
    """What a sub-pipeline reads from the pipeline that it is a node of.

        inputs = PipelineInputs({"examples": example_gen.outputs["examples"]})
        trainer = Trainer(examples=inputs["examples"], ...)
        Pipeline("train", components=[trainer], inputs=inputs, outputs={"model": ...})

    Where an input is empty, the sub-pipeline is skipped, unless it was given `.as_optional()`: then
    its nodes find it empty.

    Raises:
        AuthoringError: an input is no channel of the run.
    """

    def __init__(self, inputs: Mapping[str, Channel]) -> None:
        for key, channel in inputs.items():
            if not isinstance(channel, RunChannel):
                raise AuthoringError(
                    f"PipelineInputs: input {key!r} takes an output of a node, got {channel!r} "
                    f"of type {type(channel).__name__}."
                )
        self.raw_inputs = dict(inputs)
        self.inputs = {
            key: PipelineInputChannel(self, key, channel) for key, channel in inputs.items()
        }

    def __getitem__(self, key: str) -> PipelineInputChannel:
        """The input as nodes inside the sub-pipeline read it."""
        if key not in self.inputs:
            raise AuthoringError(
                f"PipelineInputs has no input {key!r}.{did_you_mean(key, self.inputs)}"
            )
        return self.inputs[key]


class Pipeline(BaseNode):
    """A pipeline of nodes. The order in which they are listed does not matter.

    A pipeline may be a node of another one, with `inputs` and `outputs` of its own; where its
    results go, the store and the exit handler are then those of the outer one.

    Args:
        pipeline_name: identifies the pipeline in the store, across its runs.
        pipeline_root: directory or URI below which outputs are written; the runner has a default.
        metadata_connection_config: which store to use; the runner has a default.
        components: every node, each once; also those in `ForEach` blocks.
        enable_cache: whether nodes may use cached results, unless they say otherwise. A
            sub-pipeline that does not say does as the pipeline around it.
        beam_pipeline_args: Beam's command-line arguments for every node that runs Beam.
        inputs: what a sub-pipeline reads.
        outputs: what a sub-pipeline gives, by key: outputs of nodes in it.
        exit_handler: a node that runs when all others have ended, however they did; it can read
            `final_status()`, and no other node can depend on it.

    Raises:
        AuthoringError: a node is listed twice, or used by another and not listed; the root or a
            Beam argument is no text; an output is none of a node in the pipeline.
    """

    def __init__(
        self,
        pipeline_name: str,
        pipeline_root: str | os.PathLike[str] | RuntimeParameter | None = None,
        components: Sequence[BaseNode] = (),
        enable_cache: bool | None = None,
        metadata_connection_config: object | None = None,
        beam_pipeline_args: Sequence[str | RuntimeParameter] = (),
        inputs: PipelineInputs | None = None,
        outputs: Mapping[str, OutputChannel] | None = None,
        exit_handler: BaseNode | None = None,
    ) -> None:
        self.pipeline_name = pipeline_name
        where = f"Pipeline {pipeline_name!r}"
        root = os.fspath(pipeline_root) if isinstance(pipeline_root, os.PathLike) else pipeline_root
        bound_root = BoundParameter.check(
            ExecutionParameter(str, optional=True), root or None, f"{where}: pipeline_root"
        )
        self.pipeline_root: str | RuntimeParameter | None = bound_root.value
        self.components: list[BaseNode] = [
            adopted(component) for component in node_list(components, f"{where} takes")
        ]
        self.metadata_connection_config = metadata_connection_config
        self.beam_pipeline_args = beam_arguments(beam_pipeline_args, where)
        self.pipeline_inputs = inputs
        self.inner_outputs = _checked_outputs(outputs or {}, where)
        self.exit_handler = adopted(exit_handler)
        super().__init__(
            default_id=pipeline_name,
            type_name=SUB_PIPELINE_TYPE,
            executor_spec=SubPipelineSpec(),
            inputs={
                key: BoundInput.check(ChannelParameter(channel.type), channel, f"{where}: {key}")
                for key, channel in (inputs.raw_inputs if inputs else {}).items()
            },
            outputs={key: channel.type for key, channel in self.inner_outputs.items()},
            parameters={},
        )
        if enable_cache is not None:
            self.with_cache(enable_cache)
        self._check_components()

    def _check_components(self) -> None:
        where = f"Pipeline {self.pipeline_name!r}"
        if not self.components:
            raise AuthoringError(f"{where} has no components.")
        listed: set[BaseNode] = set()
        for node in self.components:
            _check_is_node(node, f"{where} lists")
            if node in listed:
                raise AuthoringError(f"{where} lists node {node.id!r} twice.")
            listed.add(node)
        handlers = [] if self.exit_handler is None else [self.exit_handler]
        for handler in handlers:
            _check_is_node(handler, f"{where} has the exit handler")
            self._check_exit_handler(handler, where)
        for node in [*self.components, *handlers]:
            for used, how in nodes_used_by(node, self.blocks):
                if used not in listed:
                    raise AuthoringError(self._not_listed(used, node, how, where))
        for key, channel in self.inner_outputs.items():
            if channel.producer not in listed:
                raise AuthoringError(
                    f"{where}: output {key!r} is {channel!r}, of a node that it does not list. "
                    "Add it to components=[...]."
                )

    def _check_exit_handler(self, handler: BaseNode, where: str) -> None:
        if handler in self.components:
            raise AuthoringError(
                f"{where} lists its exit handler {handler.id!r} among its components. "
                "It runs after all of them: leave it out there."
            )
        for node in self.components:
            for used, how in nodes_used_by(node, self.blocks):
                if used is handler:
                    raise AuthoringError(
                        f"Node {handler.id!r}, which node {node.id!r} {how}, is the exit handler "
                        f"of pipeline {self.pipeline_name!r}: it runs after all other nodes."
                    )

    def _not_listed(self, used: BaseNode, node: BaseNode, how: str, where: str) -> str:
        message = (
            f"{where} does not list node {used.id!r}, which node {node.id!r} {how}. "
            "Add it to components=[...]."
        )
        if self.pipeline_inputs is None and not self.inner_outputs and not self.blocks:
            return message
        return f"{message} If it is in the pipeline around, declare what is read as PipelineInputs."

    def __repr__(self) -> str:
        return f"<Pipeline {self.pipeline_name!r}: {len(self.components)} nodes>"


def _check_is_node(node: object, where: str) -> None:
    if not isinstance(node, BaseNode):
        raise AuthoringError(f"{where} {node!r} of type {type(node).__name__}, which is no node.")


def _checked_outputs(outputs: Mapping[str, OutputChannel], where: str) -> dict[str, OutputChannel]:
    for key, channel in outputs.items():
        if not isinstance(channel, OutputChannel):
            raise AuthoringError(
                f"{where}: output {key!r} takes an output of one of its nodes, got {channel!r} "
                f"of type {type(channel).__name__}."
            )
    return dict(outputs)
