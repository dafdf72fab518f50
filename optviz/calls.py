"""Calls that do not fit: an argument that nobody takes, one that is missing, one too many.

Python answers them with a TypeError that knows no nearest name. Here they are refused as any other argument is. What
fits is called as it is: nothing is looked at before Python has refused.
"""

from __future__ import annotations

import functools
import inspect
from abc import ABCMeta
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from optviz.errors import CallError, UnknownNameError

Taken = ParamSpec("Taken")
Result = TypeVar("Result")

_HINTS = {
    "label": "a label goes into a spec, as in 'adam:lr=0.1,label=Mine'",
    "learning_rate": "the learning rate is called lr",
}


class Answering(ABCMeta):  # so that subclasses may be abstract, too
    """What makes classes whose calls are refused by a `CallError` where they do not fit."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except TypeError:
            _refuse_misfit(cls.__name__, cls.__signature__, args, kwargs)
            raise

    @property
    def __signature__(cls) -> inspect.Signature:  # else Python would show that of the method above
        signature = inspect.signature(cls.__init__)  # type: ignore[misc]
        return signature.replace(parameters=list(signature.parameters.values())[1:])


def answering(function: Callable[Taken, Result]) -> Callable[Taken, Result]:
    """A function whose calls are refused by a `CallError` where they do not fit.

    Example:
        >>> @answering
        ... def race(surface, steps=200): ...
        >>> race("booth", stpes=5)
        Traceback (most recent call last):
        optviz.errors.CallError: no argument of race is called 'stpes'. Did you mean 'steps'? Allowed: surface, steps.
    """

    @functools.wraps(function)
    def call(*args: Taken.args, **kwargs: Taken.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except TypeError:
            _refuse_misfit(function.__name__, inspect.signature(function), args, kwargs)
            raise

    return call


def parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of what a function or a class takes, but for those it takes by any name."""
    kinds = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    return tuple(name for name, each in inspect.signature(function).parameters.items() if each.kind not in kinds)


def refuse_unknown(what: str, given: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuse arguments whose names are not among those that `what` takes.

    Raises:
        CallError: The nearest name is offered.
    """
    known = list(allowed)
    for name in given:
        if name not in known:
            hint = f"; {_HINTS[name]}" if name in _HINTS else ""
            raise CallError(f"{UnknownNameError(f'argument of {what}', name, known)}{hint}")


def _refuse_misfit(what: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Refuse a call that does not fit the signature; one that does raised its error for another reason."""
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        names = list(signature.parameters)
        if not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in signature.parameters.values()):
            refuse_unknown(what, kwargs, names)
        raise CallError(f"{what}: {error}; it takes ({', '.join(names)})") from None
