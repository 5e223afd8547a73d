"""Importing the module that holds a pipeline, by file or by name.

The module gets the name under which every other process can import it, because that name goes
into the IR and workers import components by it. It is never `__main__`.
"""

from __future__ import annotations

import importlib
import os
import sys
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from pipeline_lib.cli.author_code import author_code
from pipeline_lib.errors import UserModuleError


def module_in_file(path: Path) -> ModuleType:
    """Import a Python file.

    Its folder goes first on `sys.path`. A file in a package (its folder has an `__init__.py`) is
    imported as part of that package, with the folder above the package on `sys.path`.

    Raises:
        UserModuleError: there is no such file, it cannot be imported, or its name is taken.
    """
    if not path.is_file():
        near = get_close_matches(path.name, (one.name for one in path.parent.glob("*.py")), n=1)
        hint = f" Did you mean {str(path.with_name(near[0]))!r}?" if near else ""
        raise UserModuleError(f"File {str(path)!r} does not exist.{hint}")
    folder, name = _folder_and_name(path.resolve())
    _refuse_taken_name(folder, name, path)
    add_to_path(os.getcwd())
    add_to_path(str(folder))
    with author_code(f"File {str(path)!r} cannot be imported"):
        return importlib.import_module(name)


def module_of_name(name: str) -> ModuleType:
    """Import `package.module`; the working directory goes first on `sys.path`.

    Raises:
        UserModuleError: there is no such module, or it cannot be imported.
    """
    add_to_path(os.getcwd())
    what = f"Module {name!r} cannot be imported"
    with author_code(what):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise  # the module is there; something that it imports is not
            raise UserModuleError(
                f"{what}: {error}. It is looked for in the working directory "
                f"{os.getcwd()!r} and where installed packages are."
            ) from None


def add_to_path(folder: str) -> None:
    """Put a folder first on `sys.path`."""
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path.insert(0, folder)


def _folder_and_name(path: Path) -> tuple[Path, str]:
    """The folder for `sys.path`, and the module's name seen from there."""
    folder, names = path.parent, [path.stem]
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(names)


def _refuse_taken_name(folder: Path, name: str, path: Path) -> None:
    top = name.partition(".")[0]
    taken_by = _owner_of_name(top)
    if "." in path.stem:
        reason = f"a module's name cannot be {path.stem!r}, with a dot"
    elif top in sys.stdlib_module_names:
        reason = f"Python has a module {top!r} of its own"
    elif taken_by and taken_by not in (folder / f"{top}.py", folder / top / "__init__.py"):
        reason = f"{str(taken_by)!r} is imported under the name {top!r} already"
    else:
        return
    raise UserModuleError(f"File {str(path)!r} cannot be imported: {reason}. Rename it.")


def _owner_of_name(name: str) -> Path | None:
    """The file that this process has under a module name, as a module or as its main script."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script and Path(script).stem == name:
        return Path(script).resolve()
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file).resolve() if file else None
