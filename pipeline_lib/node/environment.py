"""The environment variables of a node's work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.node import Node, NodeOptions


def check_secrets(nodes: Iterable[Node]) -> None:
    """Refuse nodes whose secrets are not in this process's environment.

    Raises:
        AuthoringError: a variable is not set.
    """
    for node in nodes:
        for secret in node.options.secrets:
            if secret.variable not in os.environ:
                raise AuthoringError(
                    f"Node {node.id!r} needs the secret {secret.variable!r}, which on this "
                    "machine is passed on from the environment of the runner, and is not set "
                    f"there. Set it: export {secret.variable}=..."
                )


def environment_of(options: NodeOptions) -> dict[str, str]:
    """The variables that are set for a node, secrets among them.

    Raises:
        AuthoringError: a secret is not in this process's environment.
    """
    variables = dict(options.environment)
    for secret in options.secrets:
        if secret.variable not in os.environ:
            raise AuthoringError(
                f"The secret {secret.variable!r} is not set in the environment of this process. "
                f"Set it: export {secret.variable}=..."
            )
        variables[secret.variable] = os.environ[secret.variable]
    return variables


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set these variables in this process for the time of a `with` block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
