"""Checks of the options that an author gives to a node."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.node import NVIDIA_GPU

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]i?)?B?")
_FACTORS = {"": 1} | {
    f"{letter}{suffix}": base**power
    for power, letter in enumerate("KMGT", start=1)
    for suffix, base in (("", 1000), ("i", 1024))
}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USER = re.compile(r"\d+(:\d+)?")
_AUTHORS_WORD = {"max_retries": "retries"}
_MAY_BE_NEGATIVE = {"priority"}
_EXPECTED: Mapping[type, str] = {int: "a whole number", float: "a number", bool: "True or False"}
_TYPES: Mapping[str, type] = {
    "enable_cache": bool,
    "max_retries": int,
    "retry_delay": float,
    "timeout": float,
    "optional": bool,
    "ignore_upstream_failure": bool,
    "priority": int,
    "cpus": float,
    "memory": int,
}


def checked_options(
    where: str,
    *,
    memory: int | str,
    accelerators: int | tuple[str, int],
    image: str,
    environment: Mapping[str, str],
    secrets: Mapping[str, tuple[str, str]],
    user: int | str,
    **numbers: Any,
) -> ir.NodeOptions:
    """The options as they go into the IR.

    Args:
        where: whose options they are, as a message names it.
        memory: bytes, or a size such as `"8Gi"`.
        accelerators: how many NVIDIA GPUs, or a resource and how many of it.
        image: name of a container image.
        environment: values of environment variables.
        secrets: for each environment variable a secret and the key in it.
        user: `uid` or `uid:gid`.
        numbers: the other fields of `ir.NodeOptions`.

    Raises:
        AuthoringError: a number is negative or of the wrong type, or a text cannot be read.
    """
    values = {**numbers, "memory": _bytes(memory, where)}
    for name, value in values.items():
        if value is not None:
            _check_number(name, value, where)
    return ir.NodeOptions(
        **values,
        accelerators=_accelerators(accelerators, where),
        image=_text("image", image, where),
        environment=_environment(environment, where),
        secrets=_secrets(secrets, environment, where),
        user=_user(user, where),
    )


def _check_number(name: str, value: Any, where: str) -> None:
    word = _AUTHORS_WORD.get(name, name)
    declared = _TYPES[name]
    accepted: Any = (int, float) if declared is float else declared
    is_bool = isinstance(value, bool)
    if not isinstance(value, accepted) or is_bool is not (declared is bool):
        raise AuthoringError(
            f"{where}: option {word!r} takes {_EXPECTED[declared]}, got {value!r}."
        )
    if not is_bool and value < 0 and name not in _MAY_BE_NEGATIVE:
        raise AuthoringError(f"{where}: option {word!r} cannot be negative, got {value!r}.")
    limit = 2**63 if name == "memory" else 2**31
    if not math.isfinite(value) or (declared is int and abs(value) >= limit):
        raise AuthoringError(f"{where}: option {word!r} takes a number below {limit}, got {value}.")


def _bytes(size: int | str, where: str) -> int:
    if not isinstance(size, str):
        return size
    parts = _SIZE.fullmatch(size.strip())
    if parts is None:
        raise AuthoringError(
            f"{where}: option 'memory' takes bytes or a size such as '512Mi' or '8Gi', "
            f"got {size!r}."
        )
    return int(float(parts[1]) * _FACTORS[parts[2] or ""])


def _accelerators(given: object, where: str) -> ir.Accelerators | None:
    wanted: Any = (NVIDIA_GPU, given) if isinstance(given, int) else given
    match wanted:
        case (str(), bool()):
            pass
        case (str(resource), int(count)) if resource and count >= 0:
            return ir.Accelerators(resource, count) if count else None
    raise AuthoringError(
        f"{where}: option 'accelerators' takes a number of NVIDIA GPUs, or a resource and a "
        f"number such as ('amd.com/gpu', 1), got {given!r}."
    )


def _text(name: str, value: object, where: str) -> str:
    if not isinstance(value, str):
        raise AuthoringError(f"{where}: option {name!r} takes text, got {value!r}.")
    return value


def _environment(given: object, where: str) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise AuthoringError(f"{where}: option 'environment' takes a dict, got {given!r}.")
    for variable, value in given.items():
        check_variable("environment", variable, where)
        if not isinstance(value, str):
            raise AuthoringError(
                f"{where}: option 'environment': variable {variable!r} takes text, got {value!r}."
            )
        if "\0" in value:
            raise AuthoringError(
                f"{where}: option 'environment': variable {variable!r} cannot hold NUL, "
                f"got {value!r}."
            )
    return dict(given)


def _secrets(
    given: object, environment: Mapping[str, str], where: str
) -> tuple[ir.SecretVariable, ...]:
    if not isinstance(given, Mapping):
        raise AuthoringError(f"{where}: option 'secrets' takes a dict, got {given!r}.")
    found = []
    for variable, source in sorted(given.items()):
        check_variable("secrets", variable, where)
        if variable in environment:
            raise AuthoringError(
                f"{where}: variable {variable!r} is in both options, 'environment' and 'secrets'."
            )
        match source:
            case (str(secret), str(key)) if secret and key:
                found.append(ir.SecretVariable(variable, secret, key))
            case _:
                raise AuthoringError(
                    f"{where}: option 'secrets': variable {variable!r} takes the names of a "
                    f"secret and of a key in it, such as ('database', 'password'), got {source!r}."
                )
    return tuple(found)


def check_variable(option: str, name: object, where: str) -> None:
    """Refuse what cannot be the name of an environment variable.

    Raises:
        AuthoringError: a shell would not take it.
    """
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        raise AuthoringError(
            f"{where}: option {option!r}: {name!r} is no name of an environment variable: "
            "letters, digits and '_' are allowed, and no digit at its beginning."
        )


def _user(given: object, where: str) -> str:
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(text, str) or (text and not _USER.fullmatch(text)):
        raise AuthoringError(
            f"{where}: option 'user' takes the number of a user, or of a user and a group such as "
            f"'1000:1000', got {given!r}."
        )
    return text
