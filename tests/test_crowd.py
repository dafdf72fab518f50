"""Crowds: their deciles and medians counted by hand, and the run that is typical of them."""

from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.crowd import spread, typical

STEPS = 6


@pytest.mark.parametrize("count", [1, 2, 3, 9, 10, 11, 19, 20, 21, 256])
def test_the_median_and_the_deciles_are_those_of_the_definition(count):
    """The least of the crowd up to which there is at least a tenth, a half, nine tenths of it."""
    values = np.random.default_rng(count).permutation(np.arange(1.0, count + 1))
    found = spread(np.stack([values, -values]))
    for share, each in ((0.1, found.low), (0.5, found.middle), (0.9, found.high)):
        wanted = next(value for value in range(1, count + 1) if 100 * value >= round(100 * share) * count)
        assert each[0] == wanted
        np.testing.assert_array_equal(each, np.quantile([values, -values], share, axis=1, method="inverted_cdf"))


def test_what_diverged_is_above_all_others():
    values = np.array([*range(1, 8), np.nan, np.inf, np.nan])
    found = spread(values[None])
    assert (found.low[0], found.middle[0]) == (1, 5)
    assert np.isnan(found.high[0])


def crowd(window, offsets):
    """Races of one run that stand so far from the middle of a window all the time, in units of f's x and y."""
    x0, x1, y0, y1 = window
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    surface = optviz.Surface(name="wide", fn=lambda x, y: x + 2 * y, domain=window, start=tuple(middle))
    race = optviz.race(surface, ["sgd:lr=1e-3"], steps=STEPS)
    return [replace(race, points=np.broadcast_to(middle + each, race.points.shape).copy()) for each in offsets]


@pytest.mark.parametrize("axis", [0, 1])
def test_the_typical_run_is_found_in_units_of_the_view(axis):
    """The first is 5 % of the width beside the median, the second 30 % of the height, the third 20 % and 40 %."""
    window, offsets = (100, 1100, 1, 2), [(50, 0), (0, 0.3), (-200, -0.4)]
    if axis:
        window, offsets = (1, 2, 100, 1100), [each[::-1] for each in offsets]
    assert typical(crowd(window, offsets), 0) == 0
    assert typical(crowd(window, offsets[::-1]), 0) == 2


@pytest.mark.parametrize("lost", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("since", [1, STEPS])
def test_a_run_that_diverges_is_not_typical_where_others_do_not(lost, since):
    races = crowd((-1, 1, -1, 1), [(0, 0), (0.4, 0), (-0.4, 0)])
    races[0].points[since:] = lost
    assert typical(races, 0) > 0
