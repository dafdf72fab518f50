"""The house keeps its shape: imports run one way, modules stay readable, names lead somewhere."""

import ast
import importlib
from pathlib import Path

import pytest

import optviz

PACKAGE = Path(optviz.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ORDER = [
    *(
        "errors",
        "calls",
        "reading",
        "purposes",
        "faults",
        "arrays",
        "bounds",
        "schema",
        "numerals",
        "kinds",
        "specs",
        "schedules",
        "optimizer",
        "probing",
        "surface",
        "files",
        "catalog",
        "recording",
        "compiled",
    ),
    *(
        "surroundings",
        "gradients",
        "slopes",
        "sampling",
        "starts",
        "problem",
        "runs",
        "rates",
        "heeding",
        "ranking",
        "writing",
        "cache",
        "workers",
    ),
    *(
        "lineup",
        "races",
        "series",
        "comparison",
        "checks",
        "themes",
        "classes",
        "lengths",
        "timeline",
        "nets",
        "claims",
        "listing",
        "carriers",
        "ingredients",
        "recipe",
        "crowd",
        "anatomy",
        "gallery",
        "guide",
    ),
    *(
        "regions",
        "cast",
        "picture",
        "scene",
        "netscenes",
        "draw",
        "page",
        "encode",
        "robustness",
        "animation",
        "plotting",
    ),
    *("images", "wording", "slide", "deck", "cli"),
]


def part(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    if part(path) in ("__init__", "__main__"):
        return
    for node in ast.parse(path.read_text()).body:
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.startswith("optviz."):
                assert ORDER.index(name.split(".")[1]) <= ORDER.index(part(path)), f"{part(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_opens_with_a_paragraph_and_stays_readable(path):
    source = path.read_text()
    assert ast.get_docstring(ast.parse(source))
    assert len(source.splitlines()) <= 330


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_knows_click(path):
    if part(path) not in ("cli", "__main__"):
        assert "import click" not in path.read_text()


@pytest.mark.parametrize("name", optviz.__all__)
def test_every_public_name_exists_and_says_what_it_is(name):
    value = getattr(optviz, name)
    assert name == "__version__" or value.__doc__


def test_every_optimizer_is_a_public_name():
    kinds = importlib.import_module("optviz.optimizer").OPTIMIZERS.values()
    assert {kind.__name__ for kind in kinds} <= set(optviz.__all__)


def _private(name):
    return name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_tests_use_public_names(path):
    """Attributes are ruff's to see; imports, and names that are replaced by a string, are not."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("optviz", "tests")):
            assert not any(_private(each.name) for each in node.names), f"line {node.lineno}"
            assert not any(map(_private, node.module.split("."))), f"line {node.lineno}"
        if isinstance(node, ast.Call) and _called(node) in ("setattr", "delattr"):
            strings = [each.value for each in node.args if isinstance(each, ast.Constant)]
            named = [each for each in strings[:1] if isinstance(each, str)]
            names = [each.split(".")[-1] for each in named if "." not in each or each.startswith("optviz.")]
            assert not any(map(_private, names)), f"line {node.lineno}"


def _called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
