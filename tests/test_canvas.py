"""The verbs of a canvas draw what they say, on pixels and on vector paper; and the numbers along axes are round."""

import math
import re

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.draw.glyphs import Glyphs
from optviz.draw.labels import Label
from optviz.draw.layout import some_ticks, ticks, to_pixels
from optviz.draw.scales import scale
from optviz.encode.still import save_still
from optviz.scene import scene_of
from tests.pictures import GROUND, decoded, near, share, sheet

RED = "#d00000"


def test_a_point_lies_where_its_box_says():
    place = (10, 20, 110, 70)
    points = np.array([[0.0, 0.0], [4.0, 2.0], [1.0, 2.0], [2.0, 1.0], [np.inf, 0.0], [1e300, 0.0]])
    meant = [[10, 70], [110, 20], [35, 20], [60, 45], [np.nan, np.nan], [np.nan, np.nan]]
    np.testing.assert_allclose(to_pixels(points, (0.0, 4.0, 0.0, 2.0), place), meant)


# numbers along axes


@pytest.mark.parametrize("count", [2, 3, 5, 8])
@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3.3, 7.1), (1e-7, 3e-7), (-2e5, 1.7e6), (99.5, 100.2)])
def test_ticks_are_round_and_fill_the_axis(low, high, count):
    found = ticks(low, high, count)
    steps = np.diff(found)
    step = steps[0] if len(steps) else 0.0
    if len(found) > 1:
        np.testing.assert_allclose(steps, step)
        digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(digits - each) for each in (1, 2, 5)) < 1e-6
        assert found[0] - step < low <= found[0] + 1e-9 * abs(low)
        assert found[-1] - 1e-9 * abs(high) <= high < found[-1] + step
    assert len(found) <= count + 1
    assert len(some_ticks(low, high, count)) >= 2


def test_letters_of_numbers_are_never_less_than_three_quarters():
    sizes = []
    scale(0.0, 1.0, 5, 12.0, lambda values, labels, size: sizes.append(size) or False)
    assert min(sizes) == pytest.approx(9.0)
    assert max(sizes) == 12.0


def test_numbers_without_room_are_fewer_before_they_are_smaller():
    found = scale(0.0, 10.0, 10, 12.0, lambda values, labels, size: len(values) <= 3)
    assert found.size == 12.0
    assert 2 <= len(found.values) <= 3


# the verbs of a canvas


@pytest.mark.parametrize("width", [3.0, 5.0])
def test_dashes_are_measured_in_widths_of_their_line(width):
    canvas = sheet(400, 20)
    canvas.line(np.array([[0.0, 10.5], [400.0, 10.5]]), RED, width, dash=(2.0, 3.0))
    drawn = share(canvas.pixels[10], GROUND, RED) > 0.5
    period = 5 * width * 100 / 72
    assert np.diff(drawn.astype(int)).clip(0).sum() == pytest.approx(400 / period, abs=1.1)
    assert drawn.mean() == pytest.approx(0.4, abs=0.04)
    shifted = sheet(400, 20)
    shifted.line(np.array([[0.0, 10.5], [400.0, 10.5]]), RED, width, dash=(2.0, 3.0), walked=period / 2)
    moved = share(shifted.pixels[10], GROUND, RED) > 0.5
    assert (moved[: -round(period)] == np.roll(drawn, -round(period / 2))[: -round(period)]).mean() > 0.9


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0])
def test_what_is_seen_through_is_as_strong_as_it_says(alpha):
    canvas = sheet(60, 60)
    canvas.tint((10, 10, 20, 20), RED, alpha)
    canvas.segments(np.array([[[30.5, 0.0], [30.5, 60.0]]]), RED, 6.0, alpha)
    canvas.line(np.array([[45.5, 0.0], [45.5, 60.0]]), RED, 6.0, alpha=alpha)
    for x in (15, 30, 45):
        assert share(canvas.pixels[15, x], GROUND, RED) == pytest.approx(alpha, abs=0.01)
    assert near(canvas.pixels[15, 9:21], GROUND, 2).tolist() == [True, *[False] * 10, True]


def test_circles_and_marks_have_the_sizes_that_they_say():
    points, canvas = 100 / 72, sheet(100, 100)
    canvas.dots(np.array([[25.0, 25.0], [75.0, 25.0]]), 12.0, RED)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * math.sqrt(math.pi) / 2
    canvas.dots(np.array([[25.0, 75.0]]), 12.0, RED, mark=square)
    canvas.disc(75, 75, 12.0, RED, RED, 0.0)
    area = math.pi * (6 * points) ** 2
    for rows in (slice(0, 50), slice(50, 100)):
        for columns in (slice(0, 50), slice(50, 100)):
            assert share(canvas.pixels[rows, columns], GROUND, RED).sum() == pytest.approx(area, rel=0.04)
    canvas = sheet(100, 100)
    canvas.ring(50, 50, 30.0, RED, 3.0)
    assert share(canvas.pixels, GROUND, RED).sum() == pytest.approx(math.pi * 30 * points * 3 * points, rel=0.02)


def test_a_line_is_broken_where_nothing_is_known_and_keeps_to_its_clip():
    canvas = sheet(100, 20)
    corners = np.array([[0, 10.5], [30, 10.5], [np.nan, np.nan], [60, 10.5], [100, 10.5]])
    canvas.line(corners, RED, 3.0, cap="butt", clip=(10, 0, 90, 20))
    drawn = share(canvas.pixels[10], GROUND, RED) > 0.5
    assert np.flatnonzero(np.diff(drawn.astype(int))).tolist() == [9, 29, 59, 89]


@pytest.mark.parametrize(("anchor", "share_left"), [("left", 0.0), ("centre", 0.5), ("right", 1.0)])
def test_words_stand_where_their_anchor_says(anchor, share_left):
    canvas = sheet(200, 40, "#ffffff")
    canvas.text(100, 30, "HHHH", 12, "#000000", anchor=anchor)
    rows, columns = np.nonzero(~near(canvas.pixels, "#ffffff"))
    width = canvas.text_width("HHHH", 12)
    assert columns.min() == pytest.approx(100 - share_left * width, abs=3)
    assert columns.max() == pytest.approx(100 + (1 - share_left) * width, abs=3)
    assert rows.max() + 1 == pytest.approx(30, abs=1), "on their baseline"


def test_digits_that_change_look_like_words_and_leave_nothing_of_what_was_there():
    paper, words = Canvas(120, 40, 1.0, packed("#ffffff")), sheet(120, 40, "#ffffff")
    glyphs = Glyphs(paper, "0123456789", 12, "#000000", "#ffffff")
    for number in ("888888", "17"):
        paper.number(10, 30, number, glyphs, glyphs.width("888888"))
    words.text(10, 30, "17", 12, "#000000")
    assert not near(words.pixels, "#ffffff").all()
    assert np.abs(decoded(paper.pixels) - decoded(words.pixels)).mean() < 3
    assert near(paper.pixels[:, 40:], "#ffffff", 0).all()


@pytest.mark.parametrize("ground", ["#000000", "#ffffff", GROUND])
def test_a_label_can_be_read_on_any_ground(ground):
    canvas = sheet(120, 50, ground)
    label = Label("Adam", 12, RED, "#ffffff", canvas)
    canvas.label(label, 10, 10)
    letters = near(canvas.pixels, RED, 30)
    assert letters.sum() > 40
    grown = np.zeros_like(letters)
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        grown |= np.roll(letters, (dy, dx), axis=(0, 1))
    rim = decoded(canvas.pixels)[grown & ~letters]
    assert (rim[:, 0] > 180).mean() > 0.95, "between letters and ground there is the casing"


# vector paper


def svg_of(film, tmp_path):
    save_still(film, tmp_path / "a.svg", film.last_step)
    return (tmp_path / "a.svg").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("transparent", [False, True])
def test_vector_paper_has_every_runs_trail_band_and_head(tmp_path, transparent):
    race = optviz.race("himmelblau", ["sgd:lr=0.01", "adam:lr=0.1"], steps=20, noise=1.0)
    film = Film(scene_of(race, curves=("loss",), show=("ghosts",), seeds=4, size=(400, 300), transparent=transparent))
    text = svg_of(film, tmp_path)
    for colour in film.colours[:2]:
        styles = re.findall(rf'style="([^"]*(?:stroke|fill): {colour}[^"]*)"', text)
        widths = {float(each) for style in styles for each in re.findall(r"stroke-width: ([\d.]+)", style)}
        faint = {float(each) for style in styles for each in re.findall(r"stroke-opacity: ([\d.]+)", style)}
        assert 0.22 in faint, "bands"
        assert len(faint) >= 2, "and ghosts"
        column = 72 / 100 / film.scale
        assert any(width == pytest.approx(column, rel=0.01) for width in widths), "a band's strip is a pixel wide"
        assert any(f"fill: {colour}" in style for style in styles), "heads, and names"


def test_numbers_on_vector_paper_hide_nothing_where_the_sheet_is_none(tmp_path):
    race = optviz.race("himmelblau", ["sgd:lr=0.01"], steps=5)
    films = [Film(scene_of(race, size=(400, 300), transparent=each)) for each in (False, True)]
    plates = [len(re.findall(r'style="fill: #ffffff"', svg_of(film, tmp_path))) for film in films]
    assert plates[0] > plates[1]
    assert plates[1] == 0, "not even beneath the step and the loss"


def test_numbers_on_vector_paper_are_text(tmp_path):
    race = optviz.race("himmelblau", ["sgd:lr=0.01"], steps=17)
    text = svg_of(Film(scene_of(race, size=(400, 300))), tmp_path)
    assert "<!-- 17 -->" in text, "the step"
    words = [each.replace("−", "-") for each in re.findall(r"<!-- ([−\d.]+) -->", text)]
    assert any(float(each) == pytest.approx(race.values[-1, 0], rel=0.006) for each in words), "the loss"
