// The ground of a map: its picture, what stands around it, its minima and starts. A view is a `MapView`.

function drawGround(view) {
  const { ground, map, theme, place, line, em } = view;
  view.grounded = true;
  cleared(ground);
  ground.imageSmoothingQuality = "high";
  ground.drawImage(painted(view.picture, view.state.theme), place.left, place.top, place.width, place.height);
  if (map.title) {
    letters(ground, 13.5, true);
    ground.fillStyle = view.count === 1 ? view.look(0).colour : theme.ink;
    ground.textAlign = "left";
    ground.fillText(fitting(ground, map.title, place.width), place.left, place.top - 0.6 * em);
  }
  letters(ground, 12.5);
  ground.fillStyle = theme.quiet;
  if (map.relief) drawFloorNumbers(view);
  else drawAxes(view);
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

function drawAxes(view) {
  const { ground, place, em } = view;
  const [x0, x1, y0, y1] = view.map.box;
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

function drawFloorNumbers(view) {
  const { ground, place, em } = view;
  ground.textAlign = "center";
  const taken = [];
  for (const { text, at } of view.map.relief.labels) {
    const [x, y] = [place.left + at[0] * place.width, place.top + at[1] * place.height];
    if (taken.some(([a, b]) => Math.abs(a - x) < 2.2 * em && Math.abs(b - y) < 1.1 * em)) continue;
    taken.push([x, y]);
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
