"""What is worth a warning is said of races and of trainings alike, and numbers for programs say it, too."""

import json
import warnings

import click
import pytest

import optviz
from optviz.cli import main
from optviz.errors import OptvizError, OptvizWarning
from optviz.nets import rates
from optviz.nets.network import perceptron
from optviz.nets.training import train
from tests.samples import RULE

TILTED = """import optviz
SURFACE = optviz.Surface(name="tilted", fn=lambda x, y: {slope} * (x**2 + y**2), domain=(-1, 1, -1, 1),
                         start=(0.5, 0.25), minima=((0, 0),))
"""
ON_TILTED = ["--surface", "./tilted.py", "-O", "sgd", "-O", "adam:lr=0.01", "--steps", "9"]
ON_MOONS = ["--data", "moons:samples=200", "--hidden", "8", "--batch-size", "20", "--epochs", "2"]
WITH_RATES = {
    "compare": ["compare", *ON_TILTED],
    "compare of several": ["compare", *ON_TILTED, "--start", "0.25,0.5", "--start", "0.5,0.5"],
    "list rates": ["list", "rates", *ON_TILTED],
    "train": ["train", *ON_MOONS, "-O", "sgd", "-O", "adam:lr=0.01"],
    "train of several": ["train", *ON_MOONS, "-O", "sgd", "-O", "adam:lr=0.01", "--seeds", "2"],
}
WITHOUT_RATES = {
    *("data", "gallery", "info"),
    *(f"list {kind}" for kind in ("surfaces", "optimizers", "schedules", "activations", "initializers")),
    *(f"list {kind}" for kind in ("augmentations", "themes")),
}


def with_json(group=main, name=""):
    """The names of all commands that print JSON."""
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        if isinstance(command, click.Group):
            yield from with_json(command, f"{name}{each} ")
        if any("--json" in option.opts for option in command.params):
            yield name + each


def test_every_command_that_prints_json_is_tried_or_reports_no_rates():
    assert {line.partition(" of ")[0] for line in WITH_RATES} | WITHOUT_RATES == set(with_json())


def tuned(found):
    """All that JSON reports of the run or the rate of sgd, however deep."""
    if isinstance(found, list):
        return [row for each in found for row in tuned(each)]
    if not isinstance(found, dict):
        return []
    own = [found] if "sgd" in (found.get("label"), found.get("name")) and {"lr", "lr_rule"} & found.keys() else []
    return own + [row for each in found.values() for row in tuned(each)]


@pytest.mark.filterwarnings("default::optviz.errors.OptvizWarning")
@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("command", WITH_RATES)
def test_wherever_json_reports_a_rate_it_says_whether_that_is_at_an_end(run, folder, monkeypatch, command, end):
    """SGD's rate for slopes of 2e-80 is near 1e80, where nothing is tried; one rate alone is at both ends."""
    (folder / "tilted.py").write_text(TILTED.format(slope="1e-80" if end else "1.0"))
    if command.startswith("train"):
        monkeypatch.setattr(rates, "GRID", (0.1, 0.2) if end else (1e-9, 0.1, 1e9))
    line = WITH_RATES[command]
    result = run(*line, "--json")
    rows = tuned(json.loads(result.stdout))
    assert len(rows) == (2 if "several" in command else 1)
    assert [row["lr_on_edge"] for row in rows] == [end] * len(rows)
    assert ("note: rates at the end of those that were tried" in result.stderr) is end
    if command != "list rates" and "several" not in command:
        [cell] = [row for row in run(*line).stdout.splitlines() if "sgd" in row]
        assert ("*" in cell) is end


# A user's optimizer

CALLS = {
    "race": lambda *specs: optviz.race("booth", specs, start=(0, 0), steps=6),
    "animate": lambda *specs: optviz.animate("booth", optimizers=specs, start=(0, 0), steps=6),
    "compare": lambda *specs: optviz.compare("booth", specs, steps=6),
    "train": lambda *specs: train(
        "moons:samples=100", perceptron(2, 2, (4,)), specs, epochs=2, batch_size=20, dtype="float64"
    ),
}
FAULTS = {
    "0 * gradient": "mine stands still: every step is 0, or too small to change a number, where the gradient is not 0",
    "gradient * (0.01 if state < 3 else float('nan'))": "mine takes a step that is not finite at ",
    "-gradient / (state - 3.0)": "mine takes a step that is not finite at ",
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("step", FAULTS)
def test_what_an_optimizer_does_wrong_is_told_of_races_and_of_trainings(folder, call, step):
    (folder / "mine.py").write_text(RULE.format(step))
    with pytest.warns(OptvizWarning) as told:
        CALLS[call]("sgd:lr=0.01", "./mine.py:Mine:lr=0.1")
    assert [str(each.message).startswith(FAULTS[step]) for each in told] == [True]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("step", ["gradient[:1, :]", "gradient.sum()", "None", "gradient > 0"])
def test_a_step_of_another_shape_or_type_is_refused(folder, call, step):
    (folder / "mine.py").write_text(RULE.format(step))
    with pytest.raises(OptvizError, match=r"mine: update must return a step|mine\.py, line 10: "):
        CALLS[call]("sgd:lr=0.01", "./mine.py:Mine:lr=0.1")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("step", ["-0.01 * gradient", "-gradient * (state > 4) * 0.01", "-0.001 * params"])
def test_of_one_that_moves_nothing_is_said(folder, call, step):
    """Whatever it is that moves it, and be it late; at (0, 0) decay alone would move nobody."""
    (folder / "mine.py").write_text(RULE.format(step))
    with warnings.catch_warnings(action="error"):
        CALLS[call]("sgd:lr=0.01", f"{'adam' if 'params' in step and call != 'train' else './mine.py:Mine'}:lr=0.1")


@pytest.mark.parametrize("call", CALLS)
def test_that_nobody_moves_is_told_of_races_and_of_trainings(call):
    with pytest.warns(OptvizWarning, match="nobody moves: all runs end where they begin, .* the rates are too small"):
        CALLS[call]("sgd:lr=1e-12", "adam:lr=1e-13")


def test_a_training_where_the_gradient_is_0_blames_nobody():
    """Two classes of as many samples, all weights 0: of every whole batch the gradient is 0 by symmetry."""
    zeros = perceptron(2, 2, (4,), start="zeros")
    with pytest.warns(OptvizWarning, match="nobody moves.* the gradient is 0 where they begin"):
        train("moons:samples=100", zeros, ["sgd:lr=0.1"], epochs=2, batch_size=60, dtype="float64")


@pytest.mark.parametrize("where", [3, 10, 12])
def test_a_step_that_is_not_finite_is_found_in_whichever_epoch_it_is(folder, where):
    """Batches of 20 of 60 samples are 3 steps an epoch; after 4 epochs, at step 12, nobody sees another loss."""
    (folder / "mine.py").write_text(RULE.format(f"gradient * (-0.01 if state < {where} else float('inf'))"))
    with pytest.warns(OptvizWarning, match=rf"mine takes a step that is not finite at step {where}, seed 5, where the"):
        train("moons:samples=100", perceptron(2, 2, (4,)), ["./mine.py:lr=1"], epochs=4, batch_size=20, seeds=(5,))


def test_optvizs_own_optimizers_diverge_as_ever():
    with warnings.catch_warnings(action="error"):
        found = train("moons:samples=100", perceptron(2, 2, (4,)), ["sgd:lr=1e30"], epochs=4, batch_size=20)
    assert found.runs[0].diverged_at
