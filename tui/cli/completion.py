"""``vaken completion SHELL``: the script that teaches a shell to complete vaken's commands, options and values.

The script asks vaken itself while somebody types, so it need not be made anew for a new version.
"""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_VAKEN_COMPLETE"
HOW = {
    "bash": 'eval "$(vaken completion bash)"  in ~/.bashrc',
    "zsh": 'eval "$(vaken completion zsh)"  in ~/.zshrc, after compinit',
    "fish": "vaken completion fish > ~/.config/fish/completions/vaken.fish",
}


@click.command(epilog="Put it to use: " + "; ".join(HOW.values()))
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete vaken's words: bash, zsh or fish."""
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(ctx.find_root().command, {}, "vaken", VARIABLE).source()
    click.echo(script)
