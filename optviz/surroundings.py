"""What a function can see besides its arguments: the condition under which its gradient may be compiled.

A compiled gradient stands for its function only as long as the function computes the same from the same. So it may
see numpy, autograd, math, other such functions and plain data; rebinding or changing any of it is noticed.
"""

from __future__ import annotations

import builtins
import marshal
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

import autograd.numpy

_STATE = 1 << 12  # bytes of a list or an array that are compared at every call
_PURE = {abs, bool, enumerate, float, int, len, list, map, max, min, pow, range, reversed, sum, tuple, zip}


class Surroundings:
    """What a function can see besides its arguments. Numpy is let pass, and so are constants while they last.

    Raises:
        ValueError: It sees something that might change unnoticed, or do something besides computing.
    """

    def __init__(self, fn: Any) -> None:
        self.visited: set[Any] = set()
        self.places: list[tuple[Callable[[], Any], Any, bytes | None]] = []
        self.visit(fn)

    def unchanged(self) -> bool:
        """Whether all of it is as it was."""
        try:
            for look, value, state in self.places:
                if look() is not value or (state is not None and marshal.dumps(value, 2) != state):
                    return False
        except (KeyError, ValueError):  # a name is gone, or data has become something else
            return False
        return True

    def visit(self, fn: Any) -> None:
        """Note all that a function refers to, and the functions it calls."""
        if not isinstance(fn, FunctionType) or vars(fn):
            raise ValueError(fn)
        if fn in self.visited:
            return
        self.visited.add(fn)
        for attribute in ("__defaults__", "__kwdefaults__"):
            if getattr(fn, attribute):
                self.note(partial(getattr, fn, attribute))
        for cell in fn.__closure__ or ():
            self.note(partial(getattr, cell, "cell_contents"))
        for name in _names(fn.__code__):
            if name in fn.__globals__:
                self.note(partial(fn.__globals__.__getitem__, name))
            elif name == "random" or getattr(builtins, name, abs) not in _PURE:
                raise ValueError(name)

    def note(self, look: Callable[[], Any]) -> None:
        """Remember what is to be seen in one place."""
        value = look()
        state = None
        if isinstance(value, ModuleType):
            if value.__name__.split(".")[0] not in {"autograd", "math", "numpy"}:
                raise ValueError(value)
        elif isinstance(value, FunctionType):
            if getattr(autograd.numpy, value.__name__, None) is not value:
                self.visit(value)
        else:
            state = _state(value)
        self.places.append((look, value, state))


def _state(value: Any) -> bytes | None:
    """What a piece of plain data holds, if it can change; raises ValueError where it is anything else."""
    if isinstance(value, CodeType):
        return None
    state = marshal.dumps(value, 2)
    if len(state) > _STATE:
        raise ValueError(value)
    try:
        hash(value)
    except TypeError:
        return state
    return None


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
