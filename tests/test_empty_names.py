"""What names something is never empty: a variable of the shell that is not set is told of, not taken for a name."""

import itertools
from pathlib import Path

import click
import pytest

import optviz
from optviz.cli.options import Line, Names
from optviz.errors import ArgumentError
from tests.fuzz_commands import commands

PARAMETERS = [
    pytest.param(words, each, id=f"{' '.join(words)} {each.opts[0]}")
    for words, command in commands().items()
    for each in command.params
    if not getattr(each, "is_flag", False) and not isinstance(each.type, Line)
]


def test_all_that_may_be_empty_is_a_title():
    lines = {each.name for command in commands().values() for each in command.params if isinstance(each.type, Line)}
    assert lines == {"title"}
    assert len(PARAMETERS) > 100


@pytest.mark.slow
@pytest.mark.parametrize(("words", "parameter"), PARAMETERS)
def test_every_option_of_every_command_refuses_what_is_empty(refuse, words, parameter):
    """What names something is said to be empty, and what it takes; what is a number or a choice is not one."""
    option = isinstance(parameter, click.Option)
    needed = [
        word
        for each in commands()[words].params
        if each.required and each is not parameter and isinstance(each, click.Option)
        for word in (each.opts[0], "booth")
    ]
    name = [parameter.opts[-1]] if option else []
    before = [[], [*name, "booth"]] if parameter.multiple or parameter.nargs == -1 else [[]]
    names = isinstance(parameter.type, click.types.StringParamType | Names)
    for value, others in itertools.product(["", " ", "\t\n"], before):
        told = refuse(2, *words, *needed, *others, *name, value).splitlines()[0]
        takes = (parameter.metavar or parameter.name.upper()).strip("[].")
        assert (parameter.opts[-1] if option else takes) in told
        assert ("is empty" in told and takes in told) if names else repr(value) in told


def test_an_empty_title_is_none(run):
    line = ["plot", "--surface", "booth", "--steps", "2", "--lr", "0.01", "--size", "96x72", "-o", "a.png"]
    assert run(*line, "--title", "").exit_code == 0


@pytest.mark.parametrize("value", ["", " ", b"", "\n", Path(" ")])
def test_paths_from_python(folder, value):
    race = optviz.race("booth", ["sgd:lr=0.01"], steps=2)
    film = optviz.animate(race, size=(96, 72))
    still = optviz.plot(race, size=(96, 72))
    network = optviz.perceptron(2, 2, (3,))
    calls = [
        lambda: optviz.animate(race, value),
        lambda: optviz.plot(race, value),
        lambda: race.save(value),
        lambda: film.save(value),
        lambda: still.save(value),
        lambda: optviz.load_race(value),
        lambda: optviz.remake(value),
        lambda: optviz.slides(value, ["a.gif"]),
        lambda: optviz.slides("a.html", [value]),
        lambda: optviz.load_data("mnist", value),
        lambda: optviz.train("moons:samples=40", network, ["sgd:lr=0.1"], epochs=1, save=value),
    ]
    for call in calls:
        with pytest.raises(ArgumentError, match="is empty"):
            call()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("value", ["", " "])
def test_names_from_python(folder, value):
    network = optviz.perceptron(2, 2, (3,))
    calls = [
        lambda: optviz.race(value, ["sgd"]),
        lambda: optviz.race("booth", [value]),
        lambda: optviz.compare([value]),
        lambda: optviz.plot("booth", theme=value),
        lambda: optviz.plot("booth", schedule=value),
        lambda: optviz.plot("booth", preset=value),
        lambda: optviz.slides("a.html", ["a.gif"], theme=value),
        lambda: optviz.load_data(value),
        lambda: optviz.train(value, network, ["sgd:lr=0.1"]),
    ]
    for call in calls:
        with pytest.raises(ArgumentError):
            call()
    assert list(folder.iterdir()) == []
