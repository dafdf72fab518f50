"""Ctrl-C in the middle of a computation that wants to come to a good end by itself.

Within `heeding` the first interrupt only sets a flag, which whoever computes looks at between two steps; forked workers
share it. A second interrupt is what it always was.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import RawValue
from typing import Any


@contextmanager
def heeding() -> Iterator[Callable[[], bool]]:
    """Yields what tells whether an interrupt came.

    Example:
        >>> with heeding() as interrupted:
        ...     signal.raise_signal(signal.SIGINT)
        ...     interrupted()
        True
    """
    flag = RawValue("b", 0)

    def interrupted() -> bool:
        return bool(flag.value)

    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    before: Any = signal.getsignal(signal.SIGINT)
    came = 0  # to this process; the flag may be another's

    def note(number: int, frame: Any) -> None:
        nonlocal came
        came += 1
        flag.value = 1
        if came > 1 and callable(before):
            before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
