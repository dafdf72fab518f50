"""``optviz animate``: a race as a film."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from optviz.cli.failing import Command
from optviz.cli.options import complete_surface, examples, picture_options, race_options

_COMMANDLINE = ParameterSource.COMMANDLINE

if TYPE_CHECKING:
    from optviz.draw import Film, Frame
    from optviz.picture import Picture
    from optviz.races import Race
    from optviz.surface import Surface


@click.command(
    cls=Command,
    epilog=examples(
        "optviz animate --surface saddle",
        "optviz animate --surface himmelblau --theme dark --size 1280x720 -o himmelblau.mp4",
        "optviz animate --surface ravine -O sgd:lr=0.018 -O momentum:lr=0.018 --steps 100",
        "optviz animate --surface rosenbrock --layout panels --with loss,sharpness",
        "optviz animate --surface himmelblau -O momentum --start random:64 --steps 60",
        "optviz animate --surface eggholder --show fading",
        "optviz animate --surface himmelblau -O adam --steps 24 --show vectors",
        "optviz animate --surface noisy-moons -O sgd -O adam --show ghosts --seeds 12 --with loss",
        "optviz animate --surface ./mine.py --start 0.5,-1 -o mine.gif",
        "optviz animate --from mine.gif --trust -o again.gif",
    ),
)
@click.option("--surface", metavar="NAME", shell_complete=complete_surface, help="A name, or a file of yours.")
@race_options
@click.option(
    "--start",
    multiple=True,
    metavar="X,Y|random:N|grid:AxB",
    help="Where all begin; several, or repeated: a swarm.  [default: the surface's]",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Fixes minibatches, noise and random starts."
)
@picture_options
@click.option("-o", "--output", metavar="PATH", help="A .gif, .mp4 or .webm; - is stdout.  [default: ./SURFACE.gif]")
@click.option("--from", "recipe", metavar="FILE", help="Make again what FILE shows, by the recipe it carries.")
@click.option("--trust", is_flag=True, help="With --from: run the files and modules that the recipe names.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, metavar="N", help="Processes that share the drawing.")
@click.option("--quiet", is_flag=True, help="No progress, no notes.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    surface: str | None,
    recipe: str | None,
    output: str | None,
    quiet: bool,
    trust: bool,
    jobs: int,
    **options: Any,
) -> None:
    """Race optimizers on a surface and write the film.

    The path that was written is printed. Learning rates nobody names are chosen by one rule, the same for all: see
    `optviz list rates --surface NAME`. The file carries its recipe: `optviz info FILE` prints it.
    """
    from optviz.errors import ArgumentError

    if quiet:
        warnings.simplefilter("ignore")  # until the command ends
    if recipe is not None:
        film, path = _again(ctx, recipe, output, trust)
    elif surface is None:
        raise ArgumentError("--surface is missing, as in --surface saddle; `optviz list surfaces` shows all")
    else:
        film, path = _new(surface, output, quiet, **options)
    with watched(film, quiet) as frames:
        if path is None:
            _to_stdout(film, frames)
        else:
            _to_file(film, path, frames, jobs)


def stage(surface: str, place: Surface, *, start: tuple[str, ...], **options: Any) -> tuple[Race, Picture]:
    """The race that these options of the command ask for, run, and how its picture is to look."""
    from optviz.catalog import DEFAULT_OPTIMIZERS, is_local
    from optviz.picture import Picture
    from optviz.races import race
    from optviz.starts import gather_starts

    picture = Picture(**{each.name: options.pop(each.name) for each in fields(Picture)})
    begin = gather_starts(start, place, options["seed"])
    source = surface if is_local(surface) else place.name
    optimizers = options.pop("optimizers") or DEFAULT_OPTIMIZERS
    return race(place, optimizers, start=begin, source=source, **options), picture


def _new(surface: str, output: str | None, quiet: bool, **options: Any) -> tuple[Film, Path | None]:
    from optviz.catalog import load_surface
    from optviz.draw import Film
    from optviz.scene import scene_of

    place = load_surface(surface)
    path = _target(output, place.name)
    result, picture = stage(surface, place, **options)
    if not quiet:
        _note(result)
    return Film(scene_of(result, picture)), path


def _again(ctx: click.Context, recipe: str, output: str | None, trust: bool) -> tuple[Film, Path | None]:
    from optviz.animation import remake
    from optviz.errors import ArgumentError
    from optviz.recipe import read_recipe

    own = ("recipe", "output", "trust", "quiet", "jobs")
    other = [name for name in ctx.params if name not in own and ctx.get_parameter_source(name) is _COMMANDLINE]
    if other:
        raise ArgumentError(f"--from takes everything from the recipe; leave out --{other[0].replace('_', '-')}")
    found = read_recipe(recipe)
    path = _target(output, found.surface or "optviz")
    return remake(found, trust=trust).film, path


def _target(output: str | None, name: str) -> Path | None:
    """Where to write, checked before the work is done; None is stdout."""
    from optviz.encode import encoder_for
    from optviz.errors import ArgumentError
    from optviz.writing import check_writable

    if output == "-":
        return None
    path = Path(f"{Path(name).stem}.gif") if output is None else Path(output)
    if not path.suffix:
        raise ArgumentError(f"{output!r} has no suffix that names a format, as in {path.name or name}.gif")
    encoder_for(path.suffix)
    check_writable(path)
    return path


def _to_file(film: Film, path: Path, frames: Iterator[Frame], jobs: int) -> None:
    from optviz.encode import save

    save(film, path, frames, jobs=jobs)
    click.echo(click.format_filename(path))


def _to_stdout(film: Film, frames: Iterator[Frame]) -> None:
    from optviz.encode import ENCODERS
    from optviz.errors import OutputError

    if sys.stdout is None:
        raise OutputError("stdout is closed; name a file with -o")
    ENCODERS[".gif"](sys.stdout.buffer, film, frames)
    sys.stdout.buffer.flush()


@contextlib.contextmanager
def watched(film: Film, quiet: bool, label: str = "Drawing") -> Iterator[Iterator[Frame]]:
    """The film's frames, with a progress bar where someone looks on."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield film.frames()
        return
    with click.progressbar(film.frames(), length=len(film), label=label, file=sys.stderr) as bar:
        yield iter(bar)


def _note(race: Race) -> None:
    """Say what the picture alone does not: who diverged."""
    for run in race.runs:
        if run.diverged_at is not None:
            click.echo(f"note: {run.label} diverged at step {run.diverged_at}", err=True)
