"""What a framework must bring to be served: a loader, and the servables that it loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Array = Any
"""A `numpy.ndarray`; text and bytes are arrays of `object` whose elements are `bytes`."""


@dataclass(frozen=True)
class TensorSpec:
    """An input or an output of a signature.

    Attributes:
        name: name of the tensor in the framework's graph; what `GetModelMetadata` shows.
        dtype: number of the type in `tensorflow.DataType` (1 is float, 7 is string, 9 is int64).
        shape: sizes of the dimensions, -1 where any size will do; `None` if not even the number of
            dimensions is known.
    """

    name: str
    dtype: int
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class Signature:
    """One way to call a model.

    Attributes:
        method_name: `tensorflow/serving/predict`, `.../classify` or `.../regress`.
        inputs: by the name that a request uses.
        outputs: by the name that a response uses.
        defaults: what stands for inputs that a request leaves out, by their names.
    """

    method_name: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]
    defaults: Mapping[str, Array] = field(default_factory=dict, compare=False)


class Servable(Protocol):
    """A loaded version of a model. Any number of threads may call it at once."""

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The ways to call it, by name."""

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        """Call it.

        Args:
            signature_name: one of `signatures`.
            inputs: all inputs of that signature, with its types; checked by the caller.
            outputs: names of the outputs that are wanted; all where it is empty.

        Returns:
            The wanted outputs by name.

        Raises:
            ServingError: the model itself failed; the text is the framework's.
        """

    def close(self) -> None:
        """Free what it holds. Called once, when nobody uses it any more."""


class Loader(Protocol):
    """Makes servables of one framework from the directory of a version."""

    def load(self, path: str) -> Servable:
        """Load the version at `path`, an existing directory, warm-up included.

        Raises:
            ServingError: it cannot be loaded; trying again may help.
        """
