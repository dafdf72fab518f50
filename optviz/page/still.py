"""The still of a page: what is seen of it before its code runs, without it, and on paper: the end."""

from __future__ import annotations

import base64
import html
import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from optviz.draw import Film
from optviz.draw.canvas import printable
from optviz.page.data import Told
from optviz.page.packing import numbers
from optviz.picture import MIN_SIZE
from optviz.scene import Scene

_MOST_CORNERS = 6_000  # of the trails in a still
_MOST_HEADS = 512  # a map
_MOST_PIXELS = 1_400_000  # of a last frame
_QUALITY = 82  # of a picture with losses


def still_of(scene: Scene, found: Told) -> str:
    """The end without any code: the film's last frame; of maps pictures of the ground, and all trails on the first."""
    if not found.grounds:
        return _last_frame(scene)
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
        f"</svg> {escaped(runner.title)}</li>"
        for runner, look in zip(scene.cast, looks, strict=True)
    )
    return (
        f'<div id="ground">{"".join(images)}<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<defs>{"".join(shapes)}</defs><g fill="none" stroke-linejoin="round">{"".join(lines)}</g>'
        f"</svg></div><ul>{names}</ul>"
    )


def _last_frame(scene: Scene) -> str:
    """The film's last frame as a picture; the title stands above it."""
    share = min(1.0, math.sqrt(_MOST_PIXELS / math.prod(scene.size)))
    width, height = (max(MIN_SIZE, round(share * length)) for length in scene.size)
    frame = Film(replace(scene, size=(width, height), title="")).frame(-1)
    pixels = frame.view(np.uint8).reshape(height, width, 4)[..., :3]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=_QUALITY, method=4)
    source = base64.b64encode(buffer.getvalue()).decode()
    words = escaped(f"The end of the training: {scene.title}")
    return f'<img src="data:image/webp;base64,{source}" alt="{words}" width="{width}" height="{height}">'


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
        ends = numbers(each["heads"]).reshape(-1, len(each["owners"]), 2)[-1, :_MOST_HEADS]
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
            paths = list(numbers(shown["heads"]).reshape(-1, count, 2).swapaxes(0, 1))
        else:
            paths = [numbers(track["places"]).reshape(-1, 2) for track in tracks]
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


def escaped(text: str) -> str:
    """Text as HTML has it."""
    return html.escape(printable(text))
