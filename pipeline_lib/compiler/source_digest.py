"""Digest of the source behind an import path, read without importing the module itself."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from functools import cache
from pathlib import Path

from pipeline_lib.errors import UserModuleError


def source_digest(import_path: str) -> str:
    """Digest of the module that `import_path` (`package.module:name`) lies in.

    Raises:
        UserModuleError: there is no such module.
    """
    module = import_path.partition(":")[0]
    origin = _origin(module)
    return _file_digest(origin, Path(origin).stat().st_mtime_ns)


def _origin(module: str) -> str:
    main = sys.modules["__main__"]
    main_file = getattr(main, "__file__", None)
    if main_file and Path(main_file).stem == module:
        return str(main_file)
    loaded = sys.modules.get(module)
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


@cache
def _file_digest(path: str, modified: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
