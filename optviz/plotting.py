"""Stills: a race at a step, or at several that build up on slides, in one call."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from optviz.animation import Subject, film_of, scene_again, target_and_options
from optviz.bounds import flag, whole_of
from optviz.calls import Answering, answering
from optviz.draw import Film
from optviz.encode.still import STILLS, save_still, still_encoder_for, write_png
from optviz.errors import ArgumentError, shown
from optviz.kinds import listed, target
from optviz.kinds import path as path_of
from optviz.recipe import Recipe, read_recipe
from optviz.writing import check_writable, suffix_for

if TYPE_CHECKING:
    from optviz.nets.training import Training

At = str | int | Sequence[str | int]
"""Steps: a whole number, ``end``, several with commas between, or a sequence of such."""


class Plot(metaclass=Answering):
    """A race at one step or several. In a notebook it shows the last of them; `save` writes all."""

    def __init__(self, film: Film, steps: Sequence[int]) -> None:
        if not isinstance(film, Film):
            raise ArgumentError(f"a Plot is of a Film, not {shown(film)}; optviz.plot(…) makes one")
        self.film, self.steps = film, tuple(chosen(parse_at(steps), film.last_step))

    def targets(self, path: str | Path) -> list[Path]:
        """The files that `save` writes: the path itself for one step, ``NAME-STEP.png`` for each of several."""
        path = path_of("path", path)
        if len(self.steps) == 1:
            return [path]
        return [path.with_name(f"{path.stem}-{step}{path.suffix}") for step in self.steps]

    def save(self, path: str | Path | IO[bytes], *, format: str | None = None) -> list[Path]:
        """Write the stills, each whole or not at all.

        Args:
            path: Where to; the suffix decides the format: .png, .svg or .pdf. A file that is open for bytes, as
                ``io.BytesIO()`` is, takes one still.
            format: As in ``svg``, where no suffix is to decide; what is open is a PNG unless its name says more.

        Returns:
            The paths that were written.
        """
        where = target("path", path)
        if isinstance(where, str):
            return list(self.saving(where, format))
        if len(self.steps) > 1:
            raise ArgumentError(f"an open file takes one still, and these are {len(self.steps)}; name a path")
        save_still(self.film, where, self.steps[0], format)
        return []

    def saving(self, path: str | Path, form: str | None = None) -> Iterator[Path]:
        """Write to a path as `save` does, and hand over each file's once it is there."""
        targets = self.targets(path)
        still_encoder_for(suffix_for(targets[0], form, ".png", STILLS), transparent=self.film.transparent)
        for each in targets:
            check_writable(each)
        options = {} if form is None else {"form": form}
        for each, step in zip(targets, self.steps, strict=True):
            save_still(self.film, each, step, **options)
            yield each

    def _repr_mimebundle_(self, **_: Any) -> dict[str, bytes]:
        buffer = io.BytesIO()
        write_png(buffer, self.film, self.steps[-1])
        return {"image/png": buffer.getvalue()}


@answering
def plot(
    race_or_surface: Subject | Training,
    path: str | Path | IO[bytes] | None = None,
    at: At = "end",
    *,
    format: str | None = None,
    **options: Any,
) -> Plot:
    """Draw a race as it stands at a step, or race on a surface and draw that.

    A still shows what the film of that race shows at that step.

    Args:
        race_or_surface: A `Race`, or what `optviz.race` takes as a surface, or a `Training`.
        path: Where to write at once, if anywhere: a .png, .svg or .pdf. Several steps are written to NAME-STEP.png.
            Or a file that is open for bytes. A list here are optimizers, as in `optviz.race`.
        at: The step, 0 … the race's; ``end`` is the last. Several, as in ``"0,10,50,end"`` or ``[0, 10, "end"]``.
        format: Of what is written, as in `Plot.save`.
        **options: As `optviz.animate` takes them.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.

    Example:
        >>> import optviz
        >>> optviz.plot("booth", at="0,5,end", steps=20, size=(320, 240)).steps
        (0, 5, 20)
    """
    path, options = target_and_options(path, options)
    wanted = parse_at(at)
    film = film_of("plot", race_or_surface, options, lambda steps: chosen(wanted, steps))
    result = Plot(film, chosen(wanted, film.last_step))
    if path is not None:
        result.save(path, format=format)
    return result


@answering
def replot(file: str | Path | Recipe, at: At | None = None, *, trust: bool = False) -> Plot:
    """Make a still again from the recipe in a file that optviz wrote: on the same versions, the same bytes.

    Args:
        file: The still, or a film, or a recipe read before.
        at: Other steps than the recipe's. A film's recipe names none, and stands for its end.
        trust: Whether a recipe may name files and modules, whose code is then run.

    Raises:
        RecipeError: There is no recipe, it is damaged, or it is not to be trusted.
        ArgumentError: There is no such step.
    """
    recipe = file if isinstance(file, Recipe) else read_recipe(path_of("file", file))
    wanted = parse_at(at if at is not None else "end" if recipe.step is None else recipe.step)
    steps = chosen(wanted, recipe.steps)
    return Plot(Film(scene_again(recipe, trust=flag("trust", trust))), steps)


def parse_at(at: At) -> list[int | None]:
    """The steps that are asked for, None for the last one.

    Raises:
        ArgumentError: Something is neither a step nor ``end``.

    Example:
        >>> parse_at("0, 10,end")
        [0, 10, None]
    """
    parts = at.split(",") if isinstance(at, str) else [at] if whole_of(at) is not None else None
    if parts is None:
        parts = listed("at", "end" if at is None else at, str, "steps from 0 on, or end")
    return [_step(part) for part in parts or [""]]


def _step(part: Any) -> int | None:
    if isinstance(part, str):
        part = part.strip().lower()
        if part == "end":
            return None
        found = int(part) if part.isascii() and part.isdigit() and len(part) < 10 else None
    else:
        found = whole_of(part)
    if found is None or not 0 <= found < 10**9:
        raise ArgumentError(f"at must be steps from 0 on, or end, with commas between, not {shown(part)}")
    return found


def chosen(wanted: Sequence[int | None], last: int) -> list[int]:
    """The steps of a race of so many, each once.

    Raises:
        ArgumentError: The race is over before.
    """
    for step in wanted:
        if step is not None and step > last:
            raise ArgumentError(f"at must be steps from 0 to {last}, the race's last, or end; not {step}")
    return list(dict.fromkeys(last if step is None else step for step in wanted))
