// The ground of a map: its picture, its minima and starts. A view is a `MapView`.

function drawGround(view) {
  const { ground, map, theme, place, line } = view;
  view.grounded = true;
  cleared(ground);
  ground.imageSmoothingQuality = "high";
  ground.drawImage(painted(view.picture, view.state.theme), place.left, place.top, place.width, place.height);
  const from = drawNumbers(view, map.box, map.relief);
  drawTitle(view, map.title, view.count === 1 ? view.look(0).colour : theme.ink, map.note, from);
  ground.save();
  ground.translate(place.left, place.top);
  map.minima.forEach(({ at, deep }, i) => drawCross(view, at, deep ? 1 : 0.6, i));
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

/** Write the numbers of a map, or of a relief's floor; returns from where on a title may stand. */
function drawNumbers(view, box, relief = null) {
  const { ground, theme, place } = view;
  letters(ground, LETTERS);
  ground.fillStyle = theme.quiet;
  if (!relief) return drawAxes(view, box);
  drawFloorNumbers(view, relief.labels);
  return place.left;
}

function drawFloorNumbers({ ground, place, em, figure }, labels) {
  const taken = [];
  ground.textAlign = "left";
  for (const { text, at } of labels) {
    const [x, end] = spanOf(ground, text, LETTERS, place.left + at[0] * place.width, figure.clientWidth);
    const y = place.top + at[1] * place.height;
    if (taken.some(([a, b, c]) => x < b + 0.5 * em && a < end + 0.5 * em && Math.abs(c - y) < 1.1 * em)) continue;
    taken.push([x, end, y]);
    ground.fillText(text, x, y + 0.36 * em);
  }
}

function drawCross(view, [u, v], share, index) {
  const { ground, theme, place, line, map } = view;
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
