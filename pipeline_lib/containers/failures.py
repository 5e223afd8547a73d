"""How a container, or what runs it, fails.

ContainerError
├── NoEngineError         no engine answers, or docker-py is not installed
├── EngineError           the engine refuses something, or is gone
├── ImageNotFoundError    the image is not on this machine and cannot be pulled
├── CommandNotFoundError  the command is no program in the image
├── ExitCodeError         the command ended with an exit code other than 0
├── OutOfMemoryError      the kernel killed it: it used more memory than it may
├── ContainerTimeoutError its time is over
└── ContainerCanceledError it was stopped from outside
"""

from __future__ import annotations

from pipeline_lib.errors import PipelineLibError


class ContainerError(PipelineLibError):
    """A container failed, or what runs it."""


class NoEngineError(ContainerError):
    """No container engine answers, or docker-py is not installed."""


class EngineError(ContainerError):
    """The engine refuses something, or is gone."""


class ImageNotFoundError(ContainerError):
    """An image is not on this machine and cannot be pulled."""


class CommandNotFoundError(ContainerError):
    """The command is no program in the image."""


class ExitCodeError(ContainerError):
    """The command ended with an exit code other than 0."""


class OutOfMemoryError(ContainerError):
    """The kernel killed the container: it used more memory than it may."""


class ContainerTimeoutError(ContainerError):
    """A container's time is over."""


class ContainerCanceledError(ContainerError):
    """A container was stopped from outside."""
