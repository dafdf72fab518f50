"""Claims that hang on the last digit of a start, on one start, or on one seed, are found; others are not."""

import json

import numpy as np
import pytest

from optviz import robustness
from optviz.claims import parse_claim
from optviz.cli.exhibiting import stage_exhibit
from optviz.gallery import Exhibit, Here, load_exhibits


def exhibit(command, *claims, here=None):
    words = {"slug": "made-up", "title": "Made up", "caption": "It moves.", "see": "It."}
    only = None if here is None else Here(why="So.", shows=(parse_claim(here),))
    return Exhibit(
        **words, command=f"optviz {command}", tags=("one",), shows=tuple(map(parse_claim, claims)), here=only
    )


def tallied(command, *claims, times=10, here=None):
    each = exhibit(command, *claims, here=here)
    subject, _, recipe = stage_exhibit(each)
    return robustness.tallied(each, subject, recipe, times)


def test_a_claim_on_the_last_digits_of_a_chaotic_path_is_fragile():
    """Among Ackley's dimples steps of this size draw starts apart: after 120 of them nothing of the digits is left."""
    race = "animate --surface ackley -O sgd:lr=0.2 --steps 120"
    subject, _, _ = stage_exhibit(exhibit(race))
    end = float(subject.values[-1, 0])
    told, solid = tallied(race, f"value(sgd) == {end!r}", "value(sgd) > 0")
    assert (told.held, told.fragile) == (0, True)
    assert (solid.held, solid.fragile) == (10, False)


def test_a_claim_with_margin_is_not_fragile_where_one_on_the_edge_is():
    """A step on a bowl moves with its start; half of the directions are to either side."""
    race = "animate --surface booth -O sgd:lr=0.05 --steps 40"
    subject, _, _ = stage_exhibit(exhibit(race))
    x = float(subject.points[1, 0, 0])
    edge, margin = tallied(race, f"x(sgd, 1) <= {x!r}", f"x(sgd, 1) < {x + 0.01}")
    assert 0 < edge.held < 10
    assert edge.fragile
    assert margin.held == 10


RIDGE = "animate --surface saddle -O sgd:lr=0.05 -O momentum:lr=0.05 --steps 120 --start=1.5,0.001"


def test_a_claim_that_one_lucky_start_has_is_fragile_though_it_holds_by_a_hair():
    """y doubles with every 14 steps or so; a start 0.02 beside the ridge is gone long before one 0.001 beside it."""
    lucky, sure = tallied(RIDGE, "left_at(sgd) > 75", "left_at(momentum) < left_at(sgd)")
    assert (lucky.held, lucky.fragile) == (10, True)
    assert lucky.nearby < 10
    assert (sure.held, sure.nearby, sure.fragile) == (10, 10, False)


def test_what_is_declared_to_be_true_of_one_start_alone_is_not_judged_by_those_nearby():
    sure, here = tallied(RIDGE, "left_at(momentum) < left_at(sgd)", here="left_at(sgd) > 75")
    assert (sure.here, here.here) == (False, True)
    assert here.nearby < 10
    assert not here.fragile
    chaos = "animate --surface ackley -O sgd:lr=0.2 --steps 120"
    end = float(stage_exhibit(exhibit(chaos))[0].values[-1, 0])
    _, here = tallied(chaos, "value(sgd) > 0", here=f"value(sgd) == {end!r}")
    assert here.fragile, "by a hair it is judged all the same"


def test_a_claim_may_fail_from_two_of_ten_other_seeds_and_no_more():
    claim = parse_claim("gap(sgd) < 1")
    for runs, most in ((10, 2), (5, 1)):
        for failed in range(runs + 1):
            assert robustness.Tally(claim, runs, runs - failed, True, None).fragile is (failed > most)
            assert robustness.Tally(claim, runs, runs - failed, False, runs).fragile is (failed > 0)


def test_starts_nearby_are_within_a_hundredth_of_the_view_and_the_rest_is_as_it_was():
    each = exhibit("animate --surface noisy-moons -O sgd:lr=0.1 --steps 2 --start 6,-6 --start 0,0 --seed 3")
    subject, _, recipe = stage_exhibit(each)
    x0, x1, y0, y1 = subject.surface.window
    others = list(robustness.from_nearby(subject, recipe, 5))
    assert len({other.starts for other in others}) == 5
    for other in others:
        moved = np.abs(np.array(other.starts) - np.array(subject.starts)) / (x1 - x0, y1 - y0)
        assert 1e-4 < moved[1].max() <= 0.01
        assert subject.surface.contains(np.array(other.starts)).all()
        assert other.problem.seed == 3
        assert [run.hyperparameters for run in other.runs] == [run.hyperparameters for run in subject.runs]


@pytest.mark.slow
@pytest.mark.parametrize("each", [each for each in load_exhibits() if each.here], ids=lambda each: each.slug)
def test_exhibits_declare_one_start_alone_only_where_they_must(each):
    subject, _, recipe = stage_exhibit(each)
    tallies = robustness.tallied(each, subject, recipe)
    assert not [tally.claim.text for tally in tallies if tally.fragile]
    assert any(tally.nearby < tally.runs for tally in tallies if tally.here), "move its claims to shows"


def test_where_chance_has_a_part_seeds_differ_and_starts_do_not():
    each = exhibit("animate --surface noisy-moons -O sgd:lr=0.1 --steps 9 --seed 3")
    subject, _, recipe = stage_exhibit(each)
    others = list(robustness.varied(subject, recipe, 3))
    assert [other.problem.seed for other in others] == [4, 5, 6]
    assert {other.starts for other in others} == {subject.starts}


def test_starts_move_by_a_millionth_of_a_millionth_of_the_view_and_stay_in_the_domain():
    each = exhibit("animate --surface booth -O sgd:lr=0.05 --steps 1 --start 10,-10 --start 0,0")
    subject, _, recipe = stage_exhibit(each)
    for other in robustness.varied(subject, recipe, 5):
        moved = np.array(other.starts) - np.array(subject.starts)
        assert 0 < np.abs(moved[1]).max() <= 1e-12 * 20
        assert subject.surface.contains(np.array(other.starts)).all()
        assert [run.hyperparameters for run in other.runs] == [run.hyperparameters for run in subject.runs]


def test_trainings_have_other_seeds_at_the_same_rates():
    line = "train --data moons:samples=60 --hidden 4 --epochs 1 --batch-size 9 -O sgd:lr=0.1 --seeds 2"
    subject, _, recipe = stage_exhibit(exhibit(line))
    others = list(robustness.varied(subject, recipe, 2))
    assert [other.seeds for other in others] == [(2, 3), (4, 5)]
    assert {run.entry.optimizer.lr for other in others for run in other.runs} == {0.1}
    lucky, sure = tallied(line, f"train_loss(sgd) == {subject.runs[0].train.loss!r}", "train_loss(sgd) > 0", times=2)
    assert (lucky.fragile, sure.fragile) == (True, False)
    assert lucky.nearby is sure.nearby is None


@pytest.mark.parametrize(("claim", "code", "result"), [("gap(sgd) < 1e9", 0, "ok"), ("x(sgd, 1) == {}", 1, "fragile")])
def test_the_command_says_what_is_fragile(run, monkeypatch, claim, code, result):
    race = "animate --surface booth -O sgd:lr=0.05 --steps 3"
    x = float(stage_exhibit(exhibit(race))[0].points[1, 0, 0])
    made = exhibit(race, claim.format(repr(x)))
    monkeypatch.setattr("optviz.gallery.load_exhibits", lambda *_: (made,))
    found = run("gallery", "--check", "--robust", "--json")
    assert found.exit_code == code
    [row] = json.loads(found.stdout)
    assert row["fragile"] is (result == "fragile")
    assert row["runs"] == 10
    table = run("gallery", "--check", "--robust").stdout
    assert result in table


@pytest.mark.parametrize("declared", [False, True])
def test_the_command_says_which_claims_one_start_alone_has(run, monkeypatch, declared):
    lucky, sure = "left_at(sgd) > 75", "left_at(momentum) < left_at(sgd)"
    made = exhibit(RIDGE, sure, here=lucky) if declared else exhibit(RIDGE, sure, lucky)
    monkeypatch.setattr("optviz.gallery.load_exhibits", lambda *_: (made,))
    found = run("gallery", "--check", "--robust", "--json")
    assert found.exit_code == (0 if declared else 1)
    [_, row] = json.loads(found.stdout)
    assert (row["held"], row["here"], row["fragile"]) == (10, declared, not declared)
    assert row["nearby"] < 10
    table = run("gallery", "--check", "--robust").stdout.splitlines()
    assert table[0].split() == ["exhibit", "claim", "found", "held", "nearby", "result"]
    assert table[1].split()[-7:] == ["10", "of", "10", "10", "of", "10", "ok"]
    assert (f"{row['nearby']} of 10, here" in table[2]) is declared
    assert table[2].split()[-1] == ("ok" if declared else "fragile")


def test_robust_goes_with_check(refuse):
    assert "--check --robust" in refuse(2, "gallery", "--robust")
