"""The README is true: its tables are what the registries say, its examples run.

``python tests/test_readme.py`` writes the tables anew.
"""

import doctest
import re
from pathlib import Path

import pytest

from optviz.catalog import load_surface, optimizer_class, optimizer_names, surface_names
from optviz.cli import COMMANDS
from optviz.cli.tables import markdown
from optviz.listing import optimizer_row, surface_row

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def tables():
    surfaces = [surface_row(load_surface(name)) for name in surface_names()]
    optimizers = [optimizer_row(optimizer_class(name)) for name in optimizer_names()]
    for row in surfaces:
        row["f(x, y)"] = row["f(x, y)"].replace("*", "\\*")
    return {"surfaces": markdown(surfaces), "optimizers": markdown(optimizers)}


def filled(text):
    for name, table in tables().items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text, flags=re.DOTALL)
    return text


def test_the_tables_are_what_the_registries_say():
    assert README.read_text(encoding="utf-8") == filled(README.read_text(encoding="utf-8"))


def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert result.attempted >= 5
    assert result.failed == 0


def test_the_example_surface_passes_its_checks(tmp_path):
    from optviz.checks import check_surface

    [source] = re.findall(r"```python\n(import autograd.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mine.py").write_text(source)
    assert all(finding.passed for finding in check_surface(load_surface(str(tmp_path / "mine.py"))))


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_to_files(path):
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / path).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"optviz {command}" in README.read_text(encoding="utf-8")


def test_ci_runs_the_readmes_two_commands():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").replace(" --quiet", "")
    commands = re.findall(r"^python3 -m venv.*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 2
    assert all(command in script for command in commands)


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
