"""The command `plib` and the list of its commands."""

from __future__ import annotations

import click

import pipeline_lib
from pipeline_lib.cli.command_group import CommandGroup, LazyCommand
from pipeline_lib.cli.examples import examples

_SECTIONS = {
    "Write and run": (
        ("template", "Begin a project with a template."),
        ("plan", "Say what a run would do, and why."),
        ("run", "Run a pipeline on this machine."),
        ("replay", "Run one node of a past run again."),
        ("compile", "Compile a pipeline, to look at or to keep."),
    ),
    "Look at runs": (
        ("runs", "List the runs that a store holds."),
        ("show", "Show a run, or one node of it."),
        ("why", "Say why a node ran, or did not."),
        ("compare", "Say how two runs differ."),
        ("lineage", "Show what an artifact was made of, and what of it."),
        ("report", "Write a run as one HTML file."),
        ("ui", "Look at all runs in a browser."),
        ("tensorboard", "Look at a run's training in TensorBoard."),
    ),
    "Keep runs in order": (
        ("tag", "List the tags of a run, add some, or remove some."),
        ("note", "List the notes on a run, or add one."),
        ("gc", "Delete the files of old runs."),
    ),
    "On servers and clusters": (
        ("serve", "Serve models over gRPC and REST."),
        ("image", "Make container images of a project."),
        ("kubeflow", "Run pipelines on a cluster."),
    ),
    "In the shell": (("completion", "Let a shell complete what is typed."),),
}
_COMMANDS = tuple(
    LazyCommand(name, f"pipeline_lib.cli.{name}", summary, section=section)
    for section, commands in _SECTIONS.items()
    for name, summary in commands
)


@click.group(
    cls=CommandGroup,
    lazy_commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "plib template copy functions my_project",
        "plib run pipeline.py --param epochs=3",
        "plib runs",
        "plib show latest Trainer",
        "plib report latest",
        'eval "$(plib completion bash)"  # completion; or zsh, fish',
    ),
)
@click.version_option(pipeline_lib.__version__, prog_name="plib")
def plib() -> None:
    """Run machine learning pipelines, and look at what they did."""


def main() -> None:
    """Run `plib` with the process's arguments, and exit."""
    plib(prog_name="plib")
