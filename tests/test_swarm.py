"""Swarms: many starts an optimizer, from the race to its picture."""

import json

import numpy as np
import pytest

import optviz
from optviz.claims import parse_claim
from optviz.crowd import spread
from optviz.draw import Film
from optviz.draw.swarm import MOST_TRAILS, Sheaf
from optviz.errors import ArgumentError
from optviz.lineup import choose_rates
from optviz.rates import GRID
from optviz.scene import scene_of
from optviz.starts import gather_starts

STARTS = ((-4.0, 4.0), (0.0, 0.0), (3.0, -4.5), (4.9, 4.9))


def swarm(optimizers=("momentum:lr=0.005", "adam:lr=0.2"), starts=STARTS, steps=30, **more):
    return optviz.race("himmelblau", optimizers, start=starts, steps=steps, **more)


def test_every_head_of_a_swarm_takes_the_path_it_takes_alone():
    together = swarm()
    assert together.points.shape == (31, 8, 2)
    assert together.owners == (0, 0, 0, 0, 1, 1, 1, 1)
    assert together["adam"].shape == (31, 4, 2)
    for index, start in enumerate(STARTS):
        alone = optviz.race("himmelblau", ["momentum:lr=0.005", "adam:lr=0.2"], start=start, steps=30)
        part = together.alone(index)
        assert np.array_equal(part.points, alone.points)
        assert np.array_equal(together["adam"][:, index], alone["adam"])
        assert part.to_json() == alone.to_json()


def test_one_start_in_a_list_is_one_start():
    one, same = (optviz.race("booth", ["sgd:lr=0.05"], start=start, steps=3) for start in ((5, 5), [(5, 5)]))
    assert one["sgd"].shape == same["sgd"].shape == (4, 2)
    assert one.to_json() == same.to_json()


@pytest.mark.parametrize("text", ["random:6", "grid:3x2", "-1,2"])
def test_starts_in_words_are_the_same_from_python_as_on_the_command_line(text, run):
    words = ["compare", "--surface", "booth", "-O", "sgd:lr=0.01", "--steps", "3", "--seed", "5", "--json"]
    printed = json.loads(run(*words, "--start", text).stdout)
    reports = printed.get("problems", [printed])
    result = optviz.race("booth", ["sgd:lr=0.01"], steps=3, seed=5, start=text)
    assert [list(start) for start in result.starts] == [report["start"] for report in reports]
    mixed = optviz.race("booth", ["sgd:lr=0.01"], steps=3, seed=5, start=[(1, 1), text])
    assert mixed.starts == ((1.0, 1.0), *result.starts)


@pytest.mark.parametrize("start", ["random:x", ["grid:1x"], [], 5, [[]], ((1, 2), "1;2"), [None]])
def test_starts_that_are_none_are_refused(start):
    with pytest.raises(ArgumentError, match="start must be"):
        optviz.race("booth", ["sgd:lr=0.01"], steps=3, start=start)


@pytest.mark.parametrize("seed", [-1, 0.5, "1"])
def test_a_seed_is_checked_before_starts_are_drawn_by_it(seed):
    with pytest.raises(ArgumentError, match="seed must be a whole number from 0"):
        optviz.race("booth", ["sgd:lr=0.01"], steps=3, seed=seed, start="random:3")


def test_a_run_of_a_swarm_leaves_when_its_first_head_does():
    result = optviz.race("saddle", ["sgd:lr=0.05"], start=[(1.5, 0.001), (1.5, 1.0)], steps=100)
    lefts = [result.alone(index).left_at[0] for index in (0, 1)]
    assert lefts[1] < lefts[0]
    assert result.left_at == (lefts[1],)


def test_a_swarm_as_json_is_a_problem_a_start():
    report = swarm().to_json(points=False)
    assert [problem["start"] for problem in report["problems"]] == [list(start) for start in STARTS]
    assert [row["problems"] for row in report["summary"]] == [4, 4]
    json.dumps(report, allow_nan=False)


def test_a_swarm_survives_its_file(tmp_path):
    result = swarm(noise=0.5)
    result.save(tmp_path / "swarm.npz")
    again = optviz.load_race(tmp_path / "swarm.npz")
    assert again.starts == result.starts == STARTS
    assert np.array_equal(again.points, result.points)
    assert again.to_json() == result.to_json()


@pytest.mark.parametrize(
    ("starts", "optimizers", "steps", "words"),
    [
        ([(0, 0)] * 1400, ["sgd:lr=0.1"] * 3, 5, "4200 heads; allowed are 4096"),
        ([(0, 0)] * 4096, ["sgd:lr=0.1"], 100_000, "steps must be at most 15624"),
        ([(0, 0), (9, 9)], ["sgd:lr=0.1"], 5, "9,9 lies outside"),
        ([(0, 0), (1,)], ["sgd:lr=0.1"], 5, "two numbers"),
    ],
)
def test_what_is_too_much_is_refused_with_the_bound(starts, optimizers, steps, words):
    with pytest.raises(ArgumentError, match=words):
        optviz.race("himmelblau", optimizers, start=starts, steps=steps)


def test_a_swarms_rate_is_the_best_in_the_mean_over_its_starts():
    scores = np.zeros(len(GRID))
    for start in STARTS:
        trials = choose_rates("himmelblau", ["momentum"], start=start, steps=30)["momentum"].trials
        scores += [min(trial.score, 1.0) if np.isinf(trial.score) else trial.score for trial in trials]
    scores /= len(STARTS)
    choice = choose_rates("himmelblau", ["momentum"], start=STARTS, steps=30)["momentum"]
    inside = np.isfinite([trial.score for trial in choice.trials])
    np.testing.assert_allclose(np.array([trial.score for trial in choice.trials])[inside], scores[inside])
    assert choice.lr == GRID[np.flatnonzero(scores <= scores[inside].min() + 0.02)[0]]
    assert np.all(scores[~inside] == 1), "out from every start is out"


def test_of_very_many_starts_some_are_tried_and_every_optimizer_tries_the_same():
    starts = gather_starts(["grid:10x10"], optviz.catalog.load_surface("himmelblau"))
    first = choose_rates("himmelblau", ["sgd", "momentum:momentum=0"], start=starts, steps=20)
    assert first["sgd"].lr == first["momentum"].lr


def test_a_claim_about_a_swarm_is_about_its_median_or_all_of_it():
    result = swarm(steps=100)
    ends = np.sort(result["adam"][-1, :, 0])
    assert parse_claim("x(adam) < 9").check(result).left == pytest.approx((ends[1] + ends[2]) / 2)
    assert parse_claim("arrived(adam) <= 1").check(result).left in (0, 0.25, 0.5, 0.75, 1)
    assert 1 <= parse_claim("minima_found(adam) > 0").check(result).left <= 4
    wells = optviz.race("two-wells", ["sgd:lr=0.02"], start=((-1, 0), (1, 0), (0.9, 0.1)), steps=200)
    assert parse_claim("arrived(sgd) == 1").check(wells).holds
    assert parse_claim("arrived_lowest(sgd) < 1").check(wells).left == pytest.approx(1 / 3)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_minimum_is_found_from_a_hundredth_of_the_view(axis):
    """As far as 0.9 % of the view's width, or of its height, or 0.6 % of both; not 1.1 % or 0.8 % of both."""
    view = (-100, 100, -1, 1) if axis == 0 else (-1, 1, -100, 100)
    surface = optviz.Surface(
        name="wide", fn=lambda x, y: x**2 + y**2, domain=view, start=(0.5, 0.5), minima=((0, 0), (0.5, 0.5))
    )
    near, far = [(0.009, 0), (0, -0.009), (0.006, 0.006)], [(0.011, 0), (0, 0.011), (0.008, 0.008), (0.05, 0)]
    size = (view[1] - view[0], view[3] - view[2])
    starts = [(x * size[0], y * size[1]) for x, y in near + far]
    race = optviz.race(surface, ["sgd:lr=1e-3"], start=starts, steps=1)
    for measure in ("arrived", "arrived_lowest"):
        assert parse_claim(f"{measure}(sgd, 0) > 0").check(race).left == pytest.approx(3 / 7)
    assert parse_claim("minima_found(sgd, 0) > 0").check(race).left == 1


@pytest.mark.parametrize("options", [{}, {"theme": "dark", "layout": "panels"}, {"curves": ("loss", "step")}])
def test_frame_k_of_a_swarm_drawn_alone_is_frame_k_of_the_film(options):
    film = Film(scene_of(swarm(), size=(320, 240), frames=12, **options))
    shown = [(frame.pixels.copy(), frame.changed) for frame in film.frames()]
    for index, (pixels, changed) in enumerate(shown):
        assert np.array_equal(pixels, film.frame(index))
        if index:
            left, top, right, bottom = changed
            same = pixels == shown[index - 1][0]
            same[top:bottom, left:right] = True
            assert same.all(), "what changed lies inside the box"


def test_a_scene_of_a_swarm_says_whose_each_head_is_and_what_the_median_loses():
    result = swarm()
    [[contour]] = scene_of(result).panels
    assert contour.starts == STARTS
    assert contour.owners == result.owners
    for row, runner in enumerate(scene_of(result).cast):
        assert runner.measure == "median loss"
        np.testing.assert_array_equal(runner.values, np.sort(result.values[:, 4 * row : 4 * row + 4])[:, 1])
    assert {runner.measure for runner in scene_of(result.alone(0)).cast} == {"loss"}
    panels = scene_of(result, layout="panels").panels
    assert [panel.owners for row in panels for panel in row] == [(0,) * 4, (1,) * 4]


def test_curves_of_a_swarm_are_medians_between_deciles():
    result = swarm()
    [_, [curves]] = scene_of(result, curves=("gradient",)).panels
    low, high = curves.band
    assert curves.series.values.shape == (31, 2)
    assert (low <= curves.series.values).all()
    assert (curves.series.values <= high).all()


def test_a_quantile_is_one_of_the_crowd():
    found = spread(np.array([[3.0, 1.0, np.nan, 2.0], [np.inf, np.nan, np.nan, 5.0]]))
    np.testing.assert_array_equal(found.middle, [2.0, np.nan])
    np.testing.assert_array_equal(found.low, [1.0, 5.0])
    np.testing.assert_array_equal(found.high, [np.nan, np.nan])


def test_trails_of_a_swarm_cover_its_paths_and_are_left_out_where_heads_are_too_many():
    film = Film(scene_of(swarm(), size=(320, 240)))
    painter = film.painters[0]
    assert all(isinstance(stroke, Sheaf) for stroke in painter.strokes)
    assert {stroke.run for stroke in painter.strokes} == {0, 1}
    drawn = np.concatenate([stroke.segments.reshape(-1, 2) for stroke in painter.strokes])
    for path in painter.paths:
        for point in path[np.isfinite(path).all(axis=1)]:
            assert np.hypot(*(drawn - point).T).min() < 1.5
    many = swarm(["sgd:lr=0.001"], [(0.01 * n % 4, 0.003 * n % 4) for n in range(MOST_TRAILS + 1)], steps=3)
    crowded = Film(scene_of(many, size=(320, 240)))
    assert not crowded.painters[0].strokes
    assert not np.array_equal(crowded.frame(0), crowded.frame(3))


@pytest.mark.slow
def test_the_largest_swarm_is_drawn():
    starts = gather_starts(["grid:64x64"], optviz.catalog.load_surface("himmelblau"))
    film = Film(scene_of(swarm(["sgd:lr=0.01"], starts, steps=2), size=(320, 240)))
    assert len(list(film.frames())) == 3


def test_a_swarm_on_the_command_line_is_made_again_from_its_recipe(run, folder):
    words = ["--surface", "himmelblau", "-O", "sgd", "-O", "adam", "--steps", "12", "--size", "200x160"]
    many = ["--start", "random:6", "--start", "grid:2x2", "--start=1,1"]
    assert run("animate", *words, *many, "-o", "a.gif").exit_code == 0
    assert run("animate", "--from", "a.gif", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()
    assert "11 of them" in run("info", "a.gif").stdout


def test_too_many_heads_are_refused_with_the_bound(refuse):
    words = "animate", "--surface", "booth", "--start", "grid:64x64"
    assert "allowed are 4096" in refuse(2, *words)
    assert "allowed are 1 to 4096" in refuse(2, *words, "-O", "sgd", "--start", "0,0")
