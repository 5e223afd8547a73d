"""Refuses to run code of the session that is not the code that its source says."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.dsl.executor_spec import FunctionExecutorSpec
from pipeline_lib.dsl.function_component import FunctionComponent
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError
from pipeline_lib.execution.main_module import main_module_name
from pipeline_lib.interactive.workforce import is_of_session
from pipeline_lib.node.import_object import import_object


def check_still_fits(nodes: Iterable[BaseNode]) -> None:
    """Refuse nodes whose component has other inputs, outputs or parameters than they have.

    Raises:
        AuthoringError: a component was defined anew after its node was made.
    """
    for node in nodes:
        match node.executor_spec:
            case FunctionExecutorSpec(path) if path.partition(":")[0] == main_module_name():
                component = import_object(path)
                if isinstance(component, FunctionComponent) and not _fits(node, component):
                    raise AuthoringError(
                        f"Component {component.signature.name!r} was defined anew, with other "
                        f"inputs, outputs or parameters than node {node.id!r} has. Run the cell "
                        "again that makes the node."
                    )


def _fits(node: BaseNode, component: FunctionComponent[Any, Any]) -> bool:
    signature = component.signature
    return (
        node.bound_inputs.keys() == signature.inputs.keys()
        and node.outputs.keys() == signature.outputs.keys()
        and node.bound_parameters.keys() == signature.parameters.keys()
    )


class ImportedModules:
    """Remembers what the author's modules were when this session imported them."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, str]] = {}
        self._contents: dict[str, frozenset[int]] = {}

    def check(self, pipeline: ir.Pipeline, nodes: Iterable[ir.Node]) -> None:
        """Refuse to run code of the session that uses a module which was edited since its import.

        Raises:
            AuthoringError: a module was edited, and not imported again.
        """
        digests = {
            node.executor.digest  # type: ignore[union-attr]
            for node in nodes
            if is_of_session(node.executor)
        }
        for code in pipeline.code:
            if code.digest in digests:
                for module, parts in _by_module(code.parts).items():
                    self._check_module(module, parts)

    def _check_module(self, module: str, parts: Mapping[str, str]) -> None:
        loaded = sys.modules.get(module)
        if loaded is None:
            return
        contents = frozenset(map(id, vars(loaded).values()))
        known = self._parts.setdefault(module, {})
        edited = [name for name, digest in parts.items() if known.get(name, digest) != digest]
        if edited and contents == self._contents.get(module):
            raise AuthoringError(
                f"Module {module!r} was edited after this session imported it "
                f"({', '.join(sorted(edited))}): what the session defines would still run with "
                f"what it was. Import it again, importlib.reload({module}) and each 'from {module} "
                "import ...', or restart the session."
            )
        known.update(parts)
        self._contents[module] = contents


def _by_module(parts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    own = main_module_name()
    modules: dict[str, dict[str, str]] = {}
    for name, digest in parts.items():
        module = name.partition(":")[0]
        if module not in (own, "pipeline_lib"):
            modules.setdefault(module, {})[name] = digest
    return modules
