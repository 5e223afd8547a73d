"""What a piece of source refers to: names that are not its own, and modules that it imports."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Chain = tuple[str, ...]
"""`("helpers", "clean")` for `helpers.clean`, `("clean",)` for `clean`."""

_ANY_NAME = {"globals", "exec", "eval", "__import__"}
"""Functions that reach a module's names without naming them."""

_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
_NAMING = ("name", "rest")
"""Fields of these in which the name is that they bind."""

_INSIDE: Mapping[type[ast.AST], tuple[str, ...]] = {
    ast.Assign: ("targets",),
    ast.AnnAssign: ("target",),
    ast.AugAssign: ("target",),
    ast.Delete: ("targets",),
    ast.For: ("target", "body", "orelse"),
    ast.AsyncFor: ("target", "body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.If: ("body", "orelse"),
    ast.With: ("items", "body"),
    ast.AsyncWith: ("items", "body"),
    ast.withitem: ("optional_vars",),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.Starred: ("value",),
    ast.Match: ("cases",),
    ast.match_case: ("pattern", "body"),
    ast.MatchAs: ("pattern",),
    ast.MatchOr: ("patterns",),
    ast.MatchSequence: ("patterns",),
    ast.MatchMapping: ("patterns",),
    ast.MatchClass: ("patterns", "kwd_patterns"),
    getattr(ast, "TryStar", ast.Try): ("body", "handlers", "orelse", "finalbody"),
}
"""Where statements of the same scope, and targets, stand in a node."""


@dataclass(frozen=True)
class ImportTarget:
    """What a name stands for that an import binds: a module, or a name in one."""

    module: str
    attribute: str = ""


@dataclass
class Imports:
    """What import statements bind, and the modules that they load."""

    targets: dict[str, list[ImportTarget]] = field(default_factory=lambda: defaultdict(list))
    modules: list[str] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)

    def add(self, statement: ast.Import | ast.ImportFrom, package: str) -> None:
        """Note a statement of a module in `package`."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                self.modules.append(alias.name)
                bound = alias.asname or alias.name.partition(".")[0]
                self.targets[bound].append(ImportTarget(alias.name if alias.asname else bound))
            return
        module = absolute_name(statement.module or "", statement.level, package)
        for alias in statement.names:
            if alias.name == "*":
                self.stars.append(module)
                continue
            self.modules += [module, f"{module}.{alias.name}"]
            self.targets[alias.asname or alias.name].append(ImportTarget(module, alias.name))


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


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind in their own scope, but for those of imports and of `:=`."""
    names: set[str] = set()
    declared_global: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Global):
            declared_global.update(node.names)
        else:
            names.update(filter(None, (getattr(node, one, None) for one in _naming(node))))
            for place in _INSIDE.get(type(node), ()):
                inner = getattr(node, place)
                waiting += inner if isinstance(inner, list) else [inner] if inner else []
    return names - declared_global


def absolute_name(name: str, level: int, package: str) -> str:
    """The module that `from {level dots}{name} import ...` names in `package`."""
    if level == 0:
        return name
    parts = package.split(".")
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, name] if name else base)


def chain_of(node: ast.AST) -> Chain:
    """`("helpers", "clean")` for `helpers.clean`; empty for what is no such chain."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else ()


def _naming(node: ast.AST) -> tuple[str, ...]:
    return _NAMING if isinstance(node, _NAMED) else ()


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
