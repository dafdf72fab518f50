"""Scenes: pure data, and a timeline that loses no early step."""

import numpy as np
import pytest

from optviz.errors import ArgumentError
from optviz.races import race
from optviz.scene import scene_of
from optviz.themes import THEMES
from optviz.timeline import timeline
from tests.properties import given, st


@given(steps=st.integers(1, 1_000_000), frames=st.integers(2, 400))
def test_a_timeline_begins_at_the_start_ends_at_the_last_step_and_loses_no_early_step(steps, frames):
    shown = timeline(steps, frames=frames).steps
    assert len(shown) == min(frames, steps + 1)
    assert shown[0] == 0
    assert shown[-1] == steps
    gaps = np.diff(shown)
    assert gaps.min() >= 1
    assert np.all(np.diff(gaps[:-1]) >= -1), "time may only run faster, but for rounding"
    if len(shown) > 20:
        assert shown[1] == 1


@given(steps=st.integers(1, 500), fps=st.floats(1, 100), hold=st.floats(0, 60))
def test_durations_are_hundredths_that_add_up(steps, fps, hold):
    times = timeline(steps, fps=fps, hold=hold).durations
    assert all(time % 10 == 0 and time >= 0 for time in times)
    middle = times[60:-1]
    if len(middle) > 20:
        assert np.mean(middle) == pytest.approx(1000 / fps, rel=0.05, abs=1)
    assert times[-1] >= 1000 * hold
    assert times[0] >= 700


@pytest.mark.parametrize("theme", THEMES)
def test_a_scene_holds_the_race_as_numbers(theme):
    result = race("himmelblau", steps=20)
    scene = scene_of(result, theme=theme, title="A title", view_box=(-1, 4, -1, 4))
    assert scene.title == "A title"
    [[contour]] = scene.panels
    assert contour.box == (-1, 4, -1, 4)
    assert np.array_equal(contour.points, result.points)
    assert contour.owners == tuple(range(5))
    for column, runner in enumerate(scene.cast):
        assert np.array_equal(runner.values, result.values[:, column])


def test_an_optimizer_keeps_its_colour_whoever_races():
    slots = {}
    for optimizers in (["adam", "sgd"], ["sgd", "lion", "adam"], ["momentum", "rmsprop", "adagrad", "adam", "yogi"]):
        scene = scene_of(race("booth", optimizers, lr=0.01, steps=2))
        for trail in scene.cast:
            if trail.title in ("SGD", "Adam", "Momentum"):
                assert slots.setdefault(trail.title, trail.slot) == trail.slot
        assert len({trail.slot for trail in scene.cast}) == len(optimizers)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frames": 1}, "frames"),
        ({"frames": 10_001}, "10000"),
        ({"fps": 0}, "fps"),
        ({"fps": 101}, "fps"),
        ({"hold": -1}, "hold"),
        ({"size": (0, 600)}, "size"),
        ({"size": (8000, 600)}, "7680x4320"),
        ({"view_box": (1, 0, 0, 1)}, "view box"),
        ({"view_box": (0, float("nan"), 0, 1)}, "view box"),
        ({"theme": "lihgt"}, "Did you mean 'light'"),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(ArgumentError, match=words):
        scene_of(race("booth", lr=0.01, steps=3), **options)
