"""What is said of pictures in words: who ran, by which rule the rates came about, and what there is to be seen."""

from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.cast import runners_of
from optviz.numerals import rate_cell, rate_text
from optviz.recipe import recipe_of
from optviz.wording import alt_of, caption_of, listed, notes_of

OPEN = optviz.Surface(name="open", fn=lambda x, y: x**2 - y**2, domain=(-2, 2, -2, 2), start=(1.5, 0.5), lr=0.05)


def recipe(*specs, surface="booth", picture=None, **more):
    return recipe_of(optviz.race(surface, specs, **{"steps": 12} | more), picture or {})


def test_rates_that_one_rule_chose_are_said_to_be_tuned_by_it():
    race = optviz.race("booth", ["sgd", "adam"], steps=12)
    rates = [rate_text(run.hyperparameters["lr"], "tuned", 3) for run in race.runs]
    assert len(set(rates)) == 2
    said = caption_of(recipe_of(race, {}))
    assert said.endswith(f" Learning rates: {rates[0]} and {rates[1]}, tuned by one rule for all.")


def test_rates_that_were_given_are_said_to_be_given():
    assert caption_of(recipe("sgd:lr=0.01", "adam:lr=0.5")).endswith(" Learning rates: 0.01 and 0.5, given.")
    assert caption_of(recipe("sgd", lr=0.01)).endswith(" Learning rate: 0.01, given.")


def test_a_rate_that_a_surface_names_is_said_to_be_the_same_for_all():
    assert caption_of(recipe("sgd", surface=OPEN)).endswith(" Learning rate: 0.05, the same for all.")
    assert caption_of(recipe("sgd", "adam", surface=OPEN)).endswith(" Learning rate: 0.05 for all.")


def test_where_rates_came_about_by_different_rules_none_is_told_of_all():
    said = caption_of(recipe("sgd:lr=0.0123456", "adam"))
    assert "Learning rates: 0.0123456 and " in said
    assert not any(word in said for word in ("tuned", "same", "given"))
    said = caption_of(recipe("sgd:lr=0.01", "adam", surface=OPEN))
    assert said.endswith(" Learning rates: 0.01 and 0.05.")


@pytest.mark.parametrize(
    ("surface", "spec", "rule", "word"),
    [
        ("booth", "sgd", "tuned", "tuned"),
        ("booth", "sgd:lr=0.01", "given", "given"),
        (OPEN, "sgd", "same", "same for all"),
    ],
)
def test_the_legend_notes_and_info_tell_the_rule_of_each_run(surface, spec, rule, word):
    race = optviz.race(surface, [spec], steps=12)
    assert race.runs[0].lr_rule == rule
    assert runners_of(race.runs, race.values, "loss")[0].rule == word
    assert notes_of(recipe_of(race, {})).endswith(f" ({rule})")


def test_a_tuned_rate_has_three_digits_and_one_that_was_given_has_its_own():
    """One that was tuned lies on a grid of eight a decade: its other digits mean nothing."""
    rate = 10**-1.875
    race = optviz.race("booth", [f"sgd:lr={rate!r}"], steps=3, lr_rules=["tuned"])
    assert "Learning rate: 0.0133, tuned" in caption_of(recipe_of(race, {}))
    assert runners_of(race.runs, race.values, "loss")[0].rate == "lr 0.013"
    assert rate_cell(rate, "tuned") == "0.0133"
    assert rate_cell(rate, "given") == "0.013335214"


@pytest.mark.parametrize("rate", [1e-12, 2.5e-5, 0.000123, 0.0316, 7.0, 12345.0, 1e30])
@pytest.mark.parametrize("rule", ["tuned", "same", "given"])
def test_programs_read_the_rates_of_tables(rate, rule):
    assert float(rate_cell(rate, rule)) == pytest.approx(rate, rel=5e-3)


def test_a_caption_tells_who_ran_for_how_long_from_where():
    assert caption_of(recipe("sgd:lr=0.01", start=(-1.25, 2))).startswith("SGD, 12 steps from (−1.25, 2).")
    assert caption_of(recipe("sgd:lr=0.01", start=[(1, 2), (0, 0)])).startswith("SGD, 12 steps from 2 starts.")
    assert "Seen at step 7." in caption_of(replace(recipe("sgd:lr=0.01"), step=7))


@pytest.mark.parametrize("view", ["contour", "relief"])
@pytest.mark.parametrize("still", [True, False])
def test_a_picture_is_described_as_what_it_is(view, still):
    made = replace(recipe("sgd:lr=0.01", "adam:lr=0.5", picture={"view": view}), step=5 if still else None)
    what = "Picture of step 5" if still else "Animation"
    where = {"contour": "a contour map", "relief": "the surface in 3-D"}[view]
    wanted = f"{what}: the trails of SGD and Adam on {where} of Booth, 12 steps from (5, −8)."
    assert alt_of(made) == wanted


def test_notes_tell_chance_and_its_seed():
    said = notes_of(recipe("sgd:lr=0.01", surface="noisy-moons", noise=0.25, batch_size=7, seed=5))
    assert "seed 5, noise 0.25, 7 samples a step" in said
    assert "noise" not in notes_of(recipe("sgd:lr=0.01"))


def test_names_are_listed_as_one_says_them():
    names = [f"r{number}" for number in range(1, 10)]
    assert [listed(names[:count]) for count in (1, 2, 3)] == ["r1", "r1 and r2", "r1, r2 and r3"]
    assert listed(names[:8]) == "r1, r2, r3, r4, r5, r6, r7 and r8"
    assert listed(names) == "r1, r2, r3, r4, r5, r6, r7 and 2 more", "all nine are accounted for"


def test_rates_of_many_runs_stand_in_the_order_of_the_runs():
    rates = np.arange(1, 5) / 100
    said = caption_of(recipe(*[f"sgd:lr={rate:g},label=r{row}" for row, rate in enumerate(rates)]))
    assert said.startswith("r0, r1, r2 and r3,")
    assert "0.01, 0.02, 0.03 and 0.04, given" in said
