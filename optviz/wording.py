"""Pictures in words: what a recipe says of its picture, for captions, for notes, and for those who cannot see it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from optviz.catalog import is_local, load_surface, optimizer_class
from optviz.errors import OptvizError
from optviz.numerals import rate_text
from optviz.recipe import Recipe
from optviz.specs import parse_spec

_RULES = {"tuned": "tuned by one rule for all", "same": "the same for all", "given": "given"}
_MOST = 8  # runs that are named


def title_of(recipe: Recipe) -> str:
    """The picture's title: its own, or its surface's."""
    return str(recipe.picture.get("title") or "").strip() or surface_title(recipe)


def caption_of(recipe: Recipe) -> str:
    """Who ran, how long, from where, and at which rates, in a sentence.

    Example:
        >>> import optviz
        >>> from optviz.recipe import recipe_of
        >>> caption_of(recipe_of(optviz.race("booth", ["sgd:lr=0.05", "adam:lr=0.5"], steps=10), {}))
        'SGD and Adam, 10 steps from (5, −8). Learning rates: 0.05 and 0.5, given.'
    """
    rates, rules = _rates(recipe), {rule for _, rule in recipe.runs}
    told = ""
    if len(set(rates)) == 1 and len(rates) > 1:
        told = f" Learning rate: {rates[0]} for all."
    elif rates:
        rule = f", {_RULES.get(rules.pop(), 'given')}" if len(rules) == 1 else ""
        told = f" Learning rate{'s' if len(rates) > 1 else ''}: {listed(rates)}{rule}."
    shown = "" if recipe.step is None or recipe.training else f" Seen at step {recipe.step}."
    return f"{_course(recipe)}.{shown}{told}"


def alt_of(recipe: Recipe) -> str:
    """What there is to be seen, in a sentence for those who cannot see it."""
    if recipe.training is not None:
        return f"{'Animation' if recipe.step is None else 'Picture'} of a training: {_course(recipe)}."
    what = "Animation" if recipe.step is None else f"Picture of step {recipe.step}"
    view = "the surface in 3-D" if recipe.picture.get("view") == "relief" else "a contour map"
    names = listed(run_titles(recipe))
    tail = f"{recipe.steps} steps from {_start(recipe)}"
    return f"{what}: the trails of {names} on {view} of {surface_title(recipe)}, {tail}."


def notes_of(recipe: Recipe) -> str:
    """The recipe for a speaker to read."""
    noise = f", noise {recipe.noise:g}" if recipe.noise else ""
    batch = "" if recipe.batch_size is None else f", {recipe.batch_size} samples a step"
    where = f"surface {recipe.surface or 'made in Python'}, {recipe.steps} steps from {_start(recipe)}"
    if recipe.training is not None:
        where = f"data {recipe.subject or 'made in Python'}, {recipe.training.get('epochs')} epochs"
    runs = [f"{spec} ({rule})" for spec, rule in recipe.runs]
    return "\n".join([f"Recipe, by optviz {recipe.version}:", f"{where}, seed {recipe.seed}{noise}{batch}", *runs])


def surface_title(recipe: Recipe) -> str:
    """The title of the recipe's surface, or the name of its data; nothing of a user's is run to find it."""
    if recipe.training is not None:
        return str(recipe.subject or "data made in Python").capitalize()
    if recipe.surface is None:
        return "a surface made in Python"
    if is_local(recipe.surface):
        return recipe.surface
    try:
        return load_surface(recipe.surface).display_title
    except OptvizError:  # one that another version knew
        return recipe.surface


def run_titles(recipe: Recipe) -> list[str]:
    """What the runs are called: by their labels, or their optimizers' titles."""
    titles = []
    for text, _ in recipe.runs:
        spec = parse_spec(text)
        try:
            own = spec.ref if is_local(spec.ref) else optimizer_class(spec.ref).title
        except OptvizError:
            own = spec.ref
        titles.append(str(spec.items.get("label", own)))
    return titles


def listed(words: Sequence[str]) -> str:
    """The words as one says them.

    Example:
        >>> listed(["SGD", "Momentum", "Adam"])
        'SGD, Momentum and Adam'
    """
    if len(words) > _MOST:
        words = [*words[: _MOST - 1], f"{len(words) - _MOST + 1} more"]
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def first_sentence(text: str) -> str:
    """The text up to its first full stop.

    Example:
        >>> first_sentence("At a rate of 0.1 it stalls. The other does not.")
        'At a rate of 0.1 it stalls.'
    """
    return re.split(r"(?<=[.!?…])\s+(?=[^\Wa-z\d_]|[“(])", text, maxsplit=1)[0]


def _course(recipe: Recipe) -> str:
    names = listed(run_titles(recipe))
    if recipe.training is not None:
        return f"{names} on {recipe.subject or 'data made in Python'}, {recipe.training.get('epochs')} epochs"
    return f"{names}, {recipe.steps} steps from {_start(recipe)}"


def _rates(recipe: Recipe) -> list[str]:
    rates = [(parse_spec(text).items.get("lr"), rule) for text, rule in recipe.runs]
    return [rate_text(rate, rule, 3) for rate, rule in rates if isinstance(rate, (int, float))]


def _start(recipe: Recipe) -> str:
    starts = np.array(recipe.start, dtype=float).reshape(-1, 2)
    if len(starts) != 1:
        return f"{len(starts)} starts"
    x, y = starts[0]
    return f"({x:.4g}, {y:.4g})".replace("-", "−")
