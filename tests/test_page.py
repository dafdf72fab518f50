"""Pages: what they carry, what they refuse, and how they play in a browser."""

import base64
import hashlib
import io
import json
import math
import re

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.draw.camera import fitted
from optviz.draw.canvas import packed
from optviz.draw.shade import BANDS, heights, scale_of, shade
from optviz.draw.terrain import Terrain
from optviz.numerals import loss_label
from optviz.page import page_of
from optviz.page.data import MOST_MOMENTS, both, told
from optviz.page.ground import alike
from optviz.scene import cast_of, scene_of
from optviz.surface import Surface
from optviz.themes import THEMES, rgb
from tests.pages import END, ESCAPE, HOME, LEFT, RIGHT, TAB, Parsed, Player, numbers, opener

HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \" ' & {{x}} ${x} \u2028"


def page_for(surface="himmelblau", optimizers=optviz.catalog.DEFAULT_OPTIMIZERS, race=None, **picture):
    made = optviz.race(surface, optimizers, **(race or {}))
    return made, page_of(scene_of(made, **picture))


@pytest.fixture(scope="module")
def usual():
    """The default race and its page."""
    return page_for()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["himmelblau", "rosenbrock", "rastrigin", "eggholder", "ackley", "saddle"])
def test_the_page_of_the_default_race_is_small(name):
    _, page = page_for(name)
    assert len(page.encode()) < 300_000


def test_it_carries_every_value_exactly(usual):
    race, page = usual
    data = Parsed(page).json("race")
    record = race.to_json()
    for column, (runner, run) in enumerate(zip(data["cast"], record["runs"], strict=True)):
        assert numbers(runner["values"]).tolist() == race.values[:, column].tolist()
        assert runner["final"] == run["final"]["point"]
        assert numbers(runner["values"])[-1] == run["final"]["value"]


@pytest.mark.parametrize("starts", [1, 80])
def test_it_carries_the_paths(starts):
    rng = np.random.default_rng(3)
    start = [tuple(point) for point in rng.uniform(-4, 4, (starts, 2)).tolist()]
    race, page = page_for("himmelblau", ["sgd", "adam"], {"start": start if starts > 1 else start[0], "steps": 40})
    [shown] = Parsed(page).json("race")["maps"]
    x0, x1, y0, y1 = shown["box"]
    shares = numbers(shown["heads"]).reshape(race.points.shape)
    points = np.stack([x0 + shares[..., 0] * (x1 - x0), y1 - shares[..., 1] * (y1 - y0)], axis=-1)
    inside = np.abs(race.points) < 14
    assert np.abs(points - race.points)[inside].max() < (2e-6 if starts == 1 else 6e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["himmelblau", "rastrigin", "saddle"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_picture_is_the_films_map_in_both_themes(name, theme):
    scene = scene_of(optviz.race(name, ["adam:lr=0.1"], steps=3), theme=theme, size=(400, 300))
    made = told(scene)
    [ground], [panel] = made.grounds, scene.panels[0]
    with Image.open(io.BytesIO(ground.to_webp())) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert (pixels == ground.palettes[0][ground.indices]).all(), "a page finds the indices by these colours"
    for table, wanted in zip(ground.palettes, made.themes, strict=True):
        assert len({tuple(colour) for colour in table.tolist()}) == len(table)
        drawn = shade(panel.surface, panel.box, *ground.size, wanted)
        drawn = drawn.view(np.uint8).reshape(*drawn.shape, 4)[..., :3].astype(int)
        assert np.abs(table[ground.indices].astype(int) - drawn).mean() < 1.5
    values = heights(panel.surface, panel.box, *ground.size)
    scale = scale_of(values)
    off = np.abs(scale(ground.values[ground.indices]) - scale(values))
    assert np.median(off) < 0.4 < BANDS / 20
    assert np.percentile(off, 99) < 1.0


def test_a_relief_has_one_picture_for_both_themes():
    scene = scene_of(optviz.race("himmelblau", ["adam"], steps=30), view="relief", size=(400, 300))
    made = told(scene)
    [ground] = made.grounds
    assert ground.indices.max() < 256
    for table, theme in zip(ground.palettes, made.themes, strict=True):
        corner = table[ground.indices[0, 0]].astype(int)
        assert np.abs(corner - rgb(theme.background)).max() <= 1


def test_pictures_of_few_colours_are_kept_exactly():
    light = np.array([[packed("#ffffff"), packed("#102030")], [packed("#ffffff"), packed("#405060")]], dtype=np.uint32)
    dark = np.array([[packed("#000000"), packed("#99aabb")], [packed("#000000"), packed("#99aabb")]], dtype=np.uint32)
    ground = alike([light, dark])
    assert ground.palettes[0][ground.indices].tolist() == [[[255] * 3, [16, 32, 48]], [[255] * 3, [64, 80, 96]]]
    again = ground.palettes[1][ground.indices].astype(int)
    assert np.abs(again - [[[0] * 3, [153, 170, 187]], [[0] * 3, [153, 170, 187]]]).max() <= 1


def test_a_relief_projects_the_paths_as_its_camera_does():
    race = optviz.race("booth", ["adam:lr=0.5"], steps=20)
    scene = scene_of(race, view="relief", size=(400, 300), azimuth=-60, elevation=30)
    [shown] = told(scene).data["maps"]
    places = numbers(shown["heads"]).reshape(21, 2)
    x0, x1, y0, y1 = shown["box"]
    terrain = Terrain(race.surface, (x0, x1, y0, y1), 480 - 34 - 34, 0.0)
    spots = terrain.raised(terrain.on_floor(race.points[:, 0]))
    [camera] = fitted([-60.0], 30.0, spots, (0, 0, 480, 360))
    flat_places = camera.project(spots)[:, :2]
    # The same eye in another window: one scale and one shift carry one picture into the other.
    moved = places * (480, 360)
    scale = np.ptp(moved[:, 0]) / np.ptp(flat_places[:, 0])
    assert np.allclose(moved - moved[0], scale * (flat_places - flat_places[0]), atol=0.02)


def test_nothing_in_it_leads_elsewhere(usual):
    _, page = usual
    assert set(re.findall(r"https?:[^\"'\s<)]*", page)) == {"http://www.w3.org/2000/svg"}
    parsed = Parsed(page)
    for tag, attributes in parsed.tags:
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith(("data:", "#")), (tag, attributes)
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert not re.search(r"\b(eval|Function|innerHTML|fetch|XMLHttpRequest|import\()", page)


def test_its_policy_allows_its_own_code_alone(usual):
    parsed = Parsed(usual[1])
    [policy] = [each["content"] for each in parsed.all("meta") if "http-equiv" in each]
    assert policy.startswith("default-src 'none';")
    for tag, attributes, text in parsed.texts:
        if attributes.get("type") != "application/json":
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_text_stays_text():
    made = optviz.race("booth", [f"sgd:lr=0.05,label={json.dumps(HOSTILE.replace(chr(34), ''))}"], steps=5)
    page = page_of(scene_of(made, title=HOSTILE))
    parsed = Parsed(page)
    assert len(parsed.all("script")) == 3
    assert [image["src"][:5] for image in parsed.all("img")] == ["data:"]
    assert parsed.title.startswith("</script><script>alert(1)</script><!--")
    assert parsed.json("race")["title"] == HOSTILE
    assert "\u2028" not in page
    assert page.count("<!--") == 0


def test_the_same_scene_gives_the_same_bytes(usual):
    assert page_for()[1] == usual[1]


def test_its_recipe_makes_it_again(run, folder):
    options = ("--surface", "booth", "--steps", 12, "--theme", "dark", "--title", "a </script> b", "-o", "a.html")
    assert run("animate", *options).exit_code == 0
    assert run("animate", "--from", "a.html", "-o", "b.html").exit_code == 0
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()
    assert 'title "a </script> b"' in run("info", "a.html").stdout


def test_an_orbit_is_refused_and_nothing_is_written(run, folder):
    result = run("animate", "--surface", "booth", "--view", "relief", "--camera", "orbit", "-o", "a.html")
    assert result.exit_code == 2
    assert "--camera fixed" in result.stderr
    assert not list(folder.iterdir())


@pytest.mark.slow
def test_a_long_race_is_thinned_and_says_so():
    race, page = page_for("booth", ["adam:lr=0.01"], {"steps": 20_000})
    data = Parsed(page).json("race")
    moments = data["moments"]
    assert len(moments) == len(data["times"]) == MOST_MOMENTS
    assert moments[:10] == list(range(10))
    assert moments[-1] == 20_000
    assert (np.diff(moments) > 0).all()
    assert (np.diff(data["times"]) >= 0).all()
    assert numbers(data["cast"][0]["values"]).tolist() == race.values[moments, 0].tolist()


def test_time_is_the_films(usual):
    race, page = usual
    scene = scene_of(race)
    times = Parsed(page).json("race")["times"]
    begins = np.concatenate([[0], np.cumsum(scene.timeline.durations)])
    for begin, step in zip(begins, scene.timeline.steps, strict=False):
        assert abs(times[step] - begin) <= 1


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_has_one_for_the_other_light(theme):
    first, other = both(THEMES[theme])
    assert first == THEMES[theme]
    assert (sum(rgb(first.background)) < 384) != (sum(rgb(other.background)) < 384)
    assert (other.trail, other.text) == (first.trail, first.text)


@pytest.mark.parametrize(
    ("wanted", "shown"), [((), ["loss"]), (("step",), ["loss", "step"]), (("step", "loss"), ["step", "loss"])]
)
def test_loss_is_always_followed_and_never_twice(wanted, shown):
    race = optviz.race("booth", ["adam:lr=0.5"], steps=10)
    assert [each["name"] for each in told(scene_of(race, curves=wanted)).data["curves"]] == shown


def test_what_never_was_a_number_is_null_or_nan():
    def wall(x, y):
        return x**4 * 1e3 + y**2

    surface = Surface(name="wall", fn=wall, domain=(-2, 2, -2, 2), start=(1.5, 1.5))
    race, page = page_for(surface, ["sgd:lr=1"], {"steps": 30})
    data = Parsed(page).json("race")
    assert not np.isfinite(race.values[-1, 0])
    assert not math.isfinite(numbers(data["cast"][0]["values"])[-1])
    assert data["cast"][0]["final"] == [None, data["cast"][0]["final"][1]]


def test_a_notebook_shows_the_page_in_a_frame():
    animation = optviz.animate(optviz.race("booth", ["adam:lr=0.5"], steps=10), size=(320, 240))
    bundle = animation._repr_mimebundle_()
    assert set(bundle) == {"text/html"}
    parsed = Parsed(bundle["text/html"])
    [frame] = parsed.all("iframe")
    assert frame["sandbox"] == "allow-scripts"
    assert frame["srcdoc"] == page_of(animation.film.scene)
    film = base64.b64decode(re.search(r"data:image/gif;base64,([^\"]+)", bundle["text/html"])[1])
    for shown in (film, animation._repr_mimebundle_(exclude={"text/html"})["image/gif"]):
        with Image.open(io.BytesIO(shown)) as image:
            assert image.size == (320, 240)


def test_a_notebook_shows_the_film_where_there_is_no_page():
    race = optviz.race("booth", ["adam:lr=0.5"], steps=3)
    bundle = optviz.animate(race, view="relief", camera="orbit", size=(160, 120))._repr_mimebundle_()
    assert set(bundle) == {"image/gif"}


# In a browser


@pytest.fixture
def open_page(browser, tmp_path):
    """Write a page and open it; at the end it must have asked for nothing and complained of nothing."""
    with opener(browser, tmp_path) as shown:

        def call(*arguments, window=None, **options):
            race, page = page_for(*arguments, **options)
            return race, shown(page, window)

        yield call


def test_it_plays_by_itself_and_stops_at_the_end(open_page):
    _, player = open_page("booth", ["adam:lr=0.5"], race={"steps": 30}, window={"calm": False})
    assert player.until("return document.querySelector('footer button').ariaLabel.startsWith('Pause')")
    player.press("+", "+", "+")
    assert player.run("return document.querySelector('select').value") == "8"
    player.until("return Number(document.querySelector('.step b').textContent) > 3")
    assert player.until("return document.querySelector('.step b').textContent === '30'")
    assert player.run("return document.querySelector('footer button').ariaLabel").startswith("Play")


def test_where_motion_is_unwanted_it_shows_the_end_and_waits(open_page):
    race, player = open_page()
    assert player.step == race.steps
    assert player.run("return document.querySelector('footer button').ariaLabel").startswith("Play")
    player.press(" ").until("return Number(document.querySelector('.step b').textContent) < 200")
    player.press(" ")
    here = player.step
    assert player.run("return new Promise((done) => setTimeout(() => done(true), 120))")
    assert player.step == here


def test_the_final_values_are_those_of_the_json(open_page):
    race, player = open_page()
    assert player.losses == [loss_label(run["final"]["value"]) for run in race.to_json()["runs"]]
    player.press(HOME)
    assert player.losses == [loss_label(value) for value in race.values[0].tolist()]


def test_the_keys_lead_through_time(open_page):
    race, player = open_page()
    assert player.press(HOME).step == 0
    assert player.press(RIGHT, RIGHT, RIGHT).step == 3
    assert player.losses == [loss_label(value) for value in race.values[3].tolist()]
    assert player.press(LEFT).step == 2
    assert player.press(RIGHT, shifted=True).step == 12
    assert player.press(END).step == race.steps
    assert player.press(RIGHT).step == race.steps
    assert player.press("-").run("return document.querySelector('select').value") == "0.5"
    assert player.press("?").run("return document.querySelector('dialog').open")
    assert not player.press(ESCAPE).run("return document.querySelector('dialog').open")


def test_the_buttons_and_the_slider_lead_through_time(open_page):
    _, player = open_page(window={"calm": False})
    scrub = "const r = document.querySelector('input'); r.value = 120; r.dispatchEvent(new Event('input'))"
    player.run(scrub)
    assert player.step == 120
    assert player.run("return document.querySelector('input').ariaValueText") == "step 120 of 200"
    assert player.click("footer button:nth-child(2)").step == 119
    assert player.click("footer button:nth-child(3)").click("footer button:nth-child(3)").step == 121


def test_runs_can_be_hidden(open_page):
    race, player = open_page("booth", ["sgd:lr=0.02", "adam:lr=0.5"], race={"steps": 60})
    trails = ".map canvas:nth-child(2)"

    def seen():
        drawn = player.pixels(trails)
        return [bool(((drawn[..., :3] == rgb(colour)).all(axis=-1) & (drawn[..., 3] == 255)).any()) for colour in looks]

    looks = [THEMES["light"].look(runner.slot).colour for runner in cast_of(race)]
    assert seen() == [True, True]
    player.press("1")
    assert seen() == [False, True]
    assert player.run("return [...document.querySelectorAll('.cast button')].map((each) => each.ariaPressed)") == [
        "false",
        "true",
    ]
    player.click(".cast button:nth-child(2)")
    assert seen() == [False, False]
    player.press("1").click(".cast button:nth-child(2)")
    assert seen() == [True, True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_visitors_theme_and_has_a_switch(open_page, scheme):
    _, player = open_page("booth", ["adam:lr=0.5"], window={"scheme": scheme})
    other = {"light": "dark", "dark": "light"}[scheme]
    for name, act in ((scheme, None), (other, "t"), (scheme, "header button")):
        if act:
            player.click(act) if " " in act else player.press(act)
        paper = player.run("return getComputedStyle(document.body).backgroundColor")
        assert paper == f"rgb{rgb(THEMES[name].background)}"


def test_a_theme_that_was_chosen_comes_first(open_page):
    _, player = open_page("booth", ["adam:lr=0.5"], theme="dark", window={"scheme": "light"})
    paper = player.run("return getComputedStyle(document.body).backgroundColor")
    assert paper == f"rgb{rgb(THEMES['dark'].background)}"


def test_the_ground_is_painted_in_the_themes_colours(open_page):
    _, player = open_page("booth", ["adam:lr=0.5"])
    colours = [np.median(player.pixels(".map canvas")[50:-50, 80:-20, :3]) for _ in (0, 1) if player.press("t")]
    assert colours[0] < 90 < 150 < colours[1]


@pytest.mark.slow
@pytest.mark.parametrize("window", [(360, 740), (800, 600), (1440, 900)], ids=str)
def test_it_fits_its_window(open_page, window):
    width, height = window
    _, player = open_page(window={"width": width, "height": height})
    inside = player.run("return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert inside[0] <= width
    assert width < 736 or inside[1] <= height
    [map_width, map_height] = player.run(
        "const box = document.querySelector('.map canvas:nth-child(2)').getBoundingClientRect();"
        "return [box.width, box.height]"
    )
    assert map_width * map_height > 0.29 * width * min(height, width)
    small = player.run(
        "return [...document.querySelectorAll('button, select, input')].filter((each) => each.offsetParent)"
        ".map((each) => each.getBoundingClientRect()).filter((box) => Math.min(box.width, box.height) < 44).length"
    )
    assert small == 0


def test_every_control_has_a_name_and_a_visible_focus(open_page):
    _, player = open_page("booth", ["adam:lr=0.5"])
    controls = "[...document.querySelectorAll('button, select, input')]"
    names = player.run(f"return {controls}.map((each) => each.ariaLabel || each.textContent.trim())")
    assert all(names)
    player.press(TAB)
    outline = player.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_it_reads_out_what_lies_under_the_pointer(open_page):
    race, player = open_page("booth", ["adam:lr=0.5"], race={"steps": 40})
    point = """
        const figure = document.querySelector(arguments[0]), box = figure.children[1].getBoundingClientRect();
        const where = { clientX: box.left + arguments[1] * box.width, clientY: box.top + arguments[2] * box.height };
        figure.dispatchEvent(new PointerEvent("pointermove", where));
        return document.querySelector(".readout").innerText"""
    x0, x1, y0, y1 = race.surface.window
    x, y = race.points[-1, 0]
    told_there = player.run(point, ".map", (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0))
    assert "Adam step 40" in told_there
    player.press(LEFT)
    assert "Adam step 39" in player.run("return document.querySelector('.readout').innerText")
    player.press(RIGHT)
    assert float(re.search(r"loss (\S+)", told_there)[1].replace("−", "-")) == pytest.approx(race.values[-1, 0], 1e-5)
    told_there = player.run(point, ".map", 0.9, 0.1)
    found = {key: float(value.replace("−", "-")) for key, value in re.findall(r"(x|y|≈) (\S+)", told_there)}
    assert (found["x"], found["y"]) == pytest.approx((x0 + 0.9 * (x1 - x0), y1 - 0.1 * (y1 - y0)), abs=0.05)
    assert found["≈"] == pytest.approx(float(race.surface(np.array([found["x"], found["y"]]))), rel=0.3)


def test_a_drag_over_a_curve_leads_through_time(open_page):
    _, player = open_page("booth", ["adam:lr=0.5"], race={"steps": 40})
    drag = """
        const figure = document.querySelector(".curve"), box = figure.getBoundingClientRect();
        const where = { clientX: box.left + arguments[0] * box.width, clientY: box.top + 40, buttons: 1, pointerId: 1 };
        figure.dispatchEvent(new PointerEvent("pointermove", where));
        return document.querySelector(".readout").innerText"""
    early, late = player.run(drag, 0.35), player.step
    assert early.startswith(f"step {late}\nAdam ")
    assert 0 < late < 30
    player.run(drag, 0.7)
    assert late < player.step < 40


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("booth", ["adam:lr=0.5"]), {}),
        (("plane", ["sgd:lr=0.1"]), {}),
        (("himmelblau",), {"layout": "panels", "curves": ("gradient", "step", "distance", "sharpness")}),
        (("himmelblau",), {"view": "relief"}),
        (("himmelblau",), {"race": {"start": [(-4.0, 0.05 * k) for k in range(64)], "steps": 40}}),
        (("himmelblau",), {"show": ("fading",)}),
        (("himmelblau", ["adam"]), {"show": ("vectors",), "race": {"steps": 24}}),
        (("noisy-moons", ["sgd", "adam"]), {"show": ("ghosts",), "seeds": 5, "curves": ("loss",)}),
        (("booth", [f"sgd:lr={0.0001 * 1.05**k:.6g}" for k in range(64)]), {"race": {"steps": 40}}),
        (("booth", ["sgd:lr=3"]), {"race": {"steps": 60}}),
        (("booth", ["adam:lr=0.001"]), {"race": {"steps": 5000}}),
    ],
    ids=[
        "one",
        "no minimum",
        "panels",
        "relief",
        "swarm",
        "fading",
        "vectors",
        "ghosts",
        "64",
        "diverged",
        "long",
    ],
)
def test_every_kind_of_scene_plays(open_page, arguments, options):
    if arguments[0] == "plane":
        plane = Surface(name="plane", fn=lambda x, y: 0.3 * x + 0.1 * y, domain=(-2, 2, -2, 2), start=(1, 1), lr=0.1)
        arguments = (plane, *arguments[1:])
    race, player = open_page(*arguments, **options)
    assert player.step == race.steps
    blank = player.pixels(".map canvas:nth-child(3)")
    player.press(HOME)
    assert player.step == 0
    start = player.pixels(".map canvas:nth-child(3)")
    assert start[..., 3].any(), "the heads are on the map"
    assert not np.array_equal(start, blank)
    player.press(RIGHT, RIGHT, " ").until("return Number(document.querySelector('.step b').textContent) > 2")


def test_hostile_text_is_read_and_never_run(open_page):
    label = HOSTILE.replace('"', "")
    _, player = open_page("booth", [f'sgd:lr=0.05,label="{label}"'], race={"steps": 5}, title=HOSTILE)
    assert player.run("return document.querySelector('.race h1').textContent") == HOSTILE
    assert player.run("return document.querySelector('.name').textContent") == label
    assert player.run("return document.querySelectorAll('#stage img, #stage script').length") == 0


def test_where_no_code_runs_the_end_is_shown(browser, tmp_path):
    path = tmp_path / "a.html"
    path.write_bytes(page_for("booth", ["adam:lr=0.5"])[1].encode())
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(path.as_uri())
        shown = browser.find_element("id", "still")
        assert shown.is_displayed()
        assert shown.find_element("tag name", "img").size["width"] > 400
        assert "Without them" in shown.text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.slow
def test_in_the_frame_of_a_notebook_it_plays(browser, tmp_path):
    path = tmp_path / "notebook.html"
    animation = optviz.animate(optviz.race("booth", ["adam:lr=0.5"], steps=10))
    path.write_text(f"<!doctype html><title>-</title>{animation._repr_mimebundle_()['text/html']}", encoding="utf-8")
    browser.get(path.as_uri())
    browser.switch_to.frame(browser.find_element("tag name", "iframe"))
    try:
        Player(browser, path).until("return document.querySelector('.race') !== null")
    finally:
        browser.switch_to.default_content()
