"""`tfx.types.system_artifacts` and `system_executions`: labels, and what to derive one's own from.

As the standard ones, a label has no effect here.
"""

from __future__ import annotations

from pipeline_lib.tfx.dsl.standard_annotations import Dataset as Dataset
from pipeline_lib.tfx.dsl.standard_annotations import Deploy as Deploy
from pipeline_lib.tfx.dsl.standard_annotations import Evaluate as Evaluate
from pipeline_lib.tfx.dsl.standard_annotations import Metrics as Metrics
from pipeline_lib.tfx.dsl.standard_annotations import Model as Model
from pipeline_lib.tfx.dsl.standard_annotations import Process as Process
from pipeline_lib.tfx.dsl.standard_annotations import Statistics as Statistics
from pipeline_lib.tfx.dsl.standard_annotations import Train as Train
from pipeline_lib.tfx.dsl.standard_annotations import Transform as Transform


class SystemArtifact:
    """Base of labels for artifact types."""


class SystemExecution:
    """Base of labels for components."""
