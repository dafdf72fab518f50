"""Series along a run, against finite differences and closed forms; curves by the law of frame k."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.catalog import load_surface, surface_names
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.draw.curves import axis_range, kept_apart
from optviz.draw.polylines import Line, envelope
from optviz.errors import ArgumentError
from optviz.gradients import gradient
from optviz.picture import LAYOUTS
from optviz.races import race
from optviz.scene import Curves, Scene, contour_of, scene_of
from optviz.series import hessian, series_names, series_of
from optviz.themes import THEMES
from tests.trainings import obeys_the_law


@pytest.mark.slow
@pytest.mark.parametrize("name", surface_names())
def test_the_hessian_is_the_slope_of_the_gradient(name):
    surface = load_surface(name)
    x0, x1, y0, y1 = surface.window
    points = np.random.default_rng(5).uniform((x0, y0), (x1, y1), (40, 2))
    slope = gradient(surface.fn, compiled=False)
    columns = surface.data or ()
    found = hessian(surface, points)
    size = 1e-6 * np.array([x1 - x0, y1 - y0])
    good = np.ones(len(points), dtype=bool)
    for axis in (0, 1):
        step = np.zeros(2)
        step[axis] = size[axis]
        coarse, fine = (
            (slope(points + share * step, *columns) - slope(points - share * step, *columns)) / (2 * share * size[axis])
            for share in (1.0, 0.5)
        )
        scale = np.abs(found).max(axis=(1, 2)) + 1e-3
        steady = np.abs(coarse - fine).max(axis=1) < 1e-4 * scale  # near a kink differences say nothing
        good &= steady
        assert np.abs(fine - found[:, axis])[steady].max() < 1e-3 * scale[steady].max()
    assert good.sum() > 20


def test_series_of_a_bowl_are_what_they_are_called():
    bowl = optviz.Surface(
        name="bowl", fn=lambda x, y: x**2 + 4 * y**2, domain=(-3, 3, -3, 3), start=(2.0, 1.0), minima=((0, 0),)
    )
    result = race(bowl, ["sgd:lr=0.1", "adam:lr=0.2"], steps=12)
    x, y = result.points[..., 0], result.points[..., 1]
    expected = {
        "loss": x**2 + 4 * y**2,
        "gradient": np.hypot(2 * x, 8 * y),
        "distance": np.hypot(x, y),
        "sharpness": np.full(x.shape, 8.0),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(series_of(result, name).values, values, rtol=1e-9)
    steps = series_of(result, "step").values
    assert np.isnan(steps[0]).all()
    np.testing.assert_allclose(steps[1:], np.hypot(np.diff(x, axis=0), np.diff(y, axis=0)))
    np.testing.assert_allclose(series_of(result, "sharpness").bounds, [20, 10])


def test_sharpness_is_the_largest_eigenvalue_of_the_hessian():
    """Of (1 − x)² + 100(y − x²)², whose second derivatives are these."""
    result = race("rosenbrock", ["sgd:lr=0.001"], steps=30)
    for (x, y), found in zip(result["sgd"], series_of(result, "sharpness").values[:, 0], strict=True):
        hess = [[2 - 400 * (y - x * x) + 800 * x * x, -400 * x], [-400 * x, 200]]
        assert found == pytest.approx(np.linalg.eigvalsh(hess)[-1], rel=1e-9)


def test_the_loss_that_is_followed_is_above_the_lowest():
    """The lowest value of Branin's function is 10 / 8π."""
    result = race("branin", ["sgd:lr=0.01"], steps=20)
    found = series_of(result, "loss")
    assert found.log
    np.testing.assert_allclose(found.values, result.values - 10 / (8 * math.pi), atol=1e-9)


def test_without_a_minimum_there_is_no_gap_and_no_distance():
    result = race("saddle", steps=20)
    assert not series_of(result, "loss").log
    assert np.isnan(series_of(result, "distance").values).all()


def test_the_distance_is_to_a_listed_minimum_and_is_called_so():
    """Rastrigin's function has a minimum beside every whole number; one of them is listed."""
    result = race("rastrigin", ["sgd:lr=1e-3"], steps=400)
    x, y = result["sgd"][-1]
    slopes = series_of(result, "gradient").values
    assert slopes[-1, 0] < 1e-6 < 4 < math.hypot(x, y), "it ends in a minimum that is not listed"
    found = series_of(result, "distance")
    assert "listed" in found.title
    assert found.values[-1, 0] == result.to_json()["runs"][0]["distance"] == pytest.approx(math.hypot(x, y), rel=1e-15)


@pytest.mark.parametrize("name", ["himmelblau", "rastrigin", "shubert", "saddle"])
def test_the_distance_is_the_least_of_all(name):
    surface, points = load_surface(name), np.random.default_rng(0).normal(size=(4, 5, 2)) * 3
    found = surface.distance(points)
    for place in np.ndindex(4, 5):
        ways = [math.dist(minimum, points[place]) for minimum in surface.minima]
        assert found[place] == (pytest.approx(min(ways), rel=1e-14) if ways else pytest.approx(math.nan, nan_ok=True))


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["rosenbrock", "saddle", "noisy-moons"])
def test_frame_k_alone_equals_frame_k_of_the_film_with_every_curve(name, layout, theme):
    ran = race(name, ["sgd:lr=0.01", "adam:lr=0.1", "momentum:lr=0.01"], steps=40)
    film = Film(scene_of(ran, size=(480, 400), theme=theme, layout=layout, curves=series_names(), frames=25))
    for index, frame in enumerate(film.frames()):
        if index % 8 == 0 or index == len(film) - 1:
            assert np.array_equal(frame.pixels, film.frame(index)), index


def test_a_scene_can_be_composed_by_hand():
    ran = race("himmelblau", ["sgd:lr=0.01", "adam:lr=0.1"], steps=10)
    whole = scene_of(ran, size=(400, 300), curves=("loss", "step"))
    maps = [contour_of(ran, ran.surface.window, [owner]) for owner in (0, 1)]
    scene = Scene(
        title="two by two",
        cast=whole.cast,
        panels=[maps, whole.panels[1]],
        theme=whole.theme,
        size=whole.size,
        timeline=whole.timeline,
    )
    assert Film(scene).frame(-1).shape == (300, 400)
    with pytest.raises(ArgumentError, match="panels"):
        Scene(title="", cast=whole.cast, panels=[[]], theme=whole.theme, size=whole.size, timeline=whole.timeline)


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize(
    "values", [[np.nan], [0.0, 0.0], [1.0, 1.0], [1e-300, 1e300], [3.0, 2.0, np.inf], [-1.0, -2.0]]
)
def test_an_axis_has_two_ends_whatever_it_is_to_show(values, log):
    low, high = axis_range(np.array(values)[:, None], log=log)
    assert np.isfinite([low, high]).all()
    assert low < high


def test_names_are_parted_and_stay_inside():
    spots = kept_apart([10.0, 11.0, 12.0, 90.0, 99.0], 12, 0, 100)
    assert all(b - a >= 12 - 1e-9 for a, b in itertools.pairwise(spots))
    assert spots[0] >= 0
    assert spots[-1] <= 100


@pytest.mark.parametrize(("options", "words"), [({"layout": "grid"}, "overlay"), ({"curves": ("los",)}, "'loss'")])
def test_unknown_names_are_refused(options, words):
    with pytest.raises(ArgumentError, match=words):
        scene_of(race("booth", lr=0.01, steps=2), **options)


def test_what_is_left_of_the_cursor_stays_and_what_is_right_of_it_is_blank():
    ran = race("noisy-moons", ["sgd:lr=1", "adam:lr=0.1"], steps=90, batch_size=4)
    film = Film(scene_of(ran, size=(480, 400), curves=("loss",)))
    _, painter, *_ = film.painters
    left, top, right, bottom = painter.place
    cursor, reach = round(left + (right - left) * 30 / 90), 6
    then, last = film.still(30)[top:bottom], film.still(90)[top:bottom]
    assert np.array_equal(then[:, left : cursor - reach], last[:, left : cursor - reach])
    assert np.array_equal(then[:, cursor + reach : right], film.ground[top:bottom, cursor + reach : right])
    assert not np.array_equal(last[:, cursor + reach : right - reach], then[:, cursor + reach : right - reach])


def test_a_dense_curve_is_thinned_to_what_can_be_seen():
    generator = np.random.default_rng(3)
    across = np.linspace(50.0, 150.0, 20_000)
    path = np.stack([across, generator.normal(300, 40, across.size)], axis=-1)
    path[4000:4100, 1] = np.nan
    path[9999, 1] = np.nan
    kept = envelope(path)
    assert len(kept) <= 4 * 101 + 2 + 4
    assert not np.isfinite(path[kept, 1]).all(), "gaps stay gaps"
    for column in range(50, 150):
        everything = path[np.floor(across) == column, 1]
        shown = path[kept[np.floor(across[kept]) == column], 1]
        assert (np.nanmin(shown), np.nanmax(shown)) == (np.nanmin(everything), np.nanmax(everything))
        np.testing.assert_array_equal(shown[[0, -1]], everything[[0, -1]])
    assert envelope(np.full((5, 2), np.nan)).tolist() == [0]


def test_a_dense_curve_has_the_outline_of_all_its_steps():
    generator = np.random.default_rng(4)
    path = np.stack([np.linspace(10.0, 110.0, 8000), generator.normal(50, 8, 8000)], axis=-1)
    covered = []
    [(thinned, _)] = Line(path, (10, 0, 110, 100)).until(8000)
    for line in (path, thinned):
        canvas = Canvas(120, 100)
        canvas.line(line, "#000000", 1.5)
        covered.append(canvas.pixels.view(np.uint8)[:, 3::4] > 128)
    for one, other in (covered, covered[::-1]):
        near = np.any([np.roll(other, (x, y), (0, 1)) for x in (-1, 0, 1) for y in (-1, 0, 1)], axis=0)
        assert not (one & ~near).any()
        assert one.sum() > 1000


def test_lines_that_run_on_each_other_are_all_seen():
    """The second half of the later one lies on the earlier one: there both colours are seen, in dashes."""
    ran = race("booth", ["sgd:lr=0.01", "momentum:lr=0.01"], steps=60)
    [panel] = [each for row in scene_of(ran, curves=("loss",)).panels for each in row if isinstance(each, Curves)]
    values = np.stack([np.geomspace(1, 10, 61), np.geomspace(1, 10, 61)], axis=1)
    values[:30, 1] *= 3
    panel = replace(panel, series=replace(panel.series, values=values))
    film = Film(replace(scene_of(ran), panels=[[panel]]))
    painter, pixels = film.painters[0], film.frame(-1)
    first, second = (packed(colour) for colour in film.colours[:2])
    halves = {}
    for name, steps in (("apart", range(2, 28)), ("together", range(32, 58))):
        spots = painter.paths[1][list(steps)].round().astype(int)
        near = [pixels[y - 1 : y + 2, x - 1 : x + 2].ravel() for x, y in spots.tolist()]
        halves[name] = [sum(int((each == colour).any()) for each in near) / len(near) for colour in (first, second)]
    assert halves["apart"] == [0, 1]
    assert min(halves["together"]) > 0.25
    assert obeys_the_law(film, every=20)
