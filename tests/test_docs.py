"""The documentation's examples run."""

import doctest
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(
        str(page), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.failed == 0
    assert (">>>" in page.read_text(encoding="utf-8")) == (result.attempted > 0)


def test_there_are_pages():
    assert {"index", "surfaces", "scenes"} <= {page.stem for page in PAGES}
