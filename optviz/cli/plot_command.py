"""``optviz plot``: a race as a picture that stands still."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optviz.cli.failing import Command, results, wrote
from optviz.cli.options import examples, scene_options
from optviz.cli.staging import order, target

if TYPE_CHECKING:
    from optviz.plotting import Plot


@click.command(
    cls=Command,
    epilog=examples(
        "optviz plot --surface saddle",
        "optviz plot --surface himmelblau --theme print -o himmelblau.pdf",
        "optviz plot --surface beale --preset slide --at 0,10,50,end -o beale.svg",
        "optviz plot --surface ravine -O sgd:lr=0.018 --steps 100 --with loss -o ravine.png",
        "optviz plot --from mine.gif --trust --at 20 -o mine.pdf",
    ),
)
@scene_options
@click.option(
    "--at", metavar="STEPS", help="A step, or several with commas between, a file NAME-STEP.png each; end is the "
    "last.  [default: end]",
)  # fmt: skip
@click.option("-o", "--output", metavar="PATH", help="A .png, .svg or .pdf; - is stdout.  [default: ./SURFACE.png]")
@click.pass_context
def command(ctx: click.Context, /, at: str | None, output: str | None, quiet: bool, **options: Any) -> None:
    """Race optimizers on a surface and draw where they are at a step.

    A still is what the film shows at that step; several build up on slides. SVG and PDF are vectors, with their fonts
    in them. The paths that were written are printed. Each file carries its recipe, as a film does.
    """
    from optviz.draw import Film
    from optviz.encode.still import still_encoder_for
    from optviz.errors import ArgumentError
    from optviz.plotting import Plot, chosen, parse_at

    if quiet:
        warnings.simplefilter("ignore")  # until the command ends
    wanted = parse_at("end" if at is None else at)
    asked = order(ctx, quiet=quiet, own=("output", "at"), **options)
    if at is None and asked.recipe is not None and asked.recipe.step is not None:
        wanted = [asked.recipe.step]
    chosen(wanted, asked.steps)  # refuses what the race would be over before
    if output == "-" and len(wanted) > 1:
        raise ArgumentError("stdout takes one still; name a file with -o, or one step with --at")
    path = target(output, asked.name, ".png", partial(still_encoder_for, transparent=asked.transparent))
    film = Film(asked.scene())
    plot = Plot(film, chosen(wanted, film.last_step))
    if path is None:
        _to_stdout(plot)
    else:
        _to_files(plot, path)


def _to_files(plot: Plot, path: Path) -> None:
    for written in plot.saving(path):
        wrote(written)


def _to_stdout(plot: Plot) -> None:
    from optviz.encode.still import STILLS
    from optviz.errors import OutputError

    if (out := results()) is None:
        raise OutputError("stdout is closed; name a file with -o")
    STILLS[".png"](out.buffer, plot.film, plot.steps[0])
    out.buffer.flush()
