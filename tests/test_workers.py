"""Processes: the same results as one, in the order of the jobs, whatever happens to a worker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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


CUT = """
import os, signal
from multiprocessing.connection import Connection
from optviz.workers import map_jobs

parent = os.getpid()

def half(self, content, write=os.write):
    write(self.fileno(), bytes(content)[: len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)

def large(n):
    if n == 1 and os.getpid() != parent:
        Connection._send = half
    return bytes([n]) * 10**6

assert list(map_jobs(large, range(6), 2)) == [bytes([n]) * 10**6 for n in range(6)]
"""


def test_a_worker_that_is_killed_in_the_middle_of_a_result_loses_nothing():
    subprocess.run([sys.executable, "-c", CUT], check=True, timeout=60)


def test_what_cannot_be_sent_is_made_here():
    made = list(map_jobs(lambda n: lambda: n, range(4), 2))
    assert [each() for each in made] == [0, 1, 2, 3]


def test_an_error_says_where_it_was_raised():
    with pytest.raises(ZeroDivisionError) as caught:
        list(map_jobs(lambda n: 1 // n, [1, 0, 2], 2))
    assert "test_workers.py" in "".join(caught.value.__notes__)


def test_jobs_need_not_be_picklable():
    assert list(map_jobs(lambda job: job(), [lambda: 1, lambda: 2, lambda: 3], 2)) == [1, 2, 3]


LINGERING = """
import os, time
from optviz.workers import map_jobs

def linger(n):
    open(f"worker{n}", "w").write(str(os.getpid()))
    time.sleep(60)

list(map_jobs(linger, [0, 1, 2], 3))
"""


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc to see processes")
def test_workers_end_with_who_started_them(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", LINGERING], cwd=tmp_path)
    files = [tmp_path / f"worker{number}" for number in range(3)]
    wait_for(lambda: all(path.exists() and path.read_text() for path in files))
    process.kill()
    process.wait()
    wait_for(lambda: not any(is_running(int(path.read_text())) for path in files))


def is_running(number):
    """Whether a process is there, and no zombie that nobody has buried."""
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
