"""Command lines as a stranger might write them: every pair of options of every command, at tiny sizes, in a folder of
files that are the user's own. After each line it is asked whether all went as it should.

`lines` makes them, `judged` runs one and says what is wrong with it. The options come from the commands themselves, so
that a new one is tried as soon as it is there; only their values are written down here.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import os
import random
import resource
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import numpy as np
from click.testing import CliRunner
from PIL import Image

from optviz.cli import main

_BATCH = 100  # lines a process
_PATIENCE = 60.0  # seconds a line may take
_MEMORY = 6 << 30  # bytes a process may have

_HUGE = "9" * 5000
ODD = [
    "0",
    "-1",
    "0.5",
    "1e-3",
    "-0",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e-320",
    "1e308",
    "1e15",
    "",
    " ",
    "1,5",
    "1_0",
    "٣",
    "0x10",
]
ODD += [
    "three",
    "1/2",
    "--",
    "\0",
    _HUGE,
    "9" * 30,
    "2.5",
    "1e1",
    "+2",
    "\x1b[1m",
    str(2**31),
    str(2**63),
    str(2**64 - 1),
]
"""What is tried for every option, whatever it takes."""

_SURFACES = [
    "booth",
    "saddle",
    "noisy-moons",
    "himmelblau",
    "hidden-unit",
    "bukin-6",
    "easom",
    "./mine.py",
    "./mine.py:SURFACE",
    "BOOTH",
]
_NO_SURFACES = [
    "./mine.py:NONE",
    "./broken.py",
    "./branches.py",
    "./quits.py",
    "./missing.py",
    "sadle",
    "./data.npz",
    "..",
    "./mine.py:",
]
_NO_SURFACES += ["os:system", "booth:lr=1", "\x1b[2J", "x" * 5000, "./prints.py", "./lost.py", "./folder.py"]
_SPECS = [
    "sgd",
    "adam",
    "momentum:lr=0.01",
    "adam:lr=0.05,beta1=0.8",
    "sgd:lr=0.1,schedule=cosine(4)",
    'lion:lr=0.01,label="L, 1"',
    "adadelta",
]
_SPECS += [
    "./mine.py:Mine",
    "./mine.py:Mine:lr=0.1",
    "yogi",
    "qhm",
    "nadam",
    "radam:lr=1",
    "amsgrad",
    "adamw:weight_decay=1",
    "adabelief",
]
_SPECS += ["nesterov", "sgd:lr=1e200", "sgd:lr=1e-300", "sgd:lr=0.1,label=" + "w" * 90, "rmsprop:centered=true,lr=0.01"]
_NO_SPECS = [
    "sgd:lr=0",
    "sgd:lr=nan",
    "adm",
    ":",
    "a:b:c",
    "sgd:lr=" + "(" * 3000,
    "sgd:lr=" + _HUGE,
    "adam:beta1=1",
    "sgd:lr=0.1,lr=0.2",
]
_NO_SPECS += ["sgd:label=\x1b[1m", "sgd:schedule=f(f(f(1)))", "./quits.py", "./broken.py:Mine"]
_TEXTS = [
    "",
    " ",
    "a",
    "A longer title, which has to go somewhere",
    "x" * 700,
    "<b>&amp;\"'</b>",
    "\\input{x}",
    "$x_1$ %",
    "優化",
    "עברית",
    "😀",
    "{}",
    "%s%n",
]
_OUTPUTS = [
    "new.gif",
    "new.png",
    "new.svg",
    "new.pdf",
    "new.html",
    "new.webp",
    "new.apng",
    "frames/",
    "-",
    "pic.gif",
    "pic.png",
    "page.html",
]
_OUTPUTS += ["link.gif", "frames0", "new.tex", "new.pptx"]
_NO_OUTPUTS = [
    ".",
    "/",
    "..",
    "new",
    "new.xyz",
    "mine.py",
    "data.npz",
    "theme.toml",
    "notes.txt",
    "none/new.gif",
    "folder.gif",
    "\0.gif",
    "x" * 300 + ".gif",
]
_NO_OUTPUTS += ["run.npz", "new.npz", "new.jsonl", "foreign.gif", "README.md", "hard.npz", "./", "sub"]
_FILES = ["pic.gif", "pic.png", "page.html", "frames0", "link.gif", "pic.svg", "saddle"]
_NO_FILES = [
    "mine.py",
    "data.npz",
    "cut.gif",
    "empty",
    "missing",
    ".",
    "",
    "notes.txt",
    "/dev/null",
    "foreign.gif",
    "run.npz",
    "sub",
]
_DATA = [
    "moons:samples=60",
    "blobs:samples=60",
    "./data.npz",
    "./DATA.NPZ",
    "circles:samples=50",
    "spirals:samples=66",
    "moons:samples=60,noise=0.5",
    "hard.npz",
]
_NO_DATA = [
    "digits:x=1",
    "moons:noise=-1",
    "moons:samples=9",
    "nope",
    "mine.py",
    "moons:samples=1e9",
    "./cut.npz",
    "mnist",
    "./pic.gif",
    " ./data.npz ",
]
_SCHEDULES = ["cosine(4)", "step(2)", "constant", "one-cycle(4)", "exponential(0.9)", "warmup(2)", "cosine(2,1)"]

VALUES: dict[str, tuple[list[str], list[str]]] = {
    "surface": (_SURFACES, _NO_SURFACES), "surfaces": (_SURFACES, _NO_SURFACES), "optimizers": (_SPECS, _NO_SPECS),
    "schedule": (_SCHEDULES, ["cosine", "cosine()", "cosine(0)", "cosine(-1)", "cosine(1e400)", "nope(1)", "cosine(2,9)", "cosine(" * 2000]),
    "theme": (["light", "dark", "print", "./theme.toml"], ["drak", "./bad.toml", "./missing.toml", "./data.npz", "."]),
    "start": (["1,1", "0,0", "random:2", "grid:2x2", " 1 , 1 "], ["random:0", "grid:0x9", "9e9,9e9", "nan,nan", "1,2,3", "random:" + _HUGE, "grid:3x", "grid:99999x99999"]),
    "size": (["96x72", "64x64", "200x70", "70x200", "320x120", "96X72"], ["63x64", "0x0", "-1x9", "1e3x2", "96", "96x72x3", "99999x99999", _HUGE + "x1", "96×72"]),
    "output": (_OUTPUTS, _NO_OUTPUTS), "folder": (["sub", "new", "gallery0"], [".", "mine.py", "-"]),
    "save": (["new.npz", "run.npz"], _NO_OUTPUTS), "log": (["new.jsonl", "new.log"], _NO_OUTPUTS),
    "view_box": (["-1,1,-1,1", "-3,3,-3,3", "-1e-9,1e-9,-1e-9,1e-9", "-1e99,1e99,-1,1"], ["0,0,0,0", "1,-1,1,-1", "-1e300,1e300,-1,1", "nan,1,2,3", "1,2,3", "1e9,1e9,0,1"]),
    "title": (_TEXTS, ["\x1b[31mred", "a\nb", "\u202eabc", "\ud800"]), "data": (_DATA, _NO_DATA), "name": (_DATA, _NO_DATA),
    "file": (_FILES, _NO_FILES), "recipe": (_FILES, _NO_FILES), "pictures": (_FILES, _NO_FILES),
    "curves": (["loss", "loss,gradient", "gradient,step,distance,sharpness", "", "loss,loss"], ["los", ",,", "loss;step"]),
    "view": (["contour", "relief"], ["3d"]), "camera": (["fixed", "orbit"], ["free"]), "layout": (["overlay", "panels"], ["grid"]),
    "preset": (["slide", "square"], ["huge"]), "plane": (["pca", "random"], ["x"]), "at": (["0", "end", "0,2,end"], ["99", "x", "0," * 900 + "1"]),
    "show": (["fading", "vectors", "ghosts"], ["boundary", "fading,vectors", "none"]),
    "train show": (["curves", "boundary", "plane", "activations", "boundary,curves"], ["ghosts", "curves,,", "none"]),
    "hidden": (["4", "4,3", "none"], ["4,,3", "99999999999", "4" + ",4" * 300]), "data_dir": ([".", "sub"], ["missing", "mine.py"]),
    "activation": (["tanh", "relu", "gelu"], ["rleu", "Sigmoid"]), "init": (["he", "xavier", "zeros", "scale(0.01)"], ["scale(-1)", "scale", "scale(1e400)"]),
    "augment": (["flip", "noise", "rotation(10)", "mix", "crop"], ["rotation(1e400)", "x", "rotation(1,2,3)"]), "dtype": (["float32", "float64"], ["int8"]),
    "form": (["table", "json", "csv", "markdown"], ["xml"]), "snippet": (["markdown", "html", "latex"], ["x"]), "slugs": (["saddle", "zigzag"], ["sadle"]),
    "lr": (["auto", "0.05", "1e-3", "1e300"], ["0", "x"]), "epochs": (["1", "2"], []), "ensemble": (["1", "2"], ["99999"]), "jobs": (["1", "2"], ["65"]),
    "steps": (["1", "2", "5", "12"], ["1000001"]), "frames": (["2", "3", "9"], ["10001"]), "seeds": (["1", "2", "3"], ["1001", "257"]),
    "samples": (["1", "9"], []), "seed": (["0", "1", "5", str(2**31), str(2**63), str(2**200)], []), "batch_size": (["1", "5", "64"], []),
    "tune_for": (["picture", "table"], []), "tolerance": (["1e-3", "0.5"], []), "fps": (["1", "12.5", "60", "100"], []), "hold": (["0", "0.1", "2"], []),
    "noise": (["0.1", "1e12"], []), "clip": (["1", "1e-300", "1e200"], []), "elevation": (["10", "44.5", "75"], []), "azimuth": (["-360", "0", "200"], []),
    "dropout": (["0.1", "0.9"], []), "l1": (["0.01"], []), "l2": (["0.01", "1e9"], []), "patience": (["1", "2"], []),
}  # fmt: skip
"""Values of options by the names of parameters: what they take, and what they do not take, or not with everything."""

TINY = {
    "steps": "4", "frames": "3", "size": "96x72", "epochs": "1", "hidden": "4", "fps": "20",
    "optimizers": "sgd:lr=0.01", "surface": "booth", "surfaces": "booth", "batch_size": "9", "pictures": "pic.gif", "data": "moons:samples=60", "slugs": "saddle",
}  # fmt: skip
"""What an option says where nothing else is tried, so that a line takes a moment."""

OUTPUT = {
    "animate": "new.gif",
    "plot": "new.png",
    "gallery": "sub",
    "slides": "new.html",
    "train": "new.gif",
    "data": "new.png",
}
_RELIEF, _PLANE = {"view": "relief"}, {"view": "relief", "show": "plane"}
COMPANIONS: dict[str, dict[str, str]] = {
    "camera": _RELIEF, "elevation": _RELIEF, "azimuth": _RELIEF, "seeds": {"show": "ghosts", "surface": "noisy-moons"},
    "train camera": _PLANE, "train elevation": _PLANE, "train azimuth": _PLANE, "train view": _PLANE, "train seeds": {},
    "resume": {"save": "run.npz"}, "augment": {"data": "digits", "name": "digits"}, "plane": {"show": "plane"}, "trust": {"recipe": "pic.gif"},
    "batch_size": {"surface": "noisy-moons", "surfaces": "noisy-moons"}, "theme": {"name": "moons"}, "form": {"check": ""}, "as_json": {"check": ""},
}  # fmt: skip
"""What an option is nothing without."""

OWN = [
    "mine.py",
    "broken.py",
    "branches.py",
    "quits.py",
    "prints.py",
    "lost.py",
    "data.npz",
    "theme.toml",
    "bad.toml",
    "notes.txt",
]
OWN += ["README.md", "index.html", "cut.npz", "cut.gif", "empty", "foreign.gif"]
"""Files that are the user's: no command may change them."""

MINE = """import autograd.numpy as np
from dataclasses import dataclass
from optviz import Surface
from optviz.optimizer import SGD
def bowl(x, y):
    return x**2 + 3 * y**2
SURFACE = Surface(name="bowl", fn=bowl, domain=(-2, 2, -2, 2), start=(1.5, 1), minima=((0, 0),))
@dataclass(frozen=True)
class Mine(SGD):
    name = "mine"
    title = "Mine"
"""
_BOWL = "import numpy, sys\nfrom optviz import Surface\ndef f(x, y):\n    {}\n    return {}\nSURFACE = Surface(name='f', fn=f, domain=(-2, 2, -2, 2), start=(1, 1))\n"


def furnish(folder: Path) -> None:
    """Put the user's files into an empty folder, and some that optviz has written there before."""
    texts = {
        "mine.py": MINE,
        "broken.py": "def f(:\n",
        "branches.py": _BOWL.format("x = x if x > 0 else -x", "x + y"),
        "quits.py": _BOWL.format("sys.exit(0)", "x"),
        "prints.py": _BOWL.format("print('here')", "x**2 + y**2"),
        "lost.py": _BOWL.format("pass", "numpy.where(x > 0, 1.0, 2.0) * numpy.ones_like(y) + numpy.asarray([1.0])[0]"),
        "theme.toml": 'base = "dark"\n',
        "bad.toml": "base = [[[\n",
        "notes.txt": "my notes\n",
        "README.md": "# mine\n",
        "index.html": "<p>mine</p>\n",
        "empty": "",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 2))
    np.savez(folder / "data.npz", X=x, y=(x[:, 0] > 0).astype(int))
    (folder / "DATA.NPZ").write_bytes((folder / "data.npz").read_bytes())
    os.link(folder / "data.npz", folder / "hard.npz")
    (folder / "cut.npz").write_bytes((folder / "data.npz").read_bytes()[:300])
    Image.new("P", (9, 9)).save(folder / "foreign.gif")
    (folder / "folder.gif").mkdir()
    (folder / "sub").mkdir()
    (folder / "folder.py").mkdir()
    small = ["--surface", "booth", "-O", "sgd:lr=0.05", "--size", "96x72", "--quiet"]
    for output in ("pic.gif", "page.html", "frames0/"):
        _ran(["animate", *small, "--steps", "5", "--frames", "3", "-o", output])
    for output in ("pic.png", "pic.svg"):
        _ran(["plot", *small, "--steps", "5", "-o", output])
    train = ["train", "--data", "moons:samples=60", "--hidden", "4", "--epochs", "1", "-O", "sgd:lr=0.1", "--quiet"]
    _ran([*train, "--save", "run.npz"])
    (folder / "cut.gif").write_bytes((folder / "pic.gif").read_bytes()[:200])
    (folder / "link.gif").symlink_to("pic.gif")


def commands() -> dict[tuple[str, ...], click.Command]:
    """Every command by its words; of a group those in it."""
    found: dict[tuple[str, ...], click.Command] = {}

    def visit(command: click.Command, words: tuple[str, ...]) -> None:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                visit(inner, (*words, name))
        else:
            found[words] = command

    visit(main, ())
    return found


def lines(count: int, seed: int) -> Iterator[list[str]]:
    """So many command lines: every pair of options in turn, a third now and then, values at random."""
    pairs = [
        (words, command, pair)
        for words, command in commands().items()
        for pair in itertools.combinations_with_replacement([each for each in command.params], 2)
    ]
    generator = random.Random(seed)
    generator.shuffle(pairs)
    for words, command, pair in itertools.islice(itertools.cycle(pairs), count):
        chosen = [pair[0], pair[1]]
        if generator.random() < 0.3:
            chosen.append(generator.choice(command.params))
        yield _line(generator, words, command, chosen)


def _line(
    generator: random.Random, words: tuple[str, ...], command: click.Command, chosen: list[click.Parameter]
) -> list[str]:
    named = {each.name for each in chosen}
    if words[0] == "gallery":  # never the whole of it, which takes minutes
        chosen = [each for each in chosen if each.name != "slugs"]
        named.discard("slugs")
    usual = dict(TINY)
    output = OUTPUT.get(words[0])
    if output and not named & {"output", "folder", "snippet"} and generator.random() < 0.7:
        usual |= {"output": output, "folder": output}
    if words[0] != "train":
        del usual["batch_size"]
    elif "output" not in {*named, *usual}:  # where no picture is drawn, nothing may be said of one
        usual = {name: value for name, value in usual.items() if name not in ("size", "frames", "fps")}
    if "recipe" in named:
        usual = {name: value for name, value in usual.items() if name in ("output", "folder")}
    for name in named:
        with_it = COMPANIONS.get(f"{words[0]} {name}", COMPANIONS.get(name or "", {}))
        usual |= with_it if generator.random() < 0.8 else {}
    arguments: list[str] = []
    for each in command.params:
        if each.name in usual and each.name not in named:
            option = [each.opts[0]] if isinstance(each, click.Option) else []
            arguments += option if getattr(each, "is_flag", False) else [*option, usual[each.name]]
    for each in chosen:
        taken, refused = VALUES.get(f"{words[0]} {each.name}") or VALUES.get(each.name or "", ([], []))
        value = generator.choice(taken if taken and generator.random() < 0.85 else refused + ODD)
        if isinstance(each, click.Argument):
            arguments.append(value)
        elif getattr(each, "is_flag", False):
            arguments.append(generator.choice(each.opts))
        else:
            name = generator.choice(each.opts)
            arguments += [f"{name}={value}"] if name.startswith("--") and generator.random() < 0.5 else [name, value]
    return [*words, *arguments]


def judged(line: list[str], folder: Path) -> list[str]:
    """Run a line in a furnished folder, which is the current one; what is wrong with how it went, if anything."""
    before = _contents(folder)
    result = _ran(line)
    after = _contents(folder)
    wrong: list[str] = []
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        wrong.append("raised " + "".join(traceback.format_exception(error)[-3:]).strip())
    if result.exit_code not in (0, 1, 2):
        wrong.append(f"exit code {result.exit_code}")
    if "Traceback" in result.stderr:
        wrong.append(f"a traceback: {result.stderr[-300:]}")
    if odd := sorted({letter for letter in result.stderr if not (letter.isprintable() or letter in "\n\t")}):
        wrong.append(f"stderr holds {odd}")
    if len(result.stderr) > 20_000:
        wrong.append(f"stderr is {len(result.stderr)} letters long")
    wrong += [
        f"{name} is the user's, and was changed"
        for name in OWN
        if after.get(name) != before.get(name) and not _forced(line)
    ]
    new = [name for name in after if name not in before]
    wrong += [f"{name} was left behind" for name in new if name.endswith(".part")]
    wrong += [f"{name} is gone" for name in before if name not in after]
    if result.exit_code == 2 and (new or after != before):
        wrong.append(f"refused, and yet written: {new}")
    if result.exit_code == 0:
        wrong += _unreadable(folder, [name for name in after if after[name] != before.get(name)])
        if "--json" in line and "-" not in line:
            wrong += _no_json(result.stdout)
    if result.exit_code and not result.stderr.strip():
        wrong.append("failed without a word")
    return wrong


def told(line: list[str]) -> str:
    """The line as one would type it."""
    return shlex.join(["optviz", *line])


def _ran(line: list[str]) -> click.testing.Result:  # type: ignore[name-defined]
    return CliRunner().invoke(main, line)


def _forced(line: list[str]) -> bool:
    return "--force" in line


def _contents(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
    return found


def _unreadable(folder: Path, names: list[str]) -> Iterator[str]:
    """What was written, and is not what its name says."""
    starts: Mapping[str, tuple[bytes, ...]] = {
        ".svg": (b"<?xml", b"<svg"),
        ".pdf": (b"%PDF",),
        ".html": (b"<!doctype", b"<!DOCTYPE"),
    }
    starts = {**starts, ".npz": (b"PK",), ".pptx": (b"PK",)}
    for name in names:
        path = folder / name
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix.lower() in (".gif", ".png", ".webp", ".apng"):
            try:
                with Image.open(io.BytesIO(data)) as image:
                    for index in range(getattr(image, "n_frames", 1)):
                        image.seek(index)
                        image.load()
            except Exception as error:  # noqa: BLE001 - whatever the decoder says of it
                yield f"{name} cannot be read: {error}"
        elif (wanted := starts.get(path.suffix.lower())) and not data.startswith(wanted):
            yield f"{name} begins with {data[:9]!r}"


def _no_json(text: str) -> Iterator[str]:
    try:
        json.loads(text.split("\n./", maxsplit=1)[0], parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))
    except ValueError as error:
        yield f"stdout is no JSON: {error}; it begins {text[:80]!r}"


def run(count: int, seed: int, jobs: int = 2) -> list[str]:
    """Try so many lines in processes of their own; what failed, a line each."""
    listed = list(lines(count, seed))
    with tempfile.TemporaryDirectory() as room, ThreadPoolExecutor(jobs) as pool:
        os.environ.update(OPTVIZ_CACHE=f"{room}/cache", HOME=room, OPENBLAS_NUM_THREADS="1")
        template = Path(room, "template")
        template.mkdir()
        with contextlib.chdir(template):
            furnish(template)
        batches = [listed[at : at + _BATCH] for at in range(0, count, _BATCH)]
        found = pool.map(
            lambda numbered: _batch(numbered[1], template, Path(room, str(numbered[0]))), enumerate(batches)
        )
        return [failure for each in found for failure in each]


def try_all(listed: list[list[str]], template: Path, folder: Path) -> Iterator[tuple[int, list[str]]]:
    """Try lines one after another, each in a folder like the template; what is wrong with each, as soon as it is known."""
    fresh = False
    for index, line in enumerate(listed):
        if not fresh:
            os.chdir(template)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(template, folder, symlinks=True)
            (folder / "hard.npz").unlink()
            os.link(folder / "data.npz", folder / "hard.npz")
            os.chdir(folder)
            before = _contents(folder)
        wrong = judged(line, folder)
        fresh = _contents(folder) == before
        yield index, wrong


def _batch(listed: list[list[str]], template: Path, folder: Path) -> list[str]:
    """Try lines in a process, which is ended where one takes too long; then go on behind it in another."""
    failures, at = [], 0
    while at < len(listed):
        script = "import sys, tests.fuzz_commands as here; here.serve(sys.argv[1], sys.argv[2])"
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(template), str(folder)],
            cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(listed[at:]))
        process.stdin.close()
        first = at
        while at < len(listed):
            ready, _, _ = select.select([process.stdout], [], [], _PATIENCE)
            answer = process.stdout.readline() if ready else ""
            if not answer:
                how = "hangs" if not ready else f"ended the process: {process.poll()}"
                failures.append(f"{told(listed[at])}\n    {how}")
                at += 1
                break
            index, wrong = json.loads(answer)
            failures += [f"{told(listed[first + index])}\n    {each}" for each in wrong]
            at = first + index + 1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return failures


def serve(template: str, folder: str) -> None:
    """Try the lines that stdin holds, and answer each with a line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    listed = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for answer in try_all(listed, Path(template), Path(folder)):
        print(json.dumps(answer), file=answers, flush=True)
