"""A scene: everything a picture shows, as pure data, before any of it is drawn.

A scene has a cast, panels in rows, a theme, a size and a timeline. A panel holds numbers in their own units, a column
for whatever moves, and says whose each column is; where things lie on the paper, and with what they are drawn, is
decided in `draw`. Any frame of a scene can be drawn by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from optviz.anatomy import Anatomy, anatomy_of
from optviz.calls import Answering
from optviz.cast import Runner, runners_of
from optviz.crowd import SEEDS, across_seeds, spread, typical
from optviz.errors import ArgumentError
from optviz.picture import Picture, as_theme
from optviz.races import Race
from optviz.recipe import recipe_of
from optviz.regions import Regions
from optviz.series import Series, series_of
from optviz.surface import Array, Box, Point, Surface, inside
from optviz.themes import Theme
from optviz.timeline import Timeline

MAX_PANELS = 64
MAX_DRAPED = 64
MAX_RELIEFS = 16


@dataclass(frozen=True, kw_only=True)
class Contour:
    """A map of a surface seen from above, with trails on it.

    points (T+1, M, 2) are M paths, of the runners owners (M,); `box` is what is drawn, and `starts` lie in it. Where
    trails fade, `fading` says after how many steps; 0 is never. `anatomy` takes the steps of the M paths apart. ghosts
    (T+1, G, 2) are more paths, without heads, of the runners ghost_owners (G,). pale (T+1, M) says how pale a path is
    at each step, 0 … 1; `note` is what a reader must know of the map.
    """

    surface: Surface
    box: Box
    starts: tuple[Point, ...]
    points: Array
    owners: tuple[int, ...]
    title: str = ""
    fading: int = 0
    anatomy: Anatomy | None = None
    ghosts: Array | None = None
    ghost_owners: tuple[int, ...] = ()
    pale: Array | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Relief(Contour):
    """The surface of a map in 3-D, with trails on it.

    The eye stands `elevation` degrees above the floor, and `azimuth` degrees from the x axis towards the y axis; where
    the camera is ``orbit``, it goes once around from there while the film runs.
    """

    camera: str = "fixed"
    elevation: float = 45.0
    azimuth: float = -105.0


@dataclass(frozen=True, kw_only=True)
class Curves:
    """A series of every runner over the steps: what is followed (T+1, M), of the runners owners (M,).

    Where a runner is many, the series is its median, and `band` its first and its last decile. `beside` (T+1, M) is a
    second series of the same kind, drawn thin; `span` are the ends of an axis that is not to fit all values. A band may
    be `edged`: its ends are lines, too. `briefly` are its title in ever fewer words, for where there is less room.
    """

    series: Series
    owners: tuple[int, ...]
    band: tuple[Array, Array] | None = None
    beside: Array | None = None
    span: tuple[float, float] | None = None
    edged: bool = False
    briefly: tuple[str, ...] = ()


Panel = Contour | Relief | Curves | Regions


@dataclass(frozen=True, kw_only=True)
class Scene(metaclass=Answering):
    """What a film, a page or a still shows: rows of panels, one cast, one clock.

    Raises:
        ArgumentError: There are no panels, or too many.
    """

    title: str
    cast: tuple[Runner, ...]
    panels: Sequence[Sequence[Panel]]
    theme: Theme
    size: tuple[int, int]
    timeline: Timeline
    recipe: str = ""
    transparent: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "panels", tuple(tuple(row) for row in self.panels if row))
        count = sum(map(len, self.panels))
        if not 1 <= count <= MAX_PANELS:
            raise ArgumentError(f"a scene has 1 to {MAX_PANELS} panels, not {count}")
        reliefs = sum(isinstance(panel, Relief) for row in self.panels for panel in row)
        if reliefs > MAX_RELIEFS:
            raise ArgumentError(
                f"a scene has at most {MAX_RELIEFS} reliefs, not {reliefs}; maps take up to {MAX_PANELS}"
            )


def scene_of(race: Race, picture: Picture | None = None, **options: Any) -> Scene:
    """The scene of a race: its maps, its curves, its cast, its timeline.

    Args:
        race: What happened.
        picture: How it is to look; or give its options one by one, as in ``scene_of(race, theme="dark")``.
        **options: The fields of a `Picture`.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """
    wanted = Picture(**options) if picture is None else replace(picture, **options)
    size = wanted.size or (800, 600)
    crowd = across_seeds(race, wanted.seeds or SEEDS) if "ghosts" in wanted.show else ()
    cast = cast_of(race, crowd)
    everybody = tuple(range(len(cast)))
    box = wanted.view_box or race.surface.window
    if wanted.layout == "panels":
        maps = [contour_of(race, box, [owner], cast[owner].title) for owner in everybody]
    else:
        maps = [contour_of(race, box, everybody)]
    if crowd:
        maps = [haunted(each, crowd) for each in maps]
    if "fading" in wanted.show:
        maps = [replace(each, fading=fading_of(race.steps)) for each in maps]
    if "vectors" in wanted.show:
        whole = anatomy_of(race)
        maps = [replace(each, anatomy=whole.of(each.owners)) for each in maps]
    if wanted.view == "relief":
        maps = [relief_of(each, wanted) for each in maps]
    rows: list[list[Panel]] = gridded(maps, size)
    curves = [curves_of(race, name, crowd) for name in wanted.curves]
    return Scene(
        title=_title(race, crowd) if wanted.title is None else wanted.title,
        cast=cast,
        panels=[*rows, *(curves[first : first + 2] for first in range(0, len(curves), 2))],
        theme=as_theme(wanted.theme),
        size=size,
        timeline=wanted.timeline(race.steps),
        recipe=recipe_of(race, wanted.as_data()).to_text(),
        transparent=wanted.transparent,
    )


def cast_of(race: Race, crowd: Sequence[Race] = ()) -> tuple[Runner, ...]:
    """The cast of a race: a runner a run; the crowd are the same race with all seeds, if there are many."""
    several = len(race.starts) > 1 or len(crowd) > 1
    losses = spread(_by_run(race, [each.values for each in crowd or [race]])).middle if several else race.values
    return runners_of(race.runs, losses, "median loss" if several else "loss")


def contour_of(race: Race, box: Box, owners: Sequence[int], title: str = "") -> Contour:
    """The map of a race, with the paths of some of its runs."""
    columns = [column for column, owner in enumerate(race.owners) if owner in owners]
    return Contour(
        surface=race.surface,
        box=box,
        starts=tuple(start for start in race.starts if inside(box, np.array(start))),
        points=race.points[:, columns],
        owners=tuple(race.owners[column] for column in columns),
        title=title,
    )


def fading_of(steps: int) -> int:
    """After how many steps a trail has faded: an eighth of all, but no fewer than a dozen.

    Example:
        >>> fading_of(40), fading_of(200)
        (12, 25)
    """
    return max(12, steps // 8)


def haunted(panel: Contour, crowd: Sequence[Race]) -> Contour:
    """The map with the runs of all seeds as ghosts, and as its paths those closest to their medians."""
    chosen = [crowd[typical(crowd, owner)].points[:, owner] for owner in panel.owners]
    return replace(
        panel,
        points=np.stack(chosen, axis=1),
        ghosts=np.concatenate([race.points[:, list(panel.owners)] for race in crowd], axis=1),
        ghost_owners=panel.owners * len(crowd),
    )


def curves_of(race: Race, name: str, crowd: Sequence[Race] = ()) -> Curves:
    """The curves of a series, of several starts or of a crowd of seeds the median and the deciles."""
    series, everybody = series_of(race, name), tuple(range(len(race.runs)))
    if len(race.starts) == 1 and not crowd:
        return Curves(series=series, owners=everybody)
    found = spread(_by_run(race, [series.values, *(series_of(other, name).values for other in crowd[1:])]))
    return Curves(series=replace(series, values=found.middle), owners=everybody, band=(found.low, found.high))


def _by_run(race: Race, values: Sequence[Array]) -> Array:
    """Values of all heads (T+1, N), for every seed, as those of every run (T+1, runs, starts × seeds)."""
    shape = race.steps + 1, len(race.runs), len(race.starts)
    return np.concatenate([each.reshape(shape) for each in values], axis=-1)


def _title(race: Race, crowd: Sequence[Race]) -> str:
    """The surface's title, and of how many starts or seeds the picture tells."""
    title = race.surface.display_title
    if crowd:
        return f"{title}, {len(crowd)} seeds"
    return title if len(race.starts) == 1 else f"{title}, {len(race.starts)} starts"


def relief_of(contour: Contour, picture: Picture) -> Contour:
    """The same in 3-D, seen from where the picture says.

    Raises:
        ArgumentError: There are more trails than can be followed in 3-D.
    """
    if len(contour.owners) > MAX_DRAPED:
        raise ArgumentError(
            f"a relief shows 1 to {MAX_DRAPED} trails, not {len(contour.owners)}; leave out --view relief"
        )
    shown = {each.name: getattr(contour, each.name) for each in fields(contour)}
    return Relief(**shown, camera=picture.camera, elevation=picture.elevation, azimuth=picture.azimuth)


def gridded(maps: Sequence[Panel], size: tuple[int, int]) -> list[list[Panel]]:
    """Maps in rows, as square as the picture lets them be."""
    columns = max(1, min(len(maps), math.ceil(math.sqrt(len(maps) * size[0] / size[1] * 0.75))))
    return [list(maps[first : first + columns]) for first in range(0, len(maps), columns)]
