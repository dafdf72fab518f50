"""From the options of a command to a scene: what all commands that draw a race have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from optviz.cli.failing import note

if TYPE_CHECKING:
    from optviz.picture import Picture
    from optviz.races import Race
    from optviz.recipe import Recipe
    from optviz.scene import Scene
    from optviz.surface import Surface


@dataclass(frozen=True)
class Order:
    """What to draw: the name of its surface, its recipe where it is made again, whether it is to be transparent, and
    the scene, once it is needed.

    `steps` are those that the race will have, if their number is allowed.
    """

    name: str
    recipe: Recipe | None
    steps: int
    transparent: bool
    scene: Callable[[], Scene]


def order(
    ctx: click.Context,
    *,
    surface: str | None,
    recipe: str | None,
    trust: bool,
    quiet: bool,
    own: tuple[str, ...],
    **options: Any,
) -> Order:
    """What the options of `scene_options` ask for; `own` are the command's other options, which go with --from."""
    from optviz.animation import scene_again
    from optviz.catalog import load_surface
    from optviz.errors import ArgumentError
    from optviz.problem import steps_on
    from optviz.recipe import read_recipe

    if recipe is not None:
        mine = ("recipe", "trust", "quiet", *own)
        given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
        if other := [name for name in given if name not in mine]:
            raise ArgumentError(f"--from takes everything from the recipe; leave out --{other[0].replace('_', '-')}")
        found = read_recipe(recipe)
        return Order(
            found.subject or "optviz",
            found,
            found.steps,
            bool(found.picture.get("transparent")),
            lambda: scene_again(found, trust=trust),
        )
    if surface is None:
        raise ArgumentError("--surface is missing, as in --surface saddle; `optviz list surfaces` shows all")
    place = load_surface(surface)
    steps = steps_on(place, options["steps"])
    return Order(place.name, None, steps, options["transparent"], lambda: _scene(surface, place, quiet, options))


def stage(surface: str, place: Surface, *, start: tuple[str, ...], **options: Any) -> tuple[Race, Picture]:
    """The race that these options of a command ask for, run, and how its picture is to look."""
    from optviz.catalog import DEFAULT_OPTIMIZERS, is_local
    from optviz.picture import Picture
    from optviz.races import race

    picture = Picture(**{each.name: options.pop(each.name) for each in fields(Picture) if each.name in options})
    source = surface if is_local(surface) else place.name
    optimizers = options.pop("optimizers") or DEFAULT_OPTIMIZERS
    return race(place, optimizers, start=start or None, source=source, **options), picture


def target(output: str | None, name: str, usual: str, check: Callable[[str], object]) -> Path | None:
    """Where to write, checked before the work is done; None is stdout.

    Args:
        output: What -o says, if anything.
        name: The surface's, for the file's where -o says nothing.
        usual: The suffix it then has.
        check: Refuses a suffix that names no format.
    """
    from optviz.errors import ArgumentError
    from optviz.writing import check_writable

    if output == "-":
        return None
    path = Path(f"{Path(name).stem}{usual}") if output is None else Path(output)
    if not path.suffix:
        raise ArgumentError(f"{output!r} has no suffix that names a format, as in {path.name or name}{usual}")
    check(path.suffix)
    check_writable(path)
    return path


def film_target(output: str | None, name: str, *, transparent: bool) -> str | Path | None:
    """Where to write a film, checked before the work is done: a file, a folder of numbered PNGs, or None for stdout."""
    from optviz.encode import encoder_for, is_folder
    from optviz.encode.numbered import check_folder

    if output is not None and is_folder(output):
        check_folder(Path(output))
        return output
    return target(output, name, ".gif", partial(encoder_for, transparent=transparent))


def _scene(surface: str, place: Surface, quiet: bool, options: dict[str, Any]) -> Scene:
    from optviz.scene import scene_of

    result, picture = stage(surface, place, **options)
    if not quiet:
        _tell(result)
    return scene_of(result, picture)


def _tell(race: Race) -> None:
    """Say what the picture alone does not: who diverged."""
    for run in race.runs:
        if run.diverged_at is not None:
            note(f"{run.label} diverged at step {run.diverged_at}")
