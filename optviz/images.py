"""Pictures that are files already: what kind each is, whatever its suffix says, how large, and what its frames show.

Pillow reads the pixels; of an SVG or a PDF only the outside is looked at. Everything is read once, when a file is
opened, so that one that is broken is refused before anything is made of it.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError

from optviz.encode.palette import with_palette
from optviz.errors import OptvizError
from optviz.reading import MAX_FRAMES, MAX_PICTURE, MAX_PIXELS, MAX_PLAYED, read_bytes
from optviz.specs import NUMBER

MEDIA_TYPES = {
    "gif": "image/gif",
    "png": "image/png",
    "apng": "image/png",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}
"""The kinds of pictures, and what a browser calls them."""

_OPENED = ("GIF", "PNG", "WEBP", "JPEG")
_PILLOW = {"GIF": "gif", "PNG": "png", "WEBP": "webp", "JPEG": "jpg", "MPO": "jpg"}
_USUAL = 100  # milliseconds of a frame that names none
_WEBM = b"\x1aE\xdf\xa3"
_LENGTH = re.compile(rf"({NUMBER})\s*(?:pt|px|mm|cm|in)?")


class ImageError(OptvizError):
    """A file that is no picture, or one that is broken or cannot be used here."""


@dataclass(frozen=True, kw_only=True)
class ImageFile:
    """A picture as it is in its file.

    Args:
        kind: One of `MEDIA_TYPES`.
        content: The file's bytes.
        size: Width and height, in pixels or any other unit; of a PDF (4, 3), for want of a look inside.
        durations: The frames' milliseconds; one frame, of none, where nothing moves.
    """

    kind: str
    content: bytes = field(repr=False)
    size: tuple[float, float]
    durations: tuple[int, ...] = (0,)

    @property
    def moves(self) -> bool:
        """Whether there is more than one frame."""
        return len(self.durations) > 1

    @property
    def media_type(self) -> str:
        """What a browser calls this kind."""
        return MEDIA_TYPES[self.kind]

    def frames(self, numbers: list[int]) -> Iterator[Image.Image]:
        """The frames of these numbers, in rising order."""
        with Image.open(io.BytesIO(self.content)) as film:
            for number in numbers:
                film.seek(number)
                frame = film.convert("RGBA")
                opaque = frame.getchannel("A").getextrema() == (255, 255)
                yield frame.convert("RGB") if opaque else frame

    def last(self) -> bytes:
        """The last frame, as a PNG: what there is to see on paper."""
        [frame] = self.frames([len(self.durations) - 1])
        return png_of(frame)


def open_image(path: Path) -> ImageFile:
    """The picture in a file.

    Raises:
        ImageError: It cannot be read, is empty, broken, or no picture; the message names the file and the kinds.
    """
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for some names
        raise ImageError(f"{path} is a folder; name the pictures in it")
    content = read_bytes(path, MAX_PICTURE, ImageError)
    if not content:
        raise ImageError(f"{path} is empty")
    return image_of(content, str(path))


def image_of(content: bytes, name: str) -> ImageFile:
    """The picture that these bytes are; errors call it by `name`.

    Raises:
        ImageError: They are none, or broken.
    """
    if content.startswith(_WEBM) or content[4:8] == b"ftyp":
        remade = f"optviz animate --from {Path(name).name} -o {Path(name).stem}.gif"
        raise ImageError(f"{name} is a video, which no slide holds. Make it a GIF: {remade}")
    try:
        if content.startswith(b"%PDF"):
            if b"%%EOF" not in content[-1024:]:
                raise ValueError("its end is missing")
            return ImageFile(kind="pdf", content=content, size=(4, 3))
        if _is_svg(content[:4096]):
            return ImageFile(kind="svg", content=content, size=_svg_size(content))
        return _read(content)
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not a picture of a kind known here: {', '.join(MEDIA_TYPES)}") from error
    except OptvizError as error:
        raise ImageError(f"{name} {error}") from error
    except Exception as error:  # what is broken can raise whatever there is
        raise ImageError(f"{name} is broken: {str(error) or type(error).__name__}") from error


def png_of(picture: Image.Image) -> bytes:
    """A PNG of these pixels, with one byte for each where there are few colours."""
    small = with_palette(picture) if picture.mode == "RGB" else None
    written = io.BytesIO()
    (small or picture).save(written, "PNG")
    return written.getvalue()


def sampled(durations: tuple[int, ...], most: int) -> tuple[list[int], float]:
    """Numbers of frames evenly spaced in time, no more than so many, and how many of them make a second.

    The first frame is the film's first, the last one its last.

    Example:
        >>> sampled((100, 100, 100, 100, 600), most=4)
        ([0, 2, 4, 4], 4.0)
    """
    ends = np.cumsum(np.maximum(durations, 1))
    count = min(most, len(durations))
    times = np.arange(count) * ends[-1] / count
    numbers = np.searchsorted(ends, times, side="right")
    numbers[-1] = len(durations) - 1
    return numbers.tolist(), round(1000 * count / float(ends[-1]), 3)


def _read(content: bytes) -> ImageFile:
    with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=_OPENED) as picture:
        warnings.simplefilter("error", Image.DecompressionBombWarning)  # of a frame that is larger than the picture
        kind = _PILLOW[picture.format or ""]
        durations: list[int] = []
        played = 0
        for frame in ImageSequence.Iterator(picture) if kind != "jpg" else [picture]:
            played += frame.width * frame.height
            _check_size(frame.size, len(durations) + 1, played)
            frame.load()
            durations.append(round(frame.info.get("duration") or _USUAL))
        if len(durations) == 1:
            durations = [0]
        elif kind == "png":
            kind = "apng"
        return ImageFile(kind=kind, content=content, size=picture.size, durations=tuple(durations))


def _check_size(size: tuple[int, int], frames: int, played: int) -> None:
    """Refuse a picture that grows beyond a bound, before its next frame is unpacked."""
    width, height = size
    if width * height > MAX_PIXELS.most:
        raise OptvizError(f"is {width}x{height}, {width * height} pixels; allowed are {MAX_PIXELS}")
    if frames > MAX_FRAMES.most:
        raise OptvizError(f"has more frames than are allowed, {MAX_FRAMES}")
    if played > MAX_PLAYED.most:
        raise OptvizError(f"has more pixels in all its frames than are allowed, {MAX_PLAYED}")


def _is_svg(begins: bytes) -> bool:
    """Whether a file begins as an SVG does, in UTF-8 or with the mark of UTF-16."""
    code = "utf-16" if begins.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = begins.decode(code, "ignore")
    return text.lstrip().startswith("<") and "<svg" in text


def _svg_size(content: bytes) -> tuple[float, float]:
    """Width and height of an SVG, which must be well-formed and define no entities."""
    roots: list[tuple[str, dict[str, Any]]] = []

    def begin(name: str, attributes: dict[str, Any]) -> None:
        if not roots:
            roots.append((name, attributes))

    def refuse(*_: Any) -> None:
        raise ValueError("it defines entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)
    name, attributes = roots[0]
    if name.rpartition(":")[2] != "svg":
        raise UnidentifiedImageError
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    sides = box[2:] if len(box) == 4 else [attributes.get("width", ""), attributes.get("height", "")]
    lengths = [float(found[1]) for side in sides if (found := _LENGTH.fullmatch(side.strip()))]
    return (lengths[0], lengths[1]) if len(lengths) == 2 and 1e-3 < min(lengths) <= max(lengths) < 1e6 else (4, 3)
