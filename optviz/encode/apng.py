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
from optviz.encode.parting import OPAQUE, around, durations, in_parts

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 6
_REPLACE, _OVER = 0, 1  # how a rectangle is laid
_CLOCKS = (1000, 100, 1)  # parts of a second that a delay counts, of which it holds 65535


def write_apng(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write an APNG that loops."""
    width, height = film.size
    file.write(_SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)))
    if film.recipe:
        file.write(_chunk(b"tEXt", b"optviz\x00" + film.recipe.encode("ascii")))
    file.write(_chunk(b"acTL", struct.pack(">II", len(durations(film)), 0)))
    shown = np.zeros((height, width), np.uint32)
    number = 0  # of chunks that belong to the animation
    for frame in in_parts(film, frames):
        (left, top, right, bottom), blend, pixels = _difference(shown, frame) if number else _first(shown, frame)
        place = struct.pack(">IIIII", number, right - left, bottom - top, left, top)
        file.write(_chunk(b"fcTL", place + struct.pack(">HHBB", *_delay(frame.duration), 0, blend)))
        data = _packed(pixels)
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
    x, y, end, foot = around(old != new) or (0, 0, 1, 1)
    old, new = old[y:foot, x:end], new[y:foot, x:end]
    changed = old != new
    replaces = bool((changed & (new < OPAQUE)).any())
    old[:] = new
    pixels = new if replaces else np.where(changed, new, np.uint32(0))
    return (left + x, top + y, left + end, top + foot), _REPLACE if replaces else _OVER, pixels


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
