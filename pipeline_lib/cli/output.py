"""Writing results to standard output."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console, RenderableType

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")


def write(renderable: RenderableType) -> None:
    """Write for people: lines of any length, with colours on a terminal."""
    Console(highlight=False).print(renderable, soft_wrap=True)


def write_json(value: Any) -> None:
    """Write for programs."""
    click.echo(json.dumps(value, indent=2, default=str))
