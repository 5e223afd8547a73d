"""Digest of the source behind an import path, read without importing it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path

import pipeline_lib
from pipeline_lib.compiler.imported_modules import SourceModule, imported_modules
from pipeline_lib.errors import UserModuleError
from pipeline_lib.execution.main_module import main_module_name


def source_digest(import_path: str) -> str:
    """Digest of the source that `import_path` (`package.module:name`) depends on.

    That is the module it lies in, the author's modules that this one imports, directly or through
    others, and this library's version. Installed packages do not count.

    Raises:
        UserModuleError: there is no such module.
    """
    name = import_path.partition(":")[0]
    module = SourceModule(name, _origin(name))
    parts = [pipeline_lib.__version__, _file_digest(module)]
    parts += [f"{one.name}={_file_digest(one)}" for one in imported_modules(module)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _origin(module: str) -> str:
    is_main = module == main_module_name()
    loaded = sys.modules.get("__main__" if is_main else module)
    if loaded is not None and getattr(loaded, "__file__", None):
        return str(loaded.__file__)
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError as error:
        raise UserModuleError(f"Module {module!r} cannot be found: {error}.") from error
    if spec is None or spec.origin is None:
        raise UserModuleError(
            f"Module {module!r} cannot be found. It must be importable where the pipeline is "
            "compiled: is it on sys.path, or its package installed?"
        )
    return spec.origin


def _file_digest(module: SourceModule) -> str:
    return _digest(module.path, os.stat(module.path).st_mtime_ns)


@cache
def _digest(path: str, modified: int) -> str:
    """Digest of a file; `modified` makes an edited file another one."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
