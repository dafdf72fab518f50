"""Augmentation: what each change does to an image, exactly where that can be said."""

import math

import numpy as np
import pytest

from optviz.errors import ArgumentError, UnknownNameError
from optviz.nets.augmentation import AUGMENTATIONS, Crop, Mix, augmentation, augmented
from optviz.nets.datasets import load_data

DIGITS = load_data("digits").x[:40].reshape(-1, 8, 8).astype(np.float32) / 16
KINDS = pytest.mark.parametrize("kind", AUGMENTATIONS.values(), ids=AUGMENTATIONS)
NOTHING = {"flip": "flip(0)", "mix": None} | {
    name: f"{name}(0)" for name in AUGMENTATIONS if name not in ("flip", "mix")
}


class Always:
    """A generator that always draws the upper end."""

    def uniform(self, low, high, size):
        return np.full(size, float(high))

    def random(self, size):
        return np.zeros(size)


def changed(spec, images=DIGITS, seed=0):
    return augmented(images, [augmentation(spec)], np.random.default_rng(seed))


@pytest.mark.parametrize("spec", [spec for spec in NOTHING.values() if spec])
def test_at_strength_0_nothing_changes(spec):
    np.testing.assert_array_equal(changed(spec), DIGITS)


@KINDS
def test_changes_are_seeded_and_differ_from_image_to_image(kind):
    alike = np.repeat(DIGITS[:1], 12, axis=0)
    one, same, other = changed(kind.name, alike, 1), changed(kind.name, alike, 1), changed(kind.name, alike, 2)
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert len({image.tobytes() for image in one}) >= 2
    assert (one.shape, one.dtype) == (alike.shape, np.float32)


@KINDS
def test_what_one_writes_is_read_back(kind):
    assert augmentation(str(kind())) == kind()
    assert kind.__doc__


def test_flips_are_exact():
    np.testing.assert_array_equal(changed("flip(1)"), DIGITS[:, :, ::-1])
    share = np.mean([np.array_equal(a, b) for a, b in zip(changed("flip"), DIGITS, strict=True)])
    assert 0.2 < share < 0.8


def test_whole_pixels_are_moved_exactly():
    moved = augmented(DIGITS, [augmentation("translation(2)")], Always())
    np.testing.assert_array_equal(moved[:, :-2, :-2], DIGITS[:, 2:, 2:])
    assert not moved[:, -2:].any()


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (180, 2)])
def test_right_angles_are_exact(degrees, turns):
    turned = augmented(DIGITS, [augmentation(f"rotation({degrees})")], Always())
    expected = np.rot90(DIGITS, turns, axes=(1, 2))
    assert min(np.abs(turned - np.rot90(DIGITS, way * turns, axes=(1, 2))).max() for way in (1, -1)) < 1e-5
    assert expected.shape == turned.shape


def ramp(rows, columns):
    """An image whose value is linear in place: sampled between pixels it stays so."""
    at = np.mgrid[:9, :9] - 4
    return (rows * at[0] + columns * at[1]).astype(np.float32)[None]


@pytest.mark.parametrize(
    ("spec", "before", "after"),
    [
        ("shear(45)", (0, 1), (1, 1)),
        ("stretch(1)", (1, 0), (0.5, 0)),
        ("stretch(1)", (0, 1), (0, 0.5)),
        ("rotation(90)", (1, 0), (0, -1)),
    ],
)
def test_slopes_of_a_linear_image(spec, before, after):
    seen = augmented(ramp(*before), [augmentation(spec)], Always())
    inner = np.s_[:, 3:6, 3:6]
    np.testing.assert_allclose(seen[inner], ramp(*after)[inner], atol=1e-5)


def test_a_crop_is_a_part_of_the_image():
    seen = augmented(ramp(1, 0), [augmentation("crop(0.5)")], np.random.default_rng(3))
    slope = np.diff(seen[0, :, 4])
    np.testing.assert_allclose(slope, slope[0], atol=1e-5)
    assert 0.5 <= slope[0] <= 1
    assert np.abs(seen).max() <= 4.5


@pytest.mark.parametrize(
    ("spec", "at", "drawn"),
    [
        ("translation(3)", (0, 0), lambda places: places / 3),
        ("rotation(30)", (1, 0), lambda places: np.degrees(np.arctan2(places[:, 1:], places[:, :1])) / 30),
        ("stretch(0.5)", (1, 1), lambda places: np.log(places) / math.log(1.5)),
        ("shear(20)", (1, 0), lambda places: np.degrees(np.arctan(places[:, 1:])) / 20),
        ("distortion(0.2)", (4, 6), lambda places: (places[:, :1] / 4 - 1) / 0.2),
    ],
)
def test_changes_go_either_way_and_each_is_as_likely(spec, at, drawn):
    """What is drawn, from −1 to 1, as one place (row, column) of images of 8×12 pixels tells it."""
    places = np.zeros((4000, 8, 12, 2), np.float32) + np.array(at, np.float32)
    seen = augmentation(spec).warp(places, np.random.default_rng(0))[:, 0, 0].astype(float)
    found = drawn(seen)
    assert np.abs(found).max() == pytest.approx(1, abs=2e-3)
    assert found.mean(axis=0) == pytest.approx(0, abs=0.04)
    assert found.std(axis=0) == pytest.approx(1 / math.sqrt(3), rel=0.05)
    if found.shape[1] == 2:
        assert abs(np.corrcoef(found.T)[0, 1]) < 0.05, "rows and columns each in their own way"


def test_crops_lie_anywhere_in_the_image():
    """All sides and all places that keep a crop within the image are equally likely."""
    share, half = 0.4, np.array([4.0, 6.0])
    places = np.zeros((4000, 8, 12, 2), np.float32)
    places[:, 0, 0], places[:, -1, -1] = -half, half
    seen = Crop(share).warp(places, np.random.default_rng(0)).astype(float)
    low, high = seen[:, 0, 0], seen[:, -1, -1]
    assert (low >= -half - 1e-5).all()
    assert (high <= half + 1e-5).all()
    sides = (high - low) / (2 * half)
    np.testing.assert_allclose(sides[:, 0], sides[:, 1], rtol=1e-5)
    assert sides.mean() == pytest.approx(1 - share / 2, abs=0.01)
    assert sides.std() == pytest.approx(share / math.sqrt(12), rel=0.05)
    shift = (low + high) / 2 / (half * (1 - sides))  # from −1 to 1
    assert shift.mean(axis=0) == pytest.approx([0, 0], abs=0.04)
    assert shift.std(axis=0) == pytest.approx([1 / math.sqrt(3)] * 2, rel=0.05)
    assert abs(np.corrcoef(shift.T)[0, 1]) < 0.05


def test_a_lens_leaves_the_middle_and_moves_the_corners():
    seen = augmented(ramp(1, 0), [augmentation("distortion(0.2)")], Always())[0]
    at = np.arange(9) - 4
    expected = at * (1 + 0.2 * at**2 / (2 * 4.5**2))
    np.testing.assert_allclose(seen[1:-1, 4], expected[1:-1], atol=1e-5)


def test_noise_has_its_deviation():
    noise = changed("noise(0.1)", np.zeros((50, 20, 20), np.float32))
    assert noise.std() == pytest.approx(0.1, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.002)


def test_several_changes_are_one_sampling():
    """Twice half a pixel is a whole one, and four eighths of a turn are a half: nothing is blurred on the way."""
    for part, count, whole in (("translation(0.5)", 2, "translation(1)"), ("rotation(45)", 4, "rotation(180)")):
        together = augmented(DIGITS, [augmentation(part)] * count, Always())
        np.testing.assert_allclose(together, augmented(DIGITS, [augmentation(whole)], Always()), atol=1e-4)
        apart = DIGITS
        for _ in range(count):
            apart = augmented(apart, [augmentation(part)], Always())
        assert np.abs(apart - together).max() > 0.1


def test_changes_follow_in_their_order():
    """First moved, then turned, is not first turned, then moved."""
    specs = [augmentation("translation(2)"), augmentation("rotation(180)")]
    moved_first, turned_first = augmented(DIGITS, specs, Always()), augmented(DIGITS, specs[::-1], Always())
    by_hand = augmented(augmented(DIGITS, specs[:1], Always()), specs[1:], Always())
    np.testing.assert_allclose(moved_first, by_hand, atol=1e-5)
    assert np.abs(turned_first - moved_first).max() > 0.5


@pytest.mark.parametrize("count", range(1, 8))
def test_a_mix_is_of_as_many_as_asked(monkeypatch, count):
    """Each kind is made to leave a mark of its own: a power of two."""
    moving = [name for name, kind in AUGMENTATIONS.items() if kind.moves and name != "mix"]
    assert len(moving) == 7

    def marking(bit):
        return lambda self, places, random: places + np.float32(1 << bit)

    for name, kind in AUGMENTATIONS.items():
        if name != "mix":
            monkeypatch.setattr(kind, "warp", marking(moving.index(name) if name in moving else 10))
    found = Mix(count).warp(np.zeros((300, 2, 3, 2), np.float32), np.random.default_rng(0))
    assert (found == found[:, :1, :1, :1]).all(), "an image is changed as a whole"
    marks = (found[:, 0, 0, 0].astype(int)[:, None] >> np.arange(12)) & 1
    assert (marks.sum(axis=1) == count).all()
    assert not marks[:, 7:].any()
    assert np.abs(marks[:, :7].mean(axis=0) - count / 7).max() < 0.1, "none is drawn more often than another"


def test_a_mix_changes_images_by_those_it_draws():
    places = np.zeros((200, 3, 3, 2), np.float32) + 1
    assert (Mix(7).warp(places, np.random.default_rng(0)) != places).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("rotatoin", "Did you mean 'rotation'"),
        ("rotation(200)", r"degrees must be a number in \[0, 180\], not 200"),
        ("crop(1)", r"share must be a number in \[0, 1\), not 1"),
        ("noise(-1)", "deviates must be a number"),
        ("mix(9)", "count must be a whole number from 1 to 7, not 9"),
        ("mix(2.5)", "count must be a whole number"),
        ("flip(1,2)", "augmentation flip: too many"),
        ("flip(x)", "probability must be a number"),
    ],
)
def test_augmentations_refuse(spec, words):
    with pytest.raises((ArgumentError, UnknownNameError), match=words):
        augmentation(spec)
