"""What the player of a page draws and says, without a browser: in a JavaScript engine, on canvases that remember.

Right values come from the race itself, and from what the page says of where its map lies.
"""

import numpy as np
import pytest

import optviz
from optviz.numerals import loss_label
from optviz.page import page_of
from optviz.page.packing import packed, packed_bytes, packed_roughly
from optviz.scene import cast_of, scene_of
from optviz.surface import Surface
from optviz.themes import DARK, LIGHT
from tests.offscreen import Offscreen, discs, engine, strokes, told, words

pytest.importorskip("quickjs", reason="needs a JavaScript engine: pip install quickjs")
SMALL = (320, 240)
OPTIMIZERS = ["sgd:lr=0.01", "momentum:lr=0.01", "adam:lr=0.3"]


def shown_of(race, calm=True, dark=False, narrow=False, rooms=None, **picture):
    page = page_of(scene_of(race, size=SMALL, **picture))
    return Offscreen(page, calm=calm, dark=dark, narrow=narrow, rooms=rooms)


@pytest.fixture(scope="module")
def race():
    return optviz.race("himmelblau", OPTIMIZERS, steps=40)


@pytest.fixture(scope="module")
def player(race):
    """The page of a race at its end; a test that hides runs or changes the theme takes that back."""
    return shown_of(race)


def colours(race, theme=LIGHT):
    return [theme.look(runner.slot).colour for runner in cast_of(race)]


def on_map(shown, points, map_=0):
    """Points of the surface in pixels of a map, by the box and the place that the page states."""
    x0, x1, y0, y1 = shown.data["maps"][map_]["box"]
    _, _, width, height = shown.place(map_)
    points = np.asarray(points)
    return np.stack([(points[..., 0] - x0) / (x1 - x0) * width, (y1 - points[..., 1]) / (y1 - y0) * height], axis=-1)


def heads(shown, race, theme=LIGHT):
    """Where the heads are, by run."""
    drawn = discs(shown.drawn("figure.map", 2))
    return np.array([next(disc[1:3] for disc in drawn if disc[0] == colour) for colour in colours(race, theme)])


# Where things are


@pytest.mark.parametrize("step", [0, 1, 7, 40])
def test_heads_are_where_the_race_is(player, race, step):
    player.press("Home", *["ArrowRight"] * (step % 10), *["End"] * (step == 40))
    assert player.step == step
    assert np.abs(heads(player, race) - on_map(player, race.points[step])).max() < 0.05
    assert player.losses == [loss_label(value) for value in race.values[step].tolist()]


def test_a_head_has_a_rim_and_those_that_coincide_lie_within_each_other(player, race):
    drawn = discs(player.press("Home").drawn("figure.map", 2))
    assert [disc[0] for disc in drawn] == [LIGHT.background, *colours(race)], "one rim around all"
    sizes = [disc[3] for disc in drawn]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert sizes[1] / sizes[3] == pytest.approx(1.8)


def test_trails_lead_from_the_start_to_the_heads(player, race):
    for keys, step in ((["End"], 40), (["Home", *["ArrowRight"] * 6], 6)):
        player.press(*keys)
        for column, colour in enumerate(colours(race)):
            laid = [
                point[:2]
                for layer in (1, 2)
                for line in strokes(player.drawn("figure.map", layer), colour)
                for point in line["path"]
            ]
            wanted = on_map(player, race.points[: step + 1, column])
            far = np.hypot(*(wanted[:, None] - np.array(laid)[None]).transpose(2, 0, 1))
            assert far.min(axis=1).max() < 1.6, "every point is on the trail"
            assert far.min(axis=0).max() < 1.6, "and nothing else is"


def test_back_in_time_the_trails_are_what_they_were(player):
    player.press("Home", *["ArrowRight"] * 9)
    onward = player.drawn("figure.map", 1)
    assert player.press("End", "Home", *["ArrowRight"] * 9).drawn("figure.map", 1)[-len(onward) :] == onward
    player.press("End", *["ArrowLeft"] * 31)
    assert player.drawn("figure.map", 1) == onward


def test_minima_are_crosses_and_starts_are_rings(player, race):
    corner = np.array(player.place()[:2])
    drawn = player.drawn("figure.map", 0)
    wanted = on_map(player, race.surface.minima) + corner
    bars = [np.array([point[:2] for point in line["path"]]) for line in strokes(drawn, LIGHT.ink)]
    middles = [bar.mean(axis=0) for bar in bars if len(bar) == 2]
    for spot in wanted:
        assert sum(np.abs(middle - spot).max() < 0.05 for middle in middles) == 2
    assert len(middles) == 2 * len(wanted)
    [ring] = [line["path"][0] for line in strokes(drawn, LIGHT.ink) if len(line["path"]) == 1]
    assert ring[:2] == pytest.approx(on_map(player, race.points[0, 0]) + corner)


def test_the_numbers_of_a_map_stand_at_their_values(player, race):
    left, top, width, height = player.place()
    x0, x1, y0, y1 = player.data["maps"][0]["box"]
    across = 0
    for text, begin, end, y in words(player.drawn("figure.map", 0)):
        value = float(text.replace("−", "-"))
        if y > top + height:
            across += 1
            assert (begin + end) / 2 == pytest.approx(left + (value - x0) / (x1 - x0) * width, abs=1)
        else:
            assert y - 4.5 == pytest.approx(top + (y1 - value) / (y1 - y0) * height, abs=1)
    assert across == 5


def test_an_arrowhead_stands_where_a_path_leaves_the_map():
    race = optviz.race("booth", ["sgd:lr=3"], steps=6)
    shown = shown_of(race)
    _, _, width, height = shown.place()
    [arrow] = [each for each in shown.drawn("figure.map", 1) if each["kind"] == "fill"]
    x, y = arrow["path"][0][:2]
    assert min(x, y, width - x, height - y) == pytest.approx(2, abs=2.1)
    outside = on_map(shown, race.points[:, 0])
    k = int(np.argmax(((outside < 0) | (outside > (width, height))).any(axis=1)))
    (a, b), (c, d) = outside[k - 1 : k + 1]
    assert abs((x - a) * (d - b) - (y - b) * (c - a)) / np.hypot(c - a, d - b) < 0.1, "it lies on the path"


# Time


def test_it_plays_at_the_films_pace_and_stops_at_the_end(race):
    shown = shown_of(race, calm=False)
    begins = np.cumsum([0, *scene_of(race, size=SMALL).timeline.durations])
    assert shown.step == 0
    steps = scene_of(race, size=SMALL).timeline.steps
    for wait in (300, 700):
        shown.wait(wait)
    reading = shown.ask("Number(screen.all('input')[0].value)")
    assert reading == pytest.approx(np.interp(1000, begins[:-1], steps), abs=0.02)
    assert shown.step <= reading
    assert shown.attributes("footer button", "aria-label")[0].startswith("Pause")
    shown.press("+").wait(500)
    assert shown.ask("Number(screen.all('input')[0].value)") == pytest.approx(
        np.interp(2000, begins[:-1], steps), abs=0.02
    )
    shown.press(" ")
    here = shown.step
    assert shown.wait(400).step == here
    shown.press("k").wait(60_000)
    assert shown.step == 40
    assert shown.attributes("footer button", "aria-label")[0].startswith("Play")
    shown.click("footer button").wait(40)
    assert shown.step < 3, "from the end it begins anew"


def test_between_two_steps_heads_glide(race):
    shown, shares = shown_of(race, calm=False), []
    for _ in range(8):
        at = shown.wait(60).ask("Number(screen.all('input')[0].value)")
        step, share = int(at + 1e-9), max(0.0, at - int(at + 1e-9))
        spot = on_map(shown, race.points[step] + share * (race.points[step + 1] - race.points[step]))
        assert np.abs(heads(shown, race) - spot).max() < 0.05
        shares.append(share)
    assert any(0.2 < share < 0.8 for share in shares)


def test_keys_buttons_and_the_slider_lead_through_time(player):
    assert player.press("Home").step == 0
    assert player.press("ArrowLeft").step == 0
    assert player.press("ArrowRight", shift=True).step == 10
    assert player.press("ArrowLeft").step == 9
    assert player.click("footer button", 1).step == 8
    assert player.click("footer button", 2).click("footer button", 2).step == 10
    player.ask("((range) => (range.value = 23, range.fire('input')))(screen.all('input')[0]) ?? 0")
    assert player.step == 23
    assert player.attributes("input", "aria-valuetext") == ["step 23 of 40"]
    assert player.press("End", "ArrowRight").step == 40


def test_keys_set_the_speed_within_its_ends(player):
    speed = "screen.all('select')[0].value"
    found = [player.press(key).ask(speed) for key in "++++" + "-" * 6 + "++"]
    assert found == ["2", "4", "8", "8", "4", "2", "1", "0.5", "0.25", "0.25", "0.5", "1"]


def test_times_and_moments_are_each_others_inverse():
    js = engine("clock")
    times = [0, 300, 340, 400, 900]
    at = np.linspace(0, 4, 41)
    there = told(js, "values[1].map((at) => timeAt(values[0], at))", times, at.tolist())
    assert there == pytest.approx(np.interp(at, range(5), times))
    back = told(js, "values[1].map((time) => momentAt(values[0], time))", times, there)
    assert back == pytest.approx(at)
    assert told(js, "[momentAt(values[0], 1e9), timeAt(values[0], 4)]", times) == [4, 900]


# What is seen and what is said


def test_a_hidden_run_is_seen_nowhere(player, race):
    gone, *others = colours(race)
    for act in (lambda: player.press("1"), lambda: player.click("div.cast button")):
        act()
        assert player.attributes("div.cast button", "aria-pressed")[:2] == ["false", "true"]
        for figure in ("figure.map", "figure.curve"):
            drawn = str([player.drawn(figure, layer) for layer in range(3)])
            assert gone not in drawn
            assert all(other in drawn for other in others)
        act()
        assert gone in str(player.drawn("figure.map", 2))


@pytest.mark.parametrize("dark", [False, True])
def test_it_follows_the_visitors_light_until_a_theme_is_chosen(race, dark):
    shown = shown_of(race, dark=dark)
    first, other = (DARK, LIGHT) if dark else (LIGHT, DARK)
    assert shown.page_style["--paper"] == first.background
    assert np.isfinite(heads(shown, race, first)).all()
    shown.turn(dark=not dark)
    assert shown.page_style["--ink"] == other.ink
    shown.press("t")
    assert shown.page_style["--paper"] == first.background
    shown.turn(dark=dark).turn(dark=not dark)
    assert shown.page_style["--paper"] == first.background


def test_curves_are_the_losses_on_the_axes_that_are_written(player, race):
    player.press("Home", "ArrowRight", "ArrowRight")
    drawn = player.drawn("figure.curve", 0)
    values, lines, steps, columns = [], [], [], []
    for text, begin, end, y in words(drawn):
        if text.startswith("1e"):
            values.append(float(text[2:].replace("−", "-")))
            lines.append(y - 0.36 * 12)
        elif text.isdigit():
            steps.append(int(text))
            columns.append((begin + end) / 2)
    up, across = np.polyfit(values, lines, 1), np.polyfit(steps, columns, 1)
    lowest = float(race.surface(np.array(race.surface.minima[0])))
    found = {colour: (x, y) for colour, x, y, _ in discs(player.drawn("figure.curve", 2))}
    for column, colour in enumerate(colours(race)):
        x, y = found[colour]
        assert x == pytest.approx(np.polyval(across, 2), abs=0.5)
        assert y == pytest.approx(np.polyval(up, np.log10(race.values[2, column] - lowest)), abs=0.5)
    clip, image, *_ = player.drawn("figure.curve", 2)
    assert (clip["kind"], image["kind"]) == ("clip", "image")
    assert clip["path"][1][0] == pytest.approx(x), "curves are seen as far as the moment"
    for column, colour in enumerate(colours(race)):
        [line] = strokes(image["log"], colour)
        heights = np.array([point[1] for point in line["path"]])
        low = player.data["curves"][0]["low"]
        wanted = np.maximum(low, np.log10(np.maximum(race.values[:, column] - lowest, 1e-300)))
        assert np.abs(heights - np.polyval(up, wanted)).max() < 0.5


def test_it_reads_out_heads_trails_and_the_ground(player, race):
    left, top, width, height = player.place()
    player.press("End")
    titles = [runner.title for runner in cast_of(race)]
    for step in (40, 2):
        x, y = on_map(player, race.points[step, 2]) + np.array([left, top])
        name, loss, where = player.point("figure.map", x, y)
        title, _, number = name.rpartition(" step ")
        column, nearest = titles.index(title), int(number)
        there = on_map(player, race.points[nearest, column])
        assert np.hypot(*(there - (x - left, y - top))) < 3
        assert float(loss.split()[1].replace("−", "-")) == pytest.approx(race.values[nearest, column], rel=1e-5)
        assert where.startswith("x ")
    x0, x1, y0, y1 = player.data["maps"][0]["box"]
    where, loss = player.point("figure.map", left + 0.9 * width, top + 0.1 * height)
    x, y = (float(text.replace("−", "-")) for text in where.split()[1::2])
    assert (x, y) == pytest.approx((x0 + 0.9 * (x1 - x0), y1 - 0.1 * (y1 - y0)), abs=6e-3)
    assert float(loss.split()[-1]) == pytest.approx(float(race.surface(np.array([x, y]))), rel=0.15)
    assert player.point("figure.map", 3, top + 40) == []


def test_a_drag_over_curves_leads_to_the_step_under_it_and_orders_by_loss(player, race):
    moment, *lines = player.point("figure.curve", 190, 60, kind="pointerdown", buttons=1)
    step = player.step
    assert moment == f"step {step}"
    assert 15 < step < 25
    losses = race.values[step]
    titles = [cast_of(race)[column].title for column in np.argsort(-losses)]
    assert [line.rpartition(" ")[0] for line in lines] == titles
    player.press("End")


@pytest.mark.parametrize("rooms", [{}, {"figure.map": (150, 130), "figure.curve": (130, 90)}], ids=["wide", "small"])
def test_no_words_leave_their_canvas(race, rooms):
    shown = shown_of(race, rooms=rooms, layout="panels", curves=("gradient", "distance"))
    for figure in ("figure.map", "figure.curve"):
        width, height = ({"figure.map": (620, 520), "figure.curve": (340, 220)} | rooms)[figure]
        written = words(shown.drawn(figure, 0))
        assert written
        for text, begin, end, y in written:
            assert -0.6 <= begin < end <= width + 0.6, text
            assert 5 <= y <= height, text


def test_every_run_has_a_row_with_its_name_and_rate(player, race):
    rows = player.texts("div.cast button")
    for row, runner in zip(rows, cast_of(race), strict=True):
        assert runner.title in row
        assert runner.rate in row


# Other scenes


def test_of_a_swarm_every_head_is_stamped_once():
    starts = [(-4 + k % 8, -3.5 + k // 8) for k in range(64)]
    race = optviz.race("himmelblau", ["sgd:lr=0.001"], start=starts, steps=12)
    shown = shown_of(race).press("Home")
    stamps = [each for each in shown.drawn("figure.map", 2) if each["kind"] == "image"]
    assert len(stamps) == 128, "a rim and a dot for each"
    middles = np.array([(each["left"] + each["width"] / 2, each["top"] + each["height"] / 2) for each in stamps[64:]])
    wanted = on_map(shown, race.points[0])
    assert np.abs(middles - wanted).max() < 0.1
    assert stamps[0]["width"] > stamps[64]["width"]
    hairs = [each for each in shown.press("End").drawn("figure.map", 1) if each["kind"] == "stroke"]
    assert 0 < max(each["alpha"] for each in hairs) < 1


def test_a_relief_has_heads_on_the_block_and_hides_what_is_behind(race):
    shown = shown_of(race, view="relief")
    _, _, width, height = shown.place()
    [map_] = shown.data["maps"]
    assert width / height == pytest.approx(384 / 320, rel=0.01), "as its picture is"
    drawn = discs(shown.drawn("figure.map", 2))
    assert drawn
    assert all(0 < x < width and 0 < y < height for _, x, y, _ in drawn)
    assert map_["relief"]["labels"]


def test_vectors_show_the_step_that_is_made(race):
    race = optviz.race("himmelblau", ["adam:lr=0.3"], steps=24)
    shown = shown_of(race, show=("vectors",)).press("Home", "ArrowRight", "ArrowRight")
    here, there = on_map(shown, race.points[2:4, 0])
    tips = [np.array(each["path"][1][:2]) for each in shown.drawn("figure.map", 2)
            if each["kind"] == "fill" and len(each["path"]) == 3]  # fmt: skip
    assert np.abs(tips[0] - there).max() < 0.1
    x, y = race.points[2, 0]
    f, g = x**2 + y - 11, x + y**2 - 7
    slope = np.array([-(4 * x * f + 2 * g), 2 * f + 4 * y * g])  # downhill, seen with y upward
    toward = (tips[-1] - here) / np.hypot(*(tips[-1] - here))
    scale = np.array(on_map(shown, [1.0, -1.0]) - on_map(shown, [0.0, 0.0]))
    assert toward @ (slope * scale / np.hypot(*(slope * scale))) == pytest.approx(1, abs=1e-3)
    assert shown.texts("ul.key li") == ["step", "−gradient", "−momentum", "scale √v"]


def test_what_diverged_says_so():
    surface = Surface(name="wall", fn=lambda x, y: 1e3 * x**4 + y**2, domain=(-2, 2, -2, 2), start=(1.5, 1.5))
    shown = shown_of(optviz.race(surface, ["sgd:lr=1"], steps=30))
    assert shown.losses == ["diverged"]


# Parts


def test_packed_numbers_are_read_back():
    js = engine("data")
    values = np.array([0.1, -2.5e8, np.nan, 3.0])
    finite = [0, 1, 3]
    for told_ in (packed(values, "<f8"), packed(values, "<f4")):
        found = told(js, "[...unpacked(values[0])]", told_)
        assert [found[i] for i in finite] == pytest.approx(values[finite])
        assert found[2] is None
    assert told(js, "[...unpacked(values[0])]", packed(np.array([7, 1 << 31]), "<u4")) == [7, 1 << 31]
    assert told(js, "[...unpacked(values[0])]", packed_bytes(np.array([True, False, True]))) == [1, 0, 1]
    shares = np.array([-1.0, -0.25, 0.5, np.nan, 2.0])
    found = told(js, "[...unpacked(values[0])]", packed_roughly(shares, -1, 2))
    assert found[3] is None
    assert [found[i] for i in (0, 1, 2, 4)] == pytest.approx([-1, -0.25, 0.5, 2], abs=5e-5)


def test_a_path_keeps_what_can_be_seen_and_breaks_where_there_is_nothing():
    js = engine("pens", "path")
    across, down = "values[0].map((x) => x ?? NaN)", "values[0].map(() => 0)"
    made = f"new Path({across}, {down}, values[0].map((_, i) => i), null, 1.5)"
    x = [0, 1, 4, 8, None, 20, 23]
    assert told(js, f"[...{made}.kept]", x) == [0, 2, 3, 5, 6]
    assert told(js, f"[...{made}.before]", x) == [-1, -1, 0, 2, -1, -1, 5]
    assert told(js, f"[...{made}.walked]", x)[3] == 8
    assert told(js, f"[0, 1, 2, 4, 6].map((t) => {made}.count(t))", x) == [1, 1, 2, 3, 5]
    assert told(js, f"{made}.tail(3, 3)", x) == {"corners": [4, 0, 8, 0], "walked": 4}


def test_colours_fade_toward_the_paper():
    js = engine("pens")
    shares = {0: "#ffffff", 0.5: "#80a0c0", 1: "#004080"}
    assert told(js, "values.map((share) => faded('#004080', '#ffffff', share))", *shares) == list(shares.values())


@pytest.mark.parametrize(("stage", "count", "columns"), [((900, 400), 2, 2), ((400, 900), 2, 1), ((900, 800), 4, 2)])
def test_panels_are_as_large_as_they_can_be(stage, count, columns):
    race = optviz.race("booth", [f"sgd:lr=0.0{k}" for k in range(1, count + 1)], steps=3)
    shown = shown_of(race, layout="panels", rooms={"section.panels": stage, "figure.map": (200, 200)})
    assert shown.style("section.panels")["gridTemplateColumns"] == f"repeat({columns}, minmax(0, 1fr))"
    assert len(shown.texts("figure.map")) == count


def test_a_label_at_an_edge_is_moved_into_its_figure():
    js = engine("numbers", "pens", "scales", "axes")
    span = "values.map((x) => spanOf(document.createElement('canvas').getContext('2d'), '123456', 20, x, 300))"
    assert np.array(told(js, span, 2, 150, 299)) == pytest.approx(np.array([[0, 66], [117, 183], [234, 300]]))
