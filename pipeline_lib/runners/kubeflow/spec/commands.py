"""The command of a container component, with what is known only when it runs as parameters.

The command sees paths. Below a pipeline root that is mounted these are our own places; below one in
an object store they are those to which Kubeflow's launcher copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_lib import ir
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import (
    ArtifactUri,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
    SplitUri,
    walk,
)

_TEMPLATE = "{{"
"""Begins what Kubeflow and Argo replace."""


@dataclass(frozen=True)
class LoweredCommand:
    """A command as Kubeflow is told it.

    Attributes:
        words: with placeholders of Kubeflow's in them.
        told: what the step before the container tells, by name of the parameter; each is text.
        inputs: keys of the inputs that Kubeflow's launcher brings.
    """

    words: tuple[str, ...]
    told: Mapping[str, Expression] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()


def lowered_command(executor: ir.ContainerExecutor, is_mounted: bool) -> LoweredCommand:
    """The command of a container component.

    Args:
        executor: the container.
        is_mounted: whether the pipeline root is a path in each container.

    Raises:
        UnsupportedError: a word needs the place of an artifact for more than to write it down,
            which is known only inside the container.
    """
    lowering = _Lowering(is_mounted)
    words = tuple(lowering.word(part) for part in executor.command)
    return LoweredCommand(words, lowering.told, tuple(lowering.inputs))


class _Lowering:
    def __init__(self, is_mounted: bool) -> None:
        self._is_mounted = is_mounted
        self.told: dict[str, Expression] = {}
        self.inputs: dict[str, None] = {}

    def word(self, part: Expression) -> str:
        match part:
            case Literal(str(text)) if _TEMPLATE not in text:
                return text
            case _ if self._is_mounted or not _has_place(part):
                return self._told(part)
            case ArtifactUri(Index(InputArtifacts(key), 0)):
                self.inputs[key] = None
                return f"{{{{$.inputs.artifacts['{key}'].path}}}}"
            case ArtifactUri(Index(OutputArtifacts(key), 0)):
                return f"{{{{$.outputs.artifacts['{key}'].path}}}}"
            case SplitUri(of, split):
                return f"{self.word(ArtifactUri(of))}/Split-{split}"
            case Operation(Operator.CONCAT, operands):
                return "".join(map(self.word, operands))
            case Operation(Operator.JOIN_PATH, operands):
                return "/".join(map(self.word, operands))
        raise UnsupportedError(
            f"{describe(part)} reads the place of an artifact. Below a pipeline root that is not "
            "mounted, Kubeflow tells it only to the container itself, and only to be written as "
            "it is, or joined to other text."
        )

    def _told(self, part: Expression) -> str:
        name = f"part-{len(self.told) + 1}"
        self.told[name] = part
        return f"{{{{$.inputs.parameters['{name}']}}}}"


def _has_place(part: Expression) -> bool:
    return any(isinstance(one, (ArtifactUri, SplitUri)) for one in walk(part))
