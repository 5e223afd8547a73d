"""The command `plib` and the list of its commands."""

from __future__ import annotations

import click

import pipeline_lib
from pipeline_lib.cli.command_group import CommandGroup, LazyCommand
from pipeline_lib.cli.examples import examples

_COMMANDS = (
    LazyCommand("run", "pipeline_lib.cli.run", "Run a pipeline on this machine."),
    LazyCommand(
        "compile", "pipeline_lib.cli.compile", "Compile a pipeline, to look at or to keep."
    ),
    LazyCommand("completion", "pipeline_lib.cli.completion", "Let a shell complete what is typed."),
    LazyCommand("compare", "pipeline_lib.cli.compare", "Say how two runs differ."),
    LazyCommand("gc", "pipeline_lib.cli.gc", "Delete the files of old runs."),
    LazyCommand("image", "pipeline_lib.cli.image", "Make container images of a project."),
    LazyCommand("kubeflow", "pipeline_lib.cli.kubeflow", "Run pipelines on a cluster."),
    LazyCommand(
        "lineage", "pipeline_lib.cli.lineage", "Show what an artifact was made of, and what of it."
    ),
    LazyCommand("note", "pipeline_lib.cli.note", "List the notes on a run, or add one."),
    LazyCommand("plan", "pipeline_lib.cli.plan", "Say what a run would do, and why."),
    LazyCommand("replay", "pipeline_lib.cli.replay", "Run one node of a past run again."),
    LazyCommand("report", "pipeline_lib.cli.report", "Write a run as one HTML file."),
    LazyCommand("runs", "pipeline_lib.cli.runs", "List the runs that a store holds."),
    LazyCommand("serve", "pipeline_lib.cli.serve", "Serve models over gRPC and REST."),
    LazyCommand("show", "pipeline_lib.cli.show", "Show a run, or one node of it."),
    LazyCommand("tag", "pipeline_lib.cli.tag", "List the tags of a run, add some, or remove some."),
    LazyCommand("template", "pipeline_lib.cli.template", "Begin a project with a template."),
    LazyCommand(
        "tensorboard",
        "pipeline_lib.cli.tensorboard",
        "Look at a run's training in TensorBoard.",
    ),
    LazyCommand("ui", "pipeline_lib.cli.ui", "Look at all runs in a browser."),
    LazyCommand("why", "pipeline_lib.cli.why", "Say why a node ran, or did not."),
)


@click.group(
    cls=CommandGroup,
    lazy_commands=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "plib run pipeline.py --param epochs=3",
        "plib runs",
        "plib show latest",
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
