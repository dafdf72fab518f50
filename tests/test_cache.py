"""What took long is kept, named by what it depends on, and worked out anew where that fails."""

import io
import os

import numpy as np
import pytest

import optviz
from optviz.cache import MOST, cached, folder

pytestmark = pytest.mark.usefixtures("cache")


class Maker:
    """Makes an array, and counts how often."""

    def __init__(self, value=1.0):
        self.value, self.count = value, 0

    def __call__(self):
        self.count += 1
        return np.array([[self.value, np.nan], [np.inf, 0.1]])


def test_it_is_made_once(cache):
    make = Maker()
    first, second = (cached(("a", np.arange(3)), make) for _ in range(2))
    assert make.count == 1
    np.testing.assert_array_equal(first, second)
    assert [path.suffix for path in cache.iterdir()] == [".npy"]


@pytest.mark.parametrize(
    "other",
    [
        ("b", np.arange(3)),
        ("a", np.arange(4)),
        ("a", np.arange(3.0)),
        ("a", np.arange(3)[:, None]),
        ("a", np.array([0, 1, 3])),
        ("a",),
        ("a", np.arange(3), "a"),
    ],
    ids=str,
)
def test_other_things_have_other_names(other):
    cached(("a", np.arange(3)), Maker(1.0))
    assert cached(other, Maker(2.0))[0, 0] == 2.0


@pytest.mark.parametrize(("where", "name"), [(optviz, "9.9"), (np, "9.9.9")])
def test_other_versions_have_other_names(where, name, monkeypatch):
    cached("a", Maker(1.0))
    monkeypatch.setattr(where, "__version__", name)
    assert cached("a", Maker(2.0))[0, 0] == 2.0


def saved(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def flipped(raw):
    return raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:]


DAMAGES = {
    "cut": lambda raw: raw[:-3],
    "empty": lambda raw: b"",
    "text": lambda raw: b"no array",
    "its head": lambda raw: raw[:9],
    "a bit": flipped,
    "more": lambda raw: raw + b"\0",
    "no checksum": lambda raw: raw[:-32],
    "another array": lambda raw: saved(np.zeros((2, 2))),
    "another array with that checksum": lambda raw: saved(np.zeros((2, 2))) + raw[-32:],
    "whole numbers": lambda raw: saved(np.zeros((2, 2), int)),
    "nothing but NaN": lambda raw: saved(np.full((2, 2), np.nan)),
    "another shape": lambda raw: saved(np.zeros(4)),
    "objects": lambda raw: saved(np.array([print]), allow_pickle=True),
    "a huge one": lambda raw: raw.replace(b"(2, 2)", b"(999999999999, 2)"),
    "of another name": lambda raw: OTHER[0],
}
OTHER = [b""]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(cache, damage):
    cached("b", Maker(2.0))
    [path] = cache.iterdir()
    OTHER[0] = path.read_bytes()
    path.unlink()
    cached("a", Maker(1.0))
    [path] = cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[damage](whole))
    make = Maker(1.0)
    assert cached("a", make)[0, 0] == 1.0
    assert make.count == 1
    assert path.read_bytes() == whole
    assert cached("a", make)[0, 0] == 1.0
    assert make.count == 1


def link(path, tmp_path):
    (tmp_path / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")


def huge(path, tmp_path):
    with path.open("ab") as file:
        file.truncate(1 << 40)


def pipe(path, tmp_path):
    path.unlink()
    os.mkfifo(path)


def folded(path, tmp_path):
    path.unlink()
    path.mkdir()
    (path / "file").touch()


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
@pytest.mark.parametrize(
    "what",
    [link, huge, pipe, folded, lambda path, _: path.chmod(0)],
    ids=["link", "huge", "pipe", "folder", "unreadable"],
)
def test_what_is_no_file_of_ours_is_not_believed(cache, what, tmp_path):
    cached("a", Maker(1.0))
    [path] = cache.iterdir()
    what(path, tmp_path)
    make = Maker(1.0)
    assert cached("a", make)[0, 0] == 1.0
    if what is link:
        before = (tmp_path / "elsewhere").read_bytes()
        assert make.count == 1
        assert (tmp_path / "elsewhere").read_bytes() == before
        assert not path.is_symlink()
    again = make.count
    cached("a", make)
    assert make.count == (again + 1 if what is folded else again)


@pytest.mark.parametrize(
    "made", [np.zeros((2, 2)), np.zeros((2, 3)), np.zeros((2, 2), np.float32), np.zeros(4)], ids=str
)
def test_an_array_of_another_shape_or_type_is_not_believed(made):
    cached("a", lambda: made)
    found = cached("a", lambda: np.ones((2, 2)), (2, 2))
    assert (found == (0 if made.shape == (2, 2) and made.dtype == float else 1)).all()


def test_where_nothing_can_be_kept_all_goes_on(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("OPTVIZ_CACHE", str(tmp_path / "file" / "below"))
    make = Maker()
    for _ in range(2):
        cached("a", make)
    assert make.count == 2


def test_the_oldest_go(cache):
    cached(("first",), Maker())
    [first] = cache.iterdir()
    for number in range(MOST):
        (cache / f"{number}.npy").write_bytes(b"")
    cached(("last",), Maker())
    assert len(list(cache.iterdir())) == MOST
    assert not first.exists()


def test_the_folder_is_the_users(monkeypatch, tmp_path):
    assert folder() != tmp_path / "optviz"
    monkeypatch.delenv("OPTVIZ_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder() == tmp_path / "optviz"
