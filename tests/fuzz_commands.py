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
from collections.abc import Iterable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import numpy as np
from click.testing import CliRunner
from PIL import Image

from optviz.cli import main
from tests.fuzz_values import ODD, VALUES

_BATCH = 100  # lines a process
_PATIENCE = 60.0  # seconds a line may take
_MEMORY = 6 << 30  # bytes a process may have

TINY = {
    "steps": "4",
    "frames": "3",
    "size": "96x72",
    "epochs": "1",
    "hidden": "4",
    "fps": "20",
    "optimizers": "sgd:lr=0.01",
    "surface": "booth",
    "surfaces": "booth",
    "batch_size": "9",
    "pictures": "pic.gif",
    "data": "moons:samples=60",
    "slugs": "saddle",
}
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
    "camera": _RELIEF,
    "elevation": _RELIEF,
    "azimuth": _RELIEF,
    "seeds": {"show": "ghosts", "surface": "noisy-moons"},
    "train camera": _PLANE,
    "train elevation": _PLANE,
    "train azimuth": _PLANE,
    "train view": _PLANE,
    "train seeds": {},
    "resume": {"save": "run.npz"},
    "augment": {"data": "digits", "name": "digits"},
    "plane": {"show": "plane"},
    "trust": {"recipe": "pic.gif"},
    "batch_size": {"surface": "noisy-moons", "surfaces": "noisy-moons"},
    "theme": {"name": "moons"},
    "form": {"check": ""},
    "as_json": {"check": ""},
}
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

PICTURES = {"cut.gif", "foreign.gif"}
"""Those of them that may be replaced where -o names them: pictures by a picture."""

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
_BOWL = """import numpy, sys
from optviz import Surface

def f(x, y):
    {}
    return {}

SURFACE = Surface(name="f", fn=f, domain=(-2, 2, -2, 2), start=(1, 1))
"""


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
        for pair in itertools.combinations_with_replacement(command.params, 2)
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
    return [*words, *_usual(command, usual, named), *_chosen(generator, words, chosen)]


def _usual(command: click.Command, usual: Mapping[str, str], named: Set[str | None]) -> list[str]:
    """What options say that nothing else is tried of."""
    arguments: list[str] = []
    for each in command.params:
        if each.name in usual and each.name not in named:
            option = [each.opts[0]] if isinstance(each, click.Option) else []
            arguments += option if getattr(each, "is_flag", False) else [*option, usual[each.name]]
    return arguments


def _chosen(generator: random.Random, words: tuple[str, ...], chosen: Iterable[click.Parameter]) -> list[str]:
    """What is tried."""
    arguments: list[str] = []
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
    return arguments


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
    asked = _asked_to_write(line)
    wrong += [
        f"{name} is the user's, and was changed"
        for name in OWN
        if after.get(name) != before.get(name) and not (_forced(line) or name in asked & PICTURES)
    ]
    new = [name for name in after if name not in before]
    wrong += [f"{name} was left behind" for name in new if name.endswith(".part")]
    wrong += [f"{name} is gone" for name in before if name not in after and name.partition("/")[0] not in asked]
    if result.exit_code == 2 and (new or after != before):
        wrong.append(f"refused, and yet written: {new}")
    if result.exit_code == 0:
        changed = [name for name in after if after[name] != before.get(name)]
        wrong += _unreadable(folder, [name for name in changed if name not in _given(line, ("--log",))])
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


def _asked_to_write(line: list[str]) -> set[str]:
    """What -o names, as it is found in a listing of the folder."""
    return {value.rstrip("/") for value in _given(line, ("-o", "--output"))}


def _given(line: list[str], names: tuple[str, ...]) -> set[str]:
    """The values that options of these names have in a line."""
    found = {after for before, after in itertools.pairwise(line) if before in names}
    return found | {word.partition("=")[2] for word in line if word.partition("=")[0] in names and "=" in word}


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


def _refuse(word: str) -> None:
    raise ValueError(word)


def _no_json(text: str) -> Iterator[str]:
    try:
        json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        yield f"stdout is no JSON: {error}; it begins {text[:80]!r}"


def run(count: int, seed: int, jobs: int = 2) -> list[str]:
    """Try so many lines in processes of their own; what failed, a line each."""
    listed = list(lines(count, seed))
    with tempfile.TemporaryDirectory() as room, ThreadPoolExecutor(jobs) as pool:
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
    """Try lines one after another, each in a folder like the template; what is wrong, as soon as it is known."""
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
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "HOME": str(folder.parent), "OPTVIZ_CACHE": str(folder.parent / "cache")},
        )
        assert process.stdin is not None
        assert process.stdout is not None
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
        process.stdout.close()
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
