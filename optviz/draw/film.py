"""The film of a scene: painters share a sheet, and every frame is made of three layers.

The ground is drawn once. What is laid on it stays: the strokes of trails. What is on top lives for one frame:
heads and numbers. The sheet without its top is kept beside it, so that a head is erased by copying its box back, and
nothing is drawn twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from optviz.draw.canvas import Canvas, Pixels, Rectangle, packed, union
from optviz.draw.cast import Cast
from optviz.draw.contour import ContourPainter
from optviz.draw.curves import CurvesPainter
from optviz.draw.heading import Heading
from optviz.draw.layout import Layout, cells, layout
from optviz.draw.stage import Stage
from optviz.draw.vectors import Key
from optviz.scene import Contour, Curves, Panel, Scene
from optviz.themes import Colour
from optviz.timeline import Shot

_PAINTERS: dict[type[Panel], Any] = {Contour: ContourPainter, Curves: CurvesPainter}
_LOW = 0.42  # how tall a row of curves is, beside a row of maps


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


class Film:
    """The frames of a scene, in their order or one by one."""

    def __init__(self, scene: Scene) -> None:
        self.size = scene.size
        self.shots = scene.timeline.shots
        self.fps = scene.timeline.fps
        self.recipe = scene.recipe
        self.fps = scene.timeline.fps
        plan = layout(*scene.size)
        self._scale = plan.scale
        sheet = Canvas(*scene.size, self._scale)
        sheet.pixels[:] = packed(scene.theme.background)
        self._painters: list[Painter] = [*_panel_painters(scene, plan, sheet), Heading(scene, plan, sheet)]
        looks = [scene.theme.look(runner.slot) for runner in scene.cast]
        if (column := plan.column) is not None:
            if any(isinstance(panel, Contour) and panel.anatomy is not None for row in scene.panels for panel in row):
                key = Key(scene.theme, column, sheet)
                column = key.rest
                self._painters.append(key)
            self._painters.append(Cast(scene.cast, looks, scene.theme, column, sheet))
        for painter in self._painters:
            painter.ground(sheet)
        self._ground = sheet.pixels
        self.colours: tuple[Colour, ...] = (
            *(look.colour for look in looks),
            scene.theme.background,
            scene.theme.ink,
            scene.theme.quiet,
        )
        """Colours that stay exact in every format, the runs' first."""
        self.paper: Colour = scene.theme.background

    def __len__(self) -> int:
        return len(self.shots)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """The frames from `start` up to `stop`; each says which rectangle differs from the one before."""
        canvas, clean = self._sheet()
        before: Shot | None = None
        tops: list[Rectangle] = []
        if start > 0:
            before = self.shots[start - 1]
            _copy(canvas.pixels, clean, self._lay(canvas, None, before))
            tops = self._top(canvas, before)
        for shot in self.shots[start:stop]:
            _copy(clean, canvas.pixels, tops)
            laid = self._lay(canvas, before, shot)
            _copy(canvas.pixels, clean, laid)
            fresh = self._top(canvas, shot)
            changed = union([*tops, *laid, *fresh], *self.size) if before else (0, 0, *self.size)
            yield Frame(canvas.pixels, changed, shot.duration)
            before, tops = shot, fresh

    def frame(self, index: int) -> Pixels:
        """Frame `index` drawn alone (negative from the end): pixels (height, width)."""
        canvas, _ = self._sheet()
        self._lay(canvas, None, self.shots[index])
        self._top(canvas, self.shots[index])
        return canvas.pixels.copy()

    def _sheet(self) -> tuple[Canvas, Pixels]:
        canvas = Canvas(*self.size, self._scale)
        canvas.pixels[:] = self._ground
        return canvas, self._ground.copy()

    def _lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        return [box for painter in self._painters for box in painter.lay(canvas, before, shot)]

    def _top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return [box for painter in self._painters for box in painter.top(canvas, shot)]


def _panel_painters(scene: Scene, plan: Layout, sheet: Canvas) -> Iterator[Painter]:
    kinds = [type(row[0]) for row in scene.panels]
    widest = {kind: max(len(row) for row in scene.panels if type(row[0]) is kind) for kind in kinds}
    low = _LOW * max(1, kinds.count(Contour)) ** 0.5
    rows = [(low if kind is Curves else 1.0, widest[kind]) for kind in kinds]
    for row, places in zip(scene.panels, cells(plan.stage, rows, plan.scale), strict=True):
        for panel, cell in zip(row, places, strict=False):  # a last row may be shorter; its panels are no larger
            yield _PAINTERS[type(panel)](panel, Stage(scene.cast, scene.theme, cell, sheet))


def _copy(source: Pixels, target: Pixels, boxes: list[Rectangle]) -> None:
    for left, top, right, bottom in boxes:
        target[top:bottom, left:right] = source[top:bottom, left:right]
