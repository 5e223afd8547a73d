from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import pipeline_lib
from pipeline_lib.cli.main import plib
from tests.fresh_process import run_python

CONTEXT = click.Context(plib, info_name="plib")
COMMANDS = plib.list_commands(CONTEXT)


def help_of(*command: str) -> str:
    result = CliRunner().invoke(plib, [*command, "--help"], prog_name="plib")
    assert result.exit_code == 0
    return result.stdout


def examples_in(text: str) -> list[list[str]]:
    """The command lines under `Examples:`, without those for the shell itself."""
    _, _, listed = text.partition("  Examples:\n")
    lines = (shlex.split(line, comments=True) for line in listed.splitlines())
    return [line for line in lines if line and line[0] == "plib"]


def command_named(name: str) -> click.Command:
    command = plib.get_command(CONTEXT, name)
    assert command is not None
    return command


def test_help_lists_the_commands_with_their_own_first_sentence() -> None:
    text = help_of()
    for name in COMMANDS:
        command = command_named(name)
        assert command.name == name
        assert f"plib {name} " in help_of(name)
    assert text.count("\n  run ") == text.count("\n  compile ") == 1


def test_help_groups_the_commands_by_what_they_are_for() -> None:
    headings = [line for line in help_of().splitlines() if line.endswith(":") and line[0] != " "]
    assert headings == [
        "Options:",
        "Write and run:",
        "Look at runs:",
        "Keep runs in order:",
        "On servers and clusters:",
        "In the shell:",
    ]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_command_has_examples_that_its_parser_takes(name: str) -> None:
    examples = examples_in(help_of(*filter(None, [name])))
    assert len(examples) >= 3
    for _, subcommand, *arguments in examples:
        assert not name or subcommand == name
        # Parses as for a real call, and raises on options and values that it does not take.
        command_named(subcommand).make_context(subcommand, arguments, parent=CONTEXT)


def test_version() -> None:
    result = CliRunner().invoke(plib, ["--version"], prog_name="plib")
    assert result.stdout == f"plib, version {pipeline_lib.__version__}\n"


def test_an_unknown_command() -> None:
    result = CliRunner().invoke(plib, ["shwo"], prog_name="plib")
    assert result.exit_code == 2
    assert result.stderr == (
        "Usage: plib [OPTIONS] COMMAND [ARGS]...\n"
        "Try 'plib --help' for help.\n"
        "\n"
        "Error: There is no command 'shwo'. "
        "These exist: 'compare', 'compile', 'completion', 'gc', 'image', 'kubeflow', 'lineage', "
        "'note', 'plan', 'replay', 'report', 'run', 'runs', 'serve', 'show', 'tag', 'template', "
        "'tensorboard', 'ui', 'why'. "
        "Did you mean 'show'?\n"
    )


def test_help_and_completion_load_no_heavy_library(tmp_path: Path) -> None:
    program = (
        "import sys, click.shell_completion\n"
        "from pipeline_lib.cli.main import plib\n"
        "plib(['--help'], standalone_mode=False)\n"
        "plib.shell_complete(click.Context(plib), '')\n"
        "heavy = {'ml_metadata', 'google.protobuf', 'rich', 'pipeline_lib.cli.run'}\n"
        "print('loaded:', heavy & set(sys.modules))\n"
    )
    assert run_python(program, cwd=tmp_path).endswith("\nloaded: set()\n")


@pytest.mark.parametrize(
    ("words", "completed"),
    [("plib ru", "plain,run\nplain,runs\n"), ("plib show --st", "plain,--store\n")],
)
def test_the_shell_completes_commands_and_options(words: str, completed: str) -> None:
    environment = {
        "_PLIB_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    assert CliRunner().invoke(plib, prog_name="plib", env=environment).stdout == completed
