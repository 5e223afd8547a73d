"""Types by which a checker tells how much of a component function's call it can check.

A call leaves the function's outputs out. Python's type system takes an argument out of a signature
only at its beginning, and sees where an output stands only by trying each position. So a call is
checked where no output stands behind another argument; elsewhere an editor shows the names, and
any others pass. An output is told from the rest by `Uninhabited`, which fits nothing but the `Any`
in `OutputArtifact`.

Nothing of this is there at run time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing import Concatenate

    class Uninhabited:
        """A type that no argument is annotated with."""

    class Checked:
        """No argument is an output: a call takes all of them."""

    class CheckedAfterOutput:
        """The first argument is an output, and the only one: a call takes all others."""

    class Shown:
        """An output stands behind another argument: a call takes what it is given."""

    A = Any
    Out = Uninhabited
    OutputBehindAnother = (
        Callable[Concatenate[A, Out, ...], A]
        | Callable[Concatenate[A, A, Out, ...], A]
        | Callable[Concatenate[A, A, A, Out, ...], A]
        | Callable[Concatenate[A, A, A, A, Out, ...], A]
        | Callable[Concatenate[A, A, A, A, A, Out, ...], A]
        | Callable[Concatenate[A, A, A, A, A, A, Out, ...], A]
        | Callable[Concatenate[A, A, A, A, A, A, A, Out, ...], A]
    )
    # An output has no default. One that stands behind more arguments, or behind a `*`, is not seen,
    # so that only functions that can be called with up to eight arguments, unnamed, are checked.
    UpToEight = (
        Callable[[], A]
        | Callable[[A], A]
        | Callable[[A, A], A]
        | Callable[[A, A, A], A]
        | Callable[[A, A, A, A], A]
        | Callable[[A, A, A, A, A], A]
        | Callable[[A, A, A, A, A, A], A]
        | Callable[[A, A, A, A, A, A, A], A]
        | Callable[[A, A, A, A, A, A, A, A], A]
    )

    LaterOutput = TypeVar("LaterOutput", bound=OutputBehindAnother)
    FirstOutput = TypeVar("FirstOutput", bound=Callable[Concatenate[Out, ...], A])
    NoOutput = TypeVar("NoOutput", bound=UpToEight)
    AnyFunction = TypeVar("AnyFunction", bound=Callable[..., A])
