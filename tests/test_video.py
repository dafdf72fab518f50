"""Videos, by decoding them: the film's pictures and colours at the film's times, with its recipe."""

import itertools
import math
import re
import subprocess
import sys
import tempfile
import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.canvas import packed
from optviz.encode import OPTIONAL, save, video
from optviz.errors import ArgumentError, MissingExtraError, OutputError
from optviz.races import race
from optviz.recipe import read_recipe
from optviz.scene import scene_of
from optviz.themes import THEMES, rgb
from optviz.timeline import timeline

VIDEOS = [".mp4", ".webm"]
FIVE = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
SMALL = ["--surface", "booth", "--size", "160x120", "--frames", "8", "--steps", "20", "--lr", "0.01"]


@pytest.fixture
def ffmpeg():
    return pytest.importorskip("imageio_ffmpeg", reason="videos need the extra video")


@pytest.fixture
def room(tmp_path_factory, monkeypatch):
    """Where temporary files go."""
    folder = tmp_path_factory.mktemp("room")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def film_of(optimizers=FIVE, **options):
    return Film(scene_of(race("himmelblau", list(optimizers), steps=40, lr=0.01), **{"size": (800, 600)} | options))


def decoded(ffmpeg, path):
    """What ffmpeg says of a video, and its frames (n, height, width, 3)."""
    command = [ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    said = done.stderr.decode()
    hours, minutes, seconds = re.search(r"Duration: (\d+):(\d+):([\d.]+)", said).groups()
    pixels, width, height, fps = re.search(r"Video: .*?(yuv\w+\([^)]*\)), (\d+)x(\d+).*?([\d.]+) fps", said).groups()
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, int(height), int(width), 3)
    duration = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    return {"duration": duration, "fps": float(fps), "pixels": pixels}, frames


def colours_of(pixels):
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


def decibels(seen, meant):
    return 10 * math.log10(255**2 / np.mean((seen.astype(float) - meant) ** 2))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", VIDEOS)
@pytest.mark.parametrize("options", [{}, {"theme": "dark", "size": (641, 481)}, {"size": (640, 483), "fps": 12.5}])
def test_a_video_decodes_to_its_film(suffix, options, ffmpeg, tmp_path):
    film = film_of(**options)
    save(film, tmp_path / f"film{suffix}")
    about, frames = decoded(ffmpeg, tmp_path / f"film{suffix}")
    width, height = film.size
    assert frames.shape[1:] == (height + height % 2, width + width % 2, 3)
    assert about["fps"] == film.fps
    assert abs(about["duration"] - sum(shot.duration for shot in film.shots) / 1000) <= 1 / film.fps
    counts = video.repeats([shot.duration for shot in film.shots], Fraction(film.fps))
    assert len(frames) == sum(counts)
    begins = [0, *itertools.accumulate(counts)]
    for index in (0, 1, 10, 25, len(film) - 1):
        for at in (begins[index], begins[index + 1] - 1):
            assert decibels(frames[at, :height, :width], colours_of(film.frame(index))) > 35
    for edge in (frames[:, height:], frames[:, :, width:]):
        assert not edge.size or np.abs(edge.astype(int) - rgb(film.colours[-3])).max() < 12


@pytest.mark.slow
@pytest.mark.parametrize("suffix", VIDEOS)
@pytest.mark.parametrize("theme", THEMES)
def test_colours_stay_what_they_are(suffix, theme, ffmpeg, tmp_path):
    """A wrong matrix shifts a pure colour by twenty and more, a wrong range shifts white by as much."""
    film = film_of(theme=theme)
    save(film, tmp_path / f"film{suffix}")
    about, frames = decoded(ffmpeg, tmp_path / f"film{suffix}")
    assert about["pixels"].startswith("yuv420p(tv, bt709")
    still = colours_of(film.frame(-1))
    seen = 0
    for colour in {*film.colours[: len(FIVE) + 1]}:
        inside = (still == rgb(colour)).all(axis=-1)
        for axis, shift in itertools.product((0, 1), (-1, 1)):  # colour bleeds over edges
            inside = inside & np.roll(inside, shift, axis)
        if inside.sum() > 20:
            seen += 1
            assert np.abs(frames[-1][inside].mean(axis=0) - rgb(colour)).max() < 8
    assert seen > 3


@pytest.mark.parametrize("fps", [1, 7.3, 12, 24, 25, 29.97, 30, 50, 59.94, 60, 99, 100])
@pytest.mark.parametrize("hold", [0, 1.5])
def test_time_is_kept_and_nothing_stumbles(fps, hold):
    shots = timeline(400, frames=200, fps=fps, hold=hold)
    rate = Fraction(fps).limit_denominator(1001)
    counts = video.repeats(shots.durations, rate)
    assert min(counts) == 1
    for shown, until in zip(itertools.accumulate(counts), itertools.accumulate(shots.durations), strict=True):
        assert abs(shown / rate - Fraction(until, 1000)) <= 1 / (2 * rate) + Fraction(1, 100)
    assert set(counts[60:-1]) == {1}


def test_a_slow_film_is_true_too(ffmpeg, tmp_path):
    film = film_of(["sgd"], size=(64, 64), fps=0.7, frames=3, hold=0.3)
    save(film, tmp_path / "film.mp4")
    about, frames = decoded(ffmpeg, tmp_path / "film.mp4")
    assert abs(about["duration"] - sum(shot.duration for shot in film.shots) / 1000) < 0.1
    assert about["fps"] >= 10
    assert len(frames) == round(about["duration"] * about["fps"])


def test_a_film_of_days_is_refused(ffmpeg, tmp_path):
    with pytest.raises(ArgumentError, match="a day at most"):
        save(film_of(fps=1e-4), tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(400, 300), (161, 123)])
def test_what_is_translated_in_parts_is_what_is_translated_whole(size):
    film = film_of(size=size)
    parts = video.Planes(film.size, packed(film.colours[-3]))
    for frame in film.frames():
        parts.show(frame)
    *_, last = film.frames()
    whole = video.Planes(film.size, packed(film.colours[-3]))
    whole.show(type(last)(film.frame(-1), (0, 0, *size), 0))
    assert bytes(parts.data) == bytes(whole.data)


def test_the_translation_is_bt_709():
    exact = {
        "#ffffff": (235, 128, 128),
        "#000000": (16, 128, 128),
        "#ff0000": (63, 102, 240),
        "#0000ff": (32, 240, 118),
    }
    for colour, expected in exact.items():
        planes = video.Planes((2, 2), 0)
        planes.show(video.Frame(np.full((2, 2), packed(colour), np.uint32), (0, 0, 2, 2), 0))
        assert tuple(planes.data) == (expected[0],) * 4 + expected[1:]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:no installed font:optviz.errors.OptvizWarning")
@pytest.mark.parametrize("suffix", VIDEOS)
def test_the_recipe_survives(suffix, ffmpeg, tmp_path):
    runs = [f'adamw:lr={0.001 * (n + 1)},label="run {n}; =#\'é"' for n in range(64)]
    for film in (film_of(title="경사 'a' \"b\"; c=#\\\n%d <é> 🚀"), film_of(runs, size=(300, 400), frames=2)):
        save(film, tmp_path / f"film{suffix}")
        assert read_recipe(tmp_path / f"film{suffix}").to_text() == film.recipe


@pytest.mark.slow
@pytest.mark.parametrize("suffix", VIDEOS)
def test_a_video_is_made_again_to_the_same_bytes(suffix, ffmpeg, run, spawn, folder):
    assert run("animate", *SMALL, "-o", f"film{suffix}").stdout == f"film{suffix}\n"
    first = (folder / f"film{suffix}").read_bytes()
    run("animate", *SMALL, "-o", "film.gif")
    run("animate", "--from", "film.gif", "-o", f"b{suffix}")
    spawn("animate", "--from", f"film{suffix}", "-o", f"c{suffix}").communicate()
    assert first == (folder / f"b{suffix}").read_bytes() == (folder / f"c{suffix}").read_bytes()
    run("animate", "--from", f"film{suffix}", "-o", "again.gif")
    assert (folder / "again.gif").read_bytes() == (folder / "film.gif").read_bytes()
    assert run("info", f"film{suffix}").stdout == run("info", "film.gif").stdout


@pytest.mark.slow
@pytest.mark.parametrize("suffix", VIDEOS)
@pytest.mark.parametrize("when", [0, 1, 20])
def test_a_video_that_stops_leaves_nothing_behind(suffix, when, ffmpeg, room, tmp_path, monkeypatch):
    target = tmp_path / f"film{suffix}"
    target.write_bytes(b"what was there before")
    film, started = film_of(), []

    class Watched(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)

    def interrupted():
        yield from itertools.islice(film.frames(), when)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(film, target, interrupted())
    assert [process.returncode for process in started] == [-9 if sys.platform != "win32" else 1]
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_bytes() == b"what was there before"
    assert not list(room.iterdir())


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a script that plays ffmpeg")


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("plays", "says"),
    [
        ("echo first >&2; echo 'No space left on device' >&2; exit 1", "No space left on device"),
        ("head -c 100000 >/dev/null; echo 'Unknown encoder' >&2; exit 234", "Unknown encoder"),
        ("cat >/dev/null; echo 'Error writing trailer' >&2; exit 5", "Error writing trailer"),
        ("kill -9 $$", "it ended with code -9"),
        ("exit 0", "it ended with code 0"),
    ],
)
def test_an_ffmpeg_that_fails_is_quoted(plays, says, ffmpeg, room, tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{plays}\n")
    program.chmod(0o700)
    monkeypatch.setattr(ffmpeg, "get_ffmpeg_exe", lambda: str(program))
    with pytest.raises(OutputError, match=f"^ffmpeg cannot make the film: {says}$"):
        save(film_of(), tmp_path / "film.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["ffmpeg"]
    assert not list(room.iterdir())


def test_a_missing_ffmpeg_is_told(ffmpeg, tmp_path, monkeypatch):
    def missing():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(ffmpeg, "get_ffmpeg_exe", missing)
    with pytest.raises(OutputError, match="finds no ffmpeg"):
        save(film_of(), tmp_path / "film.mp4")


@pytest.mark.slow
@POSIX
def test_a_full_disk(ffmpeg, spawn, failed, folder):
    resource = pytest.importorskip("resource")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    (folder / "film.mp4").write_text("precious")
    message = failed(1, spawn("animate", *SMALL, "-o", "film.mp4", preexec_fn=limit))
    assert message.startswith("ffmpeg cannot make the film: ")
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"film.mp4": "precious"}


@pytest.mark.parametrize("suffix", VIDEOS)
def test_a_missing_extra_is_named(suffix, refuse, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert "pip install 'optviz[video]'" in refuse(1, "animate", *SMALL, "-o", f"film{suffix}")
    with pytest.raises(MissingExtraError, match=r"optviz\[video\]"):
        optviz.animate("booth", tmp_path / f"film{suffix}", steps=3)
    assert not list(tmp_path.iterdir())


def test_an_extra_that_is_named_exists():
    with (Path(__file__).parent.parent / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    for module, extra in OPTIONAL.values():
        assert module.replace("_", "-") in " ".join(extras[extra])
        assert f"optviz[{extra}]" in extras["all"]
