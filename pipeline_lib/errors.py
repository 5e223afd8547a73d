"""The exceptions that pipeline_lib raises, all under one root.

PipelineLibError
├── AuthoringError           a component, channel or pipeline that cannot work as written
│   └── UnsupportedError     a feature that the chosen runner cannot execute
├── InvalidPipelineError     an IR that no runner could execute (cycle, unknown reference, ...)
├── UserModuleError          a user's module that cannot be found, imported or lacks what is needed
├── DataError                data or configuration that a component cannot work with
├── MetadataStoreError       the metadata store cannot be opened, read or written
├── RunNotFoundError         the store, or the cluster, holds no such run
├── ClusterError             a cluster cannot be reached, or refuses what it is asked
├── ImageError               a container image that cannot be built
└── PipelineRunError         a run in which at least one node failed

What an author has written or given wrong, AuthoringError and InvalidPipelineError, is a ValueError,
too: so do programs catch it that were written for TFX, or that know no error of this library.

Messages say what happened, what was expected, what exists and, where there is one, the near match.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PipelineLibError(Exception):
    """Root of every error that this library raises on purpose."""


class AuthoringError(PipelineLibError, ValueError):
    """A component, channel or pipeline that cannot work as it is written."""


class UnsupportedError(AuthoringError):
    """A pipeline uses a feature that the chosen runner cannot execute."""


class InvalidPipelineError(PipelineLibError, ValueError):
    """An intermediate representation that no runner could execute."""


class UserModuleError(PipelineLibError):
    """A user's module cannot be found or imported, or lacks a name that is needed."""


class DataError(PipelineLibError):
    """Data or configuration that a component cannot work with."""


class MetadataStoreError(PipelineLibError):
    """The metadata store cannot be opened, read or written."""


class RunNotFoundError(PipelineLibError):
    """The store, or the cluster, holds no run of that id."""


class ClusterError(PipelineLibError):
    """A cluster cannot be reached, or refuses what it is asked."""


class ImageError(PipelineLibError):
    """A container image cannot be built: no engine, base image or package, or nothing to put in."""


class PipelineRunError(PipelineLibError):
    """At least one node of a run failed; the message names each, its error and its log."""


def did_you_mean(name: str, existing: Iterable[str]) -> str:
    """The tail of a message about an unknown name: what exists, and the near match.

    >>> did_you_mean("modle", ["model", "schema"])
    " These exist: 'model', 'schema'. Did you mean 'model'?"
    """
    names = sorted(existing)
    if not names:
        return " None exist."
    listed = ", ".join(repr(candidate) for candidate in names)
    close = difflib.get_close_matches(str(name), names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f" These exist: {listed}.{hint}"
