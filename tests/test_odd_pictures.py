"""Pictures from anybody: bombs are refused before they are unpacked, odd ones are taken or refused with a reason, and
their names put nothing into a document.
"""

import io
import os
import re
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from optviz.images import ImageError, image_of
from optviz.reading import MAX_PIXELS, Bound

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><path d="M0 0"/></svg>'


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, rows=b""):
    begin = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return begin + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def gif(width, height, count=1, inside=None):
    wide, high = inside or (1, 1)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, wide, high, 0) + b"\x02\x02\x44\x01\x00"
    palette = b"\x00\x00\x00\xff\xff\xff"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + palette + frame * count + b";"


def webp(width, height):
    written = io.BytesIO()
    Image.new("1", (8, 8)).save(written, "WEBP", lossless=True)
    raw = bytearray(written.getvalue())
    at = raw.index(b"VP8L") + 9
    raw[at : at + 4] = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return bytes(raw)


@pytest.mark.parametrize("make", [png, gif, webp], ids=lambda make: make.__name__)
@pytest.mark.parametrize("size", [(13_000, 13_000), (16_383, 16_383), (8001, 8000)])
def test_a_picture_of_too_many_pixels(make, size):
    since = time.perf_counter()
    with pytest.raises(
        ImageError, match=r"a\.gif (is \d+x\d+, \d+ pixels; allowed are .*MAX_PIXELS|is broken: .*bomb)"
    ):
        image_of(make(*size), "a.gif")
    assert time.perf_counter() - since < 1


def test_a_frame_that_is_larger_than_its_picture():
    with pytest.raises(ImageError, match=r"MAX_PIXELS|bomb"):
        image_of(gif(10, 10, 2, (13_000, 13_000)), "a.gif")


def test_too_many_frames_and_too_many_pixels_in_them(monkeypatch):
    since = time.perf_counter()
    with pytest.raises(ImageError, match=r"has more frames than are allowed, 10000 frames \(MAX_FRAMES\)"):
        image_of(gif(1, 1, 200_000), "a.gif")
    assert time.perf_counter() - since < 10
    assert len(image_of(gif(1, 1, 10_000), "a.gif").durations) == 10_000
    monkeypatch.setattr("optviz.images.MAX_PLAYED", Bound("MAX_PLAYED", 1000, "pixels"))
    with pytest.raises(ImageError, match=r"1000 pixels \(MAX_PLAYED\)"):
        image_of(gif(20, 20, 3), "a.gif")


def test_the_largest_picture_is_taken(monkeypatch):
    assert MAX_PIXELS.most > 7680 * 4320, "the largest film that optviz draws"
    monkeypatch.setattr("optviz.images.MAX_PIXELS", Bound("MAX_PIXELS", 12, "pixels"))
    written = io.BytesIO()
    Image.fromarray(np.zeros((3, 4), np.uint8)).save(written, "PNG")
    assert image_of(written.getvalue(), "a.png").size == (4, 3)


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_an_svg_in_whatever_letters(code):
    head = {"latin-1": '<?xml version="1.0" encoding="latin-1"?>'}.get(code, "")
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(code, b"")
    found = image_of(mark + (head + SVG).encode(code), "a.svg")
    assert (found.kind, found.size) == ("svg", (8, 6))


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0" encoding="no-such"?>' + SVG,
        '<?xml version="1.0" encoding="utf-7"?>' + SVG,
        '<?xml version="1.0" encoding="shift_jis"?>' + SVG,
        '<?xml version="1.0" encoding="idna"?>' + SVG,
        '<?xml version="1.0" encoding="utf-16"?>' + SVG,
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG,
        '<!DOCTYPE svg [<!ENTITY % a "b">]>' + SVG,
        "<a><svg/>",
        "<svg",
        "<svg>" + "<g>" * 100_000,
        "<svg>\0</svg>",
        "<!-- <svg -->",
    ],
    ids=range(12),
)
def test_an_svg_that_is_none(content):
    with pytest.raises(ImageError, match=r"a\.svg is (broken|not a picture)"):
        image_of(content.encode(), "a.svg")


@pytest.mark.parametrize(
    "attributes",
    ['width="1e999"', 'viewBox="0 0 1e400 5"', 'viewBox="a b c d"', 'width="-5"', 'viewBox="0 0 1e300 1e-300"', ""],
)
def test_an_svg_of_an_odd_size(attributes):
    assert image_of(f"<svg {attributes}/>".encode(), "a.svg").size == (4, 3)


@pytest.mark.parametrize("value", ["9" * 10**6, "1" + " " * 10**6 + "x", "1," * 10**6, "." * 10**6, "1e" * 10**6])
@pytest.mark.parametrize("name", ["width", "viewBox"])
def test_an_svg_of_a_size_without_end(name, value):
    since = time.perf_counter()
    assert image_of(f'<svg {name}="{value}"/>'.encode(), "a.svg").size == (4, 3)
    assert time.perf_counter() - since < 5


def test_an_svg_that_only_points_elsewhere_asks_for_nothing(monkeypatch):
    told = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    assert image_of((told + SVG).encode(), "a.svg").kind == "svg"


# Names


EVIL = [
    "a\n\\input{evil}",
    "a\rb",
    "a\u2028b",
    "a\x1b[31m",
    "a b",
    "a%\n",
    "a\u202eb",
    "a](evil)",
    'a" onerror="x',
    "\udcff",
]


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("suffix", [".gif", ".png"])
def test_a_name_puts_nothing_into_a_document(run, folder, name, suffix):
    Image.new("RGB", (40, 30), "teal").save(folder / "plain.png")
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("teal", "red")]
    path = folder / f"{name}{suffix}"
    frames[0].save(path, save_all=suffix == ".gif", append_images=frames[1:])
    for form in ("markdown", "html", "latex"):
        result = run("slides", "--snippet", form, path.name)
        if result.exit_code:
            assert "LaTeX reads no file of that name" in result.stderr
            continue
        lines = result.stdout.splitlines()
        assert len(lines) == (3 if form == "latex" and lines[0].startswith("%") else 1)
        assert all(line.isprintable() for line in lines)
        assert not any(line.startswith("\\input") for line in lines)
        breaks_out = {"html": '" onerror="', "markdown": r"(?<!\\)\]\(evil", "latex": r"(?m)^[^%\\]"}
        assert not re.search(breaks_out[form], result.stdout)
    for deck in ("a.tex", "a.html"):
        assert run("slides", "-o", deck, path.name).exit_code == 0
    tex = (folder / "a.tex").read_text()
    assert "\\input{evil}" not in tex
    assert "\x1b" not in tex
    assert "\u202e" not in tex
    assert '" onerror="' not in (folder / "a.html").read_text()
