"""What Python hands over: taken where it means one thing only, and then as if given plainly; else refused.

The right values are those of the plain call: what means the same must give the same bytes and the same recipe.
"""

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import optviz
from optviz.bounds import number_of, whole_of
from optviz.errors import ArgumentError, CallError, OptvizError
from optviz.schedules import Cosine
from tests import fuzz_python

SMALL = {"size": (64, 64), "frames": 2, "lr": 0.01, "steps": 5}
PLAIN = {"surface": "booth", "optimizers": ["sgd:lr=0.05"], "steps": 5, "seed": 3}
BOWL = {"name": "bowl", "fn": lambda x, y: x**2 + y**2, "domain": (-1, 1, -1, 1), "start": (0.5, 0.5)}


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": np.int64(5)},
        {"steps": np.array(5)},
        {"steps": 5.0},
        {"steps": Decimal(5)},
        {"steps": Fraction(10, 2)},
        {"seed": np.uint8(3)},
        {"noise": None},
        {"optimizers": "sgd:lr=0.05"},
        {"optimizers": np.array(["sgd:lr=0.05"])},
        {"optimizers": (each for each in ["sgd:lr=0.05"])},
        {"optimizers": optviz.SGD(lr=np.float64(0.05))},
        {"optimizers": optviz.SGD, "lr": Decimal("0.05")},
        {"optimizers": [optviz.SGD(lr="auto")], "lr": np.float64(0.05)},
        {"surface": optviz.Surface, "refused": True},
        {"steps": True, "refused": True},
        {"steps": 5.5, "refused": True},
        {"steps": "5", "refused": True},
        {"seed": np.bool_(True), "refused": True},
        {"optimizers": {"sgd"}, "refused": True},
        {"optimizers": b"sgd", "refused": True},
        {"lr": "cosine(20)", "refused": True},
        {"lr": Cosine(20), "refused": True},
        {"start": {1, 2}, "refused": True},
        {"tune_for": "pictures", "refused": True},
    ],
    ids=lambda kinds: re.sub(r" at 0x\w+", "", str(kinds)),  # the same in every process
)
def test_a_race_of_what_means_the_same_is_the_same(changes):
    if changes.pop("refused", False):
        with pytest.raises(ArgumentError):
            optviz.race(**PLAIN | changes)
        return
    found, plain = optviz.race(**PLAIN | changes), optviz.race(**PLAIN)
    np.testing.assert_array_equal(found.points, plain.points)
    assert found.problem.conditions() == plain.problem.conditions()
    assert type(found.problem.steps) is type(found.problem.seed) is int
    assert json.dumps(found.runs[0].hyperparameters["lr"]) == "0.05"


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ({"size": np.array([320, 240])}, {"size": (320, 240)}),
        ({"size": "320x240"}, {"size": (320, 240)}),
        ({"size": [320.0, 240.0]}, {"size": (320, 240)}),
        ({"fps": np.float32(20)}, {"fps": 20.0}),
        ({"fps": np.int32(20)}, {"fps": 20}),
        ({"fps": Fraction(41, 2)}, {"fps": 20.5}),
        ({"frames": 7.0}, {"frames": 7}),
        ({"show": "vectors"}, {"show": ("vectors",)}),
        ({"curves": "loss, step"}, {"curves": ("loss", "step")}),
        ({"curves": np.array(["loss"])}, {"curves": ("loss",)}),
        ({"transparent": np.bool_(True)}, {"transparent": True}),
        ({"view_box": np.array([0, 1, 0, 1.0])}, {"view_box": (0.0, 1.0, 0.0, 1.0)}),
        ({"view_box": range(4)}, {"view_box": (0, 1, 2, 3)}),
        ({"view_box": ((0, 1), (2, 3))}, {"view_box": (0, 1, 2, 3)}),
        ({"title": np.str_("Mine"), "layout": np.str_("panels")}, {"title": "Mine", "layout": "panels"}),
        ({"hold": None, "curves": None, "theme": None, "view": None}, {}),
    ],
    ids=str,
)
def test_a_picture_of_what_means_the_same_has_the_same_recipe(odd, plain):
    found, wanted = optviz.Picture(**odd), optviz.Picture(**plain)
    assert found == wanted
    assert repr(found) == repr(wanted)
    assert json.dumps(found.as_data()) == json.dumps(wanted.as_data())


def test_a_schedule_is_taken_as_text_or_class():
    assert optviz.Adam(schedule="cosine(200)") == optviz.Adam(schedule=Cosine(200))
    with pytest.raises(ArgumentError, match="steps"):
        optviz.Adam(schedule=Cosine)


def test_a_surface_keeps_arrays_as_plain_numbers():
    found = optviz.Surface(**BOWL | {"domain": np.array([-1.0, 1, -1, 1]), "minima": np.array([[0, 0.0]])})
    assert (found.domain, found.minima) == ((-1.0, 1.0, -1.0, 1.0), ((0.0, 0.0),))
    assert all(type(each) is float for each in found.domain)
    pairs = optviz.Surface(**BOWL | {"domain": [(-1, 1), (-2, 2)], "view": np.array([[-1, 1], [-2, 2]])})
    assert pairs.domain == pairs.view == (-1, 1, -2, 2)


def test_a_list_in_the_second_place_are_optimizers(tmp_path):
    film = optviz.animate("booth", ["adam"], **SMALL).film
    assert [runner.title for runner in film.scene.cast] == ["Adam"]
    assert optviz.plot("booth", ("adam", "sgd"), **SMALL).steps == (5,)
    with pytest.raises(ArgumentError, match="say optimizers='adam'"):
        optviz.animate("booth", "adam", **SMALL)
    with pytest.raises(ArgumentError, match="given twice"):
        optviz.animate("booth", ["adam"], optimizers=["sgd"], **SMALL)
    assert optviz.animate("booth", tmp_path / "adam.gif", optimizers="adam", **SMALL)
    assert (tmp_path / "adam.gif").is_file()


def test_a_comparison_takes_one_start_and_one_seed():
    plain = optviz.compare("booth", "sgd:lr=0.05", starts=[(1, 1)], seeds=[4], steps=5)
    found = optviz.compare("booth", "sgd:lr=0.05", start=(1, 1), seed=np.int64(4), steps=5)
    assert found.to_json() == plain.to_json()
    with pytest.raises(ArgumentError, match="mean the same"):
        optviz.compare("booth", start=(1, 1), starts=[(1, 1)], steps=5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: optviz.race("booth", stpes=5), "no argument of race is called 'stpes'. Did you mean 'steps'?"),
        (
            lambda: optviz.animate("booth", curvs="loss"),
            "called 'curvs'. Did you mean 'curves'",
        ),
        (lambda: optviz.plot("booth", thme="dark"), "of plot is called 'thme'. Did you mean 'theme'"),
        (lambda: optviz.compare("booth", clp=1), "of compare is called 'clp'. Did you mean 'clip'"),
        (lambda: optviz.Adam(bet1=0.9), "no argument of Adam is called 'bet1'. Did you mean 'beta1'"),
        (lambda: optviz.Adam(label="mine"), "a label goes into a spec, as in 'adam:lr=0.1,label=Mine'"),
        (Cosine, "missing a required argument: 'steps'"),
        (lambda: optviz.Surface(name="a"), "missing a required argument"),
        (lambda: optviz.train("moons", optviz.perceptron(2, 2), epoch=3), "'epoch'. Did you mean 'epochs'"),
        (lambda: optviz.perceptron(2, 2, (3,), "relu"), "too many positional arguments"),
        (lambda: optviz.load_data("digits", fodler="."), "Did you mean 'folder'"),
    ],
)
def test_a_call_that_does_not_fit_is_answered_with_the_nearest_name(call, words):
    with pytest.raises(CallError) as caught:
        call()
    assert words in str(caught.value)


def test_what_a_race_is_run_by_is_too_late_for_one_that_has_been():
    with pytest.raises(ArgumentError, match="has been run already"):
        optviz.animate(optviz.race(**PLAIN), steps=3)


@pytest.mark.parametrize(
    ("value", "number", "whole"),
    [
        (np.float32(0.5), 0.5, None),
        (np.longdouble(2), 2.0, 2),
        (np.array(7), 7, 7),
        (np.array(0.5), 0.5, None),
        (np.array(2.0, np.float32), 2.0, 2),
        (np.int64(2**60 + 1), float(2**60), 2**60 + 1),
        (Decimal("0.1"), 0.1, None),
        (Fraction(1, 4), 0.25, None),
        (Decimal("sNaN"), None, None),
        (Fraction(10**400), None, None),
        (True, None, None),
        (np.bool_(True), None, None),
        (1j, None, None),
        ("3", None, None),
        (np.array([3]), None, None),
        (np.datetime64("2020-01-01"), None, None),
        (fuzz_python.Hostile(), None, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_of_any_make_become_plain(value, number, whole):
    for found, wanted in ((number_of(value), number), (whole_of(value), whole)):
        assert found == wanted
        assert type(found) is type(wanted)


def test_paths_are_texts_paths_or_bytes_and_nothing_else(tmp_path):
    race = optviz.race(**PLAIN)
    for path in (tmp_path / "a.npz", str(tmp_path / "a.npz"), str(tmp_path / "a.npz").encode()):
        race.save(path)
        np.testing.assert_array_equal(optviz.load_race(path).points, race.points)
    for wrong in (3, "", "a\0.npz", "\ud800.npz", None, ["a.npz"], Path):
        with pytest.raises(ArgumentError, match="path must be the path of a file"):
            race.save(wrong)


@pytest.mark.parametrize("name", fuzz_python.TARGETS)
def test_odd_calls_do_as_they_are_asked_or_are_refused(name):
    assert fuzz_python.run(25, 1, [name]) == []


def test_what_is_no_refusal_is_found(monkeypatch):
    """The generator can fail: a target that raises something else is told of, with what makes it again."""
    monkeypatch.setitem(fuzz_python.TARGETS, "broken", (lambda value: 1 / 0, dict, []))
    [told] = fuzz_python.run(1, 0, ["broken"])
    assert "broken(value=" in told
    assert "ZeroDivisionError" in told
    assert issubclass(CallError, OptvizError)
