"""What `show` adds to a map: fading trails, the anatomy of a step, ghosts."""

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.trails import Exit
from optviz.errors import ArgumentError
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
    painter = film._painters[0]
    assert all(isinstance(stroke, Exit) for stroke in painter._strokes)
    x, y = np.rint(painter._paths[0][3]).astype(int)
    clean = film._ground[y, x]
    assert film.frame(5)[y, x] != clean
    assert film.frame(5 + fading_of(100))[y, x] == clean


def test_a_tail_costs_no_more_on_a_long_run():
    result = optviz.race("himmelblau", ["adam:lr=0.001"], steps=20_000)
    film = Film(scene_of(result, show=("fading",), size=(320, 240)))
    drawn = []
    tails = film._painters[0]._tails
    tails._line = lambda canvas, corners, *rest: drawn.append(len(corners))
    film.frame(-1)
    assert sum(drawn) <= 64 + 3 * len(drawn)


def test_what_is_shown_stands_in_the_recipe_only_where_it_is():
    assert "show" not in Picture().as_data()
    assert Picture(show=["fading", "fading"]).as_data()["show"] == ("fading",)
    with pytest.raises(ArgumentError, match="fading"):
        Picture(show=("fadding",))
