"""Specs, claims, exhibits and options of any length and depth are read within bounds, or refused."""

import re
import time

import click
import pytest

from optviz.claims import parse_claim
from optviz.cli import COMMANDS, main
from optviz.errors import ArgumentError, OptvizError
from optviz.gallery import load_exhibits
from optviz.nets.datasets import load_data
from optviz.schedules import load_schedule
from optviz.specs import Call, parse_spec, parse_value


def nested(depth):
    return "f(" * depth + "1" + ")" * depth


def test_calls_as_deep_as_is_allowed():
    value, depth = parse_value(nested(32)), 0
    while isinstance(value, Call):
        value, depth = value.arguments[0], depth + 1
    assert (value, depth) == (1, 32)


@pytest.mark.parametrize("depth", [33, 1000, 4999])
@pytest.mark.parametrize("read", [parse_value, lambda text: parse_spec(f"a:b={text}"), load_schedule])
def test_calls_that_are_too_deep(read, depth):
    with pytest.raises(ArgumentError, match=r"nested too deeply: allowed are 32 levels \(MAX_DEPTH\)|MAX_SPEC"):
        read(nested(depth))


@pytest.mark.parametrize(
    "text",
    ["x" * 10_001, "a:" + "b=1," * 30_000, nested(100_000), '"' * 50_001, "9" * 100_000, "gap(a) < " + "1" * 10**5],
)
@pytest.mark.parametrize("read", [parse_value, parse_spec, load_schedule, parse_claim, load_data])
def test_what_is_too_long(read, text):
    since = time.perf_counter()
    with pytest.raises(OptvizError, match="MAX_SPEC") as caught:
        read(text)
    assert time.perf_counter() - since < 1
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("digits", [300, 301, 4301, 9000])
def test_numbers_of_many_digits(digits):
    value = parse_value("9" * digits)
    assert value == (10**300 - 1 if digits == 300 else float("1e301") if digits == 301 else float("inf"))


def exhibit(slug="hill", **changes):
    values = {key: f'"{key} of {slug}"' for key in ("title", "caption", "see")} | {
        "command": '"optviz animate --surface booth"',
        "tags": '["a"]',
        "shows": '["gap(sgd) < 1"]',
    }
    return f"[{slug}]\n" + "".join(f"{key} = {value}\n" for key, value in (values | changes).items())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "".join(exhibit(f"a{number}") for number in range(1001)),
            "has 1001 exhibits; allowed are 1000 exhibits (MAX_EX",
        ),
        (exhibit(shows=str(["gap(sgd) < 1"] * 101)), "shows: has 101 lines; allowed are 100 lines (MAX_LINES)"),
        (exhibit(tags=str(["a"] * 101)), "tags: has 101 lines"),
        (
            exhibit(title=f'"{"x" * 10_001}"'),
            "title: has 10001 letters; allowed are 10000 letters (MAX_SPEC)",
        ),
        (exhibit(shows=f'["{"x" * 10_001}"]'), "MAX_SPEC"),
        (exhibit(title="9" * 4000), "title: must be a line of text"),
        (exhibit(title="{a = 1}"), "title: must be a line of text"),
        (exhibit(shows="5"), "shows: must be a list"),
        (exhibit(shows="[5]"), "shows: must be a line of text"),
        (exhibit(tags="[[]]"), "tags: must be a line of text"),
        (exhibit(title='"a\\u202eb"'), "title: must be a line of text"),
        (exhibit("x" * 10_000 + "-"), "a slug is lower-case"),
        ('"a\\nb" = 5', "is no exhibit"),
        ('["a\\nError: b"]', "a slug is lower-case"),
    ],
    ids=range(14),
)
def test_exhibits_are_bounded(tmp_path, text, words):
    path = tmp_path / "exhibits.toml"
    path.write_text(text)
    with pytest.raises(OptvizError, match=re.escape(words)) as caught:
        load_exhibits(path)
    assert len(str(caught.value)) < 1500
    assert "\n" not in str(caught.value)


# Every option of every command


BASE = {
    "animate": "--surface booth --steps 3 --lr 0.01 --size 96x72 --frames 3",
    "plot": "--surface booth --steps 3 --lr 0.01 --size 96x72",
    "compare": "--surface booth --steps 3 --lr 0.01",
    "rates": "--surface booth --steps 3",
    "data": "moons",
    "gallery": "--only saddle --check",
    "slides": "a.png -o a.html",
    "train": "--data moons:samples=60 --epochs 1 --hidden 3 -O sgd:lr=0.1 --batch-size 9",
}
NINES = "9" * 100_000
ENDLESS = [NINES, f"{NINES}x{NINES}", "a(" * 4000, "²"]


def _options():
    for name in COMMANDS:
        command = main.get_command(None, name)
        inner = command.commands if isinstance(command, click.Group) else {name: command}
        for last, each in inner.items():
            words = list(dict.fromkeys([name, last]))
            yield from ((words, BASE.get(last, "").split(), option) for option in each.params if option.nargs == 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "base", "option"), [pytest.param(*each, id=f"{each[0][-1]}-{each[2].name}") for each in _options()]
)
def test_no_option_chokes_on_a_number_without_end(run, command, base, option):
    since = time.perf_counter()
    for value in ENDLESS:
        if isinstance(option, click.Argument):
            words = ["--", value]
        elif option.is_flag:
            words = [f"{option.opts[0]}={value}"]
        else:
            words = [option.opts[0], value] if not value.startswith("-") else [f"{option.opts[0]}={value}"]
        result = run(*command, *base, *words)
        assert result.exit_code in (0, 1, 2)
        assert len(result.stderr) < 3000
    assert time.perf_counter() - since < 20
