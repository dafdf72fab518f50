"""How a command fails: one place that turns errors into messages and exit codes.

An `ArgumentError` is a usage error (exit 2); any other `OptvizError`, a full disk or a closed stdout is a failure
(exit 1); Ctrl-C is 130. Nobody sees a traceback for what is not a bug.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from optviz.errors import ArgumentError, OptvizError

_INTERRUPTED = 130


class Command(click.Command):
    """A command that fails with a message."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
        except ArgumentError as error:
            raise click.UsageError(str(error), ctx) from error
        except OptvizError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            _drop_stdout()
            raise click.ClickException(f"stdout cannot be written: {error.strerror or error}") from error
        except KeyboardInterrupt:
            click.echo("Interrupted: nothing was written.", err=True)
            ctx.exit(_INTERRUPTED)
        return result


def _drop_stdout() -> None:
    """What is still buffered for stdout goes nowhere, so that Python does not fail again when it exits."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
