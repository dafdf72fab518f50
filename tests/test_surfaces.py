"""The surfaces against formulas and facts written down a second time, and `Surface` against parts that do not fit.

The tables below are from the literature (and from SURFACES.md, where each was checked), not from the files. The
formulas are written with `math` for one point, in another form than the files' where there is one.
"""

import ast
import dataclasses
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optviz.catalog import load_surface, surface_names
from optviz.errors import SurfaceError
from optviz.gradients import gradient
from optviz.surface import Surface
from tests.properties import assume, given, settings, st

FOLDER = Path(__file__).parents[1] / "surfaces"

surface_named = cache(load_surface)


def both(f):
    """The sum of f over both coordinates."""
    return lambda x, y: f(x) + f(y)


def langermann(x, y):
    total = 0.0
    for c, a, b in zip((1, 2, 5, 2, 3), (3, 5, 2, 1, 7), (5, 2, 1, 4, 9), strict=True):
        d = math.hypot(x - a, y - b) ** 2
        total += c * math.cos(math.pi * d) / math.exp(d / math.pi)
    return total


def ravine(x, y):
    rotation = np.array([[1, -1], [1, 1]]) / math.sqrt(2)
    w = np.array([x, y])
    return 0.5 * w @ rotation @ np.diag([1, 100]) @ rotation.T @ w


def plateau(x, y):
    r = 10 * math.hypot(x, y) + 0.01
    return r**2 / 100 - math.sin(r) / r


def goldstein_price(x, y):
    a = 19 - 14 * (x + y) + 3 * (x + y) ** 2
    b = 18 - 32 * x + 48 * y + 3 * (2 * x - 3 * y) ** 2
    return (1 + (x + y + 1) ** 2 * a) * (30 + (2 * x - 3 * y) ** 2 * b)


FORMULAS = {
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "beale": lambda x, y: sum((c - x * (1 - y**n)) ** 2 for n, c in ((1, 1.5), (2, 2.25), (3, 2.625))),
    "himmelblau": lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    "rastrigin": both(lambda t: 10 + t * t - 10 * math.cos(math.tau * t)),
    "ackley": lambda x, y: (
        (20 - 20 * math.exp(-0.2 * math.hypot(x, y) / math.sqrt(2)))
        + (math.e - math.sqrt(math.exp(math.cos(math.tau * x)) * math.exp(math.cos(math.tau * y))))
    ),
    "booth": lambda x, y: 5 * x * x + 5 * y * y + 8 * x * y - 34 * x - 38 * y + 74,
    "matyas": lambda x, y: 0.26 * (x * x + y * y) - 0.48 * x * y,
    "six-hump-camel": lambda x, y: 4 * x**2 - 2.1 * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4,
    "three-hump-camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "styblinski-tang": both(lambda t: (t**4 - 16 * t**2 + 5 * t) / 2),
    "goldstein-price": goldstein_price,
    "mccormick": lambda x, y: math.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "easom": lambda x, y: (
        -math.cos(x) * math.cos(y) / math.exp((x - math.pi) ** 2 + (y - math.pi) ** 2)
        if math.hypot(x - math.pi, y - math.pi) < 25
        else 0.0
    ),
    "eggholder": lambda x, y: (
        -(y + 47) * math.sin(math.sqrt(abs(x / 2 + y + 47))) - x * math.sin(math.sqrt(abs(x - y - 47)))
    ),
    "levy-13": lambda x, y: (
        math.sin(3 * math.pi * x) ** 2
        + (x - 1) ** 2 * (1 + math.sin(3 * math.pi * y) ** 2)
        + (y - 1) ** 2 * (1 + math.sin(2 * math.pi * y) ** 2)
    ),
    "griewank": lambda x, y: 1 + math.hypot(x, y) ** 2 / 4000 - math.cos(x) * math.cos(y / math.sqrt(2)),
    "branin": lambda x, y: (
        (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10
    ),
    "schwefel": lambda x, y: 837.9657745 - both(lambda t: t * math.sin(math.sqrt(abs(t))))(x, y),
    "bohachevsky-1": lambda x, y: (
        x**2 + 2 * y**2 - 0.3 * math.cos(3 * math.pi * x) - 0.4 * math.cos(4 * math.pi * y) + 0.7
    ),
    "drop-wave": lambda x, y: -(1 + math.cos(12 * math.hypot(x, y))) / (0.5 * (x * x + y * y) + 2),
    "cross-in-tray": lambda x, y: (
        -1e-4 * (abs(math.sin(x) * math.sin(y)) * math.exp(abs(100 - math.hypot(x, y) / math.pi)) + 1) ** 0.1
    ),
    "holder-table": lambda x, y: -abs(math.sin(x)) * abs(math.cos(y)) * math.exp(abs(1 - math.hypot(x, y) / math.pi)),
    "michalewicz": lambda x, y: (
        -math.sin(x) * math.sin(1 * x * x / math.pi) ** 20 - math.sin(y) * math.sin(2 * y * y / math.pi) ** 20
    ),
    "langermann": langermann,
    "shubert": lambda x, y: math.prod(sum(i * math.cos((i + 1) * t + i) for i in (1, 2, 3, 4, 5)) for t in (x, y)),
    "bukin-6": lambda x, y: 100 * math.sqrt(abs(y - 0.01 * x * x)) + 0.01 * abs(x + 10),
    "freudenstein-roth": lambda x, y: (x - 13 + 5 * y**2 - y**3 - 2 * y) ** 2 + (x - 29 + y**3 + y**2 - 14 * y) ** 2,
    "two-wells": lambda x, y: (
        (x * x + y * y) - 2 * math.exp(-5 * ((x - 1) ** 2 + y * y)) - 3 * math.exp(-5 * ((x + 1) ** 2 + y * y))
    ),
    "banana": lambda x, y: (1 - x) ** 2 + 20 * (3 * y - x * x) ** 2,
    "ravine": ravine,
    "aligned-ravine": lambda x, y: ravine((x - y) / math.sqrt(2), (x + y) / math.sqrt(2)),
    "saddle": lambda x, y: (x - y) * (x + y),
    "bounded-saddle": lambda x, y: math.sin(x) + y * y,
    "monkey-saddle": lambda x, y: ((x + 1j * y) ** 3).real,
    "plateau": plateau,
}

SAMPLE_LOSSES = {
    "noisy-moons": lambda x, y, u, v, label: math.log1p(math.exp(-label * (u * x + v * y))),
    "line-fit": lambda a, b, x, y: (y - a - b * x) ** 2,
    "hidden-unit": lambda a, b, x, y: (y - b * (1 - 2 / (1 + math.exp(2 * a * x)))) ** 2,
}

PI = math.pi
DOMAINS = {
    "rosenbrock": (-2, 2, -1, 3),
    "beale": (-4.5, 4.5, -4.5, 4.5),
    "himmelblau": (-5, 5, -5, 5),
    "rastrigin": (-5.12, 5.12, -5.12, 5.12),
    "ackley": (-5, 5, -5, 5),
    "booth": (-10, 10, -10, 10),
    "matyas": (-10, 10, -10, 10),
    "six-hump-camel": (-3, 3, -2, 2),
    "three-hump-camel": (-5, 5, -5, 5),
    "styblinski-tang": (-5, 5, -5, 5),
    "goldstein-price": (-2, 2, -2, 2),
    "mccormick": (-1.5, 4, -3, 4),
    "easom": (-100, 100, -100, 100),
    "eggholder": (-512, 512, -512, 512),
    "levy-13": (-10, 10, -10, 10),
    "griewank": (-600, 600, -600, 600),
    "branin": (-5, 10, 0, 15),
    "schwefel": (-500, 500, -500, 500),
    "bohachevsky-1": (-100, 100, -100, 100),
    "drop-wave": (-5.12, 5.12, -5.12, 5.12),
    "cross-in-tray": (-10, 10, -10, 10),
    "holder-table": (-10, 10, -10, 10),
    "michalewicz": (0, PI, 0, PI),
    "langermann": (0, 10, 0, 10),
    "shubert": (-10, 10, -10, 10),
    "bukin-6": (-15, -5, -3, 3),
    "freudenstein-roth": (0, 14, -3, 6),
    "two-wells": (-2, 2, -2, 2),
    "banana": (-2, 2, -0.27, 1.07),
    "ravine": (-3, 3, -3, 3),
    "aligned-ravine": (-3, 3, -3, 3),
    "saddle": (-2, 2, -2, 2),
    "bounded-saddle": (-3, 3, -3, 3),
    "monkey-saddle": (-1.5, 1.5, -1.5, 1.5),
    "plateau": (-2, 2, -2, 2),
    "noisy-moons": (-6, 6, -6, 6),
    "line-fit": (-4, 6, -4, 6),
    "hidden-unit": (-4, 4, -4, 4),
}

# the values at all stated minima, in their order: first the global ones
VALUES = {
    "rosenbrock": [0],
    "beale": [0],
    "himmelblau": [0] * 4,
    "rastrigin": [0],
    "ackley": [0],
    "booth": [0],
    "matyas": [0],
    "six-hump-camel": [-1.031628] * 2 + [-0.215464] * 2 + [2.104250] * 2,
    "three-hump-camel": [0, 0.298638, 0.298638],
    "styblinski-tang": [-78.332331, -64.195612, -64.195612, -50.058893],
    "goldstein-price": [3, 30, 84, 840],
    "mccormick": [-1.913223, 1.228370],
    "easom": [-1],
    "eggholder": [-959.640663],
    "levy-13": [0],
    "griewank": [0],
    "branin": [0.397887] * 3,
    "schwefel": [0],
    "bohachevsky-1": [0],
    "drop-wave": [-1],
    "cross-in-tray": [-2.062612] * 4,
    "holder-table": [-19.208503] * 4,
    "michalewicz": [-1.801303],
    "langermann": [-4.155809],
    "shubert": [-186.730909] * 18,
    "bukin-6": [0],
    "freudenstein-roth": [0, 48.984254],
    "two-wells": [-2.063090, -1.092732],
    "banana": [0],
    "ravine": [0],
    "aligned-ravine": [0],
    "saddle": [],
    "bounded-saddle": [-1],
    "monkey-saddle": [],
    "plateau": [0.01**2 / 100 - math.sin(0.01) / 0.01],
    "noisy-moons": [0.302240],
    "line-fit": [0.235013],
    "hidden-unit": [0.083275] * 2,
}

# where f has no derivative: quantities that vanish there, and only there
KINKS = {
    "ackley": lambda x, y: [np.hypot(x, y)],
    "plateau": lambda x, y: [np.hypot(x, y)],
    "eggholder": lambda x, y: [x / 2 + y + 47, x - y - 47],
    "schwefel": lambda x, y: [x, y],
    "cross-in-tray": lambda x, y: [np.sin(x), np.sin(y)],
    "holder-table": lambda x, y: [np.sin(x), np.cos(y), 1 - np.hypot(x, y) / PI],
    "bukin-6": lambda x, y: [y - 0.01 * x**2, x + 10],
}
KINK_DISTANCE = 0.02
ON_KINKS = {
    "eggholder": [(0, -47), (2, -48), (-100, 3), (47, 0), (100, 53), (-200, -247), (-94, 0)],
    "holder-table": [(PI, 0), (0, PI), (PI, PI), (-2 * PI, PI / 2), (1, PI / 2)],
    "cross-in-tray": [(PI, 1), (1, -PI), (2 * PI, 3 * PI), (1e-300, 1e-300)],
    "bukin-6": [(-10, 1), (-10, 2), (-5, 0.25), (-15, 2.25), (-12, 0.01 * 144)],
    "drop-wave": [(1e-200, 0), (1e-16, -1e-16)],
}
NONSMOOTH_MINIMA = {"ackley", "bukin-6", "eggholder", "plateau"}  # cone, crease, edge of the domain, cone

NAMES = list(DOMAINS)
WITH_MINIMUM = [name for name in NAMES if VALUES[name]]
H = 1e-4  # small against every surface's ripples, large against rounding


def columns(surface):
    return surface.data or ()


def slope(surface, points):
    return gradient(surface.fn)(points, *columns(surface))


def differences(surface, points):
    """Central differences at two steps, combined so that their error is of fourth order."""
    estimate = []
    for axis in np.eye(2):
        steps = []
        for h in (H, H / 2):
            above, below = points + h * axis, points - h * axis
            steps.append((surface(above) - surface(below)) / ((above - below) @ axis))
        estimate.append((4 * steps[1] - steps[0]) / 3)
    return np.stack(estimate, axis=-1)


@cache
def rounding(name):
    """What rounding may do to a difference quotient, given the size of the numbers a formula adds up."""
    surface = surface_named(name)
    return 8 * np.finfo(float).eps * np.abs(surface(surface.grid(31, 31, surface.domain))).max() / (H / 2)


def assert_gradient(surface, points):
    found = slope(surface, points)
    expected = differences(surface, points)
    allowed = 1e-7 * np.linalg.norm(expected, axis=-1) + rounding(surface.name) + 1e-8
    share = np.linalg.norm(found - expected, axis=-1) / allowed
    worst = np.argmax(share)
    where = [a.reshape(-1, 2)[worst] for a in (points, found, expected)]
    assert share.max() <= 1, f"at {where[0]}: gradient {where[1]}, differences {where[2]}"


def away_from_kinks(surface, points):
    kinks = KINKS.get(surface.name, lambda x, y: [np.full(x.shape, np.inf)])
    return np.min(np.abs(kinks(points[..., 0], points[..., 1])), axis=0) > KINK_DISTANCE


def random_points(box, count, seed=0):
    x0, x1, y0, y1 = box
    return np.random.default_rng(seed).uniform((x0, y0), (x1, y1), (count, 2))


def hessian(surface, point, h=1e-5):
    rows = [(slope(surface, point + h * axis) - slope(surface, point - h * axis)) / (2 * h) for axis in np.eye(2)]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def ring(surface, point, share):
    """64 points around a point, at that share of the window's size, as far as they lie in the domain."""
    x0, x1, y0, y1 = surface.window
    angle = np.linspace(0, 2 * PI, 64, endpoint=False)
    points = point + share * np.stack([(x1 - x0) * np.cos(angle), (y1 - y0) * np.sin(angle)], axis=-1)
    return points[surface.contains(points)]


def tolerance(surface):
    """What rounding, and the digits of the stated minimum, may do to a value there."""
    return 1e-4 if surface.name == "schwefel" else 2e-6 * max(1, abs(VALUES[surface.name][0]) / 10)


# the files


def test_every_surface_stands_in_the_tables():
    assert [path.stem.replace("_", "-") for path in sorted(FOLDER.glob("*.py"))] == sorted(NAMES)
    assert set(NAMES) <= set(surface_names())
    assert sorted(FORMULAS | SAMPLE_LOSSES) == sorted(VALUES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_tells_what_it_is(name):
    surface = surface_named(name)
    docstring = ast.get_docstring(ast.parse((FOLDER / f"{name.replace('-', '_')}.py").read_text("utf-8")))
    assert surface.name == name
    assert docstring
    assert len(docstring.splitlines()[0]) > 40
    assert surface.title
    assert surface.formula
    assert surface.reference
    assert surface.domain == DOMAINS[name]
    assert (surface.data is not None) == (name in SAMPLE_LOSSES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_shows_the_start_and_the_minimum(name):
    surface = surface_named(name)
    x0, x1, y0, y1 = surface.window
    assert surface.contains(np.array([[x0, y0], [x1, y1]])).all()
    shown = dataclasses.replace(surface, domain=surface.window, start=surface.start, minima=(), saddles=())
    assert shown.contains(np.array(surface.start, float))
    if surface.minima:
        inside = shown.contains(np.array(surface.minima, float))
        assert inside[0]
        assert inside.all() or name in {"shubert", "holder-table"}  # which repeat themselves outside the view
        assert not np.isclose(surface(np.array(surface.start)), VALUES[name], atol=0.01).any()
    else:
        assert surface.lr is not None
    assert np.linalg.norm(slope(surface, np.array(surface.start, float))) > 1e-4


# values


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name):
    surface = surface_named(name)
    points = np.concatenate([random_points(surface.domain, 20), random_points(surface.window, 20, seed=1)])
    points = np.concatenate([points, [surface.start], np.reshape([*surface.minima, *surface.saddles], (-1, 2))])
    expected = [FORMULAS[name](float(x), float(y)) for x, y in points]
    np.testing.assert_allclose(surface(points), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", SAMPLE_LOSSES)
def test_a_stochastic_surface_is_the_mean_of_its_samples_losses(name):
    surface = surface_named(name)
    for x, y in [*random_points(surface.domain, 5), surface.start]:
        losses = [
            SAMPLE_LOSSES[name](float(x), float(y), *map(float, sample)) for sample in zip(*surface.data, strict=True)
        ]
        assert surface(np.array([x, y])) == pytest.approx(math.fsum(losses) / len(losses), rel=1e-12)


def test_data_behind_the_stochastic_surfaces():
    moons, line, unit = (surface_named(name) for name in SAMPLE_LOSSES)
    u, v, label = moons.data
    assert (moons.batch_size, line.batch_size, unit.batch_size) == (16, 10, 10)
    assert u.shape == v.shape == label.shape == (200,)
    assert sorted(set(label)) == [-1, 1]
    assert label.sum() == 0
    scatter = np.where(label > 0, np.hypot(u, v), np.hypot(u - 1, v - 0.5)) - 1  # off two half circles
    assert scatter.std() == pytest.approx(0.2, abs=0.03)
    assert all(column.shape == (100,) for column in (*line.data, *unit.data))
    np.testing.assert_allclose(line.minima[0], np.polyfit(*line.data, 1)[::-1], atol=1e-9)
    np.testing.assert_allclose(line.minima[0], (1, 2), atol=0.1)


def test_a_stochastic_surface_sees_the_same_data_each_time():
    for name in SAMPLE_LOSSES:
        for one, other in zip(load_surface(name).data, load_surface(name).data, strict=True):
            np.testing.assert_array_equal(one, other)


def test_logistic_loss_does_not_overflow():
    surface = surface_named("noisy-moons")
    far = np.array([[1e6, -1e6], [-1e300, 1e300]])
    assert np.isfinite(surface(far)).all()
    assert np.isfinite(slope(surface, far)).all()


def test_signs_and_boxes_that_are_often_got_wrong():
    assert surface_named("langermann")(np.array([2.00299, 1.00610])) == pytest.approx(5.1621, abs=1e-4)
    outside = np.array([-3.7, -4.7])
    mccormick = surface_named("mccormick")
    assert mccormick(outside) < VALUES["mccormick"][0] - 3
    assert not mccormick.contains(outside)


# minima and saddles


@pytest.mark.parametrize("name", WITH_MINIMUM)
def test_value_at_every_minimum(name):
    surface = surface_named(name)
    found = surface(np.array(surface.minima, float))
    atol = 1e-4 if name == "schwefel" else 1e-6
    np.testing.assert_allclose(found, VALUES[name], rtol=0, atol=atol)


@pytest.mark.parametrize("name", WITH_MINIMUM)
def test_around_a_minimum_all_is_higher(name):
    surface = surface_named(name)
    for minimum in np.array(surface.minima, float):
        for share in (1e-4, 1e-3, 1e-2):
            around = ring(surface, minimum, share)
            assert len(around) >= 16
            assert (surface(around) > surface(minimum)).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_MINIMUM)
def test_nothing_in_the_domain_is_lower_than_the_minimum(name):
    surface = surface_named(name)
    count = 5_000 if surface.data else 100_000
    lowest = VALUES[name][0] - tolerance(surface)
    for box in (surface.domain, surface.window):
        assert np.nanmin(surface(random_points(box, count))) >= lowest
        assert np.nanmin(surface(surface.grid(61, 61, box))) >= lowest


@pytest.mark.parametrize("name", WITH_MINIMUM)
def test_minima_are_stationary_where_they_are_smooth(name):
    surface = surface_named(name)
    assert surface.smooth == (name not in NONSMOOTH_MINIMA)
    for minimum in np.array(surface.minima, float):
        if surface.smooth:
            matrix = hessian(surface, minimum)
            assert np.linalg.eigvalsh(matrix)[0] > 0
            off = np.linalg.solve(matrix, slope(surface, minimum))  # how far off Newton thinks the point is
            assert np.linalg.norm(off) < 1e-6
        else:
            beside = minimum - 1e-8 * np.array([0.8, -0.6])
            assert np.linalg.norm(slope(surface, beside)) > 0.01


@pytest.mark.parametrize("name", [name for name in NAMES if surface_named(name).saddles])
def test_saddles_are_stationary_and_bend_both_ways(name):
    surface = surface_named(name)
    for saddle in np.array(surface.saddles, float):
        matrix = hessian(surface, saddle)
        if name == "monkey-saddle":  # no curvature at all, but three ways down and three ways up
            np.testing.assert_allclose(slope(surface, saddle), 0, atol=1e-15)
            np.testing.assert_allclose(matrix, 0, atol=1e-9)
            signs = np.sign(surface(ring(surface, saddle, 0.1) @ np.array([[0.8, 0.6], [-0.6, 0.8]])))
            assert np.count_nonzero(signs != np.roll(signs, 1)) == 6
            continue
        low, high = np.linalg.eigvalsh(matrix)
        assert low < -1e-3
        assert high > 1e-3
        assert np.linalg.norm(np.linalg.solve(matrix, slope(surface, saddle))) < 1e-6


def test_the_saddles_that_are_their_surfaces_story_are_named():
    assert surface_named("saddle").saddles == surface_named("monkey-saddle").saddles == ((0, 0),)
    assert surface_named("bounded-saddle").saddles == ((PI / 2, 0),)
    assert surface_named("hidden-unit").saddles == ((0, 0),)
    assert len(surface_named("himmelblau").saddles) == 4


# gradients


@pytest.mark.parametrize("name", NAMES)
def test_gradient_against_differences(name):
    surface = surface_named(name)
    for box in (surface.domain, surface.window):
        points = random_points(box, 200, seed=2)
        points = points[away_from_kinks(surface, points)]
        assert len(points) > 100
        assert_gradient(surface, points)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, derandomize=True, deadline=None)
@given(share=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_anywhere_in_the_domain(name, share):
    surface = surface_named(name)
    x0, x1, y0, y1 = surface.domain
    point = np.clip([x0 + share[0] * (x1 - x0), y0 + share[1] * (y1 - y0)], (x0, y0), (x1, y1))
    value = surface(point)
    assert np.isfinite(value)
    assert np.isfinite(slope(surface, point)).all()
    if VALUES[name]:
        assert value >= VALUES[name][0] - tolerance(surface)
    assume(away_from_kinks(surface, point))
    assert_gradient(surface, point)


@pytest.mark.parametrize("name", NAMES)
def test_kinks_give_no_nan(name):
    surface = surface_named(name)
    x0, x1, y0, y1 = surface.domain
    axis = np.array([0.0, -0.0, 1e-320, -1e-160, 1e-16, 1e-8, 1.0, x0, x1, y0, y1])
    cross = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    grid = surface.grid(21, 21, surface.domain).reshape(-1, 2)  # through 0, where the domain lies around it
    listed = [*ON_KINKS.get(name, []), *surface.minima, *surface.saddles]
    points = np.concatenate([cross[surface.contains(cross)], grid, np.reshape(listed, (-1, 2)).astype(float)])
    with np.errstate(under="ignore"):
        assert np.isfinite(surface(points)).all()
        assert np.isfinite(slope(surface, points)).all()


def test_guards_leave_the_kinks_sharp():
    bukin, ackley = surface_named("bukin-6"), surface_named("ackley")
    assert bukin(np.array([-10.0, 1.0])) < 1e-9
    assert abs(slope(bukin, np.array([-10.0, 1 + 1e-12]))[1]) > 1e7
    assert np.linalg.norm(slope(ackley, np.array([1e-12, 0.0]))) == pytest.approx(4 / math.sqrt(2), rel=1e-5)


# the one shape rule


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_batch_grid_and_single_points_agree(name):
    surface = surface_named(name)
    grid = surface.grid(13, 7)
    values, slopes = surface(grid), slope(surface, grid)
    assert values.shape == (7, 13)
    assert slopes.shape == (7, 13, 2)
    assert_same = np.testing.assert_array_equal
    if surface.data:  # where a data set is summed

        def assert_same(a, b):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)

    flat = grid.reshape(-1, 2)
    assert_same(surface(flat), values.ravel())
    assert_same([surface(point) for point in flat], values.ravel())
    assert_same([slope(surface, point) for point in flat], slopes.reshape(-1, 2))
    for count in range(1, 18):
        assert_same(surface(flat[-count:]), values.ravel()[-count:])
    if not surface.data:
        assert_same(surface.fn(grid[..., 0], grid[..., 1]), values)


# Surface itself

BOWL = {"name": "bowl", "fn": lambda x, y: x**2 + y**2, "domain": (-1, 1, -2, 2), "start": (0.5, 0.5)}
SAMPLES = (np.arange(5.0),)


def raising(x, y):
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"domain": (1, -1, -2, 2)}, "domain must be four finite numbers"),
        ({"domain": (-1, 1, 2, 2)}, "domain must be"),
        ({"domain": (-1, 1, -2)}, "domain must be"),
        ({"domain": (-1, 1, -2, math.inf)}, "domain must be"),
        ({"domain": "wide"}, "domain must be"),
        ({"view": (0, 0, 1, 2)}, "view must be"),
        ({"start": (3, 0)}, r"start \(3, 0\) lies outside the domain"),
        ({"start": (math.nan, 0)}, "start must be two finite numbers"),
        ({"start": (0.1, 0.2, 0.3)}, "start must be two"),
        ({"minima": ((0, 0), (0, 3))}, r"minimum \(0, 3\) lies outside"),
        ({"minima": (0, 0)}, "minimum must be two finite numbers"),
        ({"saddles": ((0, -2.5),)}, "saddle .* lies outside"),
        ({"lr": 0}, "lr must be a positive number, not 0"),
        ({"lr": math.nan}, "lr must be a positive number"),
        ({"lr": math.inf}, "lr must be a positive number"),
        ({"steps": 0}, "steps must be a whole number from 1, not 0"),
        ({"steps": 2.5}, "steps must be a whole number"),
        ({"batch_size": 2}, "batch_size needs data"),
        ({"data": SAMPLES}, "batch_size must be a whole number from 1 to the 5 samples, not None"),
        ({"data": SAMPLES, "batch_size": 6}, "batch_size must be"),
        ({"data": SAMPLES, "batch_size": 0}, "batch_size must be"),
        ({"data": (np.arange(5.0), np.arange(4.0)), "batch_size": 2}, "all of one length"),
        ({"data": (np.array([0.0, np.nan]),), "batch_size": 1}, "finite numbers"),
        ({"fn": 7}, "fn must be a function"),
        ({"fn": lambda x, y: np.sum(x**2 + y**2)}, r"elementwise: .* returned shape \(\)"),
        ({"fn": lambda x, y: (x**2 + y**2).ravel()}, "elementwise"),
        ({"fn": lambda x, y: np.stack([x, y])}, "elementwise"),
        ({"fn": lambda x, y: x + 1j * y}, "real numbers, not complex128"),
        ({"fn": lambda x, y: x + y > 0}, "real numbers, not bool"),
        ({"fn": lambda x, y: np.log(-1 - x**2 - y**2)}, "finite nowhere"),
        ({"fn": lambda x, y: x**2 + 0 * y}, "does not depend on y"),
        ({"fn": lambda x, y: y**2 + 0 * x}, "does not depend on x"),
        ({"fn": lambda x, y: 0 * x * y}, "does not depend on"),
        ({"fn": raising}, "fn raised ZeroDivisionError: by nothing"),
        ({"fn": lambda x: x}, "fn raised TypeError"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, problem):
    with pytest.raises(SurfaceError, match=rf"surface 'bowl': .*{problem}"):
        Surface(**{**BOWL, **changes})


def test_a_surface_may_be_nan_in_part_of_its_domain():
    root = Surface(**{**BOWL, "fn": lambda x, y: np.sqrt(x) + y})
    values = root(np.array([[0.25, 0.0], [-1.0, 0.0]]))
    assert values[0] == 0.5
    assert np.isnan(values[1])


def test_surface_grid_window_and_domain():
    bowl = Surface(**BOWL, view=(0, 1, 0, 2))
    assert bowl.window == (0, 1, 0, 2)
    assert Surface(**BOWL).window == (-1, 1, -2, 2)
    grid = bowl.grid(3, 5)
    assert grid.shape == (5, 3, 2)
    assert grid[0, -1].tolist() == [1, 0]
    assert grid[-1, 0].tolist() == [0, 2]
    assert bowl.grid(2, 2, (5, 6, 7, 8))[1, 1].tolist() == [6, 8]
    edge_out_nan = np.array([[1, -2], [1.001, 0], [0, 2.001], [np.nan, 0]])
    assert bowl.contains(edge_out_nan).tolist() == [True, False, False, False]
    assert bowl(np.array([0.5, 1.0])).shape == ()
    assert bowl(np.zeros((0, 2))).shape == (0,)
    assert bowl(np.array([[1, 2], [0, 1]])).tolist() == [5.0, 1.0]  # integers too
    assert bowl.display_title == "Bowl"
    assert Surface(**BOWL, title="A bowl").display_title == "A bowl"


def test_many_points_on_a_stochastic_surface_are_taken_in_blocks():
    surface = surface_named("noisy-moons")
    points = random_points(surface.domain, 12_000)
    pieces = np.concatenate([surface(points[i : i + 500]) for i in range(0, 12_000, 500)])
    np.testing.assert_allclose(surface(points), pieces, rtol=1e-13)
