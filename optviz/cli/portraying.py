"""From the options of ``optviz train`` to a training and to its picture; the gallery takes the same way."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from optviz.cli.animate_command import watched
from optviz.cli.options import Command, Names, film_options, look_options
from optviz.cli.staging import film_target, target

if TYPE_CHECKING:
    from optviz.nets.network import Network
    from optviz.nets.training import Training
    from optviz.netscenes.portrait import Portrait

_OWN = ("show", "plane")  # options of a training's picture and of no other


def portrait_options(command: Command) -> Command:
    """The options of a training's picture."""
    command = look_options(film_options(command))
    for option in reversed(
        [
            click.option(
                "-o", "--output", metavar="PATH",
                help="Draw the training, too: a film, a page or, by its suffix, a still of the end: .gif, .html, .png.",
            ),
            click.option(
                "--show", type=Names(), default="curves", show_default=True, metavar="NAMES",
                help="With -o, what is drawn: curves; boundary: the regions of points in the plane; plane: the race on "
                "the network's own loss; activations: what goes into hidden units. Curves go beneath each other one.",
            ),
            click.option(
                "--plane", default="pca", show_default=True, metavar="NAME",
                help="With --show plane: pca, through all runs; or random, filter-normalized, around the best end.",
            ),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def split_options(options: dict[str, Any]) -> tuple[dict[str, Any], Portrait]:
    """The options of the training, and how its picture is to be."""
    from optviz.netscenes import Portrait
    from optviz.picture import Picture

    look = _look()
    picture = Picture(**{name: value for name, value in options.items() if name in look})
    rest = {name: value for name, value in options.items() if name not in {*look, *_OWN}}
    return rest, Portrait(picture=picture, show=options["show"], plane=options["plane"])


def _look() -> list[str]:
    """The names of the options of how a picture looks."""
    from optviz.netscenes.portrait import FOR_RACES
    from optviz.picture import Picture

    return [each.name for each in fields(Picture) if each.name not in FOR_RACES]


def check_portrait(ctx: click.Context, output: str | None, data: str) -> str | Path | None:
    """Where the picture goes, if there is to be one; checked before anything is trained."""
    from optviz.encode import ENCODERS, is_folder
    from optviz.encode.still import STILLS, still_encoder_for
    from optviz.errors import ArgumentError
    from optviz.page.data import ORBIT

    if output is None:
        for name in (*_OWN, *_look()):
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise ArgumentError(f"--{name} is about a picture: say where to draw it, as in -o {data}.gif")
        return None
    if output == "-":
        raise ArgumentError("stdout has the table; name a file for the picture, as in -o out.gif")
    transparent = bool(ctx.params["transparent"])
    suffix = Path(output).suffix.lower()
    if suffix in STILLS:
        return target(output, data, ".png", partial(still_encoder_for, transparent=transparent))
    if suffix and suffix not in ENCODERS and not is_folder(output):
        films, stills = ", ".join(ENCODERS), ", ".join(STILLS)
        raise ArgumentError(
            f"no format has the suffix {suffix!r}; allowed are films, {films} or NAME/, a folder of PNGs, "
            f"and stills, {stills}"
        )
    if _is_page(output) and ctx.params["view"] == "relief" and ctx.params["camera"] == "orbit":
        raise ArgumentError(ORBIT)
    return film_target(output, data, transparent=transparent)


def network_of(options: dict[str, Any], features: int, classes: int) -> Network:
    """The network that options ask for, which are taken out of them."""
    from optviz.nets.network import perceptron

    names = {"activation": "kind", "batchnorm": "batchnorm", "dropout": "dropout", "init": "start"}
    chosen = {ours: options.pop(name) for name, ours in names.items()}
    return perceptron(features, classes, widths_of(options.pop("hidden")), **chosen)


def widths_of(hidden: str) -> tuple[int, ...]:
    """The widths of hidden layers that are written as 128,64."""
    from optviz.errors import ArgumentError

    if hidden.strip().lower() in ("none", "0", ""):
        return ()
    parts = [part.strip() for part in hidden.split(",")]
    if not all(part.isdecimal() and len(part) < 9 and 1 <= int(part) <= 100_000 for part in parts):
        raise ArgumentError(
            f"hidden must be widths from 1 to 100000 with commas between, as in 128,64, or none; not {hidden!r}"
        )
    return tuple(map(int, parts))


def trained(
    portrait: Portrait | None,
    *,
    data: str,
    data_dir: str | None,
    optimizers: tuple[str, ...],
    seed: int,
    seeds: int,
    **options: Any,
) -> Training:
    """The training that these options of the command ask for; a portrait says which weights it has to keep."""
    from optviz.catalog import DEFAULT_OPTIMIZERS
    from optviz.nets.datasets import load_data
    from optviz.nets.training import train
    from optviz.netscenes import snapshots_for

    loaded = load_data(data, data_dir)
    network = network_of(options, loaded.features, loaded.classes)
    chosen = optimizers or DEFAULT_OPTIMIZERS
    if portrait is not None:
        portrait.check_data(loaded)
        networks = len(chosen) * seeds * options["ensemble"]
        options["snapshots"] = snapshots_for(portrait, network, networks)
    return train(loaded, network, chosen, seeds=range(seed, seed + seeds), **options)


def draw(training: Training, portrait: Portrait, path: str | Path, jobs: int, quiet: bool) -> None:
    """Draw a training to a file, a film or a still of its end."""
    from optviz.draw import Film
    from optviz.encode import as_seen, save
    from optviz.encode.still import STILLS, save_still
    from optviz.netscenes import scene_of_training

    film = Film(scene_of_training(training, portrait, jobs, None if quiet else _counted))
    if Path(path).suffix.lower() in STILLS:
        save_still(film, Path(path), film.last_step)
        return
    film = as_seen(film, path)
    with watched(film, quiet or _is_page(path)) as frames:
        save(film, path, frames, jobs=jobs)


def _is_page(path: str | Path) -> bool:
    """Whether a page is written, which has no frames that one could watch."""
    return Path(path).suffix.lower() == ".html"


def _counted(rows: Iterable[Any], count: int) -> Iterator[Any]:
    """The rows of a plane as they are ready, with a progress bar where someone looks on."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from rows
        return
    with click.progressbar(rows, length=count, label="Loss on the plane", file=sys.stderr) as bar:
        yield from bar
