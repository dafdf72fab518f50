"""Films play as long as they last, in browsers, too: these show for 100 ms what is to be seen for 10 or less.

That is Chromium's rule (`BitmapImage`: "use a duration of 100 ms for any frames that specify a duration of <= 10 ms"),
and Firefox's, for all kinds of pictures.
"""

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.draw import Film
from optviz.encode import save
from optviz.encode.pace import in_pace, paced
from optviz.scene import scene_of
from optviz.timeline import Shot

SIZE = 120, 90


@pytest.fixture(scope="module")
def race():
    return optviz.race("himmelblau", ["adam:lr=0.1", "sgd:lr=0.01"], steps=90)


def shown(path):
    """Each frame's milliseconds, and the last frame's pixels."""
    with Image.open(path) as film:
        durations = []
        for index in range(film.n_frames):
            film.seek(index)
            film.load()
            durations.append(film.info["duration"])
        return durations, np.asarray(film.convert("RGBA"))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize(("fps", "hold"), [(30, 1.5), (60, 1.5), (60, 0), (75, 0.3), (100, 1.5), (100, 0)])
def test_a_film_plays_as_long_as_it_lasts(race, tmp_path, suffix, transparent, fps, hold):
    film = Film(scene_of(race, size=SIZE, fps=fps, hold=hold, transparent=transparent))
    save(film, tmp_path / f"film{suffix}")
    durations, last = shown(tmp_path / f"film{suffix}")
    assert min(durations) > 10
    assert sum(durations) == sum(shot.duration for shot in film.shots)
    wanted = film.frame(-1).view(np.uint8).reshape(*SIZE[::-1], 4)
    if suffix != ".gif":  # which has few colours
        assert np.array_equal(last[wanted[..., 3] > 0], wanted[wanted[..., 3] > 0])


@pytest.mark.slow
@pytest.mark.parametrize("fps", [30, 60, 100])
def test_several_processes_write_the_bytes_of_one(race, tmp_path, fps):
    film = Film(scene_of(race, size=SIZE, fps=fps))
    for jobs in (1, 2, 5):
        save(film, tmp_path / f"{jobs}.gif", jobs=jobs)
    assert (tmp_path / "1.gif").read_bytes() == (tmp_path / "2.gif").read_bytes() == (tmp_path / "5.gif").read_bytes()


def test_what_changed_in_a_frame_that_is_left_out_has_changed_in_the_next(race):
    film = Film(scene_of(race, size=SIZE, fps=100))
    before = None
    for frame in in_pace(film.frames(), paced(film.shots)):
        left, top, right, bottom = frame.changed
        if before is not None:
            same = frame.pixels == before
            same[top:bottom, left:right] = True
            assert same.all()
        before = frame.pixels.copy()
    assert np.array_equal(before, film.frame(-1))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("duration", [10, 20, 30])
@pytest.mark.parametrize("first", [10, 30, 700])
def test_no_film_is_too_short_to_be_paced(first, duration, count):
    shots = [Shot(0, 0, first), *(Shot(k, k, duration) for k in range(1, count + 1))]
    lasting = paced(shots)
    assert len(lasting) == len(shots)
    assert sum(lasting) == first + count * duration
    assert all(each == 0 or each > 10 for each in lasting)
    assert lasting[-1]
