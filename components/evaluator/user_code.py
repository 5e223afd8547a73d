"""The user's `module_file`, which may replace how models are loaded and what is extracted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow_model_analysis as tfma

from components.evaluator.models import MakeModel
from pipeline_lib.errors import UserModuleError
from pipeline_lib.execution.user_module import import_module_file

_MAKE_MODEL = "custom_eval_shared_model"
_MAKE_EXTRACTORS = "custom_extractors"


@dataclass(frozen=True)
class UserCode:
    """What the user's module defines.

    Attributes:
        exists: whether there is a module.
        make_model: makes TFMA's model; `tfma.default_eval_shared_model` by default.
        make_extractors: makes the list of TFMA's extractors; TFMA's own where it is `None`.
    """

    exists: bool = False
    make_model: MakeModel = tfma.default_eval_shared_model
    make_extractors: Callable[..., list[Any]] | None = None

    @classmethod
    def load(cls, module_file: str | None) -> UserCode:
        """What the module at `module_file` defines.

        Raises:
            UserModuleError: the module does not import or defines neither function.
        """
        if not module_file:
            return cls()
        module = import_module_file(module_file)
        make_model = getattr(module, _MAKE_MODEL, None)
        make_extractors = getattr(module, _MAKE_EXTRACTORS, None)
        if make_model is None and make_extractors is None:
            raise UserModuleError(
                f"Module {module_file!r} defines neither {_MAKE_MODEL!r} nor {_MAKE_EXTRACTORS!r}, "
                "the two functions that Evaluator looks for."
            )
        return cls(True, make_model or cls.make_model, make_extractors)

    def extractors(self, models: Any, config: tfma.EvalConfig, adapter_config: Any) -> Any:
        """The user's extractors, or `None` for TFMA's."""
        if self.make_extractors is None:
            return None
        return self.make_extractors(
            eval_shared_model=models, eval_config=config, tensor_adapter_config=adapter_config
        )
