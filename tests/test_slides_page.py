"""The deck that is a page: read by another parser, and used in a browser where there is one."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from optviz.deck import slides
from optviz.images import open_image
from optviz.slide import Slide, slide_of_file
from tests.decks import HOSTILE, make_films

NAMES = ["booth.gif", "still.svg", "film.webp", "wide.png", "film.gif"]
VOID = ("img", "meta", "link", "br", "input", "base")


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return make_films(tmp_path_factory.mktemp("films"))


class Page(HTMLParser):
    """Tags with their attributes, and the text within each kind of tag."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.texts, self.inside = [], [], []
        self.feed(Path(path).read_text(encoding="utf-8"))
        assert not self.inside, "every tag is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_data(self, data):
        if self.inside:
            self.texts.append((self.inside[-1], data))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.slow
def test_everything_is_in_the_page(films, tmp_path):
    page = Page(slides(tmp_path / "talk.html", [films / name for name in NAMES]))
    assert len(page.all("section")) == len(NAMES)
    inlined = [image for image in page.all("img") if image.get("class") != "last"]
    for image, name in zip(inlined, NAMES, strict=True):
        kind, content = re.fullmatch(r"data:([\w/+]+);base64,(.*)", image["src"]).groups()
        assert base64.b64decode(content) == (films / name).read_bytes()
        assert kind == {"svg": "image/svg+xml"}.get(name.split(".")[1], f"image/{name.split('.')[1]}")
        assert image["alt"] == slide_of_file(films / name).alt
    addresses = [value for _, attributes in page.tags for key, value in attributes.items() if key in ("src", "href")]
    assert all(address.startswith("data:") for address in addresses)
    assert not page.all("link")


def test_the_policy_allows_this_page_and_nothing_else(films, tmp_path):
    path = slides(tmp_path / "talk.html", [films / "booth.gif"])
    page = Page(path)
    [policy] = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data: blob:"
    text = path.read_text(encoding="utf-8")
    for tag, rule in (("style", "style-src"), ('script type="module"', "script-src")):
        [content] = re.findall(rf"<{tag}>(.*?)</{tag.split()[0]}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_is_text(films, tmp_path, text):
    def deck(words):
        image = open_image(films / "booth.gif")
        recipe = slide_of_file(films / "booth.gif").recipe
        slide = Slide(name="x", title=words, caption=words, notes=words, alt=words, image=image, recipe=recipe)
        return slide, Page(slides(tmp_path / "talk.html", [slide], title=words))

    slide, page = deck(text)
    usual = deck("usual")[1] if text else page
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in usual.tags]
    if text:
        assert (("p", slide.caption)) in page.texts
        assert (("title", slide.title)) in page.texts
        assert {image["alt"] for image in page.all("img")} == {slide.alt}
    [recipes] = [data for tag, data in page.texts if tag == "script" and data.startswith("[")]
    assert json.loads(recipes)[0]["surface"] == "booth"


def test_the_same_deck_has_the_same_bytes(films, tmp_path):
    first, second = (slides(tmp_path / name, [films / name2 for name2 in NAMES]) for name in ("a.html", "b.html"))
    assert first.read_bytes() == second.read_bytes()


# In a browser


@pytest.fixture
def deck(visit, films, tmp_path):
    """The deck in the browser."""
    return visit(slides(tmp_path / "talk.html", [films / name for name in NAMES]))


def shown(browser):
    """The numbers of the slides that one can see."""
    script = "return [...document.querySelectorAll('.slide')].filter(s => s.offsetParent !== null).map(s => s.id)"
    return browser.execute_script(script)


def press(browser, *keys):
    from selenium.webdriver import ActionChains

    actions = ActionChains(browser)
    for key in keys:
        actions.send_keys(key)
    actions.perform()


def test_keys_turn_the_slides(deck):
    from selenium.webdriver import Keys

    last = str(len(NAMES))
    assert shown(deck) == ["1"]
    for keys, expected in [
        ([Keys.ARROW_RIGHT], "2"),
        ([Keys.SPACE, Keys.PAGE_DOWN], "4"),
        ([Keys.ARROW_LEFT], "3"),
        ([Keys.END], last),
        ([Keys.ARROW_RIGHT], last),
        ([Keys.PAGE_UP], str(len(NAMES) - 1)),
        ([Keys.HOME], "1"),
        ([Keys.ARROW_UP], "1"),
    ]:
        press(deck, *keys)
        assert shown(deck) == [expected]
        assert deck.current_url.endswith(f"#{expected}")
        assert deck.find_element("css selector", ".count").text == f"{expected} / {last}"


def test_clicks_and_the_address_turn_the_slides(deck):
    deck.find_element("css selector", ".on").click()
    assert shown(deck) == ["2"]
    deck.find_element("css selector", ".back").click()
    assert shown(deck) == ["1"]
    deck.execute_script("location.hash = '#4'")
    deck.implicitly_wait(1)
    assert deck.find_element("css selector", ".current").get_attribute("id") == "4"
    deck.get(deck.current_url.partition("#")[0] + "#3")
    deck.refresh()
    assert shown(deck) == ["3"]
    deck.execute_script("location.hash = '#99'")
    assert deck.find_element("css selector", ".current").get_attribute("id") in ("3", str(len(NAMES)))


def test_swipes_turn_the_slides(deck):
    swipe = """
        const [from, to] = arguments;
        const touch = (x) => new Touch({identifier: 1, target: document.body, clientX: x, clientY: 200});
        document.body.dispatchEvent(new TouchEvent('touchstart', {touches: [touch(from)], bubbles: true}));
        document.body.dispatchEvent(new TouchEvent('touchend', {changedTouches: [touch(to)], bubbles: true}));
    """
    deck.execute_script(swipe, 600, 300)
    assert shown(deck) == ["2"]
    deck.execute_script(swipe, 300, 310)
    assert shown(deck) == ["2"], "no swipe, a tap"
    deck.execute_script(swipe, 300, 600)
    assert shown(deck) == ["1"]


def test_notes_help_and_stills(deck):
    from selenium.webdriver import Keys

    notes = deck.find_element("css selector", ".current .notes")
    assert not notes.is_displayed()
    press(deck, "n")
    assert notes.is_displayed()
    assert "sgd:lr=0.01" in notes.text
    figure = deck.find_element("css selector", ".current figure").rect
    assert figure["y"] + figure["height"] <= notes.rect["y"]
    press(deck, "n")
    assert not notes.is_displayed()
    help_ = deck.find_element("tag name", "dialog")
    press(deck, "?")
    assert help_.is_displayed()
    press(deck, Keys.ARROW_RIGHT)
    assert shown(deck) == ["1"]
    press(deck, Keys.ESCAPE)
    assert not help_.is_displayed()
    film, last = (deck.find_element("css selector", f".current .{name}") for name in ("film", "last"))
    assert (film.is_displayed(), last.is_displayed()) == (True, False)
    press(deck, "s")
    assert (film.is_displayed(), last.is_displayed()) == (False, True)


def test_a_film_begins_anew_when_its_slide_is_shown(deck):
    from selenium.webdriver import Keys

    film = deck.find_element("css selector", "[id='1'] .film")
    first = film.get_attribute("src")
    assert first.startswith("blob:")
    press(deck, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    second = film.get_attribute("src")
    assert second.startswith("blob:")
    assert second != first
    script = "const i = arguments[0]; return i.decode().then(() => [i.naturalWidth, i.naturalHeight])"
    assert deck.execute_script(script, film) == [200, 150]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1024, 768), (844, 390), (390, 844)])
def test_every_picture_is_whole_on_every_screen(deck, films, size):
    from selenium.webdriver import Keys

    deck.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        for number, name in enumerate(NAMES, 1):
            assert shown(deck) == [str(number)]
            boxes = {}
            for part in ("h2", "figure", "figure img:not(.last)", ".caption"):
                for found in deck.find_elements("css selector", f".current {part}"):
                    boxes[part] = deck.execute_script(
                        "const b = arguments[0].getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]",
                        found,
                    )
            left, top, right, bottom = boxes["figure img:not(.last)"]
            width, height = open_image(films / name).size
            assert (right - left) / (bottom - top) == pytest.approx(width / height, rel=0.02)
            for each in boxes.values():
                assert each[0] >= 0
                assert each[2] <= size[0]
                assert size[0] < size[1] or each[3] <= size[1]
            assert boxes["h2"][3] <= top + 1
            if ".caption" in boxes:
                caption = boxes[".caption"]
                assert caption[0] >= right or caption[1] >= bottom
            press(deck, Keys.ARROW_RIGHT)
    finally:
        deck.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed")
def test_a_printed_page_shows_the_end_of_the_film(deck, tmp_path):
    printed = deck.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    (tmp_path / "talk.pdf").write_bytes(base64.b64decode(printed["data"]))
    subprocess.run(["pdftoppm", "-r", "36", "-png", "talk.pdf", "page"], cwd=tmp_path, check=True)
    pages = [Image.open(path).convert("RGB") for path in sorted(tmp_path.glob("page*.png"))]
    assert len(pages) == len(NAMES)
    assert all(page.width / page.height == pytest.approx(16 / 9, rel=0.01) for page in pages)
    for number in (2, 4):
        page = pages[number]
        red, _, blue = page.getpixel((page.width // 2, int(page.height * 0.6)))
        assert blue > 200 > 60 > red, "the last frame is blue, the first red"


@pytest.mark.slow
def test_without_a_script_the_slides_stand_one_beneath_the_other(browser, films, tmp_path):
    text = slides(tmp_path / "talk.html", [films / name for name in NAMES]).read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r'<script type="module">.*?</script>', "", text, flags=re.DOTALL), encoding="utf-8")
    browser.get(bare.as_uri())
    assert shown(browser) == [str(number) for number in range(1, len(NAMES) + 1)]
