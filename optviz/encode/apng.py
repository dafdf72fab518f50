"""Animated PNG, without loss: after the first picture only rectangles of change, their unchanged pixels transparent.

Frames are taken one at a time and written at once, so that a long film needs no more memory than a short one. A
rectangle is laid over what is shown; where one of its pixels becomes less than opaque, it replaces what is shown.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import IO

import numpy as np

from optviz.draw import Film, Frame
from optviz.draw.canvas import Pixels, Rectangle

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 6
_OPAQUE = np.uint32(0xFF000000)
_REPLACE, _OVER = 0, 1
_CLOCKS = (1000, 100, 1)  # parts of a second that a delay counts, of which it holds 65535


def write_apng(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write an APNG that loops."""
    width, height = film.size
    file.write(_SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)))
    if film.recipe:
        file.write(_chunk(b"tEXt", b"optviz\x00" + film.recipe.encode("ascii")))
    file.write(_chunk(b"acTL", struct.pack(">II", len(film), 0)))
    shown = np.zeros((height, width), np.uint32)
    number = 0
    for frame in frames:
        (left, top, right, bottom), blend, part = _difference(shown, frame) if number else _first(shown, frame)
        place = struct.pack(">IIIII", number, right - left, bottom - top, left, top)
        file.write(_chunk(b"fcTL", place + struct.pack(">HHBB", *_delay(frame.duration), 0, blend)))
        data = _packed(part)
        file.write(_chunk(b"fdAT", struct.pack(">I", number + 1) + data) if number else _chunk(b"IDAT", data))
        number += 2 if number else 1
    file.write(_chunk(b"IEND", b""))


def _first(shown: Pixels, frame: Frame) -> tuple[Rectangle, int, Pixels]:
    """The whole picture, as `_difference` has it."""
    height, width = shown.shape
    shown[:] = frame.pixels
    return (0, 0, width, height), _REPLACE, shown


def _difference(shown: Pixels, frame: Frame) -> tuple[Rectangle, int, Pixels]:
    """The smallest rectangle that holds what changes, how it is laid, and its pixels; `shown` is brought up to date."""
    left, top, right, bottom = frame.changed
    old, new = shown[top:bottom, left:right], frame.pixels[top:bottom, left:right]
    rows, columns = np.nonzero(old != new)
    if len(rows) == 0:
        return (left, top, left + 1, top + 1), _OVER, np.zeros((1, 1), np.uint32)
    first, last = int(columns.min()), int(columns.max()) + 1
    above, below = int(rows[0]), int(rows[-1]) + 1
    old, new = old[above:below, first:last], new[above:below, first:last]
    changed = old != new
    box = left + first, top + above, left + last, top + below
    if (new[changed] < _OPAQUE).any():
        blend, part = _REPLACE, new.copy()
    else:
        blend, part = _OVER, np.where(changed, new, np.uint32(0))
    old[:] = new
    return box, blend, part


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
