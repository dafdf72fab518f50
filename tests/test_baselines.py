"""Small pictures as they were, so that whoever stops drawing something is noticed.

    python tests/test_baselines.py --renew [WORDS]

draws all of them anew, or those whose names contain the words; look at what has changed before you commit it.

Letters are blocks here, a column for each, by its number so high: FreeType draws them another way in every version, and
how wide they are decides what has room. All else is drawn as ever, so that a picture may differ in the last digits
alone, where a processor has other instructions: nearly no pixel changes by more than a few levels, one or two at the
edge of an isoline by more. A label, a head, a trail or a hairline that is missing is a dozen pixels or more.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.netscenes import Portrait, scene_of_training
from optviz.picture import Picture
from optviz.scene import scene_of
from optviz.themes import THEMES

FOLDER = Path(__file__).parent / "baselines"
FAR = 24
"""Of 255, in any channel: a pixel that differs by more is another one. A sixth of it is how roughly files are kept."""
MOST = 0.0005
"""The share of all pixels that may be others: 9 of 160 × 120."""

SMALL, WIDE, SQUARE, TALL = (160, 120), (320, 180), (180, 180), (150, 240)
THREE = ("sgd:lr=0.005", "momentum:lr=0.005", "adam:lr=0.3")


@cache
def raced(surface="himmelblau", optimizers=THREE, steps=40, **more):
    return optviz.race(surface, list(optimizers), steps=steps, **more)


@cache
def learned(**more):
    sys.path.append(str(FOLDER.parents[1]))
    from tests.trainings import trained

    sys.path.pop()
    return trained(**{"epochs": 4} | more)


def race(*given, at=-1, size=SMALL, **picture):
    """What draws a frame of a race: its surface, its optimizers; how it is to look."""
    conditions = {key: picture.pop(key) for key in ("steps", "noise", "start", "batch_size") if key in picture}
    return lambda: Film(scene_of(raced(*given, **conditions), size=size, frames=9, **picture)).frame(at)


def training(show, *, at=-1, size=SMALL, plane="pca", learns=(), **picture):
    """What draws a frame of a training."""
    return lambda: Film(
        scene_of_training(
            learned(**dict(learns)),
            Portrait(show=show, plane=plane, picture=Picture(size=size, frames=9, **picture)),
        )
    ).frame(at)


def sized(theme):
    """A sheet on which a theme's letters have room."""
    return (220, 150) if "slide" in theme else SMALL


GONE = ("sgd:lr=0.5", "adam:lr=0.3")
CROWD = tuple(f"sgd:lr={n + 1}e-3" for n in range(12))
MANY = tuple((-3 + 0.5 * n % 6, -3 + 0.37 * n % 6) for n in range(40))
MORE = tuple((-4 + 0.013 * n % 8, -4 + 0.37 * n % 8) for n in range(520))
HIDDEN = {"view": "relief", "azimuth": 60.0, "elevation": 25.0}
BASELINES = {
    **{f"contour {theme}": race(theme=theme, size=sized(theme)) for theme in THEMES},
    **{f"relief {theme}": race(theme=theme, size=sized(theme), view="relief") for theme in THEMES},
    **{f"curves {theme}": race(theme=theme, curves=("loss",), size=(180, 150)) for theme in THEMES},
    **{f"cast {theme}": race(theme=theme, size=WIDE) for theme in ("light", "dark", "print")},
    "relief hidden": race(**HIDDEN),
    "relief orbit": race(view="relief", camera="orbit", at=4),
    "panels": race(layout="panels", size=(300, 120)),
    "panels relief": race(layout="panels", view="relief", size=(300, 120)),
    "beginning": race(at=0),
    "middle": race(at=4),
    "cast square": race(size=SQUARE),
    "cast tall": race(size=TALL),
    "cast crowd": race("himmelblau", CROWD, size=WIDE),
    "labels at heads": race("himmelblau", CROWD, size=SQUARE),
    "labels on a relief": race("himmelblau", CROWD, view="relief", size=SQUARE),
    "minima": race("styblinski-tang", ("sgd:lr=0.01",)),
    "leaving": race("booth", ("momentum:lr=0.08", "adam:lr=0.1"), view_box=(-3.0, 4.0, -3.0, 4.0)),
    "leaving relief": race(
        "booth", ("momentum:lr=0.08", "adam:lr=0.1"), view_box=(-3.0, 4.0, -3.0, 4.0), view="relief"
    ),
    "diverged": race("booth", GONE, curves=("loss",), size=(400, 240)),
    "many curves": race(curves=("loss", "gradient", "sharpness", "step"), size=(300, 260)),
    "curves middle": race(curves=("loss",), size=(180, 150), at=4),
    "linear curve": race("saddle", THREE, curves=("loss",), size=(180, 150)),
    "panels and curves": race(layout="panels", curves=("loss",), size=(300, 200)),
    "fading": race(show=("fading",)),
    "vectors": race("himmelblau", ("adam:lr=0.3",), show=("vectors",), at=2, size=WIDE),
    "vectors square": race(show=("vectors",), at=1, size=(200, 220)),
    "ghosts": race(noise=8.0, show=("ghosts",), seeds=5, curves=("loss",), size=(180, 150)),
    "swarm": race("himmelblau", THREE, start=MANY),
    "swarm curves": race("himmelblau", THREE, start=MANY, curves=("loss",), size=(180, 150)),
    "swarm of heads": race("himmelblau", ("sgd:lr=0.005",), start=MORE, steps=10),
    "fading swarm": race("himmelblau", THREE, start=MANY, show=("fading",)),
    "transparent": race(transparent=True, curves=("loss",), size=(180, 150)),
    "title": race(title="A title of its own", size=WIDE, theme="slide-dark"),
    "learning": training("curves", size=(240, 180)),
    "learning seeds": training("curves", size=(240, 180), learns=(("ensemble", 1), ("seeds", (0, 1, 2)))),
    "boundary": training("boundary", size=(300, 150)),
    "boundary dark": training("boundary", size=(300, 150), theme="dark"),
    "boundary and curves": training("boundary,curves", size=(300, 240)),
    "plane": training("plane"),
    "plane random": training("plane", plane="random"),
    "plane relief": training("plane", view="relief"),
    "activations": training("activations", size=(300, 200)),
    "activations dark": training("activations", size=(300, 200), theme="dark"),
}


def pixels_of(drawn):
    """Bytes R, G, B, A (height, width, 4); what is not seen at all has no colour."""
    shown = np.ascontiguousarray(drawn).view(np.uint8).reshape(*drawn.shape, 4)
    return shown * (shown[..., 3:] > 0)


def keep(name, pixels):
    """Write a picture whose colours are rounded to the next eighth number: it takes half the room."""
    rough = np.minimum((pixels.astype(int) + 4) // 8 * 8, 255).astype(np.uint8)
    rough[..., 3] = pixels[..., 3]
    image = Image.fromarray(rough)
    if (pixels[..., 3] == 255).all():
        image = image.convert("RGB")
    FOLDER.mkdir(exist_ok=True)
    image.save(FOLDER / f"{name.replace(' ', '-')}.png", optimize=True)


def kept(name):
    with Image.open(FOLDER / f"{name.replace(' ', '-')}.png") as image:
        return np.asarray(image.convert("RGBA"))


def others(one, other):
    """Which pixels (height, width) are others."""
    return (np.abs(one.astype(np.int32) - other) > FAR).any(axis=-1)


def block_letters(patch):
    """Let a sheet write blocks."""

    def wide(canvas, size, bold):
        return (0.65 if bold else 0.6) * size * canvas.points

    def write(canvas, x, y, words, size, colour, *, bold):
        for place, letter in enumerate(words):
            left, right = (round(x + (place + end) * wide(canvas, size, bold)) for end in (0, 0.75))
            high = 0 if letter == " " else round((0.4 + ord(letter) % 5 / 8) * size * canvas.points)
            canvas.pixels[max(0, round(y) - high) : max(0, round(y)), max(0, left) : max(0, right)] = packed(colour)

    def text_width(canvas, words, size, *, bold=False):
        return len(words) * wide(canvas, size, bold)

    patch.setattr(Canvas, "write", write)
    patch.setattr(
        Canvas, "text_width", lambda canvas, words, size, *, bold=False: len(words) * wide(canvas, size, bold)
    )


@pytest.fixture(autouse=True)
def _block_letters(monkeypatch):
    block_letters(monkeypatch)


@pytest.mark.parametrize("name", BASELINES)
def test_a_picture_is_as_it_was(name, tmp_path):
    now, then = pixels_of(BASELINES[name]()), kept(name)
    assert now.shape == then.shape
    changed = others(now, then)
    if changed.mean() > MOST:
        Image.fromarray(now).save(tmp_path / "now.png")
        Image.fromarray(np.where(changed, 255, now[..., :3].mean(axis=-1) / 3).astype(np.uint8)).save(
            tmp_path / "changed.png"
        )
        rows, columns = np.nonzero(changed)
        pytest.fail(
            f"{name}: {changed.sum()} pixels from ({columns.min()}, {rows.min()}) to ({columns.max()}, {rows.max()}) "
            f"are others; see now.png and changed.png in {tmp_path}, and {FOLDER}"
        )


def test_every_baseline_is_of_a_picture():
    assert {path.stem for path in FOLDER.iterdir()} == {name.replace(" ", "-") for name in BASELINES}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 400_000


LIGHT = THEMES["light"]
LEFT_OUT = {
    "a trail": ("contour light", "line", lambda corners, colour, *_, **__: colour == LIGHT.look(0).colour),
    "casings": ("contour light", "line", lambda corners, colour, *_, **__: colour == LIGHT.background),
    "cursors": ("many curves", "line", lambda corners, colour, width, **_: width == 0.8),
    "trails of a swarm": ("swarm", "segments", lambda *_, **__: True),
    "points": ("boundary", "dots", lambda *_, rim=0.0, **__: rim == 0.0),
    "arrowheads": ("leaving", "polygon", lambda *_, **__: True),
    "one head": ("cast light", "disc", None),
    "the ring at the start": ("contour dark", "ring", lambda *_, **__: True),
    "one label": ("labels at heads", "label", None),
    "one number": ("cast dark", "number", None),
    "one word": ("cast light", "write", None),
    "a map": ("panels", "image", None),
    "bands": ("learning seeds", "tint", lambda *_, **__: True),
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_not_drawn_any_more_is_noticed(what, monkeypatch):
    """Of all that a verb draws, what is asked for is left out, or the last."""
    name, verb, is_it = LEFT_OUT[what]
    draw, drawn, missing = getattr(Canvas, verb), [], []
    monkeypatch.setattr(Canvas, verb, lambda canvas, *given, **more: (
        drawn.append(given), draw(canvas, *given, **more)
    )[1])  # fmt: skip
    BASELINES[name]()
    last, count = len(drawn), 0

    def all_but(canvas, *given, **more):
        nonlocal count
        count += 1
        if count == last if is_it is None else is_it(*given, **more):
            missing.append(given)
            return 0, 0, 1, 1
        return draw(canvas, *given, **more)

    monkeypatch.setattr(Canvas, verb, all_but)
    now = pixels_of(BASELINES[name]())
    assert missing
    assert others(now, kept(name)).mean() > MOST


@pytest.mark.parametrize("name", ["relief light", "curves dark"])
def test_last_digits_make_no_other_picture(name):
    now = pixels_of(BASELINES[name]()).astype(int)
    rounded = now + np.random.default_rng(0).integers(-4, 5, now.shape)
    assert not others(rounded, kept(name)).any()


def renew(words):
    with pytest.MonkeyPatch.context() as patch:
        block_letters(patch)
        for name, draw in BASELINES.items():
            if words in name:
                keep(name, pixels_of(draw()))
                print(name)


if __name__ == "__main__":
    if "--renew" not in sys.argv:
        sys.exit(__doc__)
    renew(" ".join(word for word in sys.argv[1:] if word != "--renew"))
