"""Rules and formulas as people read them: each is worked out from its words, and must be what the code does.

A small reader makes Python of them. What it reads: names of one letter, with an index or a hat; products without a
sign; roots, powers, bars, and brackets for whole numbers.
"""

import math
import re
import unicodedata

import numpy as np
import pytest

from optviz.nets.activations import ACTIVATIONS
from optviz.nets.initializers import INITIALIZERS
from optviz.optimizer import OPTIMIZERS
from optviz.schedules import SCHEDULES

FUNCTIONS = {
    "max": np.maximum,
    "sign": np.sign,
    "tanh": np.tanh,
    "log": np.log,
    "cos": np.cos,
    "root": np.sqrt,
    "size": np.abs,
    "whole": np.floor,
}
WORDS = "lr|eps|factor|floor|scale|warmup|every|inputs|outputs|deviates|rise|steps"
TOKEN = re.compile(rf"\s*({WORDS}|{'|'.join(FUNCTIONS)}|\d+\.?\d*|[a-zA-Zα-ω]\u0302?[₁₂]?|.)")
POWERS = {"²": "**2", "³": "**3", "ˣ": "**x", "⁻ˣ": "**(-x)"}
SIGNS = {"−": "-", "·": "*", "^": "**", "⌊": "whole(", "⌋": ")"}


def python(formula):
    """A formula as an expression of Python."""
    text = unicodedata.normalize("NFD", formula).replace("⁻ˣ", "⁻").replace("⁻", "\x00")
    text = re.sub(r"\|([^|]+)\|", r"size(\1)", text)
    text = re.sub(r"√(?!\()(\w\u0302?)", r"root(\1)", text).replace("√", "root")
    text = re.sub(r"(tanh|cos) ([a-zA-Zα-ω]+)", r"\1(\2)", text)
    said, open_end = "", False  # whether what was said ends as a factor does
    for token in TOKEN.findall(text):
        name = re.fullmatch(r"([a-zA-Zα-ω]+)(\u0302?)([₁₂]?)", token)
        factor = name or token[0].isdecimal() or token in "(½⌊"
        if factor and open_end:
            said += "*"
        if name:
            said += name[1] + ("_hat" if name[2] else "") + {"₁": "1", "₂": "2"}.get(name[3], "")
        else:
            said += {"½": "0.5", "\x00": POWERS["⁻ˣ"], **SIGNS, **POWERS}.get(token, token)
        power = token in POWERS or token == "\x00"
        open_end = power or token in ")⌋½" or bool(factor and token not in FUNCTIONS and token not in "(⌊")
    return said


class Names(dict):
    """What a rule's names stand for; a hat takes away the bias of a moment that began at 0."""

    def __missing__(self, name):
        if not name.endswith("_hat"):
            raise KeyError(name)
        rate = self["β1"] if name == "m_hat" else self["β2"]
        return self[name.removesuffix("_hat")] / (1 - rate ** self["t"])


def worked_out(formula, **names):
    return eval(python(formula), {"__builtins__": {}}, Names(FUNCTIONS | {"e": math.e, "π": math.pi} | names))


@pytest.mark.parametrize(("formula", "value"), [
    ("2x² + ½(x − 1)·y", 36.5), ("√(xy)/√x", math.sqrt(3)), ("|−x|^2 − ⌊x/3⌋e⁻ˣ", 16 - math.exp(-4)), ("β₁x + m̂", 8),
    ("tanh x·cos πy", -math.tanh(4)),
])  # fmt: skip
def test_the_reader_reads_as_people_do(formula, value):
    assert worked_out(formula, x=4, y=3, β1=0.5, m=3.0, t=1) == pytest.approx(value)


# Optimizers

GREEK = {
    "beta1": "β1", "beta2": "β2", "rho": "ρ", "momentum": "μ", "nu": "ν", "beta": "β", "weight_decay": "λ",
}  # fmt: skip
MOMENTS = "m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; "
STORIES = ("nadam", "radam")  # too long for a reader; `test_optimizers` has their docstrings' rules, word for word
CHANGED = {"rho": 0.8, "beta1": 0.7, "beta2": 0.95, "momentum": 0.6, "nu": 0.4, "beta": 0.8, "eps": 1e-3}


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name not in STORIES])
def test_the_rule_of_an_optimizer_is_what_it_does(name):
    kind = OPTIMIZERS[name]
    known = kind().hyperparameters()
    chosen = {field: value for field, value in {**CHANGED, "weight_decay": 0.3}.items() if field in known}
    optimizer = kind(lr=0.1, **chosen)
    start = 1e-6 if name == "yogi" else 0.0  # as its docstring says
    names = Names(FUNCTIONS) | {letter: np.full(3, start) for letter in "vmuwG"}
    names = Names(names | {GREEK.get(field, field): value for field, value in chosen.items()} | {"lr": 0.1})
    rule = re.sub(r"Adam's [^;]*; ", MOMENTS, kind.rule)
    x = np.array([1.0, -2.0, 0.5])
    state, names["x"] = optimizer.init(x), x
    for t, gradient in enumerate(np.random.default_rng(0).normal(size=(12, 3)), start=1):
        names |= {"g": gradient, "t": t}
        for sentence in rule.split(";"):
            left, right = re.split("[←=]", sentence)
            names[left.strip()] = eval(python(right.strip()), {"__builtins__": {}}, names)
        step, state = optimizer.update(gradient, state, x)
        x = x + step
        np.testing.assert_allclose(names["x"], x, rtol=1e-10)


# Schedules, activations, first weights

GIVEN = {
    "constant": {}, "step": {"every": 7, "factor": 0.6}, "exponential": {"factor": 0.93}, "inverse": {"scale": 20.0},
    "inverse-sqrt": {"scale": 20.0}, "cosine": {"steps": 40, "warmup": 8, "floor": 0.1},
}  # fmt: skip


@pytest.mark.parametrize("name", GIVEN)
def test_the_formula_of_a_schedule_is_its_factor(name):
    schedule = SCHEDULES[name](**GIVEN[name])
    formula = schedule.formula.split(", then ")
    for t in range(1, 41):
        warm = len(formula) == 2 and t <= schedule.warmup
        share = (t - 9) / 31  # of a cosine's fall, as its docstring says
        assert schedule(t) == pytest.approx(worked_out(formula[0 if warm else -1], t=t, s=share, **GIVEN[name]))


def test_schedules_in_words_are_the_rest():
    """Straight lines, whose corners `test_schedules` knows."""
    assert {name for name in SCHEDULES if "→" in SCHEDULES[name].formula} == {*SCHEDULES} - {*GIVEN}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_formula_of_an_activation_is_its_value(name):
    x = np.linspace(-4, 4, 81)
    kind = ACTIVATIONS[name]
    cases = re.fullmatch(r"(.+) where (.+), else (.+)", kind.formula)
    if cases:
        then, condition, rest = (worked_out(part, x=x) for part in cases.groups())
        found = np.where(condition, then, rest)
    else:
        found = worked_out(kind.formula, x=x)
    np.testing.assert_allclose(kind.value(x), found, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_formula_of_first_weights_is_their_deviation(name):
    kind = INITIALIZERS[name]()
    for inputs, outputs in ((200, 10), (10, 200), (7, 7)):
        found = worked_out(kind.formula, inputs=inputs, outputs=outputs, deviates=0.01)
        assert kind.deviation(inputs, outputs) == pytest.approx(found)
