"""Names that Kubernetes and Kubeflow Pipelines accept."""

from __future__ import annotations

import hashlib
import re

LONGEST_PIPELINE_NAME = 128
_LONGEST = 46
"""Of a name that others are made of: with all that is put behind it, it stays within 63."""
_DIGEST = 8
_DRIVER = "-driver"
"""Behind a task's name, that of the task which Kubeflow puts before it."""
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_REFUSED = re.compile(r"[^a-z0-9]+")


def safe_name(text: str, longest: int = _LONGEST) -> str:
    """`csv-example-gen` of `CsvExampleGen`: lower case letters, digits and dashes.

    It begins with a letter, and is the same for the same text. What is too long ends in a digest
    of the text.
    """
    plain = _REFUSED.sub("-", _WORDS.sub("-", text).lower()).strip("-")
    if not plain[:1].isalpha():
        plain = f"n-{plain}".strip("-")
    if len(plain) <= longest:
        return plain
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{plain[: longest - _DIGEST - 1].rstrip('-')}-{digest}"


def pipeline_name(name: str) -> str:
    """The name under which Kubeflow knows a pipeline: it takes no others."""
    safe = safe_name(name, LONGEST_PIPELINE_NAME)
    return safe if len(safe) > 1 else f"{safe}-pipeline"


def type_name(declared: str) -> str:
    """A short name of a component's type: without the module that it is in."""
    return safe_name(declared.rpartition(".")[2])


class Names:
    """Gives names that are unique.

    Tasks have names of their own in the whole pipeline, not just in their DAG: some back ends look
    for the task that writes an output in all DAGs at once.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """The name, with a number behind it if it is taken."""
        name, number = wanted, 1
        while not {name, name + _DRIVER}.isdisjoint(self._taken):
            number += 1
            name = f"{wanted}-{number}"
        self._taken |= {name, name + _DRIVER}
        return name
