"""Definitions that take effect without being named: a decorator or a base class notes them down."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from pipeline_lib.compiler.module_source import Definition, ModuleSource
from pipeline_lib.compiler.name_lookup import NameLookup
from pipeline_lib.compiler.references import Chain, chain_of

_CLASS_HOOKS = {"__init_subclass__", "__new__"}
_STATELESS = {"getLogger", "get_logger", "TypeVar", "ParamSpec", "namedtuple", "partial"}
"""Functions whose results keep nothing."""


def registrations(lookup: NameLookup, source: ModuleSource) -> Iterator[Definition]:
    """The definitions in a module that are noted down somewhere when it is imported."""
    for definitions in list(source.definitions.values()):
        for definition in definitions:
            if _registered(lookup, source, definition):
                yield definition


def _registered(lookup: NameLookup, source: ModuleSource, definition: Definition) -> bool:
    return any(
        _says_so(chain) or _any_below(lookup, source, chain, _could_register, _names_read)
        for chain in definition.decorators
    ) or any(
        _any_below(lookup, source, chain, _has_class_hook, _bases) for chain in definition.bases
    )


def _any_below(
    lookup: NameLookup,
    source: ModuleSource,
    chain: Chain,
    holds: Callable[[Definition], bool],
    below: Callable[[Definition], Iterable[Chain]],
) -> bool:
    """Whether something holds for a definition that a chain leads to, directly or not."""
    waiting = list(lookup.places(source, chain))
    seen: set[tuple[str, str]] = set()
    while waiting:
        at, name = waiting.pop()
        if (at.name, name) in seen:
            continue
        seen.add((at.name, name))
        for definition in at.definitions.get(name, ()):
            if holds(definition):
                return True
            targets = definition.references.imports.targets
            for one in below(definition):
                waiting += lookup.places(at, one, targets)
    return False


def _names_read(definition: Definition) -> Iterable[Chain]:
    return definition.references.chains


def _bases(definition: Definition) -> Iterable[Chain]:
    return definition.bases


def _says_so(chain: Chain) -> bool:
    """Whether a name says that it registers, as those of other people's libraries do."""
    return any("register" in name.lower() for name in chain)


def _has_class_hook(definition: Definition) -> bool:
    if not isinstance(definition.statement, ast.ClassDef):
        return False
    names = {getattr(one, "name", "") for one in definition.statement.body}
    return not names.isdisjoint(_CLASS_HOOKS)


def _could_register(definition: Definition) -> bool:
    """Whether a decorator that reads this definition could note down what it decorates."""
    if any(map(_says_so, definition.references.chains)):
        return True
    match definition.statement:
        case ast.ClassDef(body=body):
            return any(map(_makes_object, body))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return bool(definition.references.assigned)
        case statement:
            return _makes_object(statement)


def _makes_object(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return not _keeps_nothing(value)
        case ast.AnnAssign() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return False
        case ast.Expr() | ast.Pass():
            return False
    return True


def _keeps_nothing(value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.Name() | ast.Attribute() | ast.Subscript() | ast.JoinedStr():
            return True
        case ast.UnaryOp() | ast.BinOp() | ast.Compare() | ast.Lambda():
            return True
        case ast.Tuple(elts=elements):
            return all(map(_keeps_nothing, elements))
        case ast.Call(func=called):
            return chain_of(called)[-1:] in {(name,) for name in _STATELESS}
    return False
