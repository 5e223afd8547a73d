"""Where the nodes of a run have logged how training went, for TensorBoard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline_lib.artifacts import files
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.node.places import leftovers

_MODEL_RUN = "ModelRun"
_EVENT_FILE = "tfevents"


def training_logs(executions: Mapping[str, ExecutionRecord], root: str) -> dict[str, str]:
    """URIs of what `tf.summary` has written, by node; more than one of a node with the output.

    Args:
        executions: the latest of each node, by instance.
        root: the run's pipeline root, below which a node that is running writes.
    """
    found: dict[str, str] = {}
    for instance, execution in executions.items():
        logs = {key: uri for key, uri in _places(execution, root) if _has_events(uri)}
        for key, uri in logs.items():
            found[instance if len(logs) == 1 else f"{instance}.{key}"] = uri
    return found


def as_logdir_spec(logs: Mapping[str, str]) -> str:
    """The logs as TensorBoard's option `--logdir_spec` takes them: `Trainer:/path,Tuner:/other`.

    Raises:
        PipelineLibError: a URI has a comma, where the option would end it.
    """
    for uri in logs.values():
        if "," in uri:
            raise PipelineLibError(
                f"TensorBoard's --logdir_spec cannot name {uri!r}, which has a comma. "
                "Start TensorBoard with 'plib tensorboard' and without --print-logdir."
            )
    return ",".join(f"{name}:{uri}" for name, uri in logs.items())


def _places(execution: ExecutionRecord, root: str) -> Iterator[tuple[str, str]]:
    if execution.state is ExecutionState.RUNNING:
        yield from ((str(number), uri) for number, uri in enumerate(leftovers(execution, root)))
    for key, records in execution.outputs.items():
        for index, record in enumerate(records):
            if record.type_name == _MODEL_RUN and not execution.chosen:
                yield f"{key}[{index}]" if len(records) > 1 else key, record.uri


def _has_events(uri: str) -> bool:
    try:
        return any(_EVENT_FILE in name for name in files.files_in(uri))
    except Exception:  # gone, or out of reach: each file system has its own error
        return False
