"""What a name in one of the author's modules stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline_lib.compiler.first_party import FoundModule, ModuleFinder
from pipeline_lib.compiler.imports import ImportTarget
from pipeline_lib.compiler.module_source import ModuleSource, Sources
from pipeline_lib.compiler.references import Chain

WHOLE = ""
"""In place of a name: everything in the module."""

Place = tuple[ModuleSource, str]
"""A module, and a name that is defined in it."""

Targets = Mapping[str, Sequence[ImportTarget]]


class NameLookup:
    """Follows names through imports to where the author defines them."""

    def __init__(self, finder: ModuleFinder) -> None:
        self._finder = finder
        self._sources = Sources()

    def source(self, found: FoundModule) -> ModuleSource:
        """The source of a module that was found."""
        return self._sources.source(found)

    def module(self, name: str) -> ModuleSource | None:
        """The author's module of that name."""
        found = self._finder.first_party(name)
        return None if found is None else self.source(found)

    def packages(self, name: str) -> Iterator[ModuleSource]:
        """The author's packages that a module is in, outermost first, and the module."""
        return map(self.source, self._finder.packages(name))

    def named_by(self, names: Chain) -> Iterator[Place]:
        """What the author defines in a module by a full name, `("package", "module", "name")`."""
        for count in range(len(names) - 1, 0, -1):
            module = self.module(".".join(names[:count]))
            if module is not None:
                name = names[count]
                if name in module.definitions or name in module.imports.targets:
                    yield from self.places(module, names[count:])
                return

    def places(
        self, source: ModuleSource, chain: Chain, local_targets: Targets | None = None
    ) -> Iterator[Place]:
        """What a chain of names in a module stands for; nothing if it is none of the author's.

        Args:
            source: the module in which the chain stands.
            chain: the names.
            local_targets: what the function binds by imports in which the chain stands.
        """
        name, rest = chain[0], chain[1:]
        if name in source.definitions:
            yield source, name
        local = local_targets.get(name, ()) if local_targets else ()
        for target in [*local, *source.imports.targets.get(name, ())]:
            module = self.module(target.module)
            if module is not None:
                attribute = (target.attribute,) if target.attribute else ()
                yield from self.member(module, (*attribute, *rest))

    def member(self, source: ModuleSource, names: Chain) -> Iterator[Place]:
        """What `names` stands for as attributes of a module."""
        if not names:
            yield source, WHOLE
        elif names[0] in source.definitions or names[0] in source.imports.targets:
            yield from self.places(source, names)
        else:
            inner = self.module(f"{source.name}.{names[0]}") if source.is_package else None
            if inner is not None:
                yield from self.member(inner, names[1:])
            elif not names[0].startswith("__"):
                yield source, WHOLE
