"""Beamer files: read as LaTeX reads them, and set by pdflatex where it is."""

import re
import shutil
import subprocess
import warnings

import numpy as np
import pytest
from PIL import Image

from optviz.deck import slides
from optviz.deck.tex import MOST_FRAMES, escaped
from optviz.errors import OptvizWarning, OutputError
from optviz.images import open_image
from optviz.slide import Slide, slide_of_file
from tests.decks import HOSTILE, assert_balanced, make_films


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return make_films(tmp_path_factory.mktemp("films"))


def shown(tex):
    """Every file that the document reads, by its two commands for pictures."""
    text = tex.read_text(encoding="utf-8")
    found = re.findall(r"\\includegraphics\[[^\]]*\]\{([^{}]+)\}", text)
    for place, first, last in re.findall(r"\\animategraphics\[[^\]]*\]\{[\d.]+\}\{([^{}]+)\}\{(\d+)\}\{(\d+)\}", text):
        found += [f"{place}{number:0{len(first)}}.png" for number in range(int(first), int(last) + 1)]
    return [tex.parent / name for name in found]


@pytest.mark.slow
def test_every_file_that_is_named_is_there_and_no_other(films, tmp_path):
    names = ["booth.gif", "still.png", "still.pdf", "high.jpg", "plain.webp", "film.webp", "film.png", "booth.gif"]
    tex = slides(tmp_path / "my talk_1.tex", [films / name for name in names])
    files = shown(tex)
    assert len(files) == len(set(files)) > len(names)
    folder = tmp_path / "my-talk-1-frames"
    assert {path for path in folder.rglob("*") if path.is_file()} == {*files, folder / "README.txt"}
    assert tex.read_text(encoding="utf-8").count(r"\begin{frame}") == len(names)
    assert (folder / "high.jpg").read_bytes() == (films / "high.jpg").read_bytes()
    for path in files:
        if path.suffix != ".pdf":
            with Image.open(path) as image:
                image.load()
                assert image.format in ("PNG", "JPEG")


def test_frames_are_the_films(films, tmp_path):
    files = shown(slides(tmp_path / "talk.tex", [films / "booth.gif"]))
    with Image.open(films / "booth.gif") as film:
        for path, number in ((files[0], 0), (files[-1], film.n_frames - 1)):
            film.seek(number)
            assert np.array_equal(np.asarray(Image.open(path).convert("RGB")), np.asarray(film.convert("RGB")))


def test_a_long_film_is_thinned(tmp_path):
    frames = [Image.new("RGB", (8, 8), (number, 0, 0)) for number in range(200)]
    frames[0].save(tmp_path / "long.gif", save_all=True, append_images=frames[1:], duration=40)
    tex = slides(tmp_path / "talk.tex", [tmp_path / "long.gif"])
    files = shown(tex)
    reds = [Image.open(path).convert("RGB").getpixel((0, 0))[0] for path in files]
    assert len(files) == MOST_FRAMES
    assert (reds[0], reds[-1]) == (0, 199)
    assert np.diff(reds).max() <= 9
    [rate] = re.findall(r"\\animategraphics\[autoplay,loop,poster=last,[^\]]*\]\{([\d.]+)\}", tex.read_text())
    assert MOST_FRAMES / float(rate) == pytest.approx(8, rel=0.01)


def test_the_same_deck_has_the_same_bytes(films, tmp_path):
    def contents(name):
        folder = tmp_path / name
        folder.mkdir()
        slides(folder / "talk.tex", [films / "booth.gif"])
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert contents("a") == contents("b")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_is_text_to_latex(films, tmp_path, text):
    slide = Slide(name=text, title=text, caption=text, notes=text, alt=text, image=open_image(films / "wide.png"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptvizWarning)
        source = slides(tmp_path / "talk.tex", [slide], title=text).read_text(encoding="utf-8")
    lines = [line for line in source.splitlines() if not line.startswith("%")]
    assert_balanced("\n".join(lines))
    assert not any(re.search(r"(?<!\\)%", line) for line in lines)
    commands = set(re.findall(r"\\[A-Za-z]+", "\n".join(lines)))
    assert r"\input" not in commands
    assert source.count(r"\end{document}") == 1


def test_every_special_letter_is_escaped():
    for letter in "\\{}$&#%_~^":
        assert escaped(letter) != letter
        assert_balanced(escaped(letter))
    assert escaped("--x") == "-{}-{}x"
    assert escaped("β₁ ← √v²") == (
        r"\ensuremath{\beta}\ensuremath{_{1}} \ensuremath{\leftarrow} \ensuremath{\surd}v\ensuremath{^{2}}"
    )


def test_letters_that_pdflatex_lacks_are_told(films, tmp_path):
    slide = Slide(name="x", title="경사", alt="x", image=open_image(films / "wide.png"))
    with pytest.warns(OptvizWarning, match="pdflatex has no 경 사"):
        slides(tmp_path / "talk.tex", [slide])


def test_a_folder_of_somebody_elses_is_left_alone(films, folder, refuse):
    (folder / "talk-frames").mkdir()
    (folder / "talk-frames" / "thesis.docx").write_text("years of work")
    message = refuse(1, "slides", "-o", "talk.tex", str(films / "booth.gif"))
    assert "talk-frames would be replaced, and holds thesis.docx" in message
    (folder / "talk-frames" / "thesis.docx").rename(folder / "talk-frames" / "mine.png")
    with pytest.raises(OutputError, match=r"holds mine\.png"):
        slides(folder / "talk.tex", [films / "booth.gif"])


def test_an_older_deck_is_replaced(films, tmp_path):
    slides(tmp_path / "talk.tex", [films / "booth.gif"])
    tex = slides(tmp_path / "talk.tex", [films / "wide.png"])
    assert {path.name for path in (tmp_path / "talk-frames").iterdir()} == {"wide.png", "README.txt"}
    assert all(path.is_file() for path in shown(tex))
    assert {path.name for path in tmp_path.iterdir()} == {"talk.tex", "talk-frames"}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pdflatex_sets_it(films, tmp_path, theme):
    for package in ("beamer.cls", "animate.sty", "accsupp.sty"):
        if subprocess.run(["kpsewhich", package], capture_output=True, check=False).returncode:
            pytest.skip(f"LaTeX has no {package}")
    image = open_image(films / "film.gif")
    hostile = [
        Slide(name=name, title=text, caption=text, notes=text, alt=text, image=image) for name, text in HOSTILE.items()
    ]
    files = [slide_of_file(films / name) for name in ("booth.gif", "wide.png", "still.pdf")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptvizWarning)
        slides(tmp_path / "talk.tex", [*files, *hostile], theme=theme)
    for _ in range(2):
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "talk.tex"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-3000:]
    log = (tmp_path / "talk.log").read_text(encoding="utf-8", errors="replace")
    assert f"({len(files) + len(hostile)} pages" in log
    assert "Overfull \\vbox" not in log
    if shutil.which("pdftoppm"):
        subprocess.run(
            ["pdftoppm", "-r", "50", "-png", "-f", "1", "-l", "1", "talk.pdf", "page"], cwd=tmp_path, check=True
        )
        [page] = tmp_path.glob("page*.png")
        ground = {"light": (255, 255, 255), "dark": (15, 20, 25)}[theme]
        assert Image.open(page).convert("RGB").getpixel((3, 3)) == pytest.approx(ground, abs=3)
