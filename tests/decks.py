"""What the tests of decks put on slides: pictures of every kind, ours and others', and texts that mean harm."""

import re
from html.parser import HTMLParser

from PIL import Image

import optviz

SMALL = {"size": (200, 150), "frames": 6, "steps": 10, "lr": 0.01}
HOSTILE = {
    "markup": "<script>alert(1)</script>&amp;\"'<img src=x onerror=alert(1)>",
    "latex": r"\input{/etc/passwd} 50% & $x_1^2$ #{~} \end{document}",
    "control": "a\x00b\x07c\x1b[31m\x7f\x85\ufffe\u2028\u202e\ud800z",
    "long": "long " * 2000,
    "one word": "w" * 10_000,
    "letters": "漢字 😀 שלום m̂ β₁ ← √ × “q”",
    "json": '{"optviz": "0.1.0", "format": 1',
    "empty": "",
}


def make_films(folder):
    """Our films and stills, and pictures by other programs, wide and high."""
    optviz.animate("booth", folder / "booth.gif", optimizers=["sgd", "adam"], **SMALL)
    optviz.plot("booth", folder / "still.png", optimizers=["sgd"], at="4", **SMALL)
    optviz.plot("booth", folder / "still.svg", optimizers=["sgd"], **SMALL)
    optviz.plot("booth", folder / "still.pdf", optimizers=["sgd"], **SMALL)
    for name, size in {"wide.png": (900, 200), "high.jpg": (120, 500), "plain.webp": (40, 30)}.items():
        Image.effect_noise(size, 40).save(folder / name)
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    for name in ("film.webp", "film.png", "film.gif"):
        frames[0].save(folder / name, save_all=True, append_images=frames[1:], duration=200)
    return folder


def assert_balanced(text):
    """Braces that LaTeX counts come in pairs."""
    depth = 0
    for brace in re.findall(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        assert depth >= 0
    assert depth == 0


class Page(HTMLParser):
    """Tags, each with its attributes and the text right after it."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.tags:
            self.tags[-1][2] += data

    def all(self, tag):
        return [(attributes, text.rstrip()) for name, attributes, text in self.tags if name == tag]
