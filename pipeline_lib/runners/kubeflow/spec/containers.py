"""What the containers of a pipeline run, as Kubeflow's container specs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.settings import STORE_VARIABLE, KubeflowSettings, StoreUrl

STEPS = ("python3", "-m", "pipeline_lib.runners.kubeflow.steps")
"""Program of the containers that run this library."""

NODE_INPUT = "node"
"""Input parameter that holds the full id of the step's node: so steps can share a component."""

_GIGABYTE = 10**9
_MEBIBYTE = 2**20


@dataclass(frozen=True)
class Step:
    """What a step of this library does.

    Attributes:
        verb: as `pipeline_lib.runners.kubeflow.steps` takes it.
        positions: input parameters that hold the positions of the loops around, outermost first.
        goes_on: it ends well though its node has failed.
        of_node: it is told its node.
        further: more arguments.
    """

    verb: str
    positions: Sequence[str] = ()
    goes_on: bool = False
    of_node: bool = True
    further: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """The arguments of the program, with Kubeflow's placeholders in them."""
        words = [self.verb, "--executor-input", "{{$}}", "--run", "{{$.pipeline_job_uuid}}"]
        if self.of_node:
            words += ["--node", input_value(NODE_INPUT)]
        for name in self.positions:
            words += ["--position", input_value(name)]
        if self.goes_on:
            words.append("--goes-on")
        return [*words, *self.further]


def input_value(name: str) -> str:
    """Kubeflow's placeholder for the value of an input parameter."""
    return f"{{{{$.inputs.parameters['{name}']}}}}"


def step_container(
    step: Step, image: str, options: ir.NodeOptions, settings: KubeflowSettings
) -> dict[str, Any]:
    """The container of a step; `options` are those of the node that it works for."""
    variables = dict(options.environment)
    if isinstance(settings.store, StoreUrl):
        variables[STORE_VARIABLE] = settings.store.url
    container = {"image": image, "command": list(STEPS), "args": step.arguments()}
    return container | _environment(variables)


def user_container(image: str, words: Sequence[str], options: ir.NodeOptions) -> dict[str, Any]:
    """The container of a container component."""
    # All in `command`: what is there replaces the image's entry point, as on one machine.
    container = {"image": image, "command": list(words)}
    return container | _environment(options.environment) | resources(options)


def resources(options: ir.NodeOptions) -> dict[str, Any]:
    """What a container needs of the machine, in the words of old back ends and of new ones."""
    needed: dict[str, Any] = {}
    if options.cpus:
        cpus = f"{options.cpus:g}"
        needed |= {"cpuRequest": options.cpus, "cpuLimit": options.cpus}
        needed |= {"resourceCpuRequest": cpus, "resourceCpuLimit": cpus}
    if options.memory:
        size, gigabytes = _size(options.memory), options.memory / _GIGABYTE
        needed |= {"memoryRequest": gigabytes, "memoryLimit": gigabytes}
        needed |= {"resourceMemoryRequest": size, "resourceMemoryLimit": size}
    if options.accelerators is not None:
        resource, count = options.accelerators.resource, str(options.accelerators.count)
        needed["accelerator"] = {
            "type": resource,
            "count": count,
            "resourceType": resource,
            "resourceCount": count,
        }
    return {"resources": needed} if needed else {}


def _size(memory: int) -> str:
    """Bytes as Kubernetes writes them."""
    return str(memory) if memory % _MEBIBYTE else f"{memory // _MEBIBYTE}Mi"


def _environment(variables: Any) -> dict[str, Any]:
    listed = [{"name": name, "value": value} for name, value in sorted(variables.items())]
    return {"env": listed} if listed else {}
