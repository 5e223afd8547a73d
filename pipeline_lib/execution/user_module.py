"""Importing the user's modules that components are given by path (`module_file`)."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pipeline_lib.errors import UserModuleError, did_you_mean


def user_function(
    name: str, *, module_file: str | None = None, import_path: str | None = None
) -> Callable[..., Any]:
    """The user's function, from a module given by path or by a dotted import path.

    Args:
        name: name of the function in `module_file`, such as `run_fn`.
        module_file: path of a Python file.
        import_path: `package.module.function`, in place of `module_file`.

    Raises:
        UserModuleError: both or none is given, the module does not import or has no such function.
    """
    if bool(module_file) == bool(import_path):
        raise UserModuleError(
            f"Give either 'module_file' or {name!r} as an import path, "
            f"got module_file={module_file!r} and {name}={import_path!r}."
        )
    if module_file:
        return _function_of(import_module_file(module_file), name, module_file)
    module_name, _, attribute = str(import_path).rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise UserModuleError(_does_not_import(module_name, error)) from error
    return _function_of(module, attribute, module_name)


def import_module_file(path: str) -> ModuleType:
    """Import the Python file at `path`; modules beside it can be imported by it.

    Raises:
        UserModuleError: there is no such file, or it does not import.
    """
    if not os.path.isfile(path):
        raise UserModuleError(f"Module file {path!r} does not exist.")
    folder, file_name = os.path.split(os.path.abspath(path))
    _forget_modules_of_other_folders(folder)
    name = file_name.removesuffix(".py")
    sys.path[:] = [folder, *(entry for entry in sys.path if entry != folder)]
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except Exception as error:
        sys.modules.pop(name, None)
        raise UserModuleError(_does_not_import(path, error)) from error


def _forget_modules_of_other_folders(folder: str) -> None:
    """A worker outlives a node: modules of an earlier bundle must not answer for this one's."""
    for file_name in os.listdir(folder):
        name = file_name.removesuffix(".py")
        module = sys.modules.get(name)
        origin = getattr(module, "__file__", None)
        # A folder's __main__.py is not the program that runs here.
        is_module = file_name.endswith(".py") and name != "__main__"
        if is_module and origin and os.path.dirname(origin) != folder:
            del sys.modules[name]


def _function_of(module: ModuleType, name: str, origin: str) -> Callable[..., Any]:
    function = getattr(module, name, None)
    if callable(function):
        return function  # type: ignore[no-any-return]
    names = [key for key, value in vars(module).items() if callable(value) and key[:1] != "_"]
    raise UserModuleError(
        f"Module {origin!r} defines no function {name!r}.{did_you_mean(name, names)}"
    )


def _does_not_import(origin: str, error: Exception) -> str:
    return f"Module {origin!r} does not import: {type(error).__name__}: {error}"
