"""Every field of a recipe is checked where it is read: whatever stands there, the error names it and what is allowed;
and nobody's file is run or read by any spelling unless its reader is trusted.
"""

import copy
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import optviz
from optviz.errors import OptvizError
from optviz.ingredients import check_recipe
from optviz.recipe import RecipeError, parse_recipe, read_recipe
from tests.fuzz_files import HOSTILE

GALLERY = Path(__file__).parents[1] / "gallery"
RACE = {
    "optviz": optviz.__version__,
    "format": 1,
    "command": "animate",
    "surface": "booth",
    "runs": [["sgd:lr=0.05", "given"]],
    "start": [5.0, -8.0],
    "steps": 3,
    "seed": 0,
    "noise": 0.0,
    "clip": None,
    "batch_size": None,
    "picture": {
        "size": [100, 80],
        "theme": "light",
        "title": None,
        "view": "contour",
        "camera": "fixed",
        "elevation": 45.0,
        "azimuth": -105.0,
        "layout": "overlay",
        "curves": ["loss"],
        "show": [],
        "seeds": 4,
        "view_box": [-10.0, 10.0, -10.0, 10.0],
        "frames": 3,
        "fps": 30.0,
        "hold": 1.5,
        "transparent": False,
    },
}
TRAINED = {
    **RACE,
    "command": "train",
    "surface": None,
    "runs": [["sgd:lr=0.1", "given"]],
    "start": [],
    "batch_size": 32,
    "picture": {"size": [160, 120], "frames": 3},
    "training": {
        "data": "moons:samples=100",
        "samples": "0",
        "network": {"hidden": [4], "kind": "relu", "batchnorm": False, "dropout": 0.0, "start": "he"},
        "epochs": 1,
        "l1": 0.0,
        "l2": 0.0,
        "augment": [],
        "ensemble": 1,
        "seeds": [0],
        "patience": None,
        "dtype": "float32",
        "snapshots": 0,
        "show": ["curves"],
        "plane": "pca",
    },
}
"""By hand, from the documented format."""


def gif(path, text):
    text = text if isinstance(text, str) else json.dumps(text)
    parts = [text.encode()[at : at + 255] for at in range(0, len(text), 255)]
    comment = b"".join(bytes([len(part)]) + part for part in parts)
    path.write_bytes(b"GIF89a\x01\x00\x01\x00\x00\x00\x00\x21\xfe" + comment + b"\x00;")
    return path


def places(data, before=()):
    """All places in plain data."""
    if before:
        yield before
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from places(data[key], (*before, key))


def put(data, place, value):
    changed = copy.deepcopy(data)
    inside = changed
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    return changed


ALL = [(recipe, place) for recipe in (RACE, TRAINED) for place in places(recipe)]


def called(place):
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).lstrip(".")


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "place"), ALL, ids=[f"{r['command']}-{called(place)}" for r, place in ALL])
def test_every_value_in_every_field_is_taken_or_refused_by_the_fields_name(recipe, place):
    for value in HOSTILE:
        changed = put(recipe, place, value)
        try:
            found = parse_recipe(json.dumps(changed))
        except RecipeError as error:
            told = str(error)
            assert told.startswith("the recipe is damaged: ")
            assert any(word in told for word in (place[0], "command", "digits", "finite"))
            assert len(told) < 1500
            assert told.isprintable() or "\n  " in told
        else:
            assert json.loads(found.to_text())[place[0]] == changed[place[0]]


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "place"), ALL, ids=[f"{r['command']}-{called(place)}" for r, place in ALL])
def test_no_hostile_field_makes_a_traceback(run, folder, recipe, place):
    for value in HOSTILE[:: 1 if len(place) == 1 else 3]:
        path = gif(folder / "a.gif", put(recipe, place, value))
        for line in (["info", path], ["info", path, "--json"], ["slides", "--snippet", "html", path]):
            assert run(*line).exit_code in (0, 1)
        again = run("plot", "--from", path, "--at", "end", "--quiet", "-o", "b.png")
        assert again.exit_code in (0, 1), again.stderr
        assert (folder / "b.png").exists() is (again.exit_code == 0)
        (folder / "b.png").unlink(missing_ok=True)


def test_what_is_missing_or_too_much(run, folder):
    for recipe in (RACE, TRAINED):
        for key in recipe:
            rest = {name: value for name, value in recipe.items() if name != key}
            if key == "picture":
                assert parse_recipe(json.dumps(rest)).picture == {}
                continue
            with pytest.raises(RecipeError, match=f"{key} is missing|command|surface|start"):
                parse_recipe(json.dumps(rest))
        with pytest.raises(RecipeError, match="extra is not known to this version"):
            parse_recipe(json.dumps(recipe | {"extra": 1}))
        for data in (5, [], "text", None, [recipe]):
            with pytest.raises(ValueError, match="must be a table"):
                check_recipe(data)
    with pytest.raises(RecipeError, match="its format is 99; this version knows 1"):
        parse_recipe(json.dumps(RACE | {"format": 99}))


def test_of_pictures_of_later_versions_one_can_tell_but_not_make(run, folder):
    later = RACE | {"picture": RACE["picture"] | {"sound": "loud"}}
    path = gif(folder / "a.gif", later)
    assert "sound" in run("info", path).stdout
    refused = run("plot", "--from", path, "-o", "b.png")
    assert refused.exit_code == 1
    assert "sound" in refused.stderr


def test_a_recipe_made_in_python_is_checked_too():
    recipe = parse_recipe(json.dumps(RACE))
    for change in ({"steps": "3"}, {"noise": math.nan}, {"runs": ()}, {"surface": object()}, {"picture": {"hold": []}}):
        for make in (optviz.remake, optviz.plotting.replot):
            with pytest.raises(OptvizError):
                make(replace(recipe, **change))


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.gif")), ids=lambda path: path.stem)
def test_recipes_that_were_written_before_are_read_as_they_are(path):
    recipe = read_recipe(path)
    assert parse_recipe(recipe.to_text()) == recipe


# Trust

SPACES = ["", " ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "\x1c"]
MARKED = """
from pathlib import Path
from optviz import SGD, Surface

Path({marker!r}).touch()
SURFACE = Surface(name="mine", fn=lambda x, y: x**2 + y**2, domain=(-9, 9, -9, 9), start=(1, 1))
class Mine(SGD):
    name, title = "mine", "Mine"
"""


@pytest.fixture
def mine(folder, monkeypatch):
    """A folder with files whose reading leaves a mark."""
    marker = folder / "ran"
    source = MARKED.format(marker=str(marker))
    (folder / "below").mkdir()
    for name in ("mine.py", "below/mine.py", "MINE.PY", "mine"):
        (folder / name).write_text(source)
    for name in ("mine.npz", "MINE.NPZ", "below/mine.npz"):
        with (folder / name).open("wb") as file:  # else numpy adds a suffix
            np.savez(file, X=np.arange(40.0).reshape(20, 2), y=np.arange(20) % 2)
    monkeypatch.syspath_prepend(str(folder))
    return marker


SPELLINGS = {
    "surface": [
        *("mine.py", "./mine.py", "below/../mine.py", "mine.py:SURFACE", "MINE.PY", "mine:SURFACE", "below/mine.py"),
        *("mine.PY", "file://mine.py", "~/mine.py", "mine.py:", ":mine.py", "mine.py:a:b"),
    ],
    "runs": [
        *("mine.py:Mine:lr=1", "./mine.py:lr=1", "mine:Mine:lr=1", "below/mine.py:Mine:lr=0.1", "mine.py", "mine:Mine"),
        *("MINE.PY:lr=1", "mine.py:Mine :lr=1", "mine : Mine:lr=1", "optviz:SGD:lr=1"),
    ],
    "data": [
        "mine.npz",
        "./mine.npz",
        "MINE.NPZ",
        "mine.NpZ",
        "below/mine.npz",
        "below/../mine.npz",
        "mine.npz:x=1",
        "./below",
        "below/",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "written"), [(kind, each) for kind, spellings in SPELLINGS.items() for each in spellings]
)
def test_no_spelling_runs_or_reads_a_file_without_trust(run, folder, mine, monkeypatch, kind, written):
    read = []
    monkeypatch.setattr("optviz.nets.datasets.read_own", read.append)
    for before in SPACES:
        for after in SPACES:
            ref = f"{before}{written}{after}"
            if kind == "surface":
                recipe = RACE | {"surface": ref}
            elif kind == "runs":
                recipe = RACE | {"runs": [[ref, "given"]]}
            else:
                recipe = put(TRAINED, ("training", "data"), ref)
            path = gif(folder / "a.gif", recipe)
            refused = run("plot", "--from", path, "-o", "b.png")
            assert refused.exit_code == 1, refused.stderr
            assert not mine.exists()
            assert not read
            assert run("info", path).exit_code in (0, 1)
            assert run("slides", "--snippet", "html", path).exit_code in (0, 1)
            assert not mine.exists()
            assert not read


@pytest.mark.parametrize("written", ["mine.npz", " mine.npz ", "MINE.NPZ\n", "./mine.npz"])
def test_a_file_of_data_is_told_and_read_once_trusted(run, folder, mine, written):
    recipe = put(TRAINED, ("training", "data"), written)
    recipe["batch_size"] = 4
    path = gif(folder / "a.gif", recipe)
    refused = run("plot", "--from", path, "-o", "b.png")
    assert "the recipe would run" in refused.stderr
    assert "--trust" in refused.stderr
    trusted = run("plot", "--from", path, "--trust", "-o", "b.png")
    assert trusted.exit_code == 1
    assert "its samples, or their parts, are others" in trusted.stderr
