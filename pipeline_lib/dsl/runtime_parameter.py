"""`RuntimeParameter`: a value that is given when the pipeline is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline_lib.dsl.given_later import GivenLater
from pipeline_lib.dsl.parameter_types import ModuleFile, checked_value, parameter_type
from pipeline_lib.errors import AuthoringError


@dataclass(frozen=True)
class RuntimeParameter(GivenLater):
    """A value for a component's parameter that is given when the pipeline is run.

        Trainer(..., train_args=RuntimeParameter("train-args", dict, default={"num_steps": 100}))

    Attributes:
        name: how it is given: `--param name=value`, `run(parameters={name: value})`.
        ptype: `int`, `float`, `str`, `bool`, `list` or `dict`.
        default: used where none is given; without one it must be given.
        description: shown to people.

    Raises:
        AuthoringError: `name` cannot be given, `ptype` is no type of a parameter, or `default` is
            not of that type.
    """

    name: str
    ptype: type
    default: Any = None
    description: str = ""

    if TYPE_CHECKING:  # What `dataclass` makes; not every checker sees it past `GivenLater`.

        def __init__(
            self, name: str, ptype: type, default: Any = None, description: str = ""
        ) -> None: ...

    def __post_init__(self) -> None:
        where = f"Runtime parameter {self.name!r}"
        name: object = self.name
        if not isinstance(name, str) or not name or "=" in name:
            raise AuthoringError(f"{where}: a name is text without '=', got {self.name!r}.")
        parameter_type(self.ptype, where)
        if self.ptype is ModuleFile:
            raise AuthoringError(
                f"{where} cannot be a ModuleFile: "
                "a user's module is read when the pipeline is compiled."
            )
        if self.default is not None:
            object.__setattr__(self, "default", checked_value(self.default, self.ptype, where))

    def __str__(self) -> str:
        raise AuthoringError(
            f"Runtime parameter {self.name!r} has no text while the pipeline is written. Join it "
            "with placeholders.join([...]), not in an f-string or with str(...)."
        )
