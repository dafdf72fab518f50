"""The list of mutants stays true: what each would break is there, once, and the broken file is still Python."""

import ast
from pathlib import Path

import pytest

from tests.mutants import ROOT, mutants


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: f"{Path(mutant.file).stem}: {mutant.what}"[:60])
def test_a_mutant_can_be_put_in(mutant):
    sound = (ROOT / mutant.file).read_text(encoding="utf-8")
    faulty = mutant.applied(sound)
    assert faulty != sound
    if mutant.file.endswith(".py"):
        ast.parse(faulty)
    assert mutant.tests
    for test in mutant.tests:
        assert (ROOT / test.partition("::")[0]).is_file()
