"""The film of a scene: painters share a sheet, and every frame is made of three layers.

The ground is drawn once. What is laid on it stays: the strokes of trails. What is on top lives for one frame:
heads and numbers. The sheet without its top is kept beside it, so that a head is erased by copying its box back, and
nothing is drawn twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from optviz.draw.arrangement import arranged, fitted, introduced
from optviz.draw.canvas import Canvas, Pixels, Rectangle, clear, packed, union
from optviz.draw.contour import ContourPainter
from optviz.draw.curves import CurvesPainter
from optviz.draw.heading import Heading
from optviz.draw.layout import Layout, layout
from optviz.draw.regions import RegionsPainter
from optviz.draw.relief import ReliefPainter
from optviz.draw.settings import steady
from optviz.draw.stage import Stage
from optviz.errors import ArgumentError
from optviz.regions import Regions
from optviz.scene import Contour, Curves, Panel, Relief, Scene
from optviz.themes import Colour
from optviz.timeline import Shot


@dataclass(frozen=True)
class Frame:
    """A frame of a film: the whole picture, which part of it changed, and for how long it is shown (ms).

    `pixels` (height, width) is the film's own sheet: it holds this frame until the next one is asked for.
    """

    pixels: Pixels
    changed: Rectangle
    duration: int


class Painter(Protocol):
    """Whoever draws a part of the picture. The same steps give the same pixels, whatever was drawn before."""

    def ground(self, canvas: Canvas) -> None:
        """Draw what never changes."""

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        """Draw what changes for good between two shots (None: from the ground on), and say where."""

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        """Draw what is seen in this shot only, above all that is laid, and say where."""


class PanelPainter(Painter, Protocol):
    """Whoever draws a panel."""

    stage: Stage
    """What it was given: the cast, the theme, and its cell of the sheet."""
    place: Rectangle
    """Where in its cell the map, the block or the lines are: beside them are its numbers and title."""


_PAINTERS: dict[type[Panel], Callable[[Any, Stage], PanelPainter]] = {
    Contour: ContourPainter,
    Relief: ReliefPainter,
    Curves: CurvesPainter,
    Regions: RegionsPainter,
}


class Film:
    """The frames of a scene, in their order or one by one."""

    @steady()
    def __init__(self, scene: Scene) -> None:
        self.scene = scene = fitted(scene)
        self.size = scene.size
        self.shots = scene.timeline.shots
        self.fps = scene.timeline.fps
        self.recipe = scene.recipe
        plan = layout(*scene.size, scene.theme)
        self.scale = plan.scale
        """The picture's dots an inch, in hundreds: at that density its lines and letters have the theme's points."""
        self.transparent = scene.transparent
        """Whether the sheet is; maps and curves are not."""
        self.blank = (clear if scene.transparent else packed)(scene.theme.background)
        """A pixel on which nothing is drawn."""
        sheet = Canvas(*scene.size, self.scale, self.blank)
        looks = [scene.theme.look(runner.slot) for runner in scene.cast]
        plan, names = introduced(scene, looks, plan, sheet)
        self.painters: list[Painter] = [*_panel_painters(scene, plan, sheet), Heading(scene, plan, sheet), *names]
        """Whoever draws it, in that order: a `PanelPainter` for each panel, row by row, then heading and names."""
        for painter in self.painters:
            painter.ground(sheet)
        self.ground = sheet.pixels
        """What never changes: pixels (height, width)."""
        self.colours: tuple[Colour, ...] = (
            *(look.colour for look in looks),
            scene.theme.background,
            scene.theme.ink,
            scene.theme.quiet,
        )
        """Colours that stay exact in every format, the runs' first."""
        self.paper: Colour = scene.theme.background
        self.title = scene.title

    def __len__(self) -> int:
        return len(self.shots)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """The frames from `start` up to `stop`; each but the first says which rectangle differs from the one before."""
        canvas, clean = self._sheet()
        before: Shot | None = None
        tops: list[Rectangle] = []
        for shot in self.shots[start:stop]:
            with steady():
                _copy(clean, canvas.pixels, tops)
                laid = self._lay(canvas, before, shot)
                _copy(canvas.pixels, clean, laid)
                fresh = self._top(canvas, shot)
            changed = union([*tops, *laid, *fresh], *self.size) if before else (0, 0, *self.size)
            yield Frame(canvas.pixels, changed, shot.duration)
            before, tops = shot, fresh

    def frame(self, index: int) -> Pixels:
        """Frame `index` drawn alone (negative from the end): pixels (height, width)."""
        return self._alone(self.shots[index])

    def standing(self) -> Film:
        """The same film for whoever looks at single frames of it: each has the numbers of its own step."""
        other = copy(self)
        other.shots = tuple(shot._replace(reading=shot.step) for shot in self.shots)
        return other

    @property
    def last_step(self) -> int:
        """The step that the last frame shows."""
        return self.shots[-1].step

    def still(self, step: int) -> Pixels:
        """The picture at any step, whether a frame shows it or not: pixels (height, width).

        It is what a frame at that step shows, with the numbers read at that very step.

        Raises:
            ArgumentError: There is no such step.
        """
        return self._alone(self._shot(step))

    @steady()
    def paint(self, canvas: Canvas, step: int) -> None:
        """Draw the still of that step on blank paper of any kind, transparent where the film is."""
        shot = self._shot(step)
        for painter in self.painters:
            if isinstance(painter, ReliefPainter):
                self._press(canvas, painter, shot)
            else:
                _draw(painter, canvas, shot)

    def _press(self, canvas: Canvas, painter: ReliefPainter, shot: Shot) -> None:
        """Draw a panel of pixels on a sheet of its own, and lay it on paper of any kind as an image."""
        sheet = Canvas(*self.size, self.scale, self.blank)
        _draw(painter, sheet, shot)
        left, top, right, bottom = painter.cell
        part = sheet.pixels[top:bottom, left:right]
        canvas.image(painter.cell, part.repeat(canvas.detail, axis=0).repeat(canvas.detail, axis=1))

    def _shot(self, step: int) -> Shot:
        if not 0 <= step <= self.last_step:
            raise ArgumentError(f"step must be 0 to {self.last_step}, the race's last, not {step}")
        return Shot(step, step, 0, max(shot.share for shot in self.shots if shot.step <= step))

    @steady()
    def _alone(self, shot: Shot) -> Pixels:
        canvas, _ = self._sheet()
        self._lay(canvas, None, shot)
        self._top(canvas, shot)
        return canvas.pixels.copy()

    def sample(self) -> Pixels:
        """What the film's colours are chosen from: its last frame, and others where the camera or the ground moves."""
        turns = any(
            isinstance(painter, RegionsPainter) or (isinstance(painter, ReliefPainter) and painter.orbits)
            for painter in self.painters
        )
        moments = sorted({len(self) * part // 4 for part in (1, 2, 3)}) if turns else []
        return np.concatenate([self.frame(index) for index in (*moments, -1)])

    def _sheet(self) -> tuple[Canvas, Pixels]:
        canvas = Canvas(*self.size, self.scale, self.blank)
        canvas.pixels[:] = self.ground
        return canvas, self.ground.copy()

    def _lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        return [box for painter in self.painters for box in painter.lay(canvas, before, shot)]

    def _top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return [box for painter in self.painters for box in painter.top(canvas, shot)]


def _panel_painters(scene: Scene, plan: Layout, sheet: Canvas) -> Iterator[PanelPainter]:
    beneath = [*scene.panels[1:], ()]
    for (row, places), panels, under in zip(arranged(scene, plan), scene.panels, beneath, strict=True):
        narrowest = min(right - left for left, _, right, _ in places)
        for column, (panel, cell) in enumerate(zip(panels, places, strict=False)):  # a last row may be shorter
            numbers = not row.shared or column == 0, row.numbered or column >= len(under)
            stage = Stage(scene.cast, scene.theme, cell, sheet, scene.timeline.clock, numbers, narrowest)
            yield _PAINTERS[type(panel)](panel, stage)


def _draw(painter: Painter, canvas: Canvas, shot: Shot) -> None:
    painter.ground(canvas)
    painter.lay(canvas, None, shot)
    painter.top(canvas, shot)


def _copy(source: Pixels, target: Pixels, boxes: list[Rectangle]) -> None:
    for left, top, right, bottom in boxes:
        target[top:bottom, left:right] = source[top:bottom, left:right]
