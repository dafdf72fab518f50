// Plays a race. `load` turns what a page carries into plain data; `play` shows plain data in an element, and needs
// nothing else of the page: whoever has such data from elsewhere can play it, too.
//
// A moment is an index into the steps that the page holds; between two moments everything glides. Places on a map are
// shares of it, from its left and top edge.

const KINDS = { f64: Float64Array, f32: Float32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const SHORTEST = 1.5; // pixels; shorter moves wait until they add up
const MEMORY = 8; // how far back a line is drawn again, in widths of its casing, to mend what the casing covers
const HORIZON = 2e4; // pixels; nothing is drawn beyond
const MOST_STROKES = 12000; // beyond which strokes of several steps are drawn as one
const READABLE = 120; // milliseconds a number must stand to be read
const TOLD_APART = 8; // how many runs colours tell apart
const REACH = 0.17; // the longest vector, as a share of the map's smaller side

/** The data of a page as plain data: its numbers as arrays, its pictures as indices of colours. */
export async function load(told, images) {
  const race = unpacked(told);
  race.pictures = await Promise.all(race.pictures.map((picture, i) => indexed(picture, images[i])));
  return race;
}

/** Show a race in an element, and play it. Returns the handles that the keys and buttons use. */
export function play(root, race) {
  const last = race.times.length - 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const state = { at: 0, playing: false, speed: 1, off: new Set(), theme: 0, chosen: !race.follow, told: -1e9 };
  const page = built(root, race);
  const maps = race.maps.map((map, i) => new MapView(race, map, page.maps[i], state));
  const curves = race.curves.map((curve, i) => new CurveView(race, curve, page.curves[i], state));
  const views = [...maps, ...curves];
  let clock = 0; // milliseconds of the race at the present speed of one
  let before = 0; // when the last picture was drawn
  let waiting = 0;
  let readAgain = () => {}; // what lies under the pointer changes with time, too

  const stepAt = (moment) => (race.moments ? race.moments[moment] : moment);

  function draw() {
    for (const view of views) view.draw(state.at);
    page.range.value = state.at;
    page.range.style.setProperty("--done", `${(100 * state.at) / Math.max(1, last)}%`);
    const now = performance.now();
    if (!state.playing || now - state.told >= READABLE || state.at === last) tell(now);
  }

  function tell(now) {
    state.told = now;
    const moment = Math.floor(state.at + 1e-9);
    page.step.textContent = String(stepAt(moment));
    page.range.setAttribute("aria-valuetext", `step ${stepAt(moment)} of ${race.steps}`);
    race.cast.forEach((runner, i) => (page.losses[i].textContent = short(runner.values[moment])));
    readAgain();
  }

  function tick(now) {
    waiting = 0;
    if (!state.playing) return;
    clock += Math.min(100, now - before) * state.speed;
    before = now;
    state.at = momentAt(race.times, clock);
    if (state.at >= last) pause();
    draw();
    if (state.playing) waiting = requestAnimationFrame(tick);
  }

  function start() {
    if (state.playing || last === 0) return;
    if (state.at >= last) seek(0);
    state.playing = true;
    page.mark(true);
    clock = timeAt(race.times, state.at);
    before = performance.now();
    waiting = requestAnimationFrame(tick);
  }

  function pause() {
    state.playing = false;
    page.mark(false);
    cancelAnimationFrame(waiting);
    draw();
  }

  function seek(at) {
    state.at = Math.min(last, Math.max(0, at));
    clock = timeAt(race.times, state.at);
    draw();
  }

  /** One moment on, or back; a glide is first brought to its end. */
  function step(by) {
    if (state.playing) pause();
    const from = by > 0 ? Math.floor(state.at + 1e-6) : Math.ceil(state.at - 1e-6);
    seek(from + by);
  }

  function setSpeed(speed) {
    state.speed = speed;
    page.speed.value = String(speed);
  }

  function faster(by) {
    setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(state.speed) + by))]);
  }

  function toggle(owner) {
    if (owner >= race.cast.length) return;
    if (!state.off.delete(owner)) state.off.add(owner);
    page.rows[owner].setAttribute("aria-pressed", String(!state.off.has(owner)));
    refresh();
  }

  function refresh() {
    for (const view of views) view.forget();
    draw();
  }

  function setTheme(index) {
    state.theme = index;
    const theme = race.themes[index];
    const paint = { "--paper": theme.paper, "--ink": theme.ink, "--quiet": theme.quiet };
    for (const [name, colour] of Object.entries(paint)) document.documentElement.style.setProperty(name, colour);
    document.documentElement.dataset.scheme = theme.dark ? "dark" : "light";
    page.theme.setAttribute("aria-label", `Switch to the ${race.themes[1 - index].name} theme`);
    page.theme.title = page.theme.getAttribute("aria-label");
    page.rows.forEach((row, i) => {
      row.style.setProperty("--run", theme.looks[i].colour);
      sample(page.samples[i], theme.looks[i], theme.paper);
    });
    page.signs.forEach((canvas, i) => sign(canvas, i, theme, race.lengths.trail));
    refresh();
  }

  function followScheme() {
    if (!state.chosen) setTheme(race.themes[0].dark === dark.matches ? 0 : 1);
  }

  function resize() {
    arrange(page, maps, curves.length);
    for (const view of views) view.resize();
    draw();
  }

  const keys = {
    ArrowLeft: (event) => step(event.shiftKey ? -10 : -1),
    ArrowRight: (event) => step(event.shiftKey ? 10 : 1),
    Home: () => (pause(), seek(0)),
    End: () => (pause(), seek(last)),
    " ": () => (state.playing ? pause() : start()),
    k: () => (state.playing ? pause() : start()),
    "+": () => faster(1),
    "=": () => faster(1),
    "-": () => faster(-1),
    "−": () => faster(-1),
    t: () => page.theme.click(),
    "?": () => page.help.click(),
  };
  document.addEventListener("keydown", (event) => {
    const own = event.target.closest?.("button, select");
    if (event.ctrlKey || event.metaKey || event.altKey || page.dialog.open) return;
    if (own && (event.key === " " || (own.tagName === "SELECT" && !/^[?t]$/.test(event.key)))) return;
    const act = keys[event.key] ?? (/^\d$/.test(event.key) ? () => toggle((Number(event.key) + 9) % 10) : null);
    if (!act) return;
    event.preventDefault();
    act(event);
  });

  page.play.addEventListener("click", () => (state.playing ? pause() : start()));
  page.back.addEventListener("click", () => step(-1));
  page.forward.addEventListener("click", () => step(1));
  page.range.addEventListener("input", () => {
    const wanted = Math.round(Number(page.range.value)); // before a pause sets it
    if (state.playing) pause();
    seek(wanted);
  });
  page.speed.addEventListener("change", () => setSpeed(Number(page.speed.value)));
  page.rows.forEach((row, i) => row.addEventListener("click", () => toggle(i)));
  page.theme.addEventListener("click", () => {
    state.chosen = true;
    setTheme(1 - state.theme);
  });
  page.help.addEventListener("click", () => page.dialog.showModal());
  dark.addEventListener("change", followScheme);
  readAgain = readOut(page, maps, curves, race, state, (at) => {
    if (state.playing) pause();
    seek(at);
  });

  new ResizeObserver(() => resize()).observe(root);
  resize();
  setTheme(0);
  followScheme();
  if (calm.matches) seek(last);
  else start();
  return { start, pause, seek, step, toggle, setSpeed, setTheme, state };
}

// ---- Data ----

/** Arrays out of base64, wherever they stand. */
function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (value === null || typeof value !== "object") return value;
  for (const kind of Object.keys(KINDS)) if (typeof value[kind] === "string") return numbers(value, kind);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpacked(part)]));
}

function numbers(value, kind) {
  const bytes = Uint8Array.from(atob(value[kind]), (letter) => letter.charCodeAt(0));
  const found = new KINDS[kind](bytes.buffer);
  if (kind !== "u16") return found;
  const unit = (value.high - value.low) / 65534;
  return Float32Array.from(found, (step) => (step === 65535 ? NaN : value.low + step * unit));
}

/** A picture as indices of its colours. */
async function indexed(picture, source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const { width, height } = picture;
  const context = sheet(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const palettes = picture.palettes.map((text) => {
    const parts = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return Uint32Array.from({ length: parts.length / 3 }, (_, i) =>
      ((255 << 24) | (parts[3 * i + 2] << 16) | (parts[3 * i + 1] << 8) | parts[3 * i]) >>> 0);
  });
  const known = new Map(Array.from(palettes[0], (colour, i) => [colour, i]));
  const indices = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) indices[i] = known.get(pixels[i]) ?? 0;
  return { width, height, indices, palettes, values: picture.values, painted: [] };
}

/** The picture in the colours of a theme, as a canvas. */
function painted(picture, theme) {
  if (!picture.painted[theme]) {
    const canvas = sheet(picture.width, picture.height);
    const context = canvas.getContext("2d");
    const data = context.createImageData(picture.width, picture.height);
    const pixels = new Uint32Array(data.data.buffer);
    const palette = picture.palettes[theme];
    for (let i = 0; i < pixels.length; i++) pixels[i] = palette[picture.indices[i]];
    context.putImageData(data, 0, 0);
    picture.painted[theme] = canvas;
  }
  return picture.painted[theme];
}

function sheet(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas;
}

function momentAt(times, clock) {
  let low = 0;
  let high = times.length - 1;
  if (clock >= times[high]) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= clock) low = middle;
    else high = middle;
  }
  return low + Math.max(0, clock - times[low]) / Math.max(1, times[high] - times[low]);
}

function timeAt(times, at) {
  const low = Math.min(times.length - 1, Math.floor(at));
  const high = Math.min(times.length - 1, low + 1);
  return times[low] + (at - low) * (times[high] - times[low]);
}

/** A number in three digits, as the films write it. */
export function short(value) {
  if (!Number.isFinite(value)) return "diverged";
  const size = Math.abs(value);
  if (size === 0) return "0";
  const words =
    size >= 1e-3 && size < 9999.5
      ? value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size))))
      : value.toExponential(1).replace("e+", "e");
  return words.replaceAll("-", "−");
}

function tickLabel(value) {
  return String(Number(value.toPrecision(6))).replaceAll("-", "−");
}

/** At most about `count` round numbers between two ends. */
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) found.push(i * step);
  return found;
}

/** About `count` powers of ten between two ends, as exponents; where there are few, twice and five times them. */
function powers(low, high, count) {
  const every = Math.max(1, Math.ceil((high - low) / count));
  const found = [];
  for (let power = Math.floor(low); power <= high; power++) if (power % every === 0) found.push(power);
  const finer = high - low < 1.5 ? [0, Math.log10(2), Math.log10(5)] : [0];
  return found.flatMap((power) => finer.map((more) => power + more)).filter((each) => each >= low && each <= high);
}

// ---- The document ----

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
  const several = race.maps.length > 1;
  const canvas = () => element("canvas", { "aria-hidden": "true" });
  const figure = (kind, label) =>
    element("figure", { class: kind, role: "img", "aria-label": label }, canvas(), canvas(), canvas());
  const step = element("b", {}, "0");
  const theme = button("Switch the theme", icon(ICONS.theme));
  const help = button("Keys", "?");
  const maps = race.maps.map((map) => figure("map", `The surface seen ${map.relief ? "in 3-D" : "from above"}` +
    `, with the paths of ${map.title || "all runs"}`));
  const curves = race.curves.map((curve) => figure("curve", `${curve.title} over the steps`));
  const samples = race.cast.map(() => element("canvas", { class: "sample", "aria-hidden": "true" }));
  const losses = race.cast.map(() => element("span", { class: "loss" }));
  const rows = race.cast.map((runner, i) => {
    const name = element("span", { class: "name" }, runner.title);
    const rate = element("span", { class: "rate" }, `${runner.rate} ${runner.rule}`);
    const row = element("button", { type: "button", "aria-pressed": "true" }, samples[i], name, losses[i], rate);
    row.title = `${runner.title}: hide or show${i < 10 ? ` (${(i + 1) % 10})` : ""}`;
    return row;
  });
  const words = race.cast[0].measure;
  const back = button("One step back (left arrow)", icon(ICONS.back));
  const forward = button("One step on (right arrow)", icon(ICONS.forward));
  const play = button("Play (space)", icon(ICONS.play));
  const range = element("input", {
    type: "range", min: "0", max: String(Math.max(1, race.times.length - 1)), step: "any", value: "0",
    "aria-label": "Step",
  });
  const speed = element("select", { "aria-label": "Speed", title: "Speed (+ and −)" });
  for (const each of SPEEDS) {
    const name = { 0.25: "¼×", 0.5: "½×" }[each] ?? `${each}×`;
    speed.append(element("option", { value: String(each), ...(each === 1 ? { selected: "" } : {}) }, name));
  }
  const close = element("button", { autofocus: "" }, "Close");
  const dialog = element("dialog", { "aria-label": "Keys" }, keyTable(), element("form", { method: "dialog" }, close));
  const readout = element("div", { class: "readout", role: "status" });
  const stage = element("section", { class: "maps", "aria-label": "Maps" }, ...maps);
  const cast = element("div", { class: "cast", role: "group", "aria-label": `Runs, and their ${words}` }, ...rows);
  const head = element("p", { class: "measure" }, element("span", {}, "runs"), element("span", {}, words));
  const graphs = element("div", { class: "curves" }, ...curves);
  const held = race.moments ? element("p", { class: "held" },
    `The page holds ${race.moments.length} of the ${race.steps + 1} steps.`) : "";
  const key = race.maps.some((map) => map.anatomy) ? vectorKey() : "";
  const side = element("aside", {}, head, cast, key, held, graphs);
  root.replaceChildren(
    element("header", {}, element("h1", {}, race.title), element("p", { class: "step" }, "step ", step), theme, help),
    stage, side,
    element("footer", {}, play, back, forward, range, speed), readout, dialog,
  );
  root.className = `race${several ? " several" : ""}`;
  document.documentElement.style.setProperty("--scale", Math.min(1.3, Math.max(0.8, race.lengths.text / 10)));
  const mark = (playing) => {
    const label = playing ? "Pause (space)" : "Play (space)";
    play.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    play.setAttribute("aria-label", label);
    play.title = label;
  };
  const signs = key ? [...key.querySelectorAll("canvas")] : [];
  return {
    root, stage, side, cast, signs, graphs, maps, curves, rows, samples, losses, step, theme, help,
    back, forward, play, range, speed, dialog, readout, mark,
  };
}

function keyTable() {
  const keys = [
    ["space", "play, pause"], ["← →", "one step; with shift ten"], ["home end", "first, last step"],
    ["1 … 9, 0", "hide or show a run"], ["+ −", "faster, slower"], ["t", "light or dark"], ["?", "these keys"],
  ];
  return element("dl", {}, ...keys.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
}

function vectorKey() {
  const names = ["step", "−gradient", "−momentum", "scale √v"];
  return element("ul", { class: "key", "aria-label": "What the arrows are" },
    ...names.map((name) => element("li", {}, element("canvas", { "aria-hidden": "true" }), name)));
}

/** Divide the room among the maps, as large as they can be; where the page may grow, say how tall they are. */
function arrange(page, maps, curves) {
  const narrow = getComputedStyle(page.root).getPropertyValue("--narrow").trim() === "1";
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  page.root.classList.remove("many");
  const beside = page.side.clientHeight - Math.min(page.cast.scrollHeight, 20 * rem);
  page.root.classList.toggle("many", !narrow && (curves > 2 || beside < (1 + 9 * curves) * rem));
  const count = maps.length;
  const width = page.stage.clientWidth;
  const best = (height) => {
    let found = 1;
    let size = -Infinity;
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns);
      const each = Math.min((width / columns - 3 * rem) / 1.2, height / rows - 4 * rem); // without numbers and titles
      if (each > size) [found, size] = [columns, each];
    }
    return found;
  };
  const columns = narrow ? Math.min(count, 2) : best(page.stage.clientHeight);
  page.stage.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  const rows = Math.ceil(count / columns);
  const tall = maps[0].map.relief ? 0.78 : count > 1 ? 1.05 : 0.94;
  page.stage.style.height = narrow
    ? `${Math.round(rows * Math.min((width / columns) * tall, 0.72 * window.innerHeight))}px` : "";
  page.graphs.style.setProperty("--count", curves);
}

// ---- Drawing ----

/** Make a canvas as fine as the screen; its context then counts in the page's pixels. */
function fitted(canvas, width, height) {
  const fine = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * fine)), Math.max(1, Math.round(height * fine))];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(fine, 0, 0, fine, 0, 0);
  return context;
}

function cleared(context) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.restore();
}

function letters(context, size, bold = false) {
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  context.font = `${bold ? 600 : 400} ${size * scale}px ${getComputedStyle(document.body).fontFamily}`;
  return size * scale;
}

/** Words, cut to a width. */
function fitting(context, words, room) {
  if (context.measureText(words).width <= room) return words;
  let end = Math.min(words.length, 300);
  while (end > 0 && context.measureText(`${words.slice(0, end)}…`).width > room) end--;
  return `${words.slice(0, end)}…`;
}

/** A polyline through corners [x, y, x, y …]. */
function trace(context, corners) {
  context.beginPath();
  context.moveTo(corners[0], corners[1]);
  for (let i = 2; i < corners.length; i += 2) context.lineTo(corners[i], corners[i + 1]);
}

function pen(context, colour, width, dash = [], walked = 0, cap = "round") {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.lineCap = dash.length ? "butt" : cap;
  context.setLineDash(dash.map((length) => length * width));
  context.lineDashOffset = walked;
}

function disc(context, x, y, diameter, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, diameter / 2, 0, 2 * Math.PI);
  context.fill();
}

function ring(context, x, y, diameter, colour, width) {
  pen(context, colour, width);
  context.beginPath();
  context.arc(x, y, diameter / 2, 0, 2 * Math.PI);
  context.stroke();
}

/** Words with a casing, so that they are read on any ground. */
function cased(context, words, x, y, ink, paper) {
  pen(context, paper, 3.5);
  context.strokeText(words, x, y);
  context.fillStyle = ink;
  context.fillText(words, x, y);
}

/** The dot, or the piece of dashed line, before a name. */
function sample(canvas, look, paper) {
  const context = fitted(canvas, 26, 12);
  cleared(context);
  if (look.dash.length) {
    pen(context, look.colour, 3, look.dash);
    trace(context, [0, 6, 26, 6]);
    context.stroke();
  } else disc(context, 20, 6, 11, look.colour);
}

/** What an arrow of the anatomy looks like, for the key. */
function sign(canvas, kind, theme, trail) {
  const context = fitted(canvas, 32, 14);
  cleared(context);
  const unit = 100 / 72;
  if (kind === 3) return box(context, 16, 7, [14, 5], theme.ink, theme.paper, unit);
  const [ink, width, dash] = [[theme.quiet, trail, []], [theme.ink, 1.4, []], [theme.ink, 2.8, [1.6, 1]]][kind];
  return vector(context, 1, 7, [29, 0], ink, theme.paper, width * unit, dash, unit);
}

/** A colour half-way to the paper. */
function faded(colour, paper, share = 0.5) {
  const parts = [1, 3, 5].map((i) => {
    const [a, b] = [paper, colour].map((each) => parseInt(each.slice(i, i + 2), 16));
    return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/** A path in pixels: points, the moment of each, and for each the one before it that is drawn (-1: none). */
class Path {
  constructor(x, y, when, hidden, threshold) {
    Object.assign(this, { x, y, when, hidden });
    this.before = new Int32Array(x.length).fill(-1);
    this.walked = new Float32Array(x.length);
    this.kept = [];
    let from = -1;
    for (let i = 0; i < x.length; i++) {
      if (Number.isNaN(x[i])) {
        from = -1;
        continue;
      }
      if (from < 0) {
        from = i;
        this.kept.push(i);
        continue;
      }
      let [dx, dy] = [x[i] - x[from], y[i] - y[from]];
      let far = Math.hypot(dx, dy);
      if (far < threshold) continue;
      if (far > HORIZON) {
        [x[i], y[i]] = [x[from] + (dx * HORIZON) / far, y[from] + (dy * HORIZON) / far];
        far = HORIZON;
      }
      this.before[i] = from;
      this.walked[i] = this.walked[from] + far;
      this.kept.push(i);
      from = i;
    }
  }

  /** How many points are drawn up to a moment. */
  count(moment) {
    let [low, high] = [0, this.kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.when[this.kept[middle]] <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The corners that lead up to a point, from `length` pixels before it on, and how far had been walked there. */
  tail(index, length) {
    const corners = [];
    let at = index;
    let rest = length;
    while (at >= 0 && rest > 0) {
      corners.unshift(this.x[at], this.y[at]);
      const from = this.before[at];
      if (from < 0) break;
      rest -= this.walked[at] - this.walked[from];
      at = from;
      if (rest <= 0) corners.unshift(this.x[at], this.y[at]);
    }
    return { corners, walked: at >= 0 ? this.walked[at] : 0 };
  }
}

/** A map, or a relief: a ground, what is laid on it for good, and what is seen for one picture only. */
class MapView {
  constructor(race, map, figure, state) {
    Object.assign(this, { race, map, figure, state });
    [this.low, this.middle, this.high] = figure.children;
    this.picture = race.pictures[map.picture];
    this.count = map.owners.length;
    this.steps = race.times.length;
    this.labelled = !map.swarm && this.count > TOLD_APART && this.count === race.cast.length;
  }

  get theme() {
    return this.race.themes[this.state.theme];
  }

  get shown() {
    return this.map.owners.map((owner) => !this.state.off.has(owner));
  }

  look(column) {
    return this.theme.looks[this.map.owners[column]];
  }

  resize() {
    const { map } = this;
    const [width, height] = [this.figure.clientWidth, this.figure.clientHeight];
    this.em = letters(this.low.getContext("2d"), 12.5);
    const margin = map.relief
      ? { left: 0, top: map.title ? 1.8 * this.em : 0, right: 0, bottom: 0 }
      : { left: 3.1 * this.em, top: map.title ? 2 * this.em : 4, right: 4, bottom: 2.1 * this.em };
    const room = [width - margin.left - margin.right, height - margin.top - margin.bottom].map((n) => Math.max(16, n));
    let [w, h] = room;
    if (map.relief) {
      const scale = Math.min(w / this.picture.width, h / this.picture.height);
      [w, h] = [this.picture.width * scale, this.picture.height * scale];
    } else {
      [w, h] = [Math.min(w, 2.6 * h), Math.min(h, 1.4 * w)];
    }
    const left = Math.round(margin.left + (map.relief ? (room[0] - w) / 2 : 0));
    const top = Math.round(margin.top + (map.relief ? (room[1] - h) / 2 : 0));
    this.place = { left, top, width: Math.floor(w), height: Math.floor(h) };
    this.ground = fitted(this.low, width, height);
    for (const canvas of [this.middle, this.high]) {
      canvas.style.left = `${left}px`;
      canvas.style.top = `${top}px`;
    }
    this.trails = fitted(this.middle, this.place.width, this.place.height);
    this.top = fitted(this.high, this.place.width, this.place.height);
    this.measure();
    this.prepare();
    this.forget();
  }

  /** Widths of lines and heads, thinner where the map is small or many share it. */
  measure() {
    const { lengths } = this.race;
    const small = Math.min(1.1, Math.max(0.6, Math.sqrt(Math.min(this.place.width, this.place.height) / 460)));
    const many = Math.max(0.5, Math.min(1, Math.sqrt(TOLD_APART / this.count)));
    const thin = this.map.swarm ? Math.max(0.25, Math.min(0.6, Math.sqrt(40 / this.count))) : many;
    const unit = (100 / 72) * small;
    const trail = lengths.trail * thin * unit;
    this.line = {
      trail, casing: trail + (lengths.casing - lengths.trail) * thin * thin * unit, head: lengths.head * thin * unit,
      rim: ((lengths.casing - lengths.trail) / 2) * thin * unit, unit,
    };
  }

  /** Everything in pixels. */
  prepare() {
    const { map, steps, count, place } = this;
    const pixels = (shares, length) => {
      const found = new Float32Array(length);
      for (let i = 0; i < length; i += 2) {
        found[i] = shares[i] * place.width;
        found[i + 1] = shares[i + 1] * place.height;
      }
      return found;
    };
    this.heads = pixels(map.heads, 2 * steps * count);
    this.paths = [];
    if (!map.swarm) {
      for (let column = 0; column < count; column++) this.paths.push(this.pathOf(column));
      const strokes = this.paths.reduce((sum, path) => sum + path.kept.length, 0);
      this.stride = map.relief ? 1 : Math.ceil(strokes / MOST_STROKES); // one is hidden or not, many may be both
    }
    this.hairs = map.swarm && map.trails ? hairs(this.heads, count, steps) : null;
    if (map.ghosts) {
      this.mist = pixels(map.ghosts, 2 * steps * map.ghostOwners.length);
      this.mistHairs = hairs(this.mist, map.ghostOwners.length, steps);
    }
  }

  pathOf(column) {
    const { map, steps, count, place } = this;
    if (map.relief) {
      const track = map.relief.tracks[column];
      const n = track.moments.length;
      const x = Float32Array.from({ length: n }, (_, i) => track.places[2 * i] * place.width);
      const y = Float32Array.from({ length: n }, (_, i) => track.places[2 * i + 1] * place.height);
      return new Path(x, y, track.moments, track.hidden, 0.5);
    }
    const x = Float32Array.from({ length: steps }, (_, t) => this.heads[2 * (t * count + column)]);
    const y = Float32Array.from({ length: steps }, (_, t) => this.heads[2 * (t * count + column) + 1]);
    return new Path(x, y, Uint32Array.from({ length: steps }, (_, t) => t), null, SHORTEST);
  }

  /** What has been drawn is no longer right. */
  forget() {
    this.laid = -1;
    this.grounded = false;
  }

  draw(at) {
    if (!this.place) return;
    if (!this.grounded) this.drawGround();
    const moment = Math.floor(at + 1e-9);
    if (this.laid > moment || this.laid < 0) {
      cleared(this.trails);
      this.laid = -1;
      this.done = this.paths.map(() => 0);
    }
    this.lay(moment);
    cleared(this.top);
    this.drawTop(at, moment);
  }

  drawGround() {
    const { ground, map, theme, place, line, em } = this;
    this.grounded = true;
    cleared(ground);
    ground.imageSmoothingQuality = "high";
    ground.drawImage(painted(this.picture, this.state.theme), place.left, place.top, place.width, place.height);
    if (map.title) {
      letters(ground, 13.5, true);
      ground.fillStyle = this.count === 1 ? this.look(0).colour : theme.ink;
      ground.textAlign = "left";
      ground.fillText(fitting(ground, map.title, place.width), place.left, place.top - 0.6 * em);
    }
    letters(ground, 12.5);
    ground.fillStyle = theme.quiet;
    if (map.relief) this.floorNumbers();
    else this.axes();
    ground.save();
    ground.translate(place.left, place.top);
    map.minima.forEach(({ at, deep }, i) => this.cross(at, deep ? 1 : 0.6, i));
    const thin = map.swarm ? 0.6 : 1;
    if (map.starts.length <= 256) {
      for (const [x, y] of map.starts) {
        const spot = [x * place.width, y * place.height];
        ring(ground, ...spot, line.head * thin, theme.paper, 0.45 * line.head * thin);
        ring(ground, ...spot, line.head * thin, map.swarm ? theme.quiet : theme.ink, 0.18 * line.head * thin);
      }
    }
    ground.restore();
  }

  axes() {
    const { ground, place, em } = this;
    const [x0, x1, y0, y1] = this.map.box;
    ground.textAlign = "center";
    for (const value of ticks(x0, x1, Math.max(2, Math.floor(place.width / 84)))) {
      const x = place.left + ((value - x0) / (x1 - x0)) * place.width;
      const within = Math.min(x, place.left + place.width - 0.4 * em);
      ground.fillText(tickLabel(value), within, place.top + place.height + 1.5 * em);
    }
    ground.textAlign = "right";
    for (const value of ticks(y0, y1, Math.max(2, Math.floor(place.height / 68)))) {
      const y = place.top + ((y1 - value) / (y1 - y0)) * place.height;
      const within = Math.min(place.top + place.height, Math.max(place.top + 0.75 * em, y + 0.36 * em));
      ground.fillText(tickLabel(value), place.left - 0.6 * em, within);
    }
  }

  floorNumbers() {
    const { ground, place, em } = this;
    ground.textAlign = "center";
    const taken = [];
    for (const { text, at } of this.map.relief.labels) {
      const [x, y] = [place.left + at[0] * place.width, place.top + at[1] * place.height];
      if (taken.some(([a, b]) => Math.abs(a - x) < 2.2 * em && Math.abs(b - y) < 1.1 * em)) continue;
      taken.push([x, y]);
      ground.fillText(text, x, y + 0.36 * em);
    }
  }

  cross([u, v], share, index) {
    const { ground, theme, place, line, map } = this;
    const scale = (share * line.head) / 9;
    let bars;
    let ink = theme.ink;
    let hidden = false;
    if (map.relief) {
      hidden = map.relief.buried[index];
      bars = map.relief.crosses[index].map((bar) => bar.flatMap(([x, y]) => [x * place.width, y * place.height]));
      if (hidden) ink = faded(theme.ink, theme.paper);
    } else {
      const arm = 0.55 * 9 * scale;
      const [x, y] = [u * place.width, v * place.height];
      bars = [[x - arm, y, x + arm, y], [x, y - arm, x, y + arm]];
    }
    for (const [colour, width] of hidden ? [[ink, 1.6]] : [[theme.paper, 4.4], [ink, 2]]) {
      for (const bar of bars) {
        pen(ground, colour, width * scale, [], 0, colour === theme.paper ? "square" : "butt");
        trace(ground, bar);
        ground.stroke();
      }
    }
  }

  /** Lay what belongs to the moments up to this one. */
  lay(moment) {
    if (moment <= this.laid) return;
    const { map, shown } = this;
    for (let t = this.laid + 1; t <= moment; t++) {
      if (this.mistHairs) this.layHairs(this.mist, this.mistHairs, map.ghostOwners, t, 0.45, 0.55 * map.faint);
      if (this.hairs && !map.fading) this.layHairs(this.heads, this.hairs, map.owners, t, 0.8, map.faint);
      if (map.swarm || map.fading) continue;
      this.paths.forEach((path, column) => {
        const end = path.count(t);
        const from = this.done[column];
        if (end - from < this.stride && (this.stride > 1 || end === from)) return;
        for (let k = from; shown[column] && k < end; k += this.stride) {
          this.stroke(path, column, k, Math.min(end, k + this.stride));
        }
        this.done[column] = end;
      });
    }
    if (!map.swarm) this.layExits(this.laid + 1, moment);
    this.laid = moment;
  }

  /** Lay the points kept[from … end) of a path: a casing, and above it the line. */
  stroke(path, column, from, end) {
    const { trails, line, theme } = this;
    for (let k = end - 1; k > from; k--) {
      if (path.before[path.kept[k]] >= 0) continue;
      this.stroke(path, column, from, k); // a gap: two strokes
      from = k;
    }
    const index = path.kept[end - 1];
    const start = path.before[path.kept[from]];
    if (path.before[index] < 0) return;
    const look = this.look(column);
    if (path.hidden && (path.hidden[index] || path.hidden[path.before[index]])) {
      // Beneath all that is seen.
      trails.globalCompositeOperation = "destination-over";
      pen(trails, faded(look.colour, theme.paper), 0.75 * line.trail, [2, 2.2], path.walked[path.before[index]]);
      trace(trails, [path.x[path.before[index]], path.y[path.before[index]], path.x[index], path.y[index]]);
      trails.stroke();
      trails.globalCompositeOperation = "source-over";
      return;
    }
    const length = path.walked[index] - (start < 0 ? 0 : path.walked[start]);
    pen(trails, theme.paper, line.casing, [], 0, "butt");
    trace(trails, this.seenTail(path, index, length + 0.6 * line.casing).corners); // around the corner before
    trails.stroke();
    const tail = this.seenTail(path, index, length + MEMORY * line.casing);
    pen(trails, look.colour, line.trail, look.dash, tail.walked);
    trace(trails, tail.corners);
    trails.stroke();
  }

  /** A tail that ends where its path comes out of hiding. */
  seenTail(path, index, length) {
    if (!path.hidden) return path.tail(index, length);
    const back = (at) => path.walked[index] - path.walked[at];
    let at = index;
    while (path.before[at] >= 0 && !path.hidden[path.before[at]] && back(at) < length) at = path.before[at];
    return path.tail(index, Math.max(0.01, Math.min(length, back(at))));
  }

  /** Arrowheads where paths leave the map. */
  layExits(first, moment) {
    const { shown, place, map, count, heads } = this;
    const inside = (x, y) => x >= 0 && y >= 0 && x <= place.width && y <= place.height;
    for (let column = 0; column < count; column++) {
      if (!shown[column]) continue;
      if (map.relief) {
        const path = this.paths[column];
        for (const i of map.relief.tracks[column].exits) {
          if (path.when[i] < first || path.when[i] > moment || path.hidden[i] || i === 0) continue;
          this.arrow(column, path.x[i - 1], path.y[i - 1], path.x[i], path.y[i]);
        }
        continue;
      }
      for (let t = Math.max(1, first); t <= moment; t++) {
        const [i, j] = [2 * ((t - 1) * count + column), 2 * (t * count + column)];
        const [x, y, a, b] = [heads[i], heads[i + 1], heads[j], heads[j + 1]];
        if (!inside(x, y) || inside(a, b) || Number.isNaN(a)) continue;
        const [dx, dy] = [a - x, b - y];
        const edge = (from, move, end) => (move ? ((move > 0 ? end : 0) - from) / move : Infinity);
        const share = Math.min(edge(x, dx, place.width), edge(y, dy, place.height));
        const far = Math.hypot(dx, dy);
        this.arrow(column, x, y, x + share * dx - (2 * dx) / far, y + share * dy - (2 * dy) / far);
      }
    }
  }

  arrow(column, x, y, a, b) {
    const { trails, line, theme } = this;
    const far = Math.hypot(a - x, b - y) || 1;
    const [dx, dy] = [(a - x) / far, (b - y) / far];
    const size = line.head;
    const [left, right] = [-0.5, 0.5].map((side) => [a - size * (dx + side * dy), b - size * (dy - side * dx)]);
    trace(trails, [a, b, ...left, ...right]);
    trails.closePath();
    pen(trails, theme.paper, 2 * line.rim);
    trails.stroke();
    trails.fillStyle = this.look(column).colour;
    trails.fill();
  }

  /** What all trails of a swarm add at a moment. */
  layHairs(points, before, owners, t, share, alpha) {
    const { trails, line, theme, state } = this;
    const count = owners.length;
    trails.globalAlpha = alpha;
    for (let first = 0; first < count; ) {
      const owner = owners[first];
      let end = first;
      pen(trails, theme.looks[owner].colour, share * line.trail, [], 0, "butt");
      trails.beginPath();
      for (; end < count && owners[end] === owner; end++) {
        const from = before[t * count + end];
        if (from < 0) continue;
        trails.moveTo(points[2 * (from * count + end)], points[2 * (from * count + end) + 1]);
        trails.lineTo(points[2 * (t * count + end)], points[2 * (t * count + end) + 1]);
      }
      if (!state.off.has(owner)) trails.stroke();
      first = end;
    }
    trails.globalAlpha = 1;
  }

  /** Where a head is between two moments, and whether the surface hides it. */
  headAt(column, at) {
    const { map, count, steps, heads } = this;
    const k = Math.floor(at + 1e-9);
    let share = Math.max(0, at - k);
    if (map.anatomy) share = Math.max(0, (share - 0.55) / 0.45); // a step rests, and is then made
    const i = 2 * (k * count + column);
    const j = k + 1 < steps ? i + 2 * count : i;
    const hidden = map.relief?.hidden;
    const buried = hidden ? hidden[k * count + column] === 1 : false;
    if (share <= 0 || Number.isNaN(heads[j])) return { x: heads[i], y: heads[i + 1], hidden: buried };
    if (map.relief) {
      const path = this.paths[column];
      const [from, end] = [path.count(k), path.count(k + 1)];
      if (end - from > 1) {
        const spot = from - 1 + share * (end - from);
        const low = Math.floor(spot);
        const [a, b] = [Math.max(0, low), Math.min(end - 1, low + 1)].map((n) => path.kept[n]);
        const near = path.hidden[spot - low < 0.5 ? a : b] === 1;
        return { ...between([path.x[a], path.y[a]], [path.x[b], path.y[b]], spot - low), hidden: near };
      }
    }
    return { ...between([heads[i], heads[i + 1]], [heads[j], heads[j + 1]], share), hidden: buried };
  }

  drawTop(at, moment) {
    const { map, shown, count } = this;
    const spots = Array.from({ length: count }, (_, column) => this.headAt(column, at));
    if (map.fading) this.drawTails(moment, spots);
    if (map.swarm) {
      this.drawSwarm(spots, moment);
      return;
    }
    for (let column = 0; column < count && !map.fading; column++) {
      if (shown[column]) this.drawOpen(this.paths[column], column, spots[column], at);
    }
    this.drawHeads(spots);
    if (this.labelled) this.drawLabels(spots);
    if (map.anatomy) for (let column = 0; column < count; column++) if (shown[column]) this.drawVectors(column, at);
  }

  /** The piece of a trail between what is laid and the head. */
  drawOpen(path, column, spot, at) {
    const { top, line, theme, map } = this;
    const end = path.count(at);
    const look = this.look(column);
    if (end === 0 || Number.isNaN(spot.x)) return;
    const from = path.kept[Math.max(0, this.done[column] - 1)];
    const corners = [path.x[from], path.y[from]];
    const pass = (first, stop) => {
      for (let k = first; k < stop; k++) {
        const i = path.kept[k];
        if (path.before[i] >= 0) corners.push(path.x[i], path.y[i]);
      }
    };
    pass(this.done[column], end);
    if (map.relief) {
      // On the way to the next moment a head follows the surface.
      const k = Math.floor(at + 1e-9);
      const [a, b] = [path.count(k), path.count(k + 1)];
      pass(a, Math.min(b, a + Math.floor((at - k) * (b - a))));
    }
    corners.push(spot.x, spot.y);
    if (Math.hypot(spot.x - corners[0], spot.y - corners[1]) < 0.5 && corners.length === 4) return;
    if (Math.abs(spot.x) > HORIZON || Math.abs(spot.y) > HORIZON) return;
    if (spot.hidden) {
      pen(top, faded(look.colour, theme.paper), 0.75 * line.trail, [2, 2.2], path.walked[from]);
    } else {
      pen(top, theme.paper, line.casing, [], 0, "butt");
      trace(top, corners);
      top.stroke();
      pen(top, look.colour, line.trail, look.dash, path.walked[from]);
    }
    trace(top, corners);
    top.stroke();
  }

  /** Heads as discs; where several coincide the later ones lie within the earlier, so that all are seen. */
  drawHeads(spots) {
    const { top, line, theme, shown } = this;
    const visible = spots
      .map((spot, i) => ({ ...spot, look: this.look(i) }))
      .filter((spot, i) => shown[i] && Number.isFinite(spot.x));
    for (const { x, y, look } of visible.filter((spot) => spot.hidden)) {
      ring(top, x, y, 0.85 * line.head, faded(look.colour, theme.paper), 0.6 * line.trail);
    }
    const seen = visible.filter((spot) => !spot.hidden);
    const near = (a, b) => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) < 0.25 * line.head;
    seen.forEach((spot, i) => {
      const inner = seen.slice(0, i).some((other) => near(spot, other));
      const rings = Math.min(4, seen.slice(i + 1).filter((other) => near(spot, other)).length);
      const size = line.head * (1 + 0.4 * rings);
      if (!inner) disc(top, spot.x, spot.y, size + 2 * line.rim, theme.paper);
      disc(top, spot.x, spot.y, size, spot.look.colour);
      if (spot.look.dash.length && !rings) disc(top, spot.x, spot.y, 0.4 * size, theme.paper);
    });
  }

  /** Names at the heads, where there are too many for colours alone; one that finds no free place is left out. */
  drawLabels(spots) {
    const { top, theme, place, line, shown, race, map } = this;
    const size = letters(top, 11.5, true);
    top.textAlign = "left";
    const taken = [];
    spots.forEach(({ x, y, hidden }, column) => {
      if (!shown[column] || hidden || !(x >= 0 && y >= 0 && x < place.width && y < place.height)) return;
      const words = race.cast[map.owners[column]].title;
      const [w, h, gap] = [top.measureText(words).width + 4, 1.3 * size, 0.8 * line.head];
      const corners = [[x + gap, y - h / 2], [x - gap - w, y - h / 2], [x - w / 2, y - gap - h], [x - w / 2, y + gap]];
      for (const turn of [-1, 1, -2, 2, -3, 3]) corners.push([x + gap, y - h / 2 + turn * h]);
      const free = corners.find(([a, b]) => a >= 0 && b >= 0 && a + w < place.width && b + h < place.height &&
        !taken.some(([c, d, e]) => a < c + e && c < a + w && b < d + h && d < b + h));
      if (!free) return;
      taken.push([...free, w]);
      cased(top, words, free[0] + 2, free[1] + 0.95 * size, this.look(column).colour, theme.paper);
    });
  }

  /** Thousands of heads: dots stamped from two small pictures, all rims beneath all dots of a run. */
  drawSwarm(spots, moment) {
    const { top, line, theme, state, map, heads, count, place } = this;
    const owners = [...new Set(map.owners)].filter((owner) => !state.off.has(owner));
    const open = this.hairs && !map.fading;
    for (const owner of owners) {
      const colour = theme.looks[owner].colour;
      if (open) {
        top.globalAlpha = map.faint;
        pen(top, colour, 0.8 * line.trail, [], 0, "butt");
        top.beginPath();
        spots.forEach(({ x, y }, column) => {
          const i = 2 * (moment * count + column);
          if (map.owners[column] !== owner || !Number.isFinite(x)) return;
          top.moveTo(heads[i], heads[i + 1]);
          top.lineTo(x, y);
        });
        top.stroke();
        top.globalAlpha = 1;
      }
      for (const [size, ink] of [[line.head + 2 * line.rim, theme.paper], [line.head, colour]]) {
        const stamp = this.stamp(size, ink);
        const side = size + 2;
        const taken = new Set(); // heads that coincide are stamped once
        spots.forEach(({ x, y }, column) => {
          const inside = x > -side && y > -side && x < place.width + side && y < place.height + side;
          if (map.owners[column] !== owner || !inside) return;
          const spot = Math.round(2 * x) * 65536 + Math.round(2 * y);
          if (taken.has(spot)) return;
          taken.add(spot);
          top.drawImage(stamp, x - side / 2, y - side / 2, side, side);
        });
      }
    }
  }

  stamp(size, colour) {
    this.stamps ??= new Map();
    const fine = window.devicePixelRatio || 1;
    const key = `${size} ${colour} ${fine}`;
    if (!this.stamps.has(key)) {
      const canvas = sheet(Math.ceil((size + 2) * fine), Math.ceil((size + 2) * fine));
      disc(canvas.getContext("2d"), canvas.width / 2, canvas.height / 2, size * fine, colour);
      this.stamps.set(key, canvas);
    }
    return this.stamps.get(key);
  }

  /** Of every path the last steps, the older the fainter. */
  drawTails(moment, spots) {
    const { top, map, line, theme, heads, count, shown } = this;
    if (!map.trails) return;
    const bands = count <= TOLD_APART ? 7 : 5;
    const edge = (band) => Math.round(moment - map.fading + (band * map.fading) / bands);
    const stride = Math.max(1, Math.floor(map.fading / 64));
    for (let band = 0; band < bands; band++) {
      const [from, end] = [Math.max(0, edge(band)), edge(band + 1)];
      if (end <= from && band < bands - 1) continue;
      top.globalAlpha = ((band + 1) / bands) * (map.swarm ? map.faint : 1);
      for (let column = 0; column < count; column++) {
        if (!shown[column]) continue;
        const corners = [];
        for (let t = from; t <= end; t += t === end ? 1 : Math.min(stride, end - t)) {
          const i = 2 * (t * count + column);
          if (Math.abs(heads[i]) < HORIZON && Math.abs(heads[i + 1]) < HORIZON) corners.push(heads[i], heads[i + 1]);
        }
        if (band === bands - 1 && Math.abs(spots[column].x) < HORIZON) corners.push(spots[column].x, spots[column].y);
        if (corners.length < 4) continue;
        const look = this.look(column);
        trace(top, corners);
        if (!map.swarm) {
          pen(top, theme.paper, line.casing, [], 0, "butt");
          top.stroke();
        }
        pen(top, look.colour, line.trail, look.dash, 0, "butt");
        top.stroke();
      }
    }
    top.globalAlpha = 1;
  }

  /** The anatomy of the step that leads on from here. */
  drawVectors(column, at) {
    const { top, map, count, heads, place, line, theme, state, race } = this;
    const k = Math.floor(at + 1e-9);
    const i = 2 * (k * count + column);
    const [x, y] = [heads[i], heads[i + 1]];
    if (!Number.isFinite(x)) return;
    const part = (name, sign) => {
      const found = map.anatomy[name];
      return [sign * found[i] * place.width, sign * found[i + 1] * place.height];
    };
    const scales = part("scale", 1).map(Math.abs);
    const parts = { gradient: part("gradient", -1), momentum: part("momentum", -1), scale: scales };
    const longest = Math.max(...Object.values(parts).map(([a, b]) => Math.hypot(a, b) || 0).filter(Number.isFinite), 0);
    const share = longest > 0 ? (REACH * Math.min(place.width, place.height)) / longest : NaN;
    const colour = this.look(column).colour;
    const ink = race.cast.length === 1 || count - state.off.size === 1 ? theme.ink : colour;
    const share1 = Math.max(0, at - k);
    top.globalAlpha = share1 > 0.55 ? Math.max(0, 1 - (share1 - 0.55) * 4) : 1;
    const step = part("step", 1);
    if (step.every((n) => Math.abs(n) < 1e4)) vector(top, x, y, step, colour, theme.paper, line.trail, [], line.unit);
    const scale = parts.scale.map((n) => n * share);
    if (scale.every(Number.isFinite)) box(top, x, y, scale, ink, theme.paper, line.unit);
    for (const [name, width, dash] of [["momentum", 2.8, [1.6, 1]], ["gradient", 1.4, []]]) {
      const move = parts[name].map((n) => n * share);
      if (move.every(Number.isFinite)) vector(top, x, y, move, ink, theme.paper, width * line.unit, dash, line.unit);
    }
    top.globalAlpha = 1;
  }

  /** What is nearest to a pixel of the map: a head, a point of a trail, or the ground. */
  nearest(x, y, at) {
    const { map, count, heads, shown, place } = this;
    const moment = Math.floor(at + 1e-9);
    let found = null;
    let best = 26;
    for (let column = 0; column < count; column++) {
      if (!shown[column]) continue;
      const spot = this.headAt(column, at);
      const far = Math.hypot(spot.x - x, spot.y - y);
      if (far < best) [found, best] = [{ column, moment }, far];
    }
    if (!found && !map.swarm) {
      best = 14;
      for (let t = 0; t <= moment; t++) {
        for (let column = 0; column < count; column++) {
          const i = 2 * (t * count + column);
          const far = Math.hypot(heads[i] - x, heads[i + 1] - y);
          if (shown[column] && far < best) [found, best] = [{ column, moment: t }, far];
        }
      }
    }
    if (found) {
      const i = 2 * (found.moment * count + found.column);
      return { owner: map.owners[found.column], ...found, x: heads[i], y: heads[i + 1] };
    }
    if (map.relief || x < 0 || y < 0 || x >= place.width || y >= place.height) return null;
    const { width, height, indices, values } = this.picture;
    const pixel = Math.floor((y / place.height) * height) * width + Math.floor((x / place.width) * width);
    return { owner: null, x, y, value: values ? values[indices[pixel]] : null };
  }
}

function between([x, y], [a, b], share) {
  return { x: x + share * (a - x), y: y + share * (b - y) };
}

/** For all points (T, M) the moment of the point before that is drawn; -1 where nothing is. */
function hairs(points, count, steps) {
  const before = new Int32Array(steps * count).fill(-1);
  for (let column = 0; column < count; column++) {
    let from = -1;
    for (let t = 0; t < steps; t++) {
      const i = 2 * (t * count + column);
      if (Number.isNaN(points[i])) {
        from = -1;
        continue;
      }
      if (from < 0) {
        from = t;
        continue;
      }
      const j = 2 * (from * count + column);
      if (Math.hypot(points[i] - points[j], points[i + 1] - points[j + 1]) < SHORTEST) continue;
      if (Math.abs(points[i]) < HORIZON && Math.abs(points[i + 1]) < HORIZON) before[t * count + column] = from;
      from = t;
    }
  }
  return before;
}

function vector(context, x, y, [dx, dy], colour, paper, width, dash, unit) {
  const length = Math.hypot(dx, dy);
  if (length < 2) return;
  const size = Math.min(length, 3.2 * unit + 1.6 * width);
  const [a, b] = [dx / length, dy / length];
  const tip = [x + dx, y + dy];
  const shaft = [x, y, tip[0] - 0.8 * size * a, tip[1] - 0.8 * size * b];
  const [left, right] = [0.5, -0.5].map((side) => [tip[0] - size * (a + side * b), tip[1] - size * (b - side * a)]);
  const barbs = [...left, ...tip, ...right];
  pen(context, paper, width + 0.6 * Math.min(width, 3 * unit), [], 0, "butt");
  trace(context, shaft);
  context.stroke();
  pen(context, paper, 2 * unit);
  trace(context, barbs);
  context.closePath();
  context.stroke();
  pen(context, colour, width, dash, 0, "butt");
  trace(context, shaft);
  context.stroke();
  context.fillStyle = colour;
  trace(context, barbs);
  context.fill();
}

function box(context, x, y, [w, h], ink, paper, unit) {
  const corners = [x - w, y - h, x + w, y - h, x + w, y + h, x - w, y + h, x - w, y - h];
  trace(context, corners);
  pen(context, paper, 3 * unit, [], 0, "butt");
  context.globalAlpha *= 0.6;
  context.stroke();
  context.globalAlpha /= 0.6;
  pen(context, ink, 1.2 * unit, [1.6, 1.6]);
  context.stroke();
}

/** A series over the steps. Its lines are drawn once; a picture shows them as far as the moment. */
class CurveView {
  constructor(race, curve, figure, state) {
    Object.assign(this, { race, curve, figure, state });
    [this.low, this.middle, this.high] = figure.children;
    this.hover = null;
  }

  get theme() {
    return this.race.themes[this.state.theme];
  }

  resize() {
    const [width, height] = [this.figure.clientWidth, this.figure.clientHeight];
    this.em = letters(this.low.getContext("2d"), 12);
    const left = 4 * this.em;
    const room = { width: Math.max(8, width - left - 8), height: Math.max(8, height - 4 * this.em) };
    this.place = { left, top: 1.9 * this.em, ...room };
    this.ground = fitted(this.low, width, height);
    this.top = fitted(this.high, width, height);
    this.middle.hidden = true;
    this.lines = sheet(this.low.width, this.low.height);
    this.forget();
  }

  forget() {
    this.grounded = false;
  }

  /** A step, or a value, as a pixel. */
  across(step) {
    return this.place.left + (step / Math.max(1, this.race.steps)) * this.place.width;
  }

  along(value) {
    const { log, low, high } = this.curve;
    const height = log ? (value > 0 ? Math.max(low, Math.log10(value)) : low) : value;
    return this.place.top + ((high - height) / (high - low)) * this.place.height;
  }

  stepAt(moment) {
    return this.race.moments ? this.race.moments[moment] : moment;
  }

  draw(at) {
    if (!this.place) return;
    if (!this.grounded) this.drawGround();
    const { top, place, theme, curve, state, race } = this;
    cleared(top);
    const k = Math.floor(at + 1e-9);
    const next = Math.min(race.times.length - 1, k + 1);
    const step = this.stepAt(k) + (at - k) * (this.stepAt(next) - this.stepAt(k));
    const x = this.across(step);
    top.save();
    top.beginPath();
    top.rect(0, 0, x, place.top + place.height + 4);
    top.clip();
    top.drawImage(this.lines, 0, 0, this.low.clientWidth, this.low.clientHeight);
    top.restore();
    pen(top, theme.quiet, 1, [], 0, "butt");
    trace(top, [x, place.top, x, place.top + place.height]);
    top.stroke();
    curve.owners.forEach((owner, column) => {
      const count = curve.owners.length;
      const [a, b] = [this.along(curve.values[k * count + column]), this.along(curve.values[next * count + column])];
      const y = Number.isFinite(b) ? a + (at - k) * (b - a) : a;
      if (state.off.has(owner) || !(y >= place.top - 1 && y <= place.top + place.height + 1)) return;
      disc(top, x, y, 9, theme.paper);
      disc(top, x, y, 6.5, theme.looks[owner].colour);
    });
    if (this.hover !== null) {
      pen(top, theme.quiet, 1, [3, 3]);
      trace(top, [this.across(this.hover), place.top, this.across(this.hover), place.top + place.height]);
      top.stroke();
    }
  }

  drawGround() {
    const { ground, place, theme, curve, race, em } = this;
    this.grounded = true;
    cleared(ground);
    letters(ground, 12);
    ground.textAlign = "left";
    ground.fillStyle = theme.ink;
    const room = place.left + place.width - 4;
    const title = fitting(ground, curve.title, room);
    const longer = `${title} (log)`;
    const words = curve.log && ground.measureText(longer).width <= room ? longer : title;
    const wide = Math.max(place.width, ground.measureText(words).width);
    ground.fillText(words, place.left + place.width - wide, place.top - 0.7 * em);
    const bottom = place.top + place.height;
    const count = Math.max(2, place.height / 38);
    const values = curve.log ? powers(curve.low, curve.high, count) : ticks(curve.low, curve.high, count);
    for (const value of values) {
      const y = place.top + ((curve.high - value) / (curve.high - curve.low)) * place.height;
      pen(ground, faded(theme.quiet, theme.paper, 0.22), 1, [], 0, "butt");
      trace(ground, [place.left, y, place.left + place.width, y]);
      ground.stroke();
      ground.fillStyle = theme.quiet;
      ground.textAlign = "right";
      const plain = tickLabel(curve.log ? Number((10 ** value).toPrecision(2)) : value);
      const words = curve.log && curve.high - curve.low >= 1.5 ? `1e${value}` : plain;
      ground.fillText(words.replace("-", "−"), place.left - 0.6 * em, y + 0.36 * em);
    }
    ground.fillStyle = theme.quiet;
    for (const value of ticks(0, Math.max(1, race.steps), Math.max(2, Math.floor(place.width / 80)))) {
      const x = this.across(value);
      ground.textAlign = x > place.left + place.width - em ? "right" : "center";
      ground.fillText(tickLabel(value), Math.min(x, place.left + place.width + 6), bottom + 1.6 * em);
    }
    this.drawLines();
  }

  drawLines() {
    const { place, theme, curve, state, race } = this;
    const context = this.lines.getContext("2d");
    const fine = window.devicePixelRatio || 1;
    context.setTransform(fine, 0, 0, fine, 0, 0);
    cleared(context);
    context.save();
    context.beginPath();
    context.rect(place.left, place.top - 3, place.width + 4, place.height + 6);
    context.clip();
    const count = curve.owners.length;
    const points = (values, column) => {
      const moments = Array.from({ length: race.times.length }, (_, t) => t);
      return moments.map((t) => [this.across(this.stepAt(t)), this.along(values[t * count + column])]);
    };
    const thin = Math.max(1.2, Math.min(2.4, 2.4 * Math.sqrt(TOLD_APART / count)));
    curve.owners.forEach((owner, column) => {
      if (state.off.has(owner)) return;
      const look = theme.looks[owner];
      if (curve.band) {
        const [low, high] = curve.band.map((end) => points(end, column));
        const known = low.map((_, t) => t).filter((t) => Number.isFinite(high[t][1]));
        context.beginPath();
        for (const t of known) context.lineTo(...high[t]);
        for (const t of known.reverse()) {
          context.lineTo(low[t][0], Number.isFinite(low[t][1]) ? low[t][1] : place.top + place.height);
        }
        context.globalAlpha = 0.22;
        context.fillStyle = look.colour;
        context.fill();
        context.globalAlpha = 1;
      }
      if (curve.bounds && Number.isFinite(curve.bounds[column])) {
        const y = this.along(curve.bounds[column]);
        pen(context, look.colour, 1.2, [3, 3]);
        trace(context, [place.left, y, place.left + place.width, y]);
        context.stroke();
      }
      const casing = count > TOLD_APART ? [] : [[theme.paper, thin + 1.6, []]];
      for (const [colour, width, dash] of [...casing, [look.colour, thin, look.dash]]) {
        pen(context, colour, width, dash);
        context.beginPath();
        let broken = true;
        for (const [x, y] of points(curve.values, column)) {
          if (!Number.isFinite(y)) broken = true;
          else if (broken) context.moveTo(x, Math.max(-HORIZON, Math.min(HORIZON, y)));
          else context.lineTo(x, Math.max(-HORIZON, Math.min(HORIZON, y)));
          if (Number.isFinite(y)) broken = false;
        }
        context.stroke();
      }
    });
    context.restore();
  }

  /** The moment that lies at a pixel. */
  momentAt(x) {
    const { race, place } = this;
    const step = Math.min(1, Math.max(0, (x - place.left) / place.width)) * race.steps;
    if (!race.moments) return Math.round(step);
    let found = 0;
    race.moments.forEach((each, i) => (Math.abs(each - step) < Math.abs(race.moments[found] - step) ? (found = i) : 0));
    return found;
  }
}

// ---- Read-outs ----

/** Tell what lies under the pointer; a drag over a curve leads through time. Returns what tells it again. */
function readOut(page, maps, curves, race, state, lead) {
  const { readout } = page;
  const step = (moment) => (race.moments ? race.moments[moment] : moment);
  const coordinates = (map, place, x, y) => {
    const [x0, x1, y0, y1] = map.box;
    const [a, b] = [x0 + (x / place.width) * (x1 - x0), y1 - (y / place.height) * (y1 - y0)];
    return `x ${neat(a, x1 - x0)}  y ${neat(b, y1 - y0)}`;
  };
  const show = (event, lines) => {
    readout.replaceChildren(...lines.map(([text, colour, name]) => {
      const line = element("div", {}, text);
      if (name) line.prepend(element("b", {}, `${name} `));
      if (colour) line.style.setProperty("--run", colour);
      return line;
    }));
    readout.classList.add("on");
    const { width, height } = readout.getBoundingClientRect();
    const [w, h] = [document.documentElement.clientWidth, window.innerHeight];
    const x = event.clientX + 16 + width > w ? event.clientX - 16 - width : event.clientX + 16;
    const y = event.clientY + 16 + height > h ? event.clientY - 16 - height : event.clientY + 16;
    readout.style.transform = `translate(${Math.round(Math.max(4, x))}px, ${Math.round(Math.max(4, y))}px)`;
  };
  let again = null;
  const hide = () => {
    again = null;
    readout.classList.remove("on");
  };
  const leave = (event) => event.pointerType !== "touch" && hide(); // a tap is read when the finger has gone
  document.addEventListener("pointerdown", (event) => event.target.closest("figure") || hide());

  maps.forEach((view) => {
    const tellMap = (event) => {
      again = () => tellMap(event);
      const corner = view.figure.getBoundingClientRect();
      const [x, y] = [event.clientX - corner.left - view.place.left, event.clientY - corner.top - view.place.top];
      const found = view.nearest(x, y, state.at);
      if (!found) return hide();
      const lines = [];
      if (found.owner === null) {
        lines.push([coordinates(view.map, view.place, found.x, found.y)]);
        if (found.value !== null) lines.push([`loss ≈ ${short(found.value)}`]);
      } else {
        const runner = race.cast[found.owner];
        lines.push([`step ${step(found.moment)}`, race.themes[state.theme].looks[found.owner].colour, runner.title]);
        lines.push([`${runner.measure} ${precise(runner.values[found.moment])}`]);
        if (!view.map.relief) lines.push([coordinates(view.map, view.place, found.x, found.y)]);
      }
      return show(event, lines);
    };
    view.figure.addEventListener("pointermove", tellMap);
    view.figure.addEventListener("pointerdown", tellMap);
    view.figure.addEventListener("pointerleave", leave);
  });

  curves.forEach((view) => {
    const tellCurve = (event, leads = true) => {
      again = () => tellCurve(event, false);
      const corner = view.figure.getBoundingClientRect();
      const moment = view.momentAt(event.clientX - corner.left);
      view.hover = step(moment);
      if (leads && event.buttons) lead(moment);
      else if (leads) view.draw(state.at);
      const count = view.curve.owners.length;
      const values = view.curve.owners
        .map((owner, column) => [owner, view.curve.values[moment * count + column]])
        .filter(([owner]) => !state.off.has(owner))
        .sort(([, a], [, b]) => (Number.isFinite(b) ? b : -Infinity) - (Number.isFinite(a) ? a : -Infinity));
      const few = values.slice(0, 12);
      const lines = few.map(([owner, value]) => [
        Number.isFinite(value) ? short(value) : "–",
        race.themes[state.theme].looks[owner].colour,
        race.cast[owner].title,
      ]);
      if (values.length > few.length) lines.push([`and ${values.length - few.length} more`]);
      show(event, [[`step ${step(moment)}`], ...lines]);
    };
    view.figure.addEventListener("pointermove", (event) => tellCurve(event));
    view.figure.addEventListener("pointerdown", (event) => {
      view.figure.setPointerCapture(event.pointerId);
      tellCurve(event);
    });
    view.figure.addEventListener("pointerleave", (event) => {
      view.hover = null;
      view.draw(state.at);
      leave(event);
    });
  });
  return () => again?.();
}

/** A coordinate to a ten-thousandth of its axis. */
function neat(value, span) {
  const digits = Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(span))));
  return value.toFixed(digits).replace("-", "−");
}

/** A value in six digits. */
function precise(value) {
  if (!Number.isFinite(value)) return "diverged";
  return String(Number(value.toPrecision(6))).replaceAll("-", "−").replace("e+", "e");
}
