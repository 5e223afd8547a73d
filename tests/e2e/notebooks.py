"""Tutorials that are notebooks, executed in a real kernel."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TUTORIALS = ROOT / "docs" / "tutorials"


def execute(name: str, folder: Path) -> str:
    """Execute a tutorial in `folder`, with `plib` on its path; the text that it showed."""
    notebook = nbformat.read(TUTORIALS / f"{name}.ipynb", as_version=4)
    nbformat.write(notebook, folder / f"{name}.ipynb")
    client = NotebookClient(notebook, timeout=250, kernel_name="python3")
    programs = f"{_with_plib(folder / '.bin')}:{Path(sys.executable).parent}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    client.execute(cwd=str(folder), env=environment)
    shown = [
        output.get("text") or output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]
    return _COLOUR.sub("", "\n".join(shown))


def _with_plib(folder: Path) -> Path:
    """A folder with the command as an installation makes it."""
    folder.mkdir()
    command = folder / "plib"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m pipeline_lib.cli "$@"\n')
    command.chmod(0o755)
    return folder
