"""Nothing around the making of a picture changes its bytes: matplotlib's settings, its backend, fonts of boxes."""

import os
import subprocess
import sys
from types import SimpleNamespace

import matplotlib as mpl
import pytest

import optviz
from optviz.draw import fonts
from optviz.errors import OptvizWarning

HOSTILE = {
    "agg.path.chunksize": 100,
    "axes.unicode_minus": False,
    "figure.dpi": 31,
    "figure.facecolor": "red",
    "font.family": ["monospace"],
    "font.size": 31,
    "font.stretch": "condensed",
    "font.style": "italic",
    "font.variant": "small-caps",
    "font.weight": "black",
    "image.composite_image": False,
    "lines.antialiased": False,
    "path.simplify": False,
    "path.sketch": (3, 20, 4),
    "path.snap": False,
    "patch.antialiased": False,
    "pdf.compression": 0,
    "pdf.fonttype": 3,
    "pdf.use14corefonts": True,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 2,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.image_inline": False,
    "text.antialiased": False,
    "text.hinting": "none",
    "text.hinting_factor": 1,
    "text.kerning_factor": 6,
    "text.usetex": True,
}
PICTURES = {
    "a.gif": {"curves": ("loss",)},
    "a.webp": {"transparent": True},
    "a.png": {"layout": "panels"},
    "a.svg": {"title": "Ж≈π, a title"},
    "a.pdf": {"curves": ("loss",)},
    "a.html": {"view": "relief"},
    "relief.gif": {"view": "relief"},
}


def written(path, name, options):
    path.mkdir()
    draw = optviz.plot if name.endswith((".png", ".svg", ".pdf")) else optviz.animate
    optimizers = ["sgd:lr=0.01", "momentum:lr=0.005"]
    draw("himmelblau", path / name, optimizers=optimizers, steps=4, size=(300, 200), **options)
    return (path / name).read_bytes()


@pytest.fixture
def forgetful():
    """Nothing is kept of fonts that were found before."""

    def forget():
        fonts.font.cache_clear()
        fonts.families.cache_clear()

    yield forget
    forget()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::matplotlib.MatplotlibDeprecationWarning")
@pytest.mark.parametrize("name", PICTURES)
def test_no_setting_of_matplotlib_changes_a_byte(name, tmp_path, forgetful):
    plain = written(tmp_path / "plain", name, PICTURES[name])
    forgetful()
    hostile = {key: value for key, value in HOSTILE.items() if key in mpl.rcParams}
    with mpl.rc_context(hostile):
        before = dict(mpl.rcParams)
        assert written(tmp_path / "hostile", name, PICTURES[name]) == plain
        assert dict(mpl.rcParams) == before


@pytest.mark.slow
def test_a_matplotlibrc_and_a_backend_that_is_not_installed_change_nothing(tmp_path):
    plain = written(tmp_path / "plain", "a.png", {})
    lines = [f"{key}: {value}" for key, value in HOSTILE.items() if isinstance(value, (str, bool))]
    (tmp_path / "matplotlibrc").write_text("\n".join([*lines, "backend: module://nowhere", "no setting: 5"]))
    command = "plot --surface himmelblau -O sgd:lr=0.01 -O momentum:lr=0.005 --steps 4 --size 300x200 -o b.png"
    told = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "OPTVIZ_CACHE": str(tmp_path / "cache")}
    call = [sys.executable, "-m", "optviz", *command.split()]
    found = subprocess.run(call, cwd=tmp_path, env=os.environ | told, capture_output=True, check=False)
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "b.png").read_bytes() == plain


@pytest.mark.parametrize("box", ["Last Resort High-Efficiency", ".LastResort", "Adobe Blank", "AdobeNotDef"])
def test_a_font_that_draws_every_letter_as_a_box_has_none(box, monkeypatch, forgetful):
    bundled = next(each for each in fonts.fontManager.ttflist if each.name == "DejaVu Sans")
    boxes = SimpleNamespace(name=box, fname="boxes.ttf", style="normal", weight=400)
    read = fonts.FT2Font
    every = SimpleNamespace(get_charmap=lambda: range(0x110000))
    monkeypatch.setattr(fonts, "findSystemFonts", list)
    monkeypatch.setattr(fonts.fontManager, "ttflist", [bundled, boxes])
    monkeypatch.setattr(fonts, "FT2Font", lambda path: every if path == "boxes.ttf" else read(path))
    fonts.installed.cache_clear()
    forgetful()
    for letter, advice in {"优": "install Noto Sans CJK", "ޓ": "the Noto fonts"}.items():  # Chinese, Thaana
        with pytest.warns(OptvizWarning, match=f"no installed font has '{letter}'.*{advice}"):
            assert fonts.families(letter) == ("DejaVu Sans",)
    fonts.installed.cache_clear()
