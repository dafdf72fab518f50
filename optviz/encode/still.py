"""One step of a film -> a picture that stands still: PNG, and SVG and PDF as vectors, by the suffix of the path.

A PNG has the film's own pixels. For the vector formats the same painters draw on a figure of matplotlib's, whose
backends embed the fonts; there the map is one image, and what lies on it are lines and letters. Dates and random ids,
which these formats would hold, are left out, so that the same picture has the same bytes.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import IO, Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from optviz.draw import Film
from optviz.draw.canvas import Pixels, printable
from optviz.draw.settings import steady
from optviz.encode.palette import with_palette
from optviz.errors import ArgumentError
from optviz.recipe import as_still, in_xml
from optviz.writing import Target, atomic_write, suffix_for

StillEncoder = Callable[[IO[bytes], Film, int], None]

_LARGE = 4_000_000  # pixels of a picture whose map is fine enough as it is
_IMAGE = re.compile(rb"data:image/png;base64,([\w+/=\s]+)")
_PATH = re.compile(rb' d="[^"]*"')
_DIGITS = re.compile(rb"(\.\d\d)\d+")  # a hundredth of a point is enough


def write_png(file: IO[bytes], film: Film, step: int) -> None:
    """Write the still's pixels, exactly."""
    file.write(png_of(film, film.still(step), step))


def png_of(film: Film, pixels: Pixels, step: int) -> bytes:
    """A picture of a film at a step as PNG, with the recipe of the still at that step."""
    about = PngInfo()
    about.add_text("optviz", as_still(film.recipe, step))
    image = Image.frombuffer("RGBA", film.size, pixels.tobytes())
    whole = io.BytesIO()  # Pillow wants to know where in its file it is, which stdout does not tell
    (image if film.transparent else image.convert("RGB")).save(whole, "PNG", pnginfo=about, dpi=(100 * film.scale,) * 2)
    return whole.getvalue()


def write_svg(file: IO[bytes], film: Film, step: int) -> None:
    """Write an SVG whose letters are paths: it needs no font, and nothing from elsewhere."""
    recipe = in_xml(as_still(film.recipe, step))
    about = {"Date": None, "Creator": "optviz", "Title": printable(film.title), "Description": recipe}
    whole = io.BytesIO()
    _write_figure(whole, film, step, "svg", about)
    small = _PATH.sub(lambda path: _DIGITS.sub(rb"\1", path[0]), whole.getvalue())
    file.write(_IMAGE.sub(_indexed, small))


def write_pdf(file: IO[bytes], film: Film, step: int) -> None:
    """Write a PDF of one page, with what it uses of its fonts."""
    about = {
        "CreationDate": None,
        "Creator": "optviz",
        "Subject": as_still(film.recipe, step),
        "Title": printable(film.title),
    }
    _write_figure(file, film, step, "pdf", about)


STILLS: dict[str, StillEncoder] = {".png": write_png, ".svg": write_svg, ".pdf": write_pdf}
TRANSPARENT_STILLS = (".png", ".svg")
"""The formats of a still on a transparent sheet."""


def still_encoder_for(suffix: str, *, transparent: bool = False) -> StillEncoder:
    """The encoder of a suffix such as ``.png``; `transparent` says whether the still is.

    Raises:
        ArgumentError: No still has that suffix, or none that is transparent.
    """
    encoder = STILLS.get(suffix.lower())
    if encoder is None:
        allowed = ", ".join(STILLS)
        raise ArgumentError(
            f"no still format has the suffix {suffix!r}; allowed: {allowed}. `optviz animate` makes films, as in .gif"
        )
    if transparent and suffix.lower() not in TRANSPARENT_STILLS:
        allowed = ", ".join(TRANSPARENT_STILLS)
        raise ArgumentError(f"a still as {suffix} cannot be transparent, one as {allowed} can")
    return encoder


def save_still(film: Film, path: Target, step: int, form: str | None = None) -> None:
    """Write the picture at a step; the suffix, or `form`, decides the format. The file is whole or not there.

    Raises:
        ArgumentError: No still has that suffix.
        OutputError: The file cannot be written.
    """
    encoder = still_encoder_for(suffix_for(path, form, ".png", STILLS), transparent=film.transparent)
    with atomic_write(path) as file:
        encoder(file, film, step)


def _indexed(image: re.Match[bytes]) -> bytes:
    """A PNG of few colours in an SVG, which matplotlib writes with four bytes a pixel, with one."""
    with Image.open(io.BytesIO(base64.b64decode(image[1]))) as picture:
        if picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255):
            return image[0]
        small = with_palette(picture.convert("RGB"))
    if small is None:
        return image[0]
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return b"data:image/png;base64," + base64.b64encode(written.getvalue())


@steady()
def _write_figure(file: IO[bytes], film: Film, step: int, form: str, about: dict[str, str | None]) -> None:
    """Let the painters draw on a figure."""
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from optviz.draw.vector import VectorCanvas

    width, height = film.size
    paper = "none" if film.transparent else film.paper
    detail, dots = 2 if width * height <= _LARGE else 1, 100 * film.scale

    class Picture(Artist):
        def draw(self, renderer: Any) -> None:
            film.paint(VectorCanvas(*film.size, film.scale, renderer, detail, film.blank), step)

    figure = Figure(figsize=(width / dots, height / dots))
    figure.add_artist(Picture())
    figure.savefig(file, format=form, dpi=detail * dots, facecolor=paper, metadata=about)
