"""``optviz animate``: a race as a film."""

from __future__ import annotations

import contextlib
import gc
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optviz.cli.failing import Command, results, wrote
from optviz.cli.options import examples, film_options, scene_options
from optviz.cli.staging import film_target, order

if TYPE_CHECKING:
    from optviz.draw import Film, Frame


@click.command(
    cls=Command,
    epilog=examples(
        "optviz animate --surface saddle",
        "optviz animate --surface himmelblau --theme dark --size 1280x720 -o himmelblau.mp4",
        "optviz animate --surface himmelblau -o himmelblau.html",
        "optviz animate --surface ravine -O sgd:lr=0.018 -O momentum:lr=0.018 --steps 100",
        "optviz animate --surface rosenbrock --layout panels --with loss,sharpness",
        "optviz animate --surface himmelblau --view relief --camera orbit --theme dark",
        "optviz animate --surface himmelblau -O momentum --start random:64 --steps 60",
        "optviz animate --surface eggholder --show fading",
        "optviz animate --surface himmelblau -O adam --steps 24 --show vectors",
        "optviz animate --surface noisy-moons -O sgd -O adam --show ghosts --seeds 12 --with loss",
        "optviz animate --surface ./mine.py --start 0.5,-1 -o mine.gif",
        "optviz animate --surface saddle -o frames/",
        "optviz animate --from mine.gif --trust -o again.gif",
    ),
)
@scene_options
@film_options
@click.option(
    "-o", "--output", metavar="PATH",
    help="A .gif, .webp, .apng, .mp4, .webm or .html; NAME/ is a folder of numbered PNGs, - is stdout.  "
    "[default: ./SURFACE.gif]",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=1, metavar="N", help="Processes that share the drawing.")
@click.pass_context
def command(ctx: click.Context, /, output: str | None, jobs: int, quiet: bool, **options: Any) -> None:
    """Race optimizers on a surface and write the film.

    The path that was written is printed. Learning rates nobody names are chosen by one rule, the same for all: see
    `optviz list rates --surface NAME`. The file carries its recipe: `optviz info FILE` prints it.
    """
    from optviz.draw import Film
    from optviz.encode import as_seen

    if quiet:
        warnings.simplefilter("ignore")  # until the command ends
    asked = order(ctx, quiet=quiet, own=("output", "jobs"), **options)
    path = film_target(output, asked.name, transparent=asked.transparent)
    film = Film(asked.scene())
    gc.freeze()  # what is loaded stays: nobody need look through it for garbage
    drawn = path is None or not str(path).lower().endswith(".html")  # a page has no frames that one could watch
    film = film if path is None else as_seen(film, path)
    with watched(film, quiet or not drawn) as frames:
        if path is None:
            _to_stdout(film, frames)
        else:
            _to_file(film, path, frames, jobs)


def _to_file(film: Film, path: str | Path, frames: Iterator[Frame], jobs: int) -> None:
    from optviz.encode import save

    save(film, path, frames, jobs=jobs)
    wrote(path)


def _to_stdout(film: Film, frames: Iterator[Frame]) -> None:
    from optviz.encode import ENCODERS
    from optviz.errors import OutputError

    if (out := results()) is None:
        raise OutputError("stdout is closed; name a file with -o")
    ENCODERS[".gif"](out.buffer, film, frames)
    out.buffer.flush()


@contextlib.contextmanager
def watched(film: Film, quiet: bool, label: str = "Drawing") -> Iterator[Iterator[Frame]]:
    """The film's frames, with a progress bar where someone looks on."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield film.frames()
        return
    with click.progressbar(film.frames(), length=len(film), label=label, file=sys.stderr) as bar:
        yield iter(bar)
