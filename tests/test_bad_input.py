"""What is refused, through the command line: a clear line, the right exit code, no traceback, nothing written.

2 is for what can be judged from the value itself, 1 for the rest: files, functions, disks.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
SMALL = ["--size", "100x80", "--frames", "4", "--steps", "10"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("animate --surface sadle", ["'sadle'", "Did you mean 'saddle'?", "`optviz list surfaces`", "./mine.py"]),
        ("compare --surface Himelblau", ["'Himelblau'", "Did you mean 'himmelblau'?"]),
        ("list rates --surface six_hump_camle", ["'six_hump_camle'", "Did you mean 'six-hump-camel'?"]),
        ("animate --surface ../setup", ["no surface is called '../setup'", "./mine.py"]),
        ("animate --surface saddle -O adm", ["'adm'", "Did you mean 'adam'?", "`optviz list optimizers`"]),
        ("compare --surface booth -O sgd -O rmsprp:lr=0.1", ["'rmsprp'", "Did you mean 'rmsprop'?"]),
        ("compare --surface booth -O adam:bet1=0.8", ["'bet1'", "Did you mean 'beta1'?", "Allowed: lr, schedule,"]),
        ("animate --surface saddle --theme drak", ["'drak'", "Did you mean 'dark'?", "Allowed: light, dark"]),
        ("compare --surface booth --schedule 'cosin(9)'", ["'cosin'", "Did you mean 'cosine'?", "one-cycle"]),
        ("compare --surface booth --schedule 'cosine()'", ["cosine takes (steps, warmup, floor)"]),
        ("compare --surface booth --schedule 'cosine(9'", ["a closing parenthesis", "\n  cosine(9\n          ^"]),
        ("animmate --surface saddle", ["'animmate'", "Did you mean 'animate'?", "animate, compare, "]),
        ("list surface", ["'surface'", "Did you mean 'surfaces'?", "optimizers, "]),
        ("animate --sruface saddle", ["--sruface", "--surface"]),
        ("animate", ["--surface is missing", "`optviz list surfaces`"]),
        ("compare", ["Missing option '--surface'"]),
        ("compare --surface booth --format xml", ["'xml'", "'table', 'json', 'csv', 'markdown'"]),
    ],
)
def test_unknown_names_offer_the_nearest(refuse, line, words):
    message = refuse(2, *shlex.split(line))
    for word in words:
        assert word in message


@pytest.mark.parametrize("command", ["animate", "compare", "plot"])
@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "fast", ""])
def test_learning_rates(refuse, command, rate):
    message = refuse(2, command, "--surface", "booth", f"--lr={rate}")
    assert (rate or "''") in message
    assert "auto" in message
    message = refuse(2, command, "--surface", "booth", "-O", f"sgd:lr={rate}")
    assert "\n         ^" in message
    if rate:
        assert "lr must be a number in (0, inf), not" in message


@pytest.mark.parametrize("item", ["beta1=1", "beta1=-0.1", "beta2=1.5", "beta2=nan", "eps=-1", "beta1=x"])
def test_hyperparameters_outside_their_range(refuse, item):
    key, value = item.split("=")
    message = refuse(2, "compare", "--surface", "booth", "-O", f"adam:lr=0.1,{item}")
    assert message.startswith(f"{key} must be a number in {'(0, inf)' if key == 'eps' else '[0, 1)'}, not ")
    assert value in message.splitlines()[0]
    assert message.endswith(f"\n  adam:lr=0.1,{item}\n{' ' * (2 + len('adam:lr=0.1,') + len(key) + 1)}^\n")


@pytest.mark.parametrize(
    ("spec", "place"),
    [(":lr=1", 0), ("adam:", 5), ("adam:beta1", 5), ("adam:lr=0.1,,beta1=0.2", 12), ('adam:label="x', 11)],
)
@pytest.mark.parametrize("command", ["animate", "compare", "list rates", "plot"])
def test_a_spec_that_does_not_parse_is_pointed_at(refuse, command, spec, place):
    message = refuse(2, *command.split(), "--surface", "booth", "-O", spec)
    assert message.splitlines()[1:] == [f"  {spec}", " " * (2 + place) + "^"]


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("100,0", "start 100,0 lies outside the domain of booth: -10 ≤ x ≤ 10, -10 ≤ y ≤ 10"),
        ("0,-10.001", "lies outside the domain of booth"),
        ("1", "start must be X,Y or random:N or grid:AxB, not '1'"),
        ("1,2,3", "must be X,Y or random:N or grid:AxB, not '1,2,3'"),
        ("1,x", "must be X,Y or random:N or grid:AxB, not '1,x'"),
        ("nan,0", "must be X,Y or random:N or grid:AxB, not 'nan,0'"),
        ("randm:3", "must be X,Y or random:N or grid:AxB, not 'randm:3'"),
        ("random:0", "start 'random:0' names 0 points; allowed are 1 to 4096"),
        ("random:4097", "names 4097 points; allowed are 1 to 4096"),
        ("grid:100x100", "names 10000 points; allowed are 1 to 4096"),
        (f"random:{'9' * 5000}", "must be X,Y or random:N or grid:AxB"),
    ],
)
@pytest.mark.parametrize("command", ["animate", "compare", "list rates", "plot"])
def test_starts(refuse, command, start, words):
    assert words in refuse(2, *command.split(), "--surface", "booth", f"--start={start}")


BOUNDS = {
    "--steps": (["0", "-1", "1000001"], "a whole number from 1 to 1000000"),
    "--fps": (["0", "1e-320", "-1", "100.1", "nan", "inf"], "a number in [0.0001, 100]"),
    "--frames": (["0", "1", "-5", "10001"], "a whole number from 2 to 10000"),
    "--hold": (["-1", "61", "nan"], "a number of seconds in [0, 60]"),
    "--size": (["0x0", "-8x600", "800x0", "7681x100", "100x4321", "63x63"], "from 64x64 to 7680x4320"),
    "--view-box": (["1,0,0,1", "0,1,1,1", "nan,1,0,1", "0,inf,0,1"], "X0,X1,Y0,Y1 with X0 < X1 and Y0 < Y1"),
    "--seed": (["-1"], "a whole number from 0"),
    "--noise": (["-1", "nan", "inf"], "a number in [0, inf)"),
    "--clip": (["0", "-1", "nan"], "a number in (0, inf)"),
}


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [(option, value, allowed) for option, (values, allowed) in BOUNDS.items() for value in values],
)
def test_numbers_beyond_their_bound(refuse, option, value, allowed):
    message = refuse(2, "animate", "--surface", "booth", f"{option}={value}")
    assert allowed in message
    assert value in re.sub(r"\.0\b", "", message)
    assert option.lstrip("-").replace("-", " ") in message


@pytest.mark.parametrize("command", ["compare", "list rates"])
@pytest.mark.parametrize("value", ["0", "-1", "1000001"])
def test_steps_beyond_their_bound_in_tables(refuse, command, value):
    message = refuse(2, *command.split(), "--surface", "booth", f"--steps={value}")
    assert f"from 1 to 1000000, not {value}" in message


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--steps", "many", "'many'"),
        ("--steps", "1.5", "'1.5'"),
        ("--fps", "fast", "'fast'"),
        ("--frames", "1e3", "'1e3'"),
        ("--size", "800", "'800' is not of the form WxH"),
        ("--size", "800x600x3", "'800x600x3' is not of the form WxH"),
        ("--size", "8.5x600", "'8.5x600' is not of the form WxH"),
        ("--size", "axb", "'axb' is not of the form WxH"),
        ("--view-box", "0,1,0", "'0,1,0' is not of the form X0,X1,Y0,Y1"),
        ("--view-box", "a,b,c,d", "'a,b,c,d' is not of the form X0,X1,Y0,Y1"),
    ],
)
def test_what_is_no_number(refuse, option, value, words):
    message = refuse(2, "animate", "--surface", "booth", option, value)
    assert f"'{option}'" in message
    assert words in message


def test_other_options_of_a_race(refuse):
    message = refuse(2, "compare", "--surface", "booth", "--batch-size", "3")
    assert "batch size 3: the surface booth has no data" in message
    message = refuse(2, "compare", "--surface", "noisy-moons", "--batch-size", "0")
    assert "batch size must be a whole number from 1 to the 200 samples, not 0" in message
    many = [word for _ in range(65) for word in ("-O", "sgd")]
    assert "a race has 1 to 64 optimizers, not 65" in refuse(2, "compare", "--surface", "booth", *many)
    assert "a race has 1 to 64 optimizers, not 65" in refuse(2, "animate", "--surface", "booth", *many)
    assert "4096 problems, not 8192" in refuse(
        2, "compare", "--surface", "booth", "--surface", "matyas", "--start", "grid:64x64"
    )
    assert "leave it out" in refuse(2, "list", "rates", "--surface", "booth", "--lr", "0.1")
    assert "--seeds" in refuse(2, "compare", "--surface", "booth", "--seeds", "0")


def test_64_optimizers_are_welcome(run):
    many = [word for _ in range(64) for word in ("-O", "sgd:lr=0.01")]
    rows = json.loads(run("compare", "--surface", "booth", "--steps", "5", *many, "--json").stdout)["runs"]
    assert [row["label"] for row in rows] == ["sgd", *(f"sgd#{n}" for n in range(2, 65))]


# Where to write


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("film.xyz", "'.xyz'; allowed: .gif"),
        ("film", "'film' has no suffix that names a format, as in film.gif"),
        (".", "no suffix that names a format"),
        (".gif", "'.gif' has no suffix"),
    ],
)
def test_the_suffix_decides(refuse, output, words):
    assert words in refuse(2, "animate", "--surface", "booth", "-o", output)


def test_folders(refuse, folder):
    (folder / "file.txt").write_text("mine")
    (folder / "folder.gif").mkdir()
    for output, words in {
        "missing/film.gif": "there is no folder missing. Make it first: mkdir -p missing",
        "missing/below/film.gif": "there is no folder missing/below. Make it first: mkdir -p missing/below",
        "file.txt/film.gif": "file.txt is a file, not a folder",
        "file.txt/below/film.gif": "file.txt is a file, not a folder",
        "folder.gif": "it is a folder",
        "n" * 300 + ".gif": "File name too long",
    }.items():
        message = refuse(1, "animate", "--surface", "booth", *SMALL, "-o", output)
        assert message.startswith(f"{Path(output)} cannot be written: ")
        assert words in message


@POSIX
def test_a_folder_that_is_not_writable(refuse, folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("root may write everywhere")
    message = refuse(1, "animate", "--surface", "booth", *SMALL, "-o", "closed/film.gif")
    assert "closed/film.gif cannot be written: the folder closed is not writable. Choose another" in message


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_folder_where_not_even_root_may_write(refuse):
    message = refuse(1, "animate", "--surface", "booth", *SMALL, "-o", "/proc/film.gif")
    assert message.startswith("/proc/film.gif cannot be written: ")


def test_a_file_that_cannot_be_replaced_stays(refuse, folder):
    (folder / "film.gif").write_text("precious")
    refuse(2, "animate", "--surface", "booth", "--steps", "0", "-o", "film.gif")
    (folder / "mine.py").write_text(surface("return x + late(y)"))
    refuse(1, "animate", "--surface", "./mine.py", "-o", "film.gif")
    assert (folder / "film.gif").read_text() == "precious"


@pytest.mark.slow
@POSIX
def test_a_full_disk(spawn, failed, folder):
    """A limit on the size of files is the full disk that a test can have: writing fails in the middle."""
    resource = pytest.importorskip("resource")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    (folder / "film.gif").write_text("precious")
    for output in ("film.gif", "new.gif"):
        process = spawn("animate", "--surface", "booth", "--lr=0.01", "--frames=9", "-o", output, preexec_fn=limit)
        message = failed(1, process)
        assert message == f"{output} cannot be written: File too large\n"
    assert {path.name for path in folder.iterdir()} == {"film.gif"}
    assert (folder / "film.gif").read_text() == "precious"


@pytest.mark.slow
@FULL
@pytest.mark.parametrize(
    "line",
    [
        "compare --surface booth --steps 5 --lr 0.01",
        "list themes --json",
        "animate --surface booth --size 100x80 --frames 4 --lr 0.01 -o -",
        "plot --surface booth --size 100x80 --lr 0.01 -o -",
        "--help",
        "--version",
        "animate --help",
    ],
)
def test_a_full_disk_behind_stdout(spawn, failed, folder, line):
    with Path("/dev/full").open("wb") as full:
        message = failed(1, spawn(*line.split(), stdout=full))
    assert message == "stdout cannot be written: No space left on device\n"
    assert list(folder.iterdir()) == []


@pytest.mark.slow
@FULL
def test_a_film_is_whole_even_if_its_path_cannot_be_printed(spawn, failed):
    with Path("/dev/full").open("wb") as full:
        failed(1, spawn("animate", "--surface", "booth", *SMALL, "--lr", "0.01", "-o", "film.gif", stdout=full))
    with Image.open("film.gif") as film:
        assert film.n_frames == 4


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    "line",
    [
        "compare --surface booth --lr 0.01 --steps 3000 --json --points",
        "animate --surface saddle -o -",
        "plot --surface saddle -o -",
    ],
)
def test_a_reader_who_leaves_early(spawn, failed, folder, line):
    """As ``optviz … | head -c 10``."""
    process = spawn(*line.split(), "-O", "adam:lr=0.01", pipesize=4096)
    assert len(os.read(process.stdout.fileno(), 10)) == 10
    process.stdout.close()
    process.stdout = None
    assert failed(1, process) == "stdout cannot be written: Broken pipe\n"
    assert list(folder.iterdir()) == []


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("compare --surface booth --steps 5 --lr 0.01", 1),
        ("list themes", 1),
        ("animate --surface booth --size 100x80 --frames 4 --lr 0.01 -o -", 1),
        ("plot --surface booth --size 100x80 --lr 0.01 -o -", 1),
        ("animate --surface booth --size 100x80 --frames 4 --lr 0.01 -o film.gif", 0),
    ],
)
def test_no_stdout_at_all(folder, line, code):
    """As ``optviz … >&-``."""
    command = f"exec {shlex.quote(sys.executable)} -m optviz {line} >&-"
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=os.environ | {"PYTHONSAFEPATH": "1"}, stderr=subprocess.PIPE, check=False
    )
    assert done.returncode == code, done.stderr
    if code:
        assert done.stderr.decode().startswith("Error: stdout is closed")
        assert list(folder.iterdir()) == []
    else:
        assert done.stderr == b""
        with Image.open(folder / "film.gif") as film:
            assert film.n_frames == 4


@pytest.mark.slow
@POSIX
def test_no_stderr_at_all(folder):
    """As ``optviz … 2>&-``: nobody to tell anything, and yet the film is made."""
    command = f"exec {shlex.quote(sys.executable)} -m optviz animate --surface booth {' '.join(SMALL)} 2>&-"
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=os.environ | {"PYTHONSAFEPATH": "1"}, stdout=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"booth.gif\n")


@POSIX
def test_a_stdout_that_cannot_hold_what_is_printed(spawn, failed, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    message = failed(1, spawn("list", "surfaces"))
    assert message.startswith("stdout cannot hold ")
    assert message.endswith("set PYTHONIOENCODING=utf-8\n")


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(signal.SIGINT, 130, b"Interrupted: no file was left half-written.\n"), (signal.SIGTERM, 143, b"")],
)
@pytest.mark.parametrize("existing", [b"", b"precious"])
def test_a_signal_in_mid_render(spawn, folder, existing, number, code, words):
    if existing:
        (folder / "film.gif").write_bytes(existing)
    long = ["--lr", "0.01", "--steps", "9999", "--frames", "10000", "--size", "1920x1080"]
    process = spawn(
        *("animate", "--surface", "booth", "-O", "sgd", *long, "-o", "film.gif"),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whoever runs the tests may ignore it
    )
    deadline = time.monotonic() + 60
    while not list(folder.glob(".film.gif.*.part")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(folder.glob(".film.gif.*.part"))
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == code
    assert stdout == b""
    assert stderr == words
    assert [path.read_bytes() for path in folder.iterdir()] == ([existing] if existing else [])


# What must work, though it looks odd


@pytest.mark.filterwarnings("ignore")  # a font may lack a letter
@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "ünï ✓ − × ≤ 漢字 שלום 😀",
        "$x^{2$ \\frac _ & % # {} %s",
        "two\nlines\ttab \x1b[31m",
        "\udcff not UTF-8",
        "long " * 400,
        "--title",
    ],
)
def test_any_title_can_be_drawn(run, title):
    result = run("animate", "--surface", "booth", *SMALL, "--lr", "0.01", f"--title={title}")
    assert (result.exit_code, result.stdout) == (0, "booth.gif\n")
    with Image.open("booth.gif") as film:
        assert film.n_frames == 4


@pytest.mark.parametrize("output", ["ü ✓.gif", "-film.gif", "FILM.GIF", "a.b.gif", "./film.gif", "n" * 251 + ".gif"])
def test_any_name_can_be_written(run, folder, output):
    result = run("animate", "--surface", "booth", *SMALL, "--lr", "0.01", "-o", output)
    assert (result.exit_code, result.stdout) == (0, f"{Path(output)}\n")
    with Image.open(folder / output) as film:
        assert film.format == "GIF"


# A surface of one's own

HEAD = "import autograd.numpy as np\nfrom optviz import Surface\n"


def surface(body, name="SURFACE", head=HEAD, **fields):
    fields = {"name": "mine", "domain": (-2, 2, -2, 2), "start": (1, 1)} | fields
    written = ", ".join(f"{key}={value!r}" for key, value in fields.items())
    return f"{head}def f(x, y):\n    {body}\n{name} = Surface(fn=f, {written})\n"


BOWL = surface("return x**2 + 3 * y**2", minima=((0, 0),))
TWO = surface("return x**2 + y**2", name="ONE") + surface("return x**2 - y**2", name="TWO", head="")


@pytest.mark.parametrize(
    ("path", "ref"),
    [
        ("mine.py", "./mine.py"),
        ("mine.py", "mine.py"),
        ("mine.py", "./mine.py:SURFACE"),
        ("my own/mine − 2-b.py", "./my own/mine − 2-b.py"),
        ("my own/mine − 2-b.py", "my own/mine − 2-b.py:SURFACE"),
        ("-mine.py", "-mine.py"),
        ("mine.old.py", "./mine.old.py"),
    ],
)
@pytest.mark.parametrize("absolute", [False, True])
def test_a_file_of_ones_own(run, folder, path, ref, absolute):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(BOWL)
    ref = f"{folder}/{ref}" if absolute else ref
    table = json.loads(run("compare", "--surface", ref, "--steps", "50", "-O", "sgd:lr=0.1", "--json").stdout)
    assert (table["surface"], table["start"], table["steps"]) == ("mine", [1.0, 1.0], 50)
    [only] = table["runs"]
    assert only["final"]["value"] == pytest.approx(0.8**100, abs=1e-12)  # x shrinks by 0.8 a step, y by 0.4


def test_a_file_of_ones_own_in_every_command(run, folder):
    (folder / "mine.py").write_text(BOWL)
    assert run("animate", "--surface", "./mine.py", *SMALL).stdout == "mine.gif\n"
    assert "sgd" in run("list", "rates", "--surface", "./mine.py", "--steps", "20").stdout
    checks = json.loads(run("list", "surfaces", "--file", "./mine.py", "--json").stdout)
    assert len(checks) >= 5
    assert {row["result"] for row in checks} == {"ok"}
    assert "−" in run("list", "surfaces").stdout, "and the catalog is as it was"


@pytest.mark.filterwarnings("ignore:nobody moves")
def test_one_of_several_surfaces_in_a_file(run, folder):
    (folder / "mine.py").write_text(TWO)
    for name, value in {"ONE": 2.0, "TWO": 0.0}.items():
        table = run("compare", "--surface", f"./mine.py:{name}", "-O", "sgd:lr=1e-9", "--steps", "1", "--json").stdout
        assert json.loads(table)["runs"][0]["final"]["value"] == pytest.approx(value, abs=1e-6)


@pytest.mark.filterwarnings("ignore::optviz.errors.OptvizWarning")  # for a gradient that is 0
def test_whole_numbers_are_real_numbers(run, folder):
    (folder / "mine.py").write_text(surface("return np.floor(x).astype(int) + np.floor(y).astype(int)"))
    table = json.loads(run("compare", "--surface", "./mine.py", "--steps", "5", "--lr", "0.1", "--json").stdout)
    assert {run["final"]["value"] for run in table["runs"]} == {2.0}
    assert run("animate", "--surface", "./mine.py", *SMALL).stdout == "mine.gif\n"


def test_a_name_alone_is_never_a_file(refuse, folder):
    (folder / "mine.py").write_text(BOWL)
    for ref in ("mine", "./mine", str(folder / "mine")):
        assert f"no surface is called {ref!r}" in refuse(2, "compare", "--surface", ref)


BAD_SURFACES = {
    "a syntax error": ("from optviz import Surface\ndef f(x y):\n    pass\n", ["mine.py, line 2: syntax error"]),
    "a null byte": ("x = '\0'\n", ["mine.py", "null bytes"]),
    "an error in the file": ("one = 1\ntwo = 1 / 0\n", ["mine.py, line 2: ZeroDivisionError: division by zero"]),
    "a missing module": ("import nowhere_to_be_found\n", ["mine.py, line 1: ModuleNotFoundError", "nowhere_to_be"]),
    "an exit": ("\n\nraise SystemExit(3)\n", ["mine.py, line 3: SystemExit"]),
    "no surface": ("x = 1\n", ["mine.py defines no Surface; write SURFACE = optviz.Surface(name=…, fn=…"]),
    "something else": ("SURFACE = 3\n", ["mine.py defines no Surface; write SURFACE = optviz.Surface(name=…, fn=…"]),
    "several": (TWO, ["mine.py defines 2 of kind Surface; choose one of: mine.py:ONE, mine.py:TWO"]),
    "no function": (HEAD + "SURFACE = Surface(name='m', domain=(0, 1, 0, 1), start=(0, 0))\n", ["line 3", "'fn'"]),
    "not a function": (HEAD + "SURFACE = Surface(name='m', fn=3, domain=(0, 1, 0, 1), start=(0, 0))\n", ["fn", "3"]),
    "one number": (surface("return np.sum(x**2 + y**2)"), ["mine.py", "shape (7, 5) it returned shape ()", "x and y"]),
    "another shape": (surface("return np.stack([x, y])"), ["must be elementwise", "it returned shape (2, 7, 5)"]),
    "nothing": (surface("pass"), ["must be elementwise", "it returned shape ()"]),
    "complex": (surface("return x + 1j * y"), ["fn must return real numbers, not complex128"]),
    "truth": (surface("return (x > 0) & (y > 0)"), ["fn must return real numbers, not bool"]),
    "NaN": (surface("return x * y * np.nan"), ["fn is finite nowhere on a grid over its domain (-2, 2, -2, 2)"]),
    "raises": (surface("raise RuntimeError('boom')"), ["mine.py", "fn raised RuntimeError: boom"]),
    "recursion": (surface("return f(x, y)"), ["fn raised RecursionError"]),
    "math": (surface("return math.sin(x) + y", head="import math\n" + HEAD), ["mine.py", "fn raised TypeError"]),
    "ignores y": (surface("return x**2"), ["fn does not depend on y: a surface is a function of two parameters"]),
    "ignores x": (surface("return y**2"), ["fn does not depend on x: a surface is a function of two parameters"]),
    "domain": (
        surface("return x * y", domain=(2, -2, -2, 2)),
        ["domain must be four finite numbers", "(2, -2, -2, 2)"],
    ),
    "start": (surface("return x * y", start=(3, 0)), ["start (3, 0) lies outside the domain (-2, 2, -2, 2)"]),
    "raises later": (
        surface("if np.ndim(x) == 1: raise ValueError('late')\n    return x * y", lr=0.1),
        ["mine.py, line 4: ValueError: late"],
    ),
    "assigns": (
        surface("z = np.zeros_like(x)\n    z[x > 0] = y[x > 0]\n    return x + z"),
        ["mine.py, line 5: ValueError", "use autograd.numpy", "assign to no element"],
    ),
    "no gradient": (surface("return np.cbrt(x) + y"), ["mine.py, line 4: NotImplementedError", "use autograd.numpy"]),
}


@pytest.mark.parametrize(("source", "words"), BAD_SURFACES.values(), ids=BAD_SURFACES)
def test_a_surface_file_that_cannot_be_used(refuse, folder, source, words):
    (folder / "mine.py").write_text(source)
    for line in ("animate --surface ./mine.py", "compare --surface ./mine.py", "list surfaces --file ./mine.py"):
        message = refuse(1, *line.split())
        for word in words:
            assert word in message


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("./missing.py", ["missing.py cannot be read: No such file or directory"]),
        ("./missing.py:SURFACE", ["missing.py cannot be read: No such file or directory"]),
        ("./folder.py", ["folder.py cannot be read: Is a directory"]),
        ("./mine.py:SURFAC", ["mine.py has no 'SURFAC'; choose one of: mine.py:SURFACE"]),
        ("./mine.py:f", ["./mine.py:f: f is function, not Surface; write SURFACE = optviz.Surface("]),
        ("./mine.py:np", ["./mine.py:np: np is module, not Surface"]),
    ],
)
@POSIX
def test_a_ref_that_leads_nowhere(refuse, folder, ref, words):
    (folder / "mine.py").write_text(BOWL)
    (folder / "folder.py").mkdir()
    for command in (["animate"], ["compare"], ["list", "rates"]):
        message = refuse(1, *command, "--surface", ref)
        for word in words:
            assert word in message


def test_checks_that_fail_are_named(run, folder):
    (folder / "mine.py").write_text(surface("return x**2 + y**2", minima=((1, 1),)))
    result = run("list", "surfaces", "--file", "./mine.py", "--json")
    assert result.exit_code == 1
    failed = [row for row in json.loads(result.stdout) if row["result"] == "FAILED"]
    assert failed
    assert f"mine: {len(failed)} of {len(json.loads(result.stdout))} checks failed" in result.stderr


# An optimizer of one's own

RULE = """from dataclasses import dataclass
from typing import NamedTuple
import numpy as np
from optviz.optimizer import Optimizer

class State(NamedTuple):
    t: int

@dataclass(frozen=True, kw_only=True)
class Mine(Optimizer):
    name = "mine"
    title = "My rule"
    power: float = 1.0

    def init(self, params):
        return State(0)

    def update(self, gradient, state, params):
        step = -self.rate(state.t + 1) * self.power * gradient
        return step, State(state.t + 1)
"""
STEP = "return step, State(state.t + 1)"


@pytest.mark.parametrize("head", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize("ref", ["./mine.py", "./mine.py:Mine", "my own/mine − 2-b.py:Mine"])
def test_a_rule_of_ones_own(run, folder, head, ref):
    path = folder / ref.removesuffix(":Mine")
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + RULE)
    line = ["compare", "--surface", "booth", "--steps", "20", "--json", "-O", "sgd:lr=0.02"]
    specs = [f"{ref}:lr=0.02", f'{ref}:lr=0.01,power=2,label="Mine, twice"', ref]
    result = run(*line, *(word for spec in specs for word in ("-O", spec)))
    sgd, mine, twice, tuned = json.loads(result.stdout)["runs"]
    assert [row["label"] for row in (mine, twice, tuned)] == ["mine", "Mine, twice", "mine#2"]
    assert mine["optimizer"] == ref
    assert mine["final"] == sgd["final"] == twice["final"]
    assert twice["hyperparameters"] == {"lr": 0.01, "schedule": "constant", "power": 2.0}
    assert tuned["lr_rule"] == "tuned"
    assert run("animate", "--surface", "booth", *SMALL, "-O", ref).exit_code == 0


def test_a_rule_of_a_package(run):
    specs = ["-O", "adam:lr=1", "-O", "optviz:Adam:lr=1"]
    ours, theirs = json.loads(run("compare", "--surface", "booth", "--steps", "9", *specs, "--json").stdout)["runs"]
    assert ours["final"] == theirs["final"]


BAD_RULES = {
    "a syntax error": ("x = 1\nx y\n", ["mine.py, line 2: syntax error"]),
    "no optimizer": (
        "from optviz import Adam\n",
        ["mine.py defines no Optimizer; write a subclass of optviz.optimizer."],
    ),
    "raises": (RULE.replace(STEP, "raise RuntimeError('boom')"), ["mine.py, line 20: ", "RuntimeError('boom')"]),
    "another shape": (RULE.replace(STEP, "return step.sum(), state"), ["a step, real and shaped as the gradient"]),
    "complex": (RULE.replace(STEP, "return 1j * step, state"), ["a step, real and shaped as the gradient"]),
    "no state": (RULE.replace(STEP, "return step"), ["a step, real and shaped as the gradient, and the new state"]),
    "no title": (
        RULE.replace('title = "My rule"', ""),
        ["an optimizer has a name and a title; write them in the class"],
    ),
    "no update": (RULE.partition("    def update")[0], ["./mine.py", "NotImplementedError"]),
    "two": (RULE + "class Other(Mine):\n    pass\n", ["defines 2 of kind Optimizer", "mine.py:Mine, mine.py:Other"]),
}


@pytest.mark.parametrize(("source", "words"), BAD_RULES.values(), ids=BAD_RULES)
def test_an_optimizer_file_that_cannot_be_used(refuse, folder, source, words):
    (folder / "mine.py").write_text(source)
    for command in (["animate"], ["compare"], ["list", "rates"]):
        message = refuse(1, *command, "--surface", "booth", "-O", "./mine.py:lr=0.1")
        for word in words:
            assert word in message


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        ("./missing.py:Mine:lr=0.1", 1, "missing.py cannot be read: No such file or directory"),
        ("./mine.py:Min:lr=0.1", 1, "mine.py has no 'Min'; choose one of: mine.py:Mine"),
        ("./mine.py:State:lr=0.1", 1, "./mine.py:State: State is type, not Optimizer"),
        ("nowhere_to_be_found:Mine:lr=0.1", 1, "cannot be imported: No module named 'nowhere_to_be_found'"),
        ("optviz:Adm:lr=0.1", 1, "optviz:Adm cannot be imported"),
        ("optviz:race:lr=0.1", 1, "not a subclass of optviz.optimizer.Optimizer"),
        ("./mine.py:Mine:pwer=2", 2, "no hyperparameter of mine is called 'pwer'. Did you mean 'power'?"),
        ("./mine.py:Mine:power=x", 2, "power must be a number in (-inf, inf), not 'x'"),
        ("./mine.py:Mine:lr=-1", 2, "lr must be a number in (0, inf), not -1"),
    ],
)
def test_an_optimizer_of_ones_own_that_is_refused(refuse, folder, spec, code, words):
    (folder / "mine.py").write_text(RULE)
    assert words in refuse(code, "compare", "--surface", "booth", "-O", spec)


@pytest.mark.slow
def test_a_warning_in_a_file_is_a_note(spawn, folder):
    (folder / "mine.py").write_text("import warnings\nwarnings.warn('mind the step')\n" + BOWL)
    line = ["animate", "--surface", "./mine.py", *SMALL, "--lr", "0.01"]
    for quiet, note in (([], b"note: mind the step\n"), (["--quiet"], b"")):
        assert spawn(*line, *quiet).communicate() == (b"mine.gif\n", note)


@pytest.mark.parametrize(
    "line",
    [
        ["animate", "--surface", "booth", "-O", "sgd:lr=0.05", "-o", "\0.gif"],
        ["plot", "--surface", "booth", "-O", "sgd:lr=0.05", "-o", "\0.png"],
        ["train", "--data", "moons:samples=60", "--log", "\0.jsonl"],
        ["train", "--data", "moons:samples=60", "--save", "\0.npz"],
        ["train", "--data", "moons:samples=60", "-o", "\0.gif"],
        ["data", "moons", "-o", "\0.png"],
        ["slides", "-o", "\0.html", "a.gif"],
        ["gallery", "--only", "saddle", "-o", "\0"],
    ],
    ids=lambda line: " ".join(line[:1] + line[-2:-1]),
)
def test_a_name_that_no_file_can_have_is_refused_before_anything_is_done(refuse, line):
    assert "must be the path of a file, not '\\x00" in refuse(2, *line)
