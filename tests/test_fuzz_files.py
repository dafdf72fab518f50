"""A small part of what `python tests/fuzz.py files` tries: damaged files of every kind, and whatever reads them.

The same numbers give the same damage in every run, as long as what is written whole has the same bytes.
"""

import shutil
from pathlib import Path

import pytest

from tests import fuzz_files

pytestmark = pytest.mark.filterwarnings("always::optviz.errors.OptvizWarning")
SEED, TRIES, PARTS = 11, 300, 6


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    pytest.importorskip("imageio_ffmpeg", reason="videos need the extra video")
    pytest.importorskip("pptx", reason="presentations need the extra slides")
    place = tmp_path_factory.mktemp("whole")
    fuzz_files.make(place)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files_are_read_or_refused(whole, tmp_path, monkeypatch, part):
    folder = tmp_path / "here"
    shutil.copytree(whole, folder)
    monkeypatch.chdir(folder)
    wrong = [each for number in range(part, TRIES, PARTS) for each in fuzz_files.tried(number, SEED, whole, folder)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_whole_files_are_read(whole, tmp_path, monkeypatch):
    """Else all would be refused, and nothing tried."""
    folder = tmp_path / "here"
    shutil.copytree(whole, folder)
    monkeypatch.chdir(folder)
    unheld = {".webp": ("pptx",), ".apng": ("pptx",), ".svg": ("pptx", "tex"), ".mp4": ("",)}
    for kind in fuzz_files.KINDS:
        for ask in kind.asks:
            if not isinstance(ask, str):
                ask()
                continue
            code = fuzz_files.asked(ask).exit_code
            assert code == 0 or any(word in ask for word in unheld.get(Path(kind.name).suffix, ())), ask


def test_what_is_wrong_is_seen():
    assert fuzz_files.judged(lambda: 1 / 0)
    assert not fuzz_files.judged("no-such-command")
    assert not fuzz_files.is_plain("\x1b")
