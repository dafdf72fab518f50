"""What lies beneath all rooms: files that are whole or not there, bounds to the last one, carriers, workers."""

import contextlib
import io
import json
import os
import stat
import struct
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import optviz
from optviz.arrays import array_in, read_arrays
from optviz.cache import cached
from optviz.carriers import MARK, carried
from optviz.errors import OptvizError, OutputError
from optviz.files import digests_when_run, lies_below, pick, run_file
from optviz.ingredients import check_recipe
from optviz.reading import Bound, parse_json, read_bytes, read_toml
from optviz.recipe import as_still, in_xml, parse_recipe, read_recipe, recipe_of
from optviz.schema import each, flag, number, record, text, whole
from optviz.workers import map_jobs
from optviz.writing import atomic_write, check_replaceable, forsake
from tests.samples import RECIPE

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs links and modes")


# Files


@POSIX
def test_who_reads_a_file_that_is_replaced_reads_the_old_one_to_its_end(tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"old " * 1000)
    with path.open("rb", buffering=0) as reader:
        first = reader.read(4)
        with atomic_write(path) as file:
            file.write(b"new")
        assert first + reader.readall() == b"old " * 1000
    assert path.read_bytes() == b"new"


@POSIX
def test_while_it_is_written_nobody_reads_what_was_private(tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"mine")
    path.chmod(0o600)
    with atomic_write(path) as file:
        file.write(b"still mine")
        [part] = [each for each in tmp_path.iterdir() if each != path]
        assert stat.S_IMODE(part.stat().st_mode) & 0o077 == 0
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write(b"ours")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@POSIX
def test_what_a_link_points_to_is_written_and_it_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_program_that_ends_in_the_middle_leaves_nothing(tmp_path):
    left = []
    with contextlib.suppress(OutputError), atomic_write(tmp_path / "film.gif") as file:  # it is gone where it should be
        file.write(b"half")
        left.append(len(list(tmp_path.iterdir())))
        forsake()
        left.append(len(list(tmp_path.iterdir())))
    assert left == [1, 0]
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_file_stays(tmp_path):
    (tmp_path / "theirs").write_bytes(b"years of work")
    (tmp_path / "empty").touch()
    with pytest.raises(OutputError, match="is not replaced: it is not a log"):
        check_replaceable(tmp_path / "theirs", lambda path: False, "a log")
    check_replaceable(tmp_path / "theirs", lambda path: True, "a log")
    check_replaceable(tmp_path / "empty", lambda path: False, "a log")


# Bounds


def test_a_bound_holds_to_the_byte(tmp_path):
    for size, fits in ((9, True), (10, True), (11, False)):
        (tmp_path / "file").write_bytes(b"x" * size)
        if fits:
            assert read_bytes(tmp_path / "file", Bound("TEN", 10)) == b"x" * size
        else:
            with pytest.raises(OptvizError, match=r"allowed are 10 bytes \(TEN\)"):
                read_bytes(tmp_path / "file", Bound("TEN", 10))


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a": ', "}")])
def test_data_may_be_so_deep_and_no_deeper(open_, close):
    """MAX_DEPTH is 32 levels of lists and tables in one another."""
    assert parse_json(open_ * 32 + "1" + close * 32)
    with pytest.raises(ValueError, match="MAX_DEPTH"):
        parse_json(open_ * 33 + "1" + close * 33)


def test_toml_may_be_so_deep_and_no_deeper(tmp_path):
    (tmp_path / "a.toml").write_text(f"{'.'.join('a' * 30)} = 1\n")
    assert read_toml(tmp_path / "a.toml")
    (tmp_path / "a.toml").write_text(f"{'.'.join('a' * 40)} = 1\n")
    with pytest.raises(OptvizError, match="a key has too many parts: allowed are 32 levels"):
        read_toml(tmp_path / "a.toml")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_json_holds_finite_numbers_unless_others_are_expected(word):
    with pytest.raises(ValueError, match="no finite number"):
        parse_json(f"[{word}]")
    [found] = parse_json(f"[{word}]", finite=False)
    assert not np.isfinite(found)


@pytest.mark.parametrize(
    ("check", "fitting", "others"),
    [
        (whole(2, 5), [2, 5], [1, 6, True, 3.0, "3", None]),
        (whole(0), [0, 10**30], [-1, False]),
        (number("[0, 1)"), [0, 0.5], [1, -1e-9, True, float("nan"), "0"]),
        (flag, [True, False], [0, 1, None]),
        (text(3), ["", "abc"], ["abcd", "a\0", 3]),
        (each(whole(0), 1, 3), [[0], [1, 2, 3]], [[], [1, 2, 3, 4], [1, -1], (1, 2), None]),
        (record({"a": whole(0)}, {"b": flag}), [{"a": 1}, {"a": 1, "b": True}], [{}, {"a": 1, "c": 1}, {"a": -1}]),
        (record({}, {}, more=True), [{}, {"c": 1}], [[]]),
    ],
)
def test_schemas_end_where_they_say(check, fitting, others):
    for value in fitting:
        check("field", value)
    for value in others:
        with pytest.raises(ValueError, match="field"):
            check("field", value)


@pytest.mark.parametrize(("step", "fits"), [(0, True), (12, True), (13, False), (-1, False)])
def test_a_still_shows_a_step_of_its_race(step, fits):
    data = json.loads(RECIPE.to_text()) | {"command": "plot", "step": step}
    if fits:
        check_recipe(data)
    else:
        with pytest.raises(ValueError, match="step must be a whole number from 0"):
            check_recipe(data)


# Arrays


def npy(header, data=b""):
    words = header.encode() + b" " * (117 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(words)) + words + data


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
    ],
)
def test_arrays_that_lie_are_refused(header):
    assert (array_in(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", bytes(16))) == 0).all()
    with pytest.raises(OptvizError):
        array_in(npy(header, bytes(16)))


def test_a_byte_of_an_array_that_was_changed_is_noticed(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.arange(300.0))
    raw = bytearray(path.read_bytes())
    at = raw.index(np.float64(150).tobytes())
    raw[at] ^= 1
    path.write_bytes(raw)
    with pytest.raises(OptvizError, match="damaged"):
        read_arrays(path, "a data set")


@pytest.mark.usefixtures("cache")
def test_what_is_kept_is_known_by_all_that_it_depends_on(cache, monkeypatch):
    cached(("a", np.zeros(2)), lambda: np.array([1.0]))
    assert cached(("a", np.zeros(2)), lambda: np.array([2.0]))[0] == 1
    for other in (("b", np.zeros(2)), ("a", np.zeros(2, np.int64)), ("a", np.zeros((2, 1))), ("a", np.ones(2))):
        assert cached(other, lambda: np.array([3.0]))[0] == 3, other
    first, second = sorted(cache.iterdir())[:2]
    wanted = {path: path.read_bytes() for path in cache.iterdir()}
    first.write_bytes(wanted[second])
    make = [0]

    def made():
        make[0] += 1
        return np.array([9.0])

    for depends in (("a", np.zeros(2)), ("b", np.zeros(2)), ("a", np.zeros((2, 1))), ("a", np.ones(2))):
        cached(depends, made)
    cached(("a", np.zeros(2, np.int64)), made)
    assert make[0] == 1, "what is kept under another's name is not believed"
    monkeypatch.setattr(optviz, "__version__", "99")
    assert cached(("a", np.ones(2)), lambda: np.array([4.0]))[0] == 4


# Workers


def test_results_come_in_order_though_the_first_takes_longest():
    began = time.monotonic()
    found = list(map_jobs(lambda n: (time.sleep(0.3 if n == 0 else 0.01), n)[1], range(8), 3))
    assert found == list(range(8))
    assert time.monotonic() - began < 5


def test_what_a_job_raises_is_raised_after_the_results_before_it():
    results = map_jobs(lambda n: 6 // (3 - n), range(6), 2)
    assert [next(results) for _ in range(3)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(results)


# Recipes and what carries them


@pytest.mark.parametrize("title", ["(a) \\ [b]", "a) ( b", "\\\\", "<b> & > é"])
@pytest.mark.parametrize("suffix", [".pdf", ".svg", ".png", ".gif"])
@pytest.mark.filterwarnings("ignore:no installed font:optviz.errors.OptvizWarning")
def test_a_title_comes_back_out_of_every_carrier(title, suffix, tmp_path):
    make = optviz.animate if suffix == ".gif" else optviz.plot
    race = optviz.race("booth", ["sgd:lr=0.01"], steps=2)
    make(race, tmp_path / f"a{suffix}", size=(64, 64), title=title)
    recipe = read_recipe(tmp_path / f"a{suffix}")
    assert recipe.picture["title"] == title
    assert recipe.step == (None if suffix == ".gif" else 2)


def test_the_words_of_another_program_are_no_recipe_of_a_png(tmp_path):
    about = PngInfo()
    about.add_text("comments", MARK.decode() + '"wrong"}')
    about.add_text("optviz", RECIPE.to_text())
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=about)
    assert read_recipe(tmp_path / "a.png") == RECIPE


@pytest.mark.parametrize("size", [10, 11, 12, 13])
def test_a_webp_with_chunks_of_any_length(size):
    """RIFF: a chunk of odd length is followed by a byte that is not counted."""
    told = b"<dc:description>" + RECIPE.to_text().encode()
    parts = [(b"ICCP", b"\x01" * size), (b"XMP ", told)]
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in parts)
    assert carried(io.BytesIO(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)).startswith(MARK)


@pytest.mark.parametrize("back", range(1, len(MARK) + 1))
def test_a_mark_across_two_blocks_is_found(back):
    """A file without a finder of its own is read in blocks of 64 KiB."""
    assert carried(io.BytesIO(b"." * ((1 << 16) - back) + RECIPE.to_text().encode())).startswith(MARK)


def test_recipes_as_text():
    film = RECIPE.to_text()
    still = json.loads(as_still(film, 7))
    assert (still["command"], still["step"]) == ("plot", 7)
    assert parse_recipe(film) == RECIPE
    assert as_still("", 3) == ""
    marked = json.dumps({"title": "<a> & </b>"})
    assert not set("<>&") & set(in_xml(marked))
    assert json.loads(in_xml(marked)) == json.loads(marked)


def test_a_run_is_called_in_its_recipe_as_it_was():
    race = optviz.race("booth", ["sgd:lr=0.05", "adam:lr=0.5,label=quick"], steps=2)
    first, second = (spec for spec, _ in recipe_of(race, {}).runs)
    assert first == "sgd:lr=0.05"
    assert second.startswith("adam:lr=0.5,")
    assert second.endswith("label=quick")
    again = optviz.race("booth", [first, second], steps=2)
    assert [run.label for run in again.runs] == [run.label for run in race.runs]


# Files of a user


def test_a_file_of_a_user_prints_where_it_may_and_imports_from_beside_itself(tmp_path, capsys):
    (tmp_path / "beside_kept_whole.py").write_text("value = 7\n")
    (tmp_path / "mine.py").write_text("import beside_kept_whole\nprint('hello')\nfound = beside_kept_whole.value\n")
    before = list(sys.path)
    module = run_file(tmp_path / "mine.py", OptvizError)
    assert module.found == 7
    assert sys.path == before, "what lies beside it is found no longer"
    assert capsys.readouterr() == ("", "hello\n"), "stdout is for results"
    known = digests_when_run(tmp_path / "mine.py")
    assert [Path(path).name for path in known] == ["mine.py", "beside_kept_whole.py"]
    recipe = replace(RECIPE, surface=str(tmp_path / "mine.py")).with_files()
    assert dict(recipe.files) == known
    assert recipe.changed_files() == []
    (tmp_path / "beside_kept_whole.py").write_text("value = 8\n")
    assert [Path(path).name for path in recipe.changed_files()] == ["beside_kept_whole.py"]
    (tmp_path / "mine.py").write_text("found = 9\n")
    assert [Path(path).name for path in recipe.changed_files()] == ["mine.py", "beside_kept_whole.py"]


@pytest.mark.parametrize(
    ("path", "below"),
    [("work/a.py", True), ("work/b/c.py", True), ("work/../a.py", False), ("work2/a.py", False), ("/work/a.py", False)],
)
def test_what_lies_below_a_folder(path, below):
    assert lies_below(Path(path), Path("work")) is below


def test_which_object_of_a_file_is_taken(tmp_path):
    (tmp_path / "mine.py").write_text("one = 1\ntwo = 2\nsurface = 3\n")
    module = run_file(tmp_path / "mine.py", OptvizError)
    assert pick(module, "", "surface", {"one": 1, "surface": 3}) == 3
    assert pick(module, "two", "surface", {"one": 1, "surface": 3}) == 2
    assert pick(module, "", "surface", {"one": 1}) == 1
    assert pick(module, "", "surface", {"one": 1, "two": 2}) is None, "nobody knows which"
