"""How a model server, or the model in it, fails whoever drives it.

ModelServerError
├── ServerEndedError    the process, container or pod is gone
├── ModelLoadError      the server cannot load the model, and says so
├── NotInTimeError      no version was available, or no answer came, before the deadline
└── RefusedAnswerError  the server answers a request with an error

A server that cannot be started at all (no binary, no Docker, no cluster) is a `DataError`: that is
not about the model.
"""

from __future__ import annotations

from pipeline_lib.errors import PipelineLibError


class ModelServerError(PipelineLibError):
    """The server or the model in it failed.

    Args:
        reason: what happened, as a clause without a full stop; made one line.
        log: the end of the server's log.
    """

    may_pass = True
    """Whether another try can end differently: the machine, not the model, may be at fault."""

    def __init__(self, reason: str, log: str = "") -> None:
        self.reason = " ".join(reason.split())
        super().__init__(self.reason)
        self.log = log


class ServerEndedError(ModelServerError):
    """The server is gone.

    Args:
        reason: what happened.
        log: the end of its log.
        may_pass: see `ModelServerError`; false where it used too much memory.
    """

    def __init__(self, reason: str, log: str = "", may_pass: bool = True) -> None:
        super().__init__(reason, log)
        self.may_pass = may_pass


class ModelLoadError(ModelServerError):
    """The server says that it cannot load the model."""

    may_pass = False


class NotInTimeError(ModelServerError):
    """A deadline has passed."""


class RefusedAnswerError(ModelServerError):
    """The server answers a request with an error."""

    may_pass = False
