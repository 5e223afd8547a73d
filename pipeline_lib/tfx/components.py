"""`tfx.components`: the standard components, from the package `components`.

They load when they are used: a folder of the user's with the same name may hide them.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pipeline_lib
from pipeline_lib.errors import UserModuleError
from pipeline_lib.tfx.facade_module import load_when_used

__all__ = [
    "CsvExampleGen",
    "DataAccessor",
    "Evaluator",
    "ExampleValidator",
    "FnArgs",
    "ImportSchemaGen",
    "InfraValidator",
    "Pusher",
    "SchemaGen",
    "StatisticsGen",
    "Trainer",
    "Transform",
    "TunerFnResult",
]

_PACKAGE = "components"

if TYPE_CHECKING:
    from components import CsvExampleGen as CsvExampleGen
    from components import Evaluator as Evaluator
    from components import ExampleValidator as ExampleValidator
    from components import ImportSchemaGen as ImportSchemaGen
    from components import InfraValidator as InfraValidator
    from components import Pusher as Pusher
    from components import SchemaGen as SchemaGen
    from components import StatisticsGen as StatisticsGen
    from components import Trainer as Trainer
    from components import Transform as Transform
    from components.trainer.fn_args import DataAccessor as DataAccessor
    from components.trainer.fn_args import FnArgs as FnArgs
else:
    _FN_ARGS = {name: f"{_PACKAGE}.trainer.fn_args:{name}" for name in ("DataAccessor", "FnArgs")}
    _load = load_when_used(__name__, {name: f"{_PACKAGE}:{name}" for name in __all__} | _FN_ARGS)

    def __getattr__(name: str) -> Any:
        if name in __all__:
            check_not_hidden()
        return _load(name)


class TunerFnResult(NamedTuple):
    """What a `tuner_fn` returns.

    There is no Tuner here; a user's module that holds a `tuner_fn` beside its `run_fn` imports.
    """

    tuner: Any
    fit_kwargs: dict[str, Any]


def check_not_hidden() -> None:
    """Refuse to go on where another package `components` hides the standard components.

    Raises:
        UserModuleError: one does, and where both are.
    """
    module = importlib.import_module(_PACKAGE)
    found = Path(module.__file__ or next(iter(module.__path__))).resolve()
    ours = Path(pipeline_lib.__file__).resolve().parents[1] / _PACKAGE
    if ours not in found.parents:
        raise UserModuleError(
            f"{str(found)!r} hides the standard components in {str(ours)!r}: both are imported as "
            f"{_PACKAGE!r}. Rename the first, or take its folder off sys.path."
        )
