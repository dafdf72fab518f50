"""Where files are written to: links, pipes, devices, modes and names are what they were, for every format alike."""

import io
import itertools
import os
import stat
import threading
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pytest
from click import Option

import optviz
from optviz.cli import COMMANDS, main
from optviz.cli.purposes import READS, WRITES
from optviz.deck import DECKS
from optviz.encode import ENCODERS, OPTIONAL
from optviz.encode.still import STILLS
from optviz.errors import ArgumentError, OptvizError, OutputError
from optviz.nets.datasets import load_data
from optviz.nets.sheets import save_sheet, sheet
from optviz.purposes import check_apart
from optviz.writing import atomic_write, check_writable

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs links, pipes and modes")
SMALL = {"size": (160, 120), "lr": 0.05, "steps": 5}
BEGINS = {
    ".gif": b"GIF89a",
    ".png": b"\x89PNG",
    ".apng": b"\x89PNG",
    ".webp": b"RIFF",
    ".svg": b"<?xml",
    ".pdf": b"%PDF",
    ".html": b"<!doctype html>",
    ".tex": b"% Written by optviz",
    ".webm": b"\x1a\x45\xdf\xa3",
    ".pptx": b"PK\x03\x04",
    ".npz": b"PK\x03\x04",
}
"""The first bytes of a file of each kind, as its own rules have it; those of an MP4 are no mark."""


class Writers:
    """By what they write, what writes it to a path; and what all of it is `made` of."""

    def __init__(self, folder):
        race = optviz.race("booth", ["sgd:lr=0.05"], steps=5)
        film, still = (make(race, size=(160, 120)) for make in (optviz.animate, optviz.plot))
        self.made = {"race": race, "film": film, "still": still}
        self.picture, self.sheet = folder / "film.gif", sheet(load_data("moons"))
        film.save(self.picture)

    def deck(self, path, form=None):
        return optviz.slides(path, [self.picture], format=form)

    def __getitem__(self, kind):
        if kind == "sheet.png":
            return lambda path: save_sheet(path, self.sheet)
        if kind == "race.npz":
            return lambda path: self.made["race"].save(path, force=True)
        return self.deck if kind.startswith("deck") else self.made[kind.split(".")[0]].save


@pytest.fixture(scope="module")
def writers(tmp_path_factory):
    return Writers(tmp_path_factory.mktemp("pictures"))


KINDS = [*(f"film{each}" for each in ENCODERS), *(f"still{each}" for each in STILLS)]
KINDS += [*(f"deck{each}" for each in DECKS), "race.npz", "sheet.png"]


@pytest.fixture(params=KINDS)
def kind(request):
    if request.param.startswith("film"):
        module, _ = OPTIONAL.get(Path(request.param).suffix, ("", ""))
        if module:
            pytest.importorskip(module, reason="videos need the extra video")
    if request.param == "deck.pptx":
        pytest.importorskip("pptx", reason="presentations need the extra slides")
    return request.param


def is_whole(content, kind):
    mark = BEGINS.get(Path(kind).suffix, b"")
    return len(content) > 100 and content.startswith(mark) and (Path(kind).suffix != ".mp4" or content[4:8] == b"ftyp")


def names(folder):
    return sorted(each.name for each in folder.iterdir() if each.suffix == ".part")


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("there", [True, False])
def test_what_a_link_points_to_is_written(writers, kind, there, tmp_path):
    (tmp_path / "far").mkdir()
    real, link = tmp_path / "far" / f"real{Path(kind).suffix}", tmp_path / kind
    if there:
        real.write_bytes(b"old")
    link.symlink_to(Path("far", real.name))
    writers[kind](link)
    assert link.is_symlink()
    assert is_whole(real.read_bytes(), kind)
    assert names(tmp_path) == names(tmp_path / "far") == []


@pytest.mark.slow
@POSIX
def test_mode_and_other_names_stay(writers, kind, tmp_path):
    target, other = tmp_path / kind, tmp_path / "other"
    target.write_bytes(b"old")
    for mode in (0o600, 0o640, 0o444 if os.geteuid() == 0 else 0o644):
        target.chmod(mode)
        writers[kind](target)
        assert stat.S_IMODE(target.stat().st_mode) == mode
    os.link(target, other)
    target.write_bytes(b"old" * 100_000)
    writers[kind](target)
    assert target.samefile(other)
    assert is_whole(other.read_bytes(), kind)
    assert other.read_bytes() != b"old" * 100_000
    assert names(tmp_path) == []


@pytest.mark.slow
@POSIX
def test_a_new_file_has_the_mode_that_new_files_have(writers, kind, tmp_path):
    before = os.umask(0o027)
    try:
        writers[kind](tmp_path / kind)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / kind).stat().st_mode) == 0o640


@pytest.mark.slow
@POSIX
def test_a_pipe_takes_a_whole_file_and_stays(writers, kind, tmp_path):
    target, found = tmp_path / kind, []
    os.mkfifo(target)
    reader = threading.Thread(target=lambda: found.append(target.read_bytes()), daemon=True)
    reader.start()
    writers[kind](target)
    reader.join(30)
    assert stat.S_ISFIFO(target.stat().st_mode)
    writers[kind](tmp_path / f"plain{Path(kind).suffix}")
    assert is_whole(found[0], kind)
    if Path(kind).suffix != ".tex":  # it names the folder beside it
        assert found[0] == (tmp_path / f"plain{Path(kind).suffix}").read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_devices_stay_devices(tmp_path):
    for device, fails in (("/dev/null", False), ("/dev/full", True)):
        before = Path(device).stat()
        link = tmp_path / f"{Path(device).name}.gif"
        link.symlink_to(device)
        for path in (Path(device), link):
            if fails:
                with pytest.raises(OutputError, match=f"{path} cannot be written: No space left"):
                    write(path, b"a")
            else:
                write(path, b"a")
        assert stat.S_ISCHR(Path(device).stat().st_mode)
        assert Path(device).stat().st_ino == before.st_ino
        assert link.is_symlink()


def write(path, content):
    with atomic_write(path) as file:
        file.write(content)


@POSIX
def test_a_file_with_two_names_is_whole_even_where_there_is_no_room(tmp_path, monkeypatch):
    target = tmp_path / "a"
    target.write_bytes(b"precious")
    os.link(target, tmp_path / "b")
    resource = pytest.importorskip("resource")
    write(target, b"short")
    assert (tmp_path / "b").read_bytes() == b"short"
    write(target, b"long" * 1000)
    assert (tmp_path / "b").read_bytes() == b"long" * 1000
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    real = Path.open

    def lowered(path, *arguments, **options):
        if path == target and "r+b" in arguments:
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", lowered)
    try:
        with pytest.raises(OutputError, match="File too large"):
            write(target, b"x" * 9000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "b").read_bytes() == b"long" * 1000
    assert names(tmp_path) == []


@POSIX
def test_links_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutputError, match="Too many levels"):
        check_writable(tmp_path / "a")


@POSIX
def test_the_folder_that_counts_is_that_of_what_a_link_points_to(tmp_path):
    (tmp_path / "a.gif").symlink_to("nowhere/b.gif")
    with pytest.raises(OutputError, match=r"there is no folder .*nowhere"):
        check_writable(tmp_path / "a.gif")


@POSIX
def test_a_folder_of_frames_keeps_its_mode(tmp_path):
    film = optviz.animate("booth", **SMALL)
    film.save(f"{tmp_path}/frames/")
    (tmp_path / "frames").chmod(0o700)
    (tmp_path / "link").symlink_to("frames")
    film.save(f"{tmp_path}/link/")
    assert stat.S_IMODE((tmp_path / "frames").stat().st_mode) == 0o700
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path) == []


# Files that are open


class Awkward(io.RawIOBase):
    """A stream that cannot seek, does not know where it is, and takes little at a time, as a socket does."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, data):
        taken = bytes(data[:1000])
        self.content += taken
        return len(taken)


def into(writers, kind):
    """What writes that kind into an open file."""
    suffix = Path(kind).suffix
    if kind.startswith("deck"):
        return lambda file: writers.deck(file, suffix[1:])
    return lambda file: writers.made[kind.split(".")[0]].save(
        file, **({} if kind == "race.npz" else {"format": suffix})
    )


@pytest.mark.slow
@pytest.mark.parametrize("stream", [io.BytesIO, Awkward])
def test_an_open_file_takes_what_a_path_does(writers, kind, stream, tmp_path):
    if kind in ("sheet.png", "deck.tex"):
        pytest.skip("only a path will do")
    file = stream()
    into(writers, kind)(file)
    writers[kind](tmp_path / kind)
    content = file.content if stream is Awkward else file.getvalue()
    assert content == (tmp_path / kind).read_bytes()
    assert not file.closed


def test_what_is_open_has_the_format_that_its_name_says_or_the_usual_one(writers, tmp_path):
    film, still = writers.made["film"], writers.made["still"]
    for name, made, mark in (
        ("a.webp", film, b"RIFF"),
        ("a.svg", still, b"<?xml"),
        ("a.xyz", film, b"GIF"),
        ("a.npz", still, b"\x89PNG"),
    ):
        with (tmp_path / name).open("wb") as file:
            made.save(file)
        assert (tmp_path / name).read_bytes().startswith(mark)
    with TemporaryFile() as file:  # whose name is a number
        assert film.save(file) is file
    film.save(tmp_path / "b", format="WEBP")
    assert (tmp_path / "b").read_bytes().startswith(b"RIFF")
    buffers = [io.BytesIO() for _ in range(3)]
    optviz.animate("booth", buffers[0], format="apng", **SMALL)
    optviz.plot("booth", buffers[1], format=".pdf", **SMALL)
    optviz.slides(buffers[2], [tmp_path / "a.webp"], format="html")
    assert [each.getvalue()[:4] for each in buffers] == [b"\x89PNG", b"%PDF", b"<!do"]


def test_a_race_comes_back_from_an_open_file(writers):
    class Pipe(io.RawIOBase):
        def __init__(self, content):
            self.content = content

        def readable(self):
            return True

        def readinto(self, room):
            some, self.content = self.content[:100], self.content[100:]
            room[: len(some)] = some
            return len(some)

    race, file = writers.made["race"], io.BytesIO()
    race.save(file)
    for source in (io.BytesIO(file.getvalue()), Pipe(file.getvalue())):
        again = optviz.load_race(source)
        np.testing.assert_array_equal(race.points, again.points)
        assert again.runs == race.runs
    with pytest.raises(OptvizError, match=r"BytesIO.* is not a race that optviz saved: it is empty"):
        optviz.load_race(io.BytesIO())


def test_open_files_that_will_not_do(writers, tmp_path):
    film, still = writers.made["film"], writers.made["still"]
    closed = io.BytesIO()
    closed.close()
    (tmp_path / "there").write_bytes(b"precious")
    with (tmp_path / "there").open("rb") as reading, (tmp_path / "text").open("w") as text:
        for file, told in (
            (io.StringIO(), "takes text"),
            (text, "takes text"),
            (closed, "is closed"),
            (reading, "reading"),
        ):
            for save in (film.save, still.save, writers.made["race"].save):
                with pytest.raises(ArgumentError, match=told):
                    save(file)
    with pytest.raises(ArgumentError, match=r"'\.xyz'; allowed"):
        film.save(io.BytesIO(), format="xyz")
    with pytest.raises(ArgumentError, match="format must be text"):
        film.save(io.BytesIO(), format=3)
    with pytest.raises(ArgumentError, match="leave out the format"):
        film.save(f"{tmp_path}/frames/", format="gif")
    with pytest.raises(ArgumentError, match="an open file takes one still"):
        optviz.plot("booth", io.BytesIO(), at="0,1", **SMALL)
    with pytest.raises(ArgumentError, match="folder of pictures beside it"):
        writers.deck(io.BytesIO(), "tex")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_open_file_without_room_is_named(writers):
    with Path("/dev/full").open("wb", buffering=0) as file, pytest.raises(OutputError, match="No space left"):
        writers.made["film"].save(file)


# One file for one purpose


def options(command):
    return {each.name: each for each in command.params if isinstance(each, Option) or each.name}


def commands():
    for name in COMMANDS:
        command = main.get_command(None, name)
        yield from getattr(command, "commands", {name: command}).values()


def test_every_option_that_names_a_file_is_known():
    words = ("FILE", "PATH", "RUN.npz", "SPEC", "FILES", "SURFACE")
    no_files = {"init", "augment", "schedule"}  # whose specs name what optviz knows
    again = {"recipe", "file"}  # read whole before anything is written
    for command in commands():
        for name, option in options(command).items():
            if any(word in (option.metavar or "") for word in words) and name not in no_files | again:
                assert name in READS or name in WRITES, f"{command.name} {name}"


ONE = {"X": np.random.default_rng(0).normal(size=(60, 2)), "y": np.arange(60) % 2}
WAYS = {
    "itself": lambda path: path.name,
    "from the root": lambda path: str(path.absolute()),
    "around": lambda path: f"sub/../{path.name}",
    "a link": lambda path: linked(path, os.symlink),
    "a hard link": lambda path: linked(path, os.link),
}


def linked(path, link):
    other = path.with_name(f"other{path.suffix}")
    link(path, other)
    return other.name


LINES = {
    "animate --surface ./mine.py --lr 0.1 -o {}": ("mine.py", "--surface", ".py"),
    "train --data one.npz --save {}": ("one.npz", "--data", ".npz"),
    "train --data one.npz --log {}": ("one.npz", "--data", ".npz"),
    "train -O ./opt.py:Mine:lr=0.1 --log {}": ("opt.py", "-O", ".py"),
    "train -O ./opt.py --log {}": ("opt.py", "-O", ".py"),
    "train --theme ./t.toml -o x.gif --log {}": ("t.toml", "--theme", ".toml"),
    "train --save run.npz --log {}": ("run.npz", "--save", ".npz"),
    "train --log run.png -o {}": ("run.png", "--log", ".png"),
    "data one.npz -o {}": ("one.npz", "--data", ".npz"),
    "slides talk.html -o {}": ("talk.html", "the picture", ".html"),
    "slides talk-frames/a.png -o talk.tex": ("talk-frames/a.png", "the picture", ".png"),
}


@POSIX
@pytest.mark.parametrize(("line", "way"), list(itertools.product(LINES, WAYS)))
def test_no_file_has_two_purposes(refuse, folder, line, way):
    name, told, _ = LINES[line]
    if "{}" not in line and "link" in way:
        pytest.skip("it is the folder that is written")
    path = folder / name
    for each in ("sub", "talk-frames"):
        (folder / each).mkdir()
    np.savez("one.npz", **ONE)
    if not path.exists():
        path.write_text("precious")
    message = refuse(2, *line.format(WAYS[way](path)).split())
    assert f"{told} and " in message
    assert "are the same file" in message


@POSIX
def test_two_files_that_are_not_there_yet_are_told_apart(folder):
    Path("here").symlink_to(".")
    run, log = ("--save", Path("a.npz")), ("--log", Path("here/a.npz"))
    with pytest.raises(ArgumentError, match="--save and --log are the same file"):
        check_apart([], [run, log])
    check_apart([], [run, ("--log", Path("here/b.npz"))])
    check_apart([run], [])


def test_large_and_small_letters_are_the_same_where_the_system_says_so(folder, monkeypatch):
    both = [("--save", Path("a.npz")), ("--log", Path("A.NPZ"))]
    if not Path(str(folder).swapcase()).exists():
        check_apart([], both)
    monkeypatch.setattr("optviz.purposes.folds", lambda _: True)
    with pytest.raises(ArgumentError, match="are the same file"):
        check_apart([], both)


@POSIX
def test_stdout_is_no_other_file(spawn, failed, folder):
    with Path("log.jsonl").open("wb") as out:
        process = spawn("train", "--data", "moons", "-O", "sgd:lr=0.1", "--log", "log.jsonl", stdout=out)
        assert "--log and stdout are the same file" in failed(2, process)


@POSIX
def test_a_device_may_have_any_number_of_purposes(folder):
    check_apart([("a", Path(os.devnull))], [("b", Path(os.devnull)), ("c", Path(os.devnull))])


def test_what_is_made_again_may_take_its_own_place(run, folder):
    run("animate", "--surface", "booth", "--size", "160x120", "--frames", "4", "--lr", "0.01", "-o", "a.gif")
    before = (folder / "a.gif").read_bytes()
    assert run("animate", "--from", "a.gif", "-o", "a.gif").stdout == "a.gif\n"
    assert (folder / "a.gif").read_bytes() == before
