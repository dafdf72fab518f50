"""Results and pictures scale with the problem: other units of f, of x or of y change numbers, and nothing else."""

import base64
import math
import warnings
from dataclasses import replace
from decimal import Decimal

import autograd.numpy as anp
import numpy as np
import pytest

from optviz.checks import check_surface
from optviz.claims import parse_claim
from optviz.draw.curves import axis_range
from optviz.draw.layout import ticks
from optviz.draw.shade import BANDS, heights, scale_of
from optviz.errors import ArgumentError, OptvizWarning, SurfaceError
from optviz.page.curves import curve_told
from optviz.page.packing import numbers, packed_roughly
from optviz.picture import Picture
from optviz.plotting import plot, replot
from optviz.races import judged, race
from optviz.recipe import read_recipe
from optviz.scene import Curves
from optviz.series import Series
from optviz.slopes import measure
from optviz.surface import Surface

TENS = [6, -6, 12, -12, 50, -50, 150, -150, 290, -290]


def valley(x, y):
    """A curved valley; on its domain f lies between 0 and 30, about."""
    return (x**2 + 1.5 * y) ** 2 + (x - 0.5) ** 2 + y**2


DOMAIN, START, MINIMUM = (-2.0, 2.0, -1.0, 1.5), (-1.5, 1.25), (0.25, 0.0)


def measured(*, f=1.0, more=0.0, x=1.0, y=1.0, right=0.0, up=0.0, data=None, **rest):
    """The valley in other units: f · valley + more, x and y stretched and moved, domain, start and minimum along."""

    def value(a, b, *columns):
        found = f * valley((a - right) / x, (b - up) / y) + more
        return found + 0 * columns[0] if columns else found

    x0, x1, y0, y1 = DOMAIN
    return Surface(
        name="valley",
        fn=value,
        domain=(x0 * x + right, x1 * x + right, y0 * y + up, y1 * y + up),
        start=(START[0] * x + right, START[1] * y + up),
        minima=((MINIMUM[0] * x + right, MINIMUM[1] * y + up),),
        data=None if data is None else (np.zeros(data),),
        batch_size=data,
        **rest,
    )


def mapped(surface):
    values = heights(surface, surface.window, 90, 70)
    return scale_of(values)(values)


# --- the map


@pytest.mark.parametrize("data", [None, 3])
@pytest.mark.parametrize("power", [20, -20, 40, -40, 166, -166, 1000, -1000])
def test_a_map_is_the_same_in_any_unit_of_f(power, data):
    """To multiply by a power of two rounds nothing: the bands are the same to the bit."""
    assert np.array_equal(mapped(measured(f=2.0**power, data=data)), mapped(measured(data=data)))


@pytest.mark.parametrize("change", [{"f": 10.0**ten} for ten in TENS] + [{"more": 1e6}, {"f": 1e-9, "more": -1e-3}])
def test_a_map_is_nearly_the_same_where_numbers_are_rounded(change):
    assert mapped(measured(**change)) == pytest.approx(mapped(measured()), abs=0.01)


@pytest.mark.parametrize("change", [{"more": 1e6}, {"more": -1e9}, {"f": 1e30, "more": 1e37}])
def test_a_mean_over_data_far_from_0_has_a_map_too(change):
    """float32 holds seven digits, of which an offset leaves none for the valley."""
    assert mapped(measured(data=3, **change)) == pytest.approx(mapped(measured(data=3)), abs=0.05)


@pytest.mark.parametrize("decades", [10, 31, 43, 200, 300])
def test_a_map_of_many_decades_has_bands_in_all_of_them(decades):
    """log f = c · r is a cone: its level lines are circles that lie equally far apart."""
    steep = math.log(10) * decades / math.sqrt(2)
    surface = Surface(
        name="cone",
        fn=lambda x, y: anp.exp(steep * (x**2 + y**2) ** 0.5 - steep * math.sqrt(2) / 2),
        domain=(-1, 1, -1, 1),
        start=(0.5, 0.5),
    )
    values = heights(surface, surface.window, 90, 70)
    cone = (np.log(values) - np.log(values).min()) / np.ptp(np.log(values))
    assert scale_of(values)(values) == pytest.approx(cone * BANDS, abs=0.2 * BANDS)
    assert np.bincount(mapped(surface).astype(int).ravel(), minlength=BANDS).max() < 0.2 * values.size


def test_a_plateau_far_above_leaves_the_rest_its_bands():
    """An evenness that no coarser ε improves must not end the search for one."""
    values = heights(measured(), DOMAIN, 90, 70)
    walled = values.copy()
    walled[:, 60:] = 1e40
    shown = scale_of(walled)(walled)[:, :60]
    assert np.ptp(shown) > 0.75 * BANDS / 40, "one and a half decades of forty"


@pytest.mark.parametrize(("odd", "band"), [(np.nan, BANDS - 1), (np.inf, BANDS - 1), (-np.inf, 0)])
@pytest.mark.parametrize("unit", [1.0, 2.0**166, 2.0**-166])
def test_a_point_that_is_no_number_changes_nothing_else(odd, band, unit):
    values = heights(measured(f=unit), measured().window, 90, 70)
    spoiled = values.copy()
    spoiled[12, 34] = odd
    level, whole = scale_of(spoiled)(spoiled), scale_of(values)(values)
    assert int(level[12, 34]) == band
    level[12, 34] = whole[12, 34]
    assert np.array_equal(level, whole)


def test_a_mean_that_is_no_number_somewhere_spoils_no_neighbourhood():
    def value(x, y, *columns):
        return np.where(x > 1.5, np.nan, valley(x, y)) + (0 * columns[0] if columns else 0)

    parts = {"name": "half", "fn": value, "domain": DOMAIN, "start": START}
    level, exact = mapped(Surface(**parts, data=(np.zeros(2),), batch_size=1)), mapped(Surface(**parts))
    assert level[:, :72] == pytest.approx(exact[:, :72], abs=4), "of 22 bands: the mean is looked at more coarsely"
    assert level[:, -8:].min() > BANDS - 1


def test_the_values_that_a_map_tells_are_in_its_unit():
    for unit in (1.0, 2.0**166, 2.0**-166, 2.0**1000, 2.0**-1000):
        values = heights(measured(f=unit), DOMAIN, 90, 70)
        scale = scale_of(values)
        assert scale.value(scale(values)) == pytest.approx(values, rel=1e-3, abs=1e-3 * unit)


# --- what became of a run


def outcome(found):
    rows = found.to_json(points=False)["runs"]
    return [[row[key] for key in ("steps_to_tolerance", "left_at", "diverged_at")] for row in rows]


def raced(rates, change=None):
    optimizers = [f"{name}:lr={rate!r}" for name, rate in rates]
    return race(measured(**(change or {})), optimizers, steps=120)


SLOW, FAST, MOMENTUM, ADAM = 0.02, 0.5, 0.01, 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [{"f": 10.0**ten} for ten in TENS] + [{"more": 1e4}, {"f": 1e12, "more": -1e15}, {"f": 1e-12}]
)
def test_a_race_is_the_same_in_any_unit_of_f(change):
    """By gradients a step is lr · ∇f: rates are in the unit of 1/f. Adam's steps have no unit of f, but its eps has."""
    unit = change.get("f", 1.0)
    plain = [("sgd", SLOW), ("sgd", FAST), ("momentum", MOMENTUM)]
    scaled = [(name, rate / unit) for name, rate in plain]
    if 1e-6 < unit < 1e150:  # and its squares must be numbers
        plain, scaled = [*plain, ("adam", ADAM)], [*scaled, ("adam", ADAM)]
    assert outcome(raced(scaled, change)) == outcome(raced(plain))
    assert [row[2] is None for row in outcome(raced(plain))][:3] == [True, False, True]


@pytest.mark.parametrize("ten", [6, -6, 12, -12, 50, -50, 140, -140])
def test_a_race_is_the_same_in_any_unit_of_x_and_y(ten):
    unit = 10.0**ten
    plain = [("sgd", SLOW), ("sgd", FAST), ("momentum", MOMENTUM)]
    scaled = [(name, rate * unit * unit) for name, rate in plain]
    assert outcome(raced(scaled, {"x": unit, "y": unit})) == outcome(raced(plain))


@pytest.mark.parametrize("change", [{"right": 1e6}, {"up": -1e6}, {"right": -1e9, "up": 1e3}])
def test_a_race_is_the_same_elsewhere(change):
    plain = [("sgd", SLOW), ("sgd", FAST), ("momentum", MOMENTUM), ("adam", ADAM)]
    assert outcome(raced(plain, change)) == outcome(raced(plain))


@pytest.mark.parametrize("axis", ["x", "y"])
@pytest.mark.parametrize("ten", [6, -6, 12, -12, 50, -50, 150, -150])
def test_each_axis_has_a_measure_of_its_own(axis, ten):
    """No optimizer is indifferent to the unit of one axis: here the same paths are measured in other units."""
    plain = raced([("sgd", SLOW), ("sgd", FAST), ("momentum", MOMENTUM)])
    stretch = np.array([10.0**ten, 1.0] if axis == "x" else [1.0, 10.0**ten])
    posed = race(measured(**{axis: 10.0**ten}), ["sgd:lr=1"] * 3, steps=120).problem
    with np.errstate(over="ignore"):
        moved = judged(posed, plain.runs, plain.points * stretch, plain.values)
    assert outcome(moved) == outcome(plain)


def test_a_fit_of_large_numbers_has_not_diverged():
    """Gradient descent on a quadratic, at a rate below 2/curvature, converges whatever its unit."""
    surface = measured(f=1e14)
    [[steps, left, diverged]] = outcome(race(surface, ["sgd:lr=2e-16"], steps=100))
    assert (left, diverged) == (None, None)
    assert steps is not None


def test_minima_are_global_or_local_in_any_unit_of_f():
    """(x² − 1)² + x/100: the minimum at the left is lower by a fiftieth."""
    right, left = (0.99874528, 0.0), (-1.00124532, 0.0)
    for unit in (1.0, *(10.0**ten for ten in TENS)):
        for more in (0.0, 1e6):
            surface = Surface(
                name="two",
                fn=lambda x, y, unit=unit, more=more: unit * ((x**2 - 1) ** 2 + x / 100 + y**2 + more),
                domain=(-2, 2, -2, 2),
                start=(1.5, 1.0),
                minima=(left, right, (-1.00124531, 1e-7)),
            )
            assert surface.minima_within(surface.domain)[1].tolist() == [True, False, True]


# --- axes and boxes


@pytest.mark.parametrize("count", [2, 5, 9])
@pytest.mark.parametrize("place", [0, 1, -1000])
@pytest.mark.parametrize("exponent", [0, 6, -6, 12, -12, 50, -50, 299, -299])
def test_ticks_are_round_numbers_in_any_unit(exponent, place, count):
    """The same digits; a tick is the number that its decimal digits name, exactly."""
    low, high = (Decimal(place) + Decimal(end) for end in ("-2", "1.5"))
    plain = [Decimal(repr(value)) for value in ticks(float(low), float(high), count)]
    unit = Decimal(10) ** exponent
    assert ticks(float(low * unit), float(high * unit), count) == [float(value * unit) for value in plain]
    assert all(low <= value <= high for value in plain)


def test_ticks_far_from_0_are_where_they_say():
    assert ticks(1e12, 1e12 + 1, 4) == [1e12, 1e12 + 0.5, 1e12 + 1]
    assert ticks(-1e9 - 0.01, -1e9, 2) == [-1000000000.01, -1000000000.005, -1000000000.0]


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("ten", [6, -6, 12, -12, 50, -50, 150, -150, 280, -280])
@pytest.mark.parametrize("kind", ["falls", "stands", "flies off"])
def test_axes_of_curves_scale_with_what_they_show(log, ten, kind):
    steps = np.arange(60.0)[:, None]
    values = {"falls": 3 + 40 * 0.9**steps, "stands": 0 * steps + 7, "flies off": 0.5 + 1.4**steps}[kind]
    low, high = axis_range(values, log=log)
    assert low < high
    expected = (low + ten, high + ten) if log else (low * 10.0**ten, high * 10.0**ten)
    assert axis_range(values * 10.0**ten, log=log) == pytest.approx(expected, rel=1e-9)


def test_an_axis_does_not_magnify_what_is_rounded():
    low, high = axis_range(18 + np.array([[0.0], [4e-15], [-4e-15], [8e-15]]), log=False)
    assert high - low > 1


@pytest.mark.parametrize(
    "values", [[1.7e308, -1.7e308], [1.7e308, 5e-324], [5e-324, 5e-324], [1.7e308, 1.7e308], [0, 0]]
)
@pytest.mark.parametrize("log", [True, False])
def test_an_axis_has_ends_whatever_it_shows(values, log):
    low, high = axis_range(np.array([values, values[::-1]]), log=log)
    assert low < high
    assert math.isfinite(high - low)
    assert not log or 0 < 10**low < 10**high


@pytest.mark.parametrize(
    "domain",
    [
        (1e16, 1e16 + 4, -1, 1),
        (-1, 1, -1e50, -1e50 + 1e36),
        (-1e308, 1e308, -1, 1),
        (0, 1e-320, 0, 1),
    ],
)
def test_a_domain_that_numbers_cannot_tell_apart_is_refused(domain):
    with pytest.raises(SurfaceError, match=r"domain from .+ with 10000 double-precision numbers or more on it"):
        Surface(name="thin", fn=lambda x, y: x + y, domain=domain, start=(domain[0], domain[2]))


@pytest.mark.parametrize("box", [(1e16, 1e16 + 2, 0, 1), (0, 1, -1e308, 1e308), (3, 3 + 1e-13, 0, 1)])
def test_a_view_box_that_numbers_cannot_tell_apart_is_refused(box):
    with pytest.raises(ArgumentError, match=r"view box .+ with 10000 double-precision numbers or more on it"):
        Picture(view_box=box)


@pytest.mark.parametrize("box", [(3, 3 + 1e-9, 0, 1), (1e101, 2e101, -1e-150, 1e-150), (-4e299, 4e299, 0, 1)])
def test_a_view_box_may_lie_anywhere_else(box):
    assert Picture(view_box=box).view_box == box


@pytest.mark.parametrize("change", [{"x": 1e12, "y": 1e12}, {"x": 1e-50, "y": 1e-50}, {"f": 1e50}, {"x": 1e6}])
def test_a_minimum_is_found_within_a_hundredth_of_the_view(change):
    """Whatever the unit: starts so far from the minimum, in shares of the view, where nobody moves."""
    surface = measured(**change)
    x0, x1, y0, y1 = surface.window
    (x, y), (wide, high) = surface.minima[0], (x1 - x0, y1 - y0)
    for share, found in ((0.009, 1), (0.011, 0)):
        starts = [(x + share * wide, y), (x, y - share * high)]
        with pytest.warns(OptvizWarning, match="nobody moves"):
            still = race(surface, ["sgd:lr=1e-320"], steps=1, start=starts)
        assert parse_claim("arrived(sgd) > 0").check(still).left == found


def test_a_domain_far_from_0_is_taken_where_numbers_tell_its_pixels_apart():
    for far in (1e6, -1e9, 1e12):
        assert measured(right=far, up=-far).contains(np.array([far, -far]))


def test_noise_is_in_the_unit_of_the_gradient():
    """Of a size that suits, whatever f is measured in: the same noise makes the same race."""
    runs = [race(measured(f=f), [f"sgd:lr={0.01 / f!r}"], steps=50, noise=0.5 * f).points for f in (1.0, 2.0**60)]
    assert np.array_equal(*runs)


# --- pages


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1e9, 1e9 + 1), (0, 1e50), (-1e-50, 0), (7, 7 + 1e-9)])
def test_a_page_holds_values_as_finely_as_they_are_drawn(low, high):
    values = np.linspace(low, high, 1001)
    series = Series("loss", "loss", values[:, None], log=False)
    kind, text = next(iter(curve_told(Curves(series=series, owners=(0,)), np.arange(1001))["values"].items()))
    read = np.frombuffer(base64.b64decode(text), {"f32": "<f4", "f64": "<f8"}[kind]).astype(float)
    assert np.abs(read - values).max() < (high - low) / 1000


def test_points_of_a_swarm_that_lie_outside_are_not_seen_on_a_page():
    for values in ([5.0, 7.0], [-9.0, -8.0], [0.5, 0.5], [math.inf, math.nan]):
        found = numbers(packed_roughly(np.array(values), -1.0, 2.0))
        expected = np.where(np.isfinite(values), np.clip(values, -1, 2), np.nan)
        assert found == pytest.approx(expected, abs=1e-4, nan_ok=True)


# --- what cannot be, and what checks say


@pytest.mark.parametrize(("f", "more"), [(1e-9, 1e8), (1e-6, -1e10), (1.0, 1e17)])
def test_values_below_the_resolution_of_numbers_are_told(f, more):
    told = r"the values of valley on its domain differ by .* numbers near .* rounded"
    with pytest.warns(OptvizWarning, match=told):
        race(measured(f=f, more=more), [f"sgd:lr={0.02 / f!r}"], steps=20)


@pytest.mark.parametrize("change", [{"f": 1e-50}, {"f": 1e12, "more": -1e12}, {"more": 1e9}, {"f": 1e-3, "more": 1e6}])
def test_values_that_numbers_hold_are_not(change):
    with warnings.catch_warnings(action="error"):
        race(measured(**change), [f"sgd:lr={0.02 / change.get('f', 1.0)!r}"], steps=50)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [{"f": 10.0**ten} for ten in (6, -6, 12, -12, 50, -50)]
    + [{axis: 10.0**ten} for axis in "xy" for ten in (6, -6, 12, -12, 50, -50)]
    + [{"more": 1e6}, {"right": 1e6}],
)
def test_checks_pass_and_fail_alike_in_any_unit(change):
    """The minimum is off by a hundredth of its domain in y, which a gradient along x alone does not tell."""
    good, bad = measured(**change), measured(**change)
    (x, y), high = bad.minima[0], bad.domain[3] - bad.domain[2]
    bad = replace(bad, minima=((x, y + 0.01 * high), (x, y)))
    for surface, passed in ((replace(good, minima=(_true_minimum(change),)), True), (bad, False)):
        found = {finding.check: finding.passed for finding in check_surface(surface)}
        assert found["the gradient vanishes at interior minima"] is passed, change


def _true_minimum(change):
    """Where the valley's gradient vanishes, by Newton's method with its derivatives worked out by hand."""
    x, y = 0.2, 0.0
    for _ in range(50):
        inner = x**2 + 1.5 * y
        slope = np.array([4 * x * inner + 2 * (x - 0.5), 3 * inner + 2 * y])
        second = np.array([[4 * inner + 8 * x**2 + 2, 6 * x], [6 * x, 6.5]])
        x, y = np.array([x, y]) - np.linalg.solve(second, slope)
    return (x * change.get("x", 1.0) + change.get("right", 0.0), y * change.get("y", 1.0) + change.get("up", 0.0))


def test_a_recipe_holds_what_a_race_may_be(tmp_path):
    box = (1e150, 2e150, -1e-150, 1e-150)
    picture = plot("booth", tmp_path / "a.png", noise=1e50, steps=3, view_box=box, optimizers=["sgd:lr=1"])
    recipe = read_recipe(tmp_path / "a.png")
    assert (recipe.noise, tuple(recipe.picture["view_box"])) == (1e50, box)
    assert np.array_equal(replot(recipe).film.still(3), picture.film.still(3))


@pytest.mark.parametrize(
    "change", [{"f": 1e-150, "y": 1e290}, {"f": 1e-290, "x": 1e50}, {"x": 1e290, "y": 1e290}], ids=str
)
def test_a_slope_below_all_numbers_is_no_lost_gradient(change):
    """f changes by 1e-150 over 1e290: the gradient is 0, and so says every difference."""
    assert not measure(measured(**change), measured(**change).grid(6, 6).reshape(-1, 2)).wrong.any()
