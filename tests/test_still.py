"""Stills: a PNG is the film's frame, vectors look like it, and all can be made again."""

import base64
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz import plotting
from optviz.draw import Film
from optviz.draw.canvas import Canvas
from optviz.draw.layout import layout, plot
from optviz.encode.still import STILLS, save_still
from optviz.errors import ArgumentError, OutputError
from optviz.plotting import parse_at, replot
from optviz.recipe import RecipeError, read_recipe
from optviz.scene import scene_of
from optviz.themes import THEMES

SMALL = ["--surface", "booth", "--size", "160x120", "--steps", "20", "--lr", "0.01"]
SCENES = {theme: {"theme": theme} for theme in THEMES} | {
    "panels": {"layout": "panels", "theme": "dark"},
    "curves": {"curves": ("loss", "distance")},
    "slide": {"preset": "slide"},
}
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


@cache
def race_of(surface="himmelblau", steps=40):
    return optviz.race(surface, lr=0.01, steps=steps)


def film_of(**options):
    return Film(scene_of(race_of(), **{"size": (400, 300)} | options))


def saved(film, path, step=40):
    save_still(film, path, step)
    return path


def colours(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def decoded(pixels):
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


def alike(seen, meant):
    """Decibels between two pictures, of which the first may be a pixel larger."""
    height, width, _ = meant.shape
    assert 0 <= seen.shape[0] - height <= 1
    assert 0 <= seen.shape[1] - width <= 1
    return 10 * np.log10(255**2 / np.mean((seen[:height, :width].astype(float) - meant) ** 2))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_png_is_the_films_frame(name, tmp_path):
    film = film_of(**SCENES[name])
    for index, shot in enumerate(film.shots):
        if index % 13 == 0 or index == len(film) - 1:
            meant = film.still(shot.step)
            assert np.array_equal(colours(saved(film, tmp_path / "a.png", shot.step)), decoded(meant))
            if shot.reading == shot.step:
                assert np.array_equal(meant, film.frame(index))


def test_a_still_shows_steps_between_two_frames():
    few, all_of_them = film_of(frames=4), film_of()
    assert 17 not in [shot.step for shot in few.shots]
    assert np.array_equal(few.still(17), all_of_them.still(17))
    assert not np.array_equal(few.still(17), few.still(16))


@pytest.mark.parametrize("step", [-1, 41])
def test_a_film_has_no_other_steps(step):
    with pytest.raises(ArgumentError, match="0 to 40"):
        film_of().still(step)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "detail"), [((400, 300), 2), ((3000, 2000), 1)])
def test_the_map_of_a_vector_is_fine_but_not_enormous(size, detail, tmp_path):
    path = saved(film_of(size=size), tmp_path / "a.svg")
    [image] = ET.fromstring(path.read_text()).iter(f"{SVG}image")
    with Image.open(io.BytesIO(base64.b64decode(image.get(LINK).partition(",")[2]))) as found:
        place = plot(layout(*size, THEMES["light"]).stage, layout(*size, THEMES["light"]).scale, titled=False)
        assert found.size == (detail * (place[2] - place[0]), detail * (place[3] - place[1]))
        points = float(image.get("width")), float(image.get("height"))
        assert points == pytest.approx(
            [side / detail * 0.72 / layout(*size, THEMES["light"]).scale for side in found.size]
        )


def test_a_png_knows_its_density_and_its_recipe(tmp_path):
    with Image.open(saved(film_of(size=(1600, 1200)), tmp_path / "a.png", 7)) as image:
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
        assert image.text["optviz"].startswith('{"optviz": ')
    recipe = read_recipe(tmp_path / "a.png")
    assert (recipe.command, recipe.step) == ("plot", 7)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_an_svg_is_whole_and_needs_nothing_else(name, tmp_path):
    options = SCENES[name] | {"title": "Café <b> & Söhne"}
    path = saved(film_of(**options), tmp_path / "a.svg")
    root = ET.fromstring(path.read_text())
    assert root.find(f"{SVG}title").text == options["title"]
    assert "<!-- Café" in path.read_text(), "the words above the outlines that are drawn"
    images = list(root.iter(f"{SVG}image"))
    assert len(images) == (5 if name == "panels" else 1)
    for image in images:
        kind, data = image.get(LINK).split(",")
        assert kind == "data:image/png;base64"
        assert data
    links = [each.get(LINK) for each in root.iter() if each.get(LINK)]
    assert all(link.startswith(("#", "data:")) for link in links)
    assert not list(root.iter(f"{SVG}text")), "letters are outlines"
    assert "@import" not in path.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_pdf_embeds_its_fonts(name, tmp_path):
    film = film_of(**SCENES[name])
    data = saved(film, tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    fonts = data.count(b"/Type /FontDescriptor")
    assert fonts >= 2, "ordinary and bold"
    assert data.count(b"/FontFile2") == fonts
    assert b"/Subtype /Type1" not in data, "a standard font, which is not embedded"
    [box] = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", data)
    points = [size * 0.72 / film.scale for size in film.size]
    assert [float(side) for side in box] == pytest.approx(points, abs=0.01)


@pytest.mark.parametrize("name", SCENES)
def test_a_pdf_looks_like_the_film(name, tmp_path):
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm, of poppler-utils, is not installed")
    film = film_of(**SCENES[name])
    path = saved(film, tmp_path / "a.pdf")
    subprocess.run(["pdftoppm", "-r", str(100 * film.scale), "-png", path, tmp_path / "page"], check=True)
    [page] = tmp_path.glob("page*.png")
    assert alike(colours(page), decoded(film.still(40))) > 20


@pytest.mark.parametrize("name", SCENES)
def test_an_svg_looks_like_the_film(name, tmp_path):
    if shutil.which("rsvg-convert") is None:
        pytest.skip("rsvg-convert, of librsvg2-bin, is not installed")
    film = film_of(**SCENES[name])
    path = saved(film, tmp_path / "a.svg")
    width, height = map(str, film.size)
    subprocess.run(["rsvg-convert", "-w", width, "-h", height, path, "-o", tmp_path / "page.png"], check=True)
    assert alike(colours(tmp_path / "page.png"), decoded(film.still(40))) > 20


def test_joined_strokes_are_the_same_picture(monkeypatch):
    film = Film(scene_of(race_of("rosenbrock", 150), curves=("loss",), size=(800, 600)))
    apart = film.still(150)
    monkeypatch.setattr(Canvas, "joins", True)
    joined = film.still(150)
    assert not np.array_equal(apart, joined)
    differs = np.abs(decoded(apart).astype(int) - decoded(joined)).max(axis=-1)
    assert (differs > 60).mean() < 0.003


@pytest.mark.slow
@pytest.mark.parametrize("suffix", STILLS)
def test_the_default_still_is_small_and_its_bytes_are_always_the_same(suffix, tmp_path, monkeypatch):
    race = optviz.race("saddle")
    first = saved(Film(scene_of(race)), tmp_path / f"a{suffix}", 200).read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000")
    import matplotlib as mpl

    with mpl.rc_context({"savefig.bbox": "tight", "svg.fonttype": "none", "pdf.compression": 0, "font.size": 30}):
        again = saved(Film(scene_of(race)), tmp_path / f"b{suffix}", 200).read_bytes()
        assert mpl.rcParams["svg.fonttype"] == "none", "the user's settings stay as they were"
    assert first == again
    assert len(first) < 400_000


@pytest.mark.slow
@pytest.mark.parametrize("suffix", STILLS)
def test_many_runs_have_labels_and_any_script(suffix, tmp_path):
    runs = [f'sgd:lr={0.001 * (1 + i)},label="{"경사 $x$" if i == 3 else "a<b"} {i}"' for i in range(12)]
    made = optviz.plot("himmelblau", tmp_path / f"a{suffix}", optimizers=runs, steps=30, title="경사\x00 --> $x^2$")
    assert made.steps == (30,)
    if suffix == ".svg":
        ET.fromstring((tmp_path / "a.svg").read_text())


# Steps


def test_steps():
    assert parse_at("0, 10,END") == [0, 10, None]
    assert parse_at(7) == parse_at(np.int64(7)) == [7]
    assert parse_at([0, "end"]) == [0, None]
    assert optviz.plot(race_of(), at="end,40,3").steps == (40, 3)


@pytest.mark.parametrize("at", ["", "x", "-1", "1.5", ",", "1,,2", "end,last", "9" * 40, "²", [], [None], -1])
def test_what_is_no_step_is_refused(at):
    with pytest.raises(ArgumentError, match="at must be steps from 0 on"):
        parse_at(at)


def test_a_step_after_the_last_one_is_refused():
    with pytest.raises(ArgumentError, match=r"from 0 to 40.*not 41"):
        optviz.plot(race_of(), at="0,41")


@pytest.mark.parametrize(("steps", "last"), [(30, 30), (None, 200)])
def test_a_step_after_the_last_one_is_refused_before_the_race_is_run(steps, last, run, monkeypatch):
    monkeypatch.setattr("optviz.races.simulate", None)
    monkeypatch.setattr("optviz.rates.simulate", None)
    more = [] if steps is None else ["--steps", str(steps)]
    result = run("plot", "--surface", "booth", "--at", f"0,{last + 1}", *more)
    assert result.exit_code == 2
    assert f"from 0 to {last}, the race's last, or end; not {last + 1}" in result.stderr
    with pytest.raises(ArgumentError, match=f"from 0 to {last},"):
        optviz.plot("booth", at=last + 1, steps=steps)
    with pytest.raises(ArgumentError, match="steps must be a whole number from 1"):
        optviz.plot("booth", at=1, steps=-3)


@pytest.mark.parametrize("option", ["--fps", "--frames", "--hold"])
def test_a_still_has_no_options_of_a_film(run, option):
    result = run("plot", *SMALL, option, "10")
    assert result.exit_code == 2
    assert "No such option" in result.stderr
    assert option in result.stderr


def test_a_still_of_a_film_keeps_how_the_film_runs(run):
    words = ["--surface", "booth", "--size", "160x120", "--steps", "20", "--lr", "0.01"]
    run("animate", *words, "--frames", "7", "--fps", "12", "-o", "a.gif")
    assert run("plot", "--from", "a.gif", "-o", "a.png").exit_code == 0
    assert run("animate", "--from", "a.png", "-o", "b.gif").exit_code == 0
    assert Path("a.gif").read_bytes() == Path("b.gif").read_bytes()


def test_a_plot_from_python(tmp_path):
    made = optviz.plot(race_of(), tmp_path / "a.png", at=[0, "end"], size=(160, 120), theme="dark")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-0.png", "a-40.png"]
    shown = made._repr_mimebundle_()["image/png"]
    assert np.array_equal(colours(io.BytesIO(shown)), colours(tmp_path / "a-40.png"))
    assert optviz.plot("booth", steps=5, lr=0.01).save(tmp_path / "b.svg") == [tmp_path / "b.svg"]
    with pytest.raises(ArgumentError, match=r"'\.gif'.*\.png, \.svg, \.pdf"):
        made.save(tmp_path / "c.gif")


# The command


@pytest.mark.slow
@pytest.mark.parametrize("suffix", STILLS)
def test_a_series(run, folder, suffix):
    result = run("plot", *SMALL, "--at", "0,5,end", "-o", f"a{suffix}")
    assert result.stdout.split() == [f"a-0{suffix}", f"a-5{suffix}", f"a-20{suffix}"]
    assert len(list(folder.iterdir())) == 3
    assert run("plot", *SMALL, "--at", "5", "-o", f"b{suffix}").stdout == f"b{suffix}\n"
    assert (folder / f"b{suffix}").read_bytes() == (folder / f"a-5{suffix}").read_bytes()


def test_the_command_and_the_film_show_the_same(run):
    run("plot", *SMALL)
    run("animate", *SMALL)
    with Image.open("booth.gif") as film:
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("RGB")).astype(int)
    assert np.abs(colours("booth.png") - last).mean() < 2, "but for the GIF's palette"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", STILLS)
def test_a_still_is_made_again_from_its_recipe_and_becomes_a_film(run, folder, suffix):
    line = [*SMALL, "--title", "경사 (a\\b) <b>&", "-O", "sgd:schedule=cosine(20)"]
    run("plot", *line, "--at", "5", "-o", f"a{suffix}")
    assert run("plot", "--from", f"a{suffix}", "-o", f"b{suffix}").exit_code == 0
    assert (folder / f"a{suffix}").read_bytes() == (folder / f"b{suffix}").read_bytes()
    run("animate", *line, "-o", "a.gif")
    assert run("animate", "--from", f"a{suffix}", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()
    run("plot", *line, "-o", "end.png")
    run("plot", "--from", "a.gif", "-o", "film.png")
    assert (folder / "end.png").read_bytes() == (folder / "film.png").read_bytes()
    run("plot", "--from", "end.png", "--at", "5", "-o", f"c{suffix}")
    assert (folder / f"a{suffix}").read_bytes() == (folder / f"c{suffix}").read_bytes()
    assert "step" in run("info", f"a{suffix}").stdout


def test_stdout_takes_one_still(run, refuse, folder):
    run("plot", *SMALL, "-o", "a.png")
    assert run("plot", *SMALL, "-o", "-").stdout_bytes == (folder / "a.png").read_bytes()
    assert "stdout takes one still" in refuse(2, "plot", *SMALL, "--at", "0,end", "-o", "-")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "a.gif"], ["'.gif'", ".png, .svg, .pdf", "`optviz animate`"]),
        (["-o", "a"], ["'a' has no suffix", "a.png"]),
        (["--at", "21"], ["from 0 to 20", "21"]),
        (["--at=-1"], ["'-1'"]),
        (["--at", "soon"], ["'soon'", "end"]),
        (["--size", "1x1"], ["size"]),
    ],
)
def test_what_is_wrong_is_named(refuse, arguments, words):
    message = refuse(2, "plot", *SMALL, *arguments)
    assert all(word in message for word in words), message


def test_films_are_not_stills(refuse):
    assert "`optviz plot`" in refuse(2, "animate", *SMALL, "-o", "a.png")


def test_from_takes_no_options_but_its_own(run, refuse):
    run("plot", *SMALL, "-o", "a.png")
    assert "leave out --theme" in refuse(2, "plot", "--from", "a.png", "--theme", "dark", "-o", "b.png")
    assert "from 0 to 20" in refuse(2, "plot", "--from", "a.png", "--at", "30", "-o", "b.png")


def test_when_one_of_several_fails_what_is_there_is_whole(run, folder, monkeypatch):
    real = plotting.save_still

    def third_fails(film, path, step):
        if step == 2:
            monkeypatch.setitem(STILLS, ".png", lambda file, *_: file.write(b"half") and fail())
        real(film, path, step)

    def fail():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plotting, "save_still", third_fails)
    result = run("plot", *SMALL, "--at", "0,1,2,3,4", "-o", "a.png")
    assert result.exit_code == 1
    assert "a-2.png cannot be written: No space left" in result.stderr
    assert result.stdout.split() == ["a-0.png", "a-1.png"]
    assert sorted(path.name for path in folder.iterdir()) == ["a-0.png", "a-1.png"]
    for name in ("a-0.png", "a-1.png"):
        assert colours(name).shape == (120, 160, 3)


def test_a_folder_that_is_missing_is_named_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(plotting, "save_still", None)
    with pytest.raises(OutputError, match="mkdir -p"):
        optviz.plot(race_of(), tmp_path / "nowhere" / "a.png")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [('"step": 40', '"step": 41'), ('"step": 40', '"step": -1'), ('"step": 40', '"step": null'), ('"plot"', '"rm"')],
)
def test_a_hostile_step_is_refused(old, new, tmp_path):
    text = Path(saved(film_of(), tmp_path / "a.svg")).read_text()
    assert old in text
    (tmp_path / "a.svg").write_text(text.replace(old, new))
    with pytest.raises(RecipeError, match="damaged"):
        replot(tmp_path / "a.svg")
