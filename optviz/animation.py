"""From a race, a surface's name or a training to a picture in one call: what a notebook needs."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import optviz
from optviz.bounds import flag
from optviz.calls import Answering, answering, parameters_of, refuse_unknown
from optviz.catalog import load_surface, optimizer_names
from optviz.draw import Film, Frame
from optviz.encode import save
from optviz.encode.gif import write_gif
from optviz.errors import ArgumentError, OptvizWarning, shown
from optviz.kinds import path as path_of
from optviz.kinds import target
from optviz.optimizer import Optimizer
from optviz.page import framed, page_of
from optviz.picture import Picture
from optviz.problem import source_of, steps_on
from optviz.races import Race, race
from optviz.recipe import Recipe, RecipeError, checked, read_recipe
from optviz.scene import Scene, scene_of
from optviz.surface import Surface
from optviz.themes import THEMES

if TYPE_CHECKING:
    from optviz.nets.training import Training

Subject = Race | Surface | str | os.PathLike[str]
"""What a picture of a race can be made of; a training is another subject."""

_RACE_OPTIONS = ("optimizers", "start", "steps", "seed", "noise", "clip", "lr", "schedule", "batch_size")


class Animation(metaclass=Answering):
    """A race as a film. In a notebook it shows itself as a page that plays; `save` writes it."""

    def __init__(self, film: Film) -> None:
        if not isinstance(film, Film):
            raise ArgumentError(f"an Animation is of a Film, not {shown(film)}; optviz.animate(…) makes one")
        self.film = film

    def save(
        self, path: str | Path | IO[bytes], frames: Iterable[Frame] | None = None, *, format: str | None = None
    ) -> Path | IO[bytes]:
        """Write the film.

        Args:
            path: Where to. The suffix decides the format; ``frames/`` is a folder of numbered PNGs; and a file that is
                open for bytes, as ``io.BytesIO()`` is, takes it whole.
            frames: The film's frames, where someone wants to watch them pass.
            format: As in ``webp``, where no suffix is to decide; what is open is a GIF unless its name says more.

        Returns:
            The path, or the file.
        """
        where = target("path", path)
        save(self.film, where, frames, form=format)
        return Path(where) if isinstance(where, str) else where

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str | bytes]:
        """The page in a frame, and in it the GIF for where no code runs; the GIF alone where there can be no page.

        Notebooks prefer HTML to any image, and rid it of frames where they do not trust it.
        """
        buffer = io.BytesIO()
        write_gif(buffer, self.film, self.film.frames())
        if (include and "text/html" not in include) or "text/html" in (exclude or ()):
            return {"image/gif": buffer.getvalue()}
        try:
            return {"text/html": framed(page_of(self.film.scene), self.film.title, buffer.getvalue())}
        except ArgumentError:  # what a page cannot show, a film can
            return {"image/gif": buffer.getvalue()}


@answering
def animate(
    race_or_surface: Subject | Training,
    path: str | Path | IO[bytes] | None = None,
    *,
    format: str | None = None,
    **options: Any,
) -> Animation:
    """Animate a race, or race on a surface and animate that; or animate a training.

    Args:
        race_or_surface: A `Race`, or what `optviz.race` takes as a surface, or a `Training`.
        path: Where to write the film at once, if anywhere; the suffix decides the format, and a path that ends with
            a slash is a folder of numbered PNGs; or a file that is open for bytes. A list here are optimizers, as in
            `optviz.race`.
        format: Of what is written, as in `Animation.save`.
        **options: A picture's, as in `optviz.scene.scene_of` (size, theme, title, view_box, frames, fps, hold);
            where a surface is given, also a race's, as in `optviz.race`; where a training is, also what to show, as in
            `optviz.netscenes.Portrait` (show, plane).

    Example:
        >>> import optviz
        >>> film = optviz.animate("booth", steps=20, size=(320, 240)).film
        >>> len(film), film.size
        (21, (320, 240))
    """
    path, options = target_and_options(path, options)
    animation = Animation(film_of("animate", race_or_surface, options))
    if path is not None:
        animation.save(path, format=format)
    return animation


def target_and_options(path: Any, options: dict[str, Any]) -> tuple[str | IO[bytes] | None, dict[str, Any]]:
    """Where to write, if anywhere, and the options, among which are optimizers that came in the path's place.

    Raises:
        ArgumentError: The path is none.
    """
    if isinstance(path, list | tuple | Optimizer | type):
        if options.get("optimizers") is not None:
            raise ArgumentError("optimizers are given twice: leave out those in the place of the path")
        return None, options | {"optimizers": path}
    if isinstance(path, str) and path.partition(":")[0].strip().lower() in optimizer_names():
        raise ArgumentError(f"{path!r} is an optimizer, not a file to write to; say optimizers={path!r}")
    return None if path is None else target("path", path), options


def film_of(
    what: str,
    subject: Subject | Training,
    options: Mapping[str, Any],
    foresee: Callable[[int], object] | None = None,
) -> Film:
    """The film of a race, or of one that is run first, by options of a race and of a picture; or that of a training.

    Args:
        what: The function that is called, as errors name it.
        subject: What the film is of.
        options: By their names.
        foresee: Told how many steps a race will have, before it is run; it may refuse them.

    Raises:
        ArgumentError: A value, or the name of an option, is not allowed; the message says what is.
    """
    if not isinstance(subject, Race | Surface | str | os.PathLike):
        from optviz.nets.training import Training  # noqa: PLC0415 - races need no networks
        from optviz.netscenes import portrait_of, scene_of_training  # noqa: PLC0415 - as above

        if isinstance(subject, Training):
            return Film(scene_of_training(subject, portrait_of(dict(options), what)))
    own = {key: value for key, value in options.items() if key in _RACE_OPTIONS}
    rest = {key: value for key, value in options.items() if key not in own}
    looks = parameters_of(Picture)
    if isinstance(subject, Race):
        if own:
            told = ", ".join(own)
            raise ArgumentError(f"{told}: the race has been run already; optviz.race(…) takes what a race is run by")
        refuse_unknown(f"{what} of a race", rest, looks)
        return Film(scene_of(subject, **rest))
    refuse_unknown(what, rest, (*_RACE_OPTIONS, *looks))
    picture, place = Picture(**rest), load_surface(subject)
    if foresee is not None:
        foresee(steps_on(place, own.get("steps")))
    return Film(scene_of(race(place, source=source_of(subject, place), **own), picture))


@answering
def remake(file: str | Path | Recipe, *, trust: bool = False) -> Animation:
    """Make a film again from the recipe in a file that optviz wrote: on the same versions, the same bytes.

    Args:
        file: The film, or a still of it, or a recipe read before.
        trust: Whether a recipe may name files and modules, whose code is then run.

    Raises:
        RecipeError: There is no recipe, it is damaged, or it is not to be trusted.
    """
    recipe = file if isinstance(file, Recipe) else read_recipe(path_of("file", file))
    return Animation(Film(scene_again(recipe, trust=flag("trust", trust))))


def scene_again(recipe: Recipe, *, trust: bool = False) -> Scene:
    """The scene that a recipe describes, its race run again, or its networks trained again; `trust` as in `remake`.

    Raises:
        RecipeError: The recipe is not to be trusted, or says what this version does not know.
    """
    recipe = checked(recipe)
    if recipe.surface is None and recipe.training is None:
        raise RecipeError("the recipe's surface was made in Python; only its maker can make this picture again")
    if (refs := recipe.local_refs()) and not trust:
        raise RecipeError(
            f"the recipe would run {', '.join(refs)}; if you know what that does, say --trust (trust=True)"
        )
    if recipe.version != optviz.__version__:
        text = f"the recipe is from optviz {recipe.version}, this is {optviz.__version__}: the picture may differ"
        warnings.warn(text, OptvizWarning, stacklevel=2)
    if changed := recipe.changed_files():
        text = f"{', '.join(changed)} changed since the picture was made: this is another one"
        warnings.warn(text, OptvizWarning, stacklevel=2)
    if isinstance(theme := recipe.picture.get("theme"), str) and theme not in THEMES:
        raise RecipeError(f"the recipe's theme {theme!r} is not one this version knows")
    try:
        return _scene_again(recipe, Picture(**recipe.picture))
    except ArgumentError as error:
        raise RecipeError(f"the recipe asks for what this version does not make: {error}") from error


def _scene_again(recipe: Recipe, picture: Picture) -> Scene:
    if recipe.surface is None:
        from optviz.netscenes import portrait_again, scene_of_training, train_again  # noqa: PLC0415 - as above

        return scene_of_training(train_again(recipe), portrait_again(recipe, picture))
    return scene_of(race(recipe.surface, **recipe.race_options()), picture)
