"""Recipes: how an output was made, written into it and read from it.

A recipe is JSON data: the version, the command, and every choice as it was resolved, so that a picture can be made
again years later without knowing what the defaults were. It never holds the output's path. Reading one runs nothing: a
recipe from elsewhere may be damaged or hostile, and one that names a file or a module, whose code would have to run, is
refused unless its reader is trusted to know what it does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optviz
from optviz.carriers import MARK, MAX_SEARCHED, carried
from optviz.catalog import is_local, is_local_data, load_optimizer
from optviz.errors import ArgumentError, OptvizError
from optviz.files import digest_now, digests_when_run, lies_below, split_ref
from optviz.ingredients import FORMAT, check_recipe
from optviz.optimizer import Optimizer
from optviz.reading import opened, parse_json
from optviz.specs import format_value, parse_spec

if TYPE_CHECKING:
    from optviz.races import Race, Run

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
    shown, and `training` says what was trained on what, as `optviz.netscenes.recall` writes and reads it. `files` are
    the user's files of Python that were run, and those beside or below them that they imported, by their paths, with
    the sha256 of what they held then; older recipes have the former alone.
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
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str | None:
        """The name of what is shown: the surface, or the data that was trained on; None where it has none."""
        data = None if self.training is None else self.training["data"]
        if data is None:
            return self.surface
        return data if is_local_data(data) else parse_spec(data).ref

    def to_text(self) -> str:
        """The recipe as it is written into a file."""
        rest = asdict(self)
        for name in ("step", "training", "files"):
            if rest[name] is None or rest[name] == {}:
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
        """Files and modules of a user that making it again would run or read, as those who do so take the words."""
        refs = [parse_spec(spec).ref for spec, _ in self.runs]
        data = None if self.training is None else self.training["data"]
        read = [data] if data is not None and is_local_data(data) else []
        return [*read, *(ref for ref in (self.surface or "", *refs) if is_local(ref))]

    def local_files(self) -> list[Path]:
        """Those of the `local_refs` that are files of Python."""
        return [path for ref in self.local_refs() if (path := split_ref(ref)[0]) is not None]

    def with_files(self) -> Recipe:
        """The recipe with the sha256 of what the user's files held when they were run."""
        ran = [digests_when_run(path) for path in self.local_files()]
        first = {path: each[path] for each in ran for path in list(each)[:1]}
        imported = {path: digest for each in ran for path, digest in each.items() if path not in first}
        return replace(self, files=first | dict(sorted(imported.items())))

    def changed_files(self) -> list[str]:
        """The user's files that do not hold now what they held when the picture was made, as far as that is known.

        Raises:
            OptvizError: One cannot be read.
        """
        run = self.local_files()
        changed = [str(path) for path in run if self.files.get(str(path), now := digest_now(path)) != now]
        for name, digest in self.files.items():
            path = Path(name)
            if path not in run and any(lies_below(path, each.parent) for each in run):
                try:
                    same = digest_now(path) == digest
                except OptvizError:  # it is gone; whether that matters shows when the others are run
                    same = False
                changed += [] if same else [name]
        return changed


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
    ).with_files()


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
    return [parse_recipe(text, f"{path}: its recipe") for text in _find(Path(path))]


def parse_recipe(text: str, name: str = "the recipe") -> Recipe:
    """The recipe that a text is; errors call it by its name.

    Raises:
        RecipeError: It is damaged.
    """
    try:
        data = parse_json(text)
        check_recipe(data)
    except ValueError as error:
        raise RecipeError(f"{name} is damaged: {error}") from error
    rest = {key: value for key, value in data.items() if key not in ("optviz", "format")}
    several = any(isinstance(point, list) for point in data["start"])
    start = tuple(map(tuple, data["start"])) if several else tuple(data["start"])
    runs = tuple((spec, rule) for spec, rule in data["runs"])
    return Recipe(version=data["optviz"], **rest | {"runs": runs, "start": start})


def checked(recipe: Recipe) -> Recipe:
    """A recipe that somebody may have made by hand, as it would be read.

    Raises:
        RecipeError: No file could hold it.
    """
    try:
        text = recipe.to_text()
    except (TypeError, ValueError, RecursionError) as error:
        raise RecipeError(f"the recipe cannot be written: {error}") from error
    return parse_recipe(text)


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
        try:
            end = json.JSONDecoder().raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            end = len(text)  # whoever reads it will say what is wrong
        found.append(text[at:end])
        at = text.find(MARK.decode(), end)
    return found
