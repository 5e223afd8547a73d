"""Checks of where an author lets a node's Pod run: tolerations and affinity."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib.dsl.given_collections import checked_items
from pipeline_lib.dsl.kubernetes_names import check_label_key, check_label_value, check_one_of
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.kubernetes import NodeAffinityTerm, NodeSelectorRequirement, Toleration

_EFFECTS = ("", "NoSchedule", "PreferNoSchedule", "NoExecute")
_NUMBER_OF_VALUES: Mapping[str, str] = {
    "In": "one value or more",
    "NotIn": "one value or more",
    "Exists": "no value",
    "DoesNotExist": "no value",
    "Gt": "one value, a whole number",
    "Lt": "one value, a whole number",
}
_GREATEST_WEIGHT = 100


def checked_tolerations(given: object, where: str) -> tuple[Toleration, ...]:
    """The tolerations in a list.

    Raises:
        AuthoringError: it holds something else, or what Kubernetes would refuse.
    """
    tolerations: tuple[Toleration, ...] = checked_items(given, (Toleration,), where)
    for position, one in enumerate(tolerations):
        _check_toleration(one, f"{where}[{position}]")
    return tolerations


def _check_toleration(one: Toleration, where: str) -> None:
    check_one_of(one.operator, ("Equal", "Exists"), f"{where}: operator")
    check_one_of(one.effect, _EFFECTS, f"{where}: effect")
    if one.key:
        check_label_key(one.key, f"{where}: key")
    elif one.operator != "Exists":
        raise AuthoringError(
            f"{where}: a toleration without a key is for every taint and needs the operator "
            "'Exists'."
        )
    if one.operator == "Exists" and one.value:
        raise AuthoringError(
            f"{where}: the operator 'Exists' takes no value, got {one.value!r}. "
            "Leave it out, or use 'Equal'."
        )
    check_label_value(one.value, f"{where}: value")
    seconds = one.toleration_seconds
    if seconds is not None and (not _is_whole(seconds) or one.effect != "NoExecute"):
        raise AuthoringError(
            f"{where}: toleration_seconds takes a whole number and needs the effect 'NoExecute', "
            f"got {seconds!r} and {one.effect!r}."
        )


def checked_affinity(given: object, where: str) -> tuple[NodeAffinityTerm, ...]:
    """The terms in a list.

    Raises:
        AuthoringError: it holds something else, or what Kubernetes would refuse.
    """
    terms: tuple[NodeAffinityTerm, ...] = checked_items(given, (NodeAffinityTerm,), where)
    for position, term in enumerate(terms):
        _check_term(term, f"{where}[{position}]")
    return terms


def _check_term(term: NodeAffinityTerm, where: str) -> None:
    if not term.match_expressions and not term.match_fields:
        raise AuthoringError(
            f"{where} requires nothing. Give it match_expressions or match_fields."
        )
    weight = term.weight
    if weight is not None and not (_is_whole(weight) and 1 <= weight <= _GREATEST_WEIGHT):
        raise AuthoringError(f"{where}: weight takes a whole number of 1 to 100, got {weight!r}.")
    for name in ("match_expressions", "match_fields"):
        place = f"{where}: {name}"
        found = checked_items(getattr(term, name), (NodeSelectorRequirement,), place)
        for position, requirement in enumerate(found):
            _check_requirement(requirement, f"{place}[{position}]")


def _check_requirement(one: NodeSelectorRequirement, where: str) -> None:
    check_one_of(one.operator, tuple(_NUMBER_OF_VALUES), f"{where}: operator")
    check_label_key(one.key, f"{where}: key")
    values = one.values
    fitting = not isinstance(values, str) and all(isinstance(value, str) for value in values)
    match one.operator:
        case "In" | "NotIn":
            fitting = fitting and bool(values)
        case "Exists" | "DoesNotExist":
            fitting = fitting and not values
        case _:
            fitting = fitting and len(values) == 1 and values[0].isdecimal()
    if not fitting:
        shown = values if isinstance(values, str) else list(values)
        raise AuthoringError(
            f"{where}: the operator {one.operator!r} takes a list of "
            f"{_NUMBER_OF_VALUES[one.operator]}, each a text, got {shown!r}."
        )


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
