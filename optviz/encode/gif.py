"""GIF, written as differences: one palette, one changed rectangle a frame, unchanged pixels transparent.

Frames are taken one at a time and written at once, so that a long film needs no more memory than a short one. The
compression is Pillow's, but for long stretches of nothing new.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

import numpy as np
from numpy.typing import NDArray

from optviz.draw import Film, Frame
from optviz.draw.canvas import Pixels, Rectangle
from optviz.encode.ink import Ink
from optviz.encode.lzw import image_block, sub_blocks
from optviz.encode.pace import LEAST, in_pace, paced
from optviz.encode.palette import TRANSPARENT, Palette
from optviz.themes import rgb
from optviz.workers import map_jobs

_LONGEST = 65535  # hundredths of a second that a frame can say
_SHORTEST = LEAST // 10  # hundredths of a second that a frame is shown at least
_LEAVE, _WIPE = 1, 2  # what becomes of a frame's rectangle


def write_gif(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write a looping GIF."""
    ink = Ink(film)
    file.write(_header(film, ink.palette))
    for blocks in _encoded(in_pace(frames, paced(film.shots)), ink, None):
        file.write(blocks)
    file.write(b";")


def write_gif_in_parts(file: IO[bytes], film: Film, workers: int) -> None:
    """Write the same GIF of an opaque film, to the same bytes, by several processes that make a part of it each."""
    ink = Ink(film)
    file.write(_header(film, ink.palette))
    lasting = paced(film.shots)
    ends = [index for index, duration in enumerate(lasting, start=1) if duration]  # a part ends with what is seen
    parts = min(len(ends), workers)
    cuts = [0, *(ends[len(ends) * part // parts - 1] for part in range(1, parts + 1))]

    def encode(part: tuple[int, int]) -> bytes:
        start, stop = part
        frames = film.frames(max(0, start - 1), stop)
        shown = _Shown(next(frames).pixels, ink) if start else None
        return b"".join(_encoded(in_pace(frames, lasting[start:stop]), ink, shown))

    for blocks in map_jobs(encode, [*pairwise(cuts)], workers):
        file.write(blocks)
    file.write(b";")


@dataclass
class _Part:
    """A rectangle of a frame, as it is written: its indices, the corner it is laid at, and its hundredths of a second.

    Where it is `wiped`, nothing is left in it before the next one is laid.
    """

    image: NDArray[np.uint8]
    corner: tuple[int, int]
    hundredths: int
    wiped: bool = False

    @property
    def box(self) -> Rectangle:
        """What it covers."""
        (left, top), (height, width) = self.corner, self.image.shape
        return left, top, left + width, top + height

    def grow(self, box: Rectangle) -> None:
        """Cover that box, too, where nothing changes."""
        left, top, right, bottom = self.box
        around = min(left, box[0]), min(top, box[1]), max(right, box[2]), max(bottom, box[3])
        larger = np.full((around[3] - around[1], around[2] - around[0]), TRANSPARENT, np.uint8)
        larger[top - around[1] : bottom - around[1], left - around[0] : right - around[0]] = self.image
        self.image, self.corner = larger, around[:2]


def _encoded(frames: Iterable[Frame], ink: Ink, shown: _Shown | None) -> Iterator[bytes]:
    """What each frame adds to the file, where `shown` is on the screen before the first.

    A pixel that was opaque becomes transparent only if the part before is wiped, all of it. So a part is held back
    until the next is known, which draws again what was wiped.
    """
    waiting: _Part | None = None
    for frame in frames:
        if shown is None:
            shown, waiting = _first(frame, ink)
            continue
        part, cleared = shown.difference(frame)
        if waiting is not None and cleared is not None:
            wiping = _wiping(waiting, part, cleared)
            if wiping is not waiting:
                yield _image(waiting)
            shown.draw_again(part, wiping.box)
            waiting = wiping
        if waiting is not None:
            yield _image(waiting)
        waiting = part
    if waiting is not None:
        if ink.transparent and shown is not None:  # or the last frame would be seen beneath the first when it loops
            height, width = shown.indices.shape
            waiting.grow((0, 0, width, height))
            waiting.wiped = True
        yield _image(waiting)


def _first(frame: Frame, ink: Ink) -> tuple[_Shown, _Part]:
    shown = _Shown(frame.pixels, ink)
    return shown, _Part(shown.indices.copy(), (0, 0), frame.duration // 10)


def _wiping(waiting: _Part, part: _Part, cleared: Rectangle) -> _Part:
    """What wipes a rectangle before a part is laid: the part before it, or one between them that takes of their time.

    Numbers stand far from heads; to wipe a rectangle around both would be to draw most of the picture again.
    """
    left, top, right, bottom = cleared
    whole = waiting.hundredths + part.hundredths
    inside = waiting.box[0] <= left and waiting.box[1] <= top and right <= waiting.box[2] and bottom <= waiting.box[3]
    if inside or whole < 3 * _SHORTEST:
        waiting.grow(cleared)
        waiting.wiped = True
        return waiting
    waiting.hundredths = max(_SHORTEST, waiting.hundredths - _SHORTEST)
    part.hundredths = min(part.hundredths, whole - waiting.hundredths - _SHORTEST)
    nothing = np.full((bottom - top, right - left), TRANSPARENT, np.uint8)
    return _Part(nothing, (left, top), _SHORTEST, wiped=True)


class _Shown:
    """What a viewer has on the screen so far: the indices that were written."""

    def __init__(self, pixels: Pixels, ink: Ink) -> None:
        self._ink = ink
        self.indices = ink.indices(pixels)

    def difference(self, frame: Frame) -> tuple[_Part, Rectangle | None]:
        """What changes, in the smallest rectangle that holds it, and a rectangle around what becomes transparent."""
        left, top, right, bottom = frame.changed
        shown = self.indices[top:bottom, left:right]
        fresh = self._ink.indices(frame.pixels[top:bottom, left:right])
        image = fresh * (fresh != shown)  # where nothing changes TRANSPARENT, which is 0
        gone = _around((fresh == TRANSPARENT) & (shown != TRANSPARENT)) if self._ink.transparent else None
        shown[:] = fresh
        kept = _around(image != TRANSPARENT) or (0, 0, 1, 1)
        part = _Part(image[kept[1] : kept[3], kept[0] : kept[2]], (left + kept[0], top + kept[1]), frame.duration // 10)
        return part, gone and (left + gone[0], top + gone[1], left + gone[2], top + gone[3])

    def draw_again(self, part: _Part, box: Rectangle) -> None:
        """Let a part draw all that is to be seen in a box, too."""
        left, top, right, bottom = box
        part.grow(box)
        x, y = part.corner
        part.image[top - y : bottom - y, left - x : right - x] = self.indices[top:bottom, left:right]


def _around(marked: NDArray[np.bool_]) -> Rectangle | None:
    """The smallest rectangle that holds all that is marked."""
    rows, columns = (np.flatnonzero(marked.any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _header(film: Film, palette: Palette) -> bytes:
    table = np.zeros((256, 3), np.uint8)
    table[1 : len(palette.colours) + 1] = palette.colours
    table[TRANSPARENT] = rgb(film.paper)
    comment = film.recipe.encode()
    return b"".join(
        [
            b"GIF89a",
            struct.pack("<HHBBB", *film.size, 0xF7, 1, 0),
            table.tobytes(),
            b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",
            (b"\x21\xfe" + sub_blocks(comment)) if comment else b"",
        ]
    )


def _image(part: _Part) -> bytes:
    what_then = _WIPE if part.wiped else _LEAVE
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, what_then << 2 | 1, min(part.hundredths, _LONGEST), TRANSPARENT, 0)
    return control + image_block(part.image, part.corner, TRANSPARENT)
