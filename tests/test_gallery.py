"""The gallery: every exhibit shows what it claims, its picture is what its command makes, and bad files are refused."""

import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

import optviz
from optviz import gallery
from optviz.cli.exhibiting import entry_of, stage_exhibit
from optviz.gallery import GalleryError, load_exhibits, picture_state
from optviz.guide import index, readme
from optviz.recipe import read_recipe

FOLDER = Path(__file__).parent.parent / "gallery"
EXHIBITS = load_exhibits()
SLUGS = [each.slug for each in EXHIBITS]
PAGES = ("README.md", "index.html")
MISSION = ("saddle", "rosenbrock", "himmelblau", "ravine")

GOOD = {
    "title": "Down a hill",
    "caption": "It goes down. It arrives.",
    "see": "The path.",
    "command": "optviz animate --surface booth -O sgd:lr=0.05 --steps 30 --size 120x90 --frames 5",
    "tags": ["sgd"],
    "shows": ["gap(sgd) < 1"],
}


def as_toml(slug="hill", **changes):
    table = {key: value for key, value in (GOOD | changes).items() if value is not None}
    return f"[{slug}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())


@cache
def staged(exhibit):
    """What an exhibit's command runs; networks are trained once for all tests."""
    return stage_exhibit(exhibit)


def entries(exhibits):
    return [entry_of(each, *staged(each)[:2]) for each in exhibits]


class Page(HTMLParser):
    """What a browser would find: the elements with their attributes, and the text of every article."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.articles, self._open = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "article":
            self._open = dict(attributes)["id"]
            self.articles[self._open] = ""

    def handle_endtag(self, tag):
        self._open = None if tag == "article" else self._open

    def handle_data(self, data):
        if self._open:
            self.articles[self._open] += data

    def all(self, tag, **wanted):
        return [has for name, has in self.elements if name == tag and wanted.items() <= has.items()]


@pytest.fixture
def exhibits(tmp_path_factory, monkeypatch):
    """Make a text the exhibits file of the command line."""

    def use(text):
        path = tmp_path_factory.mktemp("exhibits") / "exhibits.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(gallery, "exhibits_file", lambda: path)
        return path

    return use


# The exhibits


@pytest.mark.slow
@pytest.mark.parametrize("exhibit", EXHIBITS, ids=SLUGS)
def test_every_exhibit_shows_what_it_claims(exhibit):
    race, _, recipe = staged(exhibit)
    for finding in exhibit.check(race):
        assert finding.holds, f"{finding.claim.text}: {finding.found}"
    path = FOLDER / exhibit.picture
    if not (FOLDER / "README.md").exists():
        pytest.skip("the pictures are not part of what is distributed")
    assert picture_state(path, recipe) == "current", f"run: optviz gallery --only {exhibit.slug}"


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=SLUGS)
def test_every_exhibit_is_written_well(exhibit):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", exhibit.slug)
    assert len(re.findall(r"[.!?](?= |$)", exhibit.caption)) == 2, "two sentences"
    assert exhibit.caption.endswith(".")
    assert exhibit.see.endswith(".")
    assert exhibit.title[-1] not in ".!?"
    assert exhibit.command.startswith(("optviz animate --surface ", "optviz train --data "))
    assert len(exhibit.shows) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("exhibit", [each for each in EXHIBITS if "noise" in each.tags], ids=lambda each: each.slug)
def test_what_is_shown_in_noise_is_no_luck_of_the_seed(exhibit):
    for seed in range(1, 11):
        race, _, _ = stage_exhibit(replace(exhibit, command=f"{exhibit.command} --seed {seed}"))
        assert all(finding.holds for finding in exhibit.check(race)), seed


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=SLUGS)
def test_every_claim_is_about_every_run(exhibit):
    """Nobody is in a picture of whom nothing is said."""
    named = {side.label for claim in exhibit.claims for side in (claim.left, claim.right)}
    assert named >= set(staged(exhibit)[0].labels)


@pytest.mark.skipif(not (FOLDER / "README.md").exists(), reason="the pictures are not part of what is distributed")
class TestFolder:
    def test_the_pages_are_what_the_exhibits_say(self):
        assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme(EXHIBITS), "run: optviz gallery"
        assert (FOLDER / "index.html").read_text(encoding="utf-8") == index(entries(EXHIBITS)), "run: optviz gallery"

    def test_nothing_else_lies_there(self):
        expected = {each.picture for each in EXHIBITS} | {"README.md", "index.html", "exhibits.toml"}
        assert {path.name for path in FOLDER.iterdir()} == expected

    def test_pictures_are_small(self):
        sizes = [(FOLDER / each.picture).stat().st_size for each in EXHIBITS]
        assert max(sizes) < 2 << 20
        assert sum(sizes) < 25 << 20

    @pytest.mark.parametrize("exhibit", EXHIBITS, ids=SLUGS)
    def test_pictures_are_films(self, exhibit):
        with Image.open(FOLDER / exhibit.picture) as film:
            assert film.n_frames > (20 if "vectors" in exhibit.tags else 50)  # single steps are shown slowly
            assert film.info["loop"] == 0


def test_the_five_of_the_mission_are_there():
    assert set(MISSION) <= set(SLUGS)
    for exhibit in EXHIBITS:
        if exhibit.slug in MISSION:
            assert staged(exhibit)[0].labels == optviz.catalog.DEFAULT_OPTIMIZERS
            assert f"--surface {exhibit.slug}" in exhibit.command


def test_the_page_has_everything_and_its_links_lead_somewhere():
    page = readme(EXHIBITS)
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(#(.*?)\)", page)
    assert len(links) == len(EXHIBITS)
    assert set(links) == anchors
    for each in EXHIBITS:
        for text in (each.title, each.caption, each.see, f"```sh\n{each.command}\n```", f"]({each.picture})"):
            assert text in page
        assert all(f"`{claim.text}`" in page for claim in each.claims)
        assert each.here is None or each.here.why in page


def test_the_page_to_browse_has_everything_and_asks_for_pictures_alone():
    text = index(entries(EXHIBITS))
    page = Page(text)
    assert list(page.articles) == SLUGS
    for each in EXHIBITS:
        words = page.articles[each.slug]
        for part in (each.title, each.caption, each.see, each.command, *(claim.text for claim in each.claims)):
            assert part in words
        assert each.here is None or each.here.why in words
    assert [picture["src"] for picture in page.all("img") if "src" in picture] == [each.picture for each in EXHIBITS]
    assert all(picture["alt"] for picture in page.all("img", loading="lazy"))
    assert not [has for _, has in page.elements if "src" in has and "/" in has["src"]]
    assert not page.all("link")
    assert "http:" not in text
    assert "https:" not in text
    [policy] = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=SLUGS)
def test_every_picture_is_found_by_its_surface_its_optimizers_and_its_topics(exhibit):
    shown, look, recipe = staged(exhibit)
    page = Page(index([entry_of(exhibit, shown, look)]))
    [card] = page.all("article")
    tags = card["data-tags"].split("|")
    assert (shown.data.title if exhibit.trains else shown.surface.display_title) in tags
    assert {optviz.catalog.optimizer_class(spec.partition(":")[0]).title for spec, _ in recipe.runs} <= set(tags)
    offered = [option["value"] for option in page.all("option") + page.all("input", type="checkbox")]
    assert set(filter(None, offered)) <= set(tags)
    assert {tag.lower() for tag in tags} <= {value.lower() for value in offered}


def test_what_an_exhibit_says_is_text_and_no_markup():
    evil = '</p><script>alert("1")</script><img src=x onerror=alert(2)>'
    exhibit = replace(EXHIBITS[0], title=evil, caption=evil, see=evil, command=f"{EXHIBITS[0].command} '{evil}'")
    race, picture, _ = staged(EXHIBITS[0])
    page = Page(index([entry_of(exhibit, race, picture)]))
    assert len(page.all("script")) == 1
    assert not [has for _, has in page.elements if "onerror" in has]
    assert page.articles["saddle"].count(evil) == 4


@pytest.fixture
def page(visit, tmp_path):
    """The page to browse, with a picture for all, in a browser."""
    for each in EXHIBITS:
        Image.new("P", (4, 3)).save(tmp_path / each.picture)
    path = tmp_path / "index.html"
    path.write_text(index(entries(EXHIBITS)), encoding="utf-8")
    return visit(path)


def shown(page):
    return page.execute_script("return [...document.querySelectorAll('article')].filter(a => !a.hidden).map(a => a.id)")


def test_pictures_are_found_by_chips_words_and_surface(page):
    assert shown(page) == SLUGS
    for name, value in (("optimizer", "Adam"), ("topic", "bias-correction")):
        page.execute_script(
            "document.querySelector(`input[name=${arguments[0]}][value=${arguments[1]}]`).click()", name, value
        )
    assert shown(page) == ["bias-correction"]
    assert page.execute_script("return document.querySelector('output').value") == f"1 of {len(EXHIBITS)}"
    page.find_element("css selector", "button[type=reset]").click()
    page.implicitly_wait(1)
    page.find_element("css selector", "input[type=search]").send_keys("ZIGZAG momentum")
    words = shown(page)
    assert "zigzag" in words
    assert len(words) < len(SLUGS) / 2
    page.execute_script("document.forms[0].reset()")
    page.find_element("css selector", "select").send_keys("Beale")
    assert shown(page) == [each.exhibit.slug for each in entries(EXHIBITS) if each.surface == "Beale"]


def test_a_picture_is_enlarged_and_a_command_is_copied(page):
    page.execute_script("document.querySelector('#saddle > button').click()")
    assert page.execute_script("return document.querySelector('dialog').open")
    assert page.execute_script("return document.querySelector('dialog img').src").endswith("/saddle.gif")
    page.execute_script("document.querySelector('dialog button').click()")
    assert not page.execute_script("return document.querySelector('dialog').open")
    page.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    button = page.find_element("css selector", "#saddle .command button")
    button.click()
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(page, 5).until(lambda _: button.text == "Copied")


def test_the_readme_leads_to_exhibits():
    text = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\(gallery/README\.md#(.*?)\)", text)
    assert targets
    assert all(f"(#{target})" in readme(EXHIBITS) for target in targets)


# The command


@pytest.mark.slow
def test_rendering_skipping_and_forcing(run, folder, exhibits):
    exhibits(as_toml() + as_toml("dale", title="Down a dale"))
    first = run("gallery")
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.split() == [str(Path("gallery", name)) for name in ("hill.gif", "dale.gif", *PAGES)]
    films = [(folder / "gallery" / name).read_bytes() for name in ("hill.gif", "dale.gif")]
    assert films[0] == films[1] == run(*GOOD["command"].split()[1:], "-o", "-").stdout_bytes
    assert (folder / "gallery" / "README.md").read_text(encoding="utf-8") == readme(load_exhibits())

    again = run("gallery")
    assert (again.stdout, again.stderr) == ("", "note: 2 pictures are up to date; --force renders all the same\n")
    assert run("gallery", "--quiet").stderr == ""
    assert run("gallery", "--force").stdout.split() == [str(Path("gallery", name)) for name in ("hill.gif", "dale.gif")]

    (folder / "gallery" / "hill.gif").write_bytes(b"GIF89a, or is it")
    assert run("gallery").stdout == f"{Path('gallery/hill.gif')}\n"
    exhibits(as_toml(command=GOOD["command"] + " --seed 3") + as_toml("dale", title="Down a dale"))
    assert run("gallery").stdout.split() == [str(Path("gallery", name)) for name in ("hill.gif", *PAGES)]


def test_the_pictures_are_the_same_however_many_are_rendered_at_once(run, folder, exhibits):
    exhibits(as_toml() + as_toml("dale", title="Down a dale", command=GOOD["command"] + " --theme dark"))
    alone, together = run("gallery", "--jobs", "1"), run("gallery", "--jobs", "2", "-o", "two")
    assert together.stdout == alone.stdout.replace("gallery", "two")
    for path in (folder / "gallery").iterdir():
        assert path.read_bytes() == (folder / "two" / path.name).read_bytes()


def test_what_fails_in_a_process_of_its_own_is_told_as_ever(run, folder, exhibits):
    exhibits(as_toml() + as_toml("dale", title="Down a dale", command="optviz animate --surface nowhere"))
    result = run("gallery", "--jobs", "2")
    assert (result.exit_code, result.stdout) == (1, f"{Path('gallery/hill.gif')}\n")
    assert result.stderr.startswith("Error: exhibit dale, command: no surface is called 'nowhere'")
    assert [path.name for path in (folder / "gallery").iterdir()] == ["hill.gif"]


def test_some_of_them_elsewhere(run, folder, exhibits):
    exhibits(as_toml() + as_toml("dale", title="Down a dale"))
    assert run("gallery", "--only", "dale", "-o", "mine").stdout == f"{Path('mine/dale.gif')}\n"
    assert [path.name for path in (folder / "mine").iterdir()] == ["dale.gif"]


def test_the_version_and_the_last_digits_do_not_make_a_picture_outdated(tmp_path):
    film = tmp_path / "film.gif"
    optviz.animate("booth", film, optimizers=["sgd:lr=0.05"], steps=5, size=(120, 90))
    recipe = read_recipe(film)
    assert picture_state(film, recipe) == "current"
    assert picture_state(film, replace(recipe, version="9.9")) == "current"
    assert picture_state(film, replace(recipe, runs=(("sgd:lr=0.05000000000000001", "given"),))) == "current"
    assert picture_state(film, replace(recipe, runs=(("sgd:lr=0.0500001", "given"),))) == "outdated"
    assert picture_state(film, replace(recipe, seed=1)) == "outdated"
    assert picture_state(tmp_path / "other.gif", recipe) == "missing"
    film.write_bytes(b"nothing")
    assert picture_state(film, recipe) == "outdated"


def test_checking(run, folder, exhibits):
    exhibits(as_toml(shows=["gap(sgd) < 1", "left_at(sgd) == never"]))
    result = run("gallery", "--check")
    assert result.exit_code == 0
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["result", "ok", "ok"]
    assert result.stderr == "note: missing in gallery: hill\n"
    assert list(folder.iterdir()) == []
    assert run("gallery", "--check", "--quiet").stderr == ""
    run("gallery")
    assert run("gallery", "--check").stderr == ""
    exhibits(as_toml(command=GOOD["command"] + " --theme dark"))
    assert run("gallery", "--check").stderr == "note: outdated in gallery: hill\n"


def test_a_claim_that_does_not_hold_fails_the_check(run, exhibits):
    exhibits(as_toml(shows=["gap(sgd) < 1e-300", "left_at(sgd) == never"]))
    result = run("gallery", "--check", "--json")
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: 1 of 2 claims do not hold\n")
    rows = json.loads(result.stdout)
    assert [row["holds"] for row in rows] == [False, True]
    assert rows[0]["exhibit"] == "hill"
    assert rows[0]["claim"] == "gap(sgd) < 1e-300"
    assert (rows[0]["left"] > 1e-9, rows[0]["right"]) == (True, 1e-300)
    assert rows[1]["left"] is rows[1]["right"] is None
    assert "FAILED" in run("gallery", "--check").stdout
    assert run("gallery", "--check", "--format", "json").stdout == result.stdout
    assert run("gallery", "--check", "--format", "csv").stdout.startswith("exhibit,claim,found,result\nhill,")


def test_what_is_true_from_one_start_alone_is_checked_too(run, exhibits):
    exhibits(as_toml() + 'here = { why = "It is so.", shows = ["gap(sgd) < 1e-300"] }\n')
    result = run("gallery", "--check")
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: 1 of 2 claims do not hold\n")


# What is refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "sadle"], "no exhibit is called 'sadle'. Did you mean 'saddle'?"),
        (["--check", "--force"], "--check renders nothing; leave out --force"),
        (["--check", "--jobs", "2"], "--check renders nothing; leave out --jobs"),
        (["--json"], "--format and --json are for the table of --check"),
        (["--format", "csv"], "--format and --json are for the table of --check"),
    ],
)
def test_options_that_make_no_sense(refuse, words, told):
    assert told in refuse(2, "gallery", *words)


def test_folders_that_cannot_be_made(refuse, folder):
    (folder / "file").write_text("")
    assert "file is a file, not a folder" in refuse(1, "gallery", "--only", "saddle", "-o", "file")
    assert "cannot be made: File name too long" in refuse(1, "gallery", "--only", "saddle", "-o", "n" * 300)
    assert "mkdir -p no/such" in refuse(1, "gallery", "--only", "saddle", "-o", str(Path("no/such/folder")))


BAD = {
    "not TOML": ("[saddle\n", "is not TOML"),
    "empty": ("# nothing yet\n", "has no exhibits; each is a table, as in [saddle]"),
    "no table": ('saddle = "optviz animate"\n', "'saddle' is no exhibit"),
    "twice": (as_toml() + as_toml(), "is not TOML"),
    "slug": (as_toml("Two_Wells"), "exhibit 'Two_Wells': a slug is lower-case letters, digits and single hyphens"),
    "path": (as_toml('"../up"'), "exhibit '../up': a slug is lower-case letters"),
    "unknown key": (as_toml(captoin="x"), "exhibit hill: no key is called 'captoin'. Did you mean 'caption'? Allowed:"),
    "missing key": (as_toml(see=None), "exhibit hill: see is missing; an exhibit has title, caption, see, command,"),
    "number": (as_toml(title=3), "exhibit hill, title: must be a line of text, not 3"),
    "blank": (as_toml(caption=" "), "exhibit hill, caption: must be a line of text, not ' '"),
    "lines": (as_toml(see="a\nb"), r"exhibit hill, see: must be a line of text, not 'a\nb'"),
    "tags": (as_toml(tags="sgd"), "exhibit hill, tags: must be a list of one text or more, not 'sgd'"),
    "no tags": (as_toml(tags=[]), "exhibit hill, tags: must be a list of one text or more, not []"),
    "a tag": (as_toml(tags=["Five of them"]), "exhibit hill, tags: 'Five of them' must be lower-case"),
    "no claims": (as_toml(shows=[]), "exhibit hill, shows: must be a list of one text or more"),
    "claim": (as_toml(shows=["gap(sgd) is 1"]), "exhibit hill, shows: expected one of"),
    "measure": (
        as_toml(shows=["gab(sgd) < 1"]),
        "exhibit hill, shows: no measure is called 'gab'. Did you mean 'gap'?",
    ),
    "here": (as_toml(here="so"), "exhibit hill, here: must be a table of why and shows, not 'so'"),
    "no reason": (
        as_toml() + 'here.shows = ["gap(sgd) < 1"]\n',
        "exhibit hill, here: must be a table of why and shows, not {'shows': ['gap(sgd) < 1']}",
    ),
    "blank reason": (
        as_toml() + 'here = { why = "", shows = ["gap(sgd) < 1"] }\n',
        "exhibit hill, here.why: must be a line of text, not ''",
    ),
    "here no list": (
        as_toml() + 'here = { why = "So.", shows = "gap(sgd) < 1" }\n',
        "exhibit hill, here.shows: must be a list of one text or more, not 'gap(sgd) < 1'",
    ),
    "a start of a training": (
        as_toml(command="optviz train --data moons") + 'here = { why = "So.", shows = ["train_loss(sgd) < 1"] }\n',
        "exhibit hill, here: a training has no start; leave it out",
    ),
    "same title": (as_toml() + as_toml("dale"), "exhibit hill, title: 'Down a hill' is the title of another one too"),
    "other command": (
        as_toml(command="rm -rf /"),
        "exhibit hill, command: must begin with optviz animate or optviz train, not 'rm",
    ),
    "quotes": (as_toml(command="optviz animate --title 'x"), "exhibit hill, command: No closing quotation in"),
    "option": (as_toml(command="optviz animate --sruface x"), "exhibit hill, command: No such option"),
    "value": (as_toml(command=GOOD["command"] + " --size big"), "exhibit hill, command: Invalid value for '--size'"),
    "argument": (as_toml(command=GOOD["command"] + " more"), "exhibit hill, command: Got unexpected extra argument"),
    "surface": (
        as_toml(command="optviz animate --surface sadle"),
        "exhibit hill, command: no surface is called 'sadle'",
    ),
    "option of a training": (as_toml(command="optviz train --dta moons"), "exhibit hill, command: No such option"),
    "data": (as_toml(command="optviz train --data moon"), "exhibit hill, command: no data set is called 'moon'"),
    "save": (as_toml(command="optviz train --save x.npz"), "exhibit hill, command: leave out --save"),
    "file": (as_toml(command="optviz train -o x.gif"), "exhibit hill, command: leave out --output"),
    "show": (as_toml(command="optviz train --show boundary"), "exhibit hill, command: boundary shows points"),
    "measure of a race": (
        as_toml(command="optviz train --data moons --epochs 1 -O sgd:lr=0.1", shows=["gap(sgd) < 1"]),
        "exhibit hill, shows 'gap(sgd) < 1': there is no gap of a training",
    ),
    "no surface": (as_toml(command="optviz animate --steps 5"), "exhibit hill, command: --surface is missing"),
    "bound": (
        as_toml(command=GOOD["command"] + " --fps 0"),
        "exhibit hill, command: fps must be a number in [0.0001, 100]",
    ),
    "output": (as_toml(command=GOOD["command"] + " -oup.gif"), "exhibit hill, command: leave out --output"),
    "from": (
        as_toml(command="optviz animate --from x.gif --trust"),
        "exhibit hill, command: leave out --output, --from",
    ),
    "run": (as_toml(shows=["gap(adam) < 1"]), "exhibit hill, shows 'gap(adam) < 1': no run is called 'adam'"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_bad_exhibits_are_refused(refuse, exhibits, text, words):
    exhibits(text)
    assert words in refuse(1, "gallery", "--check")


@pytest.mark.slow
def test_an_exhibits_file_that_is_not_there(tmp_path):
    with pytest.raises(GalleryError, match=r"nowhere\.toml cannot be read: No such file"):
        load_exhibits(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(as_toml(title="Über").encode().decode("unicode_escape").encode("latin-1"))
    with pytest.raises(GalleryError, match=r"latin\.toml is not TOML"):
        load_exhibits(tmp_path / "latin.toml")
