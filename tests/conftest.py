"""The command line under test, in a folder of its own, in this process or in another, and how it must refuse; and a
browser for pages.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from optviz.cli import main


@pytest.fixture(scope="session", autouse=True)
def _cache_of_the_tests(tmp_path_factory):
    """A folder for what is kept from run to run: never the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def cache(tmp_path_factory, monkeypatch):
    """An empty folder of the test's own for what is kept."""
    place = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("OPTVIZ_CACHE", str(place))
    return place


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


_BROWSER_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,720",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser without a window, and without a past."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs the extra browser: pip install -e '.[browser]'")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium or chromedriver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*_BROWSER_ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()


@pytest.fixture
def visit(browser):
    """Open a page of a file; at the end it has complained of nothing and asked for nothing but what lies beside it."""
    opened = []

    def call(path):
        browser.get_log("browser"), browser.get_log("performance")
        browser.get(path.as_uri())
        opened.append(path)
        return browser

    yield call
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    home = opened[-1].parent.as_uri()
    asked = [each["request"]["url"] for each in sent if each.get("documentURL", "").startswith(home)]
    assert all(address.startswith(("data:", "blob:", home)) for address in asked)
