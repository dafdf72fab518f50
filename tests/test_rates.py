"""The fair rates: the published rule, recomputed here from its words, one candidate at a time."""

import autograd.numpy as anp
import numpy as np
import pytest

import optviz
from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface
from optviz.errors import OptvizWarning
from optviz.lineup import choose_rates
from optviz.races import race
from optviz.rates import GRID


def by_the_words(name, optimizer, rates, steps, floor):
    """Every candidate alone, scored as the rule says."""
    surface = load_surface(name)
    scores = []
    for lr in rates:
        run = race(surface, [f"{optimizer}:lr={float(lr)!r}"], steps=steps)
        if run.left_at[0] is not None or run.diverged_at[0] is not None:
            scores.append(np.inf)
            continue
        values = run.values[:, 0]
        scores.append(np.mean(np.sqrt(np.maximum(values - floor, 0) / (values[0] - floor))))
    good = [i for i, score in enumerate(scores) if score <= min(scores) + 0.02]
    return np.array(scores), rates[good[0]]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:nobody moves")
@pytest.mark.parametrize("optimizer", DEFAULT_OPTIMIZERS)
@pytest.mark.parametrize(("name", "floor"), [("rosenbrock", 0.0), ("branin", 0.39788735772973816)])
def test_the_rule_recomputed(name, floor, optimizer):
    choice = choose_rates(name, [optimizer], steps=60)[optimizer]
    tried = [trial.lr for trial in choice.trials]
    np.testing.assert_allclose(np.diff(np.log10(tried)), 1 / 8)
    assert set(GRID) <= set(tried)
    scores, winner = by_the_words(name, optimizer, tried, 60, floor)
    assert choice.lr == winner
    np.testing.assert_allclose([trial.score for trial in choice.trials], scores, rtol=1e-6)
    assert scores.argmin() < len(tried) - 1, "where the best was the last, more were tried"


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


def test_if_all_leave_the_one_that_stays_longest_is_taken_and_it_is_said():
    """Even the gentlest rate there is, 1e-30, leaps out at once."""
    cliff = optviz.Surface(
        name="cliff", fn=lambda x, y: -1e40 * (x + 2 * y), domain=(-1, 1, -1, 1), start=(0.0, 0.0), minima=((1, 1),)
    )
    with pytest.warns(OptvizWarning, match="every rate that was tried leaves the domain .* of sgd"):
        choice = choose_rates(cliff, ["sgd"], steps=50)["sgd"]
    assert choice.all_out
    assert choice.on_edge
    assert choice.lr == pytest.approx(1e-30)


UNITS = [1e-12, 1e-6, 1, 1e6, 1e12]


@pytest.mark.slow
@pytest.mark.parametrize("tune_for", ["picture", "table"])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("along", ["f", "x and y"])
def test_rates_go_with_the_units(along, unit, tune_for):
    """Of a·f gradient descent takes rates of 1/a; in lengths of b it takes b², and Adam, whose steps are rates, b.

    So says the arithmetic of both: x − lr·f′(x) is the same path in other units. AdaGrad's, RMSProp's and Adam's eps
    are small beside the gradients here.
    """

    def at(a, b):
        surface = optviz.Surface(
            name="himmelblau in other units",
            fn=lambda x, y: a * (((x / b) ** 2 + y / b - 11) ** 2 + (x / b + (y / b) ** 2 - 7) ** 2),
            domain=(-5 * b, 5 * b, -5 * b, 5 * b),
            start=(0.1 * b, -0.2 * b),
            minima=((3 * b, 2 * b),),
        )
        none = [f"{name}:eps=1e-300" for name in ("adam", "rmsprop", "adagrad")]
        choices = choose_rates(surface, ["sgd", "momentum", *none], steps=80, tune_for=tune_for)
        assert not any(choice.on_edge for choice in choices.values())
        return np.array([choice.lr for choice in choices.values()])

    plain = at(1, 1)
    if along == "f":
        np.testing.assert_allclose(at(unit, 1), plain * [1 / unit, 1 / unit, 1, 1, 1], rtol=1e-9)
    else:
        ours = at(1, unit) / [unit**2, unit**2, unit, unit, unit]
        assert np.abs(np.log10(ours / plain)).max() < 0.13, "a step of the grid: RMSProp's last digits flicker"


@pytest.mark.parametrize("slope", [1e-80, 1e80])
def test_what_lies_beyond_all_rates_is_said(slope):
    tilted = optviz.Surface(
        name="tilted", fn=lambda x, y: slope * (x**2 + y**2), domain=(-1, 1, -1, 1), start=(0.5, 0.25), minima=((0, 0),)
    )
    words = "better ones may lie beyond: sgd" if slope < 1 else "every rate that was tried leaves"
    with pytest.warns(OptvizWarning, match=words):
        choice = choose_rates(tilted, ["sgd"], steps=9)["sgd"]
    assert choice.on_edge


def test_what_a_plateau_costs_is_bounded():
    """Where the gradient is 0 no rate is any better; tried are those up to 1e30."""
    flat = optviz.Surface(
        name="flat", fn=lambda x, y: anp.where(x < -0.9, x + y**2, 0.0), domain=(-1, 1, -1, 1), start=(0.5, 0.5)
    )
    with pytest.warns(OptvizWarning) as told:
        optviz.race(flat, ["sgd"], steps=5)
    assert any("nobody moves" in str(each.message) and "gradient is 0" in str(each.message) for each in told)


@pytest.mark.parametrize("bad", [-np.inf, np.inf, np.nan])
@pytest.mark.parametrize("tune_for", ["picture", "table"])
def test_one_point_that_is_not_finite_tells_nothing_of_the_rest(bad, tune_for):
    """The grid of the map has a point at (1, 1) exactly: 100 points from −98 to 100 stand 2 apart."""

    def at(value):
        surface = optviz.Surface(
            name="hole",
            fn=lambda x, y: anp.where((x == 2) & (y == 2), value, x**2 / 4 + y**2),
            domain=(-98, 100, -98, 100),
            start=(50.0, 40.0),
        )
        return [choice.lr for choice in choose_rates(surface, ["sgd", "adam"], steps=60, tune_for=tune_for).values()]

    assert at(bad) == at(5.0)


def test_a_minimum_whose_value_is_not_finite_is_no_floor():
    deep = optviz.Surface(
        name="deep", fn=lambda x, y: anp.log(x**2 + y**2), domain=(-2, 2, -2, 2), start=(1.5, 1.0), minima=((0, 0),)
    )
    result = optviz.race(deep, ["sgd", "adam"], steps=40)
    assert np.all(result.values[-1] < result.values[0] - 1)
    assert result.to_json()["runs"][0]["gap"] is None


def test_what_is_reached_outside_the_domain_is_no_floor():
    """x² − y² has no least value. Who leaves the domain may see any, and the others are not measured by that."""
    saddle = optviz.Surface(name="open", fn=lambda x, y: x**2 - y**2, domain=(-2, 2, -2, 2), start=(1.5, 0.1))
    choices = choose_rates(saddle, ["sgd", "adam"], steps=100)
    assert all(0.001 < choice.lr < 1 for choice in choices.values())
    least = optviz.race(saddle, ["sgd", "adam"], steps=100).values.min(axis=0)
    assert (least < 0).all()


def test_a_surface_without_minimum_or_rate_is_tuned_towards_the_least_value_seen():
    own = optviz.Surface(name="own", fn=lambda x, y: x**2 + 10 * y**2, domain=(-3, 3, -3, 3), start=(2.0, 1.0))
    stated = optviz.Surface(name="own", fn=own.fn, domain=own.domain, start=own.start, minima=((0, 0),))
    free, known = (choose_rates(surface, ["sgd"], steps=80)["sgd"] for surface in (own, stated))
    assert free.lr == pytest.approx(known.lr)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:nobody moves")
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
