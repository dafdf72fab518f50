"""What is read from elsewhere is a file, and ends: devices, pipes, bombs and endless files are refused by the bound's
name, in little time and memory.
"""

import gzip
import io
import json
import os
import re
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import optviz
from optviz import reading
from optviz.arrays import read_arrays
from optviz.carriers import carried
from optviz.errors import DataError, OptvizError
from optviz.gallery import load_exhibits
from optviz.nets import idx
from optviz.nets.datasets import load_data
from optviz.reading import Bound, opened, parse_json, read_bytes, read_toml

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
X, Y = np.arange(12.0).reshape(6, 2), np.array([0, 1, 0, 1, 0, 1])

READERS = {
    "recipe": lambda name: ["info", f"{name}.gif"],
    "from": lambda name: ["animate", "--from", f"{name}.gif"],
    "plot from": lambda name: ["plot", "--from", f"{name}.gif"],
    "slide": lambda name: ["slides", "-o", "talk.html", f"{name}.gif"],
    "snippet": lambda name: ["slides", "--snippet", "html", f"{name}.gif"],
    "theme": lambda name: ["animate", "--surface", "booth", "--theme", f"{name}.toml"],
    "surface": lambda name: ["animate", "--surface", f"{name}.py"],
    "optimizer": lambda name: ["animate", "--surface", "booth", "-O", f"{name}.py:Mine:lr=1"],
    "checks": lambda name: ["list", "surfaces", "--file", f"{name}.py"],
    "data": lambda name: ["data", f"{name}.npz"],
    "training": lambda name: ["train", "--data", f"{name}.npz"],
    "resume": lambda name: [
        *["train", "--data", "moons", "-O", "sgd:lr=1", "--epochs", "1"],
        *["--save", f"{name}.npz", "--resume"],
    ],
}
SUFFIXES = (".gif", ".toml", ".py", ".npz")


@pytest.fixture
def within_bounds():
    """What runs in the block of a test takes at most so many MB, and seconds of a processor."""
    tracemalloc.start()
    since = time.process_time()
    yield
    peak, passed = tracemalloc.get_traced_memory()[1], time.process_time() - since
    tracemalloc.stop()
    assert peak < 32 << 20, "bytes"
    assert passed < 10, "seconds"


@POSIX
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("what", "make"), [("a device", lambda path: path.symlink_to("/dev/zero")), ("a pipe", os.mkfifo)]
)
def test_devices_and_pipes_are_refused_at_once(refuse, folder, within_bounds, reader, what, make):
    for suffix in SUFFIXES:
        make(folder / f"x{suffix}")
    message = refuse(1, *READERS[reader]("x"))
    assert re.search(f"x.* cannot be read: it is {what}; save what comes", message)


@POSIX
@pytest.mark.parametrize("reader", READERS)
def test_endless_files_are_refused_at_once(run, folder, monkeypatch, within_bounds, reader):
    """A sparse file of 8 GB, which takes no room on the disk."""
    monkeypatch.setattr("optviz.carriers.MAX_SEARCHED", Bound("MAX_SEARCHED", 8 << 20))
    for suffix in SUFFIXES:
        with (folder / f"x{suffix}").open("wb") as file:
            file.write(b"PK\x03\x04" if suffix == ".npz" else b"")
            file.truncate(8 << 30)
    result = run(*READERS[reader]("x"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "MAX_" in result.stderr or "is not a zip file" in result.stderr


@pytest.mark.parametrize("content", [b"", b"abc", b"abcd"])
def test_a_bound_is_the_most_that_is_read(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert read_bytes(path, Bound("MAX_TEST", 4)) == content
    path.write_bytes(b"abcde")
    with pytest.raises(DataError, match=r"^the file is too large to be read: allowed are 4 bytes \(MAX_TEST\)$"):
        read_bytes(path, Bound("MAX_TEST", 4), DataError, "the file")


@POSIX
def test_a_file_that_states_no_size_is_read(tmp_path):
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("needs /proc")
    assert b"VmPeak" in read_bytes(path, Bound("MAX_TEST", 1 << 16))
    with pytest.raises(OptvizError, match="MAX_TEST"):
        read_bytes(path, Bound("MAX_TEST", 16))


@pytest.mark.parametrize("name", ["a\0b", "\udc80" * 3, "n" * 5000, "no/such/file", ""])
def test_whatever_is_no_name(name):
    with pytest.raises(DataError, match="cannot be read: "), opened(name, DataError):
        pass


@pytest.mark.slow
def test_recipes_are_looked_for_near_the_beginning(tmp_path):
    """A GIF of extensions, or a PNG of texts, that hold no recipe, as many as fit into a file."""
    path = tmp_path / "a"
    begin = b"GIF89a\x01\x00\x01\x00\x00\x00\x00"
    recipe = b'\x21\xfe\x0b{"optviz": \x00'
    for extension in (b"\x21\xff\x00", b"\x21\xf9\x01\x00\x00", b"\x21\xff" + b"\x01a" * 1000 + b"\x00"):
        near, far = 1 << 20, 4 << 20
        path.write_bytes(begin + extension * (near // len(extension)) + recipe)
        with path.open("rb") as file:
            assert carried(file).startswith(b'{"optviz": ')
        path.write_bytes(begin + extension * (far // len(extension)) + recipe)
        since = time.process_time()
        with path.open("rb") as file:
            assert carried(file) == b""
        assert time.process_time() - since < 5
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for _ in range(1000):
            file.write(struct.pack(">I", 1 << 20) + b"tEXt")
            file.seek((1 << 20) + 4, os.SEEK_CUR)
    since = time.process_time()
    with path.open("rb") as file:
        assert carried(file) == b""
    assert time.process_time() - since < 1


# Data that is deep, or holds what is no number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "nested too deeply: allowed are 32 levels (MAX_DEPTH)"),
        ("[" * 34 + "]" * 34, "nested too deeply"),
        ('{"a":' * 500 + "1" + "}" * 500, "nested too deeply"),
        ("1" * 5000, "4300 digits"),
        ("1e999", "1e999 is no finite number"),
        ("-1e999", "no finite number"),
        ("NaN", "NaN is no finite number"),
        ("[Infinity]", "no finite number"),
        ("{", "Expecting"),
        (" " * ((16 << 20) + 1), "(MAX_JSON)"),
    ],
    ids=lambda text: text[:12],
)
def test_json_is_bounded(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_json(text)


def test_json_within_its_bounds_is_what_it_says():
    data = {"a": [1, 2.5, None, True, "π"], "deep": [[[[]]]]}
    assert parse_json(json.dumps(data)) == data
    assert parse_json("[" * 32 + "]" * 32)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"a = " + b"[" * 100_000, "is not TOML: it is nested too deeply"),
        (b"a = " + b"[" * 40 + b"]" * 40, "nested too deeply: allowed are 32 levels (MAX_DEPTH)"),
        (b".".join([b"a"] * 100_000) + b" = 1", "too many parts: allowed are 32 levels (MAX_DEPTH)"),
        (b'"a"."b" . ' * 50_000 + b"c = 1", "too many parts"),
        (b"[" + b".".join([b"a"] * 400_000) + b"]", "too many parts"),
        (b"a = 1" + b"0" * 5000, "4300 digits"),
        (b"a" * (1 << 20), "is not TOML"),
        (b'"' * (1 << 20), "is not TOML"),
        (b"#" * ((1 << 20) + 1), "(MAX_TOML)"),
        (b"\xff\xfe", "is not TOML, which is text in UTF-8"),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("read", [read_toml, load_exhibits, lambda path: optviz.themes.load_theme(str(path))])
def test_toml_is_bounded(tmp_path, within_bounds, read, text, words):
    path = tmp_path / "a.toml"
    path.write_bytes(text)
    with pytest.raises(OptvizError, match=re.escape(words)):
        read(path)


# Arrays


def npz(path, compress=zipfile.ZIP_DEFLATED, **members):
    """A file whose members are these bytes, by name without suffix, or arrays."""
    with zipfile.ZipFile(path, "w", compress) as file:
        for name, content in members.items():
            if isinstance(content, np.ndarray):
                written = io.BytesIO()
                np.save(written, content)
            file.writestr(f"{name}.npy", written.getvalue() if isinstance(content, np.ndarray) else content)
    return path


def header(shape, dtype="'<f8'", version=(1, 0)):
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H", len(text)) + text


def zeros(path, count):
    """A file of X with so many zeros, which is small."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("X.npy", "w", force_zip64=True) as member:
        member.write(header((count,), "'|u1'"))
        for _ in range(count >> 20):
            member.write(bytes(1 << 20))
    return path


def test_a_small_file_that_would_unpack_to_gigabytes(tmp_path, monkeypatch, within_bounds):
    path = zeros(tmp_path / "a.npz", 64 << 20)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr("optviz.arrays.MAX_ARRAYS", Bound("MAX_ARRAYS", 32 << 20))
    with pytest.raises(DataError, match=r"its arrays are 67108\d+ bytes, unpacked; allowed are .* \(MAX_ARRAYS\)"):
        load_data(str(path))


def test_a_header_that_states_more_than_there_is(tmp_path, within_bounds):
    for shape in ("(10**9,)", "(1000000000000,)", "(1, 99999999999, 99999999999)", "(-1, 3)", "(2**70,)"):
        path = npz(tmp_path / "a.npz", X=header(shape) + bytes(64), y=Y)
        with pytest.raises(DataError, match=r"a\.npz is not a data set"):
            load_data(str(path))


def test_a_header_that_never_ends(tmp_path, within_bounds):
    begin = b"\x93NUMPY\x02\x00" + struct.pack("<I", 64 << 20)
    path = npz(tmp_path / "a.npz", X=begin + b" " * (4 << 20), y=Y)
    with pytest.raises(
        DataError, match=r"header of an array is 67108864 bytes; allowed are 10000 bytes \(MAX_HEADER\)"
    ):
        load_data(str(path))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"X": np.array([{}], object), "y": Y}, "Python objects, which are never loaded"),
        ({"X": np.zeros((6, 2), "f8,i4"), "y": Y}, "X must hold real numbers"),
        ({"X": header((1,), "[('a', 'O')]") + bytes(8), "y": Y}, "Python objects"),
        ({"X": header((6, 2), version=(9, 9)) + X.tobytes(), "y": Y}, "format (9, 9)"),
        ({"X": b"hello", "y": Y}, "damaged"),
        ({"X": b"", "y": Y}, "damaged"),
        ({"X": header((6, 2), "'nonsense'"), "y": Y}, "damaged"),
        ({"X": header((6, 2), "(" * 200), "y": Y}, "damaged"),
        ({"X": header("'no'"), "y": Y}, "damaged"),
        ({"X": np.array("text"), "y": Y}, "X must be samples"),
        ({"X": np.array(3.0), "y": Y}, "X must be samples"),
        ({"X": X, "y": np.array(3)}, "one label a sample"),
        ({"X": np.zeros((6, 2), "M8[s]"), "y": Y}, "X must hold real numbers"),
        ({"../X": X, "y": Y}, "has no X"),
        ({"X.npy/": X, "y": Y}, "has no X"),
    ],
    ids=range(15),
)
def test_odd_members(tmp_path, members, words):
    path = npz(tmp_path / "a.npz", **members)
    with pytest.raises(DataError, match=re.escape(words)):
        load_data(str(path))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice(tmp_path):
    path = npz(tmp_path / "a.npz", X=X, y=Y)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("X.npy", header((6, 2)) + X.tobytes())
    with pytest.raises(DataError, match="it holds X twice"):
        load_data(str(path))


def test_members_that_are_no_arrays_are_left_aside(tmp_path):
    path = npz(tmp_path / "a.npz", X=X, y=Y, other=np.array([{}], object))
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("X", b"raw")
        file.mkdir("folder") if hasattr(file, "mkdir") else None
    assert (load_data(str(path)).x == X).all()


@pytest.mark.parametrize("compress", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_arrays_are_what_numpy_reads(tmp_path, compress):
    made = {"a": X, "b": np.asfortranarray(X), "c": np.array("π"), "d": np.array([], np.int8), "e": Y.astype(">i2")}
    path = npz(tmp_path / "a.npz", compress, **made)
    found = read_arrays(path, "a test")
    with np.load(path) as known:
        assert set(known.files) == set(found)
        for name in known.files:
            assert found[name].dtype == known[name].dtype
            assert np.array_equal(found[name], known[name])
            assert found[name].flags.f_contiguous == known[name].flags.f_contiguous


# IDX


@pytest.mark.slow
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("stated", [1 << 20, (1 << 32) - 1])
def test_an_idx_file_is_read_as_far_as_it_states(tmp_path, within_bounds, packed, stated):
    path = tmp_path / ("a.gz" if packed else "a")
    head = b"\x00\x00\x08\x01" + struct.pack(">I", stated)
    with gzip.open(path, "wb") if packed else path.open("wb") as file:
        file.write(head)
        for _ in range(256):
            file.write(bytes(1 << 20))
    words = r"\(MAX_IDX\)" if stated > 1 << 30 else rf"it has {256 << 20}"
    with pytest.raises(DataError, match=words):
        idx.read_idx(path, "")


def test_every_bound_is_called_as_it_is():
    named = {name: value for name, value in vars(reading).items() if isinstance(value, Bound)}
    assert len(named) > 5
    assert all(name == bound.name and bound.most > 0 for name, bound in named.items())
