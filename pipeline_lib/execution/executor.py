"""What a custom component's code subclasses: `BaseExecutor` and `BeamExecutor`."""

from __future__ import annotations

import logging
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import apache_beam as beam


_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExecutorContext:
    """What an executor may know about the execution that it is part of.

    Attributes:
        pipeline_name: name of the pipeline.
        run_id: id of the run.
        node_id: id of the node.
        execution_id: the store's id of this execution.
        tmp_dir: a directory that is removed after the execution. It is on this machine, but where
            the pipeline root is not and Beam has arguments: Beam's workers may be anywhere.
        beam_pipeline_args: Beam's command-line arguments for this node.
    """

    pipeline_name: str = ""
    run_id: str = ""
    node_id: str = ""
    execution_id: int = 0
    tmp_dir: str = ""
    beam_pipeline_args: tuple[str, ...] = ()


class BaseExecutor(ABC):
    """Does the work of a component. Subclasses implement `Do`, with TFX's signature."""

    Context = ExecutorContext

    def __init__(self, context: ExecutorContext | None = None) -> None:
        self._context = context or ExecutorContext()

    @abstractmethod
    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Read the inputs, write the outputs at their `uri`.

        Args:
            input_dict: artifacts by input key; an optional input that is absent is an empty list.
            output_dict: artifacts by output key; each `uri` is an existing empty directory
                (of value artifacts: a file in an existing directory).
            exec_properties: parameters by name; an optional parameter that is absent is `None`.

        Raises:
            Exception: any exception fails the node and is recorded with its traceback.
        """

    def _get_tmp_dir(self) -> str:
        """A directory for temporary files, removed after the execution.

        An executor that is called by hand, without a context, gets one of the system's.
        """
        if not self._context.tmp_dir:
            return tempfile.mkdtemp()
        files.make_directory(self._context.tmp_dir)
        return self._context.tmp_dir

    def _log_startup(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Log that the execution starts; TFX's executors call it first."""
        _LOG.debug("%s starts.", type(self).__name__)


class BeamExecutor(BaseExecutor):
    """An executor whose work is an Apache Beam pipeline."""

    def _make_beam_pipeline(self) -> beam.Pipeline:
        """A Beam pipeline with this node's `beam_pipeline_args`.

        Raises:
            DataError: Beam does not take them.
            PipelineLibError: the job service that they name cannot be reached.
        """
        # Imported here: who only defines an executor does not need Beam.
        from pipeline_lib.execution.beam_arguments import beam_pipeline

        return beam_pipeline(self._context.beam_pipeline_args)
