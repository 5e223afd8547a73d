"""What import statements bind, and the modules that they load."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field


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


def absolute_name(name: str, level: int, package: str) -> str:
    """The module that `from {level dots}{name} import ...` names in `package`."""
    if level == 0:
        return name
    parts = package.split(".")
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, name] if name else base)
