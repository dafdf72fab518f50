"""What is said quotes what others wrote, and none of it acts on a terminal, forges a line, or fills the screen."""

import csv
import io
import json
import os
import pickle
import shlex
import struct
import sys
import time
import unicodedata

import pytest

import optviz
from optviz.cli.tables import print_table
from optviz.errors import MAX_MESSAGE, MAX_WORD, OptvizError, SpecError, UnknownNameError, printable, told
from optviz.recipe import recipe_of

EVIL = "a\x1b[2J\x9b31m\rError: b\u202etxt\u2028\nnote: all is well\x07"
"""Clears the screen, colours, overwrites its line, turns it around, and forges two more."""
ACTS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of Unicode that are no letters: controls, formats, surrogates, private ones, line separators."""


def is_plain(text):
    return all(letter == "\n" or unicodedata.category(letter) not in ACTS for letter in text)


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x85, 0x9B, 0xAD, 0x200E, 0x2028, 0x202E, 0x2066, 0xFEFF, 0xDC80])
def test_whatever_acts_is_escaped_and_can_be_told_again(code):
    written = printable(f"a{chr(code)}b")
    assert is_plain(written)
    assert "\n" not in written
    assert written[1:-1].encode().decode("unicode_escape") == chr(code)
    assert printable(written) == written


@pytest.mark.parametrize(
    "line",
    [
        ["animate", "--surface", EVIL],
        ["animate", "--surface", f"./{EVIL}.py"],
        ["animate", "--surface", "booth", "-O", EVIL],
        ["animate", "--surface", "booth", "-O", f"adam:lr={EVIL}"],
        ["animate", "--surface", "booth", "-O", f"{EVIL}.py:Mine:lr=1"],
        ["animate", "--surface", "booth", "--theme", EVIL],
        ["animate", "--surface", "booth", "--theme", f"{EVIL}.toml"],
        ["animate", "--surface", "booth", "--size", EVIL],
        ["animate", "--surface", "booth", "--start", EVIL],
        ["animate", "--surface", "booth", "--with", EVIL],
        ["animate", "--surface", "booth", "-o", f"{EVIL}.xyz"],
        ["animate", "--surface", "booth", "-o", f"{EVIL}/a.gif"],
        ["animate", "--from", f"{EVIL}.gif"],
        ["animate", f"--{EVIL}"],
        ["compare", "--surface", "booth", "--format", EVIL],
        ["plot", "--surface", "booth", "--at", EVIL],
        ["info", f"{EVIL}.gif"],
        ["slides", "-o", "a.html", f"{EVIL}.gif"],
        ["slides", "-o", f"{EVIL}.html", "a.gif"],
        ["slides", "--snippet", EVIL, "a.gif"],
        ["train", "--data", EVIL],
        ["train", "--data", f"{EVIL}.npz"],
        ["train", "--data", "moons", "--save", f"{EVIL}.npz", "--resume", "-O", "sgd:lr=1", "--epochs", "1"],
        ["data", f"{EVIL}.npz"],
        ["gallery", "--only", EVIL],
        ["list", EVIL],
        [EVIL],
    ],
    ids=lambda line: " ".join(line)[:40].encode("unicode_escape").decode(),
)
@pytest.mark.parametrize("many", [1, 3000])
def test_no_message_hands_on_what_acts(run, line, many):
    result = run(*(word.replace(EVIL, EVIL * many) for word in line))
    assert result.exit_code in (1, 2)
    assert is_plain(result.stderr)
    assert not any(row.startswith("note: ") for row in result.stderr.splitlines())
    assert sum(row.startswith("Error: ") for row in result.stderr.splitlines()) == 1
    assert len(result.stderr) < 2 * MAX_MESSAGE


def test_notes_and_tables_and_json(run):
    line = ["--surface", "saddle", "-O", f'sgd:lr=9,label="{EVIL}"', "--steps", "60"]
    result = run("plot", *line, "--size", "100x80", "-o", "a.png")
    assert result.exit_code == 0
    assert "diverged" in result.stderr
    assert is_plain(result.stderr)
    assert len(result.stderr.splitlines()) == 1
    for form in ("table", "csv", "markdown", "json"):
        result = run("compare", *line, "--format", form)
        assert is_plain(result.stdout)
        if form == "json":
            assert json.loads(result.stdout)["runs"][0]["label"] == EVIL
        if form == "csv":
            assert len(list(csv.DictReader(io.StringIO(result.stdout)))) == 1
    for words in ([], ["--json"]):
        told_of = run("info", "a.png", *words)
        assert told_of.exit_code == 0
        assert is_plain(told_of.stdout)
        assert not any(row.startswith(("note: ", "Error: ")) for row in told_of.stdout.splitlines())


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("name", "letters"), [(b"a\x1b[2J.png", rb"a\x1b[2J.png"), (b"a\xe9.png", rb"a\udce9.png"), (b"\xc3\xa9.png",) * 2]
)
def test_a_terminal_gets_letters_and_a_program_the_path_as_it_is(spawn, folder, name, letters):
    """Whatever its bytes are, UTF-8 or not: a program can open what it reads, and so can who decodes the escape."""
    line = [*shlex.split("plot --surface booth --steps 3 --lr 0.01 --size 96x72 --quiet -o"), name]
    said = spawn(*line).communicate(timeout=60)[0]
    assert said == name + b"\n"
    assert (os.fsencode(folder) + b"/" + said.removesuffix(b"\n")) in [os.fsencode(each) for each in folder.iterdir()]
    ours, theirs = os.openpty()
    try:
        process = spawn(*line, stdout=theirs)
        process.communicate(timeout=60)
        assert os.read(ours, 1000) == letters + b"\r\n"
    finally:
        os.close(ours), os.close(theirs)


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no text")
def test_results_name_files_that_are_no_text_so_that_they_can_be_opened(spawn, folder):
    """Paths as their bytes; JSON with an escape that gives them back; messages with an escape alone."""
    look = shlex.split("-O sgd:lr=0.05 --steps 3 --size 96x72 --quiet --frames 2")
    surface = (
        "from optviz import Surface\nSURFACE = Surface(name='b', fn=lambda x, y: x**2 + y**2, domain=(-2, 2, -2, 2), "
    )
    (folder / os.fsdecode(b"\xff.py")).write_text(surface + "start=(1, 1))")
    written = {
        b"\xff.gif": spawn("animate", "--surface", b"./\xff.py", *look, "-o", b"\xff.gif"),
        b"\xff/": spawn("animate", "--surface", "booth", *look, "-o", b"\xff/"),
    }
    for name, process in written.items():
        assert process.communicate(timeout=60) == (name + b"\n", b"")
    recipe = json.loads(spawn("info", b"\xff.gif", "--json").communicate(timeout=60)[0])
    assert [os.fsencode(each) for each in recipe["files"]] == [b"\xff.py"]
    deck = spawn("slides", b"\xff.gif", "-o", b"\xff.html").communicate(timeout=60)
    assert deck == (b"\xff.html\n", b"")
    snippet = spawn("slides", b"\xff.gif", "--snippet", "markdown").communicate(timeout=60)[0]
    assert snippet.endswith(b"(%FF.gif)\n")
    aside = spawn(*shlex.split("train --data moons:samples=60 --epochs 1 -O sgd:lr=0.1 --quiet --json -o"), b"\xff.png")
    assert aside.communicate(timeout=60)[1] == b"\xff.png\n"
    assert rb"\udcff.nope" in spawn("info", b"\xff.nope").communicate(timeout=60)[1]


def test_json_says_the_same_as_before(capsys):
    data = {"plain": "π ≤ 3", "evil": EVIL, "list": [1, 2.5, None, True, {"a\x7f": "\\n"}]}
    print_table([], "json", data)
    text = capsys.readouterr().out
    assert json.loads(text) == data
    assert "π ≤ 3" in text
    assert is_plain(text)


def test_messages_are_bounded_and_keep_both_ends():
    assert told("no surface is called 'x'. Allowed: a, b.") == "no surface is called 'x'. Allowed: a, b."
    for message in ("begin " + "x" * 10**5 + " end", "begin " + "x y " * 10**5 + " end"):
        short = told(message)
        assert short.startswith("begin x")
        assert short.endswith(" end")
        assert "…" in short
        assert len(short) <= MAX_MESSAGE
        assert told(short) == short
    assert len(str(UnknownNameError("surface", "sadle" * 20_000, ["saddle"]))) < MAX_WORD + 100
    path = "/".join(["folder"] * 50) + "/a.gif"
    assert path in str(OptvizError(f"{path} cannot be read"))


@pytest.mark.parametrize("part", ["x", "x" * 399 + " ", "\n  x\n ^", "\n  ", "\n", " ", "\x1b"])
def test_a_message_takes_no_longer_than_it_is_long(part):
    since = time.perf_counter()
    assert len(told(part * (4_000_000 // len(part)))) <= 2 * MAX_MESSAGE
    assert time.perf_counter() - since < 15


@pytest.mark.parametrize("place", [0, 5, 99, 100, 101, 5000, 9_999])
def test_a_place_in_a_long_spec_is_still_pointed_at(place):
    spec = "".join(chr(ord("a") + index % 26) for index in range(10_000))
    problem, line, mark = str(SpecError(spec, place, "here")).splitlines()
    assert problem == "here"
    assert line[mark.index("^")] == spec[place]
    assert len(line) < 220
    assert str(OptvizError(f"in a file: {SpecError(spec, place, 'here')}")).splitlines()[1:] == [line, mark]


def test_an_error_survives_the_way_from_another_process():
    error = OptvizError(EVIL)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.filterwarnings("default::optviz.errors.OptvizWarning")
def test_a_recipe_from_elsewhere_says_nothing_to_the_terminal(run, folder):
    recipe = json.loads(recipe_of(optviz.race("booth", ["sgd:lr=0.05"], steps=3), {}).to_text())
    for change in ({"optviz": EVIL}, {"surface": EVIL}, {"runs": [[f'sgd:lr=1,label="{EVIL}"', "given"]]}):
        text = json.dumps(recipe | change | {"picture": {"title": EVIL, EVIL: EVIL}}).encode()
        parts = [text[at : at + 255] for at in range(0, len(text), 255)]
        comment = b"".join(bytes([len(part)]) + part for part in parts)
        head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
        (folder / "a.gif").write_bytes(head + b"\x21\xfe" + comment + b"\x00;")
        for line in (["info", "a.gif"], ["info", "a.gif", "--json"], ["animate", "--from", "a.gif"]):
            result = run(*line)
            assert is_plain(result.output)
            assert is_plain(result.stderr)
            rows = (result.stdout + result.stderr).splitlines()
            assert not any(row.startswith(("note: all", "Error: b")) for row in rows)
