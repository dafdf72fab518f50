"""Recipes: how an output was made, written into it and read from it.

A recipe is JSON data: the version, the command, and every choice as it was resolved, so that a picture can be made
again years later without knowing what the defaults were. It never holds the output's path. Reading one runs nothing: a
recipe from elsewhere may be damaged or hostile, and one that names a file or a module, whose code would have to run, is
refused unless its reader is trusted to know what it does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optviz
from optviz.carriers import MARK, MAX_SEARCHED, carried
from optviz.catalog import is_local, is_local_data, load_optimizer
from optviz.errors import ArgumentError, OptvizError
from optviz.optimizer import Optimizer
from optviz.reading import opened, parse_json
from optviz.specs import format_value, parse_spec

if TYPE_CHECKING:
    from optviz.races import Race, Run

FORMAT = 1
INDEX = "frames.ffconcat"
"""The file in a folder of frames that lists them, and holds the recipe of them all."""
_CONDITIONS = ("start", "steps", "seed", "noise", "clip", "batch_size")


class RecipeError(OptvizError):
    """A file without a recipe, or with one that cannot be used."""


class NoRecipeError(RecipeError):
    """A file without a recipe."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a film or a still was made.

    `runs` are full specs with the rule by which each rate came about; `picture` are the options of the scene. A still
    also has the `step` that it shows. Of a training there is no surface and no start, `steps` are the moments that are
    shown, and `training` says what was trained on what, as `optviz.netscenes.recall` writes and reads it.
    """

    version: str
    command: str
    surface: str | None
    runs: tuple[tuple[str, str], ...]
    start: tuple[float, float] | tuple[tuple[float, float], ...] | tuple[()]
    steps: int
    seed: int
    noise: float
    clip: float | None
    batch_size: int | None
    picture: Mapping[str, Any] = field(default_factory=dict)
    step: int | None = None
    training: Mapping[str, Any] | None = None

    @property
    def subject(self) -> str | None:
        """The name of what is shown: the surface, or the data that was trained on; None where it has none."""
        data = (self.training or {}).get("data")
        return parse_spec(data).ref if isinstance(data, str) else self.surface

    def to_text(self) -> str:
        """The recipe as it is written into a file."""
        rest = asdict(self)
        for name in ("step", "training"):
            if rest[name] is None:
                del rest[name]
        return json.dumps({"optviz": rest.pop("version"), "format": FORMAT, **rest}, ensure_ascii=True)

    def race_options(self) -> dict[str, Any]:
        """What `optviz.race` takes to run the race again."""
        return {
            "optimizers": [spec for spec, _ in self.runs],
            "lr_rules": [rule for _, rule in self.runs],
            **{key: getattr(self, key) for key in _CONDITIONS},
        }

    def local_refs(self) -> list[str]:
        """Files and modules of a user that making it again would run or read."""
        refs = [parse_spec(spec).ref for spec, _ in self.runs]
        data = str((self.training or {}).get("data"))
        read = [data] if is_local_data(data) else []
        return [*read, *(ref for ref in (self.surface or "", *refs) if is_local(ref))]


def recipe_of(race: Race, picture: Mapping[str, Any]) -> Recipe:
    """The recipe of a film of a race.

    Example:
        >>> race = optviz.race("booth", ["sgd:lr=0.05"], steps=10)
        >>> recipe_of(race, {}).runs
        (('sgd:lr=0.05', 'given'),)
    """
    return Recipe(
        version=optviz.__version__,
        command="animate",
        surface=race.problem.source,
        runs=tuple((spec_of(run), run.lr_rule) for run in race.runs),
        picture=dict(picture),
        **race.problem.conditions(),
    )


def as_still(text: str, step: int) -> str:
    """The text of a film's recipe, as the still at that step carries it; none where there is none."""
    if not text:
        return ""
    film = json.loads(text)
    command = "plot" if film["command"] == "animate" else film["command"]
    return json.dumps(film | {"command": command, "step": step}, ensure_ascii=True)


def in_xml(text: str) -> str:
    r"""The text of a recipe without the letters that XML would rewrite; in JSON they stand in strings alone.

    Example:
        >>> print(in_xml('{"title": "a < b"}'))
        {"title": "a \u003c b"}
    """
    for letter in "&<>":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def optimizer_of(run: Run) -> Optimizer:
    """The optimizer of a run, made again.

    Raises:
        ArgumentError: It cannot be: its class was made in Python, and has no name to be found by.
    """
    try:
        return load_optimizer(spec_of(run)).optimizer
    except OptvizError as error:
        raise ArgumentError(f"{run.label} cannot be run again from its recipe {spec_of(run)}: {error}") from error


def read_recipe(path: str | Path) -> Recipe:
    """The recipe in a file that optviz wrote; of a deck, its first picture's. Nothing in it is executed.

    Raises:
        RecipeError: The file cannot be read, has no recipe, or one that is damaged.
    """
    return read_recipes(path)[0]


def read_recipes(path: str | Path) -> list[Recipe]:
    """All recipes in a file: of a deck those of its pictures, of anything else one.

    Raises:
        RecipeError: The file cannot be read, has no recipe, or one that is damaged.
    """
    try:
        return [_parsed(text) for text in _find(Path(path))]
    except (ValueError, TypeError, KeyError, RecursionError, OptvizError) as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(f"{path}: its recipe is damaged: {error}") from error


def spec_of(run: Run) -> str:
    """A run's optimizer as one writes it, with every hyperparameter."""
    values = {key: value for key, value in run.hyperparameters.items() if value is not None}
    if values.get("schedule") == "constant":
        del values["schedule"]
    if run.label == run.title:
        values["label"] = run.label
    return f"{run.optimizer}:{','.join(f'{key}={format_value(value)}' for key, value in values.items())}"


def _find(path: Path) -> list[str]:
    """The texts of the recipes in a file, or of the one in the list that a folder of frames has."""
    path = path / INDEX if os.path.isdir(path) else path  # noqa: PTH112 - Path.is_dir raises for some names
    with opened(path, RecipeError) as file:
        text, size = carried(file).decode("utf-8", "replace"), os.fstat(file.fileno()).st_size
    if not text:
        far = f"; no more than {MAX_SEARCHED} were searched" if size > MAX_SEARCHED.most else ""
        raise NoRecipeError(f"{path} holds no recipe: optviz did not make it, or another program has rewritten it{far}")
    found, at = [], 0
    while at >= 0:
        end = json.JSONDecoder().raw_decode(text, at)[1]
        found.append(text[at:end])
        at = text.find(MARK.decode(), end)
    return found


def _parsed(text: str) -> Recipe:
    data = parse_json(text)
    if not isinstance(data, dict) or data.pop("format") != FORMAT:
        raise ValueError("its format is not one this version knows")
    return _checked(Recipe(version=data.pop("optviz"), **data))


def _checked(recipe: Recipe) -> Recipe:
    """A recipe whose parts have the kinds they must have; their values are checked where they are used."""
    kinds: dict[str, tuple[type, ...]] = {
        "version": (str,),
        "command": (str,),
        "surface": (str, type(None)),
        "runs": (list,),
        "start": (list,),
        "steps": (int,),
        "seed": (int,),
        "noise": (int, float),
        "clip": (int, float, type(None)),
        "batch_size": (int, type(None)),
        "picture": (dict,),
        "step": (int, type(None)),
        "training": (dict, type(None)),
    }
    for each in fields(recipe):
        value = getattr(recipe, each.name)
        if not isinstance(value, kinds[each.name]) or isinstance(value, bool):
            raise ValueError(f"{each.name} is {value!r}")
    trained = recipe.training is not None
    commands = (("train", True), ("train", False)) if trained else (("animate", True), ("plot", False))
    if (recipe.command, recipe.step is None) not in commands:
        raise ValueError(f"command is {recipe.command!r}, step {recipe.step!r}")
    if recipe.step is not None and not 0 <= recipe.step <= recipe.steps:
        raise ValueError(f"step is {recipe.step!r}")
    several = bool(recipe.start) and all(_is_list_of(point, float, 2) for point in recipe.start)
    begins = several or _is_list_of(recipe.start, float, 2) or (trained and not recipe.start)
    if not all(_is_list_of(pair, str, 2) for pair in recipe.runs) or not begins:
        raise ValueError("runs or start are not what they should be")
    whole = {each.name: getattr(recipe, each.name) for each in fields(recipe)}
    runs = tuple((spec, rule) for spec, rule in recipe.runs)
    start = tuple(map(tuple, recipe.start)) if several else tuple(recipe.start)  # type: ignore[arg-type]
    return Recipe(**whole | {"runs": runs, "start": start})


def _is_list_of(value: Any, kind: type, count: int) -> bool:
    kinds = (int, float) if kind is float else (kind,)
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) == count
        and all(type(part) in kinds for part in value)
    )
