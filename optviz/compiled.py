"""The compiled gradient: a backward pass is watched once, and from then on its numpy calls alone are replayed.

On a few points autograd costs twenty times what the arithmetic does. So it is recorded once (see `recording`), what no
result needs drops out, and the rest becomes a list of numpy calls bound to their buffers. The same calls in the same
order round alike: the replay is autograd's gradient, bit for bit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, partial
from threading import Lock
from typing import Any

import numpy as np

from optviz.recording import Tape
from optviz.surface import Array

BLOCK = 1 << 13
"""How many numbers a buffer holds at most, so that all of them stay in the cache; more points go in turns."""

_ROWS = 7  # points in a recording, unless there is but one: autograd then sums over it, which turns -0 into 0
_FEW = 200  # rows up to which numpy transposes faster in one call than column by column


class _Program:
    """A tape bound to buffers, for one number of points. One thread at a time may run it."""

    def __init__(self, tape: Tape, rows: int) -> None:
        self.lock, self.rows = Lock(), rows
        points, self.slopes = np.empty((2, 2, rows))
        self.points, self.transposed = points.T, self.slopes.T
        self.columns = [np.empty(length) for length in tape.lengths]
        self.calls: list[Callable[[], Any]] = []
        shape = (rows, *tape.column[1:])
        held: dict[int, Any] = dict(enumerate([*(row.reshape(shape) for row in points), *self.columns]))
        copies = []
        for row, result in zip(self.slopes, tape.results, strict=True):
            if isinstance(result, int) and result not in held:
                held[result] = row.reshape(shape)
            else:
                copies.append((row.reshape(shape), result))
        free: defaultdict[Any, list[Any]] = defaultdict(list)
        for number, done in tape.schedule():
            step = tape.steps[number]
            kind = (rows, *step.shape[1:]) if tape.by_row(step.shape) else step.shape, step.dtype
            if number not in held:
                held[number] = free[kind].pop() if free[kind] else np.empty(*kind)
            operands = [held[each] if isinstance(each, int) else each for each in step.operands]
            self.calls += _calls(step.function, operands, step.options, held[number])
            for each in done:
                if tape.steps[each].function:
                    free[held[each].shape, held[each].dtype].append(held[each])
        for row, result in copies:
            self.calls.append(partial(np.copyto, row, held[result] if isinstance(result, int) else result))

    def run(self, points: Array, columns: Sequence[Array], out: Array | None = None) -> Array:
        """The gradient at points (rows, 2), in an array of its own or in `out`."""
        with self.lock:
            np.copyto(self.points, points)
            if columns:
                for buffer, column in zip(self.columns, columns, strict=True):
                    np.copyto(buffer, column)
            for call in self.calls:
                call()
            if out is None and self.rows < _FEW:
                return self.transposed.copy()
            out = np.empty((self.rows, 2)) if out is None else out
            out[:, 0], out[:, 1] = self.slopes
            return out


def _calls(function: Any, operands: Sequence[Any], options: dict[str, Any], out: Any) -> list[Callable[[], Any]]:
    """The numpy calls that leave the value of a step in `out`."""
    if function is np.where:
        mask, first, second = operands
        return [partial(np.copyto, out, second), partial(np.copyto, out, first, where=mask)]
    if function is np.sum:
        return [partial(np.add.reduce, *operands, out=out, **options)]
    if function in (np.maximum, np.minimum):
        return [partial(function, *operands, out=out)]
    return [partial(function, *operands, out)]  # without keywords it costs half as much; those two demand them


class Replay:
    """The replay of a backward pass, for one number of points and one length of columns.

    Args:
        slopes: ``slopes(x, y, *columns)`` -> its two partial derivatives by autograd, shaped as x and y are: (N,),
            or (N, 1) where there are columns.
        rows: How many points.
        lengths: How long the columns are, each (B,).

    Raises:
        UntraceableError: What autograd does there cannot be replayed.
    """

    def __init__(self, slopes: Callable[..., Any], rows: int, lengths: Sequence[int]) -> None:
        tape = Tape(slopes, 1 if rows == 1 else _ROWS, lengths)
        size = -(-rows // -(-rows * max([1, *lengths]) // BLOCK))
        program = cache(partial(_Program, tape))
        starts = range(0, rows, size)
        self.turns = [(slice(first, first + size), program(min(size, rows - first))) for first in starts]

    def __call__(self, points: Array, columns: Sequence[Array]) -> Array:
        """The gradient at points (rows, 2), in an array of its own."""
        if len(self.turns) == 1:
            return self.turns[0][1].run(points, columns)
        result = np.empty(points.shape)
        for rows, program in self.turns:
            program.run(points[rows], columns, result[rows])
        return result
