"""Every format of a film, by decoding it: size, duration, loop, the last frame against the still, and the recipe."""

import itertools
import re
import subprocess
import sys
import tomllib
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

import optviz
from optviz.draw import Film
from optviz.encode import ENCODERS, save, webp
from optviz.errors import ArgumentError, OutputError
from optviz.recipe import RecipeError, read_recipe
from optviz.scene import scene_of

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX system")
VIDEOS = (".mp4", ".webm")
PICTURES = (".gif", ".webp", ".apng")  # what Pillow decodes
DECODED = [suffix for suffix in ENCODERS if suffix != ".html"]  # which is played, not decoded
LOSSLESS = (".webp", ".apng")
SMALL = ["--surface", "booth", "--size", "160x120", "--frames", "8", "--steps", "20", "--lr", "0.01"]
RACES = {}
SCENES = {
    "light": {},
    "dark": {"theme": "dark", "curves": ("loss",)},
    "orbit": {"view": "relief", "camera": "orbit", "frames": 9},
    "odd": {"size": (301, 199), "fps": 12.5, "hold": 0.0},
}


def film_of(**options):
    race = RACES.setdefault("himmelblau", optviz.race("himmelblau", steps=40, lr=0.01))
    return Film(scene_of(race, **{"size": (400, 300)} | options))


def rgba(pixels):
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)


def ffmpeg():
    return pytest.importorskip("imageio_ffmpeg", reason="videos need the extra video").get_ffmpeg_exe()


def pictures(path):
    """What Pillow reads: (pixels (height, width, 4), milliseconds) of every frame."""
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            yield np.asarray(image.convert("RGBA")), image.info["duration"]


def played(path):
    """What ffmpeg reads: seconds, and the frames (n, height, width, 3)."""
    command = [ffmpeg(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    said = done.stderr.decode()
    width, height = map(int, re.search(r"Video: .*?, (\d+)x(\d+)[ ,]", said).groups())
    clock = re.search(r"Duration: (\d+):(\d+):([\d.]+)", said)
    seconds = sum(float(part) * unit for part, unit in zip(clock.groups(), (3600, 60, 1), strict=True)) if clock else 0
    return seconds, np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)


def decibels(seen, meant):
    return 10 * np.log10(255**2 / max(np.mean((seen.astype(float) - meant) ** 2), 1e-9))


@pytest.fixture(params=DECODED)
def suffix(request):
    if request.param in VIDEOS:
        ffmpeg()
    if request.param == ".webp" and not features.check("webp"):
        pytest.skip("this Pillow is built without WebP")
    return request.param


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_size_duration_loop_and_the_last_frame(name, suffix, tmp_path):
    film = film_of(**SCENES[name])
    path = tmp_path / f"film{suffix}"
    save(film, path)
    total = sum(shot.duration for shot in film.shots)
    last = rgba(film.still(film.last_step))
    width, height = film.size
    if suffix in VIDEOS:
        seconds, frames = played(path)
        assert frames.shape[1:3] == (height + height % 2, width + width % 2)
        assert abs(seconds - total / 1000) < 0.1
        assert decibels(frames[-1, :height, :width], last[..., :3]) > 33
        return
    with Image.open(path) as image:
        assert image.size == film.size
        assert image.info["loop"] == 0
    frames = list(pictures(path))
    assert sum(duration for _, duration in frames) == total
    assert frames[-1][1] >= film.shots[-1].duration
    if suffix in LOSSLESS:
        assert np.array_equal(frames[-1][0], last)
    else:
        assert decibels(frames[-1][0], last) > 33


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("suffix", [each for each in DECODED if each in LOSSLESS], indirect=True)
def test_every_frame_is_shown_at_its_time_without_loss(name, suffix, tmp_path):
    film = film_of(**SCENES[name])
    save(film, tmp_path / f"film{suffix}")
    begins = [0, *itertools.accumulate(shot.duration for shot in film.shots)]
    at = 0
    for seen, duration in pictures(tmp_path / f"film{suffix}"):
        for index in range(begins.index(at), begins.index(at + duration)):  # those that look the same may be one
            assert np.array_equal(seen, rgba(film.frame(index))), index
        at += duration
    assert at == begins[-1]


def test_another_decoder_sees_the_same_apng(tmp_path):
    film = film_of()
    save(film, tmp_path / "film.apng")
    _, frames = played(tmp_path / "film.apng")
    assert np.array_equal(frames[-1], rgba(film.frame(-1))[..., :3])


def test_the_chunks_of_an_apng_are_in_order(tmp_path):
    film = film_of()
    save(film, tmp_path / "film.apng")
    found = list(chunks((tmp_path / "film.apng").read_bytes()))
    assert [kind for kind, _ in found][:4] == [b"IHDR", b"tEXt", b"acTL", b"fcTL"]
    assert found[-1] == (b"IEND", b"")
    numbered = [int.from_bytes(data[:4], "big") for kind, data in found if kind in (b"fcTL", b"fdAT")]
    assert numbered == list(range(2 * len(film) - 1))
    assert [int.from_bytes(data[:4], "big") for kind, data in found if kind == b"acTL"] == [len(film)]


def chunks(data):
    at = 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        assert zlib.crc32(data[at + 4 : at + 8 + size]) == int.from_bytes(data[at + 8 + size : at + 12 + size], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size


@pytest.mark.slow
def test_frames_are_taken_one_at_a_time(suffix, tmp_path):
    film, sheets = film_of(frames=12), set()

    def watched():
        for frame in film.frames():
            sheets.add(id(frame.pixels))
            yield frame

    save(film, tmp_path / f"film{suffix}", watched())
    assert len(sheets) == 1


@pytest.mark.slow
def test_the_same_film_gives_the_same_bytes(suffix, tmp_path):
    for name in ("a", "b"):
        save(film_of(frames=12), tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("when", [0, 1, 20])
def test_a_render_that_stops_leaves_nothing_behind_and_loses_nothing(when, suffix, tmp_path):
    target = tmp_path / f"film{suffix}"
    target.write_bytes(b"what was there before")
    film = film_of()

    def interrupted():
        yield from itertools.islice(film.frames(), when)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(film, target, interrupted())
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_bytes() == b"what was there before"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:no installed font:optviz.errors.OptvizWarning")
def test_it_is_made_again_from_its_recipe(suffix, run, spawn, folder):
    line = [*SMALL, "--title", "경사 'a' \"b\"; c=#\\ <é> & 🚀", "-O", "sgd:schedule=cosine(20)"]
    assert run("animate", *line, "-o", f"a{suffix}").stdout == f"a{suffix}\n"
    assert run("animate", "--from", f"a{suffix}", "-o", f"b{suffix}").exit_code == 0
    spawn("animate", "--from", f"a{suffix}", "-o", f"c{suffix}").communicate()
    first = (folder / f"a{suffix}").read_bytes()
    assert first == (folder / f"b{suffix}").read_bytes() == (folder / f"c{suffix}").read_bytes()
    run("animate", *line, "-o", "film.gif")
    assert run("info", f"a{suffix}").stdout == run("info", "film.gif").stdout
    run("animate", "--from", f"a{suffix}", "-o", "again.gif")
    assert (folder / "again.gif").read_bytes() == (folder / "film.gif").read_bytes()
    run("plot", "--from", "film.gif", "-o", "a.svg")
    assert run("plot", "--from", f"a{suffix}", "-o", "b.svg").exit_code == 0
    assert (folder / "a.svg").read_bytes() == (folder / "b.svg").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [each for each in DECODED if each in LOSSLESS], indirect=True)
def test_damaged_files_hold_no_recipe_or_a_whole_one(suffix, tmp_path):
    film, path = film_of(frames=2, size=(64, 64)), tmp_path / f"film{suffix}"
    save(film, path)
    whole = path.read_bytes()
    for cut in (*range(0, 60, 7), *range(60, len(whole), len(whole) // 40)):
        path.write_bytes(whole[:cut])
        assert recipe_or_reason(path) in (None, film.recipe)
    for at in (*range(8, 70), *range(len(whole) - len(film.recipe) - 500, len(whole) - len(film.recipe))):
        for bytes_ in (b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff"):
            path.write_bytes(whole[:at] + bytes_ + whole[at + 4 :])
            recipe_or_reason(path)


def recipe_or_reason(path):
    try:
        return read_recipe(path).to_text()
    except RecipeError:
        return None


@pytest.mark.slow
def test_a_file_of_endless_lengths_takes_no_memory(tmp_path):
    png = b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xfftEXt" + b"optviz\x00" + b'{"optviz": ' * 9
    (tmp_path / "a.png").write_bytes(png)
    (tmp_path / "a.webp").write_bytes(b"RIFF\xff\xff\xff\xffWEBPXMP \xff\xff\xff\xff" + b'{"optviz": ' * 9)
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + bytes(7) + b"\x21\xfe" + (b"\xff" + b"a" * 255) * 9)
    sparse = tmp_path / "a.mp4"
    with sparse.open("wb") as file:
        file.truncate(1 << 28)
    tracemalloc.start()
    for path in tmp_path.iterdir():
        with pytest.raises(RecipeError, match="holds no recipe"):
            read_recipe(path)
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_the_slowest_film(tmp_path):
    """A frame may last hours, of which some formats can say only a part."""
    film = film_of(fps=1e-4, frames=3, size=(64, 64))
    save(film, tmp_path / "film.apng")
    assert sum(duration for _, duration in pictures(tmp_path / "film.apng")) <= sum(
        each.duration for each in film.shots
    )
    with pytest.raises(ArgumentError, match="raise --fps"):
        save(film, tmp_path / "film.webp")
    assert [path.name for path in tmp_path.iterdir()] == ["film.apng"]


def test_a_pillow_without_webp_is_told(tmp_path, monkeypatch, refuse):
    monkeypatch.setattr(webp.features, "check", lambda _: False)
    assert "built without WebP" in refuse(1, "animate", *SMALL, "-o", "film.webp")
    with pytest.raises(OutputError, match="pip install"):
        save(film_of(frames=2), tmp_path / "film.webp")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("suffix", [each for each in DECODED if each in LOSSLESS], indirect=True)
def test_a_full_disk(suffix, spawn, failed, folder):
    resource = pytest.importorskip("resource")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    (folder / f"film{suffix}").write_text("precious")
    message = failed(1, spawn("animate", *SMALL, "-o", f"film{suffix}", preexec_fn=limit))
    assert message == f"film{suffix} cannot be written: File too large\n"
    assert {path.name: path.read_text() for path in folder.iterdir()} == {f"film{suffix}": "precious"}


def test_all_installs_every_optional_part():
    with (Path(__file__).parent.parent / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    parts = set(extras) - {"all", "test", "browser", "docs", "lint"}
    assert {f"optviz[{part}]" for part in parts} == set(extras["all"])


@pytest.mark.parametrize("written", ["a.apng", "a.webp", "frames/"])
def test_a_damaged_file_is_refused_in_words(written, run, refuse, folder):
    run("animate", *SMALL, "-o", written)
    path = folder / written
    path = path / "frames.ffconcat" if path.is_dir() else path
    whole = path.read_bytes()
    for damaged, words in {
        whole[:20]: "holds no recipe",
        b"": "holds no recipe",
        whole.replace(b'"format": 1', b'"format": 9'): "its format is 9; this version knows 1",
        whole.replace(b'"steps": 20', b'"steps": {}'): "its recipe is damaged",
        whole[: whole.index(b'{"optviz": ') + 100]: "",
    }.items():
        path.write_bytes(damaged)
        for command, output in (("animate", "b.gif"), ("plot", "b.png")):
            assert words in refuse(1, command, "--from", written, "-o", output)
    path.unlink()
    assert refuse(1, "animate", "--from", written, "-o", "b.gif")
