"""How a command fails: one place that turns errors into messages and exit codes.

An `ArgumentError` is a usage error (exit 2); any other `OptvizError`, a full disk, a closed stdout or a bug in a user's
file is a failure (exit 1); Ctrl-C is 130. Nobody sees a traceback for what is not a bug of ours. What is said, click's
own words included, is printable and of bounded length, whatever it quotes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import click

from optviz.errors import ArgumentError, OptvizError, OutputError, UnknownNameError, printable, told

HELP = ["-h", "--help"]
_BY_SIGNAL = 128  # and its number: how a program says that a signal ended it
INTERRUPTED = _BY_SIGNAL + signal.SIGINT
_RESULTS = "optviz.results"
_UNSAID = "optviz.unsaid"
_CUT_SHORT = "Interrupted: no file was left half-written."


class Group(click.Group):
    """A group that offers the nearest name where it has no command of that one."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """As click does."""
        with _words_told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does."""
        with _words_told():
            return super().invoke(ctx)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with our words."""
        names = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in names:
            raise click.UsageError(str(UnknownNameError("command", args[0], names)), ctx)
        return super().resolve_command(ctx, args)


class Command(click.Command):
    """A command that fails with a message. It has its own names for --help: click keeps the first it is called with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context_settings.setdefault("help_option_names", HELP)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        from optviz.cli.purposes import check_files, check_named

        signals: list[int] = []
        try:
            with warnings.catch_warnings(), _tidy_end() as signals, _stdout_for_results(ctx):
                warnings.showwarning = note
                check_named(ctx)
                check_files(ctx)
                result = super().invoke(ctx)
            if _UNSAID in ctx.meta:
                raise ctx.meta[_UNSAID]
            if sys.stdout is not None:
                sys.stdout.flush()
        except ArgumentError as error:
            raise click.UsageError(str(error), ctx) from error
        except OptvizError as error:
            raise (_failure(error, ctx, signals) if signals else click.ClickException(str(error))) from error
        except KeyboardInterrupt:
            click.echo(_CUT_SHORT, err=True)
            ctx.exit(INTERRUPTED)
        except BaseException as error:
            raise _failure(error, ctx, signals) from error
        return result


def _failure(error: BaseException, ctx: click.Context, signals: list[int]) -> BaseException:
    """What to raise where something came that is no error of ours; a signal ends the program with its code."""
    from optviz.faults import blamed

    if signals and isinstance(error, Exception):  # one struck within somebody's C code, which made another error of it
        if signals[0] == signal.SIGINT:
            click.echo(_CUT_SHORT, err=True)
        ctx.exit(_BY_SIGNAL + signals[0])
    if not isinstance(error, Exception):
        return blamed(error, click.ClickException, "somebody's code")
    if words := _in_a_file_of_the_user(error):
        return click.ClickException(words)
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return click.ClickException(f"{error.filename}: {error.strerror or error}")
    return stdout_failed(error) if isinstance(error, OSError | UnicodeEncodeError) else error


@contextlib.contextmanager
def as_program() -> Iterator[None]:
    """Let Ctrl-C end this process silently before it has begun to do anything, and when it has done all.

    Within a command it tidies up. An interrupt that came where Python can raise nothing is not lost; one that came
    while modules were loaded may have left them such that Python itself would fail in unloading them.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        sys.unraisablehook = _unraisable
    try:
        yield
    except SystemExit as end:
        if isinstance(end.code, int) and end.code > _BY_SIGNAL:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(end.code)
        raise


def _unraisable(what: Any) -> None:
    if issubclass(what.exc_type, KeyboardInterrupt | SystemExit):
        signal.raise_signal(signal.SIGINT)
    else:
        sys.__unraisablehook__(what)


@contextlib.contextmanager
def _stdout_for_results(ctx: click.Context) -> Iterator[None]:
    """Keep stdout for what `say` says and `results` takes: what else prints, as a user's code may, goes to stderr."""
    ctx.meta.setdefault(_RESULTS, sys.stdout)
    with contextlib.redirect_stdout(sys.stderr):
        yield


def results() -> TextIO | None:
    """The stdout that results go to; None where it is closed."""
    ctx = click.get_current_context(silent=True)
    out: TextIO | None = sys.stdout if ctx is None else ctx.meta.get(_RESULTS, sys.stdout)
    return out


@contextlib.contextmanager
def going_on() -> Iterator[None]:
    """Where something cannot be said within, the command goes on, and fails at its end: no work is lost by it."""
    try:
        yield
    except (OSError, UnicodeEncodeError, OutputError) as error:
        click.get_current_context().meta.setdefault(_UNSAID, error)


def wrote(path: str | os.PathLike[str], *, aside: bool = False) -> None:
    """Say the path of a file that was written; `aside` on stderr.

    A program gets its bytes as they are, be they text or not; a terminal only letters, and escapes for what is none.
    """
    out, name = sys.stderr if aside else results(), os.fspath(path)
    with going_on():
        say(name if out is None or out.isatty() else os.fsencode(name), aside=aside)


def say(text: Any, *, nl: bool = True, aside: bool = False) -> None:
    """Say on stdout what a command found or made, if anybody can read it; `aside` on stderr.

    A program gets it as it is, which click would cut where it takes it for colours; a terminal only letters.
    """
    out = sys.stderr if aside else results()
    if out is not None:
        shown = isinstance(text, str) and out.isatty()
        click.echo("\n".join(map(printable, text.split("\n"))) if shown else text, file=out, nl=nl, color=True)


@contextlib.contextmanager
def _tidy_end() -> Iterator[list[int]]:
    """Let signals end the program as exceptions do, so that nothing half-written is left behind.

    A second one finds the program tidying up: it does only what cannot be left, and ends.

    Yields:
        The signals that came.
    """
    from optviz.writing import forsake

    came: list[int] = []

    def end(number: int, _: object) -> None:
        came.append(number)
        if len(came) > 1:
            forsake()
            os._exit(_BY_SIGNAL + came[0])
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(_BY_SIGNAL + number)

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if signal.getsignal(numbers[-1]) is signal.SIG_IGN:
        numbers.pop()  # as nohup asks for
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield came
    finally:
        forsake()
        for number, handler in before.items():
            signal.signal(number, handler)


def stdout_failed(error: OSError | UnicodeEncodeError) -> click.ClickException:
    """What to say when stdout cannot be written. What is still buffered for it goes nowhere."""
    if isinstance(error, UnicodeEncodeError):
        letter = error.object[error.start]
        return click.ClickException(f"stdout cannot hold {letter!r} in {error.encoding}; set PYTHONIOENCODING=utf-8")
    with contextlib.suppress(OSError):  # else Python fails once more when it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return click.ClickException(f"stdout cannot be written: {error.strerror or error}")


def _in_a_file_of_the_user(error: Exception) -> str | None:
    """What went wrong on which line of a user's file, if it was there."""
    from optviz.faults import place_in_file, said

    place = place_in_file(error)
    return f"{place}: {said(error)}" if place else None


def note(message: Warning | str, *_: Any, **__: Any) -> None:
    """Say what a person should know in a line: a warning without the place in the code, which nobody asked for."""
    click.echo(f"note: {told(str(message))}", err=True)


@contextlib.contextmanager
def _words_told() -> Iterator[None]:
    """Errors within, which click shows, as they may be shown."""
    try:
        yield
    except click.ClickException as error:
        error.message = told(error.message)  # type: ignore[misc,unused-ignore]  # final to newer checkers only
        raise
