"""Claims: the grammar, every measure against numbers worked out here, and that claims can fail."""

import math

import numpy as np
import pytest

import optviz
from optviz.claims import MEASURES, parse_claim
from optviz.errors import ArgumentError, SpecError


@pytest.fixture(scope="module")
def race():
    """On x² + 2y² from (1, 1): sgd shrinks x by .8 and y by .6 a step; wild grows."""
    surface = optviz.Surface(
        name="bowl", fn=lambda x, y: x**2 + 2 * y**2, domain=(-4, 4, -4, 4), start=(1, 1), minima=((0, 0),)
    )
    return optviz.race(surface, ["sgd:lr=0.1", 'sgd:lr=1,label="wild one"'], steps=60)


@pytest.fixture(scope="module")
def unbounded():
    return optviz.race("saddle", ["sgd", "adagrad"], steps=100)


X, Y = 0.8 ** np.arange(61), 0.6 ** np.arange(61)
WILD_X, WILD_Y = (-1.0) ** np.arange(61), (-3.0) ** np.arange(61)
EXPECTED = {
    "value(sgd)": X[-1] ** 2 + 2 * Y[-1] ** 2,
    "value(sgd, 0)": 3,
    "value(sgd, 3)": X[3] ** 2 + 2 * Y[3] ** 2,
    "gap(sgd, 3)": X[3] ** 2 + 2 * Y[3] ** 2,
    "distance(sgd, 2)": math.hypot(X[2], Y[2]),
    "x(sgd, 5)": X[5],
    "y(sgd, 5)": Y[5],
    "x(wild one, 5)": -1,
    "y(wild one, 5)": WILD_Y[5],
    "path_length(sgd, 4)": np.hypot(np.diff(X), np.diff(Y))[:4].sum(),
    "path_length(sgd, 0)": 0,
    "step_length(sgd, 1)": math.hypot(0.2, 0.4),
    "step_length(sgd, 0)": 0,
    "turns(sgd)": 0,
    "turns(wild one)": 59,
    "turns(wild one, 10)": 9,
    "left_at(sgd)": math.inf,
    "left_at(wild one)": 2,
    "left_at(wild one, 1)": math.inf,
    "diverged_at(sgd)": math.inf,
    "diverged_at(wild one)": np.argmax(WILD_X**2 + 2 * WILD_Y**2 > 48 + 1e12 * 48),
    "steps_to_tolerance(sgd)": np.argmax(X**2 + 2 * Y**2 <= 0.003),
    "steps_to_tolerance(wild one)": math.inf,
}


@pytest.mark.parametrize("side", EXPECTED)
def test_every_measure(race, side):
    finding = parse_claim(f"{side} > 0").check(race)
    assert finding.left == pytest.approx(float(EXPECTED[side]), rel=1e-9, abs=1e-30)


def test_every_measure_is_tested():
    assert {side.partition("(")[0] for side in EXPECTED} == set(MEASURES)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("left_at(wild one) < left_at(sgd)", True),
        ("left_at(sgd) < left_at(wild one)", False),
        ("left_at(sgd) == never", True),
        ("left_at(wild one) == never", False),
        ("left_at(wild one) == 2", True),
        ("left_at(sgd) < never", False),
        ("left_at(sgd) <= never", True),
        ("left_at(wild one)<2", False),
        ("left_at(wild one)<=2", True),
        ("left_at(wild one) > 2", False),
        ("left_at(wild one) >= 2.0", True),
        ("x(wild one, 3) > -1.5", True),
        ("x(wild one, 3) > +1.5e-3", False),
        ("  0.5*y(wild one,2)  ==  4.5 ", True),
        ("value(sgd, 3) < 0.6 * value(sgd, 2)", True),
        ("value(sgd, 3) < 0.5 * value(sgd, 2)", False),
        ("-1 * x(sgd) < 0", True),
    ],
)
def test_claims_hold_or_fail(race, text, holds):
    assert parse_claim(text).check(race).holds is holds


def test_what_is_not_a_number_makes_every_claim_false():
    race = optviz.race("rosenbrock", ["sgd:lr=1"], steps=50)
    assert not math.isfinite(race.values[-1, 0])
    for sign in ("<", "<=", ">", ">=", "=="):
        assert not parse_claim(f"x(sgd) {sign} 1").check(race).holds
        assert not parse_claim(f"x(sgd) {sign} never").check(race).holds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("left_at(sgd) > 1", "never"),
        ("left_at(wild one) < 0.5 * left_at(sgd)", "2 and never"),
        ("value(sgd, 0) < 1", "3"),
        ("step_length(sgd, 1) < 1", "0.447"),
    ],
)
def test_what_was_found_is_told(race, text, found):
    assert parse_claim(text).check(race).found == found


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 0, "expected a number, never, or a measure of a run"),
        ("gap(sgd)", 8, "expected one of <= >= == < >"),
        ("gap(sgd) = 1", 9, "expected one of"),
        ("gap(sgd) <", 10, "expected a number"),
        ("gap(sgd) < 1 and 2", 13, "expected the end"),
        ("gap(sgd) < 1 < 2", 13, "expected the end"),
        ("1 < gap(sgd)", 0, "a claim begins with a measure"),
        ("never == never", 0, "a claim begins with a measure"),
        ("gab(sgd) < 1", 0, "no measure is called 'gab'. Did you mean 'gap'?"),
        ("gap(sgd) < 2 * gab(sgd)", 15, "no measure is called 'gab'"),
        ("gap() < 1", 0, "expected a number"),
        ("gap(sgd, x) < 1", 0, "expected a number"),
        ("gap(sgd, -1) < 1", 0, "expected a number"),
        ("gap(gap(sgd)) < 1", 0, "expected a number"),
        ("__import__(os) < 1", 0, "no measure is called '__import__'"),
        ("gap(sgd) < 1; gap(sgd) < 2", 12, "expected the end"),
        ("gap(sgd) < nan", 11, "expected a number"),
        ("gap(sgd) < inf", 11, "expected a number"),
    ],
)
def test_what_does_not_parse_is_pointed_at(text, place, words):
    with pytest.raises(SpecError) as caught:
        parse_claim(text)
    assert words in str(caught.value)
    assert caught.value.position == place


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x(adam) < 1", "no run is called 'adam'; the runs are sgd, adagrad"),
        ("x(sgd, 101) < 1", "x at step 101: the race has 100 steps"),
        ("gap(sgd) < 1", "there is no gap on saddle, which has no minimum"),
        ("distance(sgd) < 1", "there is no distance on saddle"),
        ("steps_to_tolerance(sgd) < 1", "there is no steps_to_tolerance on saddle"),
    ],
)
def test_claims_that_do_not_fit_the_race(unbounded, text, words):
    with pytest.raises(ArgumentError, match="^" + words.replace("(", r"\(")):
        parse_claim(text).check(unbounded)
