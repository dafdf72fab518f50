// Playing: a race in an element, and all the ways to lead it through time.

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const READABLE = 120; // milliseconds a number must stand to be read

/** Show a race in an element, and play it. Returns the handles that the keys and buttons use. */
export function play(root, race) {
  const last = race.times.length - 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const state = { at: 0, playing: false, speed: 1, off: new Set(), theme: 0, chosen: !race.follow, told: -1e9 };
  const page = built(root, race);
  const maps = race.maps.map((map, i) => new MapView(race, map, page.maps[i], state));
  const regions = race.regions.map((region, i) => new RegionsView(race, region, page.regions[i], state));
  const curves = race.curves.map((curve, i) => new CurveView(race, curve, page.curves[i], state));
  const views = [...maps, ...regions, ...curves];
  let clock = 0; // milliseconds of the race at the present speed of one
  let before = 0; // when the last picture was drawn
  let waiting = 0;
  let readAgain = () => {}; // what lies under the pointer changes with time, too

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
    page.step.textContent = reading(race, moment);
    const words = `${race.clock.unit} ${reading(race, moment)} of ${reading(race, last)}`;
    page.range.setAttribute("aria-valuetext", words);
    race.cast.forEach((runner, i) => {
      page.losses[i].textContent = short(runner.values[moment]);
      runner.more.forEach((gauge, j) => (page.more[i][j][1].textContent = gaugeLabel(gauge, moment)));
    });
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
    arrange(page, race);
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
  readAgain = readOut(page, { maps, regions, curves }, race, state, (at) => {
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
