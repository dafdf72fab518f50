"""Animated WebP, without loss, by Pillow.

Pillow takes a list of pictures; it is given two, the second of which becomes the next frame whenever it is converted,
so that frames are taken one at a time. What is kept is what libwebp has compressed. It finds by itself what changes
from frame to frame; whole pictures in between, for those who jump into a film, would make the file several times as
large.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

from PIL import Image, features

from optviz.draw import Film, Frame
from optviz.encode.parting import durations, in_parts
from optviz.errors import ArgumentError, OutputError
from optviz.recipe import in_xml

_EFFORT = {"lossless": True, "quality": 20, "method": 1}
_NEVER = {"kmin": 1 << 20, "kmax": 2 << 20}  # frames between whole pictures
_LONGEST = 24 * 60 * 60 * 1000  # milliseconds, which libwebp counts in 31 bits
_LONGEST_FRAME = (1 << 24) - 1


def write_webp(file: IO[bytes], film: Film, frames: Iterable[Frame]) -> None:
    """Write a WebP that loops."""
    check_webp()
    lasting = durations(film)
    if sum(lasting) > _LONGEST or max(lasting) > _LONGEST_FRAME:
        raise ArgumentError(
            f"a WebP lasts a day at most, and a frame of it {_LONGEST_FRAME / 3_600_000:.1f} hours; raise --fps"
        )
    whole = io.BytesIO()  # Pillow writes it in one piece
    pictures = (Image.frombuffer("RGBA", film.size, frame.pixels.tobytes()) for frame in in_parts(film, frames))
    rest: Any = _Rest(len(lasting) - 1, pictures)
    about = {"duration": lasting, "loop": 0, "xmp": _packet(film.recipe) if film.recipe else b""}
    next(pictures).save(whole, "WEBP", save_all=True, append_images=[rest], **about, **_EFFORT, **_NEVER)
    file.write(whole.getbuffer())


def check_webp() -> None:
    """Refuse where Pillow is built without WebP.

    Raises:
        OutputError: naming the next step.
    """
    if not features.check("webp"):
        raise OutputError(
            "this Pillow is built without WebP; install another with pip install --force-reinstall pillow, or write a "
            ".apng, which is without loss, too"
        )


class _Rest:
    """All frames but the first, as what Pillow takes for one picture of a kind that it must convert, frame by frame."""

    mode = "RGBa"
    has_transparency_data = True

    def __init__(self, count: int, pictures: Iterator[Image.Image]) -> None:
        self.n_frames, self._pictures = count, pictures

    def seek(self, _: int) -> None:
        """Nothing: frames are asked for in their order, each once."""

    def load(self) -> None:
        """Nothing: older versions of Pillow ask for it."""

    def convert(self, _: str) -> Image.Image:
        """The next frame."""
        return next(self._pictures)


def _packet(recipe: str) -> bytes:
    """The recipe as the description that XMP knows."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{in_xml(recipe)}</rdf:li></rdf:Alt></dc:description></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()
