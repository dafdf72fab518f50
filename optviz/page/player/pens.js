// Verbs to draw with: on a canvas as fine as the screen, in the page's pixels.

const HORIZON = 2e4; // pixels; nothing is drawn beyond
const TOLD_APART = 8; // how many runs colours tell apart
const LEAST_LETTER = 9; // pixels

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

/** Write in letters of a size, as the theme's letters are large, and never in smaller ones than can be read. */
function letters(context, size, bold = false) {
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const found = Math.max(LEAST_LETTER, size * scale);
  context.font = `${bold ? 600 : 400} ${found}px ${getComputedStyle(document.body).fontFamily}`;
  return found;
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

/** A mark about as large as a disc, with a rim of so many pixels around it. */
function outlined(context, x, y, mark, diameter, colour, rim) {
  context.fillStyle = colour;
  pen(context, colour, 2 * rim);
  context.beginPath();
  for (const [a, b] of mark) context.lineTo(x + (a * diameter) / 2, y + (b * diameter) / 2);
  context.closePath();
  context.fill();
  if (rim > 0) context.stroke();
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

/** Two bars crossed aslant. */
function saltire(context, x, y, arm, colour, paper, width) {
  for (const [each, wide] of [[paper, width + 2], [colour, width]]) {
    pen(context, each, wide);
    for (const side of [arm, -arm]) {
      trace(context, [x - arm, y - side, x + arm, y + side]);
      context.stroke();
    }
  }
}

/** A colour half-way to the paper. */
function faded(colour, paper, share = 0.5) {
  const parts = [1, 3, 5].map((i) => {
    const [a, b] = [paper, colour].map((each) => parseInt(each.slice(i, i + 2), 16));
    return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

function between([x, y], [a, b], share) {
  return { x: x + share * (a - x), y: y + share * (b - y) };
}
