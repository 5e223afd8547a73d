"""An execution that is ordered of another Python process by file, and its report.

The order is pickled by this process, which trusts itself; the report is JSON, since what comes out
of a container is data and nothing else.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pipeline_lib
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import DataError
from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.request import ExecutionRequest

ENTRY_POINT = "pipeline_lib.node.in_container"
_ORDER, _REPORT = "order.pickle", "report.json"

Reported = dict[str, list[ArtifactRecord]] | ErrorRecord


@dataclass(frozen=True)
class Order:
    """The files of one order, in the system directory of its request; they exist in a `with` block.

    Attributes:
        request: what is ordered; all that it reads and writes is at local paths.
    """

    request: ExecutionRequest

    @property
    def command(self) -> tuple[str, ...]:
        """What executes the order."""
        return ("python3", "-m", ENTRY_POINT, self._order, self._report)

    def __enter__(self) -> Order:
        write_order(self.request, self._order)
        return self

    def __exit__(self, *_: object) -> None:
        for path in (self._order, self._report):
            if os.path.exists(path):
                os.remove(path)

    def report(self) -> Reported:
        """What was written, or why nothing was.

        Raises:
            DataError: the process has left no report.
        """
        try:
            with open(self._report, encoding="utf-8") as file:
                return _from_json(json.load(file))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"Python in image {self.request.image} has left no report of the node: {error}."
            ) from error

    @property
    def _order(self) -> str:
        return f"{self.request.system_dir}/{_ORDER}"

    @property
    def _report(self) -> str:
        return f"{self.request.system_dir}/{_REPORT}"


def write_order(request: ExecutionRequest, path: str) -> None:
    """Write an order, without what may be secret: the process has its environment already."""
    with open(path, "wb") as file:
        file.write(f"{pipeline_lib.__version__}\n".encode())
        pickle.dump(replace(request, environment={}), file)


def read_order(path: str) -> ExecutionRequest:
    """Read an order.

    Raises:
        DataError: another version of this library has written it.
    """
    with open(path, "rb") as file:
        version = file.readline().decode().strip()
        if version != pipeline_lib.__version__:
            raise DataError(
                f"The image has pipeline_lib {pipeline_lib.__version__}, and the pipeline is run "
                f"by pipeline_lib {version}. Build the image with that version."
            )
        request: ExecutionRequest = pickle.load(file)
        return request


def write_report(reported: Mapping[str, Sequence[ArtifactRecord]] | ErrorRecord, path: str) -> None:
    """Write what came of an order."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(_to_json(reported), file)


def _to_json(reported: Mapping[str, Sequence[ArtifactRecord]] | ErrorRecord) -> dict[str, Any]:
    if isinstance(reported, ErrorRecord):
        return {"error": asdict(reported)}
    return {"outputs": {key: [asdict(one) for one in ones] for key, ones in reported.items()}}


def _from_json(report: dict[str, Any]) -> Reported:
    if "error" in report:
        return ErrorRecord(**report["error"])
    outputs = report["outputs"]
    return {key: [ArtifactRecord(**one) for one in ones] for key, ones in outputs.items()}
