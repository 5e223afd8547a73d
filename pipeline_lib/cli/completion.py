"""`plib completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option

_PROGRAM = "plib"
_VARIABLE = "_PLIB_COMPLETE"


@click.command(
    "completion",
    epilog=examples(
        "plib completion bash",
        "plib completion zsh",
        "plib completion fish",
    ),
)
@click.argument("shell", metavar="SHELL", type=click.Choice(("bash", "zsh", "fish")))
@debug_option
def command(shell: str) -> None:
    """Write a script by which a shell completes commands, options, files, runs and nodes.

    SHELL is bash, zsh or fish. For the session that is open: eval "$(plib completion bash)". For
    all, write it where the shell looks: ~/.local/share/bash-completion/completions/plib for bash,
    _plib in a folder of fpath for zsh, ~/.config/fish/completions/plib.fish for fish.
    """
    made_for = get_completion_class(shell)
    assert made_for is not None, "click knows the shells that can be chosen"
    group = click.get_current_context().find_root().command
    click.echo(made_for(group, {}, _PROGRAM, _VARIABLE).source())
