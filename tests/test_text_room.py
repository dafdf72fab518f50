"""Whatever a picture's size, letters and words: all of them lie on its sheet, and none on each other."""

import random
import re
from functools import cache

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.errors import ArgumentError
from optviz.page import page_of
from optviz.scene import scene_of
from optviz.surface import Surface
from optviz.themes import PRESETS, theme_of
from tests.pages import Player
from tests.texts import Text, outside, overlapping, written

pytestmark = pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")  # that nobody moves far
NUMBER = r"−?[\d.]+(e−?\d+)?"
NAMES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adadelta", "adamax")
BOXES = {
    "plain": (-5, 5, -5, 5),
    "thousands": (-1e4, 1e4, -1e4, 1e4),
    "far right": (1e9, 1e9 + 1, -1, 1),
    "far down": (-1, 1, -1e9 - 1, -1e9),
    "both far": (1234567.1, 1234567.9, 1e6 + 0.01, 1e6 + 0.09),
    "tiny": (-3e-7, 5e-7, 1e-30, 3e-30),
    "huge": (-1e100, 1e100, -1e5, 1e5),
}
SIZES = [
    (64, 64),
    (100, 64),
    (64, 200),
    (160, 120),
    (320, 120),
    (320, 240),
    (240, 400),
    (600, 600),
    (1280, 720),
]
CURVES = [(), ("loss",), ("loss", "gradient"), ("loss", "gradient", "step", "distance")]


def bowl(box):
    x0, x1, y0, y1 = box
    return Surface(
        name="bowl",
        fn=lambda x, y: ((x - (x0 + x1) / 2) / (x1 - x0)) ** 2 + ((y - (y0 + y1) / 2) / (y1 - y0)) ** 2,
        domain=box,
        start=(x0 + 0.8 * (x1 - x0), y0 + 0.7 * (y1 - y0)),
    )


@cache
def raced(box, count, label=""):
    specs = [f"{NAMES[n % 8]}:lr=0.0{n + 1}" + (f',label="{label} {n}"' if label else "") for n in range(count)]
    return optviz.race(bowl(BOXES[box]), specs, steps=12)


def texts_of(race, step=-1, **options):
    """What is written in the picture of the end."""
    with written(options["size"]) as found:
        Film(scene_of(race, frames=3, **options)).frame(step)
    return found


def chance(seed):
    """A picture that somebody may ask for."""
    draw = random.Random(seed)
    count = draw.choice([1, 2, 3, 5, 8, 9, 16, 33, 64])
    text, heading = draw.choice([6, 8, 10, 13, 16, 24, 40, 72]), draw.choice([8, 16, 25, 60, 144])
    options = {
        "size": draw.choice(SIZES),
        "theme": theme_of({"name": "chance", "text": text, "heading": heading}),
        "title": ("A title of so many words " * 25)[: draw.choice([0, 10, 60, 500])],
        "layout": draw.choice(["overlay", "panels"]),
        "curves": draw.choice(CURVES),
        "view": draw.choice(["contour", "contour", "relief"]),
    }
    if options["view"] == "relief":
        count = min(count, 16)
    elif count < 3 and draw.random() < 0.4:
        options["show"] = ("vectors",)
    if options["layout"] == "panels":
        count = min(count, 60)
    return draw.choice(list(BOXES)), count, draw.choice(["", "A very long name of an optimizer " * 3]), options


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_asked_for_has_room_or_is_told_its_size(seed):
    box, count, label, options = chance(seed)
    try:
        found = texts_of(raced(box, count, label), **options)
    except ArgumentError as error:
        size = tuple(map(int, re.search(r"it needs (\d+)x(\d+)", str(error)).groups()))
        assert max(options["size"]) <= 400, "a sheet of ordinary size has room"
        found = texts_of(raced(box, count, label), **options | {"size": size})
        options["size"] = size
    assert not outside(found, options["size"])
    assert not overlapping(found)


@pytest.mark.slow
@pytest.mark.parametrize("preset", [*PRESETS, None])
@pytest.mark.parametrize("box", BOXES)
def test_what_lies_apart_is_labelled_apart(box, preset):
    size = PRESETS[preset].size if preset else (800, 600)
    scene = scene_of(raced(box, 1), frames=3, preset=preset, size=size, title="")
    with written(size) as found:
        film = Film(scene)
    left, top, right, bottom = film.painters[0].place
    em = film.scene.theme.text * film.scale * 100 / 72
    beneath = [each for each in found if bottom < each.top < bottom + em and each.right < right + 3 * em]
    beside = [each for each in found if each.right < left and top < each.bottom < bottom + 0.6 * em]
    above = [each for each in found if top - em < each.bottom < top and each.left < left and each not in beside]
    under = [each for each in found if bottom + em < each.top and each.right < right + 3 * em]
    for axis, offsets, (low, high) in ((beneath, under, BOXES[box][:2]), (beside, above, BOXES[box][2:])):
        assert len({each.words for each in axis}) == len(axis) >= 2
        spots = [each.left + each.right if axis is beneath else -each.top - each.bottom for each in axis]
        values = np.array([number(each.words) for each in axis])[np.argsort(spots)]
        assert (np.diff(values) > 0).all(), "numbers rise along their axis"
        slack = 1e-9 * max(abs(low), abs(high))
        beyond = [0.0, *(number(each.words) for each in offsets if each.words[0] in "+−")]
        assert any((low - slack <= more + values).all() and (more + values <= high + slack).all() for more in beyond)


def number(words):
    return float(words.replace("−", "-"))


def test_an_ordinary_picture_has_the_letters_of_its_theme():
    for size in [(320, 240), (800, 600), (600, 1000)]:
        film = Film(scene_of(raced("plain", 5), size=size, curves=("loss",)))
        assert film.scene.theme == theme_of({"base": "light", "name": "light"})


@pytest.mark.slow
def test_a_sheet_without_room_is_told_the_size_it_needs(refuse):
    asked = "animate --surface booth --size 64x64 --layout panels --with loss --lr 0.01 -o a.gif"
    message = refuse(2, *asked.split())
    assert re.search(r"size 64x64 has no room for 6 panels; it needs \d+x\d+, or fewer panels", message)


HOOK = """
window.texts = new Map();
const {fillText, clearRect} = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function(...box) {
  if (box[2] >= this.canvas.width) window.texts.delete(this.canvas);
  return clearRect.apply(this, box);
};
CanvasRenderingContext2D.prototype.fillText = function(words, x, y, ...rest) {
  const {actualBoundingBoxLeft: left, actualBoundingBoxRight: right, actualBoundingBoxAscent: up,
    actualBoundingBoxDescent: down} = this.measureText(words);
  const {a, e, d, f} = this.getTransform();
  if (!window.texts.has(this.canvas)) window.texts.set(this.canvas, []);
  const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]);
  const box = [(x - left) * a + e, (y - up) * d + f, (x + right) * a + e, (y + down) * d + f];
  window.texts.get(this.canvas).push([String(words), ...box, size]);
  return fillText.call(this, words, x, y, ...rest);
};
"""
PAGES = {
    "plain": {"curves": ("gradient",)},
    "thousands": {"layout": "panels"},
    "far right": {},
    "far down": {"layout": "panels"},
    "both far": {"curves": ("loss", "distance")},
    "huge": {"view": "relief"},
}


@pytest.fixture
def measuring(browser):
    """A browser that keeps what is written on canvases."""
    hook = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HOOK})
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", hook)


WINDOWS = ((1400, 900), (800, 700), (380, 760))
CUT = """
const wide = document.documentElement.clientWidth;
return [...document.querySelectorAll(".race h1, .race .name, .race .loss, .race .rate, .race .step")].filter((each) => {
  const range = document.createRange();
  range.selectNodeContents(each);
  const [words, box] = [range.getBoundingClientRect(), each.getBoundingClientRect()];
  return words.left < -0.5 || words.right > wide + 0.5 || words.right > box.right + 1;
}).map((each) => each.textContent);
"""


def look_at(measuring, path, width, height):
    """A page at its end in a window of that size: nothing of what is written on it is cut, or on something else."""
    page = Player(measuring, path).look(width=width, height=height)
    canvases = page.run(
        "return [...window.texts].filter(([canvas]) => canvas.isConnected).map(([canvas, texts]) =>"
        " [[canvas.width, canvas.height], canvas.closest('figure').className, texts])"
    )
    for size, kind, texts in canvases:
        found = [Text(*each) for each in texts]
        assert not outside(found, size), (kind, width)
        assert not overlapping(found), (kind, width)
        for axis in axes_of(found):
            assert len({each.words for each in axis}) == len(axis), (kind, width)
        assert min(each.size for each in found) >= 9, "nobody reads smaller letters"
    assert page.run(CUT) == []
    return page, canvases


@pytest.mark.slow
@pytest.mark.parametrize("box", PAGES)
def test_words_on_pages_lie_on_their_canvas_and_not_on_each_other(box, measuring, tmp_path):
    optviz.animate(raced(box, 9 if box == "plain" else 3), tmp_path / "a.html", size=(640, 480), **PAGES[box])
    for window in WINDOWS:
        _, canvases = look_at(measuring, tmp_path / "a.html", *window)
        assert len(canvases) >= 2
        for size, _, texts in canvases:
            found = [Text(*each) for each in texts]
            up = [each for each in found if re.fullmatch(NUMBER, each.words) and each.right < 0.3 * size[0]]
            assert len({round(each.bottom) for each in up}) != 1, "two numbers at least at the left, if any"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_page_is_asked_for_has_room(seed, measuring, tmp_path):
    """The first has 64 panels and all names and titles long; what the others have is chance."""
    draw = random.Random(seed)
    label = (
        draw.choice(["", "A very long name of an optimizer " * 3, "Supercalifragilistic" * 5]) if seed else "Long " * 20
    )
    panels = not seed or draw.random() < 0.5
    options = {
        "size": draw.choice([(320, 120), (640, 480), (1200, 900)]) if seed else (1200, 900),
        "theme": theme_of({"name": "chance", "text": draw.choice([4, 10, 30, 72])}),
        "title": draw.choice(["A title of so many words " * 8, "W" * 200, "Short"]) if seed else "Words " * 33,
        "layout": "panels" if panels else "overlay",
        "curves": draw.choice(CURVES) if seed and not panels else (),
    }
    race = raced(draw.choice(list(BOXES)), draw.choice([2, 5, 9, 33, 64]) if seed else 64, label)
    (tmp_path / "a.html").write_text(page_of(scene_of(race, **options)), encoding="utf-8")
    for window in WINDOWS:
        page, _ = look_at(measuring, tmp_path / "a.html", *window)
        shown = page.run(
            "return [...document.querySelectorAll('.map')].map(({children: [, middle]}) =>"
            " Math.min(middle.clientWidth, middle.clientHeight))"
        )
        assert min(shown) >= 40, "a map of fewer pixels shows nothing"
        wide = page.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], "nothing is beside the window"


def axes_of(texts):
    """Numbers in one row, and in one column."""
    numbers = [each for each in texts if re.fullmatch(NUMBER, each.words)]
    rows, columns = {}, {}
    for each in numbers:
        rows.setdefault(round(each.bottom), []).append(each)
        columns.setdefault(round(each.right), []).append(each)
    return [*rows.values(), *columns.values()]
