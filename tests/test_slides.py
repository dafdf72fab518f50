"""Slides: what is said on them, presentations by unpacking them, and lines to paste, read by other parsers."""

import io
import itertools
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import optviz
from optviz.deck import DECKS, slides
from optviz.deck.layout import CAPTIONS, HEIGHT, TITLES, WIDTH, Box, arrange, fit, lines
from optviz.deck.snippet import SNIPPETS
from optviz.errors import OptvizError
from optviz.gallery import exhibits_file, load_exhibits
from optviz.images import ImageError, image_of, open_image, sampled
from optviz.recipe import read_recipe, read_recipes
from optviz.slide import Deck, Slide, distinct, gifs_first, slide_of_file
from optviz.themes import THEMES
from tests.decks import HOSTILE, Page, assert_balanced, make_films

pptx = pytest.importorskip("pptx", reason="presentations need the extra slides")


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return make_films(tmp_path_factory.mktemp("films"))


def presentation(path):
    return pptx.Presentation(str(path))


def pictures(slide):
    """The pictures on a slide, the one shown first."""
    return [shape for shape in slide.shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE]


def alt(picture):
    return picture.element.xpath("p:nvPicPr/p:cNvPr")[0].get("descr")


def box(shape):
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


def apart(first, second):
    """Whether two rectangles have no point in common."""
    return first[2] <= second[0] or second[2] <= first[0] or first[3] <= second[1] or second[3] <= first[1]


# Presentations


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
def test_a_presentation(films, tmp_path, theme):
    names = ["booth.gif", "still.png", "wide.png", "high.jpg", "booth.gif"]
    path = slides(tmp_path / "talk.pptx", [films / name for name in names], theme=theme)
    show = presentation(path)
    assert show.slide_width / show.slide_height == pytest.approx(16 / 9, abs=1e-3)
    assert len(show.slides) == len(names)
    for slide, name in zip(show.slides, names, strict=True):
        content = (films / name).read_bytes()
        shown = pictures(slide)[0]
        assert shown.image.blob == content, "byte for byte"
        assert alt(shown)
        assert slide.shapes.title.text == slide_of_file(films / name).title
        assert slide.has_notes_slide == (name in ("booth.gif", "still.png"))
        with Image.open(io.BytesIO(content)) as image:
            assert shown.width / shown.height == pytest.approx(image.width / image.height, rel=1e-5)
        assert all(crop == 0 for crop in (shown.crop_left, shown.crop_right, shown.crop_top, shown.crop_bottom))
        for shape in slide.shapes:
            left, top, right, bottom = box(shape)
            assert 0 < left < right < show.slide_width
            assert 0 < top < bottom < show.slide_height
        others = [shape for shape in slide.shapes if shape not in pictures(slide)]
        assert all(apart(box(shown), box(each)) for each in others)


def test_a_picture_is_as_large_as_it_goes(films, tmp_path):
    show = presentation(slides(tmp_path / "talk.pptx", [films / name for name in ("booth.gif", "wide.png")]))
    [beside, *_], [wide] = (pictures(slide) for slide in show.slides)
    assert beside.height > 0.7 * show.slide_height
    assert wide.width > 0.9 * show.slide_width


def test_what_is_said_of_a_film(films, tmp_path):
    [slide] = presentation(slides(tmp_path / "talk.pptx", [films / "booth.gif"])).slides
    assert slide.shapes.title.text == "Booth"
    assert alt(pictures(slide)[0]) == (
        "Animation: the trails of SGD and Adam on a contour map of Booth, 10 steps from (5, −8)."
    )
    [caption] = [shape for shape in slide.shapes if shape.name == "Caption"]
    assert caption.text_frame.text == "SGD and Adam, 10 steps from (5, −8). Learning rate: 0.01 for all."
    notes = slide.notes_slide.notes_text_frame.text
    for word in ("surface booth", "10 steps", "seed 0", "sgd:lr=0.01", "adam:lr=0.01,beta1=0.9", optviz.__version__):
        assert word in notes


@pytest.mark.slow
def test_an_exhibit_says_what_to_see(run, folder):
    assert run("slides", "-o", "talk.pptx", "zigzag", "saddle").stdout == "talk.pptx\n"
    exhibits = {each.slug: each for each in load_exhibits()}
    for slide, slug in zip(presentation("talk.pptx").slides, ("zigzag", "saddle"), strict=True):
        exhibit = exhibits[slug]
        assert slide.shapes.title.text == exhibit.title
        assert exhibit.caption in [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        notes = slide.notes_slide.notes_text_frame.text
        assert exhibit.see in notes
        assert exhibit.command in notes
        assert exhibit.caption.startswith(alt(pictures(slide)[0]))
    assert [recipe.surface for recipe in read_recipes("talk.pptx")] == ["ravine", "saddle"]


@pytest.mark.slow
def test_an_exhibit_is_rendered_as_its_command_does(run, folder, monkeypatch):
    run("gallery", "--only", "zigzag", "-o", "elsewhere")
    shutil.copy(exhibits_file(), folder / "exhibits.toml")
    monkeypatch.setattr("optviz.gallery.exhibits_file", lambda: folder / "exhibits.toml")
    run("slides", "-o", "talk.pptx", "zigzag")
    [slide] = presentation("talk.pptx").slides
    assert pictures(slide)[0].image.blob == (folder / "elsewhere" / "zigzag.gif").read_bytes()


def test_on_paper_a_film_has_its_last_frame(films, tmp_path):
    [slide] = presentation(slides(tmp_path / "talk.pptx", [films / "booth.gif"])).slides
    film, last = pictures(slide)
    assert box(film) == box(last)
    with Image.open(films / "booth.gif") as image:
        image.seek(image.n_frames - 1)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(last.image.blob)).convert("RGB")), image.convert("RGB"))
    [target] = slide.element.xpath(".//*[local-name()='spTgt']")
    assert target.get("spid") == str(last.shape_id), "what disappears when the slide is shown"
    ids = [each.get("id") for each in slide.element.xpath(".//*[local-name()='cTn']")]
    assert len(set(ids)) == len(ids)


def test_the_same_deck_has_the_same_bytes(films, tmp_path):
    first, second = (
        slides(tmp_path / name, [films / "booth.gif", films / "wide.png"]).read_bytes() for name in ("a.pptx", "b.pptx")
    )
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        everything = b"".join(package.read(name) for name in package.namelist())
        about = package.read("docProps/core.xml").decode()
        assert "docProps/thumbnail.jpeg" not in package.namelist()
    assert "<dc:title>Booth</dc:title>" in about
    assert "optviz" in about
    assert "dcterms:" not in re.sub(r'xmlns:\w+="[^"]*"', "", about)
    assert b"Canny" not in everything
    assert b"Macintosh" not in everything


def test_letters_have_their_size_where_powerpoint_looks_for_it(films, tmp_path):
    [slide] = presentation(slides(tmp_path / "talk.pptx", [films / "booth.gif"])).slides
    title, caption = slide.shapes.title, next(shape for shape in slide.shapes if shape.name == "Caption")
    sizes = [shape.text_frame.paragraphs[0].runs[0].font.size.pt for shape in (title, caption)]
    assert sizes == [38, 22]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_the_presentations(films, tmp_path, theme):
    slides(tmp_path / "talk.pptx", [films / "booth.gif"], theme=theme)
    with zipfile.ZipFile(tmp_path / "talk.pptx") as package:
        colours = package.read("ppt/theme/theme1.xml").decode()
    for key, colour in {"lt1": THEMES[theme].background, "dk1": THEMES[theme].ink}.items():
        assert re.search(rf'<a:{key}><a:srgbClr val="{colour[1:].upper()}"/></a:{key}>', colours)


def test_recipes_are_in_every_deck(films, tmp_path, run):
    for suffix in DECKS:
        path = slides(tmp_path / f"talk{suffix}", [films / "booth.gif", films / "wide.png", films / "still.png"])
        assert read_recipes(path) == [read_recipe(films / "booth.gif"), read_recipe(films / "still.png")]
        told = json.loads(run("info", path, "--json").stdout)
        assert [each["command"] for each in told] == ["animate", "plot"]
        assert run("info", path).stdout.count("made by:") == 2
        run("animate", "--from", path, "-o", "again.gif")
        assert Path("again.gif").read_bytes() == (films / "booth.gif").read_bytes(), "of a deck, the first"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed")
def test_a_printed_page_shows_the_end_of_the_film(films, tmp_path):
    slides(tmp_path / "talk.pptx", [films / "booth.gif", films / "film.gif"], theme="dark")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "talk.pptx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=180)
    subprocess.run(["pdftoppm", "-r", "72", "-png", "talk.pdf", "page"], cwd=tmp_path, check=True)
    first, second = (Image.open(page).convert("RGB") for page in sorted(tmp_path.glob("page*.png")))
    assert first.getpixel((5, 5)) == pytest.approx((15, 20, 25), abs=3), "the theme's ground"
    place = arrange((40, 30), caption=False).picture
    middle = (int((place.left + place.width / 2) * 72), int((place.top + place.height / 2) * 72))
    assert second.getpixel(middle) == pytest.approx((0, 0, 255), abs=40), "the last frame is blue, the first red"


# What goes on a slide


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("suffix", DECKS)
@pytest.mark.filterwarnings("ignore:pdflatex has no")
def test_any_text_can_be_on_a_slide(films, tmp_path, suffix, text):
    image = open_image(films / "film.gif")
    slide = Slide(name=text, title=text, caption=text, notes=f"{text}\n{text}", alt=text, image=image)
    slides(tmp_path / f"talk{suffix}", [slide], title=text)
    assert len(slide.title) <= 140
    assert slide.title.isprintable()
    assert slide.title.endswith("…") == (len(text) > 1000)
    if suffix == ".pptx":
        [page] = presentation(tmp_path / "talk.pptx").slides
        assert pictures(page)[0].image.blob == image.content
        assert text == "" or page.shapes.title.text.rstrip("…") in slide.title
        assert presentation(tmp_path / "talk.pptx").core_properties.title == slide.title


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_hostile_titles_from_the_command_line(run, folder):
    for number, title in enumerate(HOSTILE.values()):
        film = f"{number}.gif"
        options = ["--surface", "booth", "--size", "160x120", "--frames", "4", "--steps", "4", "--lr", "0.01"]
        assert run("animate", *options, f"--title={title}", "-o", film).exit_code == 0
    for suffix in DECKS:
        result = run("slides", "-o", f"talk{suffix}", *(f"{number}.gif" for number in range(len(HOSTILE))))
        assert (result.exit_code, result.stdout) == (0, f"talk{suffix}\n")
        assert len(read_recipes(f"talk{suffix}")) == len(HOSTILE)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"runs": [["=", "given"]]},
        {"start": [10**400, 1]},
        {"picture": {"title": 3}},
        {"picture": {"title": ["<b>"]}},
        {"surface": "no-such-surface"},
        {"surface": "../../etc/passwd"},
        {"runs": [["no-such-rule:lr=0.1", "wrong"]]},
        {"steps": "huge"},
    ],
)
def test_a_damaged_recipe_is_left_aside(films, run, folder, change):
    text = json.dumps(json.loads(read_recipe(films / "still.png").to_text()) | change)
    about = PngInfo()
    about.add_text("optviz", text.replace('"huge"', "9" * 5000))
    Image.new("RGB", (40, 30), "teal").save("odd-one.png", pnginfo=about)
    result = run("slides", "-o", "talk.pptx", "odd-one.png")
    assert (result.exit_code, result.stdout) == (0, "talk.pptx\n")
    [slide] = presentation("talk.pptx").slides
    assert pictures(slide)[0].image.blob == Path("odd-one.png").read_bytes()
    fine = "surface" in change or "picture" in change or "wrong" in str(change)
    assert fine or "odd-one.png: its recipe is damaged" in result.stderr
    assert fine or slide.shapes.title.text == "Odd one"
    assert run("slides", "-o", "talk.pptx", "--quiet", "odd-one.png").stderr == ""


def test_a_file_without_a_recipe_is_named_after_itself(films):
    slide = slide_of_file(films / "film.gif")
    assert (slide.title, slide.alt, slide.caption, slide.notes) == ("Film", "Animation: Film.", "", "")
    assert slide_of_file(films / "wide.png").alt == "Picture: Wide."


def test_a_gif_goes_before_films_that_cannot_be_held(films, tmp_path, recwarn):
    paths = [films / "film.webp", films / "wide.png"]
    show = presentation(slides(tmp_path / "talk.pptx", paths))
    assert pictures(show.slides[0])[0].image.blob == (films / "film.gif").read_bytes()
    assert "film.webp is replaced" in str(recwarn.pop().message)
    gifs = [films / "film.gif"] * 2
    assert gifs_first([*paths, *gifs], ["gif"]) == [paths[1], *gifs]
    assert "film.webp is left out" in str(recwarn.pop().message)
    slides(tmp_path / "talk.html", paths)
    assert not recwarn.list, "a page holds them all"
    (tmp_path / "film.mp4").write_bytes(b"....ftypisom")
    shutil.copy(films / "film.gif", tmp_path)
    assert gifs_first([tmp_path / "film.mp4", tmp_path / "other.mp4"], ["gif"]) == [
        tmp_path / "film.gif",
        tmp_path / "other.mp4",
    ]


# Refusals


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("-o talk.pptx", 2, ["nothing to show", "saddle.gif"]),
        ("saddle", 2, ["-o is missing", "talk.pptx, talk.html or talk.tex"]),
        ("-o talk saddle", 2, ["'talk' has no suffix", ".pptx, .html, .tex"]),
        ("-o - saddle", 2, ["'-' has no suffix"]),
        ("-o talk.ppt saddle", 2, ["'.ppt'", "Did you mean '.pptx'?", ".pptx, .html, .tex"]),
        ("-o talk.gif saddle", 2, ["'.gif'", "Allowed: .pptx, .html, .tex"]),
        ("-o nowhere/talk.pptx saddle", 1, ["there is no folder nowhere"]),
        ("-o talk.pptx sadle", 2, ["'sadle'", "Did you mean 'saddle'?", "or a file, as in sadle.gif"]),
        ("-o talk.pptx saddle Sadle", 2, ["'Sadle'", "Did you mean 'saddle'?"]),
        ("-o talk.pptx --theme drak saddle", 2, ["'drak'", "Did you mean 'dark'?"]),
        ("-o talk.pptx missing.gif", 1, ["missing.gif cannot be read: No such file or directory"]),
        ("-o talk.pptx empty.gif", 1, ["empty.gif is empty"]),
        ("-o talk.pptx text.gif", 1, ["text.gif is not a picture of a kind known here: gif, png, apng, webp, jpg"]),
        ("-o talk.pptx half.gif", 1, ["half.gif is broken"]),
        ("-o talk.html half.png", 1, ["half.png is broken"]),
        ("-o talk.html half.svg", 1, ["half.svg is broken"]),
        ("-o talk.html bomb.svg", 1, ["bomb.svg is broken: it defines entities"]),
        ("-o talk.html page.svg", 1, ["page.svg is not a picture"]),
        ("-o talk.html video.mp4", 1, ["is a video", "optviz animate --from video.mp4 -o video.gif"]),
        ("-o talk.tex video.webm", 1, ["is a video", "optviz animate --from video.webm -o video.gif"]),
        ("-o talk.html film.html", 1, ["film.html is not a picture of a kind known here"]),
        ("-o talk.tex half.pdf", 1, ["half.pdf is broken"]),
        ("-o talk.pptx ./folder", 1, ["folder is a folder; name the pictures in it"]),
        ("-o talk.pptx plain.webp", 1, [".pptx cannot hold a picture as WEBP, only gif, png, jpg. Make it a GIF"]),
        ("-o talk.pptx still.svg", 1, ["Make it a PNG: optviz plot --from still.svg -o still.png"]),
        ("-o talk.tex still.svg", 1, ["Make it a PDF: optviz plot --from still.svg -o still.pdf"]),
        ("-o talk.html still.pdf", 1, ["Make it a PNG: optviz plot --from still.pdf -o still.png"]),
        ("--snippet markdwn saddle", 2, ["'markdwn'", "Did you mean 'markdown'?"]),
        ("--snippet html -o talk.html saddle", 2, ["--snippet prints lines and -o writes a deck"]),
        ("--snippet html", 2, ["nothing to show"]),
        ("--snippet html missing.gif", 1, ["missing.gif cannot be read"]),
        ("--snippet html sadle", 2, ["'sadle'"]),
        ("--snippet latex 100%.png", 1, ["LaTeX reads no file of that name"]),
        ("--snippet html still.pdf", 1, ["Make it a PNG"]),
    ],
)
def test_refusals(films, refuse, folder, line, code, words):
    for name in ("still.svg", "still.pdf", "plain.webp"):
        shutil.copy(films / name, folder)
    shutil.copy(films / "still.png", folder / "100%.png")
    for name in ("booth.gif", "still.png", "still.svg", "still.pdf"):
        content = (films / name).read_bytes()
        (folder / f"half{Path(name).suffix}").write_bytes(content[: len(content) // 2])
    (folder / "empty.gif").touch()
    (folder / "text.gif").write_text("hello")
    (folder / "page.svg").write_text("<html/>")
    (folder / "video.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    (folder / "video.webm").write_bytes(b"\x1aE\xdf\xa3....")
    (folder / "film.html").write_text("<!doctype html>\n<p>hello")
    (folder / "bomb.svg").write_text('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="s">&a;</svg>')
    (folder / "folder").mkdir()
    message = refuse(code, "slides", *line.split())
    for word in words:
        assert word in message


def test_the_missing_extra_names_itself(refuse, monkeypatch):
    real = optviz.deck.find_spec
    monkeypatch.setattr("optviz.deck.find_spec", lambda name: None if name == "pptx" else real(name))
    assert "pip install 'optviz[slides]'" in refuse(1, "slides", "-o", "talk.pptx", "saddle")


@pytest.mark.parametrize("suffix", DECKS)
def test_what_goes_wrong_leaves_nothing_behind(films, folder, suffix, monkeypatch):
    (folder / f"talk{suffix}").write_bytes(b"precious")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OptvizError, match="No space left"):
        slides(f"talk{suffix}", [films / "film.gif"])
    assert [path.name for path in folder.iterdir()] == [f"talk{suffix}"]
    assert (folder / f"talk{suffix}").read_bytes() == b"precious"


def test_a_deck_of_nothing():
    with pytest.raises(OptvizError, match="a deck of nothing"):
        Deck(title="x", slides=())


# Lines to paste


def test_lines_of_html(films, run):
    result = run("slides", "--snippet", "html", films / "booth.gif", "zigzag")
    [(_, film, _), (_, exhibit, _)] = Page(result.stdout).tags
    assert film == {
        "src": str(films / "booth.gif"),
        "alt": slide_of_file(films / "booth.gif").alt,
        "width": "200",
        "height": "150",
    }
    assert exhibit["src"] == "gallery/zigzag.gif"
    assert load_exhibits()[4].caption.startswith(exhibit["alt"])


def test_lines_of_markdown(films, run, folder):
    shutil.copy(films / "wide.png", folder / "my [wide] one (2).png")
    [line] = run("slides", "--snippet", "markdown", "my [wide] one (2).png").stdout.splitlines()
    assert line == r"![Picture: My \[wide\] one (2).](my%20%5Bwide%5D%20one%20%282%29.png)"


def test_lines_of_latex(films, run, folder):
    shutil.copy(films / "wide.png", folder / "wide_1.png")
    [line] = run("slides", "--snippet", "latex", "wide_1.png").stdout.splitlines()
    assert line == r"\includegraphics[width=\linewidth,alt={Picture: Wide 1.}]{wide_1.png}"
    shutil.copy(films / "film.gif", folder)
    *_, line = run("slides", "--snippet", "latex", "film.gif").stdout.splitlines()
    run("slides", "-o", "film.tex", "film.gif")
    place, first, last = re.search(r"\{([^{}]+)\}\{(\d+)\}\{(\d+)\}", line).groups()
    assert [f"{place}{number:04}.png" for number in range(int(first), int(last) + 1)] == sorted(
        path.as_posix() for path in Path("film-frames").rglob("*.png")
    )


@pytest.mark.parametrize("form", SNIPPETS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_snippet_of_any_text_is_what_it_should_be(films, form, text):
    slide = Slide(name="x", title="x", alt=text, image=open_image(films / "wide.png"))
    line = SNIPPETS[form].write(slide, Path("wide.png"))
    assert "\n" not in line
    if form == "html":
        [(tag, attributes, _)] = Page(line).tags
        assert (tag, attributes["alt"]) == ("img", slide.alt)
    if form == "latex":
        assert_balanced(line)


# Layout and text


@pytest.mark.parametrize("caption", [True, False])
@pytest.mark.parametrize("size", [(800, 600), (1280, 720), (1080, 1080), (3000, 200), (200, 3000), (1, 1)])
def test_places_do_not_overlap(size, caption):
    places = arrange(size, caption=caption)
    assert places.picture.width / places.picture.height == pytest.approx(size[0] / size[1], rel=1e-9)
    rectangles = [
        (each.left, each.top, each.left + each.width, each.top + each.height) for each in places if each.height
    ]
    for left, top, right, bottom in rectangles:
        assert 0 < left < right < WIDTH
        assert 0 < top < bottom < HEIGHT
    assert all(apart(*pair) for pair in itertools.combinations(rectangles, 2))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_fits_its_box(text):
    place = Box(0, 0, 4, 1)
    words, size = fit(text, place, (36, 24, 18))
    assert lines(words, 4 * 72 / size) * size * 1.25 <= 72
    assert text.startswith(words.rstrip("…"))


def test_an_exhibits_words_are_never_cut():
    for exhibit in load_exhibits():
        for size in ((800, 600), (480, 360), (1280, 720)):
            places = arrange(size, caption=True)
            assert fit(exhibit.caption, places.caption, CAPTIONS[:4])[0] == exhibit.caption
            assert fit(exhibit.title, places.title, TITLES[:3])[0] == exhibit.title


def test_names_are_distinct_and_plain():
    names = distinct(["a", "A", "a-2", "é", "é", "../x", "", "n" * 300])
    assert len(set(names)) == len(names) == 8
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", name) for name in names)


# Pictures that are files


@pytest.mark.parametrize(
    ("name", "kind", "size", "frames"),
    [
        ("film.gif", "gif", (40, 30), 3),
        ("film.webp", "webp", (40, 30), 3),
        ("film.png", "apng", (40, 30), 3),
        ("wide.png", "png", (900, 200), 1),
        ("high.jpg", "jpg", (120, 500), 1),
        ("still.pdf", "pdf", (4, 3), 1),
    ],
)
def test_what_kind_a_picture_is(films, tmp_path, name, kind, size, frames):
    (tmp_path / "no.suffix").write_bytes((films / name).read_bytes())
    image = open_image(tmp_path / "no.suffix")
    assert (image.kind, image.size, len(image.durations)) == (kind, size, frames)
    if frames > 1:
        assert image.durations == (200, 200, 200)
        assert Image.open(io.BytesIO(image.last())).convert("RGB").getpixel((5, 5)) == pytest.approx((0, 0, 255), abs=3)


def test_the_proportions_of_an_svg(films):
    width, height = open_image(films / "still.svg").size
    assert width / height == pytest.approx(4 / 3, rel=1e-3)
    assert image_of(b'<svg xmlns="a" width="20mm" height="5mm"/>', "x").size == (20, 5)
    assert image_of(b"<svg/>", "x").size == (4, 3)
    with pytest.raises(ImageError):
        image_of(b"<svg", "x")


def test_samples_are_evenly_spaced_in_time():
    durations = tuple([40] * 199 + [1540])
    numbers, rate = sampled(durations, 48)
    assert (numbers[0], numbers[-1], len(numbers)) == (0, 199, 48)
    assert numbers == sorted(numbers)
    assert len(numbers) / rate == pytest.approx(sum(durations) / 1000, rel=1e-3)
    assert sampled((100, 100), 48) == ([0, 1], 10.0)
