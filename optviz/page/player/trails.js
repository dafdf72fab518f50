// What is laid on a map for good, moment by moment: trails, the arrowheads where they leave it, hairs of swarms.
//
// A view is a `MapView`. What it has laid is a matter of its paths alone, so that going on from a moment and beginning
// anew come to the same.

const MEMORY = 8; // how far back a line is drawn again, in widths of its casing, to mend what the casing covers

/** Lay what belongs to the moments up to this one. */
function lay(view, moment) {
  if (moment <= view.laid) return;
  const { map, shown } = view;
  for (let t = view.laid + 1; t <= moment; t++) {
    if (view.mistHairs) layHairs(view, view.mist, view.mistHairs, map.ghostOwners, t, 0.45, 0.55 * map.faint);
    if (view.hairs && !map.fading) layHairs(view, view.heads, view.hairs, map.owners, t, 0.8, map.faint);
    if (map.swarm || map.fading) continue;
    view.paths.forEach((path, column) => {
      const end = path.count(t);
      const from = view.done[column];
      if (end - from < view.stride && (view.stride > 1 || end === from)) return;
      for (let k = from; shown[column] && k < end; k += view.stride) {
        layStroke(view, path, column, k, Math.min(end, k + view.stride));
      }
      view.done[column] = end;
    });
  }
  if (!map.swarm) layExits(view, view.laid + 1, moment);
  view.laid = moment;
}

/** Lay the points kept[from … end) of a path: a casing, and above it the line. */
function layStroke(view, path, column, from, end) {
  const { trails, line, theme } = view;
  for (let k = end - 1; k > from; k--) {
    if (path.before[path.kept[k]] >= 0) continue;
    layStroke(view, path, column, from, k); // a gap: two strokes
    from = k;
  }
  const index = path.kept[end - 1];
  const start = path.before[path.kept[from]];
  if (path.before[index] < 0) return;
  const look = view.look(column);
  if (path.hidden && (path.hidden[index] || path.hidden[path.before[index]])) {
    // Beneath all that is seen.
    trails.globalCompositeOperation = "destination-over";
    const faint = faded(view.colour(column, path.when[index]), theme.paper);
    pen(trails, faint, 0.75 * line.trail, [2, 2.2], path.walked[path.before[index]]);
    trace(trails, [path.x[path.before[index]], path.y[path.before[index]], path.x[index], path.y[index]]);
    trails.stroke();
    trails.globalCompositeOperation = "source-over";
    return;
  }
  const length = path.walked[index] - (start < 0 ? 0 : path.walked[start]);
  pen(trails, theme.paper, line.casing, [], 0, "butt");
  trace(trails, seenTail(view, path, index, length + 0.6 * line.casing).corners); // around the corner before
  trails.stroke();
  if (view.map.pale) {
    layPaled(view, path, column, index, length + MEMORY * line.casing);
    return;
  }
  const tail = seenTail(view, path, index, length + MEMORY * line.casing);
  pen(trails, look.colour, line.trail, look.dash, tail.walked);
  trace(trails, tail.corners);
  trails.stroke();
}

/** Lay the end of a path move by move, each as pale as the path is there. */
function layPaled(view, path, column, index, length) {
  const { trails, line } = view;
  const moves = [];
  const back = (at) => path.walked[index] - path.walked[at];
  for (let at = index; path.before[at] >= 0 && back(at) < length; at = path.before[at]) {
    if (path.hidden?.[path.before[at]]) break;
    moves.unshift(at);
  }
  for (const at of moves) {
    const from = path.before[at];
    pen(trails, view.colour(column, path.when[at]), line.trail, view.look(column).dash, path.walked[from]);
    trace(trails, [path.x[from], path.y[from], path.x[at], path.y[at]]);
    trails.stroke();
  }
}

/** A tail that ends where its path comes out of hiding. */
function seenTail(view, path, index, length) {
  if (!path.hidden) return path.tail(index, length);
  const back = (at) => path.walked[index] - path.walked[at];
  let at = index;
  while (path.before[at] >= 0 && !path.hidden[path.before[at]] && back(at) < length) at = path.before[at];
  return path.tail(index, Math.max(0.01, Math.min(length, back(at))));
}

/** Arrowheads where paths leave the map. */
function layExits(view, first, moment) {
  const { shown, place, map, count, heads } = view;
  const inside = (x, y) => x >= 0 && y >= 0 && x <= place.width && y <= place.height;
  for (let column = 0; column < count; column++) {
    if (!shown[column]) continue;
    if (map.relief) {
      const path = view.paths[column];
      for (const i of map.relief.tracks[column].exits) {
        if (path.when[i] < first || path.when[i] > moment || path.hidden[i] || i === 0) continue;
        layArrow(view, view.colour(column, path.when[i]), path.x[i - 1], path.y[i - 1], path.x[i], path.y[i]);
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
      layArrow(view, view.colour(column, t), x, y, x + share * dx - (2 * dx) / far, y + share * dy - (2 * dy) / far);
    }
  }
}

function layArrow(view, colour, x, y, a, b) {
  const { trails, line, theme } = view;
  const far = Math.hypot(a - x, b - y) || 1;
  const [dx, dy] = [(a - x) / far, (b - y) / far];
  const size = line.head;
  const [left, right] = [-0.5, 0.5].map((side) => [a - size * (dx + side * dy), b - size * (dy - side * dx)]);
  trace(trails, [a, b, ...left, ...right]);
  trails.closePath();
  pen(trails, theme.paper, 2 * line.rim);
  trails.stroke();
  trails.fillStyle = colour;
  trails.fill();
}

/** What all trails of a swarm add at a moment. */
function layHairs(view, points, before, owners, t, share, alpha) {
  const { trails, line, theme, state } = view;
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
