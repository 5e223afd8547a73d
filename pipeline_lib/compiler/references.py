"""What a piece of source refers to: names that are not its own, and modules that it imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.compiler.bound_names import bound_names
from pipeline_lib.compiler.imports import Imports, absolute_name

Chain = tuple[str, ...]
"""`("helpers", "clean")` for `helpers.clean`, `("clean",)` for `clean`."""

_ANY_NAME = {"globals", "exec", "eval", "__import__"}
"""Functions that reach a module's names without naming them."""


@dataclass
class References:
    """What a piece of source refers to.

    Attributes:
        chains: names that it reads and does not bind itself.
        imports: what it imports inside of functions.
        assigned: names of the module that its functions assign with `global`.
        unsure: it may reach names of its module that it does not spell out.
    """

    chains: set[Chain] = field(default_factory=set)
    imports: Imports = field(default_factory=Imports)
    assigned: set[str] = field(default_factory=set)
    unsure: bool = False


def references(node: ast.AST, package: str) -> References:
    """What `node`, a part of a module in `package`, refers to."""
    reader = _Reader(package)
    reader.read(node, frozenset())
    return reader.found


def chain_of(node: ast.AST) -> Chain:
    """`("helpers", "clean")` for `helpers.clean`; empty for what is no such chain."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else ()


class _Reader:
    def __init__(self, package: str) -> None:
        self.found = References()
        self._package = package

    def read(self, node: ast.AST, hidden: frozenset[str]) -> None:
        """Note what `node` refers to; `hidden` are the variables of the functions around it."""
        _READERS.get(type(node), _Reader._read_children)(self, node, hidden)

    def _read_children(self, node: ast.AST, hidden: frozenset[str]) -> None:
        for name in node._fields:
            value: Any = getattr(node, name, None)
            if isinstance(value, ast.AST):
                self.read(value, hidden)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.read(item, hidden)

    def _read_nothing(self, node: ast.AST, hidden: frozenset[str]) -> None:
        pass

    def _read_name(self, node: ast.Name, hidden: frozenset[str]) -> None:
        if isinstance(node.ctx, ast.Load):
            self._note((node.id,), hidden)

    def _read_import(self, node: ast.Import | ast.ImportFrom, hidden: frozenset[str]) -> None:
        self.found.imports.add(node, self._package)

    def _read_global(self, node: ast.Global, hidden: frozenset[str]) -> None:
        self.found.assigned.update(node.names)

    def _read_annotated(self, node: ast.AnnAssign, hidden: frozenset[str]) -> None:
        self._read_annotation(node.annotation, hidden)
        self.read(node.target, hidden)
        if node.value is not None:
            self.read(node.value, hidden)

    def _note(self, chain: Chain, hidden: frozenset[str]) -> None:
        if chain[0] in hidden:
            return
        self.found.chains.add(chain)
        if chain[0] in _ANY_NAME or chain[:2] == ("sys", "modules"):
            self.found.unsure = True

    def _read_attribute(self, node: ast.Attribute, hidden: frozenset[str]) -> None:
        if node.attr == "__subclasses__":
            self.found.unsure = True
        chain = chain_of(node)
        if chain:
            self._note(chain, hidden)
        else:
            self.read(node.value, hidden)

    def _read_call(self, node: ast.Call, hidden: frozenset[str]) -> None:
        if chain_of(node.func)[-1:] == ("import_module",):
            self._read_import_by_name(node)
        self._read_children(node, hidden)

    def _read_import_by_name(self, call: ast.Call) -> None:
        match call.args:
            case [ast.Constant(value=str(name)), *_]:
                level = len(name) - len(name.lstrip("."))
                module = absolute_name(name.lstrip("."), level, self._package)
                self.found.imports.modules.append(module)
                self.found.imports.stars.append(module)
            case _:
                self.found.unsure = True

    def _read_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, hidden: frozenset[str]
    ) -> None:
        arguments = list(_arguments(node.args))
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.read(default, hidden)
        inside = hidden.union(one.arg for one in arguments)
        if isinstance(node, ast.Lambda):
            self.read(node.body, inside)
            return
        for decorator in node.decorator_list:
            self.read(decorator, hidden)
        for annotation in [node.returns, *(one.annotation for one in arguments)]:
            if annotation is not None:
                self._read_annotation(annotation, hidden)
        inside |= bound_names(node.body)
        for statement in node.body:
            self.read(statement, inside)

    def _read_comprehension(self, node: Any, hidden: frozenset[str]) -> None:
        own = hidden | bound_names(one.target for one in node.generators)
        self.read(node.generators[0].iter, hidden)
        self._read_children(node, own)

    def _read_annotation(self, annotation: ast.AST, hidden: frozenset[str]) -> None:
        """Note the names in an annotation, also where it is written as a string."""
        self.read(annotation, hidden)
        if isinstance(annotation, (ast.Name, ast.Attribute)):
            return
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                try:
                    self.read(ast.parse(node.value, mode="eval").body, hidden)
                except SyntaxError:
                    continue  # a string in Literal[...] or Annotated[...]


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    yield from (one for one in (arguments.vararg, arguments.kwarg) if one is not None)


_READERS: Mapping[type[ast.AST], Callable[[_Reader, Any, frozenset[str]], None]] = {
    ast.Constant: _Reader._read_nothing,
    ast.Name: _Reader._read_name,
    ast.Attribute: _Reader._read_attribute,
    ast.Call: _Reader._read_call,
    ast.FunctionDef: _Reader._read_function,
    ast.AsyncFunctionDef: _Reader._read_function,
    ast.Lambda: _Reader._read_function,
    ast.ListComp: _Reader._read_comprehension,
    ast.SetComp: _Reader._read_comprehension,
    ast.GeneratorExp: _Reader._read_comprehension,
    ast.DictComp: _Reader._read_comprehension,
    ast.Import: _Reader._read_import,
    ast.ImportFrom: _Reader._read_import,
    ast.Global: _Reader._read_global,
    ast.AnnAssign: _Reader._read_annotated,
}
