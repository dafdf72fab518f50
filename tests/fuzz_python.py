"""Calls from Python that a stranger might try: every public function and class, each argument with whatever there is.

A call either does what it is asked for or raises an `OptvizError`, within a time. All is tiny, and each call is drawn
from a seed and its number alone, so that a line of `run` says how to have it again: `call(seed, number)`.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import itertools
import os
import random
import signal
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import optviz
from optviz.errors import OptvizError
from optviz.nets.augmentation import AUGMENTATIONS
from optviz.nets.initializers import INITIALIZERS
from optviz.nets.layers import Activation, BatchNorm, Dense, Dropout
from optviz.nets.losses import Penalty
from optviz.optimizer import OPTIMIZERS
from optviz.schedules import SCHEDULES

LISTENERS = {"observe", "watch", "tried", "told"}
"""Arguments that are functions of the caller's, whose errors are the caller's, too."""

SECONDS = 20
"""The longest that a call may take."""


class TooLong(BaseException):
    """A call took longer than that."""


def _raising(*_: Any, **__: Any) -> Any:
    raise RuntimeError("not with me")


class Hostile:
    """What raises whatever it is asked."""

    __repr__ = __str__ = __len__ = __iter__ = __eq__ = __bool__ = __array__ = __fspath__ = _raising
    __index__ = __float__ = __getitem__ = __contains__ = __call__ = __format__ = _raising
    __hash__ = None  # type: ignore[assignment]


class Lying:
    """What says of itself what is not so."""

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__

    def __array__(self, *_: Any, **__: Any) -> Any:
        return np.array("text")

    def __repr__(self) -> str:
        return "\x1b[2J" * 1000


def _nested(depth: int = 300) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


VALUES: dict[str, Callable[[], Any]] = {
    text: (lambda text=text: eval(text))
    for text in (
        "None", "True", "False", "0", "1", "2", "3", "5.0", "-1", "10**30", "-(2**63)", "10**5000", "0.5", "-0.5",
        "float('nan')", "float('inf')", "1e-320", "1e308", "1j", "''", "' '", "'adam'", "'loss'", "'vectors'",
        "'cosine(20)'", "'auto'", "'1,2'", "'random:2'", "'0\\0'", "'a' * 100_000", "'\\x1b[2J'", "'\\ud800'",
        "'1' * 5000",
        "'x.gif'", "'nowhere/x.gif'", "b'bytes'", "Path('x.png')", "Path('.')", "()", "[]", "{}", "set()", "{1: 2}",
        "{'adam'}", "['adam']", "('loss', 'step')", "[None]", "(1, 2)", "[1.5, 2.5]", "(64, 64)", "(-1, 1, -1, 1)",
        "[[0, 0], [1, 1]]", "[(1, 2), 'random:2']", "range(2)", "range(10**12)", "iter(['adam'])", "itertools.count()",
        "(each for each in 'ab')", "lambda x: x", "lambda x, y: x**2 + y**2", "print", "int", "object", "object()",
        "Hostile()", "Hostile", "Lying()", "[Hostile()]", "(Hostile(), Lying())", "_nested()", "_nested",
        "np.int64(2)", "np.float32(0.5)", "np.bool_(True)", "np.str_('adam')", "np.array(3)", "np.array([2, 3])",
        "np.array([[1.0, 2.0], [0.5, 1.0]])", "np.array([None, 'x'], dtype=object)", "np.zeros((0, 2))",
        "np.array('x')",
        "np.datetime64('2020-01-01')", "np.float64('nan')", "np.longdouble(2)", "np.zeros((2, 3, 4))", "np.eye(3)",
        "Decimal('0.5')", "Decimal('sNaN')", "Fraction(1, 2)", "Fraction(10**400)", "date(2020, 1, 1)", "Ellipsis",
        "NotImplemented", "ValueError('x')", "io.BytesIO()", "io.StringIO()", "optviz", "optviz.Adam",
        "optviz.SGD(lr=0.1)",
        "optviz.Adam()", "slice(3)", "memoryview(b'x')", "'dark'", "'moons:samples=60'", "'booth'", "'orbit'",
        "1 << 62",
    )
}  # fmt: skip
"""Odd values, by how one writes them."""


def _bowl(x: Any, y: Any) -> Any:
    return x**2 + y**2


RACE = {"optimizers": ["sgd:lr=0.01"], "steps": 2}
PICTURE = {"size": (64, 64), "frames": 2}
BOWL = {"name": "bowl", "fn": _bowl, "domain": (-1, 1, -1, 1), "start": (0.5, 0.5)}
PICTURES = [*inspect.signature(optviz.Picture).parameters]
CONDITIONS = ["start", "steps", "seed", "noise", "clip", "lr", "schedule", "batch_size"]
THEME = {each: getattr(optviz.Picture().theme, each) for each in inspect.signature(optviz.Theme).parameters}
TRAINING = {"epochs": 1, "batch_size": 12}


def _trained() -> dict[str, Any]:
    return {"data": "moons:samples=60", "network": optviz.perceptron(2, 2, (3,)), "optimizers": ["sgd:lr=0.1"]}


TARGETS: dict[str, tuple[Callable[..., Any], Callable[[], dict[str, Any]], list[str]]] = {
    "race": (optviz.race, lambda: {"surface": "booth", **RACE}, []),
    "compare": (optviz.compare, lambda: {"surfaces": "booth", **RACE}, [*CONDITIONS, "start", "seed"]),
    "choose_rates": (optviz.choose_rates, lambda: {"surface": "booth", **RACE}, CONDITIONS),
    "animate": (
        optviz.animate,
        lambda: {"race_or_surface": "booth", **RACE, **PICTURE},
        [*PICTURES, *CONDITIONS, "optimizers"],
    ),
    "animate a race": (
        optviz.animate,
        lambda: {"race_or_surface": optviz.race("booth", **RACE), **PICTURE},
        PICTURES,
    ),
    "animate a training": (
        optviz.animate,
        lambda: {"race_or_surface": optviz.train(**_trained(), **TRAINING), **PICTURE},
        [*PICTURES, "plane"],
    ),
    "plot": (
        optviz.plot,
        lambda: {"race_or_surface": "booth", **RACE, **PICTURE},
        [*PICTURES, *CONDITIONS, "optimizers"],
    ),
    "remake": (optviz.remake, dict, ["file", "trust"]),
    "load_race": (optviz.load_race, dict, ["path", "surface"]),
    "slides": (optviz.slides, lambda: {"path": "talk.html", "pictures": []}, []),
    "train": (optviz.train, lambda: _trained() | TRAINING, ["epochs", "batch_size", "dtype", "patience", "snapshots"]),
    "perceptron": (optviz.perceptron, lambda: {"inputs": 2, "classes": 2, "hidden": (3,)}, []),
    "Network": (optviz.Network, lambda: {"inputs": 2, "layers": (Dense(2),)}, []),
    "load_data": (optviz.load_data, lambda: {"spec": "moons:samples=60"}, []),
    "Dataset": (optviz.Dataset, lambda: {"name": "a", "title": "A", "x": np.eye(4), "y": [0, 1, 0, 1]}, []),
    "Surface": (optviz.Surface, lambda: dict(BOWL), []),
    "Picture": (optviz.Picture, dict, []),
    "Theme": (optviz.Theme, lambda: dict(THEME), []),
    "Animation": (optviz.Animation, dict, []),
    "Plot": (optviz.Plot, dict, []),
    "Race.save": (lambda path: optviz.race("booth", **RACE).save(path), dict, []),
    "Race.index": (lambda label: optviz.race("booth", **RACE).index(label), dict, []),
    "Race.alone": (lambda index: optviz.race("booth", **RACE).alone(index), dict, []),
    **{kind.__name__: (kind, dict, []) for kind in OPTIMIZERS.values()},
    **{kind.__name__: (kind, dict, []) for kind in SCHEDULES.values()},
    **{f"augmentation {kind.__name__}": (kind, dict, []) for kind in AUGMENTATIONS.values()},
    **{f"initializer {kind.__name__}": (kind, dict, []) for kind in INITIALIZERS.values()},
    **{kind.__name__: (kind, dict, []) for kind in (Dense, Activation, BatchNorm, Dropout, Penalty)},
}
"""What is called: the function, arguments that are right, and names it takes beside those it declares."""


def run(count: int, seed: int, names: list[str] | None = None) -> list[str]:
    """The calls, of so many, that did neither what they were asked for nor refused it; of some targets, or of all."""
    chosen = list(TARGETS) if names is None else names
    return [told for number in range(count) if (told := call(seed, number, chosen)) is not None]


def call(seed: int, number: int, names: list[str]) -> str | None:
    """Make one call, and say what it did if it must not."""
    draw = random.Random(f"{seed}/{number}/{names}")
    name = draw.choice(names)
    function, right, more = TARGETS[name]
    known = [each for each in inspect.signature(function).parameters if each not in ("options", "conditions")]
    takes = [*known, *more, *(["unknown"] if function.__name__ != "<lambda>" else [])]
    changed = draw.sample(takes, k=min(draw.choice((1, 1, 2)), len(takes)))
    written = {key: draw.choice(list(VALUES)) for key in changed}
    told = f"{seed}/{number}: {name}({', '.join(f'{key}={value}' for key, value in written.items())})"
    arguments: dict[str, Any] = {}
    with _aside():
        try:
            arguments = right() | {key: VALUES[value]() for key, value in written.items()}
            with _bounded():
                function(**arguments)
        except OptvizError:
            return None
        except TooLong:
            return f"{told} took longer than {SECONDS} s"
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            if any(callable(arguments[key]) for key in LISTENERS & arguments.keys()):
                return None  # the caller's own function raised it
            return f"{told} raised {type(error).__name__}: {str(error)[:200]}"
    return None


@contextlib.contextmanager
def _aside() -> Iterator[None]:
    """In a folder of its own, without a word."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        finally:
            os.chdir(before)


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """No longer than `SECONDS`, where there are alarms."""

    def late(*_: Any) -> None:
        raise TooLong

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_USED = (date, Decimal, Fraction, itertools)  # by the texts of `VALUES`
