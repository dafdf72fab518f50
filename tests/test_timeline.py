"""The pace of a film: numbers can be read, the first steps are slow, the last is held."""

from itertools import groupby

import numpy as np
import pytest

from optviz.picture import Picture
from optviz.timeline import Clock, timeline

READ = 200  # milliseconds it takes to read a number
ROUNDING = 10  # milliseconds: a film counts in hundredths of a second


@pytest.mark.parametrize("fps", [5, 15, 30, 60, 100])
@pytest.mark.parametrize("steps", [40, 200, 5000])
def test_a_number_stands_until_it_is_read_and_not_much_longer(steps, fps):
    shots = timeline(steps, fps=fps).shots
    standing = [list(group) for _, group in groupby(shots, key=lambda shot: shot.reading)]
    longest = max(shot.duration for shot in shots[1:-1])
    for group in standing[:-2]:  # the last but one gives way to the last step's own
        lasted = sum(shot.duration for shot in group)
        assert lasted >= READ
        assert lasted < READ + longest or len(group) == 1
    for group in standing:
        assert group[0].reading == group[0].step, "a number is that of the step at which it appears"


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 40, 333])
def test_the_last_frame_shows_the_last_steps_own_number(steps, slow):
    shots = timeline(steps, slow=slow).shots
    assert shots[-1].reading == shots[-1].step == steps
    assert shots[0].reading == shots[0].step == 0
    assert all(shot.reading <= shot.step for shot in shots)


@pytest.mark.parametrize("fps", [10, 24, 30, 60])
def test_a_film_begins_slowly_and_then_runs_at_its_rate(fps):
    durations, tick = np.array(timeline(300, fps=fps, hold=0).durations), 1000 / fps
    assert durations[0] >= 700, "the eye reads the cast"
    assert durations[1] > 4 * tick, "the first step is seen"
    assert durations[4] > 2 * tick
    assert (np.diff(durations) <= ROUNDING).all(), "it never slows down again"
    assert np.abs(durations[25:] - tick).max() <= ROUNDING
    assert durations[25:].mean() == pytest.approx(tick, abs=0.5)


@pytest.mark.parametrize("hold", [0, 0.5, 3, 60])
def test_the_last_frame_is_held(hold):
    held, plain = timeline(100, hold=hold).durations, timeline(100, hold=0).durations
    assert held[:-1] == plain[:-1]
    assert held[-1] - plain[-1] == pytest.approx(1000 * hold, abs=ROUNDING)


@pytest.mark.parametrize("steps", [10, 47, 48, 500])
def test_where_single_steps_are_looked_at_each_has_half_a_second(steps):
    found = Picture(show=("vectors",)).timeline(steps)
    assert found == timeline(steps, slow=True)
    assert len(found.shots) == min(steps + 1, 48)
    assert min(found.durations) >= 500 - ROUNDING
    assert max(found.durations[1:-1]) <= 1000
    assert found.durations[1] > found.durations[20 if steps > 20 else -2]
    assert all(shot.reading == shot.step for shot in found.shots), "and its own number"


def test_a_slow_film_is_as_slow_as_its_rate_where_that_is_slower():
    assert min(timeline(30, fps=1, slow=True).durations) >= 1000 - ROUNDING


@pytest.mark.parametrize("steps", [1, 5, 1000])
def test_what_has_passed_goes_evenly_from_none_to_all(steps):
    shares = [shot.share for shot in timeline(steps).shots]
    np.testing.assert_allclose(shares, np.linspace(0, 1, len(shares)))


@pytest.mark.parametrize(
    ("clock", "step", "words"),
    [
        (Clock(), 17, "17"),
        (Clock("epoch", 0.25, 2), 3, "0.75"),
        (Clock("epoch", 0.5, 1), 7, "3.5"),
        (Clock("batch", 4), 9, "36"),
    ],
)
def test_a_clock_tells_the_step_in_its_own_unit(clock, step, words):
    assert clock.reading(step) == words
