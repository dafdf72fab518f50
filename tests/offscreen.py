"""The player of a page without a browser: its code in a JavaScript engine, its document in `offscreen.js`.

Canvases remember what is drawn on them, in pixels of the page: strokes, fills, words, pictures.
"""

import base64
import io
import json
import re
import zlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pages import Parsed

ROOMS = {
    "figure.map": (620, 520),
    "figure.regions": (460, 430),
    "figure.curve": (340, 220),
    "section.panels": (700, 600),
    "aside": (360, 600),
    "div.cast": (360, 160),
    "html": (1200, 800),
}
"""How large things are, in pixels, where a test does not say otherwise."""


def engine(*names):
    """A JavaScript engine with these files of the player."""
    quickjs = pytest.importorskip("quickjs", reason="needs a JavaScript engine: pip install quickjs")
    made = quickjs.Context()
    made.eval(Path(__file__).with_name("offscreen.js").read_text(encoding="utf-8"))
    folder = files("optviz.page") / "player"
    made.eval(_script("\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)))
    return made


def told(js, code, *values):
    """What an expression gives whose `values` are these."""
    return json.loads(js.eval(f"(() => {{ const values = {json.dumps(values)}; return JSON.stringify({code}); }})()"))


def _script(module):
    return re.sub(r"^export ", "", module, flags=re.MULTILINE)


class Offscreen:
    """A page as its player shows it; it rests at its end where `calm`, and plays otherwise."""

    def __init__(self, page, *, calm=True, dark=False, narrow=False, rooms=None):
        parsed = Parsed(page)
        [code] = [text for tag, attributes, text in parsed.texts if attributes.get("type") == "module"]
        self.data = parsed.json("race")
        self.js = engine()
        settings = {
            "calm": calm,
            "dark": dark,
            "narrow": narrow,
            "rooms": ROOMS | (rooms or {}),
            "texts": {"race": json.dumps(self.data)},
            "images": [_pixels(image["src"]) for image in parsed.all("img")] if self.data["pictures"] else [],
            "inflated": [_inflated(region["changes"]["deflated"]) for region in self.data["regions"]],
        }
        self.js.eval(f"Object.assign(screen.settings, {json.dumps(settings)})")
        self.js.eval(_script(code))
        while self.js.execute_pending_job():
            pass

    def ask(self, code, *values):
        return told(self.js, code, *values)

    def press(self, *keys, shift=False, target="none"):
        for key in keys:
            self.ask("screen.press(...values) ?? 0", key, shift, target)
        return self

    def click(self, selector, index=0):
        self.ask("screen.all(values[0])[values[1]].click() ?? 0", selector, index)
        return self

    def wait(self, milliseconds):
        self.ask("screen.wait(...values) ?? 0", milliseconds)
        return self

    def turn(self, *, dark):
        self.ask("screen.turn(...values) ?? 0", dark)
        return self

    def point(self, selector, x, y, kind="pointermove", buttons=0):
        """Lines of the read-out where the pointer is; none where it is hidden."""
        self.ask("screen.point(...values) ?? 0", selector, x, y, kind, buttons)
        return self.readout

    @property
    def readout(self):
        shown = "screen.all('div.readout')[0]"
        return self.ask(f"{shown}.classList.contains('on') ? {shown}.children.map((each) => each.textContent) : []")

    def texts(self, selector):
        return self.ask("screen.all(values[0]).map((each) => each.textContent)", selector)

    def attributes(self, selector, name):
        return self.ask("screen.all(values[0]).map((each) => each.getAttribute(values[1]))", selector, name)

    def style(self, selector, index=0):
        return self.ask("({ ...screen.all(values[0])[values[1]].style })", selector, index)

    @property
    def page_style(self):
        return self.ask("({ ...document.style })")

    @property
    def step(self):
        return int(self.texts("p.step b")[0])

    @property
    def losses(self):
        return self.texts("span.loss")

    def drawn(self, figure, layer, index=0):
        """What is on a layer of a figure (0: the ground, 1: trails, 2: what moves), the earliest first."""
        return self.ask("screen.all(values[0])[values[1]].children[values[2]].context.log", figure, index, layer)

    def place(self, index=0, figure="figure.map"):
        """Where a map lies in its figure, as the page says it: left, top, width, height."""
        style = self.ask("({ ...screen.all(values[0])[values[1]].children[2].style })", figure, index)
        return [float(style[name].removesuffix("px")) for name in ("left", "top", "width", "height")]

    def painted(self, figure, index=0):
        """The pixels (height, width, 4) that were last put on the middle layer of a figure."""
        canvas = "screen.all(values[0])[values[1]].children[1]"
        told_ = f"(({{ width, height, data }}) => [width, height, [...data]])({canvas}.painted)"
        width, height, pixels = self.ask(told_, figure, index)
        return np.array(pixels, dtype=np.uint8).reshape(height, width, 4)


def discs(drawn):
    """All discs: colour, x, y and diameter."""
    return [
        (each["colour"], *each["path"][0][:2], 2 * each["path"][0][2])
        for each in drawn
        if each["kind"] == "fill" and len(each["path"]) == 1
    ]


def strokes(drawn, colour):
    """The lines in a colour."""
    return [each for each in drawn if each["kind"] == "stroke" and each["colour"] == colour]


def words(drawn):
    """All words, with where they begin and end, and their line."""
    return [(each["words"], each["left"], each["left"] + each["width"], each["y"]) for each in drawn
            if each["kind"] == "words"]  # fmt: skip


def _pixels(source):
    with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as image:
        return base64.b64encode(image.convert("RGBA").tobytes()).decode()


def _inflated(text):
    return base64.b64encode(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS)).decode()
