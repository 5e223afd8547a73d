"""The code that executors depend on, as digests of named parts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pipeline_lib
from pipeline_lib.compiler.first_party import ModuleFinder
from pipeline_lib.compiler.module_source import digest_of
from pipeline_lib.compiler.name_lookup import NameLookup
from pipeline_lib.compiler.reach import Reach
from pipeline_lib.ir.pipeline import Code

_LIBRARY = "pipeline_lib"
_NAME = re.compile(r"[^\W\d]\w*([.:][^\W\d]\w*)+")


class CodeDigests:
    """Digests the code of the executors of one pipeline, read and not imported.

    Args:
        session: the source of an interactive session, if this is one that is known.
    """

    def __init__(self, session: str | None = None) -> None:
        self._finder = ModuleFinder(session)
        self._lookup = NameLookup(self._finder)
        self._code: dict[str, Code] = {}
        self._digests: dict[tuple[str, ...], str] = {}

    def add(self, import_path: str, texts: Iterable[str] = ()) -> str:
        """Digest of the code that the function or class at `package.module:name` depends on.

        That are the definitions that it reaches by name in its module and in the author's other
        modules, what these modules do when they are imported, and this library's version.
        Installed packages do not count.

        Args:
            import_path: the function or class.
            texts: what it is given as parameters; one such as `my_package.training.run` that names
                a definition of the author's counts with what that reaches.

        Raises:
            UserModuleError: there is no such module.
        """
        named = sorted({text for text in texts if _NAME.fullmatch(text)})
        key = (import_path, *named)
        if key not in self._digests:
            self._digests[key] = self._add(import_path, named)
        return self._digests[key]

    def all(self) -> tuple[Code, ...]:
        """The code of every executor that was added, by digest."""
        return tuple(self._code[digest] for digest in sorted(self._code))

    def _add(self, import_path: str, named: Iterable[str]) -> str:
        module, _, name = import_path.partition(":")
        start = self._lookup.source(self._finder.any_module(module))
        places = [*self._lookup.member(start, tuple(name.split(".")))]
        for text in named:
            places += self._lookup.named_by(tuple(re.split("[.:]", text)))
        parts = Reach(self._lookup).parts(places)
        parts[_LIBRARY] = pipeline_lib.__version__
        digest = digest_of([json.dumps(parts, sort_keys=True)])
        self._code[digest] = Code(digest, parts)
        return digest
