"""Who runs at which rate by which rule, and where from: the rules in all their combinations."""

import numpy as np
import pytest

import optviz
from optviz.lineup import enlist
from optviz.starts import gather_starts, parse_starts


def saddle(**more):
    return optviz.Surface(
        name="open", fn=lambda x, y: x**2 - y**2, domain=(-2, 2, -2, 2), start=(1.5, 0.5), **more
    )  # fmt: skip


def bowl(**more):
    return optviz.Surface(
        name="bowl", fn=lambda x, y: x**2 + y**2, domain=(-2, 2, -2, 2), start=(1.5, 0.5), minima=((0, 0),), **more
    )


def rates(race):
    return [(run.lr_rule, run.hyperparameters["lr"]) for run in race.runs]


def test_where_a_surface_without_a_minimum_names_a_rate_all_share_it():
    found = rates(optviz.race(saddle(lr=0.05), ["sgd", "adam", "sgd:lr=0.2"], steps=20))
    assert found == [("same", 0.05), ("same", 0.05), ("given", 0.2)]


@pytest.mark.parametrize("surface", [bowl(lr=0.05), bowl(), saddle()], ids=["bowl with a rate", "bowl", "saddle"])
def test_where_it_has_a_minimum_or_names_no_rate_each_is_tuned(surface):
    race = optviz.race(surface, ["sgd", "adam", "sgd:lr=0.2"], steps=20)
    choices = optviz.choose_rates(surface, ["sgd", "adam"], steps=20)
    tuned = [("tuned", choices[label].lr) for label in ("sgd", "adam")]
    assert rates(race) == [*tuned, ("given", 0.2)]
    assert all(rate != 0.05 for _, rate in tuned)


@pytest.mark.parametrize("surface", [saddle(lr=0.05), bowl()], ids=["same", "tuned"])
def test_a_rate_for_all_is_for_those_that_name_none(surface):
    race = optviz.race(surface, ["sgd:lr=0.2", "adam", "momentum:lr=0.01"], lr=0.3, steps=5)
    assert rates(race) == [("given", 0.2), ("given", 0.3), ("given", 0.01)]


def test_a_schedule_for_all_is_for_those_that_name_none():
    entries = enlist(["sgd:schedule=exponential(0.5)", "sgd"], "step(2,0.5)")
    found = [type(entry.optimizer.schedule).__name__ for entry in entries]
    assert found == ["Exponential", "StepDecay"]


def test_names_that_are_taken_get_the_next_number():
    entries = enlist(["adam", "adam", "sgd", "adam", "sgd:label=adam"])
    assert [entry.label for entry in entries] == ["adam", "adam#2", "sgd", "adam#3", "adam#4"]


WIDE = optviz.Surface(
    name="wide", fn=lambda x, y: x**2 + y**2, domain=(0, 3, 10, 14), view=(0, 1, 10, 11), start=(1, 11)
)


def test_a_grid_of_starts_has_the_middles_of_its_cells_row_by_row():
    assert parse_starts("grid:3x2", WIDE) == [(0.5, 11), (1.5, 11), (2.5, 11), (0.5, 13), (1.5, 13), (2.5, 13)]


def test_random_starts_fill_the_domain_evenly_and_follow_the_seed():
    drawn = np.array(gather_starts("random:4000", WIDE, seed=2))
    counts, _, _ = np.histogram2d(*drawn.T, bins=4, range=[(0, 3), (10, 14)])
    assert counts.sum() == 4000, "all lie in the domain"
    assert np.abs(counts - 250).max() < 5 * 250**0.5
    assert gather_starts("random:5", WIDE, seed=2) == gather_starts("random:5", WIDE, seed=2)
    assert not set(gather_starts("random:5", WIDE, seed=2)) & set(gather_starts("random:5", WIDE, seed=3))
