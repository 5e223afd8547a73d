"""Options that arrive at a command together, as one argument."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

Command = Callable[..., Any]


def gathered(
    command: Command, options: tuple[Any, ...], argument: str, kind: Callable[..., object]
) -> Command:
    """Add options to a command.

    Args:
        command: what is called.
        options: as `click.option` makes them.
        argument: name of the argument as which they arrive.
        kind: makes it of their values, by name.
    """
    names = [option(lambda: None).__click_params__[0].name for option in options]

    @wraps(command)
    def gathering(**given: Any) -> Any:
        return command(**{argument: kind(**{name: given.pop(name) for name in names}), **given})

    # click keeps the options of inner decorators on the function.
    for option in reversed(options):
        option(gathering)
    return gathering
