"""What a function or class depends on, followed from name to name through the author's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline_lib.compiler.imports import Imports, ImportTarget
from pipeline_lib.compiler.module_source import Definition, ModuleSource, digest_of
from pipeline_lib.compiler.name_lookup import WHOLE, NameLookup, Place
from pipeline_lib.compiler.references import Chain
from pipeline_lib.compiler.registration import registrations

_TOP_LEVEL = "<top level>"
"""In place of a name: what the module does when it is imported."""


class Reach:
    """Collects the parts of the author's source that one function or class depends on.

    Where a module may be used in ways that its source does not spell out, all of it counts.
    """

    def __init__(self, lookup: NameLookup) -> None:
        self._lookup = lookup
        self._seen: set[tuple[str, str]] = set()
        self._waiting: list[Place] = []

    def parts(self, places: Iterable[Place]) -> dict[str, str]:
        """Digest of each part that is reached from `places`, by its name.

        `package.module:name` is a definition, `package.module:<top level>` what a module does
        when it is imported, `package.module` the whole of one.
        """
        for place in places:
            self._visit(*place)
        reached: list[Place] = []
        while self._waiting:
            place = self._waiting.pop()
            reached.append(place)
            self._visit_what_it_reads(place)
        whole = {source.name for source, name in reached if name == WHOLE}
        return {
            _part_name(source, name): _digest(source, name)
            for source, name in sorted(reached, key=lambda place: (place[0].name, place[1]))
            if name == WHOLE
            or (source.name not in whole and (name != _TOP_LEVEL or source.effects))
        }

    def _visit(self, source: ModuleSource, name: str) -> None:
        if (source.name, name) in self._seen:
            return
        self._seen.add((source.name, name))
        self._waiting.append((source, name))
        if name != _TOP_LEVEL:
            self._visit(source, _TOP_LEVEL)

    def _visit_what_it_reads(self, place: Place) -> None:
        source, name = place
        if name == WHOLE:
            for defined in list(source.definitions):
                self._visit(source, defined)
            for imported in list(source.imports.targets):
                self._visit_chain(source, (imported,))
        elif name == _TOP_LEVEL:
            self._visit_import(source)
        for definition in _definitions(source, name):
            self._visit_references(source, definition)

    def _visit_import(self, source: ModuleSource) -> None:
        """What happens when a module is imported: its packages are, and what it imports."""
        if not source.is_python:
            self._visit(source, WHOLE)
        self._visit_modules([source.name])
        self._visit_imports(source.imports)
        for definition in registrations(self._lookup, source):
            self._visit_references(source, definition)
            self._visit(source, definition.statement.name)  # type: ignore[attr-defined]

    def _visit_modules(self, names: Iterable[str]) -> None:
        for name in names:
            for module in self._lookup.packages(name):
                self._visit(module, _TOP_LEVEL)

    def _visit_imports(self, imports: Imports) -> None:
        self._visit_modules(imports.modules)
        for name in imports.stars:
            module = self._lookup.module(name)
            if module is not None:
                self._visit(module, WHOLE)

    def _visit_references(self, source: ModuleSource, definition: Definition) -> None:
        references = definition.references
        if references.unsure:
            self._visit(source, WHOLE)
        self._visit_imports(references.imports)
        for chain in references.chains:
            self._visit_chain(source, chain, references.imports.targets)

    def _visit_chain(
        self,
        source: ModuleSource,
        chain: Chain,
        local_targets: Mapping[str, Sequence[ImportTarget]] | None = None,
    ) -> None:
        for place in self._lookup.places(source, chain, local_targets):
            self._visit(*place)


def _definitions(source: ModuleSource, name: str) -> Sequence[Definition]:
    if name == _TOP_LEVEL:
        return source.effects
    return source.definitions.get(name, ())


def _part_name(source: ModuleSource, name: str) -> str:
    return source.name if name == WHOLE else f"{source.name}:{name}"


def _digest(source: ModuleSource, name: str) -> str:
    if name == WHOLE:
        return source.content_digest()
    texts = []
    for definition in _definitions(source, name):
        texts.append(definition.text)
        roots = sorted({chain[0] for chain in definition.references.chains})
        # What an imported name stands for, so that importing another thing by that name counts.
        texts += [f"{root}={source.imports.targets.get(root)}" for root in roots]
    return digest_of(texts)
