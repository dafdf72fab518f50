"""GIF, written as differences: one palette, one changed rectangle a frame, unchanged pixels transparent.

Frames are taken one at a time and written at once, so that a long film needs no more memory than a short one. The
compression is Pillow's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from optviz.draw import Film, Frame
from optviz.draw.canvas import Pixels
from optviz.encode.palette import TRANSPARENT, Palette
from optviz.themes import rgb
from optviz.workers import map_jobs

_LONGEST = 65535  # hundredths of a second that a frame can say


def write_gif(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write a looping GIF."""
    palette = Palette(film.sample(), film.colours, film.paper)
    file.write(_header(film, palette))
    for blocks in _encoded(frames, palette, None):
        file.write(blocks)
    file.write(b";")


def write_gif_in_parts(file: IO[bytes], film: Film, workers: int) -> None:
    """Write the same GIF, to the same bytes, by several processes that draw and encode a part of it each."""
    palette = Palette(film.sample(), film.colours, film.paper)
    file.write(_header(film, palette))
    parts = min(len(film), workers)
    cuts = [len(film) * part // parts for part in range(parts + 1)]

    def encode(part: tuple[int, int]) -> bytes:
        start, stop = part
        frames = film.frames(max(0, start - 1), stop)
        shown = _Shown(next(frames).pixels, palette) if start else None
        return b"".join(_encoded(frames, palette, shown))

    for blocks in map_jobs(encode, [*pairwise(cuts)], workers):
        file.write(blocks)
    file.write(b";")


def _encoded(frames: Iterable[Frame], palette: Palette, shown: _Shown | None) -> Iterator[bytes]:
    """What each frame adds to the file, where `shown` is on the screen before the first."""
    for frame in frames:
        if shown is None:
            shown = _Shown(frame.pixels, palette)
            image, corner = shown.indices, (0, 0)
        else:
            image, corner = shown.difference(frame)
        yield _image(image, corner, min(frame.duration // 10, _LONGEST))


class _Shown:
    """What a viewer has on the screen so far: the pixels that were meant, and the indices that were written."""

    def __init__(self, pixels: Pixels, palette: Palette) -> None:
        self._palette = palette
        self._pixels = pixels.copy()
        self.indices = palette.indices(pixels)

    def difference(self, frame: Frame) -> tuple[NDArray[np.uint8], tuple[int, int]]:
        """The indices of what changes in the smallest rectangle that holds it, and its corner."""
        left, top, right, bottom = frame.changed
        old, new = self._pixels[top:bottom, left:right], frame.pixels[top:bottom, left:right]
        spots = np.flatnonzero(old != new)
        old[:] = new
        written = self._palette.indices(new.ravel().take(spots))
        shown = self.indices[top:bottom, left:right]
        meant = shown.flatten()
        image = np.full(shown.shape, TRANSPARENT, np.uint8)
        image.ravel()[spots] = np.where(meant.take(spots) == written, TRANSPARENT, written)
        meant[spots] = written
        shown[:] = meant.reshape(shown.shape)
        rows, columns = (np.flatnonzero((image != TRANSPARENT).any(axis=axis)) for axis in (1, 0))
        if len(rows) == 0:
            return np.full((1, 1), TRANSPARENT, np.uint8), (left, top)
        kept = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return kept, (left + int(columns[0]), top + int(rows[0]))


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
            (b"\x21\xfe" + _sub_blocks(comment)) if comment else b"",
        ]
    )


def _image(image: NDArray[np.uint8], corner: tuple[int, int], hundredths: int) -> bytes:
    height, width = image.shape
    picture = Image.frombuffer("P", (width, height), image.tobytes())
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0x05, hundredths, TRANSPARENT, 0)  # leave it in place
    return b"".join([control, *GifImagePlugin.getdata(picture, corner)])


def _sub_blocks(data: bytes) -> bytes:
    pieces = [data[first : first + 255] for first in range(0, len(data), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\x00"
