"""Code of a user's that goes wrong, whatever the way: told with its file and line, in every command and from Python."""

import io
import json
import os
import signal
import sys
import time

import autograd.numpy as anp
import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.errors import OptvizError, SurfaceError
from optviz.surface import Surface

SMALL = ["--size", "100x80", "--frames", "3", "--steps", "8"]
COMMANDS = {
    "animate": ["animate", *SMALL, "-o", "a.gif"],
    "page": ["animate", *SMALL, "-o", "a.html"],
    "plot": ["plot", "--size", "100x80", "--steps", "8", "-o", "a.png"],
    "compare": ["compare", "--steps", "8", "--json"],
    "rates": ["list", "rates", "--steps", "8"],
}
HEAD = "import math, sys\nimport numpy\nimport autograd.numpy as np\nfrom optviz import Surface\ncalls = 0\n"
RAISES = {
    "exit 0": ("sys.exit(0)", "SystemExit: 0"),
    "exit 3": ("raise SystemExit(3)", "SystemExit: 3"),
    "StopIteration": ("next(iter(()))", "StopIteration: it does not say why"),
    "GeneratorExit": ("raise GeneratorExit", "GeneratorExit"),
    "a base of its own": ("raise type('Odd', (BaseException,), {})('odd')", "Odd: odd"),
    "an assertion": ("assert False, 'no'", "AssertionError: no"),
    "no memory": ("raise MemoryError", "MemoryError"),
    "one that cannot speak": (
        "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0, '__repr__': lambda self: 1 / 0})",
        "Mute: it does not say why",
    ),
    "recursion": ("f(x, y)", "RecursionError"),
}


def surface(*lines, **fields):
    """A file of a surface; its function has the lines from line 8 on."""
    fields = {"name": "'mine'", "domain": (-3, 3, -3, 3), "start": (2, 1.5)} | fields
    written = ", ".join(f"{key}={value}" for key, value in fields.items())
    body = "".join(f"    {line}\n" for line in lines)
    return f"{HEAD}def f(x, y, *columns):\n    global calls; calls += 1\n{body}SURFACE = Surface(fn=f, {written})\n"


def rule(*lines, fields="", base="Optimizer"):
    """A file of an optimizer; its update has the lines from line 11 on."""
    body = "".join(f"        {line}\n" for line in lines)
    return (
        "import sys\nfrom dataclasses import dataclass\nimport numpy as np\nfrom optviz.optimizer import Optimizer\n"
        f"@dataclass(frozen=True, kw_only=True)\nclass Mine({base}):\n    name = title = 'mine'\n{fields}"
        "    def init(self, params):\n        return 0\n"
        f"    def update(self, gradient, state, params):\n{body}"
    )


def refused(refuse, command, *more):
    message = refuse(1, *COMMANDS[command], *more)
    assert "Traceback" not in message
    return message


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("when", ["at once", "later", "for its gradient"])
@pytest.mark.parametrize(("line", "words"), RAISES.values(), ids=RAISES)
def test_whatever_a_surface_raises_is_an_error_with_its_line(refuse, folder, command, when, line, words):
    condition = {"at once": "True", "later": "calls > 4", "for its gradient": "hasattr(x, '_value')"}[when]
    (folder / "mine.py").write_text(surface(f"if {condition}:", f"    {line}", "return x**2 + y**2"))
    message = refused(refuse, command, "--surface", "./mine.py", "-O", "sgd")
    assert words in message
    assert "mine.py, line 9" in message or (line == "f(x, y)" and "mine.py, line" in message)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("when", ["t == 0", "t > 2"])
@pytest.mark.parametrize(("line", "words"), list(RAISES.values())[:-1], ids=list(RAISES)[:-1])
def test_whatever_an_optimizer_raises_is_an_error_with_its_line(refuse, folder, command, when, line, words):
    step = f"if {when.replace('t', 'state')}:", f"    {line}", "return -0.1 * gradient, state + 1"
    (folder / "mine.py").write_text(rule(*step))
    message = refused(refuse, command, "--surface", "booth", "-O", "./mine.py")
    assert "mine.py, line 12" in message
    assert words.split(":")[0] in message


WRONG_STEPS = {
    "one number": "0.1",
    "a column": "gradient[:, :1]",
    "a row": "gradient[0]",
    "turned": "gradient.T",
    "three": "np.concatenate([gradient, gradient], axis=-1)",
    "complex": "1j * gradient",
    "words": "gradient.astype(str)",
    "objects": "gradient.astype(object)",
    "nothing": "None",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["animate", "compare"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("step", WRONG_STEPS.values(), ids=WRONG_STEPS)
def test_a_step_that_is_none_is_refused_whenever_it_comes(refuse, folder, command, first, step):
    usual = "" if first else "if state < 3: return -0.1 * gradient, state + 1"
    (folder / "mine.py").write_text(rule(usual, f"return {step}, state + 1"))
    for others in ([], ["-O", "sgd:lr=0.01"]):
        message = refused(refuse, command, "--surface", "booth", "-O", "./mine.py:lr=0.1", *others)
        assert "mine: update must return a step, real and shaped as the gradient, and the new state" in message


@pytest.mark.parametrize("result", ["-0.1 * gradient", "(gradient, state, 1)", "None"])
def test_an_update_that_returns_no_pair_is_refused(refuse, folder, result):
    (folder / "mine.py").write_text(rule("if state < 3: return -0.1 * gradient, state + 1", f"return {result}"))
    message = refused(refuse, "compare", "--surface", "booth", "-O", "./mine.py:lr=0.1")
    assert "mine: update must return a step, real and shaped as the gradient, and the new state" in message


LATER = {
    "a sum": ("np.sum(x**2 + y**2)", "must be elementwise"),
    "one more axis": ("np.stack([x, y])", "must be elementwise"),
    "the first of all": ("(x**2 + y**2)[:1]", "must be elementwise"),
    "complex": ("x + 1j * y", "must return real numbers, not complex128"),
    "words": ("numpy.array(['1'] * len(x))", "must return real numbers, not <U1"),
    "nothing": ("None", "must be elementwise"),
    "objects": ("numpy.array([None] * len(x))", "must return real numbers, not object"),
}


@pytest.mark.parametrize("command", ["animate", "compare"])
@pytest.mark.parametrize(("value", "words"), LATER.values(), ids=LATER)
def test_another_shape_or_type_on_a_later_call_is_refused(refuse, folder, command, value, words):
    late = f"if calls > 6 and not hasattr(x, '_value'): return {value}"
    (folder / "mine.py").write_text(surface(late, "return x**2 + y**2"))
    assert words in refused(refuse, command, "--surface", "./mine.py", "-O", "sgd:lr=0.1")


HELPED = {
    "math": ("return math.sin(x) + y", "autograd.numpy, as np.sin"),
    "math, of an element": ("return np.array([math.cos(each) for each in x]) + y", "autograd.numpy"),
    "float": ("return float(x) + y", "autograd.numpy"),
    "if": ("return x**2 + y if x > 0 else y", "np.where(condition, a, b)"),
    "max": ("return max(x, 0) + y", "np.maximum"),
    "and": ("return np.where(x > 0 and y > 0, x, y)", "np.where"),
    "in place": ("x -= 1; return x**2 + y**2", "x = x - 1 for x -= 1"),
    "an element": ("x[0] = 1; return x**2 + y**2", "assign to no element"),
    "an output": ("return numpy.add(x, y, out=y)", "not to be changed"),
}


@pytest.mark.parametrize(("line", "words"), HELPED.values(), ids=HELPED)
def test_what_usually_helps_is_said(refuse, folder, line, words):
    (folder / "mine.py").write_text(surface(line))
    message = refused(refuse, "animate", "--surface", "./mine.py")
    assert words in message
    assert "mine.py, line 8" in message


@pytest.mark.parametrize("name", ["x", "y", "column"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_function_that_writes_into_what_it_is_given_is_refused(refuse, folder, command, name):
    data = {"data": "(numpy.linspace(-1, 1, 20),)", "batch_size": 4}
    lines = "column, = columns", f"{name} -= 0.5", "return (x + y * column) ** 2"
    (folder / "mine.py").write_text(surface(*lines, **data))
    message = refused(refuse, command, "--surface", "./mine.py")
    assert "mine.py, line 9" in message
    assert "read-only" in message


def test_the_data_of_a_surface_stay_as_they_were_given():
    """Whoever owns the arrays may change them; a surface has its own."""
    column = np.linspace(-1, 1, 20)
    fit = Surface(
        name="fit",
        fn=lambda a, b, x: (a + b * x) ** 2,
        data=(column,),
        batch_size=4,
        domain=(-1, 1, -1, 1),
        start=(0.5, 1),
    )
    before = float(fit(np.array([0.5, 1.0])))
    column[:] = 99
    assert float(fit(np.array([0.5, 1.0]))) == before
    assert column.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        fit.data[0][0] = 1


FILES = {
    "exit": "import sys\nsys.exit(0)\n",
    "base": "\nraise type('Odd', (BaseException,), {})\n",
    "generator": "\nraise GeneratorExit\n",
    "stop": "\nnext(iter(()))\n",
}


@pytest.mark.parametrize("source", FILES.values(), ids=FILES)
@pytest.mark.parametrize("option", ["--surface", "-O"])
def test_a_file_that_ends_the_program_ends_nothing(refuse, folder, source, option):
    (folder / "mine.py").write_text(source)
    (folder / "mymodule.py").write_text(source)
    more = ["--surface", "./mine.py"] if option == "--surface" else ["--surface", "booth", "-O", "./mine.py"]
    assert "mine.py, line 2" in refused(refuse, "compare", *more)


@pytest.mark.parametrize("source", FILES.values(), ids=FILES)
def test_a_module_that_ends_the_program_ends_nothing(refuse, folder, source, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "rules_of_mine", raising=False)
    (folder / "rules_of_mine.py").write_text(source)
    refused(refuse, "compare", "--surface", "booth", "-O", "rules_of_mine:Mine")


@pytest.mark.parametrize("group", ["surfaces", "optimizers"])
def test_an_entry_point_that_ends_the_program_ends_nothing(refuse, group, monkeypatch):
    class Point:
        name, value = "theirs", "theirs:it"

        def load(self):
            sys.exit(0)

    monkeypatch.setattr("optviz.catalog.entry_points_in", lambda asked: {"theirs": Point()} if group in asked else {})
    more = ["--surface", "theirs"] if group == "surfaces" else ["--surface", "booth", "-O", "theirs"]
    assert "the entry point theirs = theirs:it cannot be loaded: SystemExit" in refused(refuse, "compare", *more)


@pytest.mark.parametrize(("group", "command"), [("surfaces", "surfaces"), ("optimizers", "optimizers")])
def test_a_list_goes_on_without_what_cannot_be_loaded(run, group, command, monkeypatch):
    class Point:
        name, value = "theirs", "theirs:it"

        def load(self):
            raise RuntimeError("no")

    whole = json.loads(run("list", command, "--json").stdout)
    monkeypatch.setattr("optviz.catalog.entry_points_in", lambda asked: {"theirs": Point()} if group in asked else {})
    result = run("list", command, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, whole)
    assert result.stderr.startswith("note: the entry point theirs = theirs:it cannot be loaded")


def test_an_optimizer_of_an_entry_point_is_tried_as_one_of_a_file_is(refuse, monkeypatch):
    space = {"__name__": "theirs"}
    exec(rule("return 1, state"), space)

    class Point:
        name, value = "theirs", "theirs:Mine"

        def load(self):
            return space["Mine"]

    monkeypatch.setitem(sys.modules, "theirs", type(sys)("theirs"))
    group = {"theirs": Point()}
    monkeypatch.setattr("optviz.catalog.entry_points_in", lambda asked: group if "optimizers" in asked else {})
    assert "update must return a step" in refused(refuse, "compare", "--surface", "booth", "-O", "theirs")


@pytest.mark.parametrize(("line", "words"), RAISES.values(), ids=RAISES)
def test_from_python_it_is_an_error_of_ours(line, words):
    """And it names the line of the very function."""
    space = {"count": 0}
    lines = (
        "import sys",
        "def f(x, y):",
        "  global count; count += 1",
        f"  if count > 4: {line}",
        "  return x**2 + y**2",
    )
    exec(compile("\n".join(lines), "notebook", "exec"), space)  # as a notebook does
    bowl = Surface(name="bowl", fn=space["f"], domain=(-1, 1, -1, 1), start=(0.5, 0.5))
    with pytest.raises(SurfaceError, match=f"notebook, line 4: {words}"):
        optviz.race(bowl, ["sgd"], steps=9)


@pytest.mark.parametrize("line", ["params -= 0.1 * gradient", "gradient *= 0.1", "gradient[:] = 0"])
def test_an_optimizer_that_writes_into_what_it_is_given_is_refused(refuse, folder, line):
    (folder / "mine.py").write_text(rule(line, "return -gradient, state"))
    message = refused(refuse, "compare", "--surface", "booth", "-O", "./mine.py:lr=0.1")
    assert "mine.py, line 11" in message
    assert "not to be changed" in message


OWN = {
    "post": ("    def __post_init__(self): {0}\n", "return -gradient, state"),
    "anatomy": ("    def anatomy(self, state): {0}\n", "return -0.01 * gradient, state"),
}


@pytest.mark.parametrize("line", ["sys.exit(0)", "raise ValueError('no')", "raise GeneratorExit"])
@pytest.mark.parametrize(("fields", "step"), OWN.values(), ids=OWN)
def test_whatever_else_of_an_optimizer_raises_is_an_error_with_its_line(refuse, folder, fields, step, line):
    (folder / "mine.py").write_text(rule(step, fields=fields.format(line)))
    more = ["--surface", "booth", "-O", "./mine.py:lr=0.01", "--show", "vectors"]
    assert "mine.py, line 8" in refused(refuse, "animate", *more)


@pytest.mark.parametrize("line", ["sys.exit(0)", "raise ValueError('no')", "return gradient[:1], state"])
def test_an_optimizer_that_goes_wrong_in_a_training_is_an_error(refuse, folder, line):
    (folder / "mine.py").write_text(rule(f"if state > 3: {line}", "return -0.01 * gradient, state + 1"))
    line = "train --data moons --hidden 4 --epochs 1 -O ./mine.py:lr=0.1 --json --batch-size 8"
    message = refuse(1, *line.split())
    assert "mine.py, line 11" in message or "mine: update must return a step" in message


def printing(kind):
    shout = "print('shout'); sys.stdout.write('more'); sys.stdout.flush()"
    if kind == "surface":
        return "mine.py", shout + "\n" + surface(shout, "return x**2 + y**2"), ["--surface", "./mine.py", "-O", "sgd"]
    text = "import sys; " + shout + "\n" + rule(shout, "return -0.01 * gradient, state")
    return "mine.py", text.replace(shout, "import sys; " + shout), ["--surface", "booth", "-O", "./mine.py:lr=0.1"]


@pytest.mark.parametrize("kind", ["surface", "optimizer"])
def test_what_a_file_prints_spoils_no_result(run, folder, kind):
    name, source, more = printing(kind)
    (folder / name).write_text("import sys\n" + source)
    result = run("compare", "--steps", "4", *more, "--json")
    assert json.loads(result.stdout)["steps"] == 4
    assert "shout" in result.stderr
    gif = run("animate", *SMALL, *more, "-o", "-").stdout_bytes
    with Image.open(io.BytesIO(gif)) as film:
        assert (gif[:6], film.n_frames) == (b"GIF89a", 3)
    png = run("plot", "--size", "100x80", "--steps", "4", *more, "-o", "-").stdout_bytes
    with Image.open(io.BytesIO(png)) as still:
        assert still.size == (100, 80)
    assert run("animate", *SMALL, *more, "-o", "a.gif").stdout == "a.gif\n"
    assert "shout" not in run("info", "a.gif").stdout
    if kind == "surface":
        rows = json.loads(run("list", "surfaces", "--file", "./mine.py", "--json").stdout)
        assert {row["result"] for row in rows} == {"ok"}


def test_from_python_a_function_prints_where_it_did(capsys):
    def loud(x, y):
        print("noise")
        return x**2 + y**2

    optviz.race(Surface(name="loud", fn=loud, domain=(-1, 1, -1, 1), start=(0.5, 0.5)), ["sgd:lr=0.1"], steps=3)
    assert "noise" in capsys.readouterr().out


def test_ctrl_c_in_a_function_of_a_user_stays_one(run, folder):
    (folder / "mine.py").write_text(surface("if calls > 4: raise KeyboardInterrupt", "return x**2 + y**2"))
    result = run(*COMMANDS["compare"], "--surface", "./mine.py")
    assert (result.exit_code, result.stdout) == (130, "")


SLOW = {
    "asleep": ["    time.sleep(60)"],
    "another error of it": ["    try: time.sleep(60)", "    except BaseException: raise ValueError('no')"],
}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
@pytest.mark.parametrize("lines", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_within_a_function_of_a_user_ends_the_program(spawn, folder, lines, number, code):
    here = "    import time; open('here', 'w').close()"
    (folder / "mine.py").write_text(surface("if calls > 4:", here, *lines, "return x**2 + y**2"))
    process = spawn(
        *COMMANDS["compare"], "--surface", "./mine.py", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    deadline = time.monotonic() + 60
    while not (folder / "here").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    stdout, _ = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (code, b"")


def test_a_schedule_that_raises_is_an_error_with_its_line():
    class Odd(optviz.schedules.Schedule):
        name, formula = "odd", "?"

        def __call__(self, t):
            if t > 3:
                sys.exit(0)
            return 1.0

    with pytest.raises(OptvizError, match=r"test_user_code.py, line \d+: SystemExit"):
        optviz.race("booth", ["sgd:lr=0.01"], schedule=Odd(), steps=9)


# What a few points would tell wrongly

BOX = {"domain": (-10, 10, -10, 10), "start": (2.9, -4.8)}


@pytest.mark.parametrize("axis", [0, 1])
def test_a_hole_that_the_grid_misses_is_seen_from_the_start(axis):
    def hole(x, y):
        u, v = (x, y) if axis == 0 else (y, x)
        return -anp.maximum(0, 1e-4 - (u - 2.5) ** 2 - (v + 5) ** 2)

    at = (2.5, -5.0) if axis == 0 else (-5.0, 2.5)
    near = tuple(each + 0.003 for each in at)
    for more in ({"start": near}, {"start": (0, 0), "minima": (at,)}):
        assert float(Surface(name="hole", fn=hole, domain=BOX["domain"], **more)(np.array(at))) == -1e-4


def test_a_hole_of_a_hundredth_is_seen_by_many_points():
    def hole(x, y):
        return -anp.maximum(0, 1 - (x - 2.6) ** 2 - (y + 4.6) ** 2)

    assert Surface(name="hole", fn=hole, domain=BOX["domain"], start=(0, 0)).name == "hole"


def test_a_function_that_is_a_number_in_a_hundredth_of_its_domain_alone_is_finite_somewhere():
    def dome(x, y):
        return anp.sqrt(1 - (x - 2.6) ** 2 - (y + 4.6) ** 2)

    made = Surface(name="dome", fn=dome, domain=BOX["domain"], start=(0, 0))
    assert made(np.array([[2.6, -4.6], [0, 0]]))[0] == 1


@pytest.mark.parametrize("share", [1e-6, 1e-3, 1, 1e3, 1e6])
def test_each_axis_is_tried_in_its_own_measure(share):
    """log is defined all over the domain, whatever the extent of the other axis."""
    for flip in (False, True):
        domain = (1, 1 + 1e3 * share, 1e-5, 0.1)
        fn = (lambda x, y: anp.log(y) + (x / share) ** 2) if not flip else (lambda y, x: anp.log(y) + (x / share) ** 2)
        start = (1 + share, 0.05)
        flipped = domain if not flip else (*domain[2:], *domain[:2])
        made = Surface(name="logs", fn=fn, domain=flipped, start=start if not flip else start[::-1])
        assert np.isfinite(made(made.grid(20, 20))).all()


def test_a_column_whose_first_samples_are_zero_tells_nothing_of_the_rest():
    column = np.r_[np.zeros(50), np.ones(50)]
    fit = Surface(
        name="late",
        fn=lambda a, b, x: a**2 + b * x,
        data=(column,),
        batch_size=4,
        domain=(-1, 1, -1, 1),
        start=(0.5, 1),
    )
    assert float(fit(np.array([0.0, 1.0]))) == 0.5


@pytest.mark.parametrize("axis", ["x", "y"])
def test_what_depends_on_one_parameter_alone_is_refused(axis):
    fn = (lambda x, y: y**2) if axis == "x" else (lambda x, y: x**2)
    with pytest.raises(SurfaceError, match=rf"does not depend on {axis}: .* at none of 20\d\d points"):
        Surface(name="flat", fn=fn, **BOX)


def test_a_file_imports_what_lies_beside_it_as_a_script_does(tmp_path):
    (tmp_path / "bowls_beside.py").write_text("def bowl(x, y):\n    return x**2 + y**2\n")
    lines = [
        "from bowls_beside import bowl",
        "from optviz import Surface",
        "SURFACE = Surface(name='b', fn=bowl, domain=(-1, 1, -1, 1), start=(0.5, 0.5), minima=((0, 0),))",
    ]
    (tmp_path / "mine.py").write_text("\n".join(lines))
    before = list(sys.path)
    end = optviz.race(str(tmp_path / "mine.py"), ["sgd:lr=0.25"], steps=10).points[-1, 0]
    assert end == pytest.approx([0.5 * 0.5**10] * 2)
    assert sys.path == before
