"""Who is who in a picture, and what it is of: names, rates, colours, titles, and how its maps are arranged."""

import pytest

import optviz
from optviz.lengths import of_one_unit, scale_of
from optviz.scene import scene_of
from optviz.themes import THEMES

FIVE = ("sgd", "momentum", "adagrad", "rmsprop", "adam")


def raced(optimizers=FIVE, surface="himmelblau", **more):
    more = {"steps": 20} | more
    return optviz.race(surface, list(optimizers), **more)


def test_the_cast_says_how_each_rate_came_about():
    given = scene_of(raced(("sgd:lr=0.01", "adam:lr=0.2"))).cast
    assert [runner.rule for runner in given] == ["given", "given"]
    assert [runner.rate for runner in given] == ["lr 0.01", "lr 0.2"]
    same = scene_of(raced(("sgd", "adam"), lr=0.01)).cast
    assert {runner.rule for runner in same} == {"given"}
    assert {runner.rule for runner in scene_of(raced(("sgd", "adam"))).cast} == {"tuned"}
    assert {runner.rule for runner in scene_of(raced(("sgd", "adam"), "saddle")).cast} == {"same for all"}


def test_runs_of_one_optimizer_are_named_by_what_they_differ_in():
    titles = [each.title for each in scene_of(raced(("momentum:lr=0.01,momentum=0.5", "momentum:lr=0.01"))).cast]
    assert titles == ["Momentum momentum 0.5", "Momentum momentum 0.9"]
    titles = [each.title for each in scene_of(raced(("sgd:lr=0.01", "sgd:lr=0.02", "adam:lr=0.1"))).cast]
    assert titles == ["SGD 0.01", "SGD 0.02", "Adam"]


def test_the_classics_have_the_first_five_colours_in_their_order_and_nobody_has_another_ones():
    slots = [each.slot for each in scene_of(raced(FIVE[::-1], lr=0.01)).cast]
    assert slots == [4, 3, 2, 1, 0]
    slots = [each.slot for each in scene_of(raced(("adam", "adam", "sgd", "adam"), lr=0.01)).cast]
    assert slots[0] == 4
    assert slots[2] == 0
    assert len(set(slots)) == 4


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_runs_beyond_the_colours_have_dashes(theme):
    count = len(theme.palette) * len(theme.dashes)
    looks = [theme.look(slot) for slot in range(count)]
    assert len(set(looks)) == count
    assert all(not look.dash for look in looks[: len(theme.palette)])


def test_a_swarm_says_of_how_many_starts_it_tells_and_ghosts_of_how_many_seeds():
    assert scene_of(raced(start=[(0, 0), (1, 1), (2, 2)], lr=0.01)).title == "Himmelblau, 3 starts"
    assert scene_of(raced(lr=0.01, noise=1.0), show=("ghosts",), seeds=4).title == "Himmelblau, 4 seeds"
    assert scene_of(raced(lr=0.01)).title == "Himmelblau"


def test_only_starts_on_the_map_are_marked():
    race = raced(start=[(0, 0), (4, 4)], lr=0.01)
    assert scene_of(race, view_box=(-1, 1, -1, 1)).panels[0][0].starts == ((0.0, 0.0),)


@pytest.mark.parametrize(("steps", "fading"), [(10, 12), (96, 12), (200, 25), (1000, 125)])
def test_a_trail_fades_after_an_eighth_of_all_steps(steps, fading):
    assert scene_of(raced(lr=0.01, steps=steps), show=("fading",)).panels[0][0].fading == fading


# where panels lie


@pytest.mark.parametrize(("count", "rows"), [(1, [1]), (2, [2]), (4, [2, 2]), (5, [3, 2]), (9, [3, 3, 3])])
def test_maps_lie_in_rows_as_square_as_can_be(count, rows):
    optimizers = [f"sgd:lr={n + 1}e-3" for n in range(count)]
    panels = scene_of(raced(optimizers, steps=2), layout="panels").panels
    assert [len(row) for row in panels] == rows


@pytest.mark.parametrize(
    ("size", "expected"),
    [((800, 600), 1), ((600, 800), 1), ((1600, 1200), 2), ((1600, 600), 1), ((1280, 720), 1.2), ((300, 300), 0.5)],
)
def test_letters_are_as_large_as_the_narrower_side_lets_them_be(size, expected):
    assert scale_of(*size) == pytest.approx(expected)


@pytest.mark.parametrize(("spans", "one"), [([1, 4.9], True), ([1, 5.1], False), ([3, 0], True), ([1e-9, 3e-9], True)])
def test_features_are_of_one_unit_where_they_span_about_as_much(spans, one):
    assert of_one_unit(spans) == one
