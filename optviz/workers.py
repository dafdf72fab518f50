"""The one seam for processes: a function mapped over jobs by local workers, its results in the order of the jobs.

Workers are forked, so that the function and all it holds need not be picklable; only jobs and results travel. Where a
platform cannot fork, or a worker is killed, the work is done here: slower, with the same results. Where this process is
killed, its workers end, too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_PATIENCE = 5.0  # seconds in which a worker may tidy up


def map_jobs(function: Callable[[Job], Result], jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    """``function(job)`` for every job, by at most so many workers.

    Example:
        >>> list(map_jobs(lambda n: n * n, [1, 2, 3], workers=2))
        [1, 4, 9]
    """
    if workers < 2 or len(jobs) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(function, jobs)
        return
    fork = multiprocessing.get_context("fork")
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(min(workers, len(jobs)), fork, _inherit, (function, _mask()))
    try:
        with _held_back():
            futures: list[Future[Result]] = [pool.submit(_call, job) for job in jobs]  # all are forked with the first
        for future, job in zip(futures, jobs, strict=True):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield function(job)
    except BaseException:  # nobody waits for the rest
        for each in multiprocessing.active_children():
            if each not in others:
                each.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _mask() -> set[int]:
    """The signals that are held back."""
    return set(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))) if hasattr(signal, "pthread_sigmask") else set()


@contextmanager
def _held_back() -> Iterator[None]:
    """Signals that end a process wait until the end of the block: a worker just forked has its parent's mind."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _inherit(function: Callable[[Any], Any], mask: set[int]) -> None:
    """Begin a worker: Ctrl-C is for who started it, who will end it; and it ends only once it has tidied up."""
    _mind.function = function
    reader, _mind.alarm = os.pipe()
    threading.Thread(target=_end_in_time, args=(reader,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _ENDING[1:]:
        signal.signal(number, _end)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class _Ended(BaseException):
    """A worker was told to end."""


class _Mind:
    """What a worker knows: what it does, whether it is at it, and whether it was told to end."""

    function: Callable[[Any], Any] | None = None
    alarm = -1
    working = ending = False


_mind = _Mind()


def _end(number: int, _: object) -> None:
    if not _mind.working:  # there is nothing to tidy up
        os._exit(128 + number)
    if not _mind.ending:
        _mind.ending = True
        os.write(_mind.alarm, b"!")
        raise _Ended(128 + number)


def _end_in_time(alarm: int) -> None:
    """End with who started this worker; and when it was told to, whatever its job makes of that."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    if parent.sentinel in wait([parent.sentinel, alarm]):
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE)
    os._exit(1)


def _call(job: Any) -> Any:
    assert _mind.function is not None
    _mind.working = True
    try:
        return _mind.function(job)
    except _Ended as ended:
        os._exit(ended.args[0])
    finally:
        _mind.working = False
