"""What stands on slides and what is said of pictures, by hand: words, sizes of letters, places, colours, order, notes.

The slides are made here, of small pictures and of recipes that are written out, so that every word that is right is
known without asking optviz.
"""

import io
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from optviz.deck import slides
from optviz.deck.layout import CAPTIONS, HEIGHT, TITLES, WIDTH, arrange, fit, lines
from optviz.deck.snippet import SNIPPETS
from optviz.deck.standing import standing
from optviz.deck.tex import escaped
from optviz.gallery import load_exhibits
from optviz.images import ImageError, image_of, sampled
from optviz.picture import Picture
from optviz.slide import Slide, gifs_first, slide_of_exhibit
from optviz.themes import THEMES
from optviz.wording import alt_of, caption_of, first_sentence, listed, notes_of, title_of
from tests import samples
from tests.decks import Page

pptx = pytest.importorskip("pptx", reason="presentations need the extra slides")

RECIPE = replace(samples.RECIPE, version="9.8.7", runs=(("sgd:lr=0.05", "given"), ("adam:lr=0.5", "given")))


def written(picture, form, **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def film_of(size=(40, 30), durations=(200, 200, 200), form="GIF"):
    """A film whose frame k is red 40·k."""
    frames = [Image.new("RGB", size, (40 * k, 0, 0)) for k in range(len(durations))]
    return image_of(written(frames[0], form, save_all=True, append_images=frames[1:], duration=list(durations)), "film")


def still_of(size=(40, 30)):
    return image_of(written(Image.new("RGB", size, "teal"), "PNG"), "still")


def slide_of(number=0, **options):
    return Slide(
        **{
            "name": f"name {number}",
            "title": f"Title {number}",
            "alt": f"Alt {number}.",
            "caption": f"Caption {number}.",
            "notes": f"Notes {number}.\n\nMore of {number}.",
            "image": film_of(),
        }
        | options
    )


# Words


@pytest.mark.parametrize(
    ("rates", "rules", "words"),
    [
        (("0.05", "0.5"), ("given", "given"), " Learning rates: 0.05 and 0.5, given."),
        (("0.05", "0.5"), ("tuned", "tuned"), " Learning rates: 0.05 and 0.5, tuned by one rule for all."),
        (("0.05", "0.5"), ("same", "same"), " Learning rates: 0.05 and 0.5, the same for all."),
        (("0.05", "0.5"), ("tuned", "given"), " Learning rates: 0.05 and 0.5."),
        (("0.05", "0.05"), ("same", "same"), " Learning rate: 0.05 for all."),
        (("0.0512345", "0.5"), ("given", "given"), " Learning rates: 0.0512345 and 0.5, given."),
        (("0.0512345", "0.5"), ("tuned", "tuned"), " Learning rates: 0.0512 and 0.5, tuned by one rule for all."),
        (("0.05",), ("tuned",), " Learning rate: 0.05, tuned by one rule for all."),
        (("0.05",), ("given",), " Learning rate: 0.05, given."),
    ],
)
def test_what_is_said_of_rates(rates, rules, words):
    names = ("sgd", "adam")
    runs = tuple((f"{name}:lr={rate}", rule) for name, rate, rule in zip(names, rates, rules, strict=False))
    course = "SGD and Adam" if len(rates) == 2 else "SGD"
    assert caption_of(replace(RECIPE, runs=runs)) == f"{course}, 12 steps from (5, −8).{words}"


def test_what_is_said_of_a_film_and_of_a_still():
    told = "the trails of SGD and Adam on a contour map of Booth, 12 steps from (5, −8)."
    still = replace(RECIPE, command="plot", step=7)
    assert alt_of(RECIPE) == f"Animation: {told}"
    assert alt_of(still) == f"Picture of step 7: {told}"
    assert " Seen at step 7. " in caption_of(still)
    assert "Seen" not in caption_of(RECIPE)
    assert " on the surface in 3-D of Booth," in alt_of(replace(RECIPE, picture={"view": "relief"}))
    assert " on a contour map of Booth," in alt_of(replace(RECIPE, picture={"view": "contour"}))


def test_what_is_said_of_starts_and_labels():
    many = tuple((float(k), 0.0) for k in range(64))
    assert ", 12 steps from 64 starts." in caption_of(replace(RECIPE, start=many))
    assert ", 12 steps from (−0.25, 1.5)." in caption_of(replace(RECIPE, start=((-0.25, 1.5),)))
    own = replace(RECIPE, runs=(("sgd:lr=0.05,label=plain", "given"), ("adam:lr=0.05,label=quick", "given")))
    assert caption_of(own).startswith("plain and quick, 12 steps")
    assert title_of(RECIPE) == "Booth"
    assert title_of(replace(RECIPE, picture={"title": " My own "})) == "My own"


def test_notes_hold_the_whole_recipe():
    noisy = replace(RECIPE, noise=0.3, batch_size=16, runs=(("sgd:lr=0.05", "tuned"), ("adam:lr=0.5", "given")))
    assert notes_of(RECIPE).splitlines() == [
        "Recipe, by optviz 9.8.7:",
        "surface booth, 12 steps from (5, −8), seed 3",
        "sgd:lr=0.05 (given)",
        "adam:lr=0.5 (given)",
    ]
    assert notes_of(noisy).splitlines()[1:] == [
        "surface booth, 12 steps from (5, −8), seed 3, noise 0.3, 16 samples a step",
        "sgd:lr=0.05 (tuned)",
        "adam:lr=0.5 (given)",
    ]


def test_what_is_said_of_a_training():
    training = {"data": "digits:split=2", "epochs": 30}
    trained = replace(RECIPE, command="train", surface=None, start=(), training=training)
    assert caption_of(trained) == "SGD and Adam on digits, 30 epochs. Learning rates: 0.05 and 0.5, given."
    assert alt_of(trained) == "Animation of a training: SGD and Adam on digits, 30 epochs."
    assert notes_of(trained).splitlines()[1] == "data digits, 30 epochs, seed 3"
    assert title_of(trained) == "Digits"


@pytest.mark.parametrize("count", range(1, 13))
def test_lists_of_words(count):
    """Eight are named; of more, seven, and how many are left, which are all."""
    words = [f"w{k}" for k in range(count)]
    text = listed(words)
    parts = re.split(", | and ", text)
    assert text.count(" and ") == (count > 1)
    if count <= 8:
        assert parts == words
    else:
        assert parts == [*words[:7], f"{count - 7} more"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("At 0.1 it stalls. The other does not.", "At 0.1 it stalls."),
        ("It ends at 1e−3. (It wins.) So.", "It ends at 1e−3."),
        ("Does it? Yes.", "Does it?"),
        ("One only", "One only"),
        ("Up to e.g. three. Then four.", "Up to e.g. three."),
    ],
)
def test_first_sentences(text, first):
    assert first_sentence(text) == first


def test_the_slide_of_an_exhibit_says_what_to_see():
    exhibit = load_exhibits()[0]
    slide = slide_of_exhibit(exhibit, film_of().content, RECIPE)
    assert slide.title == exhibit.title
    assert slide.caption == exhibit.caption
    assert exhibit.caption.startswith(slide.alt)
    assert len(slide.alt) < len(exhibit.caption)
    notes = slide.notes.split("\n\n")
    assert notes[0] == f"What to see: {exhibit.see}"
    assert notes[1] == exhibit.command
    assert notes[2] == notes_of(RECIPE)


def test_how_long_words_on_slides_may_be():
    slide = slide_of(title="t" * 7000, caption="c" * 7000, alt="a" * 7000, notes="n" * 7000)
    assert [len(each) for each in (slide.title, slide.caption, slide.alt, slide.notes)] == [140, 600, 600, 6000]
    whole = slide_of(title="t" * 140, caption="c" * 600, alt="a" * 600, notes="n" * 6000)
    assert not any(each.endswith("…") for each in (whole.title, whole.caption, whole.alt, whole.notes))


# Places and sizes


def helvetica(name="Helvetica"):
    """The widths of letters in ems, by Adobe's own table, which Arial's are those of."""
    path = Path(mpl.get_data_path()) / "fonts" / "pdfcorefonts" / f"{name}.afm"
    table = re.findall(r"^C (\d+) ; WX (\d+) ;", path.read_text(encoding="latin-1"), re.MULTILINE)
    return {chr(int(code)): int(width) / 1000 for code, width in table}


def test_letters_are_taken_for_as_wide_as_arials_or_a_little_wider():
    for exhibit in load_exhibits():
        for text, widths in ((exhibit.caption, helvetica()), (exhibit.title, helvetica("Helvetica-Bold"))):
            plain = " ".join("".join(letter for letter in text if letter in widths).split())
            exact = sum(widths[letter] for letter in plain)
            estimate = next(width for width in np.arange(0.5, 3, 0.01) if lines(plain, width * exact) == 1)
            assert 0.95 < estimate < 1.35


def test_letters_of_the_east_are_as_wide_as_high():
    assert [lines("漢" * 10, width) for width in (11, 9.5, 4.9)] == [1, 2, 3]


def test_a_word_longer_than_a_line_breaks_within():
    exact = 100 * helvetica()["w"]
    assert lines("w" * 100, 10) >= exact / 10
    assert lines(f"a {'w' * 100} b", 10) > exact / 10


@pytest.mark.parametrize(("sizes", "width", "height"), [(TITLES, 12.1, 1.0), (CAPTIONS, 3.5, 5.5)])
def test_text_is_as_large_as_fits(sizes, width, height):
    """With a quarter of each line's height between lines, and no larger size would do."""
    room = arrange((1, 1), caption=True).title._replace(width=width, height=height)
    for count in range(1, 400, 17):
        text = " ".join(["words of four"] * count)
        words, size = fit(text, room, sizes)
        fits = [each for each in sizes if lines(text, width * 72 / each) * each * 1.25 <= height * 72]
        assert size == (max(fits) if fits else min(sizes))
        assert (words == text) == bool(fits)


@pytest.mark.parametrize("size", [(800, 600), (400, 300), (1280, 720), (300, 600)])
def test_a_caption_stands_beside_unless_the_picture_is_larger_without(size):
    places = arrange(size, caption=True)
    assert places.picture.left == pytest.approx(0.6), "it begins where the title does"
    assert places.caption.left > places.picture.left + places.picture.width
    assert places.caption.width >= 3.5 - 1e-9
    assert places.picture.height * 72 > 300


def test_a_caption_stands_beneath_what_is_wide():
    places = arrange((2000, 500), caption=True)
    assert places.caption.top > places.picture.top + places.picture.height
    assert places.picture.width > 0.85 * WIDTH


@pytest.mark.parametrize("size", [(800, 600), (2000, 500), (300, 900)])
def test_a_picture_alone_lies_in_the_middle(size):
    place = arrange(size, caption=False).picture
    assert place.left + place.width / 2 == pytest.approx(WIDTH / 2)
    assert 1.5 <= place.top <= place.top + place.height <= 7.0 + 1e-9 < HEIGHT


# Presentations


def test_a_presentation_has_slides_in_order_with_all_their_words(tmp_path):
    made = [slide_of(k) for k in range(4)]
    show = pptx.Presentation(str(slides(tmp_path / "talk.pptx", made)))
    for k, (slide, wanted) in enumerate(zip(show.slides, made, strict=True)):
        shapes = {shape.name: shape for shape in slide.shapes}
        assert slide.shapes.title.text_frame.text == f"Title {k}"
        assert shapes["Caption"].text_frame.text == f"Caption {k}."
        assert slide.notes_slide.notes_text_frame.text == wanted.notes
        described = re.findall(r'descr="([^"]*)"', part_of(tmp_path / "talk.pptx", f"ppt/slides/slide{k + 1}.xml"))
        assert described[0] == f"Alt {k}."
        assert all(run.font.bold for run in slide.shapes.title.text_frame.paragraphs[0].runs)
        assert not any(run.font.bold for run in shapes["Caption"].text_frame.paragraphs[0].runs)
        assert str(slide.shapes.title.text_frame.vertical_anchor).startswith("BOTTOM")
        assert str(shapes["Caption"].text_frame.vertical_anchor).startswith("TOP")


def part_of(path, name):
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def test_on_paper_lies_the_last_frame_and_it_goes_when_the_slide_is_shown(tmp_path):
    show = pptx.Presentation(str(slides(tmp_path / "talk.pptx", [slide_of()])))
    pictures = [shape for shape in show.slides[0].shapes if hasattr(shape, "image")]
    assert [shape.name for shape in pictures] == ["name 0", "name 0, last frame"], "the later one lies above"
    with Image.open(io.BytesIO(pictures[1].image.blob)) as last:
        assert last.convert("RGB").getpixel((3, 3)) == (80, 0, 0)
    xml = part_of(tmp_path / "talk.pptx", "ppt/slides/slide1.xml")
    assert re.findall(r'<p:strVal val="(\w+)"', xml) == ["hidden"]
    assert re.findall(r'presetClass="(\w+)"', xml) == ["exit"]
    assert re.findall(r'spTgt spid="(\d+)"', xml) == [str(pictures[1].shape_id)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_of_a_deck_are_its_themes(theme, tmp_path):
    look = THEMES[theme]
    path = slides(tmp_path / "talk.pptx", [slide_of()], theme=theme)
    found = dict(re.findall(r'<a:(\w+)><a:srgbClr val="(\w+)"/>', part_of(path, "ppt/theme/theme1.xml")))
    wanted = {"dk1": look.ink, "lt1": look.background, "dk2": look.quiet}
    wanted |= {f"accent{k + 1}": look.look(k).colour for k in range(6)}
    assert {name: f"#{found[name]}".lower() for name in wanted} == {k: v.lower() for k, v in wanted.items()}
    page = slides(tmp_path / "talk.html", [slide_of()], theme=theme).read_text(encoding="utf-8")
    root = re.search(r":root \{ --ground: (#\w+); --ink: (#\w+); --quiet: (#\w+); color-scheme: (\w+); \}", page)
    assert root.groups() == (look.background, look.ink, look.quiet, theme)
    tex = slides(tmp_path / "talk.tex", [slide_of()], theme=theme).read_text(encoding="utf-8")
    defined = dict(re.findall(r"\\definecolor\{(\w+)\}\{HTML\}\{(\w+)\}", tex))
    assert {name: f"#{colour}".lower() for name, colour in defined.items()} == {
        "ground": look.background.lower(),
        "ink": look.ink.lower(),
        "quiet": look.quiet.lower(),
    }


# Pages


def test_a_page_has_slides_in_order_with_all_their_words(tmp_path):
    images = [film_of((80, 60)), still_of((900, 200)), film_of((20, 60))]
    made = [slide_of(k, image=image) for k, image in enumerate(images)]
    made[2] = replace(made[2], caption="")
    text = slides(tmp_path / "talk.html", made, title="All of it").read_text(encoding="utf-8")
    page = Page(text)
    sections = [attributes for attributes, _ in page.all("section")]
    assert [each["aria-label"] for each in sections] == ["1 of 3", "2 of 3", "3 of 3"]
    assert [each["id"] for each in sections] == ["1", "2", "3"]
    assert [each["class"].split()[1] for each in sections] == ["beside", "beneath", "alone"]
    assert [words for _, words in page.all("h2")] == ["Title 0", "Title 1", "Title 2"]
    assert page.all("title")[0][1] == "All of it"
    assert [words for _, words in page.all("aside")] == [each.notes for each in made]
    assert [words for attributes, words in page.all("p") if attributes.get("class") == "caption"] == [
        "Caption 0.",
        "Caption 1.",
    ]
    shown = [attributes for attributes, _ in page.all("img")]
    assert [each["alt"] for each in shown] == ["Alt 0.", "Alt 0.", "Alt 1.", "Alt 2.", "Alt 2."]
    rules = re.findall(r'\[id="(\d)"\] \{ --ratio: ([\d.]+); --title: ([\d.]+); --words: ([\d.]+); \}', text)
    assert [number for number, *_ in rules] == ["1", "2", "3"]
    assert [float(ratio) for _, ratio, *_ in rules] == pytest.approx([4 / 3, 4.5, 1 / 3], abs=1e-4)
    for _, _, title, words in rules[:2]:
        assert float(title) == pytest.approx(100 * 38 / 960, abs=1e-3), "percent of a slide that is 960 points wide"
        assert float(words) == pytest.approx(100 * 22 / 960, abs=1e-3)


# Beamer


def test_a_beamer_file_has_slides_in_order_with_all_their_words(tmp_path):
    images = [film_of((800, 600), durations=(100, 100, 100, 500)), still_of((900, 200))]
    made = [slide_of(k, image=image) for k, image in enumerate(images)]
    text = slides(tmp_path / "talk.tex", made, title="All of it").read_text(encoding="utf-8")
    assert re.findall(r"\\begin\{frame\}\{(.*)\}", text) == ["Title 0", "Title 1"]
    assert r"\title{All of it}" in text
    assert re.findall(r"\\note\{(.*)\\\\", text) == ["Notes 0.", "Notes 1."]
    assert [text.count(f"Caption {k}.") for k in (0, 1)] == [1, 1]
    said = [bytes.fromhex(word).decode("utf-16-be") for word in re.findall(r"Alt=([0-9A-F]+)", text)]
    assert said == ["Alt 0.", "Alt 1."]
    sides = [tuple(map(float, found)) for found in re.findall(r"width=([\d.]+)cm,height=([\d.]+)cm", text)]
    assert [width / height for width, height in sides] == pytest.approx([4 / 3, 4.5], rel=0.01)
    for image, (width, _) in zip(images, sides, strict=True):
        place = arrange(image.size, caption=True).picture
        assert width == pytest.approx(place.width * 16 / WIDTH, abs=0.01), "of paper that is 16 cm wide"
    letters = re.findall(r"\{frametitle\}\{size=\\fontsize\{([\d.]+)\}\{([\d.]+)\}", text)
    for size, leading in letters:
        assert float(size) == pytest.approx(38 * 256 / 540, abs=0.06), "9 cm of paper are 256 points, a slide 540"
        assert float(leading) == pytest.approx(1.25 * float(size), abs=0.1)
    [(options, rate, last)] = re.findall(r"\\animategraphics\[([^\]]*)\]\{([\d.]+)\}\{[^}]*\}\{0000\}\{(\d+)\}", text)
    assert options.startswith("autoplay,loop,poster=last,")
    assert float(rate) * 0.8 == pytest.approx(int(last) + 1), "as many frames as last for the film's time"


@pytest.mark.parametrize(
    ("letter", "command"),
    [
        ("≤", r"\leq"),
        ("≥", r"\geq"),
        ("≈", r"\approx"),
        ("≠", r"\neq"),
        ("→", r"\rightarrow"),
        ("←", r"\leftarrow"),
        ("∞", r"\infty"),
        ("∇", r"\nabla"),
        ("∂", r"\partial"),
        ("∑", r"\sum"),
        ("−", "-"),
        ("²", "^{2}"),
        ("₇", "_{7}"),
        ("λ", r"\lambda"),
        ("Ω", r"\Omega"),
        ("ε", r"\epsilon"),
    ],
)
def test_mathematics_in_latex(letter, command):
    assert escaped(f"a{letter}b") == rf"a\ensuremath{{{command}}}b"


# Frames that stand


def test_frames_that_stand_have_the_numbers_of_their_own_step():
    """A film of a step a frame at 50 a second: its numbers change once in 200 ms, every tenth frame."""
    recipe = replace(RECIPE, steps=100, picture={"frames": 101, "fps": 50.0, "hold": 1.0})
    shots = Picture(frames=101, fps=50.0, hold=1.0).timeline(100).shots
    slide = slide_of(image=replace(still_of(), durations=tuple(shot.duration for shot in shots)), recipe=recipe)
    for number, found in zip(range(len(shots)), standing(slide, range(len(shots))), strict=True):
        own = [k for k, shot in enumerate(shots) if shot.reading == shot.step]
        assert found == max(k for k in own if k <= number)
    other = replace(slide, image=replace(slide.image, durations=(100, 100, 100)))
    assert standing(other, [0, 1, 2]) == [0, 1, 2], "the recipe is not that of this film"
    assert standing(replace(slide, recipe=None), [3, 5]) == [3, 5]


# Snippets


def test_snippets_of_a_wide_picture():
    slide = slide_of(image=still_of((900, 200)), alt="The a_b of *c* [d] $e$ <f>")
    [(attributes, _)] = Page(SNIPPETS["html"].write(slide, Path("wide.png"))).all("img")
    assert attributes == {"src": "wide.png", "alt": slide.alt, "width": "900", "height": "200"}
    assert SNIPPETS["markdown"].write(slide, Path("wide.png")) == (
        r"![The a\_b of \*c\* \[d\] \$e\$ \<f\>](wide.png)".replace(r"\>", r"\>")
    )


# Pictures that are files


def test_frames_without_a_duration_last_a_tenth_of_a_second():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "green", "blue")]
    assert image_of(written(frames[0], "GIF", save_all=True, append_images=frames[1:]), "x").durations == (100,) * 3


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        (b'<svg xmlns="s" viewBox="5 7 300 100"/>', (300, 100)),
        (b'<svg xmlns="s" viewBox="0,0,30,10" width="9" height="9"/>', (30, 10)),
        (b'<svg xmlns="s" width="20mm" height="5mm"/>', (20, 5)),
        (b'<svg xmlns="s" width="50%" height="5"/>', (4, 3)),
        (b'<svg xmlns="s" viewBox="0 0 0 10"/>', (4, 3)),
    ],
)
def test_proportions_of_svgs(svg, size):
    assert image_of(svg, "x").size == size


@pytest.mark.parametrize("size", [(8001, 8000), (100_000, 641), (641, 100_000)])
def test_a_picture_of_more_pixels_than_are_allowed(size):
    """64 million; it is refused by what it says of itself, before it is unpacked."""
    small = written(Image.new("1", (8, 8)), "PNG")
    head = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + small[24:29]
    with pytest.raises(ImageError, match="MAX_PIXELS"):
        image_of(small[:16] + head + zlib.crc32(b"IHDR" + head).to_bytes(4, "big") + small[33:], "x")


@pytest.mark.parametrize("durations", [(700, 30, 30, 30, 1500), (700, 30, 30, 30, 10)])
def test_samples_of_films_of_uneven_times(durations):
    """Frame k is sampled where the film shows it; the last is the film's last."""
    numbers, rate = sampled(durations, 48)
    moments = [sum(durations) * k / 5 for k in range(5)]
    shown = [next(k for k in range(5) if moment < sum(durations[: k + 1])) for moment in moments]
    assert numbers == [*shown[:-1], 4]
    assert rate == pytest.approx(5000 / sum(durations), abs=1e-3)


def test_a_gif_that_is_named_already_is_there_once(tmp_path):
    for name in ("a.webp", "b.webp", "a.gif"):
        (tmp_path / name).write_bytes(film_of(form=name[2:]).content)
    given = [tmp_path / "a.webp", tmp_path / "b.webp", tmp_path / "a.gif"]
    with pytest.warns(match="left out"):
        assert gifs_first(given, ["gif"]) == given[1:]
    with pytest.warns(match="replaced"):
        assert gifs_first(given[:2], ["gif"]) == [given[2], given[1]]
    assert gifs_first(given, ["gif", "webp"]) == given
