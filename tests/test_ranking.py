"""What races are worth, by closed form: on a bowl of a(x² + y²) a step of gradient descent multiplies the gap by
(1 − 2a·lr)².
"""

import math
from statistics import mean, median

import numpy as np
import pytest

import optviz
from optviz.ranking import first_steps

LR, STEPS = 0.1, 40
BOWLS = (0.4, 1.5, 0.5, 0.9, 3.0, 30.0, 9.2)


def factor(a):
    return (1 - 2 * a * LR) ** 2


def arrival(a):
    """The first step at which the gap is a thousandth of the first, counted one by one."""
    return next((step for step in range(STEPS + 1) if factor(a) ** step <= 1e-3), None)


def bowl(a):
    return optviz.Surface(
        name=f"bowl of {a}", fn=lambda x, y: a * (x**2 + y**2), domain=(-4, 4, -4, 4), start=(3, 1), minima=((0, 0),)
    )


@pytest.fixture(scope="module")
def compared():
    return optviz.compare([bowl(a) for a in BOWLS], [f"sgd:lr={LR}"], steps=STEPS).to_json()


def test_a_summary_tells_medians_over_all_problems(compared):
    [row] = compared["summary"]
    steps = [arrival(a) for a in BOWLS]
    arrived = [step for step in steps if step is not None]
    gaps = [a * 10 * factor(a) ** STEPS for a in BOWLS]
    assert len({median(arrived), mean(arrived), min(arrived), max(arrived), arrived[0], arrived[-1]}) == 6
    assert row["problems"] == len(BOWLS)
    assert row["arrived"] == len(arrived) < len(BOWLS)
    assert row["median_steps_to_tolerance"] == median(arrived)
    assert row["median_gap"] == pytest.approx(median(gaps), rel=1e-9)


def test_a_summary_counts_who_left_and_who_diverged(compared):
    """At a = 30 the way to the minimum grows fivefold with every step; in 40 it passes 10¹² widths of the domain."""
    [row] = compared["summary"]
    assert (row["left"], row["diverged"]) == (1, 1)
    [short] = optviz.compare([bowl(30.0), bowl(2.0)], [f"sgd:lr={LR}"], steps=3).to_json()["summary"]
    assert (short["left"], short["diverged"]) == (1, 0)


def test_each_problem_tells_its_own_numbers(compared):
    for a, problem in zip(BOWLS, compared["problems"], strict=True):
        [row] = problem["runs"]
        assert row["steps_to_tolerance"] == arrival(a)
        assert row["distance"] == pytest.approx(math.sqrt(10 * factor(a) ** STEPS), rel=1e-9)
        assert row["gap"] == pytest.approx(a * 10 * factor(a) ** STEPS, rel=1e-9)


def test_nobody_arrived_has_no_median():
    [row] = optviz.compare([bowl(0.4), bowl(0.5)], ["sgd:lr=1e-4"], steps=3).to_json()["summary"]
    assert (row["arrived"], row["median_steps_to_tolerance"]) == (0, None)
    assert row["median_gap"] is not None


def test_the_first_step_is_the_first_though_it_does_not_last():
    found = np.array([[False, False, True], [True, False, False], [False, False, False], [True, False, False]])
    assert first_steps(found) == [1, None, 0]
