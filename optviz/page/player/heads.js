// What is seen on a map for one picture only: heads, the open ends of trails, names, vectors. A view is a `MapView`.

const REACH = 0.17; // the longest vector, as a share of the map's smaller side

function drawTop(view, at, moment) {
  const { map, shown, count } = view;
  const spots = Array.from({ length: count }, (_, column) => view.headAt(column, at));
  if (map.fading) drawTails(view, moment, spots);
  if (map.swarm) {
    drawSwarm(view, spots, moment);
    return;
  }
  for (let column = 0; column < count && !map.fading; column++) {
    if (shown[column]) drawOpen(view, view.paths[column], column, spots[column], at);
  }
  drawHeads(view, spots, at);
  if (view.labelled) drawLabels(view, spots);
  if (map.anatomy) for (let column = 0; column < count; column++) if (shown[column]) drawVectors(view, column, at);
}

/** The piece of a trail between what is laid and the head. */
function drawOpen(view, path, column, spot, at) {
  const { top, line, theme, map } = view;
  const end = path.count(at);
  const look = view.look(column);
  if (end === 0 || Number.isNaN(spot.x)) return;
  const from = path.kept[Math.max(0, view.done[column] - 1)];
  const corners = [path.x[from], path.y[from]];
  const pass = (first, stop) => {
    for (let k = first; k < stop; k++) {
      const i = path.kept[k];
      if (path.before[i] >= 0) corners.push(path.x[i], path.y[i]);
    }
  };
  pass(view.done[column], end);
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
    pen(top, faded(view.colour(column, at), theme.paper), 0.75 * line.trail, [2, 2.2], path.walked[from]);
  } else {
    pen(top, theme.paper, line.casing, [], 0, "butt");
    trace(top, corners);
    top.stroke();
    pen(top, view.colour(column, at), line.trail, look.dash, path.walked[from]);
  }
  trace(top, corners);
  top.stroke();
}

/** Heads as discs; where several coincide the later ones lie within the earlier, so that all are seen. */
function drawHeads(view, spots, at) {
  const { top, line, theme, shown } = view;
  const visible = spots
    .map((spot, i) => ({ ...spot, look: view.look(i), colour: view.colour(i, at) }))
    .filter((spot, i) => shown[i] && Number.isFinite(spot.x));
  for (const { x, y, colour } of visible.filter((spot) => spot.hidden)) {
    ring(top, x, y, 0.85 * line.head, faded(colour, theme.paper), 0.6 * line.trail);
  }
  const seen = visible.filter((spot) => !spot.hidden);
  const near = (a, b) => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) < 0.25 * line.head;
  seen.forEach((spot, i) => {
    const inner = seen.slice(0, i).some((other) => near(spot, other));
    const rings = Math.min(4, seen.slice(i + 1).filter((other) => near(spot, other)).length);
    const size = line.head * (1 + 0.4 * rings);
    if (!inner) disc(top, spot.x, spot.y, size + 2 * line.rim, theme.paper);
    disc(top, spot.x, spot.y, size, spot.colour);
    if (spot.look.dash.length && !rings) disc(top, spot.x, spot.y, 0.4 * size, theme.paper);
  });
}

/** Names at the heads, where there are too many for colours alone; one that finds no free place is left out. */
function drawLabels(view, spots) {
  const { top, theme, place, line, shown, race, map } = view;
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
    cased(top, words, free[0] + 2, free[1] + 0.95 * size, view.look(column).colour, theme.paper);
  });
}

/** Thousands of heads: dots stamped from two small pictures, all rims beneath all dots of a run. */
function drawSwarm(view, spots, moment) {
  const { top, line, theme, state, map, heads, count, place } = view;
  const owners = [...new Set(map.owners)].filter((owner) => !state.off.has(owner));
  const open = view.hairs && !map.fading;
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
      const stamp = stampOf(view, size, ink);
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

function stampOf(view, size, colour) {
  view.stamps ??= new Map();
  const fine = window.devicePixelRatio || 1;
  const key = `${size} ${colour} ${fine}`;
  if (!view.stamps.has(key)) {
    const canvas = sheet(Math.ceil((size + 2) * fine), Math.ceil((size + 2) * fine));
    disc(canvas.getContext("2d"), canvas.width / 2, canvas.height / 2, size * fine, colour);
    view.stamps.set(key, canvas);
  }
  return view.stamps.get(key);
}

/** Of every path the last steps, the older the fainter. */
function drawTails(view, moment, spots) {
  const { top, map, line, theme, heads, count, shown } = view;
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
      const look = view.look(column);
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
function drawVectors(view, column, at) {
  const { top, map, count, heads, place, line, theme, state, race } = view;
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
  const colour = view.look(column).colour;
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
