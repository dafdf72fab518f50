"""``optviz info``: how a file was made."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from optviz.cli import tables
from optviz.cli.failing import Command, say
from optviz.cli.options import examples

if TYPE_CHECKING:
    from optviz.recipe import Recipe


@click.command(cls=Command, epilog=examples("optviz info saddle.gif", "optviz info saddle.gif --json"))
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="The recipe as it is.")
def command(file: str, as_json: bool) -> None:
    """Print the recipe that FILE carries: version, command, seed, and every choice as it was resolved.

    Of a deck, the recipes of all its pictures are printed. Nothing in the file is run. `optviz animate --from FILE` or
    `optviz plot --from FILE` makes it again.
    """
    from optviz.errors import printable
    from optviz.recipe import read_recipes

    recipes = read_recipes(file)
    if as_json:
        data = [json.loads(recipe.to_text()) for recipe in recipes]
        say(tables.as_json(data if len(data) > 1 else data[0]))
        return
    for number, recipe in enumerate(recipes):
        say("\n" if number else "", nl=False)
        for name, value in _lines(recipe):
            say(printable(f"{name + ':':<13}{value}"))


def _lines(recipe: Recipe) -> list[tuple[str, str]]:
    if recipe.training is not None:
        return _lines_of_training(recipe, recipe.training)
    lines = [
        ("made by", f"optviz {recipe.version}, {recipe.command}"),
        ("surface", recipe.surface or "made in Python"),
        ("start", _where(recipe.start)),
        ("steps", str(recipe.steps)),
        ("seed", str(recipe.seed)),
        ("noise", repr(recipe.noise)),
        ("clip", "none" if recipe.clip is None else repr(recipe.clip)),
    ]
    if recipe.step is not None:
        lines.append(("shows step", str(recipe.step)))
    if recipe.batch_size is not None:
        lines.append(("batch size", str(recipe.batch_size)))
    lines += [("run", f"{spec}   (lr {rule})") for spec, rule in recipe.runs]
    lines += [("picture", f"{key} {json.dumps(value, ensure_ascii=False)}") for key, value in recipe.picture.items()]
    lines += [("file", f"{path}   (sha256 {digest})") for path, digest in recipe.files.items()]
    specs = " ".join(f"-O {shlex.quote(spec)}" for spec, _ in recipe.runs)
    lines.append(
        ("the race", f"optviz compare --surface {shlex.quote(recipe.surface or '?')} --steps {recipe.steps} {specs}")
    )
    return lines


def _lines_of_training(recipe: Recipe, training: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [("made by", f"optviz {recipe.version}, {recipe.command}")]
    if recipe.step is not None:
        lines.append(("shows", f"moment {recipe.step} of {recipe.steps}"))
    lines += [("run", f"{spec}   (lr {rule})") for spec, rule in recipe.runs]
    lines.append(("batch size", str(recipe.batch_size)))
    for key, value in training.items():
        told = (
            "made in Python" if value is None and key in ("data", "network") else json.dumps(value, ensure_ascii=False)
        )
        lines.append((key, told.strip('"')))
    lines += [("file", f"{path}   (sha256 {digest})") for path, digest in recipe.files.items()]
    return lines + [
        ("picture", f"{key} {json.dumps(value, ensure_ascii=False)}") for key, value in recipe.picture.items()
    ]


def _where(start: Any) -> str:
    """One start as one types it; of several their number and the first."""
    if isinstance(start[0], tuple):
        return f"{len(start)} of them, from {_where(start[0])} on"
    return f"{start[0]!r},{start[1]!r}"
