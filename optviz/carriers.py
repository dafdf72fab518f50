"""Carriers: the kinds of file that hold a recipe, and where in each of them it stands.

A finder is given an open file that begins with its mark, and returns bytes in which the recipe is the first thing of
that kind. It trusts no length that the file states: what is cut off or too long is no recipe. In a format without a
finder, such as a video, the recipe stands in the file as it is.
"""

from __future__ import annotations

import html
import os
import re
import zipfile
from collections.abc import Callable
from typing import IO

from optviz.reading import Bound

MARK = b'{"optviz": '
"""How a recipe begins."""

LARGEST = 1 << 20
"""Bytes of a recipe."""

MAX_SEARCHED = Bound("MAX_SEARCHED", 1 << 30)
"""Of a file in which the recipe may stand anywhere."""

PRESENTATION_PART = "customXml/item1.xml"
"""Where in a presentation the recipes stand."""

_BLOCK = 1 << 16
_NAME = b"optviz\x00"  # of a PNG's text chunk
_CHUNKS = 1 << 16  # of a PNG or WebP that are looked at before giving up

Finder = Callable[[IO[bytes]], bytes]


def carried(file: IO[bytes]) -> bytes:
    """What begins with the recipe that a file carries, and may go on after it; empty where there is none."""
    start = file.read(max(map(len, FINDERS)))
    file.seek(0)
    finder = next((finder for mark, finder in FINDERS.items() if start.startswith(mark)), _plain)
    found = finder(file)
    at = found.find(MARK)
    return found[at : at + LARGEST] if at >= 0 else b""


def after(file: IO[bytes], mark: bytes) -> bytes:
    """What stands from the first `mark` on, as far as a recipe reaches; empty where there is none."""
    rest, seen = b"", 0
    while seen < MAX_SEARCHED.most and (block := file.read(_BLOCK)):
        seen += len(block)
        rest += block
        if (at := rest.find(mark)) >= 0:
            return rest[at:] + file.read(2 * LARGEST)
        rest = rest[1 - len(mark) :]
    return b""


def _plain(file: IO[bytes]) -> bytes:
    return after(file, MARK)


def _gif(file: IO[bytes]) -> bytes:
    """The comment before a GIF's first image; its blocks hold at most 255 bytes each."""
    head = file.read(13)
    if len(head) == 13 and head[10] & 0x80:
        file.seek(3 << (head[10] % 8 + 1), os.SEEK_CUR)
    while file.tell() < 3 * LARGEST and file.read(1) == b"\x21":
        is_comment = file.read(1) == b"\xfe"
        pieces, held = [], 0
        while (size := file.read(1)) > b"\x00" and held < LARGEST:
            pieces.append(file.read(size[0]))
            held += size[0]
        if is_comment:
            return b"".join(pieces)
    return b""


def _svg(file: IO[bytes]) -> bytes:
    return after(file, b"<dc:description>")


def _pdf(file: IO[bytes]) -> bytes:
    """PDF's strings have backslashes before parentheses and backslashes."""
    return re.sub(rb"\\(.)", rb"\1", after(file, MARK))


def _png(file: IO[bytes]) -> bytes:
    """The text chunk of a PNG, still or animated, that is named after us."""
    file.seek(8)
    for _ in range(_CHUNKS):
        head = file.read(8)
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"tEXt" and len(_NAME) <= size <= LARGEST:
            if file.read(len(_NAME)) == _NAME:
                return file.read(size - len(_NAME))
            file.seek(size - len(_NAME) + 4, os.SEEK_CUR)  # its checksum, too
        elif kind in (b"", b"IEND"):
            return b""
        else:
            file.seek(size + 4, os.SEEK_CUR)
    return b""


def _webp(file: IO[bytes]) -> bytes:
    """The XMP chunk of a WebP, which has a description."""
    file.seek(12)
    for _ in range(_CHUNKS):
        head = file.read(8)
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        if kind == b"XMP " and size <= 2 * LARGEST:
            return file.read(size).partition(b"<dc:description>")[2]
        if not kind:
            return b""
        file.seek(size + size % 2, os.SEEK_CUR)
    return b""


def _pptx(file: IO[bytes]) -> bytes:
    """The part of a presentation, which is a zip, that has the recipes of its pictures."""
    try:
        with zipfile.ZipFile(file) as packed, packed.open(PRESENTATION_PART) as part:
            return html.unescape(part.read(2 * LARGEST).decode("utf-8", "replace")).encode()
    except Exception:  # noqa: BLE001 - a damaged zip can raise whatever there is
        return b""


FINDERS: dict[bytes, Finder] = {
    b"GIF8": _gif,
    b"\x89PNG": _png,
    b"RIFF": _webp,
    b"<?xml": _svg,
    b"%PDF": _pdf,
    b"PK\x03\x04": _pptx,
}
"""By the first bytes of a file, who finds the recipe in it."""
