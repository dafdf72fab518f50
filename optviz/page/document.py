"""The document of a page: one file of HTML with its picture, its numbers, its code and its recipe, and no address.

Text that a person wrote is escaped wherever it stands, and the page's policy forbids it to load anything or to run any
code but its own. Where no code runs, the document shows the race at its end: the picture, and the trails as an SVG.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
from collections.abc import Iterable
from importlib.resources import files
from string import Template
from typing import IO, Any

import numpy as np

from optviz.draw import Film, Frame
from optviz.draw.canvas import printable
from optviz.page.data import Told, told
from optviz.scene import Scene

PLAYER = (
    *("data", "numbers", "play", "document", "pens", "path"),
    *("map", "ground", "trails", "heads", "curves", "readout"),
)
"""The files of the player, in the order in which they make up a page's script."""

STYLES = ("layout", "controls", "narrow", "still")
"""The files of its style, in the order in which later rules come before earlier ones."""

_MOST_CORNERS = 6_000  # of the trails in a still
_MOST_HEADS = 512  # a map
_START = """
const told = JSON.parse(document.getElementById("race").textContent);
const images = [...document.querySelectorAll("#ground img")].map((image) => image.src);
load(told, images).then((race) => play(document.getElementById("stage"), race));
"""


def write_page(file: IO[bytes], film: Film, _: Iterable[Frame]) -> None:
    """Write the page of a film's scene; it needs none of the frames."""
    file.write(page_of(film.scene).encode())


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
        title=_escaped(scene.title),
        recipe=_embedded(scene.recipe or "null"),
        scheme="dark" if found.data["themes"][0]["dark"] else "light",
        paper=theme.background,
        ink=theme.ink,
        style=style,
        still=_still(scene, found),
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
    name, style = _escaped(title), "width:100%;max-width:72rem;height:40rem;border:0;border-radius:8px"
    return (
        f'<iframe title="{name}" sandbox="allow-scripts" srcdoc="{html.escape(page)}" style="{style}"></iframe>'
        f'<noscript><img alt="{name}" src="data:image/gif;base64,{source}"></noscript>'
    )


def _still(scene: Scene, found: Told) -> str:
    """The last step without any code: pictures of the ground, and all trails on the first of them."""
    sources = [base64.b64encode(ground.to_webp()).decode() for ground in found.grounds]
    width, height = found.grounds[0].size
    shapes, lines = [], []
    looks = found.data["themes"][0]["looks"]
    paper = found.themes[0].background
    for index, (owner, line) in enumerate(_trails(found)):
        corners = " ".join(f"{width * x:.0f},{height * y:.0f}" for x, y in line.tolist())
        shapes.append(f'<polyline id="trail{index}" points="{corners}"/>')
        for colour, thickness in ((paper, 7), (looks[owner]["colour"], 4)):
            lines.append(f'<use href="#trail{index}" stroke="{colour}" stroke-width="{thickness}"/>')
    lines += _marks(found, (width, height))
    image = '<img src="data:image/webp;base64,{}" alt="The surface" width="{}" height="{}">'
    images = [image.format(source, *ground.size) for source, ground in zip(sources, found.grounds, strict=True)]
    names = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="{look["colour"]}"/>'
        f"</svg> {_escaped(runner.title)}</li>"
        for runner, look in zip(scene.cast, looks, strict=True)
    )
    return (
        f'<div id="ground">{"".join(images)}<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<defs>{"".join(shapes)}</defs><g fill="none" stroke-linejoin="round">{"".join(lines)}</g>'
        f"</svg></div><ul>{names}</ul>"
    )


def _marks(found: Told, size: tuple[int, int]) -> list[str]:
    """Minima as crosses, starts as rings, heads as discs, on the first map."""
    shown, theme = found.data["maps"][0], found.themes[0]
    marks = []
    for minimum in shown["minima"]:
        x, y = (share * side for share, side in zip(minimum["at"], size, strict=True))
        cross = f'd="M{x - 9:.0f} {y:.0f}h18M{x:.0f} {y - 9:.0f}v18"'
        marks += [
            f'<path {cross} stroke="{theme.background}" stroke-width="6"/>',
            f'<path {cross} stroke="{theme.ink}" stroke-width="3"/>',
        ]
    for x, y in shown["starts"][:256]:
        ring = f'cx="{x * size[0]:.0f}" cy="{y * size[1]:.0f}" r="7"'
        marks += [f'<circle {ring} stroke="{theme.ink}" stroke-width="2.5"/>']
    looks = found.data["themes"][0]["looks"]
    for each in found.data["maps"]:
        ends = _numbers(each["heads"]).reshape(-1, len(each["owners"]), 2)[-1, :_MOST_HEADS]
        for owner, (x, y) in zip(each["owners"], ends.tolist(), strict=False):
            if 0 <= x <= 1 and 0 <= y <= 1:
                disc = f'cx="{x * size[0]:.0f}" cy="{y * size[1]:.0f}" r="{4 if each["swarm"] else 8}"'
                marks.append(f'<circle {disc} fill="{looks[owner]["colour"]}" stroke="{theme.background}"/>')
    return marks


def _trails(found: Told) -> list[tuple[int, Any]]:
    """The owners and the visible corners (n, 2) of all trails, in shares of the first picture, if they are not many."""
    trails: list[tuple[int, Any]] = []
    for shown in found.data["maps"]:
        tracks = shown.get("relief", {}).get("tracks")
        count = len(shown["owners"])
        if tracks is None:
            paths = list(_numbers(shown["heads"]).reshape(-1, count, 2).swapaxes(0, 1))
        else:
            paths = [_numbers(track["places"]).reshape(-1, 2) for track in tracks]
        trails += zip(shown["owners"], paths, strict=True)
    kept = [(owner, _near(path)) for owner, path in trails]
    return kept if sum(len(path) for _, path in kept) <= _MOST_CORNERS else []


def _near(path: Any) -> Any:
    """A path without what is no number or far outside, and without moves too short to be seen."""
    path = path[(np.abs(path) < 4).all(axis=-1)]
    if len(path) < 2:
        return path
    kept, (x, y) = [0], path[0].tolist()
    for index, (a, b) in enumerate(path.tolist()):
        if math.dist((a, b), (x, y)) > 2e-3:
            kept.append(index)
            x, y = a, b
    return path[kept]


def _numbers(packed: dict[str, Any]) -> Any:
    if "u16" in packed:
        steps = np.frombuffer(base64.b64decode(packed["u16"]), "<u2").astype(float)
        shares = packed["low"] + steps / 65534 * (packed["high"] - packed["low"])
        return np.where(steps == 65535, np.nan, shares)
    return np.frombuffer(base64.b64decode(packed["f32"]), "<f4").astype(float)


def _part(name: str) -> str:
    return files("optviz.page").joinpath(name).read_text(encoding="utf-8")


def _joined(names: Iterable[str], suffix: str) -> str:
    """Files of the player, one after the other."""
    return "\n".join(_part(f"player/{name}{suffix}") for name in names)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _escaped(text: str) -> str:
    return html.escape(printable(text))


def _embedded(text: str) -> str:
    """JSON that ends no script and opens no comment, whatever its strings say; they alone hold these letters."""
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
