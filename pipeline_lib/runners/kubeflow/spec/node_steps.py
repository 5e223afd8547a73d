"""The steps of one node, as components, and what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.platform.executor import platform_of
from pipeline_lib.runners.kubeflow.spec.commands import LoweredCommand
from pipeline_lib.runners.kubeflow.spec.components import Signature
from pipeline_lib.runners.kubeflow.spec.containers import (
    NODE_INPUT,
    Step,
    resources,
    step_container,
    user_container,
)
from pipeline_lib.runners.kubeflow.spec.dag import Dag, Source, constant
from pipeline_lib.runners.kubeflow.spec.going_on import Placed, goes_on
from pipeline_lib.runners.kubeflow.spec.names import type_name
from pipeline_lib.runners.kubeflow.spec.parameters import STRING
from pipeline_lib.runners.kubeflow.spec.target import Target

POSITION_TYPE = "NUMBER_INTEGER"


@dataclass(frozen=True)
class NodeSteps:
    """The steps of one node.

    Attributes:
        target: the whole.
        path: the nodes that hold it, outermost first, and itself.
        positions: input parameters that hold the positions of the loops around, outermost first.
    """

    target: Target
    path: tuple[Placed, ...]
    positions: tuple[str, ...]

    @property
    def node(self) -> ir.Node:
        """The node."""
        return self.path[-1].node

    @property
    def written(self) -> dict[str, ir.ArtifactType]:
        """Types of what the node writes."""
        return {key: one.type for key, one in self.node.outputs.items()}

    def given(self, dag: Dag) -> dict[str, Source]:
        """What each step is given: the node, and how far the loops around it have come."""
        full_id = ".".join(one.node.id for one in self.path)
        positions = {name: dag.outer(name, POSITION_TYPE) for name in self.positions}
        return {NODE_INPUT: constant(full_id), **positions}

    def whole(self, read: Mapping[str, str], told: Mapping[str, str]) -> str:
        """The component that runs the node.

        Args:
            read: Kubeflow's types of what its condition reads.
            told: Kubeflow's types of what it tells for conditions of other nodes.
        """
        options = self.node.options
        container = step_container(
            self._step("node"), options.image or self.target.image, options, self.target.settings
        )
        return self.target.components.container(
            type_name(self.node.type_name),
            replace(self._signature(read, told), output_artifacts=self.written),
            container | resources(options),
            platform_of(options, self.target.settings),
        )

    def light(
        self,
        verb: str,
        read: Mapping[str, str] | None = None,
        told: Mapping[str, str] | None = None,
        brought: Mapping[str, ir.ArtifactType] | None = None,
        shown: Mapping[str, ir.ArtifactType] | None = None,
    ) -> str:
        """The component of a step that does little, without what the node needs for its work.

        Args:
            verb: what it does.
            read: Kubeflow's types of what its condition reads.
            told: Kubeflow's types of what it tells.
            brought: types of the artifacts that Kubeflow hands it.
            shown: types of the artifacts that it shows Kubeflow.
        """
        options = _without_needs(self.node.options)
        signature = self._signature(read or {}, told or {})
        return self.target.components.container(
            f"{type_name(self.node.type_name)}-{verb}",
            replace(signature, input_artifacts=brought or {}, output_artifacts=shown or {}),
            step_container(self._step(verb), self.target.image, options, self.target.settings),
            platform_of(options, self.target.settings),
        )

    def of_author(
        self,
        executor: ir.ContainerExecutor,
        command: LoweredCommand,
        read: Mapping[str, str],
        brought: Mapping[str, ir.ArtifactType],
        shown: Mapping[str, ir.ArtifactType],
    ) -> str:
        """The component with the author's container; the other arguments as in `light`."""
        options = self.node.options
        return self.target.components.container(
            type_name(self.node.type_name),
            Signature(read, {}, brought, shown),
            user_container(executor.image, command.words, options),
            platform_of(options, self.target.settings, foreign=True),
        )

    def _step(self, verb: str) -> Step:
        return Step(verb, self.positions, goes_on(self.path))

    def _signature(self, read: Mapping[str, str], told: Mapping[str, str]) -> Signature:
        positions = dict.fromkeys(self.positions, POSITION_TYPE)
        return Signature({NODE_INPUT: STRING, **positions, **read}, told)


def _without_needs(options: ir.NodeOptions) -> ir.NodeOptions:
    """The options without those that make it wait for a machine, or bound its time."""
    pod = options.kubernetes
    if pod is not None:
        pod = replace(pod, node_selector={}, node_affinity=(), tolerations=(), shared_memory="")
    return replace(options, timeout=0.0, kubernetes=pod)
