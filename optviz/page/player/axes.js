// What stands around a map: the numbers along its sides, its title, and a note.

const LETTERS = 12.5;

/** Room around a map for the numbers of its box, in a figure of that size. */
function marginsOf(context, box, width, height, titled) {
  const em = letters(context, LETTERS);
  const [top, bottom, least] = [titled ? 2 * em : 4, 2.1 * em, 3.1 * em];
  const most = Math.max(least, Math.min(6 * em, 0.28 * width));
  const up = scaleUp(context, box.slice(2), { height: height - top - bottom }, LETTERS, most - 0.8 * em);
  const across = scaleAcross(context, box.slice(0, 2), { left: least, width: width - least - 4 }, LETTERS, width);
  const widest = Math.max(0, ...up.labels.map((words) => widthOf(context, words, up.size)));
  letters(context, LETTERS);
  return {
    left: Math.max(least, widest + 0.8 * em),
    top: up.offset ? Math.max(top, 1.8 * em) : top,
    right: 4,
    bottom: across.offset ? 3.2 * em : bottom,
  };
}

/** The numbers between two ends at the left of a place, in so much room. */
function scaleUp(context, [low, high], { height }, size, room, count = Math.max(2, Math.floor(height / 68))) {
  return scaleOf(low, high, count, size, upward(context, [low, high], height, room));
}

/** Whether labels have room at the left of a place. */
function upward(context, ends, height, room) {
  return (values, labels, size) => {
    const em = letters(context, LETTERS);
    const lines = values.map((value) => -lineAt(value, ends, { top: 0, height }, em));
    const wide = Math.max(...labels.map((words) => widthOf(context, words, size)));
    return wide <= room && Math.min(...apartBy(lines)) >= letters(context, size);
  };
}

/** The line on which a number at the left of a place is written: beside its value, and within the place. */
function lineAt(value, [low, high], { top, height }, em) {
  const y = top + ((high - value) / (high - low)) * height;
  return Math.min(top + height, Math.max(top + 0.75 * em, y + 0.36 * em));
}

/** The numbers between two ends beneath a place, in a figure of that width. */
function scaleAcross(context, [low, high], place, size, width, apart = 84) {
  const fits = (values, labels, each) => {
    const spans = labels.map((words, i) => spanOf(context, words, each, acrossAt(values[i], [low, high], place), width));
    const gap = 0.4 * letters(context, each);
    return spans.every(([left, right], i) => left >= -0.5 && right <= width + 0.5 && (i === 0 || left - spans[i - 1][1] >= gap));
  };
  return scaleOf(low, high, Math.max(2, Math.floor(place.width / apart)), size, fits);
}

function acrossAt(value, [low, high], { left, width }) {
  return left + ((value - low) / (high - low)) * width;
}

/** From where to where a label reaches whose middle is to lie at x, in a figure of that width. */
function spanOf(context, words, size, x, width) {
  const half = widthOf(context, words, size) / 2;
  const middle = Math.max(half, Math.min(width - half, x));
  return [middle - half, middle + half];
}

function apartBy(values) {
  return values.slice(1).map((value, i) => value - values[i]);
}

function widthOf(context, words, size) {
  letters(context, size);
  return context.measureText(words).width;
}

/** Write the numbers beneath a place. */
function drawAcross(context, place, ends, size, em, width, apart = 84) {
  const found = scaleAcross(context, ends, place, size, width, apart);
  const line = place.top + place.height;
  context.textAlign = "left";
  found.labels.forEach((words, i) => {
    const [x] = spanOf(context, words, found.size, acrossAt(found.values[i], ends, place), width);
    context.fillText(words, x, line + 1.5 * em);
  });
  if (found.offset) {
    const [x] = spanOf(context, found.offset, 0.9 * found.size, place.left + place.width, width);
    context.fillText(found.offset, x, line + 2.6 * em);
  }
}

/** Write the offset of the numbers at the left of a place above them; returns from where on a title may stand. */
function drawOffset(context, place, { offset, size }, em) {
  if (!offset) return place.left;
  const wide = widthOf(context, offset, 0.9 * size);
  context.textAlign = "left";
  context.fillText(offset, 2, place.top - 0.6 * em);
  return Math.max(place.left, 2 + wide + 0.6 * em);
}

/** Write the numbers of a box around its place; returns from where on a title may stand. */
function drawAxes({ ground, place, em, figure }, box) {
  const width = figure.clientWidth;
  drawAcross(ground, place, box.slice(0, 2), LETTERS, em, width);
  const [y0, y1] = box.slice(2);
  const up = scaleUp(ground, [y0, y1], place, LETTERS, place.left - 0.6 * em);
  letters(ground, up.size);
  ground.textAlign = "right";
  up.labels.forEach((words, i) => {
    ground.fillText(words, place.left - 0.6 * em, lineAt(up.values[i], [y0, y1], place, em));
  });
  const from = drawOffset(ground, place, up, em);
  letters(ground, LETTERS);
  return from;
}

/** Write a title and a note above a place, from an x on. */
function drawTitle({ ground, place, em, theme }, title, colour, note = "", from = place.left) {
  ground.textAlign = "left";
  let taken = from - place.left;
  if (title) {
    for (let size = 13.5; size >= 10; size -= 0.5) { // as large as there is room for
      letters(ground, size, true);
      if (ground.measureText(title).width <= place.width - taken) break;
    }
    ground.fillStyle = colour;
    const words = fitting(ground, title, place.width - taken);
    ground.fillText(words, from, place.top - 0.6 * em);
    taken += ground.measureText(words).width + em;
  }
  ground.fillStyle = theme.quiet;
  for (let size = 12.5; note && size >= 10; size -= 0.5) { // likewise
    letters(ground, size);
    if (ground.measureText(note).width <= place.width - taken) break;
  }
  if (note) ground.fillText(fitting(ground, note, place.width - taken), place.left + taken, place.top - 0.6 * em);
  letters(ground, 12.5);
}
