"""Results and pictures scale with the problem: other units of f, of x or of y change numbers, and nothing else."""

import math

import autograd.numpy as anp
import numpy as np
import pytest

from optviz.draw.shade import BANDS, heights, scale_of
from optviz.races import _judged, race
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
@pytest.mark.parametrize("ten", [6, -6, 12, -12])
def test_each_axis_has_a_measure_of_its_own(axis, ten):
    """No optimizer is indifferent to the unit of one axis: here the same paths are measured in other units."""
    plain = raced([("sgd", SLOW), ("sgd", FAST), ("momentum", MOMENTUM)])
    stretch = np.array([10.0**ten, 1.0] if axis == "x" else [1.0, 10.0**ten])
    posed = race(measured(**{axis: 10.0**ten}), ["sgd:lr=1"] * 3, steps=120).problem
    with np.errstate(over="ignore"):
        moved = _judged(posed, plain.runs, plain.points * stretch, plain.values)
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
