"""How a scene is arranged on its sheet: who introduces the cast, where the panels lie, and how large letters may be.

Letters are as large as the theme says. Where that leaves a panel no room, all of them are made smaller, as little as
gives every panel its least; what then would be too small to be read is left out by whoever draws it. A sheet that is
too small even so is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.cast import Cast, form_beneath
from optviz.draw.layout import Layout, Row, cells, layout
from optviz.draw.vectors import Key, height_beneath
from optviz.errors import ArgumentError
from optviz.lengths import FOOT, LEAST_CURVES, LEFT, LOW, TITLE, unit_of
from optviz.regions import Regions
from optviz.scene import Contour, Curves, Panel, Scene
from optviz.themes import Look, Theme

LEAST_MAP, LEAST_PLOT = 12, 6
"""Pixels that a map, or a plot of curves, is wide and tall at least."""

_SMALLER = 0.96  # from one size of letters to the next that is tried
_LARGER = 1.1  # and of sheets
_LEAST_TEXT, _LARGEST = 4.0, 16_000  # points, and pixels


def fitted(scene: Scene) -> Scene:
    """The scene with letters for which there is room.

    Raises:
        ArgumentError: There is room for none; the message names a size that has room.
    """
    theme = _with_room(scene)
    if theme is not None:
        return scene if theme is scene.theme else replace(scene, theme=theme)
    width, height = size = scene.size
    while max(size) < _LARGEST:
        size = round(size[0] * _LARGER), round(size[1] * _LARGER)
        if _with_room(replace(scene, size=size)) is not None:
            break
    count = sum(map(len, scene.panels))
    raise ArgumentError(
        f"size {width}x{height} has no room for {count} panel{'s' if count > 1 else ''}; "
        f"it needs {size[0]}x{size[1]}, or fewer panels"
    )


def _with_room(scene: Scene) -> Theme | None:
    """The scene's theme with the largest letters that leave room; None where none do."""
    theme, share = scene.theme, 1.0
    measure = Canvas(1, 1, layout(*scene.size, theme).scale)
    while not _has_room(scene, theme, measure):
        if theme.text <= _LEAST_TEXT and theme.heading <= _LEAST_TEXT:
            return None
        share *= _SMALLER
        text, heading = (max(_LEAST_TEXT, share * length) for length in (scene.theme.text, scene.theme.heading))
        theme = replace(scene.theme, text=text, heading=heading)
    return theme


def _has_room(scene: Scene, theme: Theme, measure: Canvas) -> bool:
    """Whether every panel has its least, and the counter of steps fits above them."""
    scene = replace(scene, theme=theme)
    plan = layout(*scene.size, theme)
    unit = unit_of(plan.scale, theme)
    clock = scene.timeline.clock
    if measure.text_width(clock.reading(scene.timeline.steps[-1]), theme.text + 1) > plan.stage[2]:
        return False
    plan, _ = introduced(scene, [theme.look(runner.slot) for runner in scene.cast], plan, measure)
    for panels, (row, places) in zip(scene.panels, arranged(scene, plan), strict=True):
        least = LEAST_PLOT if isinstance(panels[0], Curves) else LEAST_MAP
        for left, top, right, bottom in places:
            wide = right - left - LEFT * unit
            high = bottom - top - (FOOT + (TITLE if row.titled else 0)) * unit
            if min(wide, high) < least or bottom > scene.size[1] or right > scene.size[0]:
                return False
    return True


def introduced(scene: Scene, looks: Sequence[Look], plan: Layout, sheet: Canvas) -> tuple[Layout, list[Cast | Key]]:
    """The cast at the side of the panels or beneath, and the key of vectors; and the layout that this leaves."""
    if plan.cast is None:
        return plan, []
    theme, form = scene.theme, None
    keyed = any(isinstance(panel, Contour) and panel.anatomy is not None for row in scene.panels for panel in row)
    if plan.beneath:
        left, top, right, bottom = plan.cast
        em = theme.text * sheet.points
        taken = height_beneath(theme, right - left, sheet) if keyed else 0
        form = form_beneath(scene.cast, looks, theme, (right - left, bottom - top - taken), sheet)
        plan = plan.settled(round(form.height * em) + taken)
    assert plan.cast is not None
    key = Key(theme, plan.cast, sheet, beneath=plan.beneath) if keyed else None
    cast = Cast(scene.cast, looks, theme, key.rest if key else plan.cast, sheet, form)
    return plan, [cast, key] if key else [cast]


def arranged(scene: Scene, plan: Layout) -> list[tuple[Row, list[Rectangle]]]:
    """The rows of panels, and where the cells of each lie; a last row may have more of them than panels."""
    unit = unit_of(plan.scale, scene.theme)
    kinds = [type(row[0]) for row in scene.panels]
    widest = {kind: max(len(row) for row in scene.panels if type(row[0]) is kind) for kind in kinds}
    low = LOW * max(1, len(kinds) - kinds.count(Curves)) ** 0.5
    shared = [_is_shared(row) for row in scene.panels]
    rows = [
        Row(
            widest[kind],
            low if kind is Curves else 1.0,
            titled=_is_titled(row[0]),
            proportions=_proportions(row[0]),
            least=LEAST_CURVES * unit if kind is Curves else 0.0,
            shared=shared[index],
            numbered=not (shared[index] and shared[index + 1 : index + 2] == [True] and kinds[index + 1] is kind),
        )
        for index, (row, kind) in enumerate(zip(scene.panels, kinds, strict=True))
    ]
    return list(zip(rows, cells(plan.stage, rows, unit), strict=True))


def _is_shared(row: Sequence[Panel]) -> bool:
    """Whether all panels of a row have the same numbers."""
    spans = {panel.span for panel in row if isinstance(panel, Curves)}
    return isinstance(row[0], Regions) or (len(spans) == 1 and None not in spans)


def _is_titled(panel: Panel) -> bool:
    return bool(isinstance(panel, Curves) or panel.title or (isinstance(panel, Contour) and panel.note))


def _proportions(panel: Panel) -> float | None:
    """Width to height of a panel that has proportions of its own."""
    if not isinstance(panel, Regions):
        return None
    wide, tall = panel.sides
    return wide / tall
