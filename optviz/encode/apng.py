"""Animated PNG, without loss: after the first picture only rectangles of change, their unchanged pixels transparent.

Frames are taken one at a time and written at once, so that a long film needs no more memory than a short one. What is
laid over a pixel cannot make it less opaque. Where one becomes so, a whole rectangle replaces what is shown: around all
that changes, or, as numbers on a transparent sheet stand far from heads, around these alone, a moment after the rest.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from itertools import pairwise
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optviz.draw import Film, Frame
from optviz.draw.canvas import Pixels, Rectangle

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 6
_OPAQUE = np.uint32(0xFF000000)
_REPLACE, _OVER = 0, 1  # how a rectangle is laid
_CLOCKS = (1000, 100, 1)  # parts of a second that a delay counts, of which it holds 65535
_MOMENT, _SHORTEST = 20, 12  # milliseconds; what is to be seen for 10 or less many viewers show for a hundred


class _Change(NamedTuple):
    """What a frame changes: a rectangle, its pixels, which of them differ, and a rectangle around those not opaque."""

    box: Rectangle
    pixels: Pixels
    differs: NDArray[np.bool_]
    soft: Rectangle | None


def write_apng(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write an APNG that loops."""
    width, height = film.size
    parted = _parted(film)
    file.write(_SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)))
    if film.recipe:
        file.write(_chunk(b"tEXt", b"optviz\x00" + film.recipe.encode("ascii")))
    file.write(_chunk(b"acTL", struct.pack(">II", len(film) + len(parted), 0)))
    parts = _Parts(file)
    shown = np.zeros((height, width), np.uint32)
    for index, frame in enumerate(frames):
        if index == 0:
            shown[:] = frame.pixels
            parts.write((0, 0, width, height), shown, frame.duration, _REPLACE)
            continue
        change = _change(shown, frame)
        moment = min(_MOMENT, frame.duration // 2) if index in parted else frame.duration
        if index in parted and change.soft and 2 * _area(change.soft) < _area(change.box):
            around = _inside(change.soft, change.box)
            late = change.pixels[around]
            change.differs[around] = False
            parts.write(change.box, np.where(change.differs, change.pixels, np.uint32(0)), moment, _OVER)
            parts.write(change.soft, late, frame.duration - moment, _REPLACE)
            continue
        if change.soft:
            parts.write(change.box, change.pixels, moment, _REPLACE)
        else:
            parts.write(change.box, np.where(change.differs, change.pixels, np.uint32(0)), moment, _OVER)
        if index in parted:
            parts.write((0, 0, 1, 1), np.zeros((1, 1), np.uint32), frame.duration - moment, _OVER)
    file.write(_chunk(b"IEND", b""))


class _Parts:
    """Writes rectangles in their order; the first is the picture for whoever knows no animation."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._number = file, 0

    def write(self, box: Rectangle, pixels: Pixels, duration: int, blend: int) -> None:
        """Write a rectangle, shown for so many milliseconds."""
        left, top, right, bottom = box
        place = struct.pack(">IIIII", self._number, right - left, bottom - top, left, top)
        self._file.write(_chunk(b"fcTL", place + struct.pack(">HHBB", *_delay(duration), 0, blend)))
        data = _packed(pixels)
        if self._number:
            data = struct.pack(">I", self._number + 1) + data
        self._file.write(_chunk(b"fdAT" if self._number else b"IDAT", data))
        self._number += 2 if self._number else 1


def _parted(film: Film) -> frozenset[int]:
    """The frames that come in two parts: those that change numbers, where there is time for it."""
    if not film.transparent:
        return frozenset()
    pairs = enumerate(pairwise(film.shots), 1)
    return frozenset(n for n, (a, b) in pairs if a.reading != b.reading and b.duration >= 2 * _SHORTEST)


def _change(shown: Pixels, frame: Frame) -> _Change:
    """What a frame changes of what is shown, which is brought up to date."""
    left, top, right, bottom = frame.changed
    old, new = shown[top:bottom, left:right], frame.pixels[top:bottom, left:right]
    x, y, end, foot = _around(old != new) or (0, 0, 1, 1)
    old, new = old[y:foot, x:end], new[y:foot, x:end].copy()
    differs = old != new
    soft = _around(differs & (new < _OPAQUE))
    old[:] = new
    box = left + x, top + y, left + end, top + foot
    return _Change(box, new, differs, soft and (box[0] + soft[0], box[1] + soft[1], box[0] + soft[2], box[1] + soft[3]))


def _inside(box: Rectangle, around: Rectangle) -> tuple[slice, slice]:
    """Where a box lies in what is around it."""
    x, y = around[:2]
    return slice(box[1] - y, box[3] - y), slice(box[0] - x, box[2] - x)


def _area(box: Rectangle) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _around(marked: NDArray[np.bool_]) -> Rectangle | None:
    """The smallest rectangle around what is marked."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if len(rows) == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _delay(duration: int) -> tuple[int, int]:
    """A duration in milliseconds as a fraction of a second; one of more than eighteen hours is cut."""
    clock = next((clock for clock in _CLOCKS if duration * clock <= 65535 * 1000), 1)
    return min(65535, round(duration * clock / 1000)), clock


def _packed(pixels: Pixels) -> bytes:
    """Compressed rows, each after a zero: none is filtered, which for a map of few colours takes the least room."""
    height, width = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, 4 * width)
    return zlib.compress(rows.data, _LEVEL)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
