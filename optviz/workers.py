"""The one seam for processes: a function mapped over jobs by local workers, its results in the order of the jobs.

Workers are forked, so that neither the function nor the jobs need be picklable; only results travel. Each worker has a
pipe of its own, and nothing is shared by two: one that is killed at whatever moment, even in the middle of a result,
takes only what it was at, which is then done here. Where a platform cannot fork, all is done here: slower, with the
same results. Where this process is killed, its workers end, too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
PATIENCE = 5.0
"""Seconds in which a worker may tidy up."""


def map_jobs(function: Callable[[Job], Result], jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    """``function(job)`` for every job, by at most so many workers.

    Raises:
        Exception: What the function raised for a job, once those before it were yielded; all others are ended then.

    Example:
        >>> list(map_jobs(lambda n: n * n, [1, 2, 3], workers=2))
        [1, 4, 9]
    """
    if workers < 2 or len(jobs) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(function, jobs)
        return
    staff: list[_Worker] = []
    try:
        with _held_back() as mask:
            for _ in range(min(workers, len(jobs))):
                staff.append(_hired(function, jobs, mask))  # noqa: PERF401 - whoever was hired is ended
        answers = _answers(staff, len(jobs))
        for job, answer in zip(jobs, answers, strict=True):
            if answer is None:
                yield function(job)
            elif answer.error is not None:
                raise answer.error
            else:
                yield answer.result
    except BaseException:  # nobody waits for the rest
        for each in staff:
            each.process.terminate()
        raise
    finally:
        _dismissed(staff)


class _Worker(NamedTuple):
    """A process, and this process's end of its pipe: numbers of jobs go there, answers come back."""

    process: BaseProcess
    pipe: Connection[Any, Any]


class _Answer(NamedTuple):
    """What became of a job."""

    result: Any
    error: BaseException | None = None


def _hired(function: Callable[[Job], Any], jobs: Sequence[Job], mask: set[int]) -> _Worker:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_work, args=(there, function, jobs, mask))
    process.start()
    there.close()  # so that the pipe ends with the worker
    return _Worker(process, here)


def _answers(staff: Sequence[_Worker], count: int) -> Iterator[_Answer | None]:
    """What became of each job, in their order; None for what a worker took along."""
    waiting = iter(range(count))
    busy: dict[Connection[Any, Any], int] = {}
    known: dict[int, _Answer | None] = {}

    def employ(pipe: Connection[Any, Any]) -> None:
        for number in waiting:
            busy[pipe] = number
            with suppress(OSError):  # it is gone, as its pipe will say
                pipe.send(number)
            break

    for each in staff:
        employ(each.pipe)
    for number in range(count):
        while number not in known and busy:
            ready = wait(list(busy))
            for pipe in [each for each in busy if each in ready]:
                done = busy.pop(pipe)
                try:
                    known[done] = pipe.recv()
                except Exception:  # noqa: BLE001 - it is gone, or said what cannot be read
                    known[done] = None
                    continue
                employ(pipe)
        yield known.pop(number, None)


def _dismissed(staff: Sequence[_Worker]) -> None:
    """Let all workers go home, and see that they do."""
    for each in staff:
        with suppress(OSError):
            each.pipe.send(None)
    for each in staff:
        each.process.join(2 * PATIENCE)
        if each.process.is_alive():
            each.process.kill()
            each.process.join()
        each.pipe.close()


@contextmanager
def _held_back() -> Iterator[set[int]]:
    """Signals that end a process wait until the end of the block: a worker just forked has its parent's mind.

    Yields:
        Those that were held back before.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield set(map(int, before))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection[Any, Any], function: Callable[[Job], Any], jobs: Sequence[Job], mask: set[int]) -> None:
    """Be a worker: Ctrl-C is for who started it, who will end it; and it ends only once it has tidied up."""
    reader, _mind.alarm = os.pipe()
    threading.Thread(target=_end_in_time, args=(reader,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _ENDING[1:]:
        signal.signal(number, _end)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        while (job := pipe.recv()) is not None:
            answer = _done(function, jobs[job])
            if _mind.ending:  # whatever the job made of that
                break
            _tell(pipe, answer)
    except _Ended as ended:
        os._exit(ended.args[0])
    except (OSError, EOFError):  # nobody is there any more
        os._exit(1)


def _done(function: Callable[[Job], Any], job: Job) -> _Answer:
    _mind.working = True
    try:
        return _Answer(function(job))
    except BaseException as error:  # noqa: BLE001 - it is raised again where the results are
        error.add_note(f"In a worker: {''.join(traceback.format_exception(error))}")
        return _Answer(None, error)
    finally:
        _mind.working = False


def _tell(pipe: Connection[Any, Any], answer: _Answer) -> None:
    """Send an answer; None in its place where it cannot be pickled."""
    try:
        pipe.send(answer)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - pickling is code of others; nothing was sent yet
        pipe.send(None)


class _Ended(BaseException):
    """A worker was told to end."""


class _Mind:
    """What a worker knows: whether it is at a job, and whether it was told to end."""

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
    time.sleep(PATIENCE)
    os._exit(1)
