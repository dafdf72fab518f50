// A map, or a relief: a ground, what is laid on it for good, and what is seen for one picture only.

const MOST_STROKES = 12000; // beyond which strokes of several steps are drawn as one
const PALEST = 0.72; // how far a colour goes on its way to the paper

class MapView {
  constructor(race, map, figure, state) {
    Object.assign(this, { race, map, figure, state });
    [this.low, this.middle, this.high] = figure.children;
    this.picture = race.pictures[map.picture];
    this.count = map.owners.length;
    this.steps = race.times.length;
    this.labelled = !map.swarm && this.count > TOLD_APART && this.count === race.cast.length;
  }

  get theme() {
    return this.race.themes[this.state.theme];
  }

  get shown() {
    return this.map.owners.map((owner) => !this.state.off.has(owner));
  }

  look(column) {
    return this.theme.looks[this.map.owners[column]];
  }

  /** A run's colour, the paler the farther it is from what the map shows. */
  colour(column, at) {
    const { map, count, steps, theme } = this;
    const { colour } = this.look(column);
    if (!map.pale) return colour;
    const k = Math.floor(at + 1e-9);
    const [a, b] = [k, Math.min(steps - 1, k + 1)].map((moment) => map.pale[moment * count + column] / 255);
    return faded(colour, theme.paper, 1 - PALEST * (a + (at - k) * (b - a)));
  }

  resize() {
    const { map } = this;
    const [width, height] = [this.figure.clientWidth, this.figure.clientHeight];
    this.em = letters(this.low.getContext("2d"), 12.5);
    const margin = map.relief
      ? { left: 0, top: map.title || map.note ? 1.8 * this.em : 0, right: 0, bottom: 0 }
      : marginsOf(this.low.getContext("2d"), map.box, width, height, Boolean(map.title || map.note));
    const room = [width - margin.left - margin.right, height - margin.top - margin.bottom].map((n) => Math.max(16, n));
    let [w, h] = room;
    if (map.relief) {
      const scale = Math.min(w / this.picture.width, h / this.picture.height);
      [w, h] = [this.picture.width * scale, this.picture.height * scale];
    } else {
      [w, h] = [Math.min(w, 2.6 * h), Math.min(h, 1.4 * w)];
    }
    const left = Math.round(margin.left + (map.relief ? (room[0] - w) / 2 : 0));
    const top = Math.round(margin.top + (map.relief ? (room[1] - h) / 2 : 0));
    this.place = { left, top, width: Math.floor(w), height: Math.floor(h) };
    this.ground = fitted(this.low, width, height);
    for (const canvas of [this.middle, this.high]) {
      canvas.style.left = `${left}px`;
      canvas.style.top = `${top}px`;
    }
    this.trails = fitted(this.middle, this.place.width, this.place.height);
    this.top = fitted(this.high, this.place.width, this.place.height);
    this.measure();
    this.prepare();
    this.forget();
  }

  /** Widths of lines and heads, thinner where the map is small or many share it. */
  measure() {
    const { lengths } = this.race;
    const small = Math.min(1.1, Math.max(0.6, Math.sqrt(Math.min(this.place.width, this.place.height) / 460)));
    const many = Math.max(0.5, Math.min(1, Math.sqrt(TOLD_APART / this.count)));
    const thin = this.map.swarm ? Math.max(0.25, Math.min(0.6, Math.sqrt(40 / this.count))) : many;
    const unit = (100 / 72) * small;
    const trail = lengths.trail * thin * unit;
    this.line = {
      trail, casing: trail + (lengths.casing - lengths.trail) * thin * thin * unit, head: lengths.head * thin * unit,
      rim: ((lengths.casing - lengths.trail) / 2) * thin * unit, unit,
    };
  }

  /** Everything in pixels. */
  prepare() {
    const { map, steps, count, place } = this;
    const pixels = (shares, length) => {
      const found = new Float32Array(length);
      for (let i = 0; i < length; i += 2) {
        found[i] = shares[i] * place.width;
        found[i + 1] = shares[i + 1] * place.height;
      }
      return found;
    };
    this.heads = pixels(map.heads, 2 * steps * count);
    this.paths = [];
    if (!map.swarm) {
      for (let column = 0; column < count; column++) this.paths.push(this.pathOf(column));
      const strokes = this.paths.reduce((sum, path) => sum + path.kept.length, 0);
      this.stride = map.relief ? 1 : Math.ceil(strokes / MOST_STROKES); // one is hidden or not, many may be both
    }
    this.hairs = map.swarm && map.trails ? hairs(this.heads, count, steps) : null;
    if (map.ghosts) {
      this.mist = pixels(map.ghosts, 2 * steps * map.ghostOwners.length);
      this.mistHairs = hairs(this.mist, map.ghostOwners.length, steps);
    }
  }

  pathOf(column) {
    const { map, steps, count, place } = this;
    if (map.relief) {
      const track = map.relief.tracks[column];
      const n = track.moments.length;
      const x = Float32Array.from({ length: n }, (_, i) => track.places[2 * i] * place.width);
      const y = Float32Array.from({ length: n }, (_, i) => track.places[2 * i + 1] * place.height);
      return new Path(x, y, track.moments, track.hidden, 0.5);
    }
    const x = Float32Array.from({ length: steps }, (_, t) => this.heads[2 * (t * count + column)]);
    const y = Float32Array.from({ length: steps }, (_, t) => this.heads[2 * (t * count + column) + 1]);
    return new Path(x, y, Uint32Array.from({ length: steps }, (_, t) => t), null, SHORTEST);
  }

  /** What has been drawn is no longer right. */
  forget() {
    this.laid = -1;
    this.grounded = false;
  }

  draw(at) {
    if (!this.place) return;
    if (!this.grounded) drawGround(this);
    const moment = Math.floor(at + 1e-9);
    if (this.laid > moment || this.laid < 0) {
      cleared(this.trails);
      this.laid = -1;
      this.done = this.paths.map(() => 0);
    }
    lay(this, moment);
    cleared(this.top);
    drawTop(this, at, moment);
  }

  /** Where a head is between two moments, and whether the surface hides it. */
  headAt(column, at) {
    const { map, count, steps, heads } = this;
    const k = Math.floor(at + 1e-9);
    let share = Math.max(0, at - k);
    if (map.anatomy) share = Math.max(0, (share - 0.55) / 0.45); // a step rests, and is then made
    const i = 2 * (k * count + column);
    const j = k + 1 < steps ? i + 2 * count : i;
    const hidden = map.relief?.hidden;
    const buried = hidden ? hidden[k * count + column] === 1 : false;
    if (share <= 0 || Number.isNaN(heads[j])) return { x: heads[i], y: heads[i + 1], hidden: buried };
    if (map.relief) {
      const path = this.paths[column];
      const [from, end] = [path.count(k), path.count(k + 1)];
      if (end - from > 1) {
        const spot = from - 1 + share * (end - from);
        const low = Math.floor(spot);
        const [a, b] = [Math.max(0, low), Math.min(end - 1, low + 1)].map((n) => path.kept[n]);
        const near = path.hidden[spot - low < 0.5 ? a : b] === 1;
        return { ...between([path.x[a], path.y[a]], [path.x[b], path.y[b]], spot - low), hidden: near };
      }
    }
    return { ...between([heads[i], heads[i + 1]], [heads[j], heads[j + 1]], share), hidden: buried };
  }

  /** What is nearest to a pixel of the map: a head, a point of a trail, or the ground. */
  nearest(x, y, at) {
    const { map, count, heads, shown, place } = this;
    const moment = Math.floor(at + 1e-9);
    let found = null;
    let best = 26;
    for (let column = 0; column < count; column++) {
      if (!shown[column]) continue;
      const spot = this.headAt(column, at);
      const far = Math.hypot(spot.x - x, spot.y - y);
      if (far < best) [found, best] = [{ column, moment }, far];
    }
    if (!found && !map.swarm) {
      best = 14;
      for (let t = 0; t <= moment; t++) {
        for (let column = 0; column < count; column++) {
          const i = 2 * (t * count + column);
          const far = Math.hypot(heads[i] - x, heads[i + 1] - y);
          if (shown[column] && far < best) [found, best] = [{ column, moment: t }, far];
        }
      }
    }
    if (found) {
      const i = 2 * (found.moment * count + found.column);
      return { owner: map.owners[found.column], ...found, x: heads[i], y: heads[i + 1] };
    }
    if (map.relief || x < 0 || y < 0 || x >= place.width || y >= place.height) return null;
    const { width, height, indices, values } = this.picture;
    const pixel = Math.floor((y / place.height) * height) * width + Math.floor((x / place.width) * width);
    return { owner: null, x, y, value: values ? values[indices[pixel]] : null };
  }
}
