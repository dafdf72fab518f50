"""A recording: what numpy does in a backward pass, written down by arrays that watch the operations on them.

What was computed before is not written down again, and constants fold by themselves. What a list of calls for any
number of points cannot hold is refused on the spot: that a value steers Python, that points are mixed, all but the
plainest of numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
from autograd.extend import VSpace
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import isbox

_ALIKE = (np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.where)  # for 2 and an array of 2s
_METADATA = (np.shape, np.ndim, np.size, np.result_type, np.iscomplexobj, np.isrealobj)


class UntraceableError(Exception):
    """The function does what a recording cannot hold."""


def _refuse(*_: object) -> NoReturn:
    raise UntraceableError


class _Traced(np.ndarray[Any, Any]):
    """An array that knows which value of a recording it is. Copies and views made behind its back do not."""

    tape: Tape | None = None
    number = -1

    __bool__ = __float__ = __int__ = __index__ = __complex__ = __iter__ = _refuse
    __getitem__ = __setitem__ = item = tolist = _refuse

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isbox(each) for each in inputs):
            return NotImplemented
        target = options.pop("out", inputs[:1])[0]  # autograd adds in place to sums that nobody else holds
        if target is not inputs[0] or method != "__call__" or options or ufunc.nout != 1 or ufunc.signature:
            _refuse()
        return _tape(inputs).record(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in _METADATA:
            return function(*map(_bare, args), **kwargs)
        if function is np.where and len(args) == 3:
            mask = args[0] if np.asarray(args[0]).dtype == bool else args[0] != 0
            return _tape(args).record(np.where, (mask, *args[1:]))
        if function is np.sum and len(args) == 1 and kwargs.keys() <= {"axis", "keepdims"}:
            return _tape(args).record(np.sum, args, **kwargs)
        return _refuse()


ArrayBox.register(_Traced)
VSpace.register(_Traced, VSpace.mappings[np.ndarray])


def _bare(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, _Traced) else value


def _tape(values: Sequence[Any]) -> Tape:
    return next((each.tape for each in values if isinstance(each, _Traced) and each.tape), None) or _refuse()


class Step(NamedTuple):
    """What makes one value: operands are the numbers of earlier values, or constants. An input has no function."""

    function: Any
    operands: tuple[Any, ...]
    options: dict[str, Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Tape:
    """The steps of a function of x, y and columns, seen on a few points: a recipe for any number of points."""

    def __init__(self, slopes: Callable[..., Any], rows: int, lengths: Sequence[int]) -> None:
        self.column = (rows, 1)[: 2 if lengths else 1]  # the shape of x and y
        self.lengths = lengths
        self.steps: list[Step] = []
        self.known: dict[Any, _Traced] = {}
        random = np.random.default_rng(0)
        samples = [*random.normal(size=(2, *self.column)), *map(random.standard_normal, lengths)]
        inputs = [self.add(Step(None, (), {}, each.shape, each.dtype), each) for each in samples]
        results = slopes(*inputs)
        if any((each.shape, each.dtype) != (self.column, float) for each in results):
            _refuse()
        self.results = [self.operand(np.add, each) for each in results]

    def record(self, function: Any, inputs: Sequence[Any], **options: Any) -> _Traced:
        """The value of a step, which is written down unless it changes nothing or is known already."""
        operands = [self.operand(function, each) for each in inputs]
        result = function(*map(_bare, inputs), **options)
        if function is np.sum and result.shape == inputs[0].shape:
            return self.record(np.add, (inputs[0], 0.0))
        if self.by_row(result.shape) != any(self.by_row(self.steps[each].shape) for each in _values(operands)):
            _refuse()
        if isinstance(function, np.ufunc):  # to numpy, an array of the right type costs half as much as a number
            kinds = [type(each) if type(each) in (int, float) else np.asarray(each).dtype for each in inputs]
            for place, dtype in enumerate(function.resolve_dtypes((*kinds, None))[:-1]):
                if not isinstance(operands[place], int):
                    operands[place] = operands[place].astype(dtype)
        same = _unchanged(function, inputs, operands, result)
        if same is not None:
            return same
        keys = [each if isinstance(each, int) else (each.shape, each.dtype, each.tobytes()) for each in operands]
        key = function, *keys, *sorted(options.items())
        if key not in self.known:
            self.known[key] = self.add(Step(function, (*operands,), options, result.shape, result.dtype), result)
        return self.known[key]

    def add(self, step: Step, value: Any) -> _Traced:
        """One more step, and its value to go on with."""
        traced = np.asarray(value).view(_Traced)
        traced.tape, traced.number = self, len(self.steps)
        self.steps.append(step)
        return traced

    def operand(self, function: Any, value: Any) -> Any:
        """The number of a value; or a constant, which must be the same for all points."""
        if isinstance(value, _Traced):
            return value.number if value.tape is self else _refuse()
        constant = np.asarray(value)
        if constant.size > 1:
            if function in _ALIKE and constant.tobytes() == constant.flat[0].tobytes() * constant.size:
                return np.asarray(constant.flat[0])
            if self.by_row(constant.shape):
                _refuse()
        return constant.reshape(()) if constant.size == 1 else constant

    def by_row(self, shape: tuple[int, ...]) -> bool:
        """Whether each point has its own of what has that shape."""
        several = len(shape) >= len(self.column)
        if several and (shape[0] != self.column[0] or len(shape) > len(self.column)):
            _refuse()
        return several

    def schedule(self) -> list[tuple[int, set[int]]]:
        """The steps that some result needs, each with the values that no later one does."""
        used = _values(self.results)
        needed = []
        for number in reversed(range(len(self.steps))):
            if number in used and self.steps[number].function:
                uses = _values(self.steps[number].operands)
                needed.append((number, uses - used))
                used |= uses
        return needed[::-1]


def _values(operands: Sequence[Any]) -> set[int]:
    return {each for each in operands if isinstance(each, int)}


def _unchanged(function: Any, inputs: Sequence[Any], operands: Sequence[Any], result: Any) -> _Traced | None:
    """The input that a step gives back as it was, if it does."""
    ones = [not isinstance(each, int) and each.size == 1 and each == 1 for each in operands]
    kept: Any = None
    if function in (np.positive, np.conjugate) or (function in (np.multiply, np.divide, np.power) and ones[1]):
        kept = inputs[0]
    elif function is np.multiply and ones[0]:
        kept = inputs[1]
    return kept if isinstance(kept, _Traced) and (kept.shape, kept.dtype) == (result.shape, result.dtype) else None
