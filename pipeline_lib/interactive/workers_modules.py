"""The author's modules that workers may have imported, and whether they were edited since."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pipeline_lib import ir
from pipeline_lib.compiler.first_party import ModuleFinder
from pipeline_lib.execution.main_module import main_module_name


class WorkersModules:
    """Remembers modules: the parts of them that executors depend on, and their files."""

    def __init__(self) -> None:
        self._parts: dict[str, str] = {}
        self._files: dict[str, tuple[int, int]] = {}

    def are_edited(self, parts: Mapping[str, str]) -> bool:
        """Whether a module that is remembered has other parts now.

        Of a part that was not needed before, the module's file tells whether it may be new.
        """
        return any(self._is_edited(name, digest) for name, digest in parts.items())

    def add(self, parts: Mapping[str, str]) -> None:
        """Remember the modules that have these parts."""
        self._parts.update(parts)
        for module in {name.partition(":")[0] for name in parts} - self._files.keys():
            self._files[module] = _version(module)

    def _is_edited(self, name: str, digest: str) -> bool:
        if name in self._parts:
            return self._parts[name] != digest
        module = name.partition(":")[0]
        return module in self._files and self._files[module] != _version(module)


def module_parts(pipeline: ir.Pipeline) -> dict[str, str]:
    """Digest of each part of the author's modules that a pipeline's executors depend on."""
    not_imported_there = (main_module_name(), "pipeline_lib")
    return {
        name: digest
        for code in pipeline.code
        for name, digest in code.parts.items()
        # A module file is staged under its digest, where it cannot be taken for an earlier one.
        if (module := name.partition(":")[0]) not in not_imported_there
        and not module.endswith(".py")
    }


def _version(module: str) -> tuple[int, int]:
    found = ModuleFinder().first_party(module)
    try:
        status = os.stat(found.path if found is not None else "")
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
