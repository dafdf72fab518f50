"""What `show` adds to a map: fading trails, the anatomy of a step, ghosts."""

import numpy as np
import pytest

import optviz
from optviz.anatomy import MAX_RUNS, anatomy_of
from optviz.crowd import across_seeds, typical
from optviz.draw import Film
from optviz.draw.canvas import Canvas
from optviz.draw.swarm import Sheaf
from optviz.draw.trails import Exit
from optviz.draw.vectors import Key, Vectors
from optviz.errors import ArgumentError
from optviz.optimizer import OPTIMIZERS
from optviz.picture import Picture
from optviz.scene import fading_of, scene_of


def obeys_the_law(film):
    """Every frame drawn alone equals the film's, and differs from the one before only where it says so."""
    before = None
    for index, frame in enumerate(film.frames()):
        assert np.array_equal(frame.pixels, film.frame(index)), index
        if before is not None:
            same = frame.pixels == before
            left, top, right, bottom = frame.changed
            same[top:bottom, left:right] = True
            assert same.all(), index
        before = frame.pixels.copy()
    return True


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, {"theme": "dark", "layout": "panels"}, {"preset": "slide", "size": (400, 300)}]
)
@pytest.mark.parametrize("optimizers", [["sgd:lr=0.01", "momentum:lr=0.05"], [f"sgd:lr={n + 1}e-3" for n in range(9)]])
def test_frame_k_of_fading_trails_drawn_alone_is_frame_k_of_the_film(optimizers, options):
    result = optviz.race("himmelblau", optimizers, steps=60)
    assert obeys_the_law(Film(scene_of(result, show=("fading",), frames=16, **{"size": (320, 240)} | options)))


def test_a_trail_that_fades_is_gone_when_its_steps_are_old():
    result = optviz.race("himmelblau", ["adam:lr=0.3"], steps=100)
    film = Film(scene_of(result, show=("fading",), size=(320, 240), frames=101))
    painter = film.painters[0]
    assert all(isinstance(stroke, Exit) for stroke in painter.strokes)
    x, y = np.rint(painter.paths[0][3]).astype(int)
    clean = film.ground[y, x]
    assert film.frame(5)[y, x] != clean
    assert film.frame(5 + fading_of(100))[y, x] == clean


def test_a_tail_costs_no_more_on_a_long_run(monkeypatch):
    result = optviz.race("himmelblau", ["adam:lr=0.001"], steps=20_000)
    film = Film(scene_of(result, show=("fading",), size=(320, 240)))
    drawn = []
    monkeypatch.setattr(Canvas, "line", lambda canvas, corners, *rest, **more: drawn.append(len(corners)))
    film.frame(-1)
    assert drawn
    assert sum(drawn) <= 2 * 64 + 3 * len(drawn), "each part has a casing"


def test_what_is_shown_stands_in_the_recipe_only_where_it_is():
    assert "show" not in Picture().as_data()
    assert Picture(show=["fading", "fading"]).as_data()["show"] == ("fading",)
    with pytest.raises(ArgumentError, match="fading"):
        Picture(show=("fadding",))


# vectors


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_anatomy_of_every_optimizer_leads_along_its_own_path(name):
    result = optviz.race("himmelblau", [f"{name}:lr=0.01"], steps=25, noise=0.3, clip=40.0)
    found = anatomy_of(result)
    np.testing.assert_allclose(result.points[:-1] + found.step[:-1], result.points[1:], rtol=0, atol=1e-14)
    assert np.isfinite(found.gradient).all()
    for part in (found.momentum, found.scale):
        assert np.isfinite(part).all() or np.isnan(part).all()
    assert not (found.scale < 0).any()


STEPS = {  # the step by what the anatomy shows of it
    "sgd": lambda g, m, s: -g,
    "momentum": lambda g, m, s: -m,
    "adagrad": lambda g, m, s: -g / s,
    "rmsprop": lambda g, m, s: -g / s,
    "adam": lambda g, m, s: -m / s,
    "adamax": lambda g, m, s: -m / s,
    "amsgrad": lambda g, m, s: -m / s,
    "adabelief": lambda g, m, s: -m / s,
}


@pytest.mark.parametrize("name", STEPS)
def test_the_step_follows_from_what_is_shown(name):
    found = anatomy_of(optviz.race("himmelblau", [f"{name}:lr=0.01"], steps=25))
    expected = 0.01 * STEPS[name](found.gradient, found.momentum, found.scale)
    np.testing.assert_allclose(found.step, expected, rtol=1e-6)


def test_an_optimizer_without_state_shows_its_gradient_and_its_step():
    found = anatomy_of(optviz.race("booth", ["sgd:lr=0.1"], steps=3))
    assert np.isnan(found.momentum).all()
    assert np.isnan(found.scale).all()
    film = Film(scene_of(optviz.race("booth", ["sgd:lr=0.01"], steps=3), show=("vectors",), size=(320, 240)))
    assert film.frame(0).shape == (240, 320)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, {"theme": "dark", "layout": "panels"}, {"preset": "slide", "size": (400, 300)}]
)
@pytest.mark.parametrize("show", [("vectors",), ("vectors", "fading")])
def test_frame_k_of_vectors_drawn_alone_is_frame_k_of_the_film(options, show):
    result = optviz.race("himmelblau", ["adam:lr=0.5", "sgd:lr=0.2", "momentum:lr=0.01"], steps=20)
    assert obeys_the_law(Film(scene_of(result, show=show, **{"size": (320, 240)} | options)))


def vectors_of(result):
    """What is drawn of every step of a race, and its paths (T+1, M, 2) in pixels."""
    scene = scene_of(result, show=("vectors",), size=(400, 300))
    painter, [[panel]] = Film(scene).painters[0], scene.panels
    paths = np.stack(painter.paths, axis=1)
    looks = painter.stage.looks(panel.owners)
    return Vectors(panel.anatomy, panel.box, paths, looks, scene.theme, painter.place), paths


def test_the_step_is_true_to_the_map_and_the_rest_shares_one_measure():
    result = optviz.race("himmelblau", ["adam:lr=0.3"], steps=10)
    vectors, path = vectors_of(result)
    np.testing.assert_allclose(path[:-1, 0] + vectors.step[:-1, 0], path[1:, 0], atol=1e-6)
    parts = [vectors.gradient, vectors.momentum, vectors.scale]
    longest = np.max([np.hypot(part[..., 0], part[..., 1]) for part in parts], axis=0)
    np.testing.assert_allclose(longest, longest[0, 0])
    np.testing.assert_allclose(np.abs(vectors.momentum[0]), vectors.scale[0])  # Adam's first step: into the corner


def test_a_run_at_rest_has_no_arrows_and_one_that_creeps_has():
    bowl = optviz.Surface(name="bowl", fn=lambda x, y: x**2 + y**2, domain=(-3, 3, -3, 3), start=(2.0, 1.0))
    result = optviz.race(bowl, ["sgd:lr=0.4", "sgd:lr=0.001"], steps=60)
    vectors, pixels = vectors_of(result)
    canvas, place = Canvas(400, 300), (0, 0, 400, 300)
    assert len(vectors.draw(canvas, 2, place)) == 2
    assert len(vectors.draw(canvas, 60, place)) == 1
    fast, slow = vectors.at_rest.T
    rests = [t for t in range(7, 61) if np.ptp(pixels[t - 7 :, 0], axis=0).max() < 1]
    assert np.flatnonzero(fast).tolist() == rests
    assert 0 < len(rests) < 55
    assert not slow.any()


def test_vectors_are_slow_and_have_a_key():
    result = optviz.race("himmelblau", ["adam:lr=0.3"], steps=200)
    scene = scene_of(result, show=("vectors",))
    assert len(scene.timeline.shots) <= 48
    assert min(scene.timeline.durations) >= 490
    assert scene.timeline.steps[:5] == tuple(range(5))
    kinds = [type(painter) for painter in Film(scene).painters]
    assert Key in kinds
    assert Key not in [type(painter) for painter in Film(scene_of(result)).painters]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"optimizers": ["sgd:lr=0.01"] * (MAX_RUNS + 1)}, f"at most {MAX_RUNS} runs"),
        ({"optimizers": ["sgd:lr=0.01"], "start": [(0, 0), (1, 1)]}, "one start"),
        ({"optimizers": ["sgd:lr=0.0001"], "steps": 100_001}, "at most 100000 steps"),
    ],
)
def test_vectors_that_nobody_could_read_are_refused(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        scene_of(optviz.race("booth", **{"steps": 3} | arguments), show=("vectors",))


# ghosts


def noisy(optimizers=("sgd:lr=1", "momentum:lr=0.1"), **more):
    return optviz.race("noisy-moons", optimizers, **{"steps": 20, "batch_size": 4} | more)


def test_ghosts_are_the_runs_of_the_next_seeds_at_the_same_rates():
    result = optviz.race("booth", ["adam", "sgd:lr=0.01"], noise=3.0, steps=15, seed=4)
    rates = [run.hyperparameters["lr"] for run in result.runs]
    for index, other in enumerate(across_seeds(result, 4)):
        specs = [f"adam:lr={rates[0]!r}", "sgd:lr=0.01"]
        again = optviz.race("booth", specs, noise=3.0, steps=15, seed=4 + index)
        assert np.array_equal(other.points, again.points)
        assert np.array_equal(other.values, again.values)


def test_the_bold_run_is_the_one_that_keeps_closest_to_the_median():
    races = across_seeds(noisy(), 9)
    for run in (0, 1):
        paths = np.stack([race.points[:, run] for race in races])
        away = np.abs(paths - np.median(paths, axis=0)).sum(axis=-1).mean(axis=-1)
        assert typical(races, run) == away.argmin()


def test_a_scene_with_ghosts_holds_all_runs_and_shows_their_medians():
    result = noisy()
    races = across_seeds(result, 7)
    scene = scene_of(result, show=("ghosts",), seeds=7, curves=("loss",))
    [[contour], [curves]] = scene.panels
    assert contour.points.shape == (21, 2, 2)
    assert contour.ghosts.shape == (21, 14, 2)
    assert contour.ghost_owners == (0, 1) * 7
    assert scene.title == "Noisy moons, 7 seeds"
    losses = np.median([race.values for race in races], axis=0)
    for row, runner in enumerate(scene.cast):
        np.testing.assert_array_equal(runner.values, losses[:, row])
        assert runner.measure == "median loss"
    assert (curves.band[0] <= curves.series.values).all()
    assert (curves.series.values <= curves.band[1]).all()
    sheaves = [each for each in Film(scene).painters[0].strokes if isinstance(each, Sheaf)]
    assert {sheaf.run for sheaf in sheaves} == {0, 1}


@pytest.mark.parametrize("options", [{"curves": ("loss", "step")}, {"theme": "dark", "layout": "panels"}])
def test_frame_k_of_ghosts_drawn_alone_is_frame_k_of_the_film(options):
    assert obeys_the_law(Film(scene_of(noisy(), show=("ghosts",), seeds=5, frames=12, size=(320, 240), **options)))


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ({}, {}, "all seeds give the same run"),
        ({"noise": 1.0, "start": [(0, 0), (1, 1)]}, {}, "one start"),
        ({"noise": 1.0}, {"seeds": 1}, "from 2 to 256"),
        ({"noise": 1.0}, {"seeds": 257}, "from 2 to 256"),
        ({"noise": 1.0, "optimizers": ["sgd:lr=0.01"] * 64}, {"seeds": 65}, "4160 heads; allowed are 4096"),
        ({"noise": 1.0}, {"show": ("ghosts", "vectors")}, "show one of them"),
        ({"noise": 1.0}, {"show": ("ghosts", "fading")}, "show one of them"),
        ({"noise": 1.0}, {"show": (), "seeds": 5}, "--show ghosts"),
    ],
)
def test_ghosts_that_make_no_sense_are_refused(arguments, options, words):
    with pytest.raises(ArgumentError, match=words):
        scene_of(
            optviz.race("booth", **{"optimizers": ["sgd:lr=0.01"], "steps": 3} | arguments),
            **{"show": ("ghosts",)} | options,
        )


@pytest.mark.parametrize("more", [["--show", "ghosts", "--seeds", "4"], ["--show", "vectors,fading"]])
def test_what_is_shown_is_made_again_from_its_recipe(run, folder, more):
    words = ["--surface", "noisy-moons", "-O", "adam:lr=0.3", "--steps", "8", "--size", "200x160", *more]
    assert run("animate", *words, "-o", "a.gif").exit_code == 0
    assert run("animate", "--from", "a.gif", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()
