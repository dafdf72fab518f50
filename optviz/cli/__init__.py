"""The command line: a file a command, and the only place that knows click.

Commands are loaded when they are called, and load what they need when they run, so that ``optviz --help`` costs little
more than importing click. Errors become messages here and nowhere else (`failing`).
"""

from __future__ import annotations

import importlib
from typing import Any

import click

from optviz import __version__
from optviz.cli.options import examples
from optviz.errors import UnknownNameError

COMMANDS = {
    "animate": "Race optimizers on a surface and write the film.",
    "compare": "Race optimizers and print a table.",
    "list": "List surfaces, optimizers, schedules, themes or learning rates.",
}


class LazyGroup(click.Group):
    """A group whose commands are modules of this package, loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"optviz.cli.{cmd_name}_command").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, but offering the nearest name."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(str(UnknownNameError("command", args[0], list(COMMANDS))), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples("optviz animate --surface saddle", "optviz compare --surface rosenbrock", "optviz list surfaces"),
)
@click.version_option(__version__, prog_name="optviz")
def main() -> None:
    """See how optimizers behave: race SGD, Momentum, AdaGrad, RMSProp, Adam and their kin."""
