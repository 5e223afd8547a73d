"""Executing a request in a container: with the same paths as here, and outputs checked here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pipeline_lib
from pipeline_lib.artifacts import files
from pipeline_lib.containers.container import Container, Mount
from pipeline_lib.containers.failures import (
    CommandNotFoundError,
    ContainerCanceledError,
    ContainerError,
    ContainerTimeoutError,
    ExitCodeError,
)
from pipeline_lib.containers.running import Write
from pipeline_lib.errors import DataError
from pipeline_lib.ir.executors import ContainerExecutor
from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.execute import remove_unfinished
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.order import Order
from pipeline_lib.node.output_files import Records, publish_files, written_outputs
from pipeline_lib.node.request import Canceled, ExecutionRequest, Failure, Outcome, Success
from pipeline_lib.node.staging import Staging
from pipeline_lib.runners.local.container_engine import ContainerEngine
from pipeline_lib.runners.local.container_log import container_log

_TIMEOUT = "Timeout"
"""Error type of a node that ran too long, in a worker as well."""

_NO_LIBRARY = "No module named 'pipeline_lib"
_WHAT_TO_DO = (
    "A node with the option 'image' runs this library in it: install pipeline-lib "
    f"{pipeline_lib.__version__} and the node's own code in the image."
)


def execute_in_container(
    request: ExecutionRequest, engine: ContainerEngine, also: Write | None = None
) -> Outcome:
    """Execute a request in a container, and wait for its outcome.

    Args:
        request: what is executed.
        engine: runs the container.
        also: is told what the container prints, which is written to the request's log.

    Raises:
        KeyboardInterrupt: the user interrupted; the container is gone.
    """
    staging = Staging(request)
    try:
        staging.fetch()
        written = _written(request, staging, engine, also)
        if isinstance(written, ErrorRecord):
            return Failure(written)
        return Success(publish_files(request.outputs, staging.deliver(written)))
    except ContainerCanceledError as error:
        return Canceled(str(error))
    except (ContainerError, DataError) as error:
        # Its text says all: it has no line of the author's.
        is_late = isinstance(error, ContainerTimeoutError)
        return Failure(ErrorRecord(_TIMEOUT if is_late else type(error).__name__, str(error)))
    except Exception as error:  # the disk is full, say
        return Failure(error_record(error))
    finally:
        remove_unfinished(request)


def _written(
    request: ExecutionRequest, staging: Staging, engine: ContainerEngine, also: Write | None
) -> Records | ErrorRecord:
    """Run the container; what is at its outputs then, or why there is nothing."""
    local = staging.request
    with (
        container_log(request.log_uri, local.system_dir, also) as write,
        _writable_by(_user_of(local, engine), staging.made_directories()),
    ):
        if isinstance(local.executor, ContainerExecutor):
            engine.run(_container(local, engine), write, local.options.timeout)
            return written_outputs(local.outputs)
        return _written_by_python(local, engine, write)


def _written_by_python(
    request: ExecutionRequest, engine: ContainerEngine, write: Write
) -> Records | ErrorRecord:
    """Order the execution of a Python executor in the image, and read the report."""
    with Order(request) as order:
        container = replace(
            _container(request, engine),
            command=order.command,
            # An executor may be given paths relative to where the pipeline was run.
            folder=os.getcwd(),
        )
        try:
            engine.run(container, write, request.options.timeout)
        except CommandNotFoundError as error:
            raise DataError(f"Image {container.image} has no python3. {_WHAT_TO_DO}") from error
        except ExitCodeError as error:
            if _NO_LIBRARY in str(error):
                what = f"Image {container.image} has no pipeline_lib, or another version of it."
                raise DataError(f"{what} {_WHAT_TO_DO}") from error
            raise
        return order.report()


def _container(request: ExecutionRequest, engine: ContainerEngine) -> Container:
    options = request.options
    assert request.image is not None, "no other is ever run in a container"
    return Container(
        image=request.image.name,
        image_id=request.image.id,
        command=request.command,
        environment=request.environment,
        mounts=tuple(_mounts(request)),
        labels={
            **engine.labels,
            "pipeline_lib.run": request.run_id,
            "pipeline_lib.node": request.node_id,
        },
        cpus=options.cpus,
        memory=options.memory,
        gpus=options.accelerators.count if options.accelerators else 0,
        user=options.user,
        network=engine.network,
    )


def _user_of(request: ExecutionRequest, engine: ContainerEngine) -> str:
    assert request.image is not None, "no other is ever run in a container"
    return request.options.user or engine.user_of(request.image.id)


def _mounts(request: ExecutionRequest) -> Iterator[Mount]:
    """What the container sees of this machine, each path once."""
    writable = [slot.partial for slot in request.outputs.values()] + list(request.writes)
    if not isinstance(request.executor, ContainerExecutor):
        writable.append(request.system_dir)
    read = [one.uri for artifacts in request.inputs.values() for one in artifacts]
    existing = [one for one in [*read, *request.reads] if files.exists(one)]
    for path in dict.fromkeys(writable):
        yield Mount(path, is_writable=True)
    for path in dict.fromkeys(existing):
        if path not in writable:
            yield Mount(path)


@contextmanager
def _writable_by(user: str, directories: Iterable[str]) -> Iterator[None]:
    """Let a container's user write to directories that this process has made, meanwhile."""
    if user.partition(":")[0] in ("", "0", "root"):
        yield
        return
    made = list(directories)
    modes = {path: stat.S_IMODE(os.stat(path).st_mode) for path in made}
    for path in made:
        os.chmod(path, 0o777)
    try:
        yield
    finally:
        for path, mode in modes.items():
            with suppress(OSError):
                os.chmod(path, mode)
