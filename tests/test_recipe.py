"""Recipes: every file can be made again, and a recipe from elsewhere can do no harm."""

import json
import struct

import pytest
from click.testing import CliRunner

import optviz
from optviz.cli import main
from optviz.errors import OptvizError, OptvizWarning
from optviz.recipe import RecipeError, read_recipe, recipe_of
from tests.properties import given, settings, st

SMALL = ["--size", "200x150", "--frames", "12"]
MINE = """
from pathlib import Path
from optviz import SGD, Surface

Path(__file__).with_name("ran").touch()
SURFACE = Surface(name="mine", fn=lambda x, y: x**2 + 3 * y**2, domain=(-1, 1, -1, 1), start=(0.5, 0.8))

class Mine(SGD):
    name = "mine"
"""


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(*arguments, path="film.gif"):
        result = CliRunner().invoke(main, ["animate", *SMALL, "-o", path, *arguments])
        assert result.exit_code == 0, result.output
        return tmp_path / path

    return make


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["--surface", "saddle"],
        ["--surface", "noisy-moons", "--noise", "0.3", "--seed", "7", "--batch-size", "4", "--clip", "2"],
        ["--surface", "six_hump_camel", "-O", "adam", "-O", "adam:beta1=0.5", "-O", 'sgd:lr=0.01,label="A, b=c"'],
        ["--surface", "booth", "--schedule", "cosine(20,5)", "--steps", "20", "--start=-1,2.5", "--lr", "0.01"],
        ["--surface", "ravine", "--title", "경사 <b>&", "--theme", "dark", "--view-box=-1,1,-2,2", "--hold", "0.5"],
    ],
)
def test_a_film_is_made_again_to_the_same_bytes(arguments, film):
    first = film(*arguments)
    again = run("animate", "--from", first, "-o", "again.gif")
    assert again.exit_code == 0, again.output
    assert first.read_bytes() == (first.parent / "again.gif").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".gif", ".png", ".svg", ".pdf"])
def test_the_most_starts_there_may_be_fit_into_a_recipe(suffix, tmp_path):
    race = optviz.race("eggholder", ["sgd:lr=0.1"], start="random:4096", steps=2)
    draw = optviz.animate if suffix == ".gif" else optviz.plot
    draw(race, tmp_path / f"a{suffix}", size=(120, 90))
    recipe = read_recipe(tmp_path / f"a{suffix}")
    assert recipe.start == race.starts
    assert len(recipe.to_text()) < 1 << 18, "a quarter of what is read"
    again = run(
        "animate" if suffix == ".gif" else "plot", "--from", tmp_path / f"a{suffix}", "-o", tmp_path / f"b{suffix}"
    )
    assert again.exit_code == 0, again.output
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_a_theme_of_ones_own_is_in_the_recipe(film, tmp_path):
    theme = optviz.Theme(**vars(optviz.themes.THEMES["light"]) | {"name": "mine", "background": "#fffaf0"})
    optviz.animate("booth", tmp_path / "mine.gif", steps=5, size=(200, 150), theme=theme)
    optviz.remake(tmp_path / "mine.gif").save(tmp_path / "again.gif")
    assert (tmp_path / "mine.gif").read_bytes() == (tmp_path / "again.gif").read_bytes()


def test_info_prints_every_hyperparameter(film):
    path = film("--surface", "rosenbrock", "-O", "adam")
    text = run("info", path).output
    assert "rosenbrock" in text
    assert f"optviz {optviz.__version__}" in text
    assert all(
        word in text for word in ("lr=0.", "beta1=0.9", "beta2=0.999", "eps=1e-08", "bias_correction=true", "tuned")
    )
    data = json.loads(run("info", path, "--json").output)
    assert data["optviz"] == optviz.__version__
    assert data["seed"] == 0
    assert "film.gif" not in json.dumps(data), "a recipe never holds the output's path"


def test_a_recipe_that_names_a_users_file_is_refused_unless_trusted(film, tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    for arguments in (["--surface", "./mine.py"], ["--surface", "booth", "-O", "./mine.py:Mine:lr=0.1"]):
        path = film(*arguments)
        (tmp_path / "ran").unlink()
        refused = run("animate", "--from", path, "-o", "again.gif")
        assert refused.exit_code == 1
        assert "mine.py" in refused.output
        assert "--trust" in refused.output
        assert run("info", path).exit_code == 0
        assert not (tmp_path / "ran").exists()
        assert not (tmp_path / "again.gif").exists()
        assert run("animate", "--from", path, "-o", "again.gif", "--trust").exit_code == 0
        assert path.read_bytes() == (tmp_path / "again.gif").read_bytes()
        (tmp_path / "again.gif").unlink()


def test_a_surface_made_in_python_can_be_told_but_not_made_again(tmp_path):
    own = optviz.Surface(name="own", fn=lambda x, y: x**2 + y**2, domain=(-1, 1, -1, 1), start=(0.5, 0.5))
    optviz.animate(own, tmp_path / "own.gif", steps=3, size=(100, 100))
    assert run("info", tmp_path / "own.gif").exit_code == 0
    with pytest.raises(RecipeError, match="made in Python"):
        optviz.remake(tmp_path / "own.gif")


def gif_with(comment, path):
    blocks = b"".join(bytes([len(part)]) + part for part in (comment[i : i + 255] for i in range(0, len(comment), 255)))
    path.write_bytes(b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0) + b"\x21\xfe" + blocks + b"\x00;")
    return path


def good():
    return json.loads(recipe_of(optviz.race("booth", ["sgd:lr=0.05"], steps=3), {"size": [100, 80]}).to_text())


@pytest.mark.parametrize(
    "change",
    [
        {"optviz": 3},
        {"format": 99},
        {"command": "rm"},
        {"surface": ["booth"]},
        {"surface": "no-such-surface"},
        {"surface": "../../etc/passwd"},
        {"runs": [["sgd:lr=0.1"]]},
        {"runs": [["sgd:lr=-1", "given"]]},
        {"runs": [["sgd:lr=0.1", "wrong"]]},
        {"runs": [["os:system:lr=1", "given"]]},
        {"runs": [["sgd:lr=0.1", "given"]] * 65},
        {"runs": []},
        {"start": [1]},
        {"start": [100.0, 0.0]},
        {"start": ["1", "2"]},
        {"steps": 10**30},
        {"steps": True},
        {"seed": -1},
        {"noise": "much"},
        {"clip": -1.0},
        {"picture": {"size": [10**9, 10**9]}},
        {"picture": {"size": "800"}},
        {"picture": {"theme": "../../etc/passwd"}},
        {"picture": {"theme": {"name": "x", "ink": 3}}},
        {"picture": {"colour": "red"}},
        {"picture": {"frames": 1e9}},
        {"more": 1},
    ],
)
def test_a_hostile_recipe_is_refused_with_a_reason(change, tmp_path):
    path = gif_with(json.dumps(good() | change).encode(), tmp_path / "film.gif")
    result = run("animate", "--from", path, "-o", tmp_path / "again.gif")
    assert result.exit_code in (1, 2), result.output
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not (tmp_path / "again.gif").exists()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello",
        b'{"optviz": ',
        b'{"optviz": "0.1.0"}',
        b'{"optviz": NaN, "format": 1}',
        b'{"optviz": ' + b"[" * 9000,
    ],
)
def test_a_damaged_recipe_is_refused_with_a_reason(text, tmp_path):
    with pytest.raises(RecipeError, match=r"film\.gif"):
        read_recipe(gif_with(text, tmp_path / "film.gif"))


def test_what_is_no_file_of_ours_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    for path in (tmp_path / "a.txt", tmp_path / "missing.gif", tmp_path):
        assert run("info", path).exit_code == 1


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_gets_past_as_anything_but_an_optviz_error(tmp_path_factory, data):
    text = bytearray(json.dumps(good()).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path = gif_with(bytes(text), tmp_path_factory.getbasetemp() / "damaged.gif")
    try:
        recipe = read_recipe(path)
    except OptvizError:
        return
    assert recipe.command == "animate"


def test_a_recipe_of_another_version_is_used_with_a_warning(tmp_path):
    path = gif_with(json.dumps(good() | {"optviz": "0.0.1"}).encode(), tmp_path / "film.gif")
    with pytest.warns(OptvizWarning, match=r"0\.0\.1"):
        optviz.remake(path)
