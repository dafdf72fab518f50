"""Gradients that are not slopes are found, and said in every command; those that are one are left in peace."""

import math
import re
import warnings

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defvjp, primitive

import optviz
from optviz.errors import OptvizWarning, SurfaceError
from optviz.slopes import gradient_fault, measure
from optviz.surface import Surface

BOX = {"domain": (-3, 3, -3, 3), "start": (2, 1.5)}


def bare(x):
    return getattr(x, "_value", x)


LOST = {
    "a list": lambda x, y: anp.sum([x**2, y**2], axis=0),
    "plain stack": lambda x, y: anp.sum(np.stack([bare(x), bare(y)]) ** 2, axis=0),
    "plain asarray": lambda x, y: np.asarray(bare(x)) ** 2 + np.asarray(bare(y)) ** 2,
    "a constant": lambda x, y: bare(x) ** 2 + 3 * bare(y) ** 2,
    "steps too fine to see": lambda x, y: anp.floor((x**2 + y**2) * 1e12) / 1e12,
}
HALF_LOST = {
    "x": ("x", lambda x, y: bare(x) ** 2 + y**2),
    "y": ("y", lambda x, y: x**2 + np.clip(bare(y), -2, 2) ** 2),
}
WRONG = {
    "one factor": lambda x, y: x * bare(x) + y**2,
    "one term": lambda x, y: x**2 + y**2 + 0.2 * np.sin(bare(x)) * y,
    "one region": lambda x, y: anp.where(x > 1.5, bare(x) ** 2, x**2) + y**2,
}


@pytest.mark.parametrize("fn", LOST.values(), ids=LOST)
@pytest.mark.parametrize("scale", [1e-9, 1, 1e9])
def test_a_lost_gradient_is_an_error(fn, scale):
    surface = Surface(name="mine", fn=lambda x, y: scale * fn(x, y), **BOX)
    with pytest.raises(SurfaceError, match=r"its gradient is lost: autograd finds 0 along x and y, .* autograd\.numpy"):
        optviz.race(surface, ["sgd:lr=0.1"], steps=5)


@pytest.mark.parametrize(("axis", "fn"), HALF_LOST.values(), ids=HALF_LOST)
@pytest.mark.parametrize("extent", [1e-9, 1e-3, 1, 1e6])
def test_a_gradient_lost_along_one_axis_is_an_error(axis, fn, extent):
    surface = Surface(
        name="mine",
        fn=lambda x, y: fn(x / extent, y),
        domain=(-3 * extent, 3 * extent, -3, 3),
        start=(2 * extent, 1.5),
    )
    with pytest.raises(SurfaceError, match=f"its gradient is lost: autograd finds 0 along {axis}, where"):
        optviz.race(surface, ["sgd:lr=0.1"], steps=5)


@pytest.mark.parametrize("fn", WRONG.values(), ids=WRONG)
def test_a_gradient_that_is_not_the_slope_is_told(fn):
    """And the figures in the note are those of the function: differences by hand give them."""
    surface = Surface(name="mine", fn=fn, **BOX)
    with pytest.warns(OptvizWarning, match="the gradient of mine is not its slope") as told:
        optviz.race(surface, ["sgd:lr=0.001"], steps=5)
    number = r"([-\d.e]+)"
    found = re.search(
        rf"at \({number}, {number}\) autograd finds {number} along (.), differences {number}\.", str(told[0].message)
    )
    x, y, _, axis, slope = (each if each in "xy" else float(each) for each in found.groups())
    step = np.array([1e-5, 0] if axis == "x" else [0, 1e-5])
    ends = surface(np.array([x, y]) + np.stack([step, -step]))
    assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(slope, rel=0.01, abs=0.01)


BROKEN = {
    "where": (lambda x, y: anp.where(x >= 0, x, anp.sqrt(-x)) + y**2, {}),
    "where, a power": (lambda x, y: anp.where(x > -1, x**2, (-1 - x) ** 0.5) + y**2, {}),
    "a norm": (lambda x, y: anp.sqrt((x - 2) ** 2 + (y - 1.5) ** 2), {}),
    "a norm at its minimum": (lambda x, y: anp.sqrt(x**2 + y**2), {"minima": ((0, 0),)}),
    "a power": (lambda x, y: (x**2) ** 0.5 + y**2, {"start": (0, 1)}),
}


@pytest.mark.parametrize(("fn", "more"), BROKEN.values(), ids=BROKEN)
def test_a_gradient_that_is_not_finite_where_the_value_is_is_told(fn, more):
    surface = Surface(name="mine", fn=fn, **BOX | more)
    with pytest.warns(OptvizWarning, match=r"the gradient of mine is not finite at .* where f = .*np\.where"):
        optviz.race(surface, ["sgd:lr=0.1"], steps=5)


def test_a_gradient_of_what_is_rounded_is_told():
    """Between whole numbers f is flat, while autograd passes through astype as if it did nothing."""
    stairs = Surface(name="stairs", fn=lambda x, y: x.astype(int) ** 2 + y**2, **BOX)
    with pytest.warns(OptvizWarning, match=r"autograd finds 4 along x, differences 0\. What is rounded"):
        optviz.race(stairs, ["sgd:lr=0.01"], start=(2.3, 1), steps=5)


def test_a_run_that_ends_where_the_gradient_breaks_is_told():
    """From (3, 0) SGD leaps by its rate times a slope of 1: with rate 1 it hits 0, with rate 2 never."""
    cone = Surface(name="cone", fn=lambda x, y: anp.sqrt(x**2 + y**2), domain=(-4, 4, -4, 4), start=(3, 0))
    with pytest.warns(OptvizWarning, match=r"not finite at \(0, 0\), where f = 0, and ends sgd at step 4"):
        optviz.race(cone, ["sgd:lr=1"], steps=9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optviz.race(cone, ["sgd:lr=2"], steps=9)


def test_a_step_that_is_not_finite_is_told(folder):
    """Of booth's gradient at (0, 0), (−34, −38) by its formula, an optimizer makes NaN."""
    (folder / "mine.py").write_text(
        "from dataclasses import dataclass\nfrom optviz.optimizer import Optimizer\n"
        "@dataclass(frozen=True, kw_only=True)\nclass Mine(Optimizer):\n    name = title = 'mine'\n"
        "    def init(self, params): return 0\n"
        "    def update(self, gradient, state, params):\n"
        "        return gradient * (0 if state < 2 else float('nan')), state + 1\n"
    )
    with pytest.warns(OptvizWarning, match=r"mine takes a step that is not finite at \(0, 0\), .* is \(-34, -38\)"):
        optviz.race("booth", ["./mine.py:lr=0.1", "sgd:lr=0.01"], start=(0, 0), steps=5)


def test_a_run_that_merely_diverges_is_not_blamed_on_the_gradient():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        race = optviz.race("booth", ["sgd:lr=10"], steps=400)
    assert race.diverged_at[0]


@primitive
def _steep(x):
    return np.sin(1e6 * x) / 1e6


defvjp(_steep, lambda ans, x: lambda g: g * np.cos(1e6 * x))

SOUND = {
    "kinks": lambda x, y: anp.abs(x) + anp.maximum(y, 0) + anp.abs(x - y),
    "a lattice of kinks": lambda x, y: anp.abs(anp.sin(40 * x)) + anp.abs(anp.cos(40 * y)),
    "stairs": lambda x, y: anp.floor(5 * x) + anp.floor(5 * y),
    "stairs on a slope": lambda x, y: anp.floor(5 * x) + y**2 + x,
    "sign": lambda x, y: anp.sign(x) * x**2 + y,
    "a jump": lambda x, y: anp.where(x > 0.3, x**2 + 7, x) + y**2,
    "rounded to float32": lambda x, y: (x**2 + anp.sin(3 * y)).astype(np.float32).astype(float),
    "rounded far from 0": lambda x, y: 1e12 + x**2 + y**2,
    "cancelling": lambda x, y: ((x + 1e8) - 1e8) ** 2 + y**2,
    "ripples on a slope": lambda x, y: x + 1e-3 * anp.sin(1e5 * x) + y**2,
    "fine ripples": lambda x, y: _steep(x) + x + y**2,
    "steep": lambda x, y: anp.exp(x**2) + anp.exp(10 * y),
    "beyond steep": lambda x, y: anp.exp(75 * x**2) + y**2,
    "flat": lambda x, y: anp.exp(-100 * (x**2 + y**2)),
    "needle": lambda x, y: -anp.maximum(0, 0.01 - (x - 2) ** 2 - (y - 1.5) ** 2),
    "random": lambda x, y: x**2 + y**2 + 1e-3 * np.random.default_rng().normal(size=bare(x).shape),
    "a half plane": lambda x, y: anp.log(x) + y**2,
    "poles": lambda x, y: 1 / x + anp.tan(y),
    "a fractal": lambda x, y: sum(0.5**n * anp.cos(math.pi * 13**n * x) for n in range(8)) + y**2,
    "whole numbers": lambda x, y: np.floor(bare(x)).astype(int) + np.floor(bare(y)).astype(int),
    "nearly nothing": lambda x, y: 1e-310 * (x**2 + y**2),
    "nothing far off": lambda x, y: anp.exp(-80 * (x**2 + y**2)),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("fn", SOUND.values(), ids=SOUND)
@pytest.mark.parametrize(("a", "b"), [(1, 1), (1e-9, 1), (1e9, 1), (1, 1e-6), (1, 1e6)])
def test_no_alarm_where_the_gradient_is_as_right_as_can_be(fn, a, b):
    surface = Surface(name="mine", fn=lambda x, y: a * fn(x / b, y), domain=(-3 * b, 3 * b, -3, 3), start=(2 * b, 1.5))
    assert gradient_fault(surface, (surface.start,)) is None


def test_no_alarm_far_from_zero():
    for shift in (1e3, 1e6, 1e9, 1e12):
        bowl = Surface(
            name="far",
            fn=lambda x, y, shift=shift: (x - shift) ** 2 + anp.cos(y),
            domain=(shift - 1, shift + 1, -3, 3),
            start=(shift + 0.5, 1),
        )
        assert gradient_fault(bowl, (bowl.start,)) is None


def test_data_are_sampled_and_a_loss_of_samples_is_judged_the_same():
    column = np.linspace(-1, 1, 100_000)
    common = {"data": (column, 0.5 + 2 * column), "batch_size": 8, **BOX}
    good = Surface(name="fit", fn=lambda a, b, x, y: (a + b * x - y) ** 2, **common)
    assert gradient_fault(good, (good.start,)) is None
    bad = Surface(name="fit", fn=lambda a, b, x, y: (bare(a) + bare(b) * x - y) ** 2, **common)
    with pytest.raises(SurfaceError, match="its gradient is lost"):
        gradient_fault(bad, (bad.start,))


def test_differences_are_those_of_the_closed_form():
    surface = Surface(name="mine", fn=lambda x, y: anp.exp(x) * anp.sin(y), **BOX)
    x, y = np.random.default_rng(3).uniform(-2, 2, (2, 50))
    seen = measure(surface, np.stack([x, y], axis=-1))
    slopes = np.stack([np.exp(x) * np.sin(y), np.exp(x) * np.cos(y)], axis=-1)
    known = np.isfinite(seen.slopes)
    assert known.mean() > 0.9
    np.testing.assert_allclose(seen.slopes[known], slopes[known], rtol=1e-3)


MIXING = {
    "a mean": lambda x, y: (x - 0.1 * np.mean(bare(x))) ** 2 + y**2,
    "the first": lambda x, y: x**2 + y**2 + bare(x).ravel()[0],
    "the largest": lambda x, y: x**2 + y**2 / np.max(np.abs(bare(x))),
    "ranks": lambda x, y: x**2 + y**2 + np.argsort(bare(x), axis=0),
    "a number of points": lambda x, y: x**2 + y**2 * np.size(bare(x)),
}


@pytest.mark.parametrize("fn", MIXING.values(), ids=MIXING)
def test_a_function_that_mixes_points_is_an_error(fn):
    surface = Surface(name="mine", fn=fn, **BOX)
    with pytest.raises(SurfaceError, match=r"fn must be elementwise: at .* it is .* among other points"):
        optviz.race(surface, ["sgd:lr=0.01"], steps=5)


def test_a_function_with_other_values_each_time_is_told():
    random = np.random.default_rng(5)
    noisy = Surface(name="noisy", fn=lambda x, y: x**2 + y**2 + random.normal(size=bare(x).shape), **BOX)
    with pytest.warns(OptvizWarning, match="fn of noisy has other values each time"):
        optviz.race(noisy, ["sgd:lr=0.01"], steps=5)


# In every command

SMALL = ["--size", "100x80", "--frames", "3", "--steps", "8"]
COMMANDS = {
    "animate": ["animate", *SMALL, "-o", "a.gif"],
    "page": ["animate", *SMALL, "-o", "a.html"],
    "plot": ["plot", "--size", "100x80", "--steps", "8", "-o", "a.png"],
    "compare": ["compare", "--steps", "8", "--json"],
    "rates": ["list", "rates", "--steps", "8"],
}
HEAD = "import numpy\nimport autograd.numpy as np\nfrom optviz import Surface\n"


def file_of(body):
    return f"{HEAD}SURFACE = Surface(name='mine', fn=lambda x, y: {body}, domain=(-3, 3, -3, 3), start=(2, 0.5))\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_lost_gradient_is_refused_in_every_command(refuse, folder, command):
    (folder / "mine.py").write_text(file_of("np.sum([x**2, y**2], axis=0)"))
    assert "its gradient is lost" in refuse(1, *COMMANDS[command], "--surface", "./mine.py")


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("np.where(x >= 0, x, np.sqrt(-x)) + y**2", "the gradient of mine is not finite at (2, 0.5)"),
        ("np.where(x > 0, getattr(x, '_value', x) ** 2, x**2) + y**2", "the gradient of mine is not its slope"),
    ],
)
def test_a_wrong_gradient_is_noted_in_every_command(spawn, folder, command, body, words):
    (folder / "mine.py").write_text(file_of(body))
    process = spawn(*COMMANDS[command], "--surface", "./mine.py", "-O", "sgd")
    _, notes = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"note: {words}" in notes.decode()
    assert notes.decode().count(words) == 1


@pytest.mark.parametrize("call", [optviz.race, optviz.animate, optviz.plot, optviz.compare, optviz.choose_rates])
def test_from_python_too(call):
    bowl = Surface(name="bowl", fn=lambda x, y: anp.sum([x**2, y**2], axis=0), **BOX)
    with pytest.raises(SurfaceError, match="its gradient is lost"):
        call(bowl)


@pytest.mark.parametrize("call", [optviz.race, optviz.animate, optviz.plot, optviz.compare, optviz.choose_rates])
def test_the_note_stands_at_the_line_that_called(call):
    half = Surface(name="half", fn=lambda x, y: x * bare(x) + y**2, **BOX)
    with pytest.warns(OptvizWarning, match="the gradient of half is not its slope") as told:
        call(half)
    assert {each.filename for each in told} == {__file__}


@pytest.mark.slow
def test_a_recipe_made_again_says_it_again(run, spawn, folder):
    (folder / "mine.py").write_text(file_of("np.where(x >= 0, x, np.sqrt(-x)) + y**2"))
    line = ["animate", *SMALL, "-o", "a.gif", "--surface", "./mine.py", "-O", "sgd:lr=0.1"]
    assert spawn(*line, "--quiet").communicate(timeout=60)[1] == b""
    _, notes = spawn("animate", "--from", "a.gif", "--trust", "-o", "b.gif").communicate(timeout=60)
    assert b"the gradient of mine is not finite" in notes
