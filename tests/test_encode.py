"""Files, by decoding them: what a GIF says must be what the film shows."""

import io
import itertools
import struct

import numpy as np
import pytest
from PIL import GifImagePlugin, Image

from optviz.draw import Film
from optviz.encode import ENCODERS, OPTIONAL, save
from optviz.encode.lzw import image_block
from optviz.encode.palette import Palette
from optviz.errors import ArgumentError, OutputError
from optviz.races import race
from optviz.scene import scene_of
from optviz.themes import THEMES, rgb


def film_of(optimizers=("sgd", "momentum", "adagrad", "rmsprop", "adam"), **options):
    return Film(scene_of(race("himmelblau", list(optimizers), steps=40, lr=0.01), **{"size": (400, 300)} | options))


def decoded(path):
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            yield np.asarray(image.convert("RGB")), image.info["duration"]


def colours_of(pixels):
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
def test_a_gif_decodes_to_its_film(theme, tmp_path):
    film = film_of(theme=theme)
    save(film, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as image:
        assert image.size == film.size
        assert image.info["loop"] == 0
        assert image.info["comment"].decode() == film.recipe
    frames = list(decoded(tmp_path / "film.gif"))  # Pillow merges frames that are the same: times tell which is which
    ends = list(itertools.accumulate(duration for _, duration in frames))
    starts = [0, *itertools.accumulate(shot.duration for shot in film.shots)]
    assert ends[-1] == starts[-1]
    for index in range(len(film)):
        if index % 10 == 0 or index == len(film) - 1:
            seen = next(picture for (picture, _), end in zip(frames, ends, strict=True) if starts[index] < end)
            error = seen.astype(float) - colours_of(film.frame(index))
            assert 10 * np.log10(255**2 / np.mean(error**2)) > 38, "decibels"
            assert np.abs(error).max() < 90


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("count", [1, 5, 12])
def test_the_runs_colours_are_exact_in_the_file(theme, count, tmp_path):
    optimizers = [f"sgd:lr={0.001 * (n + 1)},label=run{n}" for n in range(count)]
    film = film_of(optimizers, theme=theme)
    save(film, tmp_path / "film.gif")
    *_, (last, _) = decoded(tmp_path / "film.gif")
    still = colours_of(film.frame(-1))
    for colour in {rgb(colour) for colour in film.colours}:
        where = (still == colour).all(axis=-1)
        assert where.any()
        assert (last[where] == colour).all()


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3, 64])
def test_several_processes_write_the_same_bytes_as_one(jobs, tmp_path):
    save(film_of(), tmp_path / "one.gif")
    save(film_of(), tmp_path / "many.gif", jobs=jobs)
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "many.gif").read_bytes()


def test_an_unknown_suffix_names_the_known_ones(tmp_path):
    with pytest.raises(ArgumentError, match=r"\.gif"):
        save(film_of(), tmp_path / "film.xyz")


@pytest.mark.parametrize("suffix", ENCODERS)
def test_a_missing_folder_is_named(suffix, tmp_path):
    if suffix in OPTIONAL:
        pytest.importorskip("imageio_ffmpeg", reason="videos need the extra video")
    with pytest.raises(OutputError, match="mkdir -p"):
        save(film_of(), tmp_path / "nowhere" / f"film{suffix}")


def test_a_palette_maps_every_pixel_to_its_nearest_colour():
    generator = np.random.default_rng(1)
    picture = generator.integers(0, 1 << 24, (50, 60), dtype=np.uint32)
    palette = Palette(picture, ["#ff0000", "#00ff00"], "#ffffff")
    assert len(palette.colours) <= 255
    indices = palette.indices(picture)
    seen = colours_of(picture).reshape(-1, 3).astype(int)
    distances = ((seen[:, None] - palette.colours.astype(int)) ** 2).sum(-1)
    chosen = distances[np.arange(len(seen)), indices.ravel().astype(int) - 1]
    assert np.array_equal(chosen, distances.min(axis=1))


@pytest.mark.parametrize("colours", [1, 7, 255])
@pytest.mark.parametrize("busy", [1, 20, 300, 2000, 9000])
def test_what_is_compressed_in_three_parts_decodes_to_what_it_was(busy, colours):
    generator = np.random.default_rng([busy, colours])
    for height, width in ((300, 400), (120, 799), (601, 170)):
        image = np.zeros((height, width), np.uint8)
        for rows in (slice(0, height // 8), slice(-(height // 9), None)):
            part = image[rows]
            part.ravel()[generator.integers(0, part.size, busy)] = generator.integers(1, colours + 1, busy)
        image[0, 0] = image[-1, -1] = 1
        assert np.array_equal(unpacked(image), image)


def test_every_length_of_a_stretch_of_nothing_is_right():
    for width in range(200, 1200, 7):
        image = np.zeros((110, width), np.uint8)
        image[:3, ::5] = 3
        image[-2:, ::3] = 9
        assert np.array_equal(unpacked(image), image), width


def test_the_parts_above_may_end_where_codes_grow():
    above = np.random.default_rng(2).permutation(np.arange(1, 256)).astype(np.uint8)
    for length in [*range(240, 275), *range(755, 780), *range(1780, 1800), *range(3820, 3850)]:
        image = np.zeros((40 + -(-length // 1000), 1000), np.uint8)
        image.ravel()[:length] = np.resize(np.concatenate([above, above[::-1], above[::2], above[::3]]), length)
        image[-1, 5] = 1
        assert np.array_equal(unpacked(image), image), length


def test_long_stretches_of_nothing_cost_no_room():
    image = np.zeros((500, 600), np.uint8)
    image[:4, ::7] = image[-4:, ::5] = 2
    assert len(image_block(image, (0, 0), 0)) < 1.3 * sum(map(len, GifImagePlugin.getdata(Image.fromarray(image))))


def unpacked(image):
    """What Pillow reads from an image block."""
    height, width = image.shape
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + bytes(range(256)) * 3
    with Image.open(io.BytesIO(head + image_block(image, (0, 0), 0) + b";")) as read:
        return np.asarray(read)
