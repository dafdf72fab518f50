"""Films by their bytes, read by a decoder that is written here, and by Pillow: delays, loops, rectangles, colours.

What the formats' own documents say is the measure: GIF89a, the PNG specification's chunks, and ffmpeg's list of files.
"""

import io
import itertools
import struct

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.draw import Film
from optviz.draw.canvas import packed
from optviz.encode import save
from optviz.encode.ink import Ink
from optviz.encode.pace import in_pace, paced
from optviz.encode.palette import Palette
from optviz.encode.parting import durations, in_parts
from optviz.encode.still import save_still
from optviz.encode.video import Planes, repeats
from optviz.scene import scene_of
from optviz.themes import rgb
from optviz.timeline import Shot

RACE = optviz.race("himmelblau", ["sgd:lr=0.01", "momentum:lr=0.01", "adam:lr=0.2"], steps=24)


def film_of(**options):
    return Film(scene_of(RACE, **{"size": (240, 180), "frames": 13, "fps": 20.0} | options))


@pytest.fixture(scope="module")
def film():
    return film_of()


@pytest.fixture(scope="module")
def gif(film):
    return read_gif(written(film, "gif"))


def written(film, form):
    file = io.BytesIO()
    save(film, file, form=form)
    return file.getvalue()


def rgba(pixels):
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)


def read_gif(data):
    """The blocks of a GIF by the letter of GIF89a: its colours, its loops, and each image with its control."""
    assert data[:6] == b"GIF89a"
    width, height, flags, ground, _ = struct.unpack("<HHBBB", data[6:13])
    size = 2 << (flags & 7)
    table = np.frombuffer(data[13 : 13 + 3 * size], np.uint8).reshape(-1, 3)
    at, images, control, loops = 13 + 3 * size, [], None, None

    def sub_blocks(at):
        pieces = []
        while data[at]:
            pieces.append(data[at + 1 : at + 1 + data[at]])
            at += 1 + data[at]
        return b"".join(pieces), at + 1

    while data[at] != 0x3B:
        if data[at] == 0x21:
            label = data[at + 1]
            content, end = sub_blocks(at + 2)
            if label == 0xF9:
                bits, delay, index = struct.unpack("<BHB", content)
                control = {"disposal": bits >> 2 & 7, "seen through": bool(bits & 1), "delay": delay, "index": index}
            elif label == 0xFF and content.startswith(b"NETSCAPE2.0"):
                loops = int.from_bytes(content[12:14], "little")
            at = end
        else:
            assert data[at] == 0x2C
            left, top, wide, tall, own = struct.unpack("<HHHHB", data[at + 1 : at + 10])
            content, end = sub_blocks(at + 11)
            indices = unpacked(content, data[at + 10]).reshape(tall, wide)
            images.append({**control, "corner": (left, top), "indices": indices, "own": own})
            at = end
    assert at == len(data) - 1, "nothing stands after the trailer"
    return {"size": (width, height), "ground": ground, "table": table, "loops": loops, "images": images}


def unpacked(data, bits):
    """The indices that LZW's codes stand for, as Welch's paper and GIF89a have it."""
    clear = 1 << bits
    stream, held, at, width = 0, 0, 0, bits + 1
    table, before, found = [], None, []
    while True:
        while held < width:
            stream |= data[at] << held
            at, held = at + 1, held + 8
        code, stream, held = stream & ((1 << width) - 1), stream >> width, held - width
        if code == clear:
            table, width, before = [bytes([index]) for index in range(clear)] + [b"", b""], bits + 1, None
        elif code == clear + 1:
            return np.frombuffer(b"".join(found), np.uint8)
        else:
            entry = table[code] if code < len(table) else before + before[:1]
            found.append(entry)
            if before is not None and len(table) < 4096:
                table.append(before + entry[:1])
            before = entry
            if len(table) == 1 << width and width < 12:
                width += 1


def composed(gif):
    """What a viewer has on the screen after each image: indices, of which 0 is nothing."""
    screen = np.zeros(gif["size"][::-1], np.uint8)
    for image in gif["images"]:
        (left, top), indices = image["corner"], image["indices"]
        part = screen[top : top + indices.shape[0], left : left + indices.shape[1]]
        before = part.copy()
        np.copyto(part, indices, where=indices != image["index"])
        yield image, before, screen.copy()
        if image["disposal"] == 2:
            part[:] = 0


# GIF


def test_every_frame_has_its_hundredths(film, gif):
    assert [10 * image["delay"] for image in gif["images"]] == paced(film.shots)
    assert sum(10 * image["delay"] for image in gif["images"]) == sum(shot.duration for shot in film.shots)


def test_it_loops_for_ever(gif):
    assert gif["loops"] == 0


def test_index_0_is_nothing_and_has_the_papers_colour(film, gif):
    for image in gif["images"]:
        assert (image["seen through"], image["index"], image["own"]) == (True, 0, 0)
    assert tuple(gif["table"][0]) == rgb(film.paper), "for viewers that know no transparency"
    assert tuple(gif["table"][gif["ground"]]) == rgb(film.paper)
    assert gif["images"][0]["indices"].all(), "the first frame is whole"


def test_every_rectangle_stays_and_holds_what_changes_and_no_more(gif):
    for number, (image, before, _) in enumerate(composed(gif)):
        assert image["disposal"] in (0, 1)
        fresh = image["indices"] != 0
        if number:
            assert (image["indices"][fresh] != before[fresh]).all(), "what has not changed is not drawn again"
        for side in (fresh[0], fresh[-1], fresh[:, 0], fresh[:, -1]):
            assert side.any(), "no smaller one would do"


def test_the_pictures_are_the_films(film, gif):
    for index, (_, _, screen) in enumerate(composed(gif)):
        shown = gif["table"][screen].astype(float)
        meant = rgba(film.frame(index))[..., :3]
        assert 10 * np.log10(255**2 / np.mean((shown - meant) ** 2)) > 38
        exact = (meant[..., None, :] == np.array([rgb(colour) for colour in film.colours])).all(axis=-1).any(axis=-1)
        assert np.array_equal(shown[exact], meant[exact])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_palette_has_the_themes_colours_their_shades_and_what_is_frequent(theme):
    film = film_of(theme=theme)
    gif = read_gif(written(film, "gif"))
    table = {tuple(colour) for colour in gif["table"].tolist()}
    paper = np.array(rgb(film.paper), float)
    for colour in film.colours:
        assert rgb(colour) in table
        for share in (0.25, 0.5, 0.75):
            shade = paper + (np.array(rgb(colour)) - paper) * share
            assert np.abs(np.array(list(table)) - shade).max(axis=1).min() <= 0.5 + 1e-9
    seen, counts = np.unique(film.frame(0) & 0xFFFFFF, return_counts=True)
    for value in seen[np.argsort(-counts)[:25]]:
        assert (int(value) & 255, int(value) >> 8 & 255, int(value) >> 16) in table


def test_pixels_take_the_nearest_of_all_colours():
    """Also where a brighter colour points the same way: the distance is Euclid's."""
    picture = np.array([[packed("#101010"), packed("#ffffff")], [packed("#808080"), packed("#ff0000")]], np.uint32)
    palette = Palette(np.repeat(np.repeat(picture, 8, 0), 8, 1), ["#101010", "#808080", "#ff0000"], "#ffffff")
    table = palette.colours.astype(int)
    for colour in ("#141414", "#707070", "#90908f", "#f01010", "#eeeeee", "#400000"):
        found = table[palette.indices(np.array([[packed(colour)]], np.uint32))[0, 0] - 1]
        assert ((found - rgb(colour)) ** 2).sum() == ((table - rgb(colour)) ** 2).sum(axis=1).min()


# On a transparent sheet


def test_a_transparent_gif_is_wiped_where_something_goes_and_at_its_end():
    film = film_of(transparent=True)
    gif = read_gif(written(film, "gif"))
    *_, (last, _, screen) = composed(gif)
    assert last["disposal"] == 2
    assert last["indices"].shape == film.size[::-1], "the whole sheet is wiped before it begins again"
    meant = rgba(film.frame(-1))
    assert np.array_equal(screen == 0, meant[..., 3] < 0x30)
    assert {image["disposal"] for image in gif["images"]} == {1, 2}


def test_soft_edges_of_a_gif_lie_on_the_paper():
    film = film_of(transparent=True, theme="dark")
    ink = Ink(film)
    paper = np.array(rgb(film.paper), float)
    for alpha in (0x30, 0x60, 0x90, 0xC0, 0xFF):
        pixel = np.array([[alpha << 24 | int(packed("#ffffff")) & 0xFFFFFF]], np.uint32)
        index = ink.indices(pixel)[0, 0]
        assert index
        wanted = paper + (255 - paper) * alpha / 255
        nearest = np.abs(ink.palette.colours - wanted).sum(axis=1).min()
        assert np.abs(ink.palette.colours[index - 1] - wanted).sum() <= nearest + 3
    assert ink.indices(np.array([[0x2F << 24]], np.uint32))[0, 0] == 0


def test_numbers_give_way_a_moment_after_what_moves():
    film = film_of(transparent=True, size=(400, 300))
    several = waiting = 0
    parts = list(in_parts(film, film.frames()))
    assert [part.duration for part in parts] == durations(film)
    for whole in filter(None, paced(film.shots)):
        first = parts[waiting]
        if first.duration < whole:
            late = parts[waiting + 1]
            several += 1
            assert first.duration <= 30, "a moment"
            assert first.duration + late.duration == whole
            waiting += 1
        waiting += 1
    assert waiting == len(parts)
    assert several > 3


def test_the_first_part_of_a_frame_has_all_but_the_numbers():
    film = film_of(transparent=True, size=(400, 300))
    before, found, parts = None, 0, in_parts(film, film.frames())
    for index, duration in enumerate(paced(film.shots)):
        part = next(parts)
        meant, first = film.frame(index), part.pixels.copy()
        if part.duration < duration:
            left, top, right, bottom = next(parts).changed
            outside = np.ones(first.shape, bool)
            outside[top:bottom, left:right] = False
            assert np.array_equal(first[outside], meant[outside]), "all that moves has moved"
            if not np.array_equal(first, meant):
                found += 1
                assert np.array_equal(first[~outside], before[~outside]), "the numbers are still the last"
        before = meant
    assert found > 3


# APNG and WebP


def chunks(data):
    at = 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size


@pytest.mark.parametrize("options", [{}, {"fps": 30.0}, {"fps": 0.01, "frames": 3}])
def test_an_apngs_delays_are_fractions_of_a_second(options):
    film = film_of(size=(100, 80), **options)
    found = list(chunks(written(film, "apng")))
    [(frames, plays)] = [struct.unpack(">II", content) for kind, content in found if kind == b"acTL"]
    assert plays == 0, "for ever"
    controls = [content for kind, content in found if kind == b"fcTL"]
    assert len(controls) == frames
    delays = [1000 * int.from_bytes(each[20:22], "big") / int.from_bytes(each[22:24], "big") for each in controls]
    assert delays == pytest.approx(durations(film), rel=0.01)
    assert {each[24] for each in controls} == {0}, "what was drawn stays"
    assert controls[0][25] == 0, "the first replaces"
    assert {each[25] for each in controls[1:]} == {1}, "the others are laid over it"


@pytest.mark.parametrize("form", ["apng", "webp", "gif"])
def test_a_film_loops_for_ever_and_is_shown_at_its_times(film, form):
    with Image.open(io.BytesIO(written(film, form))) as image:
        assert image.info["loop"] == 0
        ends = [0]
        for index in range(image.n_frames):
            image.seek(index)
            picture = np.asarray(image.convert("RGB"))
            ends.append(ends[-1] + image.info["duration"])
            if form != "gif":
                begins = [0, *itertools.accumulate(paced(film.shots))]
                assert np.array_equal(picture, rgba(film.frame(begins.index(ends[-2])))[..., :3])
    assert ends[-1] == sum(shot.duration for shot in film.shots)


# The pace


@pytest.mark.parametrize("last", [10, 20, 30, 500])
def test_what_is_too_short_gives_its_time_to_the_next(last):
    shots = [Shot(0, 0, 700), *(Shot(k, k, 10) for k in range(1, 8)), Shot(8, 8, last)]
    lasting = paced(shots)
    shown = [duration for duration in lasting if duration]
    assert sum(shown) == 700 + 70 + last
    assert min(shown) >= 20, "what is shown for a hundredth of a second browsers show for a tenth"
    assert lasting[1:8].count(20) >= 3, "every other one is shown"
    begun, seen = 0, 0
    for shot, duration in zip(shots, lasting, strict=True):
        begun += shot.duration
        seen += duration
        assert abs(begun - seen) <= 20, "nothing is early or late by more than two hundredths"


def test_a_frame_that_follows_one_that_is_left_out_has_its_changes():
    film = film_of(fps=100.0, frames=25)
    lasting = paced(film.shots)
    assert 0 in lasting
    screen = film.frame(0)
    for frame in in_pace(film.frames(), lasting):
        left, top, right, bottom = frame.changed
        screen[top:bottom, left:right] = frame.pixels[top:bottom, left:right]
        assert np.array_equal(screen, frame.pixels)


# Video


@pytest.mark.parametrize(
    ("colour", "planes"),
    [  # ITU-R BT.709, in its range of 16 to 235: Y = 0.2126 R + 0.7152 G + 0.0722 B, and so on
        ("#ff0000", (63, 102, 240)),
        ("#00ff00", (173, 42, 26)),
        ("#0000ff", (32, 240, 118)),
        ("#ffffff", (235, 128, 128)),
        ("#804020", None),
    ],
)
def test_colours_of_video(colour, planes):
    red, green, blue = (part / 255 for part in rgb(colour))
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    exact = 16 + 219 * bright, 128 + 224 * (blue - bright) / 1.8556, 128 + 224 * (red - bright) / 1.5748
    assert planes is None or np.abs(np.array(planes) - exact).max() < 0.51
    made = Planes((4, 2), 0)
    made.show(type(next(film_of(size=(64, 64)).frames()))(np.full((2, 4), packed(colour), np.uint32), (0, 0, 4, 2), 0))
    found = np.array([made.data[0], made.data[8], made.data[10]])
    assert np.abs(found - exact).max() <= 0.6


def test_any_pixel_that_changes_is_translated():
    kind = type(next(film_of(size=(64, 64)).frames()))
    for y, x in itertools.product(range(4), repeat=2):
        planes, pixels = Planes((4, 4), 0), np.full((4, 4), packed("#000000"), np.uint32)
        planes.show(kind(pixels, (0, 0, 4, 4), 0))
        black = bytes(planes.data)
        pixels[y, x] = packed("#ffffff")
        planes.show(kind(pixels, (x, y, x + 1, y + 1), 0))
        changed = [place for place, (a, b) in enumerate(zip(black, bytes(planes.data), strict=True)) if a != b]
        assert len([place for place in changed if place < 16]) == 1
        assert sum(each == 235 for each in bytes(planes.data)[:16]) == 1


@pytest.mark.parametrize("rate", [24, 25, 30, 60])
def test_frames_of_a_video_end_at_the_nearest_moment(rate):
    lasting = [33, 47, 700, 12, 51, 29, 1500]
    ends = np.cumsum(repeats(lasting, rate))
    exact = np.cumsum(lasting) * rate / 1000
    alone = [k for k in range(len(lasting)) if lasting[k] * rate >= 2000]  # long enough to be shown at its own time
    assert all(abs(ends[k] - exact[k]) <= 0.5 for k in alone)
    assert abs(ends[-1] - exact[-1]) <= 0.5


# Numbered pictures, and stills


def test_a_list_of_pictures_has_their_thousandths_and_ends_with_the_last_again(tmp_path):
    film = film_of(fps=30.0, frames=6, size=(100, 80))
    save(film, f"{tmp_path}/frames/")
    lines = (tmp_path / "frames" / "frames.ffconcat").read_text().splitlines()
    assert lines[0] == "ffconcat version 1.0"
    files = [line.split()[1] for line in lines if line.startswith("file ")]
    assert files == [*(f"frame-{k:04}.png" for k in range(6)), "frame-0005.png"]
    times = [float(line.split()[1]) for line in lines if line.startswith("duration ")]
    assert times == [shot.duration / 1000 for shot in film.shots]
    for name, shot in zip(files, film.standing().shots, strict=False):
        with Image.open(tmp_path / "frames" / name) as image:
            assert np.array_equal(np.asarray(image), rgba(film.still(shot.step))[..., :3])
            assert f'"step": {shot.step}}}' in image.text["optviz"]


def test_a_still_is_that_of_its_step_and_as_dense_as_it_says(film, tmp_path):
    for step in (0, 7, 24):
        save_still(film, tmp_path / "a.png", step)
        with Image.open(tmp_path / "a.png") as image:
            assert np.array_equal(np.asarray(image), rgba(film.still(step))[..., :3])
            assert image.info["dpi"] == pytest.approx((100 * film.scale,) * 2, abs=0.1), "800×600 is 8 by 6 inches"
            assert f'"step": {step}}}' in image.text["optviz"]


@pytest.mark.parametrize("transparent", [False, True])
def test_an_svg_has_hundredths_of_points_and_a_sheet_if_it_is_opaque(transparent, tmp_path):
    film = film_of(transparent=transparent)
    save_still(film, tmp_path / "a.svg", 24)
    text = (tmp_path / "a.svg").read_text()
    paths = [number for path in text.split(' d="')[1:] for number in path.split('"')[0].split() if "." in number]
    decimals = {len(number.partition(".")[2]) for number in paths}
    assert max(decimals) == 2, "finer than a pixel, and no finer than can be seen"
    assert (f"fill: {film.paper}" in text.split('id="figure_1"')[1][:600]) is not transparent
