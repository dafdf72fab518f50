"""Themes: colours that every eye can tell apart, letters that can be read, and a user's own theme, checked."""

import json
import re
from dataclasses import asdict, fields, replace
from itertools import combinations

import numpy as np
import pytest

from optviz.draw.shade import BANDS
from optviz.errors import ArgumentError, OptvizError, UnknownNameError
from optviz.themes import PRESETS, THEMES, Theme, load_theme, theme_of
from tests import colour, fuzz_python

CLASSIC = 5
"""The first slots: sgd, momentum, adagrad, rmsprop, adam."""

COLOURED = [name for name in THEMES if name != "print"]

# The least CIEDE2000 that two colours of a theme are apart; what the themes reach is a little above.
APART_CLASSIC = {"normal": 20.0, "protanopia": 12.0, "deuteranopia": 12.0, "tritanopia": 12.0}
APART_ALL = {"normal": 14.5, "protanopia": 9.5, "deuteranopia": 9.5, "tritanopia": 9.5}
APART_MAP = {"normal": 16.0, "protanopia": 15.0, "deuteranopia": 15.0, "tritanopia": 12.5}
APART_BACKGROUND = 35.0
APART_INK = 13.0
APART_GREYS = 17.0  # of the print theme, among the runs and between them and the map

READABLE = 4.5  # WCAG's contrast for text of any size: letters, and names in the colours of their runs


def labs(colours, vision):
    return colour.lab(colour.seen(colours, vision))


def nearest(colours, vision):
    """The least distance between two of the colours (n, 3)."""
    seen = labs(colours, vision)
    one, other = np.triu_indices(len(seen), 1)
    return colour.distance(seen[one], seen[other]).min()


def map_colours(theme):
    """Every band of the map, and its contours: each band mixed with the contours' colour at full strength."""
    stops, line = colour.srgb(theme.ramp), colour.srgb([theme.isoline])
    at = np.linspace(0, len(stops) - 1, 4 * BANDS)
    bands = np.stack([np.interp(at, range(len(stops)), stops[:, channel]) for channel in range(3)], axis=-1)
    return np.concatenate([bands, bands + (line - bands) * theme.isoline_alpha])


@pytest.mark.parametrize("vision", colour.VISIONS)
@pytest.mark.parametrize("name", COLOURED)
def test_colours_of_runs_are_apart_for_every_eye(name, vision):
    palette = colour.srgb(THEMES[name].palette)
    assert len(palette) == 8
    assert nearest(palette[:CLASSIC], colour.VISIONS[vision]) >= APART_CLASSIC[vision]
    assert nearest(palette, colour.VISIONS[vision]) >= APART_ALL[vision]


@pytest.mark.parametrize("vision", colour.VISIONS)
@pytest.mark.parametrize("name", THEMES)
def test_runs_stand_out_from_map_background_and_ink(name, vision):
    theme, eye = THEMES[name], colour.VISIONS[vision]
    runs = labs(colour.srgb(theme.palette), eye)[:, None]
    assert colour.distance(runs, labs(map_colours(theme), eye)).min() >= APART_MAP[vision]
    assert colour.distance(runs, labs(colour.srgb([theme.background]), eye)).min() >= APART_BACKGROUND
    if name in COLOURED:
        assert colour.distance(runs, labs(colour.srgb([theme.ink]), eye)).min() >= APART_INK


def test_printed_runs_differ_by_line_style_or_by_grey():
    theme = THEMES["print"]
    assert all(len({each[1:3], each[3:5], each[5:]}) == 1 for each in (*theme.palette, *theme.ramp, theme.isoline))
    greys = colour.srgb(theme.palette)
    assert nearest(greys, colour.GREYSCALE) >= APART_GREYS
    runs, ground = labs(greys, colour.GREYSCALE), labs(map_colours(theme), colour.GREYSCALE)
    assert colour.distance(runs[:, None], ground).min() >= APART_GREYS
    assert runs[:, 0].max() < ground[:, 0].min() - 15, "every trail is darker than every map grey"


@pytest.mark.parametrize("name", THEMES)
def test_letters_can_be_read(name):
    theme = THEMES[name]
    letters = colour.srgb([theme.ink, theme.quiet, *theme.palette])
    assert colour.contrast(letters, colour.srgb([theme.background])).min() >= READABLE
    least = 15 if name.startswith("slide-") else 9
    assert theme.text - 1 >= least, "names stand a point below text where there are many"
    assert theme.heading >= 1.4 * theme.text
    assert theme.head > theme.casing > theme.trail


@pytest.mark.parametrize("name", THEMES)
def test_every_run_has_a_look_of_its_own(name):
    theme = THEMES[name]
    count = len(theme.palette) * len(theme.dashes)
    looks = [theme.look(slot) for slot in range(count)]
    assert count >= (64 if name in COLOURED else 24)
    assert len(set(looks)) == count
    assert looks[: len(theme.palette)] == [(each, ()) for each in theme.palette]
    assert theme.look(count + 3) == looks[3]


@pytest.mark.parametrize(("one", "other"), list(combinations(THEMES["light"].dashes, 2)))
def test_line_styles_differ_by_more_than_a_hair(one, other):
    """Seen from any place of theirs, two styles differ over at least a seventh of the line."""
    at = np.arange(0, 60, 0.05)

    def inked(dash, shift):
        if not dash:
            return np.ones(at.shape, dtype=bool)
        return np.searchsorted(np.cumsum(dash), (at + shift) % sum(dash), side="right") % 2 == 0

    assert min(np.mean(inked(one, 0) != inked(other, shift)) for shift in np.arange(0, 10, 0.2)) > 1 / 7


# Sharma, Wu & Dalal (2005), table 1: the pairs that catch wrong means of hues, wrong turns and a wrong bend at blue.
PAIRS = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((50.0, -0.001, 2.49), (50.0, 0.0009, -2.49), 4.8045),
    ((50.0, -0.001, 2.49), (50.0, 0.0011, -2.49), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_the_distance_is_ciede2000(one, other, expected):
    one, other = np.array(one), np.array(other)
    assert colour.distance(one, other) == pytest.approx(expected, abs=6e-5)
    assert colour.distance(other, one) == pytest.approx(expected, abs=6e-5)


def test_colours_are_converted_and_compared_as_published():
    assert labs(colour.srgb(["#ff0000"]), np.eye(3))[0] == pytest.approx([53.2408, 80.0925, 67.2032], abs=1e-3)
    assert labs(colour.srgb(["#0000ff"]), np.eye(3))[0] == pytest.approx([32.2970, 79.1875, -107.8602], abs=1e-3)
    assert colour.contrast(*colour.srgb(["#000000", "#ffffff"])) == pytest.approx(21)
    assert colour.contrast(*colour.srgb(["#767676", "#ffffff"])) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("vision", [*colour.VISIONS.values(), colour.GREYSCALE])
def test_greys_look_the_same_to_every_eye(vision):
    greys = colour.srgb(["#000000", "#5a5a5a", "#ffffff"])
    assert np.allclose(colour.seen(greys, vision), colour.linear(greys), atol=1e-4)


@pytest.mark.parametrize(
    ("vision", "one", "other"),
    [
        ("protanopia", "#c04040", "#5a6340"),
        ("deuteranopia", "#c06040", "#7f8041"),
        ("tritanopia", "#4090c0", "#2b99a0"),
    ],
)
def test_what_a_deficiency_confuses_is_near_in_its_simulation(vision, one, other):
    pair = colour.srgb([one, other])
    assert nearest(pair, colour.VISIONS[vision]) < nearest(pair, np.eye(3)) / 2


def written(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_changes_what_it_says_and_inherits_the_rest(tmp_path):
    theme = load_theme(
        written(tmp_path, 'base = "dark"\nink = "#FFFFFF"\npalette = ["#ff0000", "#00ff00"]\ntext = 12\n')
    )
    expected = {"name": "mine", "ink": "#FFFFFF", "palette": ("#ff0000", "#00ff00"), "text": 12}
    assert theme == replace(THEMES["dark"], **expected)
    assert load_theme(written(tmp_path, "")) == replace(THEMES["light"], name="mine")
    assert load_theme(written(tmp_path, 'name = "ours"\ndashes = [[], [2, 1.5]]')).dashes == ((), (2, 1.5))


def test_a_casing_grows_with_its_trail_unless_it_is_given(tmp_path):
    light = THEMES["light"]
    assert load_theme(written(tmp_path, "trail = 8")).casing == pytest.approx(8 + light.casing - light.trail)
    assert load_theme(written(tmp_path, "trail = 8\ncasing = 9")).casing == 9


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_is_plain_data(name):
    stored = json.loads(json.dumps(asdict(THEMES[name])))
    assert theme_of(stored) == THEMES[name]


WRONG = {
    'palete = ["#ffffff"]': ["palete", "Did you mean 'palette'?"],
    'base = "darc"': ["darc", "Did you mean 'dark'?"],
    "base = 3": ["3", "light"],
    'ink = "white"': ["ink", "'white'", "#rrggbb"],
    'ink = "#fff"': ["ink", "#rrggbb"],
    'ink = "#ffffff\\n"': ["ink", "#rrggbb"],
    "ink = 7": ["ink", "7", "#rrggbb"],
    "palette = []": ["palette", "1 to 64", "[]"],
    'palette = "#ffffff"': ["palette", "1 to 64"],
    'palette = ["#ffffff", "red"]': ["palette", "'red'", "#rrggbb"],
    f"palette = {['#ffffff'] * 65}": ["palette", "1 to 64"],
    "ramp = []": ["ramp", "1 to 64"],
    "trail = 0": ["trail", "(0, 20]"],
    f"trail = 1{'0' * 400}": ["trail", "(0, 20]"],
    f"{'x' * 2000} = 1": ["xxx"],
    "trail = true": ["trail", "(0, 20]", "True"],
    "trail = nan": ["trail", "(0, 20]"],
    "head = 1e9": ["head", "(0, 60]", "1000000000.0"],
    f"head = 1{'0' * 400}": ["head", "(0, 60]"],
    'text = "12"': ["text", "[4, 72]", "'12'"],
    "text = [12, [1]]": ["text", "[4, 72]"],
    "isoline_alpha = 1.1": ["isoline_alpha", "[0, 1]", "1.1"],
    "trail = 5\ncasing = 4": ["casing", "trail", "5", "4"],
    "dashes = []": ["dashes", "line styles"],
    "dashes = [[1, 1]]": ["dashes", "the first of them []"],
    "dashes = [[], [1]]": ["dashes", "by turns"],
    "dashes = [[], [1, 0]]": ["dashes", "(0, 50]"],
    "dashes = [[], 3]": ["dashes"],
    'title = ""': ["title", "line of text"],
    "name = 1": ["name", "line of text"],
    'title = "a\\nb"': ["title", "line of text"],
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:24])
def test_a_wrong_value_is_named_with_its_file_and_what_is_allowed(text, tmp_path):
    path = written(tmp_path, text)
    with pytest.raises(ArgumentError) as caught:
        load_theme(path)
    message = str(caught.value)
    assert all(part in message for part in [path, *WRONG[text]]), message
    assert len(message.splitlines()) == 1
    assert len(message) < 400 + len(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ink = #fff", "line 1"),
        (b'ink = "#ffffff"\n\nquiet == 3', "line 3"),
        (b'ink = "\xff\xfe"', "UTF-8"),
        (b"a = " + b"[" * 5000, "not TOML"),
        (b"head = 1" + b"0" * 5000, "not TOML"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(content, said, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(OptvizError, match=re.escape(said)) as caught:
        load_theme(str(path))
    assert str(path) in str(caught.value)
    assert not isinstance(caught.value, ArgumentError)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(OptvizError, match=r"nowhere\.toml cannot be read: No such file"):
        load_theme(str(tmp_path / "nowhere.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(OptvizError, match="cannot be read"):
        load_theme(str(tmp_path / "folder.toml"))


def test_names_are_forgiven_their_spelling_and_the_nearest_is_offered():
    assert load_theme(" Slide_Dark ") is THEMES["slide-dark"]
    with pytest.raises(UnknownNameError, match=r"Did you mean 'slide-light'\?.*mine\.toml"):
        load_theme("slide-ligth")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
@pytest.mark.parametrize("name", THEMES)
def test_a_preset_enlarges_lines_and_letters_and_keeps_colours(name, preset):
    theme, fitted = THEMES[name], preset.fit(THEMES[name])
    assert all(getattr(fitted, key) >= least for key, least in preset.lengths.items())
    assert (fitted.palette, fitted.ramp, fitted.background) == (theme.palette, theme.ramp, theme.background)
    assert preset.fit(fitted) == fitted


def test_a_slide_is_read_from_the_back_row(tmp_path):
    slide = PRESETS["slide"]
    assert slide.fit(THEMES["light"]) is THEMES["slide-light"]
    assert slide.fit(THEMES["dark"]) is THEMES["slide-dark"]
    scale = min(slide.size[0] / 800, slide.size[1] / 600) * 100 / 72  # pixels a point
    assert all((slide.fit(theme).text - 1) * scale >= 25 for theme in THEMES.values())
    own = theme_of({"name": "light", "ink": "#ff0000", "text": 30, "heading": 50})
    assert slide.fit(own) == replace(own, **{**slide.lengths, "text": 30, "heading": 50})


@pytest.mark.parametrize("field", [each.name for each in fields(Theme)])
def test_values_that_raise_when_they_are_looked_at_are_refused(field):
    hostile = fuzz_python.Hostile()
    for value in (hostile, [hostile], [(), hostile]):
        with pytest.raises(ArgumentError, match=field):
            replace(THEMES["light"], **{field: value})
