"""Checks of what an author says about a node's Pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pipeline_lib import ir
from pipeline_lib.dsl.given_collections import checked_items, checked_mapping
from pipeline_lib.dsl.kubernetes_names import (
    check_config_key,
    check_field_path,
    check_label_key,
    check_object_name,
    check_one_of,
    check_quantity,
    checked_labels,
)
from pipeline_lib.dsl.kubernetes_scheduling import checked_affinity, checked_tolerations
from pipeline_lib.dsl.kubernetes_volumes import check_shared_memory_place, checked_volumes
from pipeline_lib.dsl.node_options import check_variable
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.kubernetes import ConfigMapVariable

_PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")


def checked_kubernetes(where: str, **given: Any) -> ir.KubernetesOptions:
    """What a Pod has, as it goes into the IR.

    Args:
        where: whose Pod it is, as a message names it.
        given: the fields of `ir.KubernetesOptions`; lists for tuples, and for the variables from
            config maps a dict of a config map's name and a key in it.

    Raises:
        AuthoringError: Kubernetes would refuse it.
    """
    checked = {name: _CHECKS[name](value, f"{where}: {name}") for name, value in given.items()}
    options = ir.KubernetesOptions(**checked)
    check_shared_memory_place(options, where)
    return options


def recheck_kubernetes(where: str, options: object) -> ir.KubernetesOptions:
    """The options of a Pod that an author has made himself, checked.

    Raises:
        AuthoringError: they are none, or Kubernetes would refuse them.
    """
    if not isinstance(options, ir.KubernetesOptions):
        raise AuthoringError(f"{where} takes KubernetesOptions, got {options!r}.")
    given = {part.name: getattr(options, part.name) for part in fields(options)}
    variables = checked_items(
        options.config_map_variables, (ConfigMapVariable,), f"{where}: config_map_variables"
    )
    given["config_map_variables"] = {one.variable: (one.config_map, one.key) for one in variables}
    return checked_kubernetes(where, **given)


def check_variables(options: ir.NodeOptions, where: str) -> None:
    """Refuse an environment variable that is set in two ways.

    Raises:
        AuthoringError: a variable comes from a config map or a field of the Pod, and from
            elsewhere too.
    """
    pod = options.kubernetes or ir.KubernetesOptions()
    ways = {
        "environment": list(options.environment),
        "secrets": [one.variable for one in options.secrets],
        "config_map_variables": [one.variable for one in pod.config_map_variables],
        "field_variables": list(pod.field_variables),
    }
    setters: dict[str, str] = {}
    for way, variables in ways.items():
        for variable in variables:
            if variable in setters:
                raise AuthoringError(
                    f"{where}: variable {variable!r} is in both {setters[variable]!r} and {way!r}."
                )
            setters[variable] = way


def _pull_policy(given: object, where: str) -> str:
    check_one_of(given, _PULL_POLICIES, where)
    return str(given)


def _pull_secrets(given: object, where: str) -> tuple[str, ...]:
    names: tuple[str, ...] = checked_items(given, (str,), where)
    for position, name in enumerate(names):
        check_object_name(name, f"{where}[{position}]")
    return names


def _annotations(given: object, where: str) -> dict[str, str]:
    annotations = checked_mapping(given, where)
    for key, value in annotations.items():
        check_label_key(key, where)
        if not isinstance(value, str):
            raise AuthoringError(f"{where}[{key!r}] takes text, got {value!r}.")
    return annotations


def _config_map_variables(given: object, where: str) -> tuple[ConfigMapVariable, ...]:
    found: list[ConfigMapVariable] = []
    for variable, source in sorted(checked_mapping(given, where).items()):
        check_variable("config_map_variables", variable, where.rpartition(": ")[0])
        match source:
            case (str(config_map), str(key)):
                check_object_name(config_map, f"{where}[{variable!r}]")
                check_config_key(key, f"{where}[{variable!r}]")
                found.append(ConfigMapVariable(variable, config_map, key))
            case _:
                raise AuthoringError(
                    f"{where}[{variable!r}] takes the names of a config map and of a key in it, "
                    f"such as ('settings', 'level'), got {source!r}."
                )
    return tuple(found)


def _field_variables(given: object, where: str) -> dict[str, str]:
    paths = checked_mapping(given, where)
    for variable, path in paths.items():
        check_variable("field_variables", variable, where.rpartition(": ")[0])
        check_field_path(path, f"{where}[{variable!r}]")
    return paths


def _shared_memory(given: object, where: str) -> str:
    if given != "":
        check_quantity(given, where)
    return str(given)


def _run_as_non_root(given: object, where: str) -> bool | None:
    if given is not None and not isinstance(given, bool):
        raise AuthoringError(f"{where} takes True or False, got {given!r}.")
    return given


_CHECKS: Mapping[str, Any] = {
    "volumes": checked_volumes,
    "node_selector": checked_labels,
    "tolerations": checked_tolerations,
    "node_affinity": checked_affinity,
    "image_pull_policy": _pull_policy,
    "image_pull_secrets": _pull_secrets,
    "labels": checked_labels,
    "annotations": _annotations,
    "config_map_variables": _config_map_variables,
    "field_variables": _field_variables,
    "shared_memory": _shared_memory,
    "run_as_non_root": _run_as_non_root,
}
