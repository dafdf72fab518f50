"""Data sets, their files, their parts: what is true of them, and what is refused."""

import contextlib
import gzip
import hashlib
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from optviz.errors import ArgumentError, DataError, SpecError, UnknownNameError
from optviz.nets import idx
from optviz.nets.datasets import DATASETS, Dataset, load_data
from optviz.nets.splits import Standardizer, split, standardizer

MADE = ("blobs", "four-blobs", "moons", "circles", "spirals")
FASHION = idx.PACKAGES["fashion-mnist"][1].is_dir()


def test_the_digits_are_those_of_the_repository():
    """Sum and counts as its documentation and scikit-learn's copy have them."""
    digits = load_data("digits")
    assert digits.x.shape == (1797, 64)
    assert (digits.x.min(), digits.x.max(), int(digits.x.sum())) == (0, 16, 561718)
    assert np.bincount(digits.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert digits.x[0, :8].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert "CC BY 4.0" in digits.source
    assert (Path(idx.__file__).parent / "digits.npz").stat().st_size < 50_000


@pytest.mark.parametrize("name", MADE)
def test_points_are_made_with_a_seed(name):
    one, same, other = load_data(name), load_data(name), load_data(f"{name}:seed=1")
    np.testing.assert_array_equal(one.x, same.x)
    assert not np.array_equal(one.x, other.x)
    assert one.x.shape == (1000, 2)
    assert np.ptp(np.bincount(one.y)) == 0
    assert one.classes == (4 if name == "four-blobs" else 2)
    assert len(load_data(f"{name}:samples=60,noise=0").x) == 60


@pytest.mark.parametrize(("name", "radii"), [("circles", [1.0, 0.5])])
def test_without_noise_circles_are_circles(name, radii):
    data = load_data(f"{name}:noise=0")
    np.testing.assert_allclose(np.hypot(*data.x.T), np.array(radii)[data.y])


def test_without_noise_moons_and_spirals_lie_on_their_curves():
    moons = load_data("moons:noise=0")
    centred = np.where(moons.y[:, None] == 0, moons.x, np.array([1, 0.5]) - moons.x)
    np.testing.assert_allclose(np.hypot(*centred.T), 1)
    assert centred[:, 1].min() >= 0
    spirals = load_data("spirals:noise=0")
    radius, angle = np.hypot(*spirals.x.T), np.arctan2(*spirals.x.T[::-1])
    turned = (angle - 3 * np.pi * radius - np.pi * spirals.y) / (2 * np.pi)
    np.testing.assert_allclose(turned, np.round(turned), atol=1e-9)


@pytest.mark.parametrize(
    ("spec", "kind", "words"),
    [
        ("digts", UnknownNameError, "Did you mean 'digits'.*mine.npz"),
        ("moons:nois=1", SpecError, "Did you mean 'noise'"),
        ("moons:noise=-1", ArgumentError, r"noise must be a number in \[0, 100\], not -1"),
        ("moons:samples=3", ArgumentError, "samples must be a whole number from 10 to 1000000, not 3"),
        ("moons:samples=2.5", ArgumentError, "not 2.5"),
        ("moons:seed=-1", ArgumentError, "seed must be"),
        ("digits:samples=5", SpecError, "digits takes no items"),
        ("fashion-mnist:seed=5", SpecError, "takes no items"),
        ("absent.npz", DataError, "absent.npz cannot be read: No such file"),
    ],
)
def test_specs_that_are_refused(spec, kind, words):
    with pytest.raises(kind, match=words):
        load_data(spec)


# Files of one's own


def save(path, **arrays):
    np.savez(path, **arrays)
    return str(path)


GOOD_X, GOOD_Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 3


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8", "uint16", ">f4", "bool"])
def test_numbers_of_any_kind_will_do(tmp_path, kind):
    data = load_data(save(tmp_path / "mine.npz", X=GOOD_X.astype(kind), y=GOOD_Y.astype(kind)))
    assert data.x.dtype == kind
    np.testing.assert_array_equal(data.y, GOOD_Y.astype(kind))


def test_any_npz_will_do(tmp_path):
    data = load_data(save(tmp_path / "mine.npz", X=GOOD_X, y=GOOD_Y.astype(float)))
    assert (data.name, data.classes, data.features, data.image) == ("mine", 3, 2, None)
    images = load_data(save(tmp_path / "pictures.npz", X=np.zeros((12, 3, 5), np.uint8), y=GOOD_Y))
    assert (images.image, images.features) == ((3, 5), 15)
    whole = load_data(save(tmp_path / "whole.npz", X=GOOD_X, y=GOOD_Y, X_test=GOOD_X[:4] + 7, y_test=GOOD_Y[:4]))
    np.testing.assert_array_equal(whole.test_x, GOOD_X[:4] + 7)


WORDS = np.array(["ant", "cat", "dog"])[GOOD_Y]
HOLED = GOOD_X.copy()
HOLED[5, 1] = np.nan


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"X": GOOD_X}, "has no y: samples X"),
        ({"y": GOOD_Y, "z": GOOD_X}, "has no X: samples X"),
        ({"X": GOOD_X, "x_train": GOOD_X, "y": GOOD_Y}, "has both X and x_train, which mean the same"),
        ({"X": GOOD_X, "y": GOOD_Y[:-1]}, r"X has 12 samples and y the shape \(11,\)"),
        ({"X": HOLED, "y": GOOD_Y}, "NaN or infinity, first in sample 5"),
        ({"X": GOOD_X.astype(str), "y": GOOD_Y}, "X must hold real numbers, not <U"),
        ({"X": GOOD_X[:, :0], "y": GOOD_Y}, r"X has zero features, shape \(12, 0\)"),
        ({"X": GOOD_X[:0], "y": GOOD_Y[:0]}, "there are no samples"),
        ({"X": np.zeros((0, 8, 8)), "y": GOOD_Y[:0]}, "there are no samples"),
        ({"X": np.zeros((12, 0, 8)), "y": GOOD_Y}, r"X has zero features, shape \(12, 0\)"),
        ({"X": GOOD_X * 1e99, "y": GOOD_Y}, r"X holds 2.3e\+100; allowed are numbers up to 1e\+100"),
        ({"X": GOOD_X[:, 0], "y": GOOD_Y}, r"not of shape \(12,\)"),
        ({"X": GOOD_X, "y": GOOD_Y - 1}, "label -1 is out of range; allowed are 0 to 999"),
        ({"X": GOOD_X, "y": GOOD_Y * 9000}, "label 18000 is out of range"),
        ({"X": GOOD_X, "y": np.where(GOOD_Y == 2, 1000, GOOD_Y)}, "label 1000 is out of range"),
        ({"X": GOOD_X, "y": GOOD_Y * 2}, "no sample has label 1, but one has 4"),
        ({"X": GOOD_X, "y": GOOD_Y * 0}, "all samples have label 0"),
        ({"X": GOOD_X, "y": GOOD_Y + 0.5}, "whole numbers from 0; the label of sample 0 is 0.5"),
        ({"X": GOOD_X, "y": np.where(GOOD_X[:, 0] == 6, np.nan, GOOD_Y)}, "the label of sample 3 is nan"),
        ({"X": GOOD_X, "y": np.array(["cat"] * 12)}, "all samples have label cat"),
        ({"X": GOOD_X, "y": GOOD_Y + 0j}, "y must hold whole numbers or words, not complex"),
        ({"X": GOOD_X, "y": GOOD_Y * 2 + 1}, "no sample has label 2, but one has 5"),
        ({"X": GOOD_X, "y": GOOD_Y * 0 + 1}, "all samples have label 1"),
        ({"X": GOOD_X, "y": np.eye(3)[GOOD_Y] * 0.5}, "row 0 does not hold one 1 and else 0"),
        ({"X": GOOD_X, "y": np.ones((12, 3))}, "row 0 does not hold one 1 and else 0"),
        ({"X": np.zeros((12, 4, 4, 3)), "y": GOOD_Y}, "of colours take the mean first"),
        ({"X": GOOD_X, "y": WORDS, "X_test": GOOD_X, "y_test": GOOD_Y}, "words in one part and numbers in the other"),
        ({"X": GOOD_X, "y": WORDS, "X_test": GOOD_X[:1], "y_test": ["elk"]}, "labels up to elk, the other 2 and dog"),
        ({"X": GOOD_X, "y": GOOD_Y, "X_val": GOOD_X}, "only one of X_val and y_val"),
        ({"X": GOOD_X, "y": GOOD_Y, "X_val": GOOD_X[:, :1], "y_val": GOOD_Y}, "that of validation"),
        ({"X": GOOD_X.astype(object), "y": GOOD_Y}, "holds Python objects, which are never loaded"),
        ({"X": GOOD_X, "y": GOOD_Y, "X_test": GOOD_X}, "only one of X_test and y_test"),
        ({"X": GOOD_X, "y": GOOD_Y, "X_test": GOOD_X[:, :1], "y_test": GOOD_Y}, "its test part has 1 features"),
        ({"X": GOOD_X, "y": GOOD_Y, "X_test": GOOD_X, "y_test": GOOD_Y + 1}, "labels up to 3"),
    ],
)
def test_files_that_cannot_be_learned_from(tmp_path, arrays, words):
    with pytest.raises(DataError, match=words):
        load_data(save(tmp_path / "mine.npz", **arrays))


class Bomb:
    """What runs when it is unpickled."""

    def __reduce__(self):
        return (Path.touch, (Path("exploded"),))


def test_nothing_is_ever_unpickled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("mine.npz", X=np.array([Bomb()], object), y=np.zeros(1))
    with pytest.raises(DataError, match="Python objects"):
        load_data("mine.npz")
    Path("raw.npz").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(DataError, match=r"raw\.npz is not a data set"):
        load_data("raw.npz")
    assert not Path("exploded").exists()


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_a_damaged_npz(tmp_path, cut):
    path = tmp_path / "mine.npz"
    np.savez(path, X=GOOD_X, y=GOOD_Y)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match=r"mine\.npz"):
        load_data(str(path))


@pytest.mark.parametrize("seed", range(40))
def test_an_npz_with_a_few_other_bytes_is_read_or_refused(tmp_path, seed):
    path, random = tmp_path / "mine.npz", np.random.default_rng(seed)
    (np.savez_compressed if seed % 2 else np.savez)(path, X=GOOD_X, y=GOOD_Y)
    raw = bytearray(path.read_bytes())
    for place in random.integers(0, len(raw), 4):
        raw[place] = random.integers(256)
    path.write_bytes(raw)
    with contextlib.suppress(DataError):
        load_data(str(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"1,2\n3,4\n", "it is no .npz file; it begins with b'1,2"), (b"", "it is empty"), (None, r"it is a \.npy file")],
)
def test_what_is_no_npz_is_told(tmp_path, content, words):
    path = tmp_path / "mine.npz"
    if content is None:
        with path.open("wb") as file:
            np.save(file, GOOD_X)
    else:
        path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        load_data(str(path))


def test_images_have_as_many_pixels_as_features():
    with pytest.raises(DataError, match="2 features are no image of 3x3"):
        Dataset(name="x", title="x", x=GOOD_X, y=GOOD_Y, image=(3, 3))


# IDX


def as_idx(array):
    shape = array.shape
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + array.astype(np.uint8).tobytes()


@pytest.fixture
def mnist(tmp_path, monkeypatch):
    """A folder with four small files in place of MNIST's; returns it and what is in them."""
    random = np.random.default_rng(0)
    arrays = [
        random.integers(0, 256, (60, 4, 3)),
        np.arange(60) % 10,
        random.integers(0, 256, (20, 4, 3)),
        np.arange(20) % 10,
    ]
    for number, (stem, array) in enumerate(zip(idx.FILES, arrays, strict=True)):
        if number % 2:
            (tmp_path / stem).write_bytes(as_idx(array))
        else:
            with gzip.open(tmp_path / f"{stem}.gz", "wb") as file:
                file.write(as_idx(array))
    monkeypatch.setitem(idx.CHECKSUMS, "mnist", tuple(hashlib.sha256(as_idx(array)).hexdigest() for array in arrays))
    return tmp_path, arrays


@pytest.mark.parametrize("way", ["folder", "below", "environment"])
def test_idx_files_are_found_and_read(mnist, monkeypatch, way):
    folder, arrays = mnist
    if way == "environment":
        monkeypatch.setenv("OPTVIZ_DATA", str(folder))
    elif way == "below":
        (folder / "mnist").mkdir()
        for path in folder.glob("*ubyte*"):
            path.rename(folder / "mnist" / path.name)
    data = load_data("mnist", None if way == "environment" else folder)
    np.testing.assert_array_equal(data.x, arrays[0].reshape(60, 12))
    np.testing.assert_array_equal(data.y, arrays[1])
    np.testing.assert_array_equal(data.test_x, arrays[2].reshape(20, 12))
    np.testing.assert_array_equal(data.test_y, arrays[3])
    assert (data.image, data.classes, data.x.dtype) == ((4, 3), 10, np.uint8)


def test_a_folder_that_is_named_goes_before_the_environments(mnist, monkeypatch, tmp_path_factory):
    folder, arrays = mnist
    other = tmp_path_factory.mktemp("other")
    for stem in idx.FILES:
        (other / stem).write_bytes(b"not these")
    monkeypatch.setenv("OPTVIZ_DATA", str(other))
    np.testing.assert_array_equal(load_data("mnist", folder).y, arrays[1])
    with pytest.raises(DataError, match="no IDX file"):
        load_data("mnist")


def test_missing_files_say_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.delenv("OPTVIZ_DATA", raising=False)
    monkeypatch.setitem(idx.PACKAGES, "fashion-mnist", ("dataset-fashion-mnist", tmp_path / "absent"))
    with pytest.raises(DataError) as caught:
        load_data("fashion-mnist", tmp_path)
    words = ["apt-get install dataset-fashion-mnist", "--data-dir", "OPTVIZ_DATA", str(tmp_path), *idx.FILES]
    assert all(word in str(caught.value) for word in words)
    with pytest.raises(DataError, match="--data-dir") as caught:
        load_data("mnist")
    assert "apt-get" not in str(caught.value)


def test_a_folder_is_there_and_holds_all_files(mnist):
    folder, _ = mnist
    with pytest.raises(DataError, match="nowhere is no folder"):
        load_data("mnist", folder / "nowhere")
    (folder / idx.FILES[3]).unlink()
    with pytest.raises(DataError, match=f"has some files of mnist, but not {idx.FILES[3]}"):
        load_data("mnist", folder)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda raw: raw[:-1], "cut short or damaged: Compressed file ended"),
        (lambda raw: raw[:8], "cut short or damaged"),
        (lambda raw: b"", "no IDX file of bytes: it begins with nothing"),
        (lambda raw: b"no gzip", "cut short or damaged: Not a gzipped file"),
        (lambda raw: raw[:-8] + bytes([raw[-8] ^ 1]) + raw[-7:], "cut short or damaged: CRC check failed"),
        (lambda raw: raw[:20] + bytes(40) + raw[60:], "cut short or damaged"),
        (lambda raw: gzip.compress(gzip.decompress(raw)[:-1]), r"\(60, 4, 3\) are 720 bytes, it has 719"),
        (lambda raw: gzip.compress(gzip.decompress(raw) + b"\x00"), r"\(60, 4, 3\) are 720 bytes, it has 721"),
        (lambda raw: gzip.compress(b"\x00\x00\x0d\x03" + bytes(99)), "it begins with 00 00 0d 03"),
    ],
)
def test_damaged_files_are_named(mnist, damage, words):
    folder, _ = mnist
    path = folder / f"{idx.FILES[0]}.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=words) as caught:
        load_data("mnist", folder)
    assert str(path) in str(caught.value)


def test_a_wrong_checksum_is_named(mnist, monkeypatch):
    folder, _ = mnist
    sums = idx.CHECKSUMS["mnist"]
    assert load_data("mnist", folder).classes == 10
    monkeypatch.setitem(idx.CHECKSUMS, "mnist", ("0" * 64, *sums[1:]))
    with pytest.raises(DataError, match=f"decompressed, is {sums[0]}, not 0000"):
        load_data("mnist", folder)


def test_images_and_labels_must_fit(mnist, monkeypatch):
    folder, _ = mnist
    fewer = as_idx(np.arange(59) % 10)
    (folder / idx.FILES[1]).write_bytes(fewer)
    images, _, *rest = idx.CHECKSUMS["mnist"]
    monkeypatch.setitem(idx.CHECKSUMS, "mnist", (images, hashlib.sha256(fewer).hexdigest(), *rest))
    with pytest.raises(DataError, match="the train images have shape"):
        load_data("mnist", folder)


@pytest.mark.skipif(not FASHION, reason="needs Debian's package dataset-fashion-mnist")
def test_fashion_mnist_at_full_size():
    data = load_data("fashion-mnist")
    assert (data.x.shape, data.test_x.shape, data.image) == ((60_000, 784), (10_000, 784), (28, 28))
    assert np.bincount(data.y).tolist() == [6000] * 10
    assert np.bincount(data.test_y).tolist() == [1000] * 10


# Splits and standardization


@pytest.mark.parametrize("name", [name for name in DATASETS if "mnist" not in name])
def test_a_split_is_stratified_and_complete(name):
    data = load_data(name)
    marked = Dataset(name="m", title="m", x=np.arange(len(data.y))[:, None], y=data.y)
    parts = split(marked, seed=4)
    together = np.concatenate([part.x[:, 0] for part in parts])
    assert sorted(together) == list(range(len(data.y)))
    for part, share in zip(parts, (0.6, 0.2, 0.2), strict=True):
        np.testing.assert_array_equal(part.y, data.y[part.x[:, 0]])
        assert abs(len(part.y) - share * len(data.y)) <= 1
        for label, count in enumerate(np.bincount(data.y)):
            assert abs((part.y == label).sum() - share * count) <= 1.5
    again, other = split(marked, seed=4), split(marked, seed=5)
    np.testing.assert_array_equal(again.test.x, parts.test.x)
    assert not np.array_equal(other.test.x, parts.test.x)


@pytest.mark.parametrize("shares", [(0.6, 0.2, 0.2), (0.98, 0.01, 0.01), (0.01, 0.01, 0.98)])
@pytest.mark.parametrize("seed", range(6))
def test_every_class_is_in_every_part_however_small(shares, seed):
    counts = np.random.default_rng(seed).integers(5, 12, 7)
    y = np.repeat(np.arange(7), counts)
    parts = split(Dataset(name="few", title="few", x=np.arange(float(len(y)))[:, None], y=y), seed, shares)
    found = np.array([np.bincount(part.y, minlength=7) for part in parts])
    assert (found >= 1).all()
    np.testing.assert_array_equal(found.sum(axis=0), counts)
    if shares == (0.6, 0.2, 0.2):
        assert (np.abs(found - np.outer(shares, counts)) < 2).all()


def test_a_test_part_of_its_own_is_kept(mnist):
    folder, arrays = mnist
    parts = split(load_data("mnist", folder))
    np.testing.assert_array_equal(parts.test.y, arrays[3])
    np.testing.assert_array_equal(parts.test.x, arrays[2].reshape(20, 12))
    assert (len(parts.train), len(parts.validation)) == (45, 15), "of what is left as 60 to 20"
    assert sorted([*parts.train.rows, *parts.validation.rows]) == list(range(60))


def test_what_rounding_keeps_from_one_class_another_gets():
    y = np.arange(60) % 10
    parts = split(Dataset(name="ten", title="Ten", x=np.zeros((60, 2)), y=y))
    assert [len(part) for part in parts] == [36, 12, 12]


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.6, 0.2, 0.3), (1.0, 0.0, 0.0), (1.2, -0.1, -0.1)])
def test_shares_that_are_refused(shares):
    with pytest.raises(ArgumentError, match="shares must be three numbers above 0"):
        split(load_data("moons"), shares=shares)


def test_a_class_of_few_is_refused():
    y = np.r_[np.zeros(20, int), np.ones(4, int)]
    with pytest.raises(DataError, match="label 1 has 4 samples; a split needs 5"):
        split(Dataset(name="few", title="few", x=np.zeros((24, 2)), y=y))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standardization_is_of_the_training_part_alone(dtype):
    parts = split(load_data("moons"))
    standard = standardizer(parts.train.x)
    train, test = standard(parts.train.x, dtype), standard(parts.test.x, dtype)
    assert train.dtype == test.dtype == dtype
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(train.std(axis=0), 1, rtol=1e-5)
    assert np.abs(test.mean(axis=0)).max() > 1e-4
    np.testing.assert_allclose(
        test, (parts.test.x - parts.train.x.mean(0)) / parts.train.x.std(0), rtol=2e-5, atol=1e-6
    )


@pytest.mark.parametrize("kind", [np.float64, np.int64])
def test_far_from_zero_nothing_is_rounded_away(kind):
    x = (1e9 + np.arange(8.0)[:, None]).astype(kind)
    found = standardizer(x)(x, np.float32)
    np.testing.assert_allclose(found[:, 0], (np.arange(8) - 3.5) / np.arange(8).std(), rtol=1e-6)


def test_what_is_standardized_already_stays_as_it_is():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(Standardizer(np.zeros(1), np.ones(1))(x, np.float64), x)
    assert Standardizer(np.zeros(2), np.ones(2))(x, np.float32).dtype == np.float32
    assert not Standardizer(np.zeros(2), np.array([1.0, 2.0])).nothing


def test_pixels_are_standardized_together_and_constants_only_centred():
    x = load_data("digits").x
    pixels = standardizer(x, together=True)(x, float)
    assert (pixels.mean(), pixels.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
    table = standardizer(np.array([[1.0, 5.0], [3.0, 5.0]]))
    np.testing.assert_allclose(table(np.array([[3.0, 7.0]]), float), [[1, 2]])
