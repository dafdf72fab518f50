"""What the commands print: every column is what it is called, in full for programs and in few digits for people."""

import csv
import io
import json
import re

import pytest

import optviz
from optviz.cli.tables import aligned, as_json, markdown
from optviz.lineup import choose_rates

WILD = ["compare", "--surface", "booth", "-O", "sgd:lr=0.5", "-O", "adam:lr=0.1", "--steps", "60"]


def as_csv(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_table_has_what_happened_in_the_column_that_is_called_so(run):
    """A step of SGD at 1/2 is eight times too long: it leaves at once, and diverges long after."""
    race = optviz.race("booth", ["sgd:lr=0.5", "adam:lr=0.1"], steps=60)
    [sgd, adam] = as_csv(run(*WILD, "--format", "csv"))
    assert race.left_at[0] < race.diverged_at[0]
    assert (int(sgd["left at"]), int(sgd["diverged at"])) == (race.left_at[0], race.diverged_at[0])
    assert adam["left at"] == adam["diverged at"] == ""
    last = race["adam"][-1]
    assert float(adam["value"]) == pytest.approx((last[0] + 2 * last[1] - 7) ** 2 + (2 * last[0] + last[1] - 5) ** 2)
    assert float(adam["gap"]) == float(adam["value"])
    assert float(adam["distance"]) == pytest.approx(((last[0] - 1) ** 2 + (last[1] - 3) ** 2) ** 0.5)
    assert (adam["lr"], adam["rule"]) == ("0.1", "given")


def test_seeds_are_counted_from_the_first_that_is_named(run):
    line = ["compare", "--surface", "noisy-moons", "-O", "sgd:lr=0.1", "--steps", "3", "--seed", "7", "--seeds", "3"]
    assert [problem["seed"] for problem in json.loads(run(*line, "--json").stdout)["problems"]] == [7, 8, 9]


def test_several_problems_are_summed_up(run):
    line = ["compare", "--surface", "booth", "--start", "grid:2x2", "-O", "sgd:lr=0.05", "--steps", "100"]
    [row] = as_csv(run(*line, "--format", "csv"))
    runs = [optviz.race("booth", ["sgd:lr=0.05"], start=start, steps=100).to_json()["runs"][0]
            for start in ((-5, -5), (5, -5), (-5, 5), (5, 5))]  # fmt: skip
    steps = sorted(each["steps_to_tolerance"] for each in runs)
    assert (row["problems"], row["arrived"]) == ("4", "4")
    assert float(row["median_steps_to_tolerance"]) == (steps[1] + steps[2]) / 2
    assert (row["diverged"], row["left"]) == ("0", str(sum(each["left_at"] is not None for each in runs)))


def test_the_winner_of_each_optimizer_is_marked_and_what_is_out_says_so(run):
    line = ["list", "rates", "--surface", "rosenbrock", "-O", "sgd", "-O", "adam", "--steps", "40"]
    choices = choose_rates("rosenbrock", ["sgd", "adam"], steps=40)
    rows = as_csv(run(*line, "--format", "csv"))
    for label, choice in choices.items():
        [winner] = [row for row in rows if row[label].endswith("<")]
        assert float(winner["lr"]) == pytest.approx(choice.lr, rel=5e-3)
        for row in rows:
            [trial] = [trial for trial in choice.trials if abs(trial.lr / float(row["lr"]) - 1) < 0.01] or [None]
            cell = row[label].strip(" <")
            if trial is None:
                assert cell == ""
            elif cell == "out":
                assert trial.score == float("inf")
            else:
                assert float(cell) == pytest.approx(trial.score, abs=5.1e-4)
    assert any(row["sgd"].strip() == "out" for row in rows)


def test_a_check_that_fails_is_told_and_ends_the_command_so(run, folder):
    words = "import optviz\nSURFACE = optviz.Surface(name='mine', fn=lambda x, y: x**2 + y**2, domain=(-2, 2, -2, 2), "
    (folder / "good.py").write_text(f"{words} start=(1, 1.5), minima=((0, 0),))\n")
    (folder / "bad.py").write_text(f"{words} start=(1, 1.5), minima=((0.5, 0),))\n")
    good, bad = (run("list", "surfaces", "--file", f"./{name}.py", "--json") for name in ("good", "bad"))
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert {row["result"] for row in json.loads(good.stdout)} == {"ok"}
    failed = [row["check"] for row in json.loads(bad.stdout) if row["result"] == "FAILED"]
    assert failed == ["the gradient vanishes at interior minima", "nothing lies below the first minimum"]
    assert "mine: 2 of 6 checks failed" in bad.stderr


def test_info_tells_seed_noise_and_the_rule_of_each_rate(run, folder):
    line = ["--surface", "booth", "-O", "sgd:lr=0.01", "-O", "adam", "--steps", "4", "--seed", "11", "--noise", "0.25"]
    assert run("animate", *line, "--size", "200x160", "-o", "a.gif").exit_code == 0
    told = run("info", "a.gif").stdout
    assert re.search(r"^seed: +11$", told, re.MULTILINE)
    assert re.search(r"^noise: +0\.25$", told, re.MULTILINE)
    assert re.findall(r"^run: +(\w+):.*\(lr (\w+)\)$", told, re.MULTILINE) == [("sgd", "given"), ("adam", "tuned")]


def test_what_is_mistaken_and_what_fails_have_codes_of_their_own(run, folder):
    assert run("compare", "--surface", "booth", "-O", "sgd:lr=0").exit_code == 2
    assert run("compare", "--surface", "booth", "--start", "99,99").exit_code == 2
    assert run("info", "missing.gif").exit_code == 1
    assert run("compare", "--surface", "./missing.py").exit_code == 1


ROWS = [
    {"name": "a|b", "value": 1234.5678, "steps": None, "note": "x" * 80},
    {"name": "c", "value": 0.000123456, "steps": 12, "note": "y"},
]


def test_people_read_numbers_in_four_digits_and_rows_below_each_other():
    head, first, second = aligned(ROWS).splitlines()
    assert head.split() == ["name", "value", "steps", "note"]
    assert first.split() == ["a|b", "1235", "–", "x" * 80], "the last column is never cut"
    assert second.split() == ["c", "0.0001235", "12", "y"]
    ends = {line.index(word) + len(word) for line, word in ((head, "value"), (first, "1235"), (second, "0.0001235"))}
    assert len(ends) == 1, "numbers end at one edge"
    assert aligned([{"name": "z" * 80, "last": ""}]).splitlines()[1] == "z" * 55 + "…"


def test_markdown_has_as_many_cells_as_columns_whatever_is_in_them():
    lines = markdown(ROWS).splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}
    assert lines[2].startswith(r"| a\|b | 1235 | – |")


def test_json_has_numbers_as_they_are():
    assert json.loads(as_json(ROWS)) == ROWS


def test_a_training_has_the_seeds_and_the_layers_that_are_asked_for(run):
    line = [
        "train",
        "--data",
        "four-blobs:samples=60",
        "--hidden",
        "3,5",
        "--epochs",
        "1",
        "--batch-size",
        "9",
        "-O",
        "sgd:lr=0.1",
    ]
    found = json.loads(run(*line, "--seed", "5", "--seeds", "2", "--json").stdout)
    assert found["seeds"] == [5, 6]
    assert found["parameters"] == (2 * 3 + 3) + (3 * 5 + 5) + (5 * 4 + 4)
