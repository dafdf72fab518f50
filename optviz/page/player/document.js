// The page around the pictures.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** An icon of one path in a square of 24. */
function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

const LONG = 60; // letters of a title that is written smaller, on several lines

const ICONS = {
  play: "M8 5.2v13.6L19 12z",
  pause: "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
  back: "M6.5 6h2v12h-2zM18 6v12l-8.5-6z",
  forward: "M15.5 6h2v12h-2zM6 6l8.5 6L6 18z",
  theme: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 1.8v14.4a7.2 7.2 0 0 1 0-14.4z",
};

function button(label, ...children) {
  return element("button", { type: "button", "aria-label": label, title: label }, ...children);
}

/** The page around the pictures. */
function built(root, race) {
  const several = race.maps.length + race.regions.length > 1;
  const { unit } = race.clock;
  const word = momentWord(race);
  const canvas = () => element("canvas", { "aria-hidden": "true" });
  const figure = (kind, label) =>
    element("figure", { class: kind, role: "img", "aria-label": label }, canvas(), canvas(), canvas());
  const step = element("b", {}, "0");
  const counter = element("p", { class: "step" }, `${unit} `, step);
  const theme = button("Switch the theme", icon(ICONS.theme));
  const help = button("Keys", "?");
  const maps = race.maps.map((map) => figure("map", `The surface seen ${map.relief ? "in 3-D" : "from above"}` +
    `, with the paths of ${map.title || "all runs"}`));
  const regions = race.regions.map((region) => figure("regions", "The plane, divided among the classes" +
    (region.title && ` by ${region.title}`)));
  const curves = race.curves.map((curve) => figure("curve", `${curve.titles[0]} over the ${unit}s`));
  const samples = race.cast.map(() => element("canvas", { class: "sample", "aria-hidden": "true" }));
  const losses = race.cast.map(() => element("span", { class: "loss" }));
  const more = race.cast.map((runner) => runner.more.map(({ measure }) => [measure, element("span")]));
  const rows = race.cast.map((runner, i) => {
    const name = element("span", { class: "name" }, runner.title);
    const rate = element("span", { class: "rate" }, `${runner.rate} ${runner.rule}`);
    const parts = [samples[i], name, losses[i], rate, ...more[i].map(([words, value]) =>
      element("span", { class: "gauge" }, `${words} `, value))];
    const row = element("button", { type: "button", "aria-pressed": "true" }, ...parts);
    const end = runner.diverged === null ? "" : ` diverged at step ${runner.diverged}`;
    row.title = `${runner.title}${end}: hide or show${i < 10 ? ` (${(i + 1) % 10})` : ""}`;
    return row;
  });
  const words = race.cast[0].measure;
  const back = button(`One ${word} back (left arrow)`, icon(ICONS.back));
  const forward = button(`One ${word} on (right arrow)`, icon(ICONS.forward));
  const play = button("Play (space)", icon(ICONS.play));
  const range = element("input", {
    type: "range", min: "0", max: String(Math.max(1, race.times.length - 1)), step: "any", value: "0",
    "aria-label": unit[0].toUpperCase() + unit.slice(1),
  });
  const speed = element("select", { "aria-label": "Speed", title: "Speed (+ and −)" });
  for (const each of SPEEDS) {
    const name = { 0.25: "¼×", 0.5: "½×" }[each] ?? `${each}×`;
    speed.append(element("option", { value: String(each), ...(each === 1 ? { selected: "" } : {}) }, name));
  }
  const close = element("button", { autofocus: "" }, "Close");
  const leave = element("form", { method: "dialog" }, close);
  const dialog = element("dialog", { "aria-label": "Keys" }, keyTable(word), leave);
  const readout = element("div", { class: "readout", role: "status" });
  const stage = element("section", { class: "panels", "aria-label": "Panels" }, ...maps, ...regions);
  const cast = element("div", { class: "cast", role: "group", "aria-label": `Runs, and their ${words}` }, ...rows);
  const head = element("p", { class: "measure" }, element("span", {}, "runs"), element("span", {}, words));
  const graphs = element("div", { class: "curves" });
  (race.rows.length ? stage : graphs).append(...curves);
  const held = race.moments ? element("p", { class: "held" },
    `The page holds ${race.moments.length} of the ${race.steps + 1} steps.`) : "";
  const key = race.maps.some((map) => map.anatomy) ? vectorKey() : "";
  const side = element("aside", {}, head, cast, key, held, race.rows.length ? "" : graphs);
  root.replaceChildren(
    element("header", {}, element("h1", race.title.length > LONG ? { class: "long" } : {}, race.title), counter, theme, help),
    stage, side,
    element("footer", {}, play, back, forward, range, speed), readout, dialog,
  );
  root.className = `race${several ? " several" : ""}${race.rows.length ? " led" : ""}`;
  document.documentElement.style.setProperty("--scale", Math.min(1.3, Math.max(0.8, race.lengths.text / 10)));
  const mark = (playing) => {
    const label = playing ? "Pause (space)" : "Play (space)";
    play.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    play.setAttribute("aria-label", label);
    play.title = label;
  };
  const signs = key ? [...key.querySelectorAll("canvas")] : [];
  return {
    root, stage, side, cast, signs, graphs, maps, regions, curves, rows, samples, losses, more, step, theme, help,
    back, forward, play, range, speed, dialog, readout, mark,
  };
}

function keyTable(word) {
  const keys = [
    ["space", "play, pause"], ["← →", `one ${word}; with shift ten`], ["home end", `first, last ${word}`],
    ["1 … 9, 0", "hide or show a run"], ["+ −", "faster, slower"], ["t", "light or dark"], ["?", "these keys"],
  ];
  return element("dl", {}, ...keys.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
}

function vectorKey() {
  const names = ["step", "−gradient", "−momentum", "scale √v"];
  return element("ul", { class: "key", "aria-label": "What the arrows are" },
    ...names.map((name) => element("li", {}, element("canvas", { "aria-hidden": "true" }), name)));
}
