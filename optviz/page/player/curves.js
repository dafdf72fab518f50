// Curves: series over the steps. Their lines are drawn once; a picture shows them as far as the moment.

const NAMED = 34; // letters' heights of a panel from which on names stand at the ends of lines
const NAMES = 8; // letters' heights that they take
const HAIR = 0.6; // how wide a second series is, as a share of a curve
const HAIR_ALPHA = 0.6;
const BAND = 0.22; // how strong the colour of a band is, and of one whose ends are lines
const LIGHT = 0.1;
const END = 4; // half the width of the mark where a run diverged

class CurveView {
  constructor(race, curve, figure, state) {
    Object.assign(this, { race, curve, figure, state });
    [this.low, this.middle, this.high] = figure.children;
    this.staged = race.rows.length > 0;
    this.hover = null;
  }

  get theme() {
    return this.race.themes[this.state.theme];
  }

  resize() {
    const [width, height] = [this.figure.clientWidth, this.figure.clientHeight];
    this.size = this.staged ? 13.5 : 12;
    this.em = letters(this.low.getContext("2d"), this.size);
    this.named = this.staged && width > NAMED * this.em && this.curve.owners.length === this.race.cast.length;
    const labels = this.scale(height - 4 * this.em, Math.min(7 * this.em, 0.3 * width));
    const widest = Math.max(0, ...labels.labels.map((words) => widthOf(this.low.getContext("2d"), words, labels.size)));
    const left = Math.max(4 * this.em, widest + 0.8 * this.em);
    const right = this.named ? NAMES * this.em : 8;
    const room = { width: Math.max(8, width - left - right), height: Math.max(8, height - 4 * this.em) };
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
    const height = log && value <= 0 ? low : log ? Math.max(low, Math.log10(value)) : value;
    return this.place.top + ((high - height) / (high - low)) * this.place.height;
  }

  draw(at) {
    if (!this.place) return;
    if (!this.grounded) this.drawGround();
    const { top, place, theme, curve, state, race } = this;
    cleared(top);
    const k = Math.floor(at + 1e-9);
    const next = Math.min(race.times.length - 1, k + 1);
    const step = stepAt(race, k) + (at - k) * (stepAt(race, next) - stepAt(race, k));
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
    letters(ground, this.size);
    const up = this.scale(place.height, place.left - 0.6 * em);
    for (const [i, value] of up.values.entries()) {
      const y = place.top + ((curve.high - value) / (curve.high - curve.low)) * place.height;
      pen(ground, faded(theme.quiet, theme.paper, 0.22), 1, [], 0, "butt");
      trace(ground, [place.left, y, place.left + place.width, y]);
      ground.stroke();
      ground.fillStyle = theme.quiet;
      letters(ground, up.size);
      ground.textAlign = "right";
      ground.fillText(up.labels[i], place.left - 0.6 * em, y + 0.36 * em);
    }
    ground.fillStyle = theme.quiet;
    const from = drawOffset(ground, place, up, em);
    const ends = [0, Math.max(1, race.steps) * race.clock.rate];
    drawAcross(ground, place, ends, this.size, em, this.figure.clientWidth, 80);
    this.drawTitle(from);
    if (this.named) this.nameEnds();
    this.drawLines();
  }

  /** Write the title, in the most words that have room; where it must, it begins further left than the curves. */
  drawTitle(from) {
    const { ground, place, curve, theme, em } = this;
    letters(ground, this.size);
    ground.textAlign = "left";
    ground.fillStyle = theme.ink;
    const end = place.left + place.width;
    const room = end - (from > place.left ? from : 4);
    const titles = curve.titles.flatMap((each) => (curve.log ? [`${each} (log)`, each] : [each]));
    const words = titles.find((each) => ground.measureText(each).width <= room) ?? fitting(ground, titles.at(-1), room);
    ground.fillText(words, end - Math.max(end - from, ground.measureText(words).width), place.top - 0.7 * em);
    ground.fillStyle = theme.quiet;
  }

  /** The numbers at the left of a place of that height, in so much room. */
  scale(height, room) {
    const { curve, size } = this;
    const context = this.low.getContext("2d");
    const [count, fits] = [Math.max(2, height / 38), upward(context, [curve.low, curve.high], height, room)];
    if (!curve.log) return scaleOf(curve.low, curve.high, count, size, fits);
    const values = powers(curve.low, curve.high, count);
    const whole = values.every(Number.isInteger) && curve.high - curve.low >= 1.5;
    const sets = values.map((_, every) => values.filter((__, i) => i % (every + 1) === 0));
    const label = (value) => (whole ? `1e${value}`.replace("-", "−") : tickLabel(10 ** value));
    return chosen([...sets, values.slice(values.length >> 1).slice(0, 1)], size, fits, label);
  }

  /** Names beside the ends of the lines, moved apart where they would overlap. */
  nameEnds() {
    const { ground, place, theme, curve, race, state, em } = this;
    const count = curve.owners.length;
    const gap = 1.25 * letters(ground, this.size, true);
    const [top, bottom] = [place.top, place.top + place.height];
    const names = curve.owners.map((owner, column) => {
      let t = race.times.length - 1;
      while (t > 0 && !Number.isFinite(curve.values[t * count + column])) t--;
      return { owner, y: Math.min(bottom, Math.max(top, this.along(curve.values[t * count + column]))) };
    }).filter(({ owner, y }) => !state.off.has(owner) && Number.isFinite(y)).sort((a, b) => a.y - b.y);
    if (names.length * gap > place.height + gap) return;
    names.forEach((name, i) => (name.y = i ? Math.max(name.y, names[i - 1].y + gap) : name.y));
    names.reverse().forEach((name, i) => (name.y = Math.min(name.y, i ? names[i - 1].y - gap : bottom)));
    ground.textAlign = "left";
    for (const { owner, y } of names) {
      ground.fillStyle = theme.looks[owner].colour;
      const words = fitting(ground, race.cast[owner].title, (NAMES - 1.2) * em);
      ground.fillText(words, place.left + place.width + 0.9 * em, y + 0.35 * em);
    }
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
      return moments.map((t) => [this.across(stepAt(race, t)), this.along(values[t * count + column])]);
    };
    const width = this.staged ? 2.8 : 2.4;
    const thin = Math.max(1.2, Math.min(width, width * Math.sqrt(TOLD_APART / count)));
    curve.owners.forEach((owner, column) => {
      if (state.off.has(owner)) return;
      const look = theme.looks[owner];
      const ends = curve.band?.map((end) => points(end, column));
      if (ends && (!curve.edged || count === 1)) {
        const [low, high] = ends;
        const known = low.map((_, t) => t).filter((t) => Number.isFinite(high[t][1]));
        context.beginPath();
        for (const t of known) context.lineTo(...high[t]);
        for (const t of known.reverse()) {
          context.lineTo(low[t][0], Number.isFinite(low[t][1]) ? low[t][1] : place.top + place.height);
        }
        context.globalAlpha = curve.edged ? LIGHT : BAND;
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
      const hairs = curve.beside ? [points(curve.beside, column)] : curve.edged && ends ? ends : [];
      pen(context, look.colour, HAIR * thin);
      context.globalAlpha = HAIR_ALPHA;
      for (const hair of hairs) broken(context, hair);
      context.globalAlpha = 1;
      const casing = count > TOLD_APART || curve.beside ? [] : [[theme.paper, thin + 1.6, []]];
      for (const [colour, width, dash] of [...casing, [look.colour, thin, look.dash]]) {
        pen(context, colour, width, dash);
        broken(context, points(curve.values, column));
      }
      const { gone } = race.cast[owner];
      if (gone === null) return;
      const last = points(curve.values, column).findLast(([, y], t) => stepAt(race, t) <= gone && Number.isFinite(y));
      const height = Math.max(place.top, Math.min(place.top + place.height, last ? last[1] : place.top));
      saltire(context, this.across(gone), height, END, look.colour, theme.paper, thin);
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

/** A line through points, broken where there is none. */
function broken(context, points) {
  context.beginPath();
  let open = false;
  for (const [x, y] of points) {
    const height = Math.max(-HORIZON, Math.min(HORIZON, y));
    if (!Number.isFinite(y)) open = false;
    else if (open) context.lineTo(x, height);
    else context.moveTo(x, height);
    if (Number.isFinite(y)) open = true;
  }
  context.stroke();
}
