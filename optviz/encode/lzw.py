"""The compression of GIF, but that long stretches of nothing new cost nothing.

Pillow compresses pixel by pixel. Where a frame changes high up and far down, most of what it looks at lies between and
is transparent. How LZW writes n equal pixels after a clear code is known beforehand, so the parts above and below are
compressed by Pillow, and what lies between is written from a table; the three are joined bit by bit.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

_CLEAR, _END = 256, 257
_WIDTHS = ((9, 255), (10, 512), (11, 1024), (12, 2046))  # bits of a code, and how many codes have so many
_LONG = 20_000  # pixels of nothing that are worth two parts more
_MOST = 3000  # codes that stand for nothing; the k-th one stands for k pixels


def image_block(image: NDArray[np.uint8], corner: tuple[int, int], nothing: int) -> bytes:
    """The image block of a GIF: indices (height, width) whose left upper corner is there, in the file's colours.

    `nothing` is the index of which there may be long stretches.
    """
    height, width = image.shape
    descriptor = struct.pack("<BHHHHBB", 0x2C, *corner, width, height, 0, 8)
    return descriptor + (_in_three(image, nothing) or _by_pillow(image))


def sub_blocks(data: bytes) -> bytes:
    """Data as GIF holds it: in pieces of at most 255 bytes, each after its length, and an empty one at the end."""
    pieces = [data[first : first + 255] for first in range(0, len(data), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\x00"


def _in_three(image: NDArray[np.uint8], nothing: int) -> bytes:
    """The data of an image with a long stretch of nothing; empty where there is none."""
    first, last = _gap(image, nothing)
    pixels = (last - first) * image.shape[1]
    if not _LONG <= pixels <= _MOST * (_MOST + 1) // 2 or first == 0 or last == len(image):
        return b""
    bits = _bits(image[:first])
    length = bits.bit_length() - _END.bit_length()  # without the end code, whose first bit is the last that is set
    if length >= _before(len(_WIDTHS)):
        return b""  # its table was cleared on the way, and the width of its codes is not known
    width = next(width for place, (width, _) in enumerate(_WIDTHS) if length < _before(place + 1))
    whole = bits & ((1 << length) - 1) | _CLEAR << length
    length += width
    between, more = _equal(pixels, nothing)
    below = _bits(image[last:]) >> _WIDTHS[0][0]  # its clear code is there already
    whole |= between << length | below << (length + more)
    return sub_blocks(whole.to_bytes(-(-whole.bit_length() // 8), "little"))


def _gap(image: NDArray[np.uint8], nothing: int) -> tuple[int, int]:
    """The longest stretch of rows with nothing in them, from its first row to the one after its last."""
    busy = np.flatnonzero((image != nothing).any(axis=1))
    ends = np.concatenate([[-1], busy, [len(image)]])
    longest = int(np.diff(ends).argmax())
    return int(ends[longest]) + 1, int(ends[longest + 1])


def _by_pillow(image: NDArray[np.uint8]) -> bytes:
    """The data as Pillow writes it, in its blocks."""
    height, width = image.shape
    picture = Image.frombuffer("P", (width, height), np.ascontiguousarray(image))
    return b"".join(GifImagePlugin.getdata(picture)[2:])


def _bits(image: NDArray[np.uint8]) -> int:
    """The data as Pillow writes it, taken out of its blocks."""
    blocks = _by_pillow(image)
    pieces, at = [], 0
    while blocks[at]:
        pieces.append(blocks[at + 1 : at + 1 + blocks[at]])
        at += 1 + blocks[at]
    return int.from_bytes(b"".join(pieces), "little")


def _before(place: int) -> int:
    """How many bits a clear code and all codes of the first so many widths take."""
    return _WIDTHS[0][0] + sum(width * count for width, count in _WIDTHS[:place])


def _equal(count: int, index: int) -> tuple[int, int]:
    """So many equal pixels after a clear code, a clear code after them, and their length, in bits."""
    bits, ends, widths = _growing(index)
    codes = int(((8 * count + 1) ** 0.5 - 1) / 2)
    while codes * (codes + 1) // 2 > count:
        codes -= 1
    rest = count - codes * (codes + 1) // 2
    length = ends[codes]
    bits &= (1 << length) - 1
    if rest:
        bits |= (index if rest == 1 else _CLEAR + rest) << length
        length, codes = length + widths[codes], codes + 1
    return bits | _CLEAR << length, length + widths[codes]


@lru_cache(maxsize=4)
def _growing(index: int) -> tuple[int, list[int], list[int]]:
    """The codes that stand for 1, 2, 3 … equal pixels: their bits, where each begins, and how wide each is."""
    widths = [width for width, count in _WIDTHS for _ in range(count)][: _MOST + 2]
    starts = [0, *accumulate(widths)]
    codes = [index, *range(_CLEAR + 2, _CLEAR + 1 + _MOST)]
    return sum(code << start for code, start in zip(codes, starts, strict=False)), starts, widths
