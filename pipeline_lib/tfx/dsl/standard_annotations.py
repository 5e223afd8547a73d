"""`tfx.dsl.standard_annotations`: labels for artifact types and components.

TFX has a user's artifact class say `TYPE_ANNOTATION = Dataset` and a component
`component_annotation=Train`. They are taken so that such code runs; nothing here reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.facade_module import refuse

__all__ = [
    "Dataset",
    "Deploy",
    "Evaluate",
    "Metrics",
    "Model",
    "Process",
    "Statistics",
    "Train",
    "Transform",
]


class Dataset:
    """The artifact holds data."""


class Metrics:
    """The artifact holds metrics."""


class Model:
    """The artifact holds a model."""


class Statistics:
    """The artifact holds statistics."""


class Deploy:
    """The component deploys."""


class Evaluate:
    """The component evaluates."""


class Process:
    """The component processes data."""


class Train:
    """The component trains."""


class Transform:
    """The component transforms data."""


if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
