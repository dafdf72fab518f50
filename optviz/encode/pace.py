"""How fast a picture that plays may be: a film that is faster leaves out frames and keeps its time.

What a GIF, a WebP or an APNG shows for a hundredth of a second or less browsers show for a tenth: the film would play
several times as long. So no frame of theirs is as short. A frame that would be gives its time to the next, which is
then seen a hundredth of a second early; the last one takes from the frame before what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from optviz.draw import Frame
from optviz.draw.canvas import Rectangle
from optviz.timeline import Shot

SLOWED = 10
"""Milliseconds: what is to be seen for no longer browsers show for a hundred."""

LEAST = 2 * SLOWED
"""Milliseconds that a frame is shown at least, where time is counted in hundredths of a second."""


def paced(shots: Sequence[Shot]) -> list[int]:
    """How long each frame of a film is shown, in milliseconds; 0 where it is left out.

    Example:
        >>> paced([Shot(0, 0, 700), Shot(1, 1, 10), Shot(2, 2, 20), Shot(3, 3, 10)])
        [700, 0, 20, 20]
    """
    lasting, waiting = [], 0
    for shot in shots:
        waiting += shot.duration
        lasting.append(waiting if waiting > SLOWED else 0)
        waiting = 0 if waiting > SLOWED else waiting
    if waiting:
        _end(lasting, waiting)
    return lasting


def in_pace(frames: Iterable[Frame], lasting: Sequence[int]) -> Iterator[Frame]:
    """The frames that are shown, each with what changes since the last that is, and for how long."""
    missed: list[Rectangle] = []
    for frame, duration in zip(frames, lasting, strict=True):
        missed.append(frame.changed)
        if duration:
            lefts, tops, rights, bottoms = zip(*missed, strict=True)
            yield Frame(frame.pixels, (min(lefts), min(tops), max(rights), max(bottoms)), duration)
            missed = []


def _end(lasting: list[int], left: int) -> None:
    """Let the last frame be seen, for which so little time is left."""
    before = max((index for index, duration in enumerate(lasting) if duration), default=0)
    whole = lasting[before] + left
    lasting[before] = whole - LEAST if whole >= 2 * LEAST else 0
    lasting[-1] = whole - lasting[before]
