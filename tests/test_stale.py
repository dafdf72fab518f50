"""A user's files are run once a picture; and a recipe knows what they held, so that it says when they have changed."""

import hashlib
import importlib
import json
import sys

import pytest

import optviz
from optviz.errors import OptvizWarning
from optviz.recipe import read_recipe
from tests import samples

SMALL = ["--size", "100x80", "--frames", "3", "--steps", "8"]
SURFACE = """import autograd.numpy as np
from optviz import Surface
with open("runs.txt", "a") as file:
    file.write("surface ")
SURFACE = Surface(name="mine", fn=lambda x, y: x**2 + 3 * y**2, domain=(-1, 1, -1, 1), start=(0.5, 0.5))
"""
RULE = samples.RULE.format("-self.rate(state) * gradient")
OPTIONS = {"steps": 8, "size": (100, 80), "optimizers": ["sgd"]}


@pytest.fixture
def files(folder):
    (folder / "mine.py").write_text(SURFACE)
    (folder / "rule.py").write_text(RULE)
    return folder


@pytest.mark.parametrize(
    "call",
    [
        lambda: optviz.race("./mine.py", ["sgd"], steps=8),
        lambda: optviz.animate("./mine.py", "a.gif", **OPTIONS),
        lambda: optviz.animate("./mine.py", "a.html", **OPTIONS),
        lambda: optviz.plot("./mine.py", "a.png", **OPTIONS),
        lambda: optviz.plot("./mine.py", at="0,end", **OPTIONS),
        lambda: optviz.compare("./mine.py", ["sgd"], steps=8, seeds=(0, 1)),
        lambda: optviz.choose_rates("./mine.py", ["sgd"], steps=8),
    ],
)
def test_a_file_is_run_once_from_python(files, call):
    call()
    assert (files / "runs.txt").read_text() == "surface "


@pytest.mark.parametrize(
    "line",
    [
        ["animate", *SMALL, "-o", "a.gif"],
        ["animate", *SMALL, "-o", "a.html"],
        ["animate", *SMALL, "--view", "relief", "-o", "a.gif"],
        ["animate", *SMALL, "--show", "vectors", "-o", "a.gif"],
        ["plot", *SMALL[:2], "--steps", "8", "--at", "0,4", "-o", "a.png"],
        ["compare", "--steps", "8", "--start", "random:3"],
        ["list", "rates", "--steps", "8"],
    ],
)
def test_a_file_is_run_once_in_a_command(run, files, line):
    assert run(*line, "--surface", "./mine.py", "-O", "sgd").exit_code == 0
    assert (files / "runs.txt").read_text() == "surface "


def made(run, output="a.gif"):
    command = ["plot", *SMALL[:2], "--steps", "8"] if output.endswith((".png", ".svg", ".pdf")) else ["animate", *SMALL]
    line = [*command, "--surface", "./mine.py", "-O", "./rule.py:Mine:lr=0.02", "-O", "sgd:lr=0.02", "-o", output]
    assert run(*line).exit_code == 0
    return output


@pytest.mark.slow
@pytest.mark.parametrize("output", ["a.gif", "a.html", "a.png", "a.svg", "a.pdf", "a.webp"])
def test_a_recipe_holds_the_sha256_of_files(run, files, output):
    recipe = read_recipe(made(run, output))
    known = {f"{name}.py": hashlib.sha256((files / f"{name}.py").read_bytes()).hexdigest() for name in ("mine", "rule")}
    assert recipe.files == known
    told = run("info", output).stdout
    assert all(digest in told for digest in known.values())


@pytest.mark.slow
@pytest.mark.parametrize("changed", ["mine.py", "rule.py"])
@pytest.mark.parametrize(("command", "output"), [("animate", "a.gif"), ("plot", "a.png")])
def test_what_changed_since_is_named(run, spawn, files, command, output, changed):
    made(run, output)
    again = "again" + output[1:]
    line = [command, "--from", output, "--trust", "-o", again]
    process = spawn(*line)
    assert process.communicate(timeout=60)[1] == b""
    assert (files / again).read_bytes() == (files / output).read_bytes()
    (files / changed).write_text((files / changed).read_text() + "# a word\n")
    _, notes = spawn(*line).communicate(timeout=60)
    assert notes.decode() == f"note: {changed} changed since the picture was made: this is another one\n"
    with pytest.warns(OptvizWarning, match=f"{changed} changed since"):
        optviz.remake(output, trust=True)


def test_it_holds_what_was_run_not_what_is_there_when_it_is_written(run, files):
    race = optviz.race("./mine.py", ["sgd:lr=0.02"], steps=8)
    before = hashlib.sha256((files / "mine.py").read_bytes()).hexdigest()
    (files / "mine.py").write_text(SURFACE.replace("3 *", "30 *"))
    optviz.animate(race, size=(100, 80)).save("a.gif")
    assert read_recipe("a.gif").files == {"mine.py": before}


@pytest.mark.slow
def test_older_recipes_know_nothing_and_say_nothing(run, spawn, files):
    output = made(run)
    film = (files / output).read_bytes()
    text = read_recipe(output).to_text()
    older = json.loads(text)
    del older["files"]
    page = files / "older.html"
    page.write_text(json.dumps(older))
    (files / "mine.py").write_text(SURFACE.replace("3 *", "30 *"))
    process = spawn("animate", "--from", page, "--trust", "-o", "again.gif")
    assert process.communicate(timeout=60) == (b"again.gif\n", b"")
    assert (files / "again.gif").read_bytes() != film


def test_recipes_of_what_comes_with_optviz_are_as_they_were(run):
    assert run("animate", *SMALL, "--surface", "booth", "-O", "sgd:lr=0.02", "-o", "a.gif").exit_code == 0
    assert "files" not in json.loads(run("info", "a.gif", "--json").stdout)


def test_of_a_training_too(run, spawn, files):
    line = ["train", "--data", "moons", "--hidden", "4", "--epochs", "1", "-O", "./rule.py:Mine:lr=0.1"]
    assert run(*line, "--size", "200x160", "-o", "a.png").exit_code == 0
    assert set(read_recipe("a.png").files) == {"rule.py"}


@pytest.mark.parametrize("files", [3, [], {"mine.py": 3}, {"mine.py": "x"}, {"/dev/zero": "x"}, {"mine.py": None}])
def test_a_recipe_with_odd_files_is_refused_or_told(folder, files):
    (folder / "mine.py").write_text(SURFACE)
    race = optviz.race("./mine.py", ["sgd:lr=0.02"], steps=8)
    optviz.animate(race, size=(100, 80)).save("a.gif")
    data = json.loads(read_recipe("a.gif").to_text()) | {"files": files}
    (folder / "odd.html").write_text(json.dumps(data))
    if isinstance(files, dict) and "mine.py" not in files:
        optviz.remake("odd.html", trust=True)
    elif isinstance(files, dict) and isinstance(files["mine.py"], str):
        with pytest.warns(OptvizWarning, match=r"mine.py changed since"):
            optviz.remake("odd.html", trust=True)
    else:
        with pytest.raises(optviz.recipe.RecipeError, match="files"):
            optviz.remake("odd.html", trust=True)


@pytest.mark.parametrize("steps", [3, 500])
def test_a_saved_race_on_another_surface_is_told(files, steps):
    race = optviz.race("./mine.py", ["sgd:lr=0.02", "./rule.py:Mine:lr=0.02"], steps=steps)
    race.save("race.npz")
    same = optviz.load_race("race.npz", surface="./mine.py")
    assert (same.points == race.points).all()
    (files / "mine.py").write_text(SURFACE.replace("3 *", "30 *"))
    with pytest.warns(OptvizWarning, match="mine has other values now than along the race"):
        optviz.load_race("race.npz", surface="./mine.py")


def test_a_saved_race_that_diverged_is_on_its_own_surface(files):
    race = optviz.race("./mine.py", ["sgd:lr=9"], steps=900)
    assert race.diverged_at[0]
    race.save("race.npz")
    assert optviz.load_race("race.npz", surface="./mine.py").diverged_at == race.diverged_at


# What they import

IMPORTING = """import importlib
from optviz import Surface
import bowls
from parts.deep import far
importlib.import_module("spare")
SURFACE = Surface(name="mine", fn=lambda x, y: bowls.bowl(x, y) + far(x), domain=(-1, 1, -1, 1), start=(0.5, 0.5))
"""
MODULES = {
    "bowls.py": "from weights import WEIGHT\ndef bowl(x, y):\n    return x**2 + WEIGHT * y**2\n",
    "weights.py": "import json\nWEIGHT = 3\n",
    "parts/__init__.py": "",
    "parts/deep.py": "from . import near\nfrom .near import near as same\ndef far(x):\n    return 0 * same(x)\n",
    "parts/near.py": "def near(x):\n    return x\n",
    "spare.py": "SPARE = 1\n",
    "never.py": "NEVER = 1\n",
    "site-packages/bought.py": "BOUGHT = 1\n",
}
IMPORTED = sorted(MODULES.keys() - {"never.py", "site-packages/bought.py"})


@pytest.fixture
def modules(folder, monkeypatch):
    """A file of a user with what it imports, none of it imported yet."""
    for name, text in MODULES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "mine.py").write_text(IMPORTING + "import sys\nsys.path.append('site-packages')\nimport bought\n")
    before = set(sys.modules)
    yield folder
    sys.path[:] = [each for each in sys.path if each != "site-packages"]
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("bowls", "weights", "parts", "spare", "bought"):
            del sys.modules[name]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def film(run, surface="./mine.py", output="a.gif"):
    line = ["animate", *SMALL, "--surface", surface, "-O", "sgd:lr=0.02", "-O", "./rule.py:Mine:lr=0.02"]
    assert run(*line, "-o", output).exit_code == 0
    return read_recipe(output).files


@pytest.mark.parametrize("times", [1, 2])
def test_a_recipe_holds_the_sha256_of_what_files_import(run, modules, times):
    """The second time nothing is imported anew, but what is in an import statement is known all the same."""
    (modules / "rule.py").write_text("import weights, bowls\n" + RULE)
    found = [film(run) for _ in range(times)][-1]
    names = ["mine.py", "rule.py", *(name for name in IMPORTED if times == 1 or name != "spare.py")]
    assert found == {name: digest(modules / name) for name in names}
    assert list(found) == names


def test_it_says_so_wherever_the_folder_is_and_holds_no_path_of_it(run, modules):
    (modules / "rule.py").write_text(RULE)
    (modules / "inner").mkdir()
    for name in [*IMPORTED, "mine.py"]:
        (modules / "inner" / name).parent.mkdir(exist_ok=True)
        (modules / name).rename(modules / "inner" / name)
    found = film(run, "inner/mine.py")
    assert list(found) == ["inner/mine.py", "rule.py", *(f"inner/{name}" for name in IMPORTED)]
    assert str(modules) not in read_recipe("a.gif").to_text()


@pytest.mark.slow
@pytest.mark.parametrize("changed", IMPORTED)
def test_a_module_that_changed_since_is_named(run, spawn, modules, changed):
    (modules / "rule.py").write_text(RULE)
    film(run)
    line = ["animate", "--from", "a.gif", "--trust", "-o", "again.gif"]
    assert spawn(*line).communicate(timeout=60)[1] == b""
    with (modules / changed).open("a") as file:
        file.write("# a word\n")
    _, notes = spawn(*line).communicate(timeout=60)
    assert notes.decode() == f"note: {changed} changed since the picture was made: this is another one\n"


@pytest.mark.slow
def test_what_is_not_imported_may_change(run, spawn, modules):
    (modules / "rule.py").write_text(RULE)
    film(run)
    for name in ("never.py", "site-packages/bought.py"):
        (modules / name).write_text("OTHER = 2\n")
    process = spawn("animate", "--from", "a.gif", "--trust", "-o", "again.gif")
    assert process.communicate(timeout=60) == (b"again.gif\n", b"")


@pytest.mark.slow
def test_a_module_that_is_gone_is_missed(run, spawn, modules):
    (modules / "rule.py").write_text(RULE)
    film(run)
    (modules / "weights.py").unlink()
    process = spawn("animate", "--from", "a.gif", "--trust", "-o", "again.gif")
    assert b"No module named 'weights'" in process.communicate(timeout=60)[1]
    assert process.returncode == 1


@pytest.mark.slow
def test_older_recipes_that_know_of_no_modules_say_nothing_of_them(run, spawn, modules):
    (modules / "rule.py").write_text(RULE)
    film(run)
    older = json.loads(read_recipe("a.gif").to_text())
    older["files"] = {name: older["files"][name] for name in ("mine.py", "rule.py")}
    (modules / "older.html").write_text(json.dumps(older))
    (modules / "weights.py").write_text("WEIGHT = 4\n")
    process = spawn("animate", "--from", "older.html", "--trust", "-o", "again.gif")
    assert process.communicate(timeout=60) == (b"again.gif\n", b"")


def test_a_module_is_held_as_it_was_loaded(modules, monkeypatch):
    """Python loads a module once: what it holds now is not what was run, unless it was loaded anew."""
    monkeypatch.syspath_prepend(modules)
    first = digest(modules / "weights.py")
    optviz.race("./mine.py", ["sgd:lr=0.02"], steps=3)
    (modules / "weights.py").write_text("WEIGHT = 4\n")
    for known in (first, digest(modules / "weights.py")):
        race = optviz.race("./mine.py", ["sgd:lr=0.02"], steps=3)
        optviz.animate(race, size=(100, 80)).save("a.gif")
        assert read_recipe("a.gif").files["weights.py"] == known
        importlib.reload(sys.modules["weights"])


@pytest.mark.parametrize("name", ["../rule.py", "/etc/hostname", "x/../../rule.py", "/dev/zero", "a\0b.py", "gone.txt"])
def test_of_files_that_lie_elsewhere_a_recipe_says_nothing(folder, name):
    (folder / "mine.py").write_text(SURFACE)
    optviz.animate(optviz.race("./mine.py", ["sgd:lr=0.02"], steps=8), size=(100, 80)).save("a.gif")
    data = json.loads(read_recipe("a.gif").to_text())
    data["files"][name] = "x"
    (folder / "odd.html").write_text(json.dumps(data))
    if name in ("a\0b.py", "gone.txt"):
        with pytest.warns(OptvizWarning, match="changed since"):
            optviz.remake("odd.html", trust=True)
    else:
        optviz.remake("odd.html", trust=True)
