"""The command line under test: in a folder of its own, in this process or in another, and how it must refuse."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from optviz.cli import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, and the one in which the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder):
    """Call ``optviz`` in this process; an exception that nobody caught is the test's."""

    def call(*arguments, **options):
        try:
            runner = CliRunner(mix_stderr=False)  # click 8.1
        except TypeError:
            runner = CliRunner()
        result = runner.invoke(main, [str(each) for each in arguments], prog_name="optviz", **options)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def spawn(folder):
    """Start ``python -m optviz`` with these arguments in a process of its own."""

    def call(*arguments, **options):
        command = [sys.executable, "-m", "optviz", *arguments]
        environment = os.environ | {"PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": ""}  # as most people have it
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        process = subprocess.Popen(command, cwd=folder, env=environment, **options)
        started.append(process)
        return process

    started = []
    yield call
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def refuse(run, folder):
    """Call ``optviz``, which must refuse with this exit code, print and write nothing; returns what it says."""

    def call(code, *arguments):
        before = contents(folder)
        result = run(*arguments)
        assert result.exit_code == code, result.stderr
        assert result.stdout == ""
        assert contents(folder) == before
        return told(result.stderr)

    return call


@pytest.fixture
def failed(folder):
    """Wait for a process that must fail with this exit code; returns what it says."""

    def call(code, process):
        complaint = process.communicate(timeout=60)[1].decode()
        assert process.returncode == code, complaint
        assert not list(folder.rglob("*.part"))
        return told(complaint)

    return call


def told(stderr):
    """The message, without click's two lines on usage and without notes."""
    assert "Traceback" not in stderr
    before, error, message = stderr.partition("Error: ")
    assert error, stderr
    assert all(line.startswith(("Usage: ", "Try ", "note: ")) for line in before.splitlines() if line), stderr
    assert len(message.splitlines()) <= 3, message
    return message


def contents(folder):
    """Every file in a folder, hidden ones too, with its bytes."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
