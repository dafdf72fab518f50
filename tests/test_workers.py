"""Processes: the same results as one, in the order of the jobs, whatever happens to a worker."""

import os
import signal

import pytest

from optviz.workers import map_jobs


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_jobs(workers):
    offset = 10  # a closure: forked workers inherit it
    assert list(map_jobs(lambda n: n + offset, range(20), workers)) == list(range(10, 30))


def test_an_error_of_a_job_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        list(map_jobs(lambda n: 1 // n, [1, 0, 2], 2))


def test_a_killed_worker_loses_nothing():
    parent = os.getpid()

    def risky(n):
        if n == 2 and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return n * n

    assert list(map_jobs(risky, range(6), 2)) == [0, 1, 4, 9, 16, 25]
