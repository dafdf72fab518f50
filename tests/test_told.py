"""What a race is warned of, and what it is not: each on a surface where it is known beforehand."""

import itertools
import warnings

import autograd.numpy as anp
import numpy as np
import pytest

import optviz
from optviz.errors import OptvizWarning


def bowl(fn=None, **more):
    rule = fn or (lambda x, y: x**2 + y**2)
    parts = {"domain": (-1, 1, -1, 1), "start": (0.5, 0.5), "minima": ((0, 0),)}
    return optviz.Surface(name="mine", fn=rule, **parts | more)


def told(*arguments, **more):
    """What one is warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optviz.race(*arguments, **more)
    assert {each.category for each in caught} <= {OptvizWarning}
    assert {each.filename for each in caught} <= {__file__}, "the line that asked for it"
    return [str(each.message) for each in caught]


def test_of_a_good_race_nothing_is_said():
    assert told(bowl(), ["sgd", "adam:lr=0.1"], steps=30) == []
    assert told("booth", steps=30) == []


@pytest.mark.parametrize("way", [0.02, 0.2])
def test_who_goes_a_hundredth_of_the_view_moves(way):
    """All there is to go from a start so near the minimum."""
    assert told(bowl(), ["sgd"], start=(way, 0), steps=30) == []


def test_a_named_rate_may_creep_but_not_stand_still():
    """At 1e-5 the first coordinate moves by ten times 1e-5, which is 5e-5 of the view."""
    assert told(bowl(), ["sgd:lr=1e-5"], steps=10) == []
    [words] = told(bowl(), ["sgd:lr=1e-8"], steps=10)
    assert words.startswith("nobody moves: all runs end where they begin")
    assert "the rates are too small" in words


def test_where_the_gradient_is_0_that_is_the_reason():
    [words] = told(bowl(), ["sgd:lr=0.1"], start=(0, 0), steps=10)
    assert "nobody moves" in words
    assert "the gradient is 0 where they begin" in words


def test_a_function_that_is_another_each_time_is_told():
    numbers = itertools.count()
    [words, *_] = told(bowl(lambda x, y: x**2 + y**2 + next(numbers)), ["sgd:lr=0.1"], steps=10)
    assert words.startswith("fn of mine has other values each time")


def test_values_that_are_rounded_to_a_few_are_told():
    """Between 0 and 2 beside 1e14 there are some hundred numbers."""
    fault = told(bowl(lambda x, y: 1e14 + x**2 + y**2), ["sgd:lr=0.1"], steps=10)
    assert any("numbers near 1e+14 by 0.016 at least" in words for words in fault)


def test_a_gradient_that_is_no_slope_is_told_once():
    half = bowl(lambda x, y: x**2 + y * getattr(y, "_value", y))
    [words] = told(half, ["sgd:lr=0.1"], steps=10)
    assert words.startswith("the gradient of mine is not its slope at ")


def test_a_rate_that_leaves_at_every_try_is_told():
    cliff = bowl(lambda x, y: -1e40 * (x + 2 * y), minima=())
    fault = told(cliff, ["sgd", "adam:lr=0.01"], steps=5)
    assert any(
        words.startswith("every rate that was tried leaves the domain") and "of sgd;" in words for words in fault
    )


def test_a_saved_race_on_another_surface_is_told(tmp_path):
    optviz.race(bowl(), ["sgd:lr=0.1"], steps=10).save(tmp_path / "race.npz")
    with warnings.catch_warnings(action="error"):
        optviz.load_race(tmp_path / "race.npz", surface=bowl())
    with pytest.warns(OptvizWarning, match="mine has other values now than along the race"):
        optviz.load_race(tmp_path / "race.npz", surface=bowl(lambda x, y: x**2 + y**2 + 0.001 * anp.sin(x)))


def test_a_run_that_ends_at_a_gradient_that_is_none_is_told():
    """From 0.5 a step of 1/2 leads to 0 exactly, where the root has a value and no slope."""
    root = bowl(lambda x, y: anp.sqrt(x**2 + y**2) * anp.sqrt(2), start=(0.5, 0.5))
    ends = told(root, ["sgd:lr=0.5"], steps=5)
    assert np.any(["is not finite at (0, 0)" in words for words in ends])
