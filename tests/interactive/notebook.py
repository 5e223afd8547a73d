"""A notebook in a real kernel, cell by cell."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbclient.util import run_sync

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Notebook:
    """Executes cells in a kernel of its own, which runs in `folder`."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        self.notebook = nbformat.v4.new_notebook()
        self._client = NotebookClient(
            self.notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        self._client.create_kernel_manager()
        self._client.start_new_kernel(
            env={**_environment(), "PYTHONPATH": str(repository)}, cwd=str(folder)
        )
        self._client.start_new_kernel_client()

    def close(self) -> None:
        self._client._cleanup_kernel()

    def run(self, source: str) -> str:
        """Execute a cell; all that it shows, as text."""
        return "".join(map(_text, self.outputs(source)))

    def outputs(self, source: str) -> list[Any]:
        """Execute a cell; its outputs."""
        cell = nbformat.v4.new_code_cell(dedent(source).strip())
        self.notebook.cells.append(cell)
        self._client.execute_cell(cell, len(self.notebook.cells) - 1)
        outputs: list[Any] = cell.outputs
        return outputs

    def error(self, source: str) -> str:
        """Execute a cell that fails; its traceback."""
        try:
            shown = self.run(source)
        except CellExecutionError:
            (output,) = (
                one for one in self.notebook.cells[-1].outputs if one.output_type == "error"
            )
            return _COLOURS.sub("", "\n".join(output.traceback))
        raise AssertionError(f"the cell did not fail; it shows: {shown}")

    def interrupted(self, source: str, when: Path) -> str:
        """Execute a cell that is interrupted as soon as a file is there; its traceback."""

        def interrupt() -> None:
            while not when.exists() and not over.is_set():
                time.sleep(0.01)
            asyncio.run(self._client.km._async_interrupt_kernel())  # type: ignore[union-attr]

        over = threading.Event()
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            return self.error(source)
        finally:
            over.set()
            thread.join()

    def html(self, source: str) -> str:
        """Execute a cell; the HTML that it shows last."""
        shown = [one.data["text/html"] for one in self.outputs(source) if "data" in one]
        return str(shown[-1])

    def completions(self, source: str) -> list[str]:
        """What the kernel offers at the end of `source`, as `Tab` asks for it."""
        return list(self._ask("complete", source)["matches"])

    def help(self, source: str) -> str:
        """What the kernel tells of the name at the end of `source`, as `Shift`+`Tab` asks."""
        return _COLOURS.sub("", self._ask("inspect", source)["data"]["text/plain"])

    def _ask(self, request: str, source: str) -> dict[str, Any]:
        async def ask() -> Any:
            send = getattr(self._client.kc, request)
            return await send(source, len(source), reply=True, timeout=60)

        answer: dict[str, Any] = run_sync(ask)()["content"]
        return answer


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type in ("execute_result", "display_data"):
        return str(output.data.get("text/plain", "")) + "\n"
    return ""


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
