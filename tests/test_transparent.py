"""Pictures without a sheet: what is seen through, clean edges, and every format by decoding it."""

import io
import itertools
import json
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image, features

import optviz
from optviz.draw import Film
from optviz.draw.canvas import Canvas, clear, packed
from optviz.draw.labels import Label
from optviz.draw.layout import layout, plot
from optviz.encode import ENCODERS, TRANSPARENT, save
from optviz.encode.pace import paced
from optviz.encode.parting import durations, in_parts
from optviz.encode.still import STILLS, TRANSPARENT_STILLS, save_still
from optviz.errors import ArgumentError
from optviz.recipe import read_recipe
from optviz.scene import scene_of
from optviz.themes import THEMES, rgb

STILL = ["--surface", "booth", "--size", "160x120", "--steps", "20", "--lr", "0.01", "--transparent"]
SMALL = [*STILL, "--frames", "8"]
SCENES = {
    "light": {},
    "dark": {"theme": "dark"},
    "curves": {"curves": ("loss", "distance"), "theme": "dark"},
    "relief": {"view": "relief"},
    "orbit": {"view": "relief", "camera": "orbit", "frames": 9},
    "fast": {"fps": 60.0},
    "fastest": {"fps": 100.0, "theme": "dark"},
    "fading": {"show": ("fading",)},
}
FAINT = 0x30  # alpha that a GIF leaves out
RACES = {}


def race_of():
    return RACES.setdefault("himmelblau", optviz.race("himmelblau", steps=40, lr=0.01))


def film_of(*, transparent=True, **options):
    return Film(scene_of(race_of(), transparent=transparent, **{"size": (400, 300)} | options))


def rgba(pixels):
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)


def over(seen, ground):
    """RGBA pixels (height, width, 4) on a ground (height, width, 3)."""
    alpha = seen[..., 3:].astype(float) / 255
    return seen[..., :3] * alpha + ground * (1 - alpha)


def grounds(size):
    width, height = size
    squares = np.indices((height, width)).sum(axis=0) // 8 % 2
    yield np.zeros((height, width, 3))
    yield np.full((height, width, 3), 255.0)
    yield np.repeat(squares[..., None] * 120.0 + 60, 3, axis=-1)


def shown(path):
    """Every picture of a file, and how many milliseconds it has run when that ends."""
    at = 0
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        for index in range(image.n_frames):
            image.seek(index)
            picture = np.asarray(image.convert("RGBA"))
            at += image.info["duration"]
            yield at, picture


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_on_its_own_paper_it_is_the_opaque_film(name):
    clear_film, film = film_of(**SCENES[name]), film_of(transparent=False, **SCENES[name])
    paper = np.array(rgb(film.paper), float)
    for index in (0, len(film) // 2, len(film) - 1):
        seen = over(rgba(clear_film.frame(index)), paper)
        assert np.abs(seen - rgba(film.frame(index))[..., :3]).max() <= 4, "but for rounding"


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_any_frame_is_the_same_drawn_alone(name):
    film = film_of(**SCENES[name])
    for index, frame in enumerate(film.frames()):
        if index % 6 == 0 or index == len(film) - 1:
            assert np.array_equal(frame.pixels, film.frame(index))


@pytest.mark.parametrize("theme", THEMES)
def test_maps_are_opaque_and_the_sheet_is_not(theme):
    film = film_of(theme=theme)
    alpha = rgba(film.frame(-1))[..., 3]
    left, top, right, bottom = plot(
        layout(*film.size, THEMES[theme]).stage, layout(*film.size, THEMES[theme]).scale, titled=False
    )
    if THEMES[theme].text == 10:
        assert (alpha[top:bottom, left:right] == 255).all()
    assert alpha[0].max() == alpha[-1].max() == alpha[:, -1].max() == 0
    assert 0.1 < (alpha == 0).mean() < 0.8


def test_soft_edges_have_the_letters_colour_alone():
    film = film_of(theme="dark")
    pixels = rgba(film.frame(0))[:25, :200]  # the title
    soft = (pixels[..., 3] > 0) & (pixels[..., 3] < 255)
    assert soft.sum() > 50
    assert np.abs(pixels[soft][:, :3].astype(int) - rgb(THEMES["dark"].ink)).max() <= 8


def test_a_label_on_nothing_and_on_paper():
    canvas = Canvas(80, 40, 1.0, clear("#ff00ff"))
    label = Label("Adam", 10, "#112233", "#ffffff", canvas)
    label.lay(canvas.pixels, 5, 5)
    on_paper = Canvas(80, 40, 1.0, packed("#ff00ff"))
    label.lay(on_paper.pixels, 5, 5)
    seen = over(rgba(canvas.pixels), np.array(rgb("#ff00ff"), float))
    assert np.abs(seen - rgba(on_paper.pixels)[..., :3]).max() <= 2
    covered = rgba(canvas.pixels)[rgba(canvas.pixels)[..., 3] > 0]
    assert len(covered) > 200
    assert covered[:, 1].min() >= 0x20, "none of the magenta beneath, which has no green"


@pytest.fixture(params=TRANSPARENT)
def suffix(request):
    if request.param == ".webp" and not features.check("webp"):
        pytest.skip("this Pillow is built without WebP")
    return request.param


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_film_decodes_to_its_frames_on_any_ground(name, suffix, tmp_path):
    film = film_of(**SCENES[name])
    path = tmp_path / f"film{suffix}"
    save(film, path)
    lasting = paced(film.shots)
    ends = list(itertools.accumulate(lasting))
    found = list(shown(path))
    assert found[-1][0] == ends[-1]
    for index, end in enumerate(ends):
        if not lasting[index] or (index % 3 and index != len(film) - 1):
            continue
        meant = rgba(film.frame(index))
        seen = next(picture for at, picture in found if at >= end)
        for ground in grounds(film.size):
            if suffix == ".gif":
                mask = meant[..., 3] < FAINT
                assert np.array_equal(seen[..., 3] == 0, mask)
                matte = over(meant, np.array(rgb(film.paper), float))
                error = (seen[..., :3] - matte)[~mask]
                assert np.abs(error).max() < 100
                assert 10 * np.log10(255**2 / np.mean(error**2)) > 30
            else:
                assert np.array_equal(over(seen, ground), over(meant, ground))


@pytest.mark.slow
def test_no_part_of_a_film_is_so_short_that_viewers_slow_it_down(suffix, tmp_path):
    for fps in (12.5, 25, 30, 33, 50, 60, 100):
        film = film_of(fps=fps, size=(160, 120))
        save(film, tmp_path / f"film{suffix}")
        ends = [0, *(end for end, _ in shown(tmp_path / f"film{suffix}"))]
        assert min(np.diff(ends)) > 10


def test_when_a_gif_begins_again_nothing_is_left_of_its_end(tmp_path):
    save(film_of(), tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as image:
        image.seek(image.n_frames - 1)
        assert image.disposal_method == 2
        assert image.dispose_extent == (0, 0, *image.size)


@pytest.mark.slow
def test_the_size_is_not_many_times_that_of_an_opaque_film(suffix, tmp_path):
    for name, transparent in (("a", False), ("b", True)):
        save(film_of(transparent=transparent, size=(800, 600)), tmp_path / f"{name}{suffix}")
    opaque, clear_one = ((tmp_path / f"{name}{suffix}").stat().st_size for name in "ab")
    assert clear_one < 3 * opaque


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_parts_of_frames_take_their_time_and_end_as_they_do(name):
    film = film_of(**SCENES[name])
    parts = list(durations(film))
    at, ends = 0, list(itertools.accumulate(shot.duration for shot in film.shots))
    assert [*itertools.accumulate(parts)][-1] == ends[-1]
    for part, duration in zip(in_parts(film, film.frames()), parts, strict=True):
        assert part.duration == duration
        at += duration
        if at in ends:
            assert np.array_equal(part.pixels, film.frame(ends.index(at)))
    opaque = film_of(transparent=False, **SCENES[name])
    assert durations(opaque) == [duration for duration in paced(opaque.shots) if duration]


def test_a_folder_of_pngs(tmp_path):
    film = film_of(frames=5)
    save(film, f"{tmp_path}/frames/")
    for index in range(len(film)):
        with Image.open(tmp_path / "frames" / f"frame-{index:04}.png") as image:
            assert np.array_equal(np.asarray(image), rgba(film.standing().frame(index)))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_png_is_the_still(name, tmp_path):
    film = film_of(**SCENES[name])
    save_still(film, tmp_path / "a.png", 40)
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.asarray(image), rgba(film.still(40)))


@pytest.mark.parametrize("name", SCENES)
def test_an_svg_looks_like_the_still(name, tmp_path):
    if shutil.which("rsvg-convert") is None:
        pytest.skip("rsvg-convert, of librsvg2-bin, is not installed")
    film = film_of(**SCENES[name])
    save_still(film, tmp_path / "a.svg", 40)
    width, height = film.size
    command = ["rsvg-convert", "-w", str(width), "-h", str(height), tmp_path / "a.svg"]
    drawn = subprocess.run(command, capture_output=True, check=True).stdout
    with Image.open(io.BytesIO(drawn)) as image:
        seen = np.asarray(image.convert("RGBA"))[:height, :width]
    meant = rgba(film.still(40))
    assert seen[0, :, 3].max() == seen[:, -1, 3].max() == 0
    for ground in grounds(film.size):
        assert 10 * np.log10(255**2 / np.mean((over(seen, ground) - over(meant, ground)) ** 2)) > 20


# The command


@pytest.mark.slow
def test_a_film_is_made_again_from_its_recipe(suffix, run, folder):
    assert run("animate", *SMALL, "-o", f"a{suffix}").exit_code == 0
    assert json.loads(read_recipe(f"a{suffix}").to_text())["picture"]["transparent"] is True
    assert run("animate", "--from", f"a{suffix}", "-o", f"b{suffix}").exit_code == 0
    assert (folder / f"a{suffix}").read_bytes() == (folder / f"b{suffix}").read_bytes()
    run("animate", *SMALL, "-o", "c.gif", "--jobs", "3")
    run("animate", "--from", f"a{suffix}", "-o", "d.gif")
    assert (folder / "c.gif").read_bytes() == (folder / "d.gif").read_bytes()
    assert run("animate", *SMALL, "-o", "-").stdout_bytes == (folder / "c.gif").read_bytes()


@pytest.mark.parametrize("suffix", TRANSPARENT_STILLS)
def test_a_still_is_made_again_from_its_recipe(suffix, run, folder):
    line = [word for word in SMALL if word not in ("--frames", "8")]
    assert run("plot", *line, "-o", f"a{suffix}").exit_code == 0
    assert run("plot", "--from", f"a{suffix}", "-o", f"b{suffix}").exit_code == 0
    assert (folder / f"a{suffix}").read_bytes() == (folder / f"b{suffix}").read_bytes()


def test_an_opaque_films_recipe_says_nothing_of_it():
    assert "transparent" not in film_of(transparent=False).recipe


@pytest.mark.parametrize("suffix", [each for each in ENCODERS if each not in TRANSPARENT])
def test_formats_that_cannot_name_those_that_can(suffix, run, refuse, tmp_path):
    message = refuse(2, "animate", *SMALL, "-o", f"film{suffix}")
    assert all(word in message for word in (f"as {suffix} cannot be transparent", *TRANSPARENT, "NAME/"))
    run("animate", *SMALL, "-o", "a.gif")
    assert "cannot be transparent" in refuse(2, "animate", "--from", "a.gif", "-o", f"film{suffix}")
    with pytest.raises(ArgumentError, match=r"\.webp"):
        save(film_of(frames=2), tmp_path / f"film{suffix}")


@pytest.mark.parametrize("suffix", [each for each in STILLS if each not in TRANSPARENT_STILLS])
def test_stills_that_cannot_name_those_that_can(suffix, refuse, tmp_path):
    message = refuse(2, "plot", *STILL, "-o", f"still{suffix}")
    assert all(word in message for word in TRANSPARENT_STILLS)
    with pytest.raises(ArgumentError, match=r"\.svg"):
        optviz.plot("booth", tmp_path / f"still{suffix}", steps=3, lr=0.01, transparent=True)


@pytest.mark.parametrize("value", [1, "yes", 0.0])
def test_it_is_or_it_is_not(value):
    with pytest.raises(ArgumentError, match="transparent must be true or false"):
        optviz.Picture(transparent=value)
