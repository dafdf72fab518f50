"""Files as damage or malice may leave them: each kind that optviz reads, tiny, and what becomes of it by bits that
flip, bytes that are cut, put in, swapped or repeated, numbers that lie, and fields that hold anything.

`make` writes whole files, `tries` damages them, `judged` has optviz read one and says what is wrong with how it took
it: an exception, an exit code that means nothing, a message that acts on the terminal or fills it, a file left behind.
"""

from __future__ import annotations

import copy
import gzip
import io
import json
import os
import random
import re
import resource
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from click.testing import CliRunner, Result

import optviz
from optviz.cli import main
from optviz.errors import MissingExtraError, OptvizError, OptvizWarning
from optviz.gallery import load_exhibits

_BATCH = 250  # tries a process
_PATIENCE, _MEMORY = 20.0, 4 << 30  # seconds a try may take, bytes a process may have
_LONGEST = 5000  # letters that are said on stderr
_ALLOWED = (0, 1, 2, 130)

HOSTILE: list[Any] = [
    *(None, True, False, -1, 0, 5, 10**400, -(10**400), 1.5, -1.5, 1e308, 5e-324, "", " ", "x" * 100_000, "1", "null"),
    *([], [[]], [None], ["x"], [1], [1, 2, 3], [10**400] * 2, [1e308] * 4, ["sgd:lr=1"] * 2, [["sgd:lr=1", "given"]]),
    *({}, {"x": 1}, {"hidden": 5}, {"base": 5}, {"name": "x", "ink": []}, "a\0b.py", "../../etc/passwd", "\udc80"),
    *("cosine(" * 9, "sgd:lr=" + "9" * 400, "os:system:lr=1", "\x1b[2J\nError: \u202e", "mine.py ", "mine.npz\n"),
    *(float("nan"), float("inf"), 1 << 64, [[[[[[[[[[]]]]]]]]]], {"a": {"b": {"c": {}}}}),
]
"""What may stand in any field of plain data, and in no field should."""

_NUMBERS = [0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 63) - 1]
_SURFACE = """
import autograd.numpy as np
from optviz import Surface

def egg(x, y):
    return x**2 + y**2 + np.sin(2 * x)

SURFACE = Surface(name="egg", fn=egg, domain=(-4, 4, -4, 4), start=(3, 2.5))
"""
_EXHIBITS = """
[hill]
title = "A hill"
caption = "Down it goes. And stays."
see = "Look."
command = "optviz animate --surface booth"
tags = ["one", "two"]
shows = ["gap(sgd) < 0.5 * gap(adam)", "left_at(sgd) == never", "value(adam, 10) >= -1e3"]
"""
_THEME = 'base = "dark"\nink = "#ff8000"\ntrail = 3.5\npalette = ["#112233", "#445566"]\ndashes = [[], [2, 1]]\n'


class Kind(NamedTuple):
    """A kind of file: its name, and what optviz is asked to do with it, lines of a command or calls."""

    name: str
    asks: tuple[str | Callable[[], object], ...]


_DECKS = tuple(f"slides --quiet -o new{suffix} " for suffix in (".html", ".tex", ".pptx"))


def _recipe(name: str, again: str = "plot") -> tuple[str, ...]:
    output = "new.png" if again == "plot" else "new.gif"
    return f"info {name}", f"info {name} --json", f"{again} --quiet --from {name} -o {output}"


def _slide(name: str) -> tuple[str, ...]:
    return (*(line + name for line in _DECKS), *(f"slides --snippet {form} {name}" for form in ("html", "latex")))


_DRAWN = (".gif", ".png", ".webp", ".apng", ".svg")
_TRAIN = "train --epochs 3 --json --hidden 4"
_RATES = "-O adam:lr=0.01 -O nadam:lr=0.01"
_SAVED = f"--save run.npz --data moons:samples=60 {_RATES} --batch-size 20 --patience 2 --ensemble 2"

KINDS = [
    *(Kind(f"race{suffix}", (*_recipe(f"race{suffix}"), *_slide(f"race{suffix}"))) for suffix in _DRAWN),
    *(Kind(f"race{suffix}", _recipe(f"race{suffix}")) for suffix in (".pdf", ".html", ".mp4")),
    Kind("net.gif", (*_recipe("net.gif"), *_recipe("net.gif", "animate"))),
    Kind("photo.jpg", _slide("photo.jpg")),
    Kind("frames/frames.ffconcat", _recipe("frames")),
    *(Kind(f"talk{suffix}", _recipe(f"talk{suffix}")) for suffix in (".pptx", ".html", ".tex")),
    Kind("race.npz", (lambda: _told_of(optviz.load_race("race.npz")),)),
    Kind("run.npz", (f"{_TRAIN} {_SAVED} --resume",)),
    Kind("data.npz", ("data data.npz", f"{_TRAIN} --data data.npz -O sgd:lr=0.1 --batch-size 5")),
    Kind("idx/train-images-idx3-ubyte.gz", ("data ./idx", "data ./idx -o new.png")),
    Kind("mine.toml", ("plot --surface booth --theme ./mine.toml --lr 0.01 --steps 3 --size 96x72 -o new.png",)),
    Kind("exhibits.toml", (lambda: [each.words for each in load_exhibits(Path("exhibits.toml"))],)),
    Kind("mine.py", ("list surfaces --file ./mine.py", "compare --surface ./mine.py --lr 0.01 --steps 3 -O sgd")),
]


def _told_of(race: optviz.Race) -> object:
    return race.to_json(), optviz.plot(race, size=(96, 72))


def make(folder: Path) -> None:
    """Write a whole file of every kind."""
    from PIL import Image

    here = Path.cwd()
    os.chdir(folder)
    try:
        race = optviz.race("booth", ["sgd:lr=0.05", "adam:lr=0.5,schedule=cosine(9)"], steps=4, seed=3)
        size, fps = (96, 72), 10
        race.save("race.npz")
        for suffix in (".gif", ".webp", ".apng", ".html", ".mp4"):
            try:
                optviz.animate(race, f"race{suffix}", size=size, frames=3, fps=fps, curves=["loss"])
            except MissingExtraError:  # no ffmpeg
                Path(f"race{suffix}").write_bytes(b"\0\0\0\x20ftypisom" + Path("race.html").read_bytes())
        for suffix in (".png", ".svg", ".pdf"):
            optviz.plot(race, f"race{suffix}", size=size, theme="dark")
        optviz.animate(race, "frames/", size=size, frames=3, fps=fps)
        Image.effect_noise((40, 30), 90).save("photo.jpg")
        options = {"epochs": 2, "batch_size": 20, "patience": 2, "ensemble": 2}
        net, data = optviz.perceptron(2, 2, (4,)), optviz.load_data("moons:samples=60")
        optviz.train(data, net, ["adam:lr=0.01", "nadam:lr=0.01"], save="run.npz", **options)
        net = optviz.train(data, net, ["sgd:lr=0.1"], epochs=1, batch_size=20)
        optviz.animate(net, "net.gif", size=(160, 120), frames=3, fps=fps)
        for suffix in (".pptx", ".html", ".tex"):
            optviz.slides(f"talk{suffix}", ["race.gif", "race.png"])
        x = np.random.default_rng(0).normal(size=(30, 2))
        np.savez_compressed("data.npz", X=x, y=np.arange(30) % 3, X_test=x[:6], y_test=np.arange(6) % 3)
        Path("idx").mkdir()
        for name, head, content in (
            ("train-images-idx3", (8, 3, 30, 2, 2), np.arange(120, dtype=np.uint8)),
            ("train-labels-idx1", (8, 1, 30), np.arange(30, dtype=np.uint8) % 3),
        ):
            packed = b"\0\0" + bytes(head[:2]) + struct.pack(f">{len(head) - 2}I", *head[2:]) + content.tobytes()
            Path(f"idx/{name}-ubyte.gz").write_bytes(gzip.compress(packed, mtime=0))
        for path, text in (("mine.toml", _THEME), ("exhibits.toml", _EXHIBITS), ("mine.py", _SURFACE)):
            Path(path).write_text(text)
    finally:
        os.chdir(here)


def damaged(content: bytes, name: str, chance: random.Random) -> bytes:
    """What becomes of a file's bytes: by blind damage, or by one that knows the format."""
    knowing = _KNOWING.get(Path(name).suffix)
    if knowing is not None and chance.random() < 0.7:
        return knowing(content, chance)
    return _with_recipe(content, chance) if chance.random() < 0.4 else blind(content, chance)


def blind(content: bytes, chance: random.Random) -> bytes:
    """Bytes that flip, or are cut, put in, swapped, repeated, or a number that lies."""
    raw = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, size = chance.randrange(len(raw) or 1), chance.choice((1, 2, 4, 8, 50, 400))
        other, how = chance.randrange(len(raw) or 1), chance.randrange(9)
        piece = raw[other : other + size]
        if how == 0:
            raw[at : at + 1] = bytes([chance.randrange(256)])
        elif how == 1:
            del raw[at : None if chance.random() < 0.3 else at + size]
        elif how == 2:
            raw[at:at] = chance.randbytes(size)
        elif how == 3:
            raw[at : at + size], raw[other : other + size] = piece, raw[at : at + size]
        elif how == 4:
            raw[at:at] = piece * chance.choice((1, 3, 50))
        elif how == 5:
            raw[at : at + size] = bytes([chance.choice((0, 255, 34, 91, 123, 10, 27))]) * size
        elif how == 6:
            order, width = chance.choice("<>"), chance.choice("HIQ")
            number = chance.choice(_NUMBERS) % (1 << 8 * struct.calcsize(width))
            raw[at : at + struct.calcsize(width)] = struct.pack(order + width, number)
        elif numbers := list(re.finditer(rb"-?\d+\.?\d*", raw[at : at + 2000])):
            found = chance.choice(numbers)
            told = chance.choice((b"-1", b"0", b"1e999", b"NaN", b"9" * 5000, b"1.5", b'"x"', b"[]", b"null", b"\x1b"))
            raw[at + found.start() : at + found.end()] = told
    return bytes(raw)


def mutated(data: Any, chance: random.Random) -> Any:
    """Plain data in which a value or two are others, are missing, or are there under another name."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        inside, key = chance.choice(list(_places(data)) or [([data], 0)])
        how = chance.random()
        if how < 0.1:
            del inside[key]
        elif how < 0.2 and isinstance(inside, dict):
            inside[str(chance.choice(HOSTILE))[:50]] = inside.pop(key)
        elif how < 0.3 and isinstance(inside, list):
            inside[key:key] = [inside[key]] * chance.choice((1, 3, 300))
        else:
            inside[key] = copy.deepcopy(chance.choice(HOSTILE))
    return data


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from _places(data[key])


def _with_recipe(content: bytes, chance: random.Random) -> bytes:
    """The recipe in a file, wherever it stands as it is, mutated, and put where it was whatever its length."""
    at = content.find(b'{"optviz": ')
    if at < 0:
        return blind(content, chance)
    text = content[at : at + (1 << 16)].decode("latin-1")
    try:
        data, end = json.JSONDecoder().raw_decode(text)
    except ValueError:  # cut into blocks
        return blind(content, chance)
    return content[:at] + json.dumps(mutated(data, chance)).encode() + content[at + end :]


def _gif(content: bytes, chance: random.Random) -> bytes:
    """The recipe in the comment of a GIF."""
    at = content.index(b"\x21\xfe") + 2
    end, pieces = at, []
    while content[end]:
        pieces.append(content[end + 1 : end + 1 + content[end]])
        end += 1 + content[end]
    text = json.dumps(mutated(json.loads(b"".join(pieces)), chance)).encode()
    blocks = (text[start : start + 255] for start in range(0, len(text), 255))
    return content[:at] + b"".join(bytes([len(each)]) + each for each in blocks) + content[end:]


def _png(content: bytes, chance: random.Random) -> bytes:
    """Chunks of a PNG, whose checksums hold: damaged within, or left out, or twice, or in another order."""
    at, chunks = 8, []
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += 12 + size
    place, how = chance.randrange(len(chunks)), chance.randrange(5)
    kind, inside = chunks[place]
    if how == 0:
        del chunks[place]
    elif how == 1:
        chunks.insert(chance.randrange(len(chunks)), (kind, inside))
    elif how == 2:
        chunks[place] = kind, _with_recipe(inside, chance)
    else:
        texts = [index for index, (name, _) in enumerate(chunks) if name == b"tEXt"]
        place = chance.choice(texts or [place]) if how == 3 else place
        kind, inside = chunks[place]
        chunks[place] = kind, _with_recipe(inside, chance) if how == 3 else blind(inside, chance)
    sums = (struct.pack(">I", zlib.crc32(kind + inside)) for kind, inside in chunks)
    told = (struct.pack(">I", len(chunk[1])) + b"".join(chunk) + end for chunk, end in zip(chunks, sums, strict=True))
    return content[:8] + b"".join(told)


def _zip(content: bytes, chance: random.Random) -> bytes:
    """Members of a zip, whose checksums hold: arrays of another make, and others as they are, damaged or twice."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = [(name, file.read(name)) for name in file.namelist()]
    place, how = chance.randrange(len(members)), chance.random()
    told = [index for index, (name, _) in enumerate(members) if name in ("about.npy", "customXml/item1.xml")]
    place = chance.choice(told) if told and chance.random() < 0.5 else place
    name, inside = members[place]
    if how < 0.1:
        del members[place]
    elif how < 0.2:
        members.append((chance.choice((name, f"../{name}", "folder/", "X", "X.npy", "0.params.npy")), inside))
    else:
        members[place] = name, _array(inside, chance) if name.endswith(".npy") else _with_recipe(inside, chance)
    written, kind = io.BytesIO(), chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
    with warnings.catch_warnings(), zipfile.ZipFile(written, "w", kind) as file:
        warnings.simplefilter("ignore")  # a name is there twice
        for name, inside in members:
            file.writestr(name, inside)
    return written.getvalue()


def _array(content: bytes, chance: random.Random) -> bytes:
    """An array of another shape or type, or with other numbers in it, or a damaged one."""
    array, how = np.load(io.BytesIO(content), allow_pickle=False), chance.randrange(8)
    if array.dtype.kind == "U" and how < 6:
        array = np.array(json.dumps(mutated(json.loads(str(array)), chance)))
    elif how == 0:
        array = array.astype(chance.choice(("f4", "f8", "i8", "u1", "c16", "U9", "?", ">f8", "f2", "S3", "M8[s]")))
    elif how == 1:
        array = array.reshape(chance.choice(((-1,), (1, *array.shape), (*array.shape, 1))))
    elif how == 2:
        array = np.repeat(array[:1], chance.choice((0, 1, 7)), axis=0) if array.ndim else array
    elif how == 3:
        array = array[..., : chance.choice((0, 1, 2))] if array.ndim else array
    elif how in (4, 5) and array.size:
        array = array.astype(float) if how == 4 else array.copy()
        with np.errstate(all="ignore"):
            worth = chance.choice((float("nan"), float("inf"), 1e308, -1.0, 0.5, 1e19)) if how == 4 else -1
            array.flat[chance.randrange(array.size)] = worth
    else:
        return blind(content[:128], chance) + content[128:]
    written = io.BytesIO()
    np.save(written, array)
    return written.getvalue()


def _packed(content: bytes, chance: random.Random) -> bytes:
    return gzip.compress(blind(gzip.decompress(content), chance), mtime=0)


_KNOWING: dict[str, Callable[[bytes, random.Random], bytes]] = {
    ".gif": _gif, ".png": _png, ".apng": _png, ".npz": _zip, ".pptx": _zip, ".gz": _packed, ".ffconcat": _with_recipe,
}  # fmt: skip


def tried(number: int, seed: int, whole: Path, folder: Path) -> list[str]:
    """Damage a file as the number says, have it read, and say what is wrong."""
    chance = random.Random(f"{seed} {number}")
    kind = chance.choice(KINDS)
    ask = chance.choice(kind.asks)
    other = (
        chance.choice(KINDS) if chance.random() < 0.1 else kind
    )  # a file that is something else than its suffix says
    content = damaged((whole / other.name).read_bytes(), other.name, chance)
    path = folder / kind.name
    path.write_bytes(content)
    before = set(folder.rglob("*"))
    since = time.monotonic()
    wrong = [] if isinstance(ask, str) and _would_take_long(ask) else judged(ask)
    if (passed := time.monotonic() - since) > _PATIENCE:
        wrong.append(f"took {passed:.0f} s")
    if kind.name != "run.npz" and path.read_bytes() != content:
        wrong.append("the file was changed")
    for each in set(folder.rglob("*")) - before:
        if ".part" in each.name:
            wrong.append(f"left {each.name} behind")
        shutil.rmtree(each) if each.is_dir() else each.unlink(missing_ok=True)
    path.write_bytes((whole / kind.name).read_bytes())
    told = ask if isinstance(ask, str) else f"reading {kind.name}"
    return [f"python tests/fuzz_files.py {number} {seed}: {told}\n    {each}" for each in wrong]


def _would_take_long(line: str) -> bool:
    """Whether a damaged recipe asks for what takes long, but is allowed."""
    words = line.split()
    if "--from" not in words:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            recipe = optviz.recipe.read_recipe(words[words.index("--from") + 1])
    except OptvizError:
        return False
    about = recipe.training or {}
    network = about.get("network") or {}
    return (
        recipe.steps * len(recipe.start) > 20_000
        or about.get("epochs", 0) * about.get("ensemble", 1) * len(about.get("seeds", ())) > 100
        or sum(network.get("hidden", ())) > 10_000
    )


def judged(ask: str | Callable[[], object]) -> list[str]:
    """What is wrong with how optviz does what it is asked for."""
    if not isinstance(ask, str):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ask()
        except OptvizError as error:
            return _unfit(str(error))
        except Exception:  # noqa: BLE001 - whatever it is, it is told
            return [traceback.format_exc(limit=-4).strip().replace("\n", "\n    ")]
        return []
    result = asked(ask)
    wrong = _unfit(result.stderr)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        told = "".join(traceback.format_exception(result.exception, limit=-4)).strip()
        wrong.append(told.replace("\n", "\n    "))
    elif result.exit_code not in _ALLOWED:
        wrong.append(f"exit code {result.exit_code}")
    if "Traceback" in result.stderr:
        wrong.append("Traceback")
    if not is_plain(result.stdout):
        wrong.append("stdout acts on the terminal")
    return wrong


def asked(line: str) -> Result:
    """Call optviz in this process."""
    runner = CliRunner(mix_stderr=False) if "mix_stderr" in CliRunner.__init__.__code__.co_varnames else CliRunner()
    return runner.invoke(main, line.split(), prog_name="optviz")


def _unfit(message: str) -> list[str]:
    wrong = [] if is_plain(message) else [f"a message acts on the terminal: {message[:300]!r}"]
    return wrong if len(message) < _LONGEST else [*wrong, f"a message of {len(message)} letters"]


def is_plain(text: str) -> bool:
    return not any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for each in text if each != "\n")


def run(count: int, seed: int, jobs: int = 2) -> list[str]:
    """Try so many damaged files in processes of their own; what failed, each with what makes it again."""
    with tempfile.TemporaryDirectory() as room, ThreadPoolExecutor(jobs) as pool:
        whole = Path(room, "whole")
        whole.mkdir()
        make(whole)
        starts = range(0, count, _BATCH)
        found = pool.map(lambda first: _batch(range(first, min(first + _BATCH, count)), seed, whole), starts)
        return [failure for each in found for failure in each]


def _batch(numbers: range, seed: int, whole: Path) -> list[str]:
    """Try these in a process, which is ended where one takes too long; then go on behind it in another."""
    failures, at = [], numbers.start
    environment = os.environ | {"OPTVIZ_CACHE": str(whole.parent / "cache"), "OPENBLAS_NUM_THREADS": "1"}
    while at < numbers.stop:
        command = [sys.executable, __file__, "--serve", str(at), str(numbers.stop), str(seed), str(whole)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            while at < numbers.stop:
                ready, _, _ = select.select([process.stdout], [], [], 3 * _PATIENCE)
                answer = process.stdout.readline() if ready else ""
                if not answer:
                    how = "ended the process" if ready else "hangs"
                    failures.append(f"python tests/fuzz_files.py {at} {seed}\n    {how}")
                    at += 1
                    break
                failures += json.loads(answer)
                at += 1
            process.kill()
    return failures


def _serve(first: int, last: int, seed: int, whole: Path) -> None:
    """Try these one after another, and answer each with a line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    told = os.dup(1)
    os.dup2(2, 1)
    warnings.simplefilter("error")  # what is not told to a person on purpose
    warnings.simplefilter("always", OptvizWarning)
    with tempfile.TemporaryDirectory(dir=whole.parent) as room, os.fdopen(told, "w") as answers:
        folder = Path(room, "here")
        shutil.copytree(whole, folder)
        os.chdir(folder)
        for number in range(first, last):
            print(json.dumps(tried(number, seed, whole, folder)), file=answers, flush=True)
        os.chdir(whole)


def _again(number: int, seed: int) -> None:
    """Try one anew, and say what is wrong with it."""
    with tempfile.TemporaryDirectory() as room:
        whole, folder = Path(room, "whole"), Path(room, "here")
        whole.mkdir()
        make(whole)
        shutil.copytree(whole, folder)
        os.chdir(folder)
        print("\n".join(tried(number, seed, whole, folder)) or "nothing is wrong")
        os.chdir(room)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        _serve(*map(int, sys.argv[2:5]), Path(sys.argv[5]))
    else:
        _again(*map(int, sys.argv[1:3]))
