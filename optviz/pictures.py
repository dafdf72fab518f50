"""From a race, or a surface's name, to a picture in one call: what a notebook needs."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from optviz.draw import Film, Frame
from optviz.encode import save
from optviz.encode.gif import write_gif
from optviz.races import Race, race
from optviz.scene import scene_of
from optviz.surface import Surface

_RACE_OPTIONS = ("optimizers", "start", "steps", "seed", "noise", "clip", "lr", "schedule", "batch_size")


class Animation:
    """A race as a film. In a notebook it shows itself; `save` writes it."""

    def __init__(self, film: Film) -> None:
        self.film = film

    def save(self, path: str | Path, frames: Iterable[Frame] | None = None) -> Path:
        """Write the film; the suffix decides the format."""
        save(self.film, Path(path), frames)
        return Path(path)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, bytes]:
        buffer = io.BytesIO()
        write_gif(buffer, self.film, self.film.frames())
        return {"image/gif": buffer.getvalue()}


def animate(race_or_surface: Race | Surface | str, path: str | Path | None = None, **options: Any) -> Animation:
    """Animate a race, or race on a surface and animate that.

    Args:
        race_or_surface: A `Race`, or what `optviz.race` takes as a surface.
        path: Where to write the film at once, if anywhere.
        **options: A picture's, as in `optviz.scene.scene_of` (size, theme, title, view_box, frames, fps, hold);
            where a surface is given, also a race's, as in `optviz.race`.

    Example:
        >>> import optviz
        >>> film = optviz.animate("booth", steps=20, size=(320, 240)).film
        >>> len(film), film.size
        (21, (320, 240))
    """
    if isinstance(race_or_surface, Race):
        ran = race_or_surface
    else:
        ran = race(race_or_surface, **{key: options.pop(key) for key in _RACE_OPTIONS if key in options})
    animation = Animation(Film(scene_of(ran, **options)))
    if path is not None:
        animation.save(path)
    return animation
