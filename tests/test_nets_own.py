"""Data of one's own as people have it: names of arrays, forms of labels and images, IDX files; fewer than a batch."""

import gzip
import struct
import warnings

import numpy as np
import pytest

from optviz.errors import ArgumentError, DataError, OptvizError, OptvizWarning
from optviz.nets.datasets import Dataset, load_data
from optviz.nets.network import perceptron
from optviz.nets.splits import class_rows
from optviz.nets.training import train

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(60, 4)), np.arange(60) % 3


def save(path, **arrays):
    np.savez(path, **arrays)
    return str(path)


# Names

NAMES = [
    ("X", "y"), ("x", "y"), ("x_train", "y_train"), ("X_train", "y_train"), ("train_x", "train_y"),
    ("Xtrain", "ytrain"), ("images", "labels"), ("train_images", "train_labels"), ("data", "target"),
    ("features", "targets"), ("inputs", "label"), ("train-images", "train-labels"), ("samples", "Y"),
    ("training_data", "training_labels"),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "labels"), NAMES)
def test_samples_and_labels_are_known_by_many_names(tmp_path, samples, labels):
    data = load_data(save(tmp_path / "mine.npz", **{samples: X, labels: Y}, extra=np.ones(3)))
    np.testing.assert_array_equal(data.x, X)
    np.testing.assert_array_equal(data.y, Y)
    assert data.test_x is None


@pytest.mark.parametrize(
    ("first", "last"),
    [("x_{}", "y_{}"), ("{}_X", "{}_y"), ("X{}", "y{}"), ("{}_images", "{}_labels"), ("{}-data", "{}-target")],
)
def test_a_test_part_is_known_by_its_name_and_kept(tmp_path, first, last):
    arrays = {first.format("train"): X, last.format("train"): Y, first.format("test"): X[:6] + 9}
    data = load_data(save(tmp_path / "mine.npz", **arrays, **{last.format("test"): Y[:6]}))
    np.testing.assert_array_equal(data.test_x, X[:6] + 9)
    np.testing.assert_array_equal(data.test_y, Y[:6])
    assert len(data.x) == 60


@pytest.mark.parametrize("word", ["val", "valid", "validation"])
def test_a_validation_part_joins_the_samples_that_are_split(tmp_path, word):
    """The form of MedMNIST: three parts, labels as a column."""
    arrays = {"train_images": X[:40], "train_labels": Y[:40, None], "test_images": X[50:], "test_labels": Y[50:, None]}
    arrays |= {f"{word}_images": X[40:50], f"{word}_labels": Y[40:50, None]}
    data = load_data(save(tmp_path / "medical.npz", **arrays))
    np.testing.assert_array_equal(data.x, X[:50])
    np.testing.assert_array_equal(data.y, Y[:50])
    np.testing.assert_array_equal(data.test_y, Y[50:])


# Labels

LABELS = {
    "whole floats": (Y.astype(float), ("0", "1", "2")),
    "float32 from 1": (Y.astype(np.float32) + 1, ("1", "2", "3")),
    "bytes": (Y.astype(np.uint8), ("0", "1", "2")),
    "from 1": (Y + 1, ("1", "2", "3")),
    "a column": (Y[:, None], ("0", "1", "2")),
    "a column from 1": (Y[:, None] + 1, ("1", "2", "3")),
    "rows with one 1": (np.eye(3)[Y], ("0", "1", "2")),
    "rows with one 1 as bytes": (np.eye(3, dtype=np.uint8)[Y], ("0", "1", "2")),
    "rows with one True": (np.eye(3, dtype=bool)[Y], ("0", "1", "2")),
    "words": (np.array(["ant", "cat", "dog"])[Y], ("ant", "cat", "dog")),
    "bytes that are words": (np.array([b"ant", b"cat", b"dog"])[Y], ("ant", "cat", "dog")),
    "a column of words": (np.array(["ant", "cat", "dog"])[Y][:, None], ("ant", "cat", "dog")),
    "digits as words": (np.array(["0", "1", "2"])[Y], ("0", "1", "2")),
}


@pytest.mark.parametrize("form", LABELS)
def test_labels_become_numbers_and_keep_their_names(tmp_path, form):
    labels, names = LABELS[form]
    data = load_data(save(tmp_path / "mine.npz", X=X, y=labels, X_test=X[:6], y_test=labels[:6]))
    np.testing.assert_array_equal(data.y, Y)
    np.testing.assert_array_equal(data.test_y, Y[:6])
    assert data.y.dtype == np.intp
    assert data.names == names
    assert [row["label"] for row in class_rows(data)] == [*names, "all"]
    again = Dataset(name="again", title="Again", x=X, y=labels.tolist() if labels.dtype.kind != "S" else labels)
    np.testing.assert_array_equal(again.y, Y)


def test_minus_one_and_one_are_two_classes():
    data = Dataset(name="signs", title="Signs", x=X, y=np.where(Y == 0, -1, 1))
    np.testing.assert_array_equal(data.y, Y != 0)
    assert data.names == ("-1", "1")


def test_ten_comes_after_nine_where_numbers_are_words():
    y = np.arange(60) % 12
    data = Dataset(name="dozen", title="Dozen", x=X, y=y.astype(str))
    np.testing.assert_array_equal(data.y, y)


def test_both_parts_count_from_the_same_number():
    """A part for training without class 0 does not begin at 1 where that for test has one."""
    with pytest.raises(DataError, match="no sample has label 0"):
        Dataset(name="odd", title="Odd", x=X, y=Y + 1, test_x=X, test_y=Y)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"names": ("one", "two")}, "2 names are not those of 3 classes"),
        ({"names": 5}, "names must be a list of words, one a class, not 5"),
        ({"names": (1, 2, 3)}, "names must be text, not 1"),
        ({"image": (3, 3)}, "4 features are no image of 3x3"),
        ({"image": 4}, "image must be a list of height and width, not 4"),
        ({"image": (2, 2.5)}, "image must be"),
        ({"x": [[1], [2, 3]]}, "X is no array"),
        ({"x": None}, r"not of shape \(\)"),
        ({"y": [[1], [2, 3]]}, "y is no array"),
        ({"test_x": X}, "a test part has samples and labels"),
    ],
)
def test_what_is_said_of_samples_must_be_so(told, words):
    with pytest.raises(OptvizError, match=words):
        Dataset(**{"name": "mine", "title": "Mine", "x": X, "y": Y} | told)


def test_names_can_be_given():
    assert Dataset(name="mine", title="Mine", x=X, y=Y, names=("ant", "bee", "cat")).names == ("ant", "bee", "cat")


# Images

IMAGES = RANDOM.integers(0, 256, (60, 5, 7))


@pytest.mark.parametrize("kind", ["uint8", "float32", "float64", "int64"])
@pytest.mark.parametrize("form", [(60, 5, 7), (60, 5, 7, 1), (60, 1, 5, 7)])
def test_images_are_known_by_their_form(tmp_path, form, kind):
    pixels = IMAGES.astype(kind)
    data = load_data(save(tmp_path / "mine.npz", images=pixels.reshape(form), labels=Y))
    assert data.image == (5, 7)
    np.testing.assert_array_equal(data.x, pixels.reshape(60, 35))


# IDX files


def idx(array, kind=8):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


def write(folder, files, packed=False):
    folder.mkdir(exist_ok=True)
    for name, array in files.items():
        content = idx(array.astype(np.uint8))
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


def four(form, images=IMAGES, labels=Y):
    parts = {"train": slice(0, 48), "t10k": slice(48, 60)}
    return {
        form.format(part, kind, axes): array[rows]
        for part, rows in parts.items()
        for kind, axes, array in (("images", 3, images), ("labels", 1, labels))
    }


FORMS = ["{}-{}-idx{}-ubyte", "{}-{}.idx{}-ubyte", "{}_{}_idx{}_ubyte"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", [0, 1])
def test_a_folder_of_idx_files_is_a_data_set(tmp_path, form, packed, first):
    folder = write(tmp_path / "kmnist", four(form, labels=Y + first), packed)
    for spec in (f"{folder}/", str(folder), folder):
        data = load_data(spec)
        assert (data.name, data.image, data.x.dtype) == ("kmnist", (5, 7), np.uint8)
        np.testing.assert_array_equal(data.x, IMAGES[:48].reshape(48, 35))
        np.testing.assert_array_equal(data.y, Y[:48])
        np.testing.assert_array_equal(data.test_y, Y[48:])
        assert data.names == tuple(str(number + first) for number in range(3))


def test_of_several_sets_in_a_folder_one_is_named(tmp_path):
    """The form of EMNIST."""
    write(tmp_path / "emnist", four("emnist-letters-{}-{}-idx{}-ubyte", labels=Y + 1))
    folder = write(tmp_path / "emnist", four("emnist-digits-{}-{}-idx{}-ubyte"))
    data = load_data(f"{folder}/emnist-letters")
    assert (data.name, data.names) == ("emnist-letters", ("1", "2", "3"))
    with pytest.raises(DataError, match=r"several sets of IDX files: emnist-digits, emnist-letters; name one, as in"):
        load_data(f"{folder}/")
    with pytest.raises(DataError, match=r"no IDX file in .* begins with emnist-mixed-"):
        load_data(f"{folder}/emnist-mixed")


def test_files_without_a_name_before_are_the_folders_own(tmp_path):
    write(tmp_path / "both", four("other-{}-{}-idx{}-ubyte", labels=Y + 1))
    folder = write(tmp_path / "both", four(FORMS[0]))
    assert load_data(f"{folder}/").names == ("0", "1", "2")
    assert load_data(f"{folder}/other").names == ("1", "2", "3")


def test_a_pair_alone_is_all_there_is(tmp_path):
    files = four(FORMS[0])
    for part in ("train", "t10k"):
        folder = write(tmp_path / part, {name: array for name, array in files.items() if part in name})
        data = load_data(f"{folder}/")
        assert data.test_x is None
        assert len(data.x) == len(data.y) == (48 if part == "train" else 12)


@pytest.mark.parametrize(("kind", "dtype"), [(9, ">i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")])
def test_idx_files_hold_numbers_of_six_kinds(tmp_path, kind, dtype):
    """http://yann.lecun.com/exdb/mnist: 8 bytes, 9 signed ones, 11 shorts, 12 ints, 13 floats, 14 doubles."""
    pixels = (IMAGES % 120).astype(dtype)
    (tmp_path / "train-images-idx3-float").write_bytes(idx(pixels, kind))
    (tmp_path / "train-labels-idx1-int").write_bytes(idx(Y.astype(">i4"), 12))
    data = load_data(f"{tmp_path}/")
    np.testing.assert_array_equal(data.x, pixels.reshape(60, 35))
    np.testing.assert_array_equal(data.y, Y)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda folder: (folder / "train-labels-idx1-ubyte").unlink(),
            "has train-images-idx3-ubyte, but not the labels",
        ),
        (lambda folder: [path.unlink() for path in folder.iterdir()], "holds no IDX files, such as"),
        (lambda folder: (folder / "train-images-idx3-ubyte").write_bytes(b"\0\0\7\3" + bytes(9)), "is no IDX file: it"),
        (
            lambda folder: (folder / "train-images-idx3-ubyte").write_bytes(b"\0\0\x0d\1\0\0\0\2" + bytes(7)),
            "8 bytes, it",
        ),
        (lambda folder: write(folder, {"train-labels-idx1-ubyte": Y[:40]}), r"shape \(48, 5, 7\), its labels \(40,\)"),
    ],
)
def test_folders_that_are_refused(tmp_path, change, words):
    folder = write(tmp_path / "set", four(FORMS[0]))
    change(folder)
    with pytest.raises(DataError, match=words):
        load_data(f"{folder}/")


def test_what_is_no_folder_is_told(tmp_path):
    with pytest.raises(DataError, match="nowhere is no folder, and no IDX file in"):
        load_data(f"{tmp_path}/nowhere/")
    with pytest.raises(DataError, match=r"is no folder of IDX files, and no .npz file"):
        load_data(f"{tmp_path}/nowhere/at-all")
    for odd in ("a\0b/", "./" + "x" * 300, "./" + "x/" * 3000):
        with pytest.raises(DataError):
            load_data(odd)


# A folder that nothing is looked for in


@pytest.mark.parametrize(
    "spec", ["digits", "moons:samples=60", "mine.npz", "./set", Dataset(name="a", title="A", x=X, y=Y)]
)
def test_a_folder_is_for_what_is_looked_for_in_it(tmp_path, spec):
    with pytest.raises(
        ArgumentError, match=r"--data-dir \(folder\) says where the files of fashion-mnist and mnist are"
    ):
        load_data(spec, tmp_path)


# Fewer samples than a batch


@pytest.mark.parametrize(("samples", "size"), [(100, None), (100, 64), (30, 64), (100, 1000), (104, None)])
def test_a_batch_is_at_most_all_there_is_to_train_on(samples, size):
    """Of 100 samples 60 are trained on: a batch of them is the whole part, its mean gradient that of the part."""
    data = Dataset(name="few", title="Few", x=np.resize(X, (samples, 4)), y=np.arange(samples) % 2)
    given = {} if size is None else {"batch_size": size}
    with pytest.warns(
        OptvizWarning, match=rf"few has {round(0.6 * samples)} samples to train on, fewer than a batch of"
    ):
        run = train(data, perceptron(4, 2), ["sgd:lr=0.1"], epochs=3, **given).runs[0]
    assert run.setting.batch_size == len(run.setting.parts.train) == round(0.6 * samples)
    assert [epoch.step for epoch in run.history] == [1, 2, 3]


def test_enough_samples_are_not_spoken_of():
    data = Dataset(name="enough", title="Enough", x=np.resize(X, (107, 4)), y=np.arange(107) % 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = train(data, perceptron(4, 2), ["sgd:lr=0.1"], epochs=1).runs[0]
    assert run.setting.batch_size == 64 == len(run.setting.parts.train)
