"""Numbers are rounded right, rates that were given stand as they were given, and what stands still has its own numbers.

The cases in ``numerals.json`` are written by hand: the number as one reads it, rounded as one learns it at school.
"""

import json
import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.cast import runners_of
from optviz.draw.canvas import Canvas
from optviz.draw.curves import CurvesPainter
from optviz.draw.scales import scale
from optviz.numerals import fixed, loss_label, percent_label, rate_cell, rate_text, tick_label
from optviz.page.document import PLAYER
from optviz.recipe import recipe_of
from optviz.wording import caption_of
from tests.offscreen import engine, told
from tests.pages import Player

RACE = {"steps": 150, "lr": 0.01, "size": (320, 240), "theme": "light"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "more", [{}, {"transparent": True}, {"curves": ("loss",)}, {"view": "relief", "camera": "orbit"}]
)
def test_a_frame_in_a_folder_is_the_still_of_its_step(tmp_path, more):
    film = optviz.animate("himmelblau", f"{tmp_path}/frames/", frames=25, **RACE, **more).film
    assert any(shot.reading != shot.step for shot in film.shots), "or there is nothing to be seen"
    optviz.plot("himmelblau", tmp_path / "still.png", at=film.scene.timeline.steps, frames=25, **RACE, **more)
    for index, step in enumerate(film.scene.timeline.steps):
        frame = (tmp_path / "frames" / f"frame-{index:04}.png").read_bytes()
        assert frame == (tmp_path / f"still-{step}.png").read_bytes()


def on_paper(pixels):
    """RGBA on white, as one grey."""
    pixels = pixels.astype(float)
    return 255 + (pixels[..., :3].mean(axis=-1) - 255) * pixels[..., 3] / 255


@pytest.mark.slow
@pytest.mark.parametrize(
    "more", [{}, {"transparent": True}, {"fps": 50}, {"show": ("vectors",), "optimizers": ["adam"]}, {"title": ""}]
)
def test_a_frame_on_a_beamer_slide_has_the_number_of_its_step(tmp_path, more):
    optviz.animate("himmelblau", tmp_path / "film.gif", **RACE | more)
    optviz.slides(tmp_path / "talk.tex", [tmp_path / "film.gif"])
    film = optviz.plot("himmelblau", **RACE | more).film
    steps = film.scene.timeline.steps
    stills = np.stack([on_paper(film.still(step).view(np.uint8).reshape(240, 320, 4)) for step in steps])
    counter, trails = (slice(None, 30), slice(100, 240)), (slice(40, 200), slice(30, 220))
    pictures = sorted((tmp_path / "talk-frames" / "film").iterdir())
    assert len(pictures) == min(48, len(steps))
    told = []
    for path in pictures:
        picture = on_paper(np.asarray(Image.open(path).convert("RGBA")))
        by_number, by_trails = (np.abs(stills - picture)[:, *part].mean(axis=(1, 2)) for part in (counter, trails))
        told.append(int(by_number.argmin()))
        assert by_trails[told[-1]] <= by_trails.min() + 0.02, f"{path.name} says step {steps[told[-1]]}"
    assert told == sorted(told)
    assert told[-1] == len(steps) - 1
    assert len(set(told)) > 15


def test_a_film_of_others_is_shown_frame_by_frame(tmp_path):
    frames = [Image.new("RGB", (40, 30), (0, 0, 5 * index)) for index in range(9)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=40)
    optviz.slides(tmp_path / "talk.tex", [tmp_path / "film.gif"])
    assert len({path.read_bytes() for path in (tmp_path / "talk-frames" / "film").iterdir()}) == 9


CASES = json.loads(Path(__file__).with_name("numerals.json").read_text(encoding="utf-8"))
LABELS = {"loss": ("short", loss_label), "tick": ("tickLabel", tick_label), "percent": ("percent", percent_label)}


def chance(count):
    """Numbers of all sizes, half of them of few digits, so that many lie half-way."""
    draw = random.Random(7)
    for index in range(count):
        value = draw.choice((1, -1)) * 10 ** draw.uniform(-9, 9)
        yield float(f"{value:.{draw.randint(1, 5)}g}") if index % 2 else value


@pytest.fixture(scope="module")
def player():
    """What a function of the player says of many values."""
    js = engine("numbers", "scales")
    return lambda name, values: told(js, f"values[0].map((each) => {name}(each))", values)


@pytest.mark.parametrize("kind", LABELS)
def test_numbers_are_rounded_right_in_films_and_pages(kind, player):
    name, label = LABELS[kind]
    values, wanted = zip(*CASES[kind], strict=True)
    assert [label(value) for value in values] == list(wanted)
    assert player(name, values) == list(wanted)
    values = [abs(value) % 1 for value in chance(2000)] if kind == "percent" else list(chance(2000))
    assert player(name, values) == [label(value) for value in values]


def test_pages_choose_the_numbers_of_an_axis_as_films_do(player):
    draw = random.Random(3)
    axes = []
    for _ in range(300):
        middle, span = draw.choice([0, 1, -1]) * 10 ** draw.uniform(-12, 12), 10 ** draw.uniform(-9, 9)
        if span > 1e-9 * abs(middle):
            axes.append([middle - span, middle + span * draw.random(), draw.randint(2, 8), draw.randint(3, 9)])
    found = player("((a) => scaleOf(a[0], a[1], a[2], 10, (_, words) => words.every((w) => w.length <= a[3])))", axes)
    for (low, high, count, most), chosen in zip(axes, found, strict=True):
        wanted = scale(low, high, count, 10.0, lambda _, words, __, most=most: max(map(len, words)) <= most)
        assert chosen["labels"] == list(wanted.labels), (low, high, count, most)
        assert (chosen["offset"], chosen["size"]) == (wanted.offset, wanted.size)


def test_a_number_has_the_nearest_decimal():
    for value in chance(3000):
        for places in (0, 1, 3):
            exact = abs(Fraction(repr(value))) * 10**places
            wanted = math.floor(exact + Fraction(1, 2))
            found = fixed(value, places)
            assert abs(Fraction(found.replace("−", "-"))) * 10**places == wanted, (value, places)
            assert found.startswith("−") == (value < 0 and wanted > 0)
            assert len(found.partition(".")[2]) == places


GIVEN = {
    0.0195: "0.0195",
    0.00195: "0.00195",
    0.1: "0.1",
    133.79: "133.79",
    0.012345: "0.012345",
    1.5e-5: "1.5e−5",
    2e5: "2e5",
    12345.678: "12345.678",
    1 / 3: "0.33333333",
    1.0: "1",
    1e-4: "0.0001",
}


@pytest.mark.parametrize("rate", GIVEN)
def test_a_given_rate_stands_as_it_was_given(rate, tmp_path):
    race = optviz.race("booth", [optviz.SGD(lr=rate), optviz.Adam(lr=0.5)], steps=1)
    assert runners_of(race.runs, race.values, "loss")[0].rate == f"lr {GIVEN[rate]}"
    assert f"Learning rates: {GIVEN[rate]} and 0.5, given." in caption_of(recipe_of(race, {}))
    assert float(rate_cell(rate, "given")) == pytest.approx(rate, rel=1e-7)
    page = optviz.animate(race, tmp_path / "race.html").film and (tmp_path / "race.html").read_text()
    assert json.dumps(f"lr {GIVEN[rate]}") in page
    assert rate_text(rate, "same") == rate_text(rate, "given")


def test_a_hyperparameter_stands_as_it_was_given():
    race = optviz.race("booth", ["adam:lr=0.5,beta2=0.9995", "adam:lr=0.5,beta2=0.99951"], steps=1)
    assert [each.title for each in runners_of(race.runs, race.values, "loss")] == [
        "Adam beta2 0.9995", "Adam beta2 0.99951"
    ]  # fmt: skip


def test_tables_and_lists_have_the_rate_that_was_given(run):
    told = run("compare", "--surface", "booth", "-O", "sgd:lr=0.0195", "--steps", "3", "--format", "csv").stdout
    assert told.splitlines()[1].split(",")[1] == "0.0195"


def test_the_player_has_one_file_of_numbers():
    folder = Path(optviz.__file__).with_name("page") / "player"
    for name in PLAYER:
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        assert name == "numbers" or not any(word in text for word in ("toFixed", "toPrecision", "toExponential")), name


DIVERGING = {"himmelblau": "sgd:lr=0.1", "booth": "sgd:lr=0.3", "rosenbrock": "sgd:lr=1e200"}


def crosses(corners):
    """The middles of crosses among lines of two corners: pairs of equal bars that cross aslant."""
    bars = [
        line
        for line in corners
        if len(line) == 2 and abs(abs(line[1][0] - line[0][0]) - abs(line[1][1] - line[0][1])) < 1e-3
    ]
    bars = [line for line in bars if 1 < abs(line[1][0] - line[0][0]) < 40]
    return {tuple(round(float(part), 2) for part in np.mean(line, axis=0)) for line in bars}


@pytest.mark.parametrize("surface", DIVERGING)
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_cross_stands_where_a_run_diverged(surface, suffix, tmp_path, monkeypatch):
    steps = 40
    race = optviz.race(surface, [DIVERGING[surface], "adam:lr=0.1"], steps=steps)
    gone = race.diverged_at[0]
    assert gone is not None
    lines = []
    draw = Canvas.line
    monkeypatch.setattr(Canvas, "line", lambda self, corners, *rest, **more: (
        lines.append(np.array(corners)), draw(self, corners, *rest, **more)
    )[1])  # fmt: skip
    plot = optviz.plot(race, tmp_path / f"a{suffix}", curves=("loss",), size=(640, 480), at=steps)
    [panel] = [each for each in plot.film.painters if isinstance(each, CurvesPainter)]
    left, top, right, bottom = panel.place
    [(x, y)] = crosses(line for line in lines if len(line) == 2 and line[:, 1].min() > top - 20)
    assert x == pytest.approx(left + (right - left) * gone / steps, abs=0.1)
    assert top <= y <= bottom


HOOK = """
window.bars = [];
const {moveTo, lineTo} = CanvasRenderingContext2D.prototype;
let from = null;
CanvasRenderingContext2D.prototype.moveTo = function(x, y) { from = [x, y]; return moveTo.call(this, x, y); };
CanvasRenderingContext2D.prototype.lineTo = function(x, y) {
  if (from) window.bars.push([from, [x, y]]);
  from = [x, y];
  return lineTo.call(this, x, y);
};
"""


def test_a_cross_stands_where_a_run_diverged_in_pages(browser, tmp_path):
    race = optviz.race("himmelblau", ["sgd:lr=0.1", "adam:lr=0.1"], steps=60)
    optviz.animate(race, tmp_path / "race.html")
    hook = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HOOK})
    try:
        page = Player(browser, tmp_path / "race.html").look()
        bars = page.run("return window.bars")
        width = page.run("return document.querySelector('.curve').clientWidth")
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", hook)
    levels = [x for (x, y), (_, end) in bars if y == end and x > 20]  # where gridlines begin: the left end of the plot
    left, right = max(levels, key=levels.count), width - 8
    [x] = {x for x, _ in crosses(np.array(bars))}
    assert x == pytest.approx(left + (right - left) * race.diverged_at[0] / 60, abs=0.1)
