// Curves: series over the steps. Their lines are drawn once; a picture shows them as far as the moment.

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
