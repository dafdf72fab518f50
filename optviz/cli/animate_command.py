"""``optviz animate``: a race as a film."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optviz.cli.failing import Command
from optviz.cli.options import complete_surface, examples, picture_options, race_options

if TYPE_CHECKING:
    from optviz.draw import Film, Frame
    from optviz.races import Race


@click.command(
    cls=Command,
    epilog=examples(
        "optviz animate --surface saddle",
        "optviz animate --surface himmelblau --theme dark --size 1280x720 -o himmelblau.gif",
        "optviz animate --surface ravine -O sgd:lr=0.018 -O momentum:lr=0.018 --steps 100",
        "optviz animate --surface ./mine.py --start 0.5,-1 -o mine.gif",
    ),
)
@click.option(
    "--surface",
    required=True,
    metavar="NAME",
    shell_complete=complete_surface,
    help="A name, or a file of yours.",
)
@race_options
@click.option("--start", metavar="X,Y", help="Where all begin.  [default: the surface's start]")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Fixes minibatches and noise.")
@picture_options
@click.option("-o", "--output", metavar="PATH", help="Where to write; - is stdout.  [default: ./SURFACE.gif]")
@click.option("--quiet", is_flag=True, help="No progress, no notes.")
def command(
    surface: str,
    optimizers: tuple[str, ...],
    start: str | None,
    title: str | None,
    output: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Race optimizers on a surface and write the film.

    The path that was written is printed. Learning rates nobody names are chosen by one rule, the same for all: see
    `optviz list rates --surface NAME`.
    """
    from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface
    from optviz.draw import Film
    from optviz.encode import encoder_for
    from optviz.errors import ArgumentError
    from optviz.races import race
    from optviz.scene import check_picture, scene_of
    from optviz.starts import parse_starts
    from optviz.writing import check_writable

    picture = {key: options.pop(key) for key in ("size", "theme", "view_box", "fps", "frames", "hold")}
    check_picture(**picture)
    place = load_surface(surface)
    path = Path(f"{place.name}.gif") if output is None else Path(output)
    if output != "-":
        encoder_for(path.suffix)
        check_writable(path)
    begin = parse_starts(start, place, options["seed"]) if start is not None else [place.start]
    if len(begin) != 1:
        raise ArgumentError(f"a film has one start, X,Y; {start!r} names {len(begin)}")
    result = race(place, optimizers or DEFAULT_OPTIMIZERS, start=begin[0], **options)
    if not quiet:
        _note(result)
    film = Film(scene_of(result, title=title, **picture))
    with _watched(film, quiet) as frames:
        if output == "-":
            _to_stdout(film, frames)
        else:
            _to_file(film, path, frames)


def _to_file(film: Film, path: Path, frames: Iterator[Frame]) -> None:
    from optviz.encode import save

    save(film, path, frames)
    click.echo(path)


def _to_stdout(film: Film, frames: Iterator[Frame]) -> None:
    from optviz.encode import ENCODERS
    from optviz.errors import OutputError

    if sys.stdout is None:
        raise OutputError("stdout is closed; name a file with -o")
    ENCODERS[".gif"](sys.stdout.buffer, film, frames)
    sys.stdout.buffer.flush()


@contextlib.contextmanager
def _watched(film: Film, quiet: bool) -> Iterator[Iterator[Frame]]:
    """The film's frames, with a progress bar where someone looks on."""
    if quiet or not sys.stderr.isatty():
        yield film.frames()
        return
    with click.progressbar(film.frames(), length=len(film), label="Drawing", file=sys.stderr) as bar:
        yield iter(bar)


def _note(race: Race) -> None:
    """Say what the picture alone does not: who diverged."""
    for run in race.runs:
        if run.diverged_at is not None:
            click.echo(f"note: {run.label} diverged at step {run.diverged_at}", err=True)
