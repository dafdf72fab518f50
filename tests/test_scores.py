"""How candidate rates are scored, on surfaces where a score is a count: of starts, of seeds, of steps."""

import autograd.numpy as anp
import numpy as np
import pytest

import optviz
from optviz.lineup import choose_rates
from optviz.races import race
from optviz.rates import GRID

PLATEAU = optviz.Surface(
    name="plateau", fn=lambda x, y: anp.where(x + y > 0, 1.0, 0.0), domain=(-1, 1, -1, 1), start=(0, 0),
    minima=((-0.5, -0.5),),
)  # fmt: skip
"""Above the diagonal nothing gets lower, which scores 1; below it everybody is at the minimum, which scores 0."""


@pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")
def test_of_many_starts_64_are_tried_drawn_at_random_and_the_same_for_every_optimizer():
    """Of 100 starts the last 36 lie on the plateau: a score is their share of those that are tried."""
    starts = [(-0.5, -0.5 + n / 1000) for n in range(64)] + [(0.5, 0.5 - n / 1000) for n in range(36)]
    shares = []
    for seed in range(5):
        choices = choose_rates(PLATEAU, ["sgd", "adam"], start=starts, seed=seed, steps=1)
        [score] = {trial.score for choice in choices.values() for trial in choice.trials}
        shares.append(score)
    counts = np.array(shares) * 64
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)
    assert len(set(counts)) > 2
    assert np.mean(shares) == pytest.approx(0.36, abs=0.07)


@pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")
def test_up_to_64_starts_all_are_tried():
    starts = [(-0.5, -0.5)] * 40 + [(0.5, 0.5)] * 24
    [score] = {trial.score for trial in choose_rates(PLATEAU, ["sgd"], start=starts, steps=1)["sgd"].trials}
    assert score == pytest.approx(24 / 64)


@pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")
def test_where_runs_are_random_a_score_is_the_mean_over_two_seeds_that_are_not_the_races():
    """From the edge of a step noise pushes everybody up, to twice the first height, or down to the minimum.

    So one seed scores (1 + √2)/2 or 1/2, and where two seeds differ the score is the mean of both.
    """
    step = optviz.Surface(
        name="step",
        fn=lambda x, y: anp.where(x + y > 0, 1.0, anp.where(x + y < 0, 0.0, 0.5)),
        domain=(-1, 1, -1, 1),
        start=(0, 0),
        minima=((-0.5, -0.5),),
    )
    down, up = 0.5, (1 + 2**0.5) / 2
    told = {}
    for seed in range(16):
        trials = choose_rates(step, ["sgd"], noise=1e-3, seed=seed, steps=1)["sgd"].trials
        [told[seed]] = {round(trial.score, 9) for trial in trials if trial.lr in GRID}
    kinds = [round(each, 9) for each in (down, (down + up) / 2, up)]
    assert set(told.values()) == set(kinds)
    own = {seed: up if race(step, ["sgd:lr=1"], noise=1e-3, seed=seed, steps=1).values[1, 0] > 0.5 else down
           for seed in told}  # fmt: skip
    assert any(own[seed] == up and told[seed] == kinds[0] for seed in told), "its own seed is not among the two"
    assert any(own[seed] == down and told[seed] == kinds[2] for seed in told)


def test_without_chance_one_seed_says_all():
    calm = [choose_rates("booth", ["sgd"], seed=seed, steps=20)["sgd"].trials for seed in (0, 1)]
    assert calm[0] == calm[1]


def floor_of(surface, values):
    """The least on the plot's grid, 100 points by 100, or among these values."""
    x0, x1, y0, y1 = surface.domain
    across, up = np.meshgrid(np.linspace(x0, x1, 100), np.linspace(y0, y1, 100))
    return min(float(surface(np.stack([across, up], axis=-1)).min()), values.min())


def test_without_a_minimum_the_least_value_on_the_map_counts_though_nobody_comes_there():
    pit = optviz.Surface(
        name="pit", fn=lambda x, y: x**2 + y**2 - 80 * anp.exp(-9 * ((x - 2) ** 2 + (y - 2) ** 2)),
        domain=(-3, 3, -3, 3), start=(-2.0, -1.0),
    )  # fmt: skip
    choice = choose_rates(pit, ["sgd"], steps=25)["sgd"]
    inside = [trial for trial in choice.trials if 1e-3 < trial.lr < 0.5]
    values = np.stack([race(pit, [f"sgd:lr={trial.lr!r}"], steps=25, lr_rules=["tuned"]).values[:, 0]
                       for trial in inside[::4]], axis=-1)  # fmt: skip
    floor = floor_of(pit, values)
    assert floor < -60
    wanted = np.sqrt((values - floor) / (values[0] - floor)).mean(axis=0)
    np.testing.assert_allclose([trial.score for trial in inside[::4]], wanted, rtol=1e-9)


def bowl(**more):
    return optviz.Surface(
        name="bowl", fn=lambda x, y: x**2 + y**2, domain=(-3, 3, -3, 3), start=(2.0, 1.0), minima=((0, 0),), **more
    )


def steps_of(rate):
    """On x² + y² a step multiplies the gap by (1 − 2·lr)²: the first step at which a thousandth is left."""
    return next((step for step in range(41) if (1 - 2 * rate) ** (2 * step) <= 1e-3), None)


def test_of_rates_that_are_equally_fast_a_table_takes_the_gentlest():
    """A step at 1/2 would be at the minimum; the rates of the grid to either side take two."""
    rates = [rate for rate in GRID if steps_of(rate) == 2]
    assert rates == pytest.approx([10**-0.375, 10**-0.25])
    choice = choose_rates(bowl(), ["sgd"], steps=40, tune_for="table")["sgd"]
    assert choice.lr == rates[0]
    for trial in choice.trials:
        assert trial.score == steps_of(trial.lr) or steps_of(trial.lr) is None


def test_where_no_rate_arrives_a_table_takes_the_closest():
    """Four steps along a valley a hundred times as narrow as it is long: none brings the gap to a thousandth."""
    valley = optviz.Surface(
        name="valley", fn=lambda x, y: x**2 + 100 * y**2, domain=(-3, 3, -3, 3), start=(2.0, 1.0), minima=((0, 0),)
    )
    choice = choose_rates(valley, ["sgd"], steps=4, tune_for="table")["sgd"]
    gaps = {}
    for trial in choice.trials:
        x, y = 2 * (1 - 2 * trial.lr) ** np.arange(5), (1 - 200 * trial.lr) ** np.arange(5)
        if np.abs([x, y]).max() <= 3:
            gaps[trial.lr] = (x**2 + 100 * y**2)[-1] / 104
            assert trial.score == pytest.approx(5 + gaps[trial.lr], rel=1e-9)
        else:
            assert trial.score == np.inf
    assert choice.lr == min(gaps, key=gaps.get)
    assert 1e-3 < gaps[choice.lr] < 0.5


def test_pictures_take_the_gentlest_rate_near_the_best_and_tables_the_fastest():
    """The score of a picture is a geometric sum: the root of the gap shrinks by |1 − 2·lr| with every step."""
    scores = {rate: np.mean(np.abs(1 - 2 * rate) ** np.arange(41)) for rate in GRID if rate < 1}
    near = min(rate for rate, score in scores.items() if score <= min(scores.values()) + 0.02)
    assert near == pytest.approx(10**-0.5)
    assert optviz.race(bowl(), ["sgd"], steps=40).runs[0].hyperparameters["lr"] == near
    [table] = optviz.compare(bowl(), ["sgd"], steps=40).races
    assert table.runs[0].hyperparameters["lr"] == pytest.approx(10**-0.375)


@pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")
def test_a_rate_that_goes_out_on_one_of_two_seeds_is_out():
    """Noise to either side of a ledge: who is pushed over it leaves, with whatever rate; who is not stays."""
    ledge = optviz.Surface(
        name="ledge", fn=lambda x, y: anp.where(x + y > 0, 1.0 - 1e9 * (x + y), anp.where(x + y < 0, 0.5, 1.0)),
        domain=(-1, 1, -1, 1), start=(0, 0), minima=((-0.5, -0.5),),
    )  # fmt: skip
    scores = []
    for seed in range(8):
        trials = choose_rates(ledge, ["sgd"], noise=1e-3, seed=seed, steps=3)["sgd"].trials
        scores.append(next(trial.score for trial in trials if trial.lr == GRID[40]))
    assert sum(np.isinf(score) for score in scores) > 4, "three of four pairs of seeds"
    assert any(np.isfinite(score) for score in scores)
