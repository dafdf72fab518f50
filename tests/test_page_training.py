"""Pages of trainings: what they carry of curves, regions and planes, and how they play in a browser."""

import base64
import zlib

import numpy as np
import pytest

import optviz
from optviz.classes import class_looks
from optviz.draw.cast import gauge_label
from optviz.draw.regions import tints
from optviz.netscenes import SHOWS, portrait_of, scene_of_training
from optviz.netscenes.boundary import answers_at
from optviz.netscenes.moments import moments_of
from optviz.page import page_of
from optviz.page.data import told
from optviz.recipe import read_recipe
from optviz.scene import Contour, Curves
from optviz.themes import DARK, THEMES, rgb
from tests.pages import END, HOME, LEFT, RIGHT, Parsed, numbers, opener
from tests.trainings import trained

EVERY = [*SHOWS, *(f"{show},curves" for show in SHOWS if show != "curves")]
CANVAS = "figure:nth-child({}) canvas:nth-child({})"


@pytest.fixture(scope="module")
def moons():
    """Two runs, with their weights along the way."""
    return trained()


@pytest.fixture(scope="module")
def blobs():
    """Four classes."""
    return trained(data="four-blobs:samples=160", hidden=(12,), optimizers=["adam:lr=0.05"])


def scene(training, **options):
    return scene_of_training(training, portrait_of(options))


def panels(made, kind):
    return [panel for row in made.panels for panel in row if isinstance(panel, kind)]


def gaps(region, moments):
    """What a page knows of regions: how far each class lies behind the best (T+1, C, rows, columns)."""
    changes = np.frombuffer(zlib.decompress(base64.b64decode(region["changes"]["deflated"]), -zlib.MAX_WBITS), np.uint8)
    shape = moments, region["classes"], region["rows"], region["columns"]
    steps = changes.reshape(shape).cumsum(axis=0, dtype=np.uint8)
    return (steps / region["steps"]) ** 3 * region["gap"]


# What it carries


@pytest.mark.slow
@pytest.mark.parametrize("show", EVERY)
def test_a_page_comes_from_the_command_line_and_again_from_itself(run, folder, show):
    line = ["train", "--data", "moons:samples=120,noise=0.2", "--hidden", "6", "--batch-size", "24", "--epochs", "2"]
    line += ["-O", "sgd:lr=0.5", "-O", "adam:lr=0.01", "--size", "400x300", "--show", show]
    result = run(*line, "-o", "a.html")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("a.html\n")
    assert run(*line, "-o", "b.html").exit_code == 0
    assert run("animate", "--from", "a.html", "-o", "c.html").exit_code == 0
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes() == (folder / "c.html").read_bytes()
    assert read_recipe("a.html").training["show"] == sorted(show.split(","), key="curves".__eq__)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--show", "plane", "--view", "relief", "--camera", "orbit"], "--camera fixed"),
        (["--transparent"], "cannot be transparent"),
    ],
)
def test_what_no_page_can_show_is_refused_before_anything_is_trained(refuse, options, words):
    assert words in refuse(2, "train", "--epochs", "1000000", *options, "-o", "a.html")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["moons", "spirals", "four-blobs"])
def test_regions_of_three_runs_stay_small(kind):
    optimizers = ["sgd:lr=0.1", "momentum:lr=0.03", "adam:lr=0.01"]
    training = trained(data=kind, hidden=(16, 16), optimizers=optimizers, epochs=20, batch_size=64, snapshots=121)
    page = page_of(scene(training, show="boundary"))
    assert len(page.encode()) < 500_000


@pytest.mark.slow
@pytest.mark.parametrize("show", ["curves", "activations", "plane", "plane,curves"])
def test_other_pages_are_as_small_as_those_of_races(moons, show):
    assert len(page_of(scene(moons, show=show)).encode()) < 300_000


@pytest.mark.parametrize("sort", ["moons", "blobs"])
def test_regions_are_what_the_network_answers(request, sort):
    training = request.getfixturevalue(sort)
    made = scene(training, show="boundary")
    moments = len(made.cast[0].values)
    for region, run in zip(told(made).data["regions"], training.runs, strict=True):
        x0, x1, y0, y1 = region["box"]
        x, y = np.linspace(x0, x1, region["columns"]), np.linspace(y1, y0, region["rows"])
        logs = answers_at(run, moments_of(training), np.stack(np.meshgrid(x, y), axis=-1)).astype(float)
        behind = np.moveaxis(logs.max(axis=-1, keepdims=True) - logs, -1, 1)
        found = gaps(region, moments)
        assert np.abs(found - behind)[behind < 4].mean() < 0.03
        assert np.abs(np.exp(-found) - np.exp(-behind)).max() < 0.12
        assert (found.min(axis=1) == 0).all(), "one class is the best"


def test_points_and_their_classes_lie_on_regions(blobs):
    made = scene(blobs, show="boundary")
    [panel], [region] = made.panels[0], told(made).data["regions"]
    x0, x1, y0, y1 = panel.box
    points = numbers(region["points"]).reshape(-1, 2) * (x1 - x0, y0 - y1) + (x0, y1)
    assert np.allclose(points, panel.points, atol=1e-4)
    assert numbers(region["labels"]).tolist() == panel.labels.tolist()


@pytest.mark.parametrize("show", ["curves", "activations", "boundary,curves"])
def test_curves_are_those_of_the_film(moons, show):
    made = scene(moons, show=show)
    data = told(made).data
    assert data["rows"] == ([] if "boundary" in show else [len(row) for row in made.panels])
    for curve, panel in zip(data["curves"], panels(made, Curves), strict=True):
        assert curve["titles"] == [panel.series.title, *panel.briefly]
        assert curve["edged"] == panel.edged
        assert np.allclose(numbers(curve["values"]), panel.series.values.ravel(), rtol=1e-6, equal_nan=True)
        if panel.span is not None:
            assert (curve["low"], curve["high"]) == panel.span
        for name, wanted in (("beside", [panel.beside]), ("band", panel.band)):
            if wanted is None or wanted[0] is None:
                assert curve[name] is None
                continue
            found = curve[name] if name == "band" else [curve[name]]
            for each, values in zip(found, wanted, strict=True):
                assert np.allclose(numbers(each), values.ravel(), rtol=1e-5, equal_nan=True)


def test_a_thin_series_lies_on_the_axis():
    made = scene(trained(epochs=6), show="curves")
    [loss, _] = told(made).data["curves"]
    assert loss["low"] <= np.log10(np.nanmin(numbers(loss["beside"])))


@pytest.mark.parametrize("show", SHOWS)
def test_clock_and_gauges_are_those_of_the_film(moons, show):
    made = scene(moons, show=show)
    data = told(made).data
    assert data["clock"]["unit"] == "epoch"
    assert data["clock"]["readings"][-1] == "6.0"
    assert data["clock"]["readings"] == [made.timeline.clock.reading(step) for step in range(data["steps"] + 1)]
    for runner, wanted in zip(data["cast"], made.cast, strict=True):
        [gauge], [more] = runner["more"], wanted.more
        assert (gauge["measure"], gauge["percent"]) == (more.measure, more.percent)
        assert np.allclose(numbers(gauge["values"]), more.values, equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("view", ["contour", "relief"])
def test_trails_are_as_pale_as_in_the_film(moons, view):
    made = scene(moons, show="plane", plane="random", view=view)
    [panel] = panels(made, Contour)
    [shown] = told(made).data["maps"]
    assert np.abs(numbers(shown["pale"]) / 255 - np.clip(panel.pale, 0, 1).ravel()).max() < 0.003
    assert shown["note"] == panel.note != ""


@pytest.mark.parametrize("show", ["plane", "boundary"])
def test_the_loss_is_followed_on_a_logarithmic_axis(moons, show):
    made = scene(moons, show=show)
    [curve] = told(made).data["curves"]
    assert (curve["name"], curve["log"]) == ("loss", True)
    values = np.stack([runner.values for runner in made.cast], axis=1)
    assert np.allclose(numbers(curve["values"]), values.ravel(), rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("show", SHOWS)
def test_a_notebook_shows_the_page_of_a_training(moons, show):
    bundle = optviz.animate(moons, show=show, size=(240, 180), frames=4)._repr_mimebundle_()
    assert set(bundle) == {"text/html"}


# In a browser


@pytest.fixture
def open_page(browser, tmp_path):
    """Write the page of a training and open it; at the end it must have asked for nothing and complained of nothing."""
    with opener(browser, tmp_path) as shown:

        def call(training, window=None, **options):
            made = scene(training, **options)
            return made, shown(page_of(made), window)

        yield call


def epoch(player):
    return player.run("return document.querySelector('.step').textContent")


def point(player, selector, x, y, buttons=0):
    """What is read where the pointer is: at these shares of a canvas."""
    return player.run(
        """const canvas = document.querySelector(arguments[0]), box = canvas.getBoundingClientRect();
        const where = { clientX: box.left + arguments[1] * box.width, clientY: box.top + arguments[2] * box.height };
        const event = new PointerEvent("pointermove", { ...where, buttons: arguments[3], pointerId: 1 });
        canvas.parentElement.dispatchEvent(event);
        return document.querySelector(".readout").innerText""",
        selector, x, y, buttons,
    )  # fmt: skip


LOOKS = [
    *({"show": show} for show in EVERY),
    {"show": "plane", "view": "relief"},
    {"show": "plane,curves", "layout": "panels", "theme": "dark"},
    {"show": "boundary", "preset": "slide"},
    {"show": "curves", "preset": "square", "theme": "print"},
]


@pytest.mark.slow
@pytest.mark.parametrize("options", LOOKS, ids=str)
def test_every_show_plays(moons, open_page, options):
    made, player = open_page(moons, **options)
    assert epoch(player) == "epoch 6.0"
    figures = player.run("return document.querySelectorAll('figure').length")
    assert figures == sum(map(len, made.panels)) + (options["show"] in ("plane", "boundary"))
    gauges = player.run("return [...document.querySelectorAll('.gauge')].map((each) => each.textContent)")
    for gauge, runner in zip(gauges, made.cast, strict=True):
        [more] = runner.more
        wanted = gauge_label(more, -1) if np.isfinite(more.values[-1]) else "–"
        assert gauge == f"{more.measure} {wanted}"
    last = player.pixels("figure canvas:nth-child(3)")
    player.press(HOME)
    assert epoch(player) == "epoch 0.0"
    assert last[..., 3].any()
    player.press(RIGHT)
    assert epoch(player) == f"epoch {made.timeline.clock.reading(1)}"
    player.press(" ").until("return Number(document.querySelector('.step b').textContent) > 1")


@pytest.mark.slow
@pytest.mark.parametrize("window", [(360, 740), (800, 600), (1440, 900)], ids=str)
@pytest.mark.parametrize("show", EVERY)
def test_it_fits_its_window(moons, open_page, window, show):
    width, height = window
    _, player = open_page(moons, {"width": width, "height": height}, show=show)
    inside = player.run("return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert inside[0] <= width
    assert width < 736 or inside[1] <= height
    boxes = player.run(
        "return [...document.querySelectorAll('figure')].map((each) => each.getBoundingClientRect().toJSON())"
    )
    assert min(box["width"] for box in boxes) > (100 if width < 736 else 120)
    assert min(box["height"] for box in boxes) > 70
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            across = min(one["right"], other["right"]) - max(one["left"], other["left"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            assert across < 1 or down < 1, "panels do not overlap"


def test_on_a_telephone_the_curves_of_a_layer_follow_each_other(moons, open_page):
    made, player = open_page(moons, {"width": 360, "height": 740}, show="activations")
    tops = player.run(
        "return [...document.querySelectorAll('.curve')]"
        ".map((each) => [each.getBoundingClientRect().top, each.ariaLabel.replace(' over the epochs', '')])"
    )
    found = [title for _, title in sorted(tops)]
    assert found == [panel.series.title for column in zip(*made.panels, strict=True) for panel in column]


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sort", ["moons", "blobs"])
def test_regions_have_the_colours_of_what_the_network_answers(request, open_page, sort, theme):
    training = request.getfixturevalue(sort)
    made, player = open_page(training, show="boundary", theme=theme)
    player.until("return new Promise((done) => setTimeout(() => done(true), 200))")
    panel = made.panels[0][0]
    x0, x1, y0, y1 = panel.box
    pixels = player.pixels(CANVAS.format(1, 2))[..., :3].astype(float)
    height, width = pixels.shape[:2]
    shares = np.random.default_rng(1).uniform(0.01, 0.99, (400, 2))
    probabilities = training.runs[0].probabilities(shares * (x1 - x0, y0 - y1) + (x0, y1))
    count = probabilities.shape[1]
    table = tints([look.colour for look in class_looks(THEMES[theme], count)], THEMES[theme])
    level = (probabilities.max(axis=1) - 1 / count) / (1 - 1 / count) * table.shape[1]
    best = np.sort(probabilities, axis=1)
    clear = best[:, -1] > 3 * best[:, -2]  # not on a line
    wanted = table[probabilities.argmax(axis=1), np.clip(level.astype(int), 0, table.shape[1] - 1)]
    found = pixels[(shares[:, 1] * height).astype(int), (shares[:, 0] * width).astype(int)]
    off = np.abs(found - wanted).max(axis=1)[clear]
    assert clear.sum() > 150
    assert np.median(off) <= 1
    assert np.percentile(off, 98) < 12, "at most the neighbouring level"


def test_a_boundary_is_a_line_in_ink(moons, open_page):
    _, player = open_page(moons, show="boundary", theme="light")
    pixels = player.pixels(CANVAS.format(1, 2))[..., :3].astype(int)
    dark = (pixels.max(axis=-1) < 90).mean()
    assert 0.002 < dark < 0.04


def test_between_moments_regions_glide(moons, open_page):
    _, player = open_page(moons, show="boundary")
    show = "const r = document.querySelector('input'); return new Promise((done) => setTimeout(() => done(true), 200))"
    shots = []
    for _ in range(2):
        player.press(LEFT).run(show)
        shots.append(player.pixels(CANVAS.format(1, 2)))
    assert not np.array_equal(*shots)


def test_it_reads_out_class_and_confidence(moons, open_page):
    made, player = open_page(moons, show="boundary")
    panel = made.panels[0][0]
    x0, x1, y0, y1 = panel.box
    for x, y in ((0.3, 0.2), (0.7, 0.8), (0.55, 0.5)):
        [probabilities] = moons.runs[0].probabilities(np.array([[x0 + x * (x1 - x0), y1 - y * (y1 - y0)]]))
        first, second, third = point(player, CANVAS.format(1, 2), x, y).splitlines()
        assert first == f"{made.cast[0].title} epoch 6.0"
        name, number, share, _ = second.split()
        assert (name, number) == ("class", str(probabilities.argmax()))
        assert float(share) / 100 == pytest.approx(probabilities.max(), abs=0.02)
        assert third.startswith("x ")


def test_it_calls_classes_by_their_names(open_page):
    """Also where the names are numbers that do not begin at 0."""
    moons = optviz.load_data("moons:samples=120")
    for names in (["1", "2"], ["ant <b>", "bee"]):
        data = optviz.Dataset(name="named", title="Named", x=moons.x, y=np.array(names)[moons.y])
        _, player = open_page(trained(data, optimizers=["adam:lr=0.03"]), show="boundary")
        read = [point(player, CANVAS.format(1, 2), 0.5, y) for y in (0.1, 0.9)]
        assert [any(f"class {name}" in told for told in read) for name in names] == [True, True]


def test_it_reads_out_losses_on_a_plane(moons, open_page):
    made, player = open_page(moons, show="plane")
    [panel] = panels(made, Contour)
    x0, x1, y0, y1 = panel.box
    x, y = panel.points[-1, 1]
    first, loss, gauge, _ = point(player, ".map canvas:nth-child(2)", (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0)).split(
        "\n"
    )
    assert first == f"{made.cast[1].title} epoch 6.0"
    assert float(loss.split()[-1]) == pytest.approx(made.cast[1].values[-1], rel=1e-4)
    assert gauge == f"on plane {gauge_label(made.cast[1].more[0], -1)}"
    assert "loss ≈" in point(player, ".map canvas:nth-child(2)", 0.02, 0.02)


@pytest.mark.parametrize("show", ["curves", "activations"])
def test_a_drag_over_curves_leads_through_time(moons, open_page, show):
    made, player = open_page(moons, show=show)
    early = point(player, ".curve canvas", 0.4, 0.5, buttons=1).splitlines()
    assert early[0] == epoch(player)
    assert {line.split()[0] for line in early[1:]} == {runner.title for runner in made.cast}
    assert ("thin" in early[1]) == (show == "curves")
    first = float(epoch(player).split()[1])
    point(player, ".curve canvas", 0.8, 0.5, buttons=1)
    assert 0 < first < float(epoch(player).split()[1]) < 6


@pytest.mark.parametrize("view", ["contour", "relief"])
def test_pale_heads_are_mixed_with_the_paper(moons, open_page, view):
    made, player = open_page(moons, show="plane", plane="random", theme="dark", view=view)
    [panel] = panels(made, Contour)
    player.press(HOME)
    pixels = player.pixels(".map canvas:nth-child(3)")
    height, width = pixels.shape[:2]
    x, y = numbers(told(made).data["maps"][0]["heads"]).reshape(*panel.points.shape)[0, -1]
    found = pixels[int(y * height), int(x * width), :3]
    own, paper = (np.array(rgb(colour)) for colour in (DARK.look(made.cast[-1].slot).colour, DARK.background))
    share = 0.72 * min(1.0, panel.pale[0, -1])
    assert share > 0.2
    assert np.abs(found - (own + (paper - own) * share)).max() <= 3


def test_a_hidden_run_is_seen_faintly(moons, open_page):
    _, player = open_page(moons, show="boundary")
    opacity = (
        "return [...document.querySelectorAll('.regions')].map((each) => getComputedStyle(each.children[1]).opacity)"
    )
    assert player.run(opacity) == ["1", "1"]
    player.press("2")
    assert player.run(opacity) == ["1", "0.2"]
    assert player.press("2", END).run(opacity) == ["1", "1"]


@pytest.mark.parametrize("show", ["curves", "boundary", "plane"])
def test_where_no_code_runs_the_end_is_shown(moons, browser, tmp_path, show):
    path = tmp_path / "a.html"
    path.write_bytes(page_of(scene(moons, show=show)).encode())
    [image] = Parsed(path.read_text(encoding="utf-8")).all("img")
    assert image["src"].startswith("data:image/webp;base64,")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(path.as_uri())
        shown = browser.find_element("id", "still")
        assert shown.is_displayed()
        assert shown.find_element("tag name", "img").size["width"] > 400
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_what_diverged_says_so_and_its_line_ends(open_page):
    training = trained(optimizers=("sgd:lr=1e20", "sgd:lr=0.1"), snapshots=0)
    made, player = open_page(training, show="curves")
    gone = training.runs[0].diverged_at
    assert gone is not None
    assert [each["diverged"] for each in told(made).data["cast"]] == [gone, None]
    rows = player.run("return [...document.querySelectorAll('button[aria-pressed]')].map((row) => row.title)")
    assert f"diverged at step {gone}" in rows[0]
    assert "diverged" not in rows[1]
    [words, _] = player.run("return [...document.querySelectorAll('button[aria-pressed]')].map((row) => row.innerText)")
    assert "accuracy diverged" in words.replace("\n", " ")
