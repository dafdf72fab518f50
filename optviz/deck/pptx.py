"""Presentations in Office Open XML, for PowerPoint, Keynote and Impress.

A GIF is embedded as it is, byte for byte: presentations play it, in a loop. On paper they would show its first frame,
where nothing has happened yet; so its last frame lies above it, and disappears by itself when the slide is shown.

The colours are the presentation's theme, so that slides added later have them, too. The package that python-pptx
writes has the hour of its making in it: it is packed anew, without.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from optviz.carriers import PRESENTATION_PART
from optviz.deck.layout import CAPTIONS, HEIGHT, TITLES, WIDTH, Box, arrange, fit
from optviz.slide import Deck, Slide
from optviz.themes import Theme
from optviz.writing import Target, atomic_write

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape

_FONT = "Arial"
_TITLE_ONLY = 5  # the layout of the template that has a title and room
_EMU = 914_400  # units of the format to the inch
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_RECIPES = "urn:optviz:recipes"
_UNWANTED = ("thumbnail", "printerSettings")  # relationships of python-pptx's template

_PROGRAM = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">\
<Application>optviz</Application><PresentationFormat>Widescreen</PresentationFormat></Properties>"""

_DISAPPEAR = """\
<p:timing xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:tnLst><p:par>\
<p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>\
<p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>\
<p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>\
<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond></p:stCondLst><p:childTnLst>\
<p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>\
<p:par><p:cTn id="5" presetID="1" presetClass="exit" presetSubtype="0" fill="hold" nodeType="withEffect">\
<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>\
<p:set><p:cBhvr><p:cTn id="6" dur="1" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst></p:cTn>\
<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl><p:attrNameLst><p:attrName>style.visibility</p:attrName></p:attrNameLst>\
</p:cBhvr><p:to><p:strVal val="hidden"/></p:to></p:set>\
</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>\
</p:childTnLst></p:cTn>\
<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>\
<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst>\
</p:seq></p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"""


def write_pptx(path: Target, deck: Deck) -> None:
    """Write the presentation, the same bytes for the same deck."""
    from pptx import Presentation

    show: Any = Presentation()
    _dress(show, deck.theme)
    for slide in deck.slides:
        _add(show, slide)
    _sign(show, deck)
    written = io.BytesIO()
    show.save(written)
    content = _repacked(written.getvalue())
    with atomic_write(path) as file:
        file.write(content)


def _add(show: Any, slide: Slide) -> None:
    from pptx.oxml import parse_xml

    places = arrange(slide.image.size, caption=bool(slide.caption))
    page = show.slides.add_slide(show.slide_layouts[_TITLE_ONLY])
    _place(page.shapes.title, places.title)
    _write(page.shapes.title, slide.title, places.title, TITLES, anchor="b")
    picture = _picture(page, slide.image.content, places.picture, slide.name, slide.alt)
    if slide.image.moves:
        words = "Its last frame, for print; it disappears when the slide is shown."
        still = _picture(page, slide.image.last(), places.picture, f"{slide.name}, last frame", words)
        still.name = f"{picture.name}, last frame"
        page.element.append(parse_xml(_DISAPPEAR.format(shape=still.shape_id)))
    if slide.caption:
        box = page.shapes.add_textbox(*_emu(places.caption))
        box.name = "Caption"
        _write(box, slide.caption, places.caption, CAPTIONS, anchor="t")
    if slide.notes:
        page.notes_slide.notes_text_frame.text = slide.notes


def _picture(page: Any, content: bytes, place: Box, name: str, alt: str) -> Any:
    picture = page.shapes.add_picture(io.BytesIO(content), *_emu(place))
    picture.name = name
    properties = picture._element.nvPicPr.cNvPr  # noqa: SLF001 - python-pptx has no other way to its alt text
    properties.set("descr", alt)
    return picture


def _write(shape: Any, text: str, place: Box, sizes: Sequence[int], anchor: str) -> None:
    """Text in a shape, as large as fits; title and caption begin where the picture does."""
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    words, size = fit(text, place, sizes)
    frame = shape.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = {"b": MSO_ANCHOR.BOTTOM, "t": MSO_ANCHOR.TOP}[anchor]
    frame.text = words
    [line] = frame.paragraphs
    line.alignment = PP_ALIGN.LEFT
    for run in line.runs:  # PowerPoint heeds no other place
        run.font.size = Pt(size)
        run.font.bold = anchor == "b"
    line.line_spacing = 1.0 if anchor == "b" else 1.15


def _place(shape: BaseShape, place: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = _emu(place)  # type: ignore[assignment]


def _emu(place: Box) -> tuple[int, ...]:
    return tuple(round(length * _EMU) for length in place)


def _dress(show: Any, theme: Theme) -> None:
    """Give the template our proportions, and the theme's colours."""
    show.slide_width, show.slide_height = round(WIDTH * _EMU), round(HEIGHT * _EMU)
    for page in (show.slide_master, *show.slide_layouts):
        for shape in page.shapes:
            if shape._element.find(".//{*}xfrm") is not None:  # noqa: SLF001 - else the place is inherited
                shape.left, shape.width = (round(length * WIDTH / 10) for length in (shape.left, shape.width))
    colours = {
        "dk1": theme.ink,
        "lt1": theme.background,
        "dk2": theme.quiet,
        "lt2": theme.ramp[-1],
        **{f"accent{slot + 1}": theme.look(slot).colour for slot in range(6)},
        "hlink": theme.look(1).colour,
        "folHlink": theme.quiet,
    }
    for part in show.part.package.iter_parts():
        if str(part.partname).startswith("/ppt/theme/"):
            xml = part.blob.decode()
            for name, colour in colours.items():
                xml = re.sub(
                    rf"<a:{name}>.*?</a:{name}>", f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>', xml
                )
            xml = re.sub(r'<a:latin typeface="[^"]*"', f'<a:latin typeface="{_FONT}"', xml)
            xml = xml.replace('name="Office Theme"', f"name={quoteattr(theme.name)}")
            part._blob = xml.encode()  # noqa: SLF001 - a part that python-pptx carries but does not know


def _sign(show: Any, deck: Deck) -> None:
    """Say what the deck is and how its pictures were made, and not who made the template, or when."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    package = show.part.package
    for owner in (package, show.part):
        relations = owner._rels  # noqa: SLF001
        for key in [key for key, each in relations.items() if each.reltype.endswith(_UNWANTED)]:
            relations.pop(key)
    program = next(part for part in package.iter_parts() if part.partname == "/docProps/app.xml")
    program._blob = _PROGRAM.encode()  # noqa: SLF001
    about = show.core_properties
    about.title = deck.title
    about.author = about.last_modified_by = "optviz"
    about.comments = ""
    for stamp in about._element.xpath("dcterms:created | dcterms:modified"):  # noqa: SLF001
        about._element.remove(stamp)  # noqa: SLF001
    recipes = [slide.recipe.to_text() for slide in deck.slides if slide.recipe is not None]
    if recipes:
        listed = "".join(f"<recipe>{escape(recipe)}</recipe>" for recipe in recipes)
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n<recipes xmlns="{_RECIPES}">{listed}</recipes>'
        part = Part(PackURI(f"/{PRESENTATION_PART}"), "application/xml", package, content.encode())
        show.part.relate_to(part, _CUSTOM_XML)


def _repacked(content: bytes) -> bytes:
    """The same package with one date in it, long ago; what is packed already is stored."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_STORED if name.startswith("ppt/media/") else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name), compresslevel=6)
    return written.getvalue()
