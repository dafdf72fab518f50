"""The fair rates: the published rule, recomputed here from its words, one candidate at a time."""

import numpy as np
import pytest

import optviz
from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface
from optviz.lineup import choose_rates
from optviz.races import race
from optviz.rates import GRID


def by_the_words(name, optimizer, steps, floor):
    """Every candidate alone, scored as the rule says."""
    surface = load_surface(name)
    scores = []
    for lr in GRID:
        run = race(surface, [f"{optimizer}:lr={float(lr)!r}"], steps=steps)
        if run.left_at[0] is not None or run.diverged_at[0] is not None:
            scores.append(np.inf)
            continue
        values = run.values[:, 0]
        scores.append(np.mean(np.sqrt(np.maximum(values - floor, 0) / (values[0] - floor))))
    good = [i for i, score in enumerate(scores) if score <= min(scores) + 0.02]
    return np.array(scores), GRID[good[0]]


@pytest.mark.parametrize("optimizer", DEFAULT_OPTIMIZERS)
@pytest.mark.parametrize(("name", "floor"), [("rosenbrock", 0.0), ("branin", 0.39788735772973816)])
def test_the_rule_recomputed(name, floor, optimizer):
    scores, winner = by_the_words(name, optimizer, 60, floor)
    choice = choose_rates(name, [optimizer], steps=60)[optimizer]
    assert choice.lr == pytest.approx(winner)
    ours = np.array([trial.score for trial in choice.trials])
    np.testing.assert_allclose(ours, scores, rtol=1e-6)


def test_the_grid_is_the_published_one():
    assert len(GRID) == 65
    assert GRID[0] == pytest.approx(1e-7)
    assert GRID[-1] == pytest.approx(10)
    np.testing.assert_allclose(np.diff(np.log10(GRID)), 1 / 8)


def test_every_optimizer_gets_the_same_grid_and_the_race_takes_the_winner():
    choices = choose_rates("himmelblau")
    assert {tuple(trial.lr for trial in choice.trials) for choice in choices.values()} == {tuple(GRID.tolist())}
    result = race("himmelblau")
    assert [run.hyperparameters["lr"] for run in result.runs] == [choice.lr for choice in choices.values()]


def test_candidates_are_tried_on_other_seeds_than_the_race():
    first = choose_rates("noisy-moons", ["sgd"], seed=0, noise=0.5, steps=30)["sgd"]
    second = choose_rates("noisy-moons", ["sgd"], seed=1, noise=0.5, steps=30)["sgd"]
    assert [trial.score for trial in first.trials] != [trial.score for trial in second.trials]
    again = choose_rates("noisy-moons", ["sgd"], seed=0, noise=0.5, steps=30)["sgd"]
    assert first.trials == again.trials


def test_if_all_leave_the_one_that_stays_longest_is_taken():
    slope = optviz.Surface(
        name="cliff", fn=lambda x, y: -1e9 * (x + 2 * y), domain=(-1, 1, -1, 1), start=(0.0, 0.0), minima=((1, 1),)
    )
    choice = choose_rates(slope, ["sgd"], steps=50)["sgd"]
    assert all(np.isinf(trial.score) for trial in choice.trials)
    assert choice.lr == pytest.approx(1e-7)
    assert choice.on_edge


def test_a_surface_without_minimum_or_rate_is_tuned_towards_the_least_value_seen():
    own = optviz.Surface(name="own", fn=lambda x, y: x**2 + 10 * y**2, domain=(-3, 3, -3, 3), start=(2.0, 1.0))
    stated = optviz.Surface(name="own", fn=own.fn, domain=own.domain, start=own.start, minima=((0, 0),))
    free, known = (choose_rates(surface, ["sgd"], steps=80)["sgd"] for surface in (own, stated))
    assert free.lr == pytest.approx(known.lr)


def test_a_table_is_tuned_for_what_it_reports():
    for name in ("rosenbrock", "beale", "ravine"):
        table = optviz.compare(name, ["sgd", "momentum", "adam"]).races[0]
        fastest = [run["steps_to_tolerance"] for run in table.to_json(points=False)["runs"]]
        for column, label in enumerate(table.labels):
            for lr in GRID[::4]:
                other = race(name, [f"{label}:lr={float(lr)!r}"])
                steps = other.to_json(points=False)["runs"][0]["steps_to_tolerance"]
                stayed = other.left_at[0] is None and other.diverged_at[0] is None
                assert not stayed or steps is None or fastest[column] <= steps


def test_starting_at_the_minimum_is_no_error():
    assert choose_rates("booth", ["sgd"], start=(1, 3), steps=5)["sgd"].lr == pytest.approx(1e-7)
