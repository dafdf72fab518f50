"""The program ``optviz``: a group of commands.

Commands are loaded when they are called, and load what they need when they run, so that ``optviz --help`` costs little
more than importing click. Errors become messages in `failing` and nowhere else.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from optviz import __version__
from optviz.cli.failing import HELP, Group, as_program, stdout_failed
from optviz.cli.options import examples

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its idle threads would spin on the cores that draw

COMMANDS = {
    "animate": "Race optimizers on a surface and write the film.",
    "compare": "Race optimizers and print a table.",
    "data": "List, describe and picture data sets, augmented or not.",
    "gallery": "Render the gallery, or check what its pictures show.",
    "info": "Print how a file was made.",
    "list": "List surfaces, optimizers, schedules, themes or learning rates.",
    "plot": "Race optimizers on a surface and write a still.",
    "slides": "Put pictures on slides: .pptx, .html or Beamer.",
    "train": "Train a network with several optimizers and print a table.",
}


class LazyGroup(Group):
    """A group whose commands are modules of this package, loaded when they are called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As click does, as the program that this process is."""
        with as_program():
            return super().__call__(*args, **kwargs)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click does, but --help and --version, too, fail with a message where stdout cannot be written."""
        try:
            return super().main(*args, **kwargs)
        except (OSError, UnicodeEncodeError) as error:
            stdout_failed(error).show()
            sys.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"optviz.cli.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": HELP, "max_content_width": 100},
    epilog=examples("optviz animate --surface saddle", "optviz compare --surface rosenbrock", "optviz list surfaces"),
)
@click.version_option(__version__, prog_name="optviz")
def main() -> None:
    """See how optimizers behave: race SGD, Momentum, AdaGrad, RMSProp, Adam and their kin."""
