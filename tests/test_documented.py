"""What README and docs say of commands, options and keys is so: commands run, options exist, tables are complete."""

import json
import re
import shlex
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from optviz.catalog import load_surface
from optviz.cli import COMMANDS, main
from optviz.nets.datasets import DATASETS
from optviz.series import series_names
from optviz.themes import Theme, load_theme

ROOT = Path(__file__).parent.parent
PAGES = {
    path.name: path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
SLOW = "optviz gallery"


def blocks(text):
    """The lines of all blocks that are for a shell, page by page."""
    found = re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in found for line in block.splitlines() if line.startswith("optviz ")]


def spans(text):
    """The commands within sentences; those that leave something out are no commands."""
    found = re.findall(r"`(optviz [^`]*)`", " ".join(text.split()))
    return [span for span in found if "…" not in span and "COMMAND" not in span]


@pytest.mark.parametrize("line", sorted({line for text in TEXTS.values() for line in [*blocks(text), *spans(text)]}))
def test_every_command_that_is_written_can_be_read(line):
    """As click reads it, and nothing is run; where a sentence only names a command, there is one."""
    command, (_, *words) = main, shlex.split(line)
    while isinstance(command, click.Group) and words:
        name, *words = words
        command = command.get_command(click.Context(command), name)
        assert command is not None, name
    if words:
        command.make_context(command.name, words)


@pytest.mark.slow
@pytest.mark.parametrize("page", [name for name, text in TEXTS.items() if blocks(text)])
def test_the_commands_of_a_page_run_one_after_the_other(page, run, folder):
    """Trainings for an epoch on one seed; the gallery is checked elsewhere."""
    (folder / "mine.py").write_text((ROOT / "surfaces" / "banana.py").read_text())
    for line in blocks(TEXTS[page]):
        if line.startswith(SLOW) or (".mp4" in line and find_spec("imageio_ffmpeg") is None):
            continue
        if ".pptx" in line and find_spec("pptx") is None:
            continue
        short = ["--epochs", "1", "--seeds", "1"] if line.startswith("optviz train") else []
        result = run(*shlex.split(line)[1:], *short)
        assert result.exit_code == 0, (line, result.stderr)
        for written in re.findall(r"-o (\S+)", line):
            assert list(folder.glob(written.replace(".pdf", "*.pdf").rstrip("/"))), line


def options_of(command, context):
    found = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            found |= options_of(below, click.Context(below))
    return found


@pytest.mark.parametrize("page", [name for name in TEXTS if name != "CONTRIBUTING.md"])
def test_every_option_that_is_named_is_one(page):
    known = options_of(main, click.Context(main)) | {"--help", "--version"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", TEXTS[page]))
    assert named <= known


def rows(text, title):
    """The cells in code of the first column of a table, beneath that title."""
    table = re.search(rf"^\| ?{re.escape(title)} ?\|.*?(?=\n\n|\Z)", text, re.DOTALL | re.MULTILINE)[0]
    return [name for line in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", line.split("|")[1])]


def test_every_key_of_a_theme_is_in_its_table():
    assert rows(TEXTS["themes.md"], "key") == [each.name for each in fields(Theme)]


def test_the_example_of_a_theme_is_one(folder):
    [text] = re.findall(r"```toml\n(.*?)```", TEXTS["themes.md"], re.DOTALL)
    (folder / "mine.toml").write_text(text)
    dark, mine = load_theme("dark"), load_theme("./mine.toml")
    assert (mine.background, mine.heading, mine.trail) == ("#101820", 20, 3.2)
    assert mine.casing - mine.trail == pytest.approx(dark.casing - dark.trail), "the casing grows with it"
    assert mine.ink == dark.ink


def test_every_data_set_is_in_its_table():
    assert set(rows(TEXTS["networks.md"], "name")) == {*DATASETS, "FILE.npz", "FOLDER/"}


def test_candidates_that_are_not_shown_are_in_the_json(run):
    """What the help says of both."""
    table = run("list", "rates", "--surface", "booth", "-O", "sgd").stdout.splitlines()[1:]
    [found] = json.loads(run("list", "rates", "--surface", "booth", "-O", "sgd", "--json").stdout)
    rates = [float(line.split()[0]) for line in table]
    below = [rate for rate in rates if rate < 0.99 * found["lr"]]
    assert below == [10.0**power for power in range(-7, -7 + len(below))], "one a decade"
    assert len(rates) < len(found["trials"])
    assert [trial["lr"] for trial in found["trials"]] == pytest.approx(
        [10 ** (-7 + 0.125 * i) for i in range(len(found["trials"]))]
    )


def test_surfaces_without_a_minimum_share_the_rate_they_name(run):
    runs = json.loads(run("compare", "--surface", "saddle", "--steps", "5", "--json").stdout)["runs"]
    assert {row["hyperparameters"]["lr"] for row in runs} == {load_surface("saddle").lr}
    assert {row["lr_rule"] for row in runs} == {"same"}


def test_everything_that_can_be_followed_is_told_in_the_help(run):
    text = " ".join(run("animate", "--help").stdout.split())
    assert ", ".join(series_names()) in text
    assert set(COMMANDS) <= set(main.list_commands(click.Context(main)))
