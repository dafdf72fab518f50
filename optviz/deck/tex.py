r"""A deck as a Beamer file, with its pictures in a folder beside it.

Films become frames for ``\animategraphics`` of the package animate: evenly spaced in time, so many at most that the
folder stays small, and such as have the numbers of their own step. The last one is the poster, which is seen on paper,
and in viewers that play nothing.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import Path

from optviz.deck.layout import CAPTIONS, TITLES, WIDTH, arrange, fit
from optviz.deck.standing import standing
from optviz.errors import OptvizWarning, OutputError
from optviz.images import ImageFile, png_of, sampled
from optviz.slide import Deck, Slide, distinct
from optviz.writing import atomic_folder, atomic_write, check_writable

MOST_FRAMES = 48
"""Of a film; more of them are left out, evenly."""

_CM = 16 / WIDTH  # of Beamer's paper to the inch
_POINTS = 256 / 540  # of it to the point of a slide
_README = "README.txt"
_ABOUT = "Pictures of a deck, by optviz: they are replaced when it is written again.\n"
_OURS = re.compile(rf"{re.escape(_README)}|[a-z0-9-]+(/frame-\d{{4}})?\.(png|jpg|pdf)|[a-z0-9-]+")

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': "''",
    "-": "-{}",
    **{letter: f"\\{letter}" for letter in "{}$&#%_"},
}
_MATHS = {
    "−": "-",
    "←": r"\leftarrow",
    "→": r"\rightarrow",
    "≤": r"\leq",
    "≥": r"\geq",
    "≈": r"\approx",
    "≠": r"\neq",
    "√": r"\surd",
    "∞": r"\infty",
    "∏": r"\prod",
    "∑": r"\sum",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∈": r"\in",
    "′": "'",
    "‖": r"\|",
    "⋅": r"\cdot",
    **{letter: f"^{{{unicodedata.digit(letter)}}}" for letter in "⁰¹²³⁴⁵⁶⁷⁸⁹"},
    **{letter: f"_{{{unicodedata.digit(letter)}}}" for letter in "₀₁₂₃₄₅₆₇₈₉"},
    "ₜ": "_{t}",
    "ᵢ": "_{i}",
    "⁻": "^{-}",
}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)")
_AS_MATHS = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu"),
    *("xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
)
_KNOWN = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßŒœŠšŽžČčĞğİıŁłŞş–—‘’“”„…•§©®°±×÷·µ¿¡€™†‡½¼¾"


def write_tex(path: Path, deck: Deck) -> None:
    """Write the file and the folder of its pictures, the same bytes for the same deck.

    Raises:
        OutputError: They cannot be written, or the folder there holds something else.
    """
    folder = path.with_name(frames_folder(path.stem))
    check_writable(folder, folder=True)
    _check_folder(folder)
    names = distinct(slide.name for slide in deck.slides)
    with atomic_folder(folder, _check_folder) as room:
        (room / _README).write_text(_ABOUT)
        pictures = [_put(slide, room, name) for slide, name in zip(deck.slides, names, strict=True)]
        frames = [
            _frame(slide, f"{folder.name}/{name}", kind)
            for slide, name, kind in zip(deck.slides, names, pictures, strict=True)
        ]
        with atomic_write(path) as file:
            file.write(_document(deck, frames).encode())


def frames_folder(stem: str) -> str:
    """The name of the folder for a deck's pictures: one that LaTeX reads without ado."""
    return f"{distinct([stem])[0]}-frames"


def graphics(image: ImageFile, place: str, options: str) -> str:
    r"""The command that shows a picture; a film's frames are ``PLACE/frame-0000.png`` and so on.

    Example:
        >>> print(graphics(ImageFile(kind="png", content=b"", size=(4, 3)), "talk-frames/saddle", r"width=\linewidth"))
        \includegraphics[width=\linewidth]{talk-frames/saddle}
    """
    if not image.moves:
        return rf"\includegraphics[{options}]{{{place}}}"
    numbers, rate = sampled(image.durations, MOST_FRAMES)
    first, last = f"{0:04}", f"{len(numbers) - 1:04}"
    return rf"\animategraphics[autoplay,loop,poster=last,{options}]{{{rate:g}}}{{{place}/frame-}}{{{first}}}{{{last}}}"


def spoken(picture: str, alt: str) -> str:
    """The picture, with what a screen reader says of it; in figures, so that it is no text to LaTeX."""
    said = alt.encode("utf-16-be").hex().upper()
    return rf"\BeginAccSupp{{method=hex,unicode,Alt={said}}}{picture}\EndAccSupp{{}}"


def escaped(text: str) -> str:
    r"""The text for LaTeX to set: nothing in it is a command.

    Example:
        >>> print(escaped(r"50% of $x_1$ \ β"))
        50\% of \$x\_1\$ \textbackslash{} \ensuremath{\beta}
    """
    return "".join(_SPECIAL.get(letter) or _symbol(letter) or letter for letter in text)


def _put(slide: Slide, room: Path, name: str) -> str:
    """Put a picture into the folder, as what pdflatex can read; returns the kind it has there."""
    image = slide.image
    if image.moves:
        (room / name).mkdir()
        numbers, _ = sampled(image.durations, MOST_FRAMES)
        for number, frame in enumerate(image.frames(standing(slide, numbers))):
            (room / name / f"frame-{number:04}.png").write_bytes(png_of(frame))
        return "png"
    kind = image.kind if image.kind in ("png", "jpg", "pdf") else "png"
    (room / f"{name}.{kind}").write_bytes(image.content if kind == image.kind else image.last())
    return kind


def _frame(slide: Slide, place: str, kind: str) -> str:
    """A slide as Beamer calls it: a frame."""
    places = arrange(slide.image.size, caption=bool(slide.caption))
    title, large = fit(slide.title, places.title, TITLES)
    width, height = places.picture.width * _CM, places.picture.height * _CM
    options = f"width={width:.2f}cm,height={height:.2f}cm" + ("" if slide.image.moves else ",keepaspectratio")
    picture = graphics(slide.image, place if slide.image.moves else f"{place}.{kind}", options)
    shown = spoken(picture, slide.alt)
    if slide.caption:
        words, size = fit(slide.caption, places.caption, CAPTIONS)
        caption = rf"{{{_size(size)} {escaped(words)}\par}}"
        beside = places.caption.top == places.picture.top
        shown = _columns(shown, width, caption, places.caption.width * _CM) if beside else f"{shown}\n\n{caption}"
    notes = "\\\\\n".join(escaped(line) or r"\mbox{}" for line in slide.notes.split("\n"))
    return rf"""
{{\setbeamerfont{{frametitle}}{{size={_size(large)}}}
\begin{{frame}}{{{escaped(title)}}}
{shown}
\note{{{notes}}}
\end{{frame}}}}
"""


def _columns(picture: str, width: float, caption: str, room: float) -> str:
    return rf"""\begin{{columns}}[T,onlytextwidth]
\begin{{column}}{{{width:.2f}cm}}
\vspace{{0pt}}{picture}
\end{{column}}
\begin{{column}}{{{room:.2f}cm}}
\vspace{{2mm}}{caption}
\end{{column}}
\end{{columns}}"""


def _size(size: int) -> str:
    points = size * _POINTS
    return rf"\fontsize{{{points:.1f}}}{{{1.25 * points:.1f}}}\selectfont"


def _document(deck: Deck, frames: Iterable[str]) -> str:
    body = "".join(frames)
    theme = deck.theme
    colours = {"ground": theme.background, "ink": theme.ink, "quiet": theme.quiet}
    defined = "\n".join(rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:].upper()}}}" for name, colour in colours.items())
    lacking = sorted({letter for letter in body + escaped(deck.title) if not _is_set(letter)})
    if lacking:
        warnings.warn(f"pdflatex has no {' '.join(lacking)}; lualatex has, with a font that does", OptvizWarning, 2)
    told = f"% pdflatex has no {' '.join(lacking)}: lualatex has, with a font that does.\n" if lacking else ""
    declared = "".join(f"  \\DeclareUnicodeCharacter{{{ord(letter):04X}}}{{?}}\n" for letter in lacking)
    recipes = "".join(f"% {slide.recipe.to_text()}\n" for slide in deck.slides if slide.recipe is not None)
    return rf"""% Written by optviz. To make a PDF of it: pdflatex, twice.
% Films play in Adobe Acrobat and Okular; elsewhere, and on paper, their last frame is seen.
{told}\documentclass[aspectratio=169]{{beamer}}
\usepackage{{iftex}}
\ifPDFTeX
  \usepackage[utf8]{{inputenc}}
  \usepackage{{textcomp}}
  \IfFileExists{{lmodern.sty}}{{\usepackage{{lmodern}}\usepackage[T1]{{fontenc}}}}{{}}
{declared}\fi
\usepackage{{animate}}
\usepackage{{accsupp}}
{defined}
\setbeamercolor{{background canvas}}{{bg=ground}}
\setbeamercolor{{normal text}}{{fg=ink,bg=ground}}
\setbeamercolor{{frametitle}}{{fg=ink}}
\setbeamerfont{{frametitle}}{{series=\bfseries}}
\setbeamertemplate{{navigation symbols}}{{}}
\setbeamersize{{text margin left=7.2mm,text margin right=7.2mm}}
\setbeamertemplate{{frametitle}}{{\vspace{{4mm}}\parbox[b][12mm][b]{{\textwidth}}{{\usebeamerfont{{frametitle}}\insertframetitle\par}}}}
% \setbeameroption{{show notes on second screen=right}}
\title{{{escaped(deck.title)}}}
\begin{{document}}
{body}
\end{{document}}
{recipes}"""


def _symbol(letter: str) -> str | None:
    """A letter of mathematics as LaTeX writes it, or nothing."""
    if letter in _MATHS:
        return rf"\ensuremath{{{_MATHS[letter]}}}"
    if unicodedata.combining(letter):
        return "{}"
    greek = _GREEK.fullmatch(unicodedata.name(letter, ""))
    if greek is None:
        return None
    name = greek[2].replace("LAMDA", "LAMBDA").lower()
    name = name if greek[1] == "SMALL" else name.capitalize()
    return rf"\ensuremath{{\{name}}}" if name in _AS_MATHS else None


def _is_set(letter: str) -> bool:
    """Whether pdflatex knows the letter by itself."""
    return letter < "\x7f" or letter in _KNOWN


def _check_folder(folder: Path) -> None:
    """Refuse to replace a folder in which there is anything that a deck did not put there."""
    if not folder.exists():
        return
    inside = [each.relative_to(folder).as_posix() for each in sorted(folder.rglob("*"))]
    foreign = next((each for each in inside if not _OURS.fullmatch(each)), None)
    ours = _README in inside and (folder / _README).read_text("utf-8", "replace") == _ABOUT
    if foreign or (inside and not ours):
        what = foreign or (_README if _README in inside else inside[0])
        raise OutputError(f"{folder} would be replaced, and holds {what}, which is no picture of a deck. Move it first")
