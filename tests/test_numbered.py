"""A folder of numbered PNGs: every frame exactly, a list that ffmpeg plays, and nobody's files lost."""

import itertools
import os
import re
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.draw import Film
from optviz.encode import is_folder, save
from optviz.encode.still import save_still
from optviz.errors import ArgumentError, OutputError
from optviz.recipe import read_recipe
from optviz.scene import scene_of

SMALL = ["--surface", "booth", "--size", "160x120", "--frames", "8", "--steps", "20", "--lr", "0.01"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def film_of(**options):
    return Film(scene_of(optviz.race("booth", steps=20, lr=0.01), **{"size": (160, 120), "frames": 8} | options))


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_frame_is_a_picture(theme, tmp_path):
    film = film_of(theme=theme)
    save(film, f"{tmp_path}/frames/")
    film = film.standing()
    names = [f"frame-{index:04}.png" for index in range(len(film))]
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [*names, "frames.ffconcat"]
    for index, name in enumerate(names):
        meant = film.frame(index)
        assert np.array_equal(pixels(tmp_path / "frames" / name), meant.view(np.uint8).reshape(*meant.shape, 4))
        assert read_recipe(tmp_path / "frames" / name).step == film.shots[index].step
    save_still(film, tmp_path / "still.png", film.last_step)
    assert (tmp_path / "still.png").read_bytes() == (tmp_path / "frames" / names[-1]).read_bytes()


def test_ffmpeg_plays_the_list_for_the_films_time(tmp_path):
    program = pytest.importorskip("imageio_ffmpeg", reason="videos need the extra video").get_ffmpeg_exe()
    film = film_of()
    save(film, f"{tmp_path}/frames/")
    list_, made = tmp_path / "frames" / "frames.ffconcat", tmp_path / "film.mkv"
    subprocess.run([program, "-v", "error", "-i", list_, "-fps_mode", "passthrough", made], check=True)
    said = subprocess.run([program, "-i", made], capture_output=True, check=False).stderr.decode()
    seconds = float(re.search(r"Duration: 00:00:([\d.]+)", said)[1])
    assert abs(seconds - sum(shot.duration for shot in film.shots) / 1000) < 0.1
    stated = [float(line.split()[1]) for line in list_.read_text().splitlines() if line.startswith("duration")]
    assert stated == [shot.duration / 1000 for shot in film.shots]


def test_the_command_prints_the_folder_and_makes_it_again(run, folder):
    line = [*SMALL, "--title", "경사 <b> #"]
    assert run("animate", *line, "-o", "frames/").stdout == "frames/\n"
    first = everything(folder / "frames")
    for source in ("frames", "frames/", "frames/frames.ffconcat", "frames/frame-0003.png"):
        assert run("animate", "--from", source, "-o", "again/").exit_code == 0
        assert everything(folder / "again") == first
    run("animate", *line, "-o", "a.gif")
    run("animate", "--from", "frames", "-o", "b.gif")
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()
    assert run("plot", "--from", "frames/frame-0007.png", "-o", "last.png").exit_code == 0
    assert (folder / "last.png").read_bytes() == first["frame-0007.png"]
    assert "booth" in run("info", "frames").stdout


def test_a_folder_of_ours_is_replaced_whole(run, folder):
    run("animate", *SMALL, "-o", "frames/")
    fewer = [*SMALL, "--frames", "3"]
    assert run("animate", *fewer, "-o", "frames").stdout == "frames\n", "it is there: no slash is needed"
    assert len(list((folder / "frames").iterdir())) == 4
    (folder / "empty").mkdir()
    assert run("animate", *fewer, "-o", "empty").exit_code == 0
    assert everything(folder / "empty") == everything(folder / "frames")
    assert sorted(path.name for path in folder.iterdir()) == ["empty", "frames"]


@POSIX
def test_a_link_to_a_folder_stays_a_link(run, folder):
    (folder / "real").mkdir()
    (folder / "link").symlink_to("real")
    assert run("animate", *SMALL, "-o", "link/").exit_code == 0
    assert (folder / "link").is_symlink()
    assert len(list((folder / "real").iterdir())) == 9


@pytest.mark.parametrize("name", ["notes.txt", "frame-0000.png", "frame-x.png", ".hidden", "below/file"])
def test_a_folder_with_anything_else_is_left_alone(name, refuse, folder):
    (folder / "mine" / name).parent.mkdir(parents=True)
    (folder / "mine" / name).write_text("precious")
    message = refuse(1, "animate", *SMALL, "-o", "mine/")
    assert f"mine is not replaced: it holds {name.split('/')[0]}" in message
    assert "-o" in message


def test_a_file_among_our_frames_is_left_alone(run, refuse, folder):
    run("animate", *SMALL, "-o", "frames/")
    (folder / "frames" / "notes.txt").write_text("precious")
    assert "it holds notes.txt" in refuse(1, "animate", *SMALL, "-o", "frames")


def test_a_file_that_comes_while_we_draw_is_left_alone(tmp_path):
    film = film_of()
    save(film, f"{tmp_path}/frames/")

    def watched():
        yield from film.frames()
        (tmp_path / "frames" / "notes.txt").write_text("precious")

    with pytest.raises(OutputError, match=r"notes\.txt"):
        save(film, f"{tmp_path}/frames/", watched())
    assert (tmp_path / "frames" / "notes.txt").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        ("/", 2, "'/' is not the name of a folder to be made"),
        ("./", 2, "'.' is not the name of a folder to be made"),
        ("../", 2, "'..' is not the name of a folder to be made"),
        ("missing/frames/", 1, "Make it first: mkdir -p missing"),
        ("file.txt/", 1, "file.txt cannot be written: it is a file"),
        ("file.txt/below/", 1, "file.txt is a file, not a folder"),
        ("n" * 300 + "/", 1, "File name too long"),
    ],
)
def test_what_is_no_folder_to_be_made(output, code, words, refuse, folder):
    (folder / "file.txt").write_text("mine")
    assert words in refuse(code, "animate", *SMALL, "-o", output)


@pytest.mark.parametrize("when", [0, 1, 5])
@pytest.mark.parametrize("there", [False, True])
def test_a_render_that_stops_leaves_nothing_behind_and_loses_nothing(when, there, tmp_path):
    film = film_of()
    if there:
        save(film_of(frames=3), f"{tmp_path}/frames/")
    before = everything(tmp_path)

    def interrupted():
        yield from itertools.islice(film.frames(), when)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(film, f"{tmp_path}/frames/", interrupted())
    assert everything(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == there


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_behind(number, code, spawn, folder):
    process = spawn("animate", *SMALL, "--size", "1600x1200", "--frames", "21", "-o", "frames/")
    waited = time.monotonic() + 60
    while not list(folder.glob(".frames*.part/frame-0002.png")) and time.monotonic() < waited:
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == code
    assert list(folder.iterdir()) == []


@pytest.mark.slow
@POSIX
def test_a_full_disk(spawn, failed, folder):
    resource = pytest.importorskip("resource")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    message = failed(1, spawn("animate", *SMALL, "-o", "frames/", preexec_fn=limit))
    assert message == "frames cannot be written: File too large\n"
    assert list(folder.iterdir()) == []


def test_when_the_new_folder_cannot_be_put_in_place_the_old_one_is(tmp_path, monkeypatch):
    save(film_of(frames=3), f"{tmp_path}/frames/")
    before = everything(tmp_path)
    kind = type(tmp_path)
    real = kind.rename

    def rename(self, target):
        if target.name == "frames" and (self / "frame-0007.png").exists():
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(kind, "rename", rename)
    with pytest.raises(OutputError, match="Input/output error"):
        save(film_of(), f"{tmp_path}/frames/")
    assert everything(tmp_path) == before


def test_in_python(tmp_path):
    made = optviz.animate("booth", f"{tmp_path}/frames/", steps=5, lr=0.01, size=(100, 80))
    assert len(list((tmp_path / "frames").iterdir())) == len(made.film) + 1
    made.save(tmp_path / "frames")
    with pytest.raises(ArgumentError, match="NAME/ for a folder of PNGs"):
        made.save(tmp_path / "other")
    assert not is_folder("n" * 300)
