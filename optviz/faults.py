"""Faults of code that is not ours: whatever a user's function does wrong is told with its file and its line.

A surface, an optimizer or a schedule of a user's is called from deep within optviz. Whatever it raises there ends in an
`OptvizError`, ``sys.exit(0)`` and a stray ``StopIteration`` too, so that nothing fails in silence. Ctrl-C and the end
that a signal asks for go their way.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable

from optviz.errors import OptvizError

MODULE = "optviz_file_"
"""How the names of modules begin that are run from files."""

AUTOGRAD = "Gradients are taken by autograd: use autograd.numpy, and assign to no element of an array."

_LIBRARIES = {"optviz", "autograd", "numpy"}
_NOT_MATH = "x and y are arrays: use the functions of autograd.numpy, as np.sin, not those of math, nor float()"
_HINTS = {
    "truth value": "x and y are arrays: write np.where(condition, a, b) for if, np.maximum for max",
    "read-only": "what is given is not to be changed: write x = x - 1 for x -= 1, and assign to no element",
    "converted to Python scalars": _NOT_MATH,
    "must be real number": _NOT_MATH,
    "must be a string or a real number": _NOT_MATH,
}
"""By what an error says, what usually helps."""


def blamed(error: BaseException, kind: Callable[[str], Exception], what: str, hint: str = "") -> BaseException:
    """What to raise in the place of an error that came out of a user's code; to be called where it was caught.

    Args:
        error: What came.
        kind: The class of the error to raise.
        what: What was called, for where no line of its code is known.
        hint: What usually helps, where the error itself says nothing of it.

    Example:
        >>> blamed(SystemExit(0), OptvizError, "the rule of mine")
        OptvizError('the rule of mine: SystemExit: 0')
    """
    return error if goes_its_way(error) else kind(f"{place_of(error) or what}: {said(error, hint)}")


class Guard:
    """Where a user's code is called: whatever it raises within is told as `blamed` tells it. It may be entered often.

    Args:
        kind: The class of the error to raise.
        what: What is called, for where no line of its code is known.
        hint: What usually helps, where the error itself says nothing of it.
    """

    def __init__(self, kind: type[OptvizError], what: str, hint: str = "") -> None:
        self.kind, self.what, self.hint = kind, what, hint

    def __enter__(self) -> None:
        """Nothing is to be done, which matters: a step takes few microseconds."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            raise blamed(error, self.kind, self.what, self.hint) from error


def said(error: BaseException, hint: str = "") -> str:
    """What went wrong, in a line, with what to do about it where that is known."""
    return f"{type(error).__name__}: {_words(error)}{helping(error, hint)}"


def helping(error: BaseException, hint: str = "") -> str:
    """What usually helps against an error, in parentheses; `hint` where the error itself says nothing of it."""
    text = _words(error)
    helps = next((helps for words, helps in _HINTS.items() if words in text), hint)
    return f" ({helps})" if helps else ""


def _words(error: BaseException) -> str:
    """What an error says of itself, which is code of others, too."""
    try:
        return str(error) or "it does not say why"
    except (Exception, SystemExit):  # noqa: BLE001 - it may raise whatever there is
        return "it does not say why"


def place_of(error: BaseException) -> str | None:
    """The last line of a user's code that an error passed through, as ``mine.py, line 7``, if there is one.

    That is a line of a file that optviz ran, else of anything but the libraries it calls.
    """
    return place_in_file(error) or _last(error, lambda module: module.split(".")[0] not in _LIBRARIES)


def place_in_file(error: BaseException) -> str | None:
    """The last line that an error passed through of a file that optviz ran, if there is one."""
    return _last(error, lambda module: module.startswith(MODULE))


def goes_its_way(error: BaseException) -> bool:
    """Whether what was caught is no fault: Ctrl-C, an end that a signal asked for, or what is told well already."""
    if isinstance(error, SystemExit):
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        return bool(frames) and str(frames[-1].f_globals.get("__name__")).startswith("optviz.")  # a handler of ours
    return isinstance(error, KeyboardInterrupt | OptvizError)


def _last(error: BaseException, wanted: Callable[[str], bool]) -> str | None:
    frames = traceback.walk_tb(error.__traceback__)
    own = [(frame, line) for frame, line in frames if wanted(str(frame.f_globals.get("__name__", "")))]
    return f"{own[-1][0].f_code.co_filename}, line {own[-1][1]}" if own else None
