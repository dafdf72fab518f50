"""A deck as one page of HTML that needs nothing from elsewhere: pictures, style and script are in it.

All text is escaped, and a policy in the page's head forbids every request and every script but its own. Without its
script the slides stand one beneath the other. On paper each has a page, with the last frame of its film.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

from optviz.deck.layout import CAPTIONS, TITLES, arrange, fit
from optviz.slide import Deck, Slide
from optviz.themes import rgb
from optviz.writing import Target, atomic_write

_UNITS = 100 / 960  # of the style sheet to the point, of which a slide is 960 wide

_HELP = {
    "→ ↓ space, page down": "next slide",
    "← ↑, page up": "previous slide",
    "home, end": "first, last slide",
    "f": "full screen",
    "n": "notes",
    "s": "films stand still at their last frame, or play",
    "r": "play the film again",
    "?": "this help",
}


def write_html(path: Target, deck: Deck) -> None:
    """Write the page, the same bytes for the same deck."""
    with atomic_write(path) as file:
        file.write(_page(deck).encode())


def _page(deck: Deck) -> str:
    style = "\n".join([_sheet(deck), *(_fitted(number, slide) for number, slide in enumerate(deck.slides, 1))])
    style += "\n" + _file("deck.css")
    script = _file("deck.js")
    policy = (
        f"default-src 'none'; img-src data: blob:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    recipes = ",\n".join(_data(slide) for slide in deck.slides if slide.recipe is not None)
    keys = "".join(f"<dt>{escape(key)}</dt><dd>{escape(does)}</dd>" for key, does in _HELP.items())
    slides = "\n".join(_slide(number, slide, len(deck.slides)) for number, slide in enumerate(deck.slides, 1))
    return f"""\
<!doctype html>
<html lang="en" class="plain">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="optviz">
<title>{escape(deck.title)}</title>
<style>{style}</style>
</head>
<body>
<h1>{escape(deck.title)}</h1>
<main>
{slides}
</main>
<button class="turn back" aria-label="Previous slide">‹</button>
<button class="turn on" aria-label="Next slide">›</button>
<p class="count" aria-live="polite"></p>
<dialog aria-label="Keys"><dl>{keys}</dl></dialog>
<script type="application/json">[{recipes}]</script>
<script type="module">{script}</script>
</body>
</html>
"""


def _slide(number: int, slide: Slide, count: int) -> str:
    image = slide.image
    film, last = f'<img src="{_address(image.media_type, image.content)}" alt="{escape(slide.alt)}"', ""
    if image.moves:
        film += ' class="film"'
        last = f'\n<img class="last" src="{_address("image/png", image.last())}" alt="{escape(slide.alt)}">'
    caption = f'\n<p class="caption">{escape(slide.caption)}</p>' if slide.caption else ""
    notes = f'\n<aside class="notes">{escape(slide.notes)}</aside>' if slide.notes else ""
    shape = _shape(slide)
    return f"""\
<section class="slide {shape}" id="{number}" role="group" aria-roledescription="slide" aria-label="{number} of {count}">
<h2>{escape(fit(slide.title, arrange(image.size, caption=False).title, TITLES)[0])}</h2>
<figure>{film}>{last}</figure>{caption}{notes}
</section>"""


def _shape(slide: Slide) -> str:
    """How the slide is laid out: with its caption beside or beneath the picture, or with the picture alone."""
    if not slide.caption:
        return "alone"
    places = arrange(slide.image.size, caption=True)
    return "beside" if places.caption.top == places.picture.top else "beneath"


def _fitted(number: int, slide: Slide) -> str:
    """The rule that gives a slide its picture's proportions, and its words the size at which they fit."""
    places = arrange(slide.image.size, caption=bool(slide.caption))
    width, height = slide.image.size
    title = fit(slide.title, places.title, TITLES)[1] * _UNITS
    words = fit(slide.caption, places.caption, CAPTIONS)[1] * _UNITS
    return f'[id="{number}"] {{ --ratio: {width / height:.5f}; --title: {title:.3f}; --words: {words:.3f}; }}'


def _sheet(deck: Deck) -> str:
    theme = deck.theme
    scheme = "dark" if sum(rgb(theme.background)) < sum(rgb(theme.ink)) else "light"
    colours = f"--ground: {theme.background}; --ink: {theme.ink}; --quiet: {theme.quiet}"
    return f":root {{ {colours}; color-scheme: {scheme}; }}"


def _data(slide: Slide) -> str:
    """A recipe as a browser takes it for data, whatever its strings hold."""
    assert slide.recipe is not None
    text = slide.recipe.to_text()
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _address(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
