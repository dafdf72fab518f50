// Paths in pixels: which of their points are drawn, and how far had been walked there.

const SHORTEST = 1.5; // pixels; shorter moves wait until they add up

/** A path in pixels: points, the moment of each, and for each the one before it that is drawn (-1: none). */
class Path {
  constructor(x, y, when, hidden, threshold) {
    Object.assign(this, { x, y, when, hidden });
    this.before = new Int32Array(x.length).fill(-1);
    this.walked = new Float32Array(x.length);
    this.kept = [];
    let from = -1;
    for (let i = 0; i < x.length; i++) {
      if (Number.isNaN(x[i])) {
        from = -1;
        continue;
      }
      if (from < 0) {
        from = i;
        this.kept.push(i);
        continue;
      }
      let [dx, dy] = [x[i] - x[from], y[i] - y[from]];
      let far = Math.hypot(dx, dy);
      if (far < threshold) continue;
      if (far > HORIZON) {
        [x[i], y[i]] = [x[from] + (dx * HORIZON) / far, y[from] + (dy * HORIZON) / far];
        far = HORIZON;
      }
      this.before[i] = from;
      this.walked[i] = this.walked[from] + far;
      this.kept.push(i);
      from = i;
    }
  }

  /** How many points are drawn up to a moment. */
  count(moment) {
    let [low, high] = [0, this.kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.when[this.kept[middle]] <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The corners that lead up to a point, from `length` pixels before it on, and how far had been walked there. */
  tail(index, length) {
    const corners = [];
    let at = index;
    let rest = length;
    while (at >= 0 && rest > 0) {
      corners.unshift(this.x[at], this.y[at]);
      const from = this.before[at];
      if (from < 0) break;
      rest -= this.walked[at] - this.walked[from];
      at = from;
      if (rest <= 0) corners.unshift(this.x[at], this.y[at]);
    }
    return { corners, walked: at >= 0 ? this.walked[at] : 0 };
  }
}

/** For all points (T, M) the moment of the point before that is drawn; -1 where nothing is. */
function hairs(points, count, steps) {
  const before = new Int32Array(steps * count).fill(-1);
  for (let column = 0; column < count; column++) {
    let from = -1;
    for (let t = 0; t < steps; t++) {
      const i = 2 * (t * count + column);
      if (Number.isNaN(points[i])) {
        from = -1;
        continue;
      }
      if (from < 0) {
        from = t;
        continue;
      }
      const j = 2 * (from * count + column);
      if (Math.hypot(points[i] - points[j], points[i + 1] - points[j + 1]) < SHORTEST) continue;
      if (Math.abs(points[i]) < HORIZON && Math.abs(points[i + 1]) < HORIZON) before[t * count + column] = from;
      from = t;
    }
  }
  return before;
}
