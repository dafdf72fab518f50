"""What contributors are told is so: verbs and hooks run what CI runs, decisions are listed, floors are there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not (ROOT / ".ci" / "run").exists(), reason="only in a checkout")


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def project():
    return tomllib.loads(text("pyproject.toml"))


def verbs():
    """The targets that have a line of help, with what they run."""
    parts = re.findall(r"^([a-z]+):.*?  ## (.+)\n((?:\t.+\n)*)", text("Makefile"), re.MULTILINE)
    return {verb: (told, [line.strip() for line in lines.splitlines()]) for verb, told, lines in parts}


def test_every_verb_has_a_line_of_help_and_stands_in_contributing():
    [declared] = re.findall(r"^\.PHONY: help (.+)$", text("Makefile"), re.MULTILINE)
    assert declared.split() == [*verbs()]
    assert len(verbs()) == 5
    told = set(re.findall(r"`?make ([a-z]+)`?", text("CONTRIBUTING.md")))
    assert told == set(verbs())


def test_what_lints_is_the_same_for_make_before_a_commit_in_ci_and_in_contributing():
    hooks = re.findall(r"entry: \.venv/bin/(\w+(?: \w+)?)", text(".pre-commit-config.yaml"))
    assert sorted(hooks) == ["mypy", "ruff check", "ruff format"]
    _, made = verbs()["lint"]
    for hook in hooks:
        for where in (".ci/run", "CONTRIBUTING.md"):
            assert f".venv/bin/{hook}" in text(where), (hook, where)
        assert any(line.startswith(f".venv/bin/{hook}") for line in made), hook


def test_every_extra_is_installed_by_make_or_holds_no_more_than_those():
    extras = project()["project"]["optional-dependencies"]
    [installed] = re.findall(r"-e '\.\[(.+)\]'", text("Makefile"))
    assert set(installed.split(",")) | {"video", "slides"} == set(extras)


def test_every_requirement_of_the_core_has_a_lower_bound_that_ci_can_install():
    named = project()["project"]
    for each in named["dependencies"] + named["optional-dependencies"]["test"]:
        assert re.fullmatch(r"[a-z-]+>=\d+(\.\d+)*", each), each


def test_coverage_has_a_floor_and_ci_measures_it():
    assert project()["tool"]["coverage"]["report"]["fail_under"] >= 98
    assert "pytest -n 2 --cov\n" in text(".ci/run")


def test_every_decision_is_listed_and_says_why_what_and_what_follows():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    listed = re.findall(r"^decisions/(\S+)$", text("docs/index.md"), re.MULTILINE)
    assert [record.stem for record in records] == listed
    for number, record in enumerate(records, start=1):
        lines = record.read_text(encoding="utf-8").splitlines()
        assert record.name.startswith(f"{number:04}-")
        assert lines[0].startswith(f"# {number}. ")
        assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]


def test_figures_of_decisions_are_those_of_the_benchmarks():
    """Numbers with a unit, and those that are multiples or sizes in a table."""
    measured = set(re.findall(r"\d+(?:\.\d+)?", text("benchmarks/README.md")))
    for record in (ROOT / "docs" / "decisions").glob("*.md"):
        consequences = record.read_text(encoding="utf-8").partition("## Consequences")[2]
        figures = re.findall(r"(?<![\w.])\d+\.\d+|\d+(?= (?:MB|KB|s|ms|µs)\b)", consequences)
        assert figures, record.name
        assert set(figures) <= measured, record.name


def test_the_version_stands_in_one_place():
    place = project()["tool"]["hatch"]["version"]["path"]
    [version] = re.findall(r'^__version__ = "(\d+\.\d+\.\d+)"$', text(place), re.MULTILINE)
    assert text("CHANGELOG.md").split("\n## ")[1].startswith(version)
    assert "version" in project()["project"]["dynamic"]
    others = [path for path in (ROOT / "optviz").rglob("*.py") if path != ROOT / place]
    assert not [path for path in others if f'"{version}"' in path.read_text(encoding="utf-8")]


def test_every_path_that_is_named_exists():
    for page in ("RELEASING.md", "CONTRIBUTING.md", ".github/pull_request_template.md"):
        for path in re.findall(r"`([\w.-]+(?:/[\w.-]+)+|[A-Z]+\.md|Makefile)`", text(page)):
            if "NAME" not in path:
                assert (ROOT / path).exists() or (ROOT / "optviz" / path).exists(), (page, path)
