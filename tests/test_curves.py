"""Curves in pixels: where values lie, what an axis spans, bands, bounds, cursors, and lines that run on each other."""

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.curves import axis_range, kept_apart
from optviz.draw.polylines import Line, run_upon
from optviz.draw.scales import powers
from optviz.scene import scene_of
from optviz.timeline import Clock, Timeline, timeline
from tests.pictures import LIGHT, curves_of, decoded, film_of, near, share
from tests.texts import written

SIZE = 800, 600
EPOCHS = Clock("epoch", 0.25, 1)
PAPER = LIGHT.background


def shown(panel, step=None, count=None, **more):
    """The panel's pixels at a step, the last unless given, as its place on the sheet, and the film."""
    known = {"size": SIZE, "theme": LIGHT, "count": panel.series.values.shape[1] if count is None else count}
    film = film_of([[panel]], **known | more)
    left, top, right, bottom = film.painters[0].place
    return film.still(film.last_step if step is None else step)[top:bottom, left:right], film


def height_of(pixels, column, colour):
    """At what share of the panel's height, from its foot, a line of that colour lies in a column; NaN where none."""
    rows = np.flatnonzero(near(pixels[:, column], colour, 60))
    return 1 - (rows.mean() + 0.5) / len(pixels) if len(rows) else np.nan


# the ends of an axis


@pytest.mark.parametrize("least", [1e-3, 1e-8, 1e-11])
def test_a_logarithmic_axis_reaches_from_the_least_to_the_largest(least):
    low, high = axis_range(np.array([[100.0], [1.0], [least]]), log=True)
    assert low == pytest.approx(np.log10(least), abs=0.2)
    assert high == pytest.approx(2, abs=0.2)
    assert low < np.log10(least) < 2 < high


def test_a_run_that_reaches_its_minimum_does_not_stretch_the_axis_to_nothing():
    values = np.array([[1.0], [1e-5], [1e-40], [0.0]])
    low, high = axis_range(values, log=True)
    assert 13 <= high - low <= 15, "about as many decades as a double has digits"
    assert high == pytest.approx(0, abs=0.2)


def test_a_run_that_flies_off_does_not_press_the_others_flat():
    steps = 100
    calm = np.geomspace(10, 0.1, steps)
    wild = np.concatenate([calm[:20], np.geomspace(10, 1e200, steps - 20)])
    low, high = axis_range(np.stack([calm, wild], axis=1), log=True)
    assert 1 + 2 < high < 1 + 5
    assert low < -1
    low, high = axis_range(np.stack([calm, wild], axis=1), log=False)
    assert 10 < high < 200
    assert low < 0.2


def test_an_axis_holds_what_happens_later_but_for_single_values():
    values = np.linspace(5, 15, 400)[:, None].copy()
    low, high = axis_range(values, log=False)
    assert low < 5.3
    assert 14.7 < high < 17
    values[200] = 90
    assert axis_range(values, log=False)[1] < 20, "a single spike may be cut"


@pytest.mark.parametrize("log", [False, True])
def test_values_that_are_all_the_same_lie_in_the_middle(log):
    low, high = axis_range(np.full((10, 2), 7.0), log=log)
    place = np.log10(7) if log else 7
    assert (low + high) / 2 == pytest.approx(place)
    assert high > low


@pytest.mark.parametrize("values", [np.full((4, 2), np.nan), np.zeros((0, 1))])
def test_an_axis_of_no_values_has_ends(values):
    low, high = axis_range(values, log=False)
    assert low < high


# where values lie


@pytest.mark.parametrize("log", [False, True])
def test_a_curve_goes_through_its_values(log):
    values = np.geomspace(1000, 0.01, 41)[:, None] if log else 3 + np.sin(np.arange(41) / 6)[:, None]
    panel = curves_of(values, log=log, span=(-2.5, 3.5) if log else (1.5, 4.5))
    pixels, film = shown(panel)
    (low, high), placed = panel.span, (np.log10(values) if log else values)[:, 0]
    for step in range(2, 40, 3):
        column = round(step / 40 * pixels.shape[1])
        found = height_of(pixels, min(column, pixels.shape[1] - 1), film.colours[0])
        assert found == pytest.approx((placed[step] - low) / (high - low), abs=0.02)


def test_what_has_reached_zero_lies_at_the_foot_of_a_logarithmic_axis():
    values = np.array([1.0, 0.1, 0.01, 0.0, 0.0, 0.0, 0.0])[:, None]
    pixels, film = shown(curves_of(values, log=True))
    assert height_of(pixels, round(pixels.shape[1] * 0.8), film.colours[0]) < 0.02


def test_gridlines_lie_at_their_numbers():
    panel = curves_of(np.geomspace(1000, 0.001, 30)[:, None], log=True, span=(-4.0, 4.0))
    with written(SIZE) as texts:
        pixels, film = shown(panel, step=0)
    left, top, _, bottom = film.painters[0].place
    numbers = [each for each in texts if each.words.startswith("1e") and each.left < left]
    assert len(numbers) >= 4
    column = decoded(pixels[:, pixels.shape[1] // 2])[:, 0]
    rows = np.flatnonzero(column < 250)
    for each in numbers:
        power = float(each.words.removeprefix("1e").replace("−", "-"))
        y = bottom - (power + 4) / 8 * (bottom - top)
        assert (each.top + each.bottom) / 2 == pytest.approx(y, abs=2), "the number stands at its height"
        assert np.abs(top + rows + 0.5 - y).min() < 1.2, "and so does a line"


def test_steps_stand_beneath_their_places():
    steps = 120
    with written(SIZE) as texts:
        _, film = shown(curves_of(np.linspace(5, 1, steps + 1)[:, None]), step=0)
    left, _, right, bottom = film.painters[0].place
    numbers = [each for each in texts if each.words.isdigit() and each.top > bottom]
    assert len(numbers) >= 3
    for each in numbers:
        assert (each.left + each.right) / 2 == pytest.approx(left + int(each.words) / steps * (right - left), abs=1.5)


# as time goes


@pytest.mark.parametrize("step", [0, 9, 25, 39])
def test_a_frame_shows_the_curves_up_to_its_step_a_cursor_and_the_heads(step):
    values = np.stack([np.linspace(5, 1, 41), np.linspace(2, 4, 41)], axis=1)
    band = values - 0.3, values + 0.3
    panel = curves_of(values, band=band, span=(0.0, 6.0))
    pixels, film = shown(panel, step=step)
    wide = pixels.shape[1]
    at, reach = step / 40 * wide, 8
    for run in (0, 1):
        columns = np.flatnonzero(near(pixels, film.colours[run], 30).any(axis=0))
        assert columns.max() == pytest.approx(at, abs=reach), "nothing of what is to come"
        assert columns.min() <= max(2, at - 1)
        row = round((1 - values[step, run] / 6) * len(pixels))
        head = pixels[row - 2 : row + 2, max(0, round(at) - 2) : round(at) + 2]
        assert near(head, film.colours[run]).mean() > 0.6, "the head is where the run is"
    ahead = decoded(pixels[:, int(at) + reach : -2])
    grey = np.ptp(ahead, axis=-1) < 16
    assert grey.all(), "bands are uncovered with their curves"
    cursor = near(pixels[3:, max(0, int(at) - 1) : int(at) + 2], LIGHT.quiet, 90).any(axis=1)
    assert cursor.mean() > 0.6


# bands, bounds, and what lies beside


@pytest.mark.parametrize("log", [False, True])
def test_a_band_lies_between_its_deciles_and_leaves_the_curve_to_be_seen(log):
    middle = np.full((21, 1), 100.0)
    panel = curves_of(middle, log=log, band=(middle / 10, middle * 10), span=(-1.0, 5.0) if log else (-500.0, 1500.0))
    pixels, film = shown(panel, step=20)
    column = pixels[:, pixels.shape[1] // 2 + 3]
    strength = share(column, PAPER, film.colours[0])
    rows = np.arange(len(column))
    foot, head = (1 - (2 / 6 if log else 510 / 2000)), (1 - (4 / 6 if log else 1500 / 2000))
    inside = strength[(rows > head * len(rows) + 1) & (rows < foot * len(rows) - 1)]
    outside = np.concatenate([strength[rows < head * len(rows) - 2], strength[rows > foot * len(rows) + 2]])
    assert 0.12 < np.median(inside) < 0.35, "it is seen, and so is the paper"
    assert np.median(np.abs(outside)) < 0.02
    line = height_of(pixels, pixels.shape[1] // 2 + 3, film.colours[0])
    assert line == pytest.approx((2 - -1) / 6 if log else 600 / 2000, abs=0.02)


def test_an_edged_band_is_fainter_and_its_ends_are_lines():
    middle = np.full((21, 1), 100.0)
    band = middle - 60, middle + 60
    plain, edged = (shown(curves_of(middle, band=band, edged=edged, span=(0.0, 200.0)))[0] for edged in (False, True))
    film = shown(curves_of(middle), step=0)[1]
    column = plain.shape[1] // 2 + 3
    faint, strong = (share(each[:, column], PAPER, film.colours[0]) for each in (edged, plain))
    between = slice(round(0.3 * len(plain)), round(0.42 * len(plain)))
    assert 0.04 < np.median(faint[between]) < 0.7 * np.median(strong[between])
    for end in (0.2, 0.8):
        row = round(end * len(plain))
        assert faint[row - 2 : row + 2].max() > 0.3 > strong[row - 2 : row + 2].max()


def test_a_second_series_is_seen_and_thinner_than_the_first():
    first, second = np.full((21, 1), 3.0), np.full((21, 1), 1.0)
    pixels, film = shown(curves_of(first, beside=second, span=(0.0, 4.0)))
    column = share(pixels[:, pixels.shape[1] // 2 + 3], PAPER, film.colours[0])
    upper, lower = column[: len(column) // 2], column[len(column) // 2 :]
    assert upper.max() > 0.9
    assert 0.2 < lower.max() < 0.8
    assert np.argmax(lower) + len(upper) == pytest.approx(0.75 * len(column), abs=2)


def test_bounds_are_dashed_lines_in_the_colours_of_their_runs():
    values = np.stack([np.linspace(1, 2, 30), np.linspace(2, 1, 30)], axis=1)
    pixels, film = shown(curves_of(values, bounds=np.array([6.0, 4.0]), span=(0.0, 8.0)), step=0)
    for run, bound in enumerate((6.0, 4.0)):
        row = round((1 - bound / 8) * len(pixels))
        covered = share(pixels[row - 2 : row + 2], PAPER, film.colours[run]).max(axis=0)[20:]
        coloured = np.ptp(decoded(pixels[row - 2 : row + 2]), axis=-1).max(axis=0)[20:] > 40
        assert 0.3 < coloured.mean() < 0.8, "dashes and gaps"
        assert covered[coloured].mean() > 0.4


# lines that run on each other


@pytest.mark.parametrize("count", [2, 3])
def test_curves_that_are_one_are_all_seen(count):
    values = np.repeat(np.linspace(5, 1, 60)[:, None], count, axis=1)
    pixels, film = shown(curves_of(values, span=(0.0, 6.0)), step=59)
    for run in range(count):
        seen = near(pixels[:, : -pixels.shape[1] // 10], film.colours[run], 40).any(axis=0)
        assert 0.15 < seen.mean() < 0.85


def test_curves_that_cross_are_solid():
    values = np.stack([np.linspace(5, 1, 60), np.linspace(1, 5, 60)], axis=1)
    pixels, film = shown(curves_of(values, span=(0.0, 6.0)), step=59)
    for run in (0, 1):
        seen = near(pixels[:, : -pixels.shape[1] // 10], film.colours[run], 60).any(axis=0)
        assert seen.mean() > 0.95


def test_a_curve_runs_on_another_where_it_is_near_to_it_for_long():
    x = np.arange(200.0)
    place = (0, 0, 200, 100)
    first = np.stack([x, np.full(200, 50.0)], axis=-1)
    for length, counts in ((60, 60), (10, 0)):
        second = first.copy()
        second[:, 1] = np.where((x >= 40) & (x < 40 + length), 50.2, 90)
        alone, below = run_upon([first, second], 1.0, place)
        assert not alone.any(), "the first one runs on nobody"
        assert below.sum() == counts


# many steps in a column of pixels


def test_a_dense_curve_keeps_its_spikes_and_its_gaps():
    steps = 5000
    generator = np.random.default_rng(1)
    y = 50 + generator.normal(0, 3, steps)
    y[1234], y[3456], y[4000:4200] = 2.0, 97.0, np.nan
    path = np.stack([np.linspace(0, 100, steps), y], axis=-1)
    line = Line(path, (0, 0, 100, 100))
    corners = np.concatenate([corners for corners, _ in line.until(steps)])
    assert len(corners) < 600, "not all of them are drawn"
    for step in (1234, 3456):
        assert (np.abs(corners - path[step]).max(axis=1) < 1e-9).any()
    for column in range(78):
        mine, drawn = (each[np.floor(each[:, 0]) == column, 1] for each in (path, corners))
        assert (mine.min(), mine.max()) == (drawn.min(), drawn.max())
    assert np.isnan(corners).any(), "and where nothing is known the line is broken"


@pytest.mark.parametrize("step", [0, 3, 17, 40])
def test_a_line_goes_up_to_its_step(step):
    path = np.stack([np.arange(41.0), np.arange(41.0)], axis=-1)
    [(corners, below)] = Line(path, (0, 0, 100, 100)).until(step)
    assert np.array_equal(corners, path[: step + 1])
    assert below == 0


# names at the ends, and numbers along the axes


@pytest.mark.parametrize("wanted", [[50, 50, 50], [1, 2, 99], [98, 99, 99.5, 100], [10, 40, 70], [0, 0, 0, 0, 0]])
def test_names_are_moved_apart_and_no_farther_than_they_must(wanted):
    found = np.array(kept_apart([float(each) for each in wanted], 12.0, 0.0, 100.0))
    assert (np.diff(found) >= 12.0 - 1e-9).all()
    assert found.min() >= 0
    assert found.max() <= 100
    if (np.diff(wanted) >= 12).all():
        assert found.tolist() == wanted


def test_steps_are_counted_as_the_clock_counts_them():
    values = np.linspace(5, 1, 41)[:, None]
    with written(SIZE) as texts:
        film = film_of([[curves_of(values)]], size=SIZE, theme=LIGHT, timeline=Timeline(timeline(40).shots, 30, EPOCHS))
    left, _, right, bottom = film.painters[0].place
    numbers = [each for each in texts if each.words.replace(".", "").isdigit() and each.top > bottom]
    assert len(numbers) >= 3
    for each in numbers:
        epochs = float(each.words)
        assert (each.left + each.right) / 2 == pytest.approx(left + epochs / 10 * (right - left), abs=1.5)


@pytest.mark.parametrize(("surface", "log"), [("himmelblau", True), ("saddle", False)])
def test_a_loss_has_a_logarithmic_axis_where_its_least_is_known(surface, log):
    race = optviz.race(surface, ["sgd:lr=0.01"], steps=30)
    with written(SIZE) as texts:
        film = Film(scene_of(race, curves=("loss",), size=SIZE))
    assert film.scene.panels[1][0].series.log == log
    assert any("(log)" in each.words for each in texts) == log


@pytest.mark.parametrize("count", [3, 5, 12])
@pytest.mark.parametrize(("low", "high"), [(-14, 2), (-3.2, 4.7), (0.1, 0.9), (0.35, 1.2), (-0.2, 0.2)])
def test_powers_of_ten_are_what_they_say_and_lie_on_the_axis(low, high, count):
    found = powers(low, high, count)
    assert found
    assert all(low <= each <= high for each in found)
    assert len(found) <= max(count + 1, 6)
    digits = [10 ** (each - np.floor(each + 1e-9)) for each in found]
    assert all(min(abs(digit - each) for each in (1, 2, 5)) < 1e-6 for digit in digits)


def test_curves_of_many_seeds_are_the_median_and_the_deciles_of_all():
    race = optviz.race("himmelblau", ["sgd:lr=0.01", "adam:lr=0.1"], noise=2.0, steps=12)
    [_, [panel]] = scene_of(race, show=("ghosts",), seeds=7, curves=("step",)).panels
    seeds = [optviz.race("himmelblau", ["sgd:lr=0.01", "adam:lr=0.1"], noise=2.0, steps=12, seed=s) for s in range(7)]
    lengths = np.stack([np.hypot(*np.moveaxis(np.diff(each.points, axis=0), -1, 0)) for each in seeds])
    low, middle, high = np.quantile(lengths, [0.1, 0.5, 0.9], axis=0, method="inverted_cdf")
    np.testing.assert_allclose(panel.series.values[1:], middle)
    np.testing.assert_allclose(panel.band[0][1:], low)
    np.testing.assert_allclose(panel.band[1][1:], high)
