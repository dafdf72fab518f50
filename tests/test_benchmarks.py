"""The benchmarks run: on tiny films, untimed."""

import importlib
import json
import math
import re
from pathlib import Path

import pytest
from PIL import Image

SIZE, FRAMES = (160, 120), 3


@pytest.fixture
def module(monkeypatch):
    """Import a file of benchmarks/."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "benchmarks"))
    return importlib.import_module


@pytest.fixture
def render(module, monkeypatch):
    """render.py, with its jobs done in this process."""
    render, jobs, processes = module("render"), module("jobs"), module("processes")

    def job(name, **options):
        found = jobs.JOBS[name](**json.loads(json.dumps(options)))
        if isinstance(found, dict) and "before" in found:
            found |= {"before": 1.0, "peak": 2.0}  # this process may have been larger before
        return found | {"process": 1.0} if isinstance(found, dict) else found

    monkeypatch.setattr(render, "job", job)
    monkeypatch.setattr(processes, "job", job)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # a job sets it: undo that
    return render


@pytest.fixture
def plan(render):
    small = {"size": SIZE, "sizes": (SIZE, (480, 360)), "large": (320, 240), "frames": FRAMES, "long": 4}
    return render.Plan(**small, repeats=1, slow=1, runs=(1, 18), spans=(2, 3), few=(1, 2))


@pytest.mark.slow
def test_the_contenders_make_the_same_film(render, plan, tmp_path):
    measured, goals = render.film(plan, tmp_path)
    films = [Path(this["path"]).read_bytes() for name, this in measured.items() if name.startswith("FuncAnimation")]
    assert len(films) == 3
    assert len(set(films)) == 1, "neither blit nor a bitmap below changes a pixel"
    for this in measured.values():
        with Image.open(this["path"]) as image:
            assert (image.size, image.n_frames) == (SIZE, FRAMES)
        assert this.get("psnr", {"least": 99})["least"] > 30
    assert len(goals) == 4


@pytest.mark.slow
@pytest.mark.parametrize("row", ["long", "growth", "video", "views", "memory"])
def test_every_table_is_made(render, plan, tmp_path, capsys, row):
    measured, goals = render.ROWS[row](plan, tmp_path)
    render.judge(goals)
    assert json.loads(json.dumps(measured)) is not None
    assert "## Goals" in capsys.readouterr().out


def test_a_column_of_names_fits_the_usual_picture(module, tmp_path):
    optviz, usual = module("optviz"), module("funcanimation")
    race = optviz.race("noisy-moons", steps=3, lr=0.1)
    usual.save(race, tmp_path / "usual.gif", 2, (480, 360))
    with Image.open(tmp_path / "usual.gif") as image:
        assert (image.size, image.n_frames) == ((480, 360), 2)


def test_a_lineup_has_no_two_alike(module):
    lineup = module("jobs").lineup(64)
    assert len(set(lineup)) == len(lineup) == 64


def test_import_times_are_added_by_package(module):
    told = """import time:       200 |        200 |   encodings
import time:       900 |       1000 | site
import time:      3000 |       3000 |     numpy.core
import time:      2500 |       5500 |   numpy
note: something else
import time:      4000 |       4000 | json.decoder
import time:       100 |        100 | six
"""
    assert module("processes").import_times(told) == {
        "numpy": 5.5,
        "the standard library": 4.0,
        "other packages": 0.1,
    }


def test_an_unknown_table_is_refused(render, capsys):
    with pytest.raises(SystemExit):
        render.main(["films"])
    assert "film, long" in capsys.readouterr().err


def test_the_gradients_are_raced(module, monkeypatch):
    gradients = module("gradients")
    for name, value in {"RACE": 5, "MANY": 40, "FEW": 3, "BLOCK": 20, "REPEATS": 1}.items():
        monkeypatch.setattr(gradients, name, value)
    ends = [gradients.race(make) for make in (gradients.gradient, gradients.by_hand)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-6)
    gradients.main()


@pytest.mark.slow
def test_the_usual_way_has_every_view(module, tmp_path):
    views, usual = module("views"), module("funcviews")
    assert {view.kind for view in views.VIEWS.values()} == set(usual.KINDS)
    pictures = set()
    for view in views.VIEWS.values():
        race = module("optviz").race(views.SURFACE, **{"lr": 0.01, "steps": 5} | view.race)
        usual.save(race, tmp_path / "film.gif", view.kind, 2, SIZE)
        with Image.open(tmp_path / "film.gif") as image:
            assert (image.size, image.n_frames) == (SIZE, 2)
            pictures.add(image.convert("RGB").tobytes())
    assert len(pictures) == len(usual.KINDS)


def test_trainings_are_raced(module, monkeypatch, capsys):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # else it would be set for whoever comes next
    training = module("training")
    for name, value in {"SAMPLES": 2560, "FEATURES": 20, "HIDDEN": (12, 8), "REPEATS": 1}.items():
        monkeypatch.setattr(training, name, value)
    training.main()
    assert "optviz is" in capsys.readouterr().out


@pytest.fixture
def rates(module, monkeypatch):
    """rates.py, with a small network and few samples."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    rates = module("rates")
    for name, value in {"DATA": ("moons:samples=60",), "HIDDEN": (4,)}.items():
        monkeypatch.setattr(rates, name, value)
    return rates


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")
def test_rules_for_rates_are_compared(rates, capsys):
    rates.main(["--seeds", "2", "--seed", "5", "--epochs", "2"])
    told = capsys.readouterr().out
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("|")]
    assert [len(row) for row in table] == [5] * len(table)
    totals = {row[0]: row[1:] for row in table if row[0].endswith("rule")}
    assert set(totals) == {"former rule", "present rule"}
    for mean, worst, flips, count in totals.values():
        assert 0 <= float(mean) <= float(worst) <= 100
        assert 0 <= int(flips) <= int(count) == 10, "two seeds, five optimizers"
    assert "2 seeds from 5 on, 2 epochs" in told
    assert re.search(r"\nGain of the present rule .*: [+-]\d+\.\d\d, standard error \d+\.\d\d\n", told)


def test_regret_is_what_the_best_rate_has_more(rates):
    found = [rates.Choice(0.1, 0.1), rates.Choice(1.0, 0.1), rates.Choice(10.0, 10.0)]
    regrets, flips = rates.judged(found, {0.1: [95.5, 97.5], 1.0: [98.0, 98.0], 10.0: [0.0, 100.0]})
    assert (regrets, flips) == ([1.5, 0.0, 48.0], 1)


def test_a_gain_is_that_of_the_seed_that_was_chosen_for(rates):
    before, after = [rates.Choice(0.1, 0.1), rates.Choice(1.0, 1.0)], [rates.Choice(1.0, 0.1), rates.Choice(0.1, 0.1)]
    assert rates.gained(before, after, {0.1: [90.0, 97.0], 1.0: [95.0, 96.0]}) == [5.0, 1.0]


def test_a_mean_comes_with_its_standard_error(rates):
    assert rates.with_error([1.0, 2.0, 3.0, 4.0]) == "+2.50, standard error 0.65", "√(5/3) / √4"
    assert rates.with_error([-1.0]) == "-1.00, standard error unknown"


def test_other_seeds_are_other_trainings(rates):
    """What is chosen by the first seeds is to be confirmed by fresh ones."""
    assert [setting.seed for setting in rates.settings("moons", range(7, 9), epochs=2)] == [7, 8]


def test_shaken_weights_are_hardly_moved(rates):
    [setting] = rates.settings("moons", [0], epochs=2)
    network = setting.network
    still, shaken = (each.begin(0, "float32")[0] for each in (network, rates.Shaken(network.inputs, network.layers)))
    weights = still != 0
    assert (shaken[~weights] == 0).all()
    assert 1e-7 < abs(shaken[weights] / still[weights] - 1).max() < 1e-5


def test_the_former_rule_takes_the_lowest_loss(rates, monkeypatch):
    [setting] = rates.settings("moons", [0], epochs=2)
    tried = []

    def noted(own, optimizer, seed):
        tried.append(begin(own, optimizer, seed))
        return tried[-1]

    begin = rates.begin
    monkeypatch.setattr(rates, "begin", noted)
    chosen = rates.former(setting, rates.load_optimizer("sgd").optimizer)
    part, losses = setting.parts.validation, {}
    for trial in tried:
        logits = setting.network.test(trial.params, trial.memory, setting.standard(part.x, "float32")).astype(float)
        odds = (logits - logits.max(axis=1, keepdims=True)).T
        losses[trial.optimizer.lr] = sum(math.log(sum(map(math.exp, each))) for each in odds.T) - sum(
            each[label] for each, label in zip(odds.T, part.y, strict=True)
        )
        assert trial.step == min(200, setting.steps)
    assert len(losses) == 12
    assert chosen == min(losses, key=losses.get)


def test_choices_are_made_again_from_shaken_weights(rates):
    trained = rates.settings("moons", [0, 1], epochs=2)
    found = rates.choices(lambda setting, _: (setting.seed, type(setting.network).__name__), trained, None)
    assert found == [((seed, "Network"), (seed, "Shaken")) for seed in (0, 1)]


def test_a_rate_is_worth_what_is_right_of_the_test_part(rates, monkeypatch):
    monkeypatch.setattr(rates, "GRID", (0.1, 1e30))
    trained, optimizer = rates.settings("moons", [0, 1], epochs=2), rates.load_optimizer("sgd:lr=0.1").optimizer
    shares = []
    for setting in trained:
        trial, part = rates.begin(setting, optimizer, setting.seed), setting.parts.test
        rates.advance(setting, trial, setting.steps)
        logits = setting.network.test(trial.params, trial.memory, setting.standard(part.x, "float32"))
        shares.append(sum(logits.argmax(axis=1) == part.y) / len(part.y))
    assert rates.accuracies(trained, optimizer) == {
        0.1: pytest.approx([100 * share for share in shares]),
        1e30: [50, 50],
    }, "else a guess"


@pytest.mark.parametrize(("option", "least"), [("--seeds", 1), ("--epochs", 1), ("--seed", 0)])
def test_comparing_nothing_is_refused(rates, capsys, option, least):
    with pytest.raises(SystemExit):
        rates.main([option, str(least - 1)])
    assert f"{option} must be {least} or more, not {least - 1}" in capsys.readouterr().err
