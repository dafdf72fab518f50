"""Pages under test: what is written in them, and how a person uses them in a browser."""

import base64
import io
import json
from contextlib import contextmanager
from html.parser import HTMLParser

import numpy as np
from PIL import Image

HOME, END, LEFT, RIGHT, SHIFT, TAB, ESCAPE = "\ue011", "\ue010", "\ue012", "\ue014", "\ue008", "\ue004", "\ue00c"
KINDS = {"f64": "<f8", "f32": "<f4", "u32": "<u4", "u16": "<u2", "u8": "u1"}


class Parsed(HTMLParser):
    """The elements of a page, and the text of its scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts, self.title = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        self.tags.append(("", {}))

    def handle_data(self, data):
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag in ("script", "style"):
            self.texts.append((tag, attributes, data))
        if tag == "title" and not self.title:
            self.title = data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def json(self, name):
        return json.loads(next(text for _, attributes, text in self.texts if attributes.get("id") == name))


def numbers(value):
    [kind] = [kind for kind in KINDS if kind in value]
    found = np.frombuffer(base64.b64decode(value[kind]), KINDS[kind])
    if kind != "u16":
        return found
    shares = value["low"] + found / 65534 * (value["high"] - value["low"])
    return np.where(found == 65535, np.nan, shares)


@contextmanager
def opener(browser, folder):
    """What opens pages in a browser; at the end the last must have asked for nothing and complained of nothing."""
    opened = []

    def call(page, window=None):
        path = folder / f"{len(opened)}.html"
        path.write_bytes(page.encode())
        opened.append(Player(browser, path).look(**window or {}))
        return opened[-1]

    yield call
    for player in opened[-1:]:
        player.check()


class Player:
    """A page in a browser, as a person uses it."""

    def __init__(self, driver, path):
        self.driver, self.path = driver, path

    def look(self, *, width=1200, height=800, scheme="light", calm=True):
        """Open the page; where the visitor wants calm it does not play by itself."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce" if calm else "no-preference"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(self.path.as_uri())
        self.until("return document.querySelector('.race') !== null")
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, script, *arguments, seconds=10):
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, seconds, 0.02).until(lambda _: self.run(script, *arguments))

    def press(self, *keys, shifted=False):
        from selenium.webdriver import ActionChains

        chain = ActionChains(self.driver)
        if shifted:
            chain.key_down(SHIFT)
        chain.send_keys(*keys)
        if shifted:
            chain.key_up(SHIFT)
        chain.perform()
        return self

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).click()", selector)
        return self

    @property
    def step(self):
        return int(self.run("return document.querySelector('.step b').textContent"))

    @property
    def losses(self):
        return self.run("return [...document.querySelectorAll('.loss')].map((each) => each.textContent)")

    def pixels(self, selector):
        """The pixels (height, width, 4) of a canvas."""
        url = self.run("return document.querySelector(arguments[0]).toDataURL()", selector)
        with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
            return np.asarray(image.convert("RGBA"))

    def check(self):
        """Nothing was complained of, and nothing was asked for but the file."""
        assert self.driver.get_log("browser") == []
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
        asked = {each["request"]["url"] for each in sent if each.get("documentURL") == self.path.as_uri()}
        assert {url for url in asked if not url.startswith("data:")} == {self.path.as_uri()}
