"""A small part of what `python tests/fuzz.py` tries at random: command lines, and commands that are interrupted."""

import os
import random
import signal

import pytest

from tests import fuzz_commands, fuzz_interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@pytest.mark.slow
def test_no_command_line_ends_in_a_traceback_or_harms_a_file():
    assert fuzz_commands.run(250, seed=1, jobs=1) == []


def test_every_command_and_option_is_tried():
    tried = {word.split("=")[0] for line in fuzz_commands.lines(4000, seed=0) for word in line if word.startswith("-")}
    for command in fuzz_commands.commands().values():
        for parameter in command.params:
            assert set(parameter.opts) & tried or not parameter.opts[0].startswith("-"), parameter.opts


@pytest.mark.slow
@pytest.mark.parametrize("line", [each for each in fuzz_interrupts.COMMANDS if "-o" in each][:4])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_nothing_half_done(line, number):
    after = random.Random(line).uniform(0.3, 0.9)
    assert fuzz_interrupts.interrupted(line, number, after) == []
