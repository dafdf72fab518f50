"""The one seam for processes: a function mapped over jobs by local workers, its results in the order of the jobs.

Workers are forked, so that the function and all it holds need not be picklable; only jobs and results travel. Where a
platform cannot fork, or a worker is killed, the work is done here: slower, with the same results. Where this process is
killed, its workers end, too.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_inherited: Callable[[Any], Any] | None = None


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
    with ProcessPoolExecutor(min(workers, len(jobs)), fork, _inherit, (function,)) as pool:
        futures: list[Future[Result]] = [pool.submit(_call, job) for job in jobs]
        try:
            for future, job in zip(futures, jobs, strict=True):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield function(job)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _inherit(function: Callable[[Any], Any]) -> None:
    global _inherited  # noqa: PLW0603 - a worker's one memory
    _inherited = function
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _call(job: Any) -> Any:
    assert _inherited is not None
    return _inherited(job)
