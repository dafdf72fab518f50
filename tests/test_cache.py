"""What took long is kept, named by what it depends on, and worked out anew where that fails."""

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


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-3], lambda raw: b"", lambda raw: b"no array", lambda raw: raw[:9]]
)
def test_a_damaged_file_is_made_anew(cache, damage):
    cached("a", Maker(1.0))
    [path] = cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert cached("a", Maker(1.0))[0, 0] == 1.0
    assert path.read_bytes() == whole


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
