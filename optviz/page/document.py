"""The document of a page: one file of HTML with its picture, its numbers, its code and its recipe, and no address.

Text that a person wrote is escaped wherever it stands, and the page's policy forbids it to load anything or to run any
code but its own. Where no code runs, the document shows the race at its end: the picture, and the trails as an SVG.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from string import Template
from typing import IO

from optviz.draw import Film, Frame
from optviz.draw.settings import steady
from optviz.page.data import told
from optviz.page.still import escaped, still_of
from optviz.scene import Scene

PLAYER = (
    *("data", "numbers", "clock", "play", "document", "arrange", "pens", "scales", "axes"),
    *("path", "map", "ground", "trails", "heads", "regions", "curves", "readout"),
)
"""The files of the player, in the order in which they make up a page's script."""

STYLES = ("layout", "controls", "narrow", "still")
"""The files of its style, in the order in which later rules come before earlier ones."""

_COMMENTS = re.compile(r"^[ ]*(//.*|/\*.*\*/)\n", re.MULTILINE)

_START = """
const told = JSON.parse(document.getElementById("race").textContent);
const images = [...document.querySelectorAll("#ground img")].map((image) => image.src);
load(told, images).then((race) => play(document.getElementById("stage"), race));
"""


def write_page(file: IO[bytes], film: Film, _: Iterable[Frame]) -> None:
    """Write the page of a film's scene; it needs none of the frames."""
    file.write(page_of(film.scene).encode())


@steady()
def page_of(scene: Scene) -> str:
    """The page of a scene, as the text of its file.

    Raises:
        ArgumentError: The scene shows what a page cannot.

    Example:
        >>> import optviz
        >>> from optviz.scene import scene_of
        >>> page = page_of(scene_of(optviz.race("booth", ["adam:lr=0.5"], steps=20)))
        >>> page[:15], page.count("<script")
        ('<!doctype html>', 3)
    """
    found = told(scene)
    style, code = _joined(STYLES, ".css"), _joined(PLAYER, ".js") + _START
    policy = (
        f"default-src 'none'; script-src {_hash(code)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    theme = found.themes[0]
    return Template(_part("page.html")).substitute(
        policy=policy,
        title=escaped(scene.title),
        recipe=_embedded(scene.recipe or "null"),
        scheme="dark" if found.data["themes"][0]["dark"] else "light",
        paper=theme.background,
        ink=theme.ink,
        style=style,
        still=still_of(scene, found),
        race=_embedded(json.dumps(found.data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))),
        code=code,
    )


def framed(page: str, title: str, film: bytes) -> str:
    """A page inside another document, which it can neither read nor change; a GIF where no code runs.

    Example:
        >>> framed("<p>", "Booth", b"GIF89a")[:54]
        '<iframe title="Booth" sandbox="allow-scripts" srcdoc="'
    """
    source = base64.b64encode(film).decode()
    name, style = escaped(title), "width:100%;max-width:72rem;height:40rem;border:0;border-radius:8px"
    return (
        f'<iframe title="{name}" sandbox="allow-scripts" srcdoc="{html.escape(page)}" style="{style}"></iframe>'
        f'<noscript><img alt="{name}" src="data:image/gif;base64,{source}"></noscript>'
    )


def _part(name: str) -> str:
    return files("optviz.page").joinpath(name).read_text(encoding="utf-8")


def _joined(names: Iterable[str], suffix: str) -> str:
    """Files of the player, one after the other, without the lines that are only for whoever reads these files."""
    return _COMMENTS.sub("", "\n".join(_part(f"player/{name}{suffix}") for name in names))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(text: str) -> str:
    """JSON that ends no script and opens no comment, whatever its strings say; they alone hold these letters."""
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
