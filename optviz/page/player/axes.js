// What stands around a map: the numbers along its sides, its title, and a note.

function drawAxes({ ground, place, em }, [x0, x1, y0, y1]) {
  ground.textAlign = "center";
  for (const value of someTicks(x0, x1, Math.max(2, Math.floor(place.width / 84)))) {
    const x = place.left + ((value - x0) / (x1 - x0)) * place.width;
    const within = Math.min(x, place.left + place.width - 0.4 * em);
    ground.fillText(tickLabel(value), within, place.top + place.height + 1.5 * em);
  }
  ground.textAlign = "right";
  for (const value of someTicks(y0, y1, Math.max(2, Math.floor(place.height / 68)))) {
    const y = place.top + ((y1 - value) / (y1 - y0)) * place.height;
    const within = Math.min(place.top + place.height, Math.max(place.top + 0.75 * em, y + 0.36 * em));
    ground.fillText(tickLabel(value), place.left - 0.6 * em, within);
  }
}

function drawTitle({ ground, place, em, theme }, title, colour, note = "") {
  ground.textAlign = "left";
  let taken = 0;
  if (title) {
    letters(ground, 13.5, true);
    ground.fillStyle = colour;
    ground.fillText(fitting(ground, title, place.width), place.left, place.top - 0.6 * em);
    taken = ground.measureText(title).width + em;
  }
  ground.fillStyle = theme.quiet;
  for (let size = 12.5; note && size >= 10; size -= 0.5) { // as large as there is room for
    letters(ground, size);
    if (ground.measureText(note).width <= place.width - taken) break;
  }
  if (note) ground.fillText(fitting(ground, note, place.width - taken), place.left + taken, place.top - 0.6 * em);
  letters(ground, 12.5);
}
