"""Frames in two parts: first all that moves, and a moment later the numbers.

On a transparent sheet a pixel may become less opaque, where a number gives way to the next. What is laid over a picture
cannot do that. A rectangle that replaces it can; but numbers stand far from heads, and a rectangle around both holds
most of the map. Changed one after the other, each needs a small one. An opaque film's frames stay whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from optviz.draw import Film, Frame
from optviz.draw.canvas import Rectangle
from optviz.encode.pace import SLOWED, in_pace, paced

OPAQUE = np.uint32(0xFF000000)
"""The least of all opaque pixels."""

_MOMENT = 20  # milliseconds


def durations(film: Film) -> list[int]:
    """How long each part of a film is shown, in milliseconds."""
    return [part for parts in _shared(film, paced(film.shots)) for part in parts]


def in_parts(film: Film, frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames of a film, those that change numbers in two parts where there is time for it."""
    shown = np.zeros(film.size[::-1], np.uint32)
    lasting = paced(film.shots)
    for frame, parts in zip(in_pace(frames, lasting), _shared(film, lasting), strict=True):
        if len(parts) == 1:
            yield frame
        else:
            left, top, right, bottom = frame.changed
            new = frame.pixels[top:bottom, left:right]
            soft = around((shown[top:bottom, left:right] != new) & (new < OPAQUE)) or (0, 0, 1, 1)
            late = left + soft[0], top + soft[1], left + soft[2], top + soft[3]
            first = frame.pixels
            if 2 * _area(late) < _area(frame.changed):
                first = first.copy()
                first[late[1] : late[3], late[0] : late[2]] = shown[late[1] : late[3], late[0] : late[2]]
            yield Frame(first, frame.changed, parts[0])
            yield Frame(frame.pixels, late, parts[1])
        if film.transparent:
            shown[:] = frame.pixels


def around(marked: NDArray[np.bool_]) -> Rectangle | None:
    """The smallest rectangle around what is marked."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if len(rows) == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _shared(film: Film, lasting: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """How long the parts of each frame are shown."""
    reading = 0
    for shot, duration in zip(film.shots, lasting, strict=True):
        if not duration:
            continue
        moment = min(_MOMENT, duration // 2)
        if film.transparent and shot.reading != reading and moment > SLOWED:
            yield moment, duration - moment
        else:
            yield (duration,)
        reading = shot.reading


def _area(box: Rectangle) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
