// Regions: what a classifier answers all over the plane. A tint for each class, the stronger the surer, a line where
// two are even, and above them the points it has learned.
//
// A page holds gaps: how far the logarithm of each class's probability lies behind that of the best. Between nodes and
// between moments they are interpolated, and all that is seen follows from them.

const HALF = 0.9; // half the width of a boundary, in points
const FLAT = 1e-4; // of a gap a pixel, below which there is no telling where two classes meet
const DOT = 0.5; // the diameter of a point, and how wide its rim is, in heads
const RIM = 0.1;
const CROWD = 1.3; // heads' areas for each point that there is to be room for
const MOST_PIXELS = 720000; // of all regions and classes while time passes
const REST = 120; // milliseconds without a new moment from which on it stands still
const FINEST = 2; // pixels of a canvas for one of the page, where it stands still
const FINE_EXP = 64; // how many steps of an exponential's argument are tabulated between whole numbers

class RegionsView {
  constructor(race, region, figure, state) {
    Object.assign(this, { race, region, figure, state });
    [this.low, this.middle, this.high] = figure.children;
    this.unpack = Float32Array.from({ length: 256 }, (_, step) => (step / region.steps) ** 3 * region.gap);
    this.drawn = -Infinity;
    this.fields = new Float32Array(region.classes * region.rows * region.columns);
    this.decay = Float32Array.from({ length: 2 * FINE_EXP * region.gap }, (_, i) => Math.exp(-i / FINE_EXP));
  }

  get theme() {
    return this.race.themes[this.state.theme];
  }

  resize() {
    const { region } = this;
    const [width, height] = [this.figure.clientWidth, this.figure.clientHeight];
    const em = letters(this.low.getContext("2d"), 12.5);
    const [wide, tall] = region.sides;
    const margin = marginsOf(this.low.getContext("2d"), region.box, width, height, Boolean(region.title));
    const [left, top] = [margin.left, margin.top].map(Math.round);
    const [w, h] = [width - left - margin.right, height - top - margin.bottom].map((room) => Math.max(16, room));
    const unit = Math.min(w / wide, h / tall);
    this.em = em;
    this.place = { left, top, width: Math.floor(unit * wide), height: Math.floor(unit * tall) };
    this.ground = fitted(this.low, width, height);
    for (const canvas of [this.middle, this.high]) {
      canvas.style.left = `${left}px`;
      canvas.style.top = `${top}px`;
    }
    this.top = fitted(this.high, this.place.width, this.place.height);
    const area = this.place.width * this.place.height;
    this.unit = (100 / 72) * Math.min(1.25, Math.max(0.7, area ** 0.25 / 18)); // of a point
    const fine = Math.min(FINEST, window.devicePixelRatio || 1);
    const swift = Math.sqrt(MOST_PIXELS / (this.race.regions.length * region.classes * area));
    const half = HALF * this.unit;
    this.papers = [Math.min(fine, swift), fine].map((each) => new RegionsPaper(region, this.place, each, half * each));
    this.forget();
  }

  forget() {
    this.grounded = false;
  }

  /** While time passes coarsely; as fine as the screen once it rests. */
  draw(at) {
    if (!this.place) return;
    if (!this.grounded) this.drawGround();
    const now = performance.now();
    const rests = !this.state.playing && now - this.drawn > REST;
    this.drawn = now;
    clearTimeout(this.later);
    if (!rests && !this.state.playing) this.later = setTimeout(() => this.draw(this.state.at), REST + 10);
    this.blend(at);
    const paper = this.papers[rests ? 1 : 0];
    paper.paint(this.fields, this.decay, this.tints);
    paper.show(this.middle);
  }

  /** The gaps at a moment, or between two. */
  blend(at) {
    const { region, fields, unpack, race } = this;
    const size = fields.length;
    const k = Math.floor(at + 1e-9);
    const next = Math.min(race.times.length - 1, k + 1);
    const share = at - k;
    for (let i = 0; i < size; i++) {
      const now = unpack[region.gaps[k * size + i]];
      fields[i] = now + share * (unpack[region.gaps[next * size + i]] - now);
    }
  }

  drawGround() {
    const { ground, region, theme, top } = this;
    this.grounded = true;
    this.tints = tintsOf(theme);
    this.figure.classList.toggle("off", this.state.off.has(region.owner));
    cleared(ground);
    const from = drawNumbers(this, region.box);
    drawTitle(this, region.title, theme.looks[region.owner].colour, "", from);
    cleared(top);
    const { width, height } = this.place;
    const head = this.race.lengths.head * this.unit;
    const size = Math.min(head, Math.sqrt((width * height) / (CROWD * Math.max(1, region.labels.length))));
    for (const rim of [true, false]) {
      region.labels.forEach((label, i) => {
        const spot = [region.points[2 * i] * width, region.points[2 * i + 1] * height];
        const { colour, mark } = theme.classes[label];
        outlined(top, ...spot, mark, DOT * size, rim ? theme.paper : colour, rim ? RIM * size : 0);
      });
    }
  }

  /** The likeliest class at a pixel of the place, and its probability; null outside. */
  answerAt(x, y) {
    const { region, place, fields } = this;
    if (x < 0 || y < 0 || x >= place.width || y >= place.height) return null;
    const down = taps((y / place.height) * (region.rows - 1));
    const across = taps((x / place.width) * (region.columns - 1));
    const gaps = Array.from({ length: region.classes }, (_, label) => {
      const value = (row, column) => {
        const [i, j] = [inside(row, region.rows), inside(column, region.columns)];
        return fields[(label * region.rows + i) * region.columns + j];
      };
      const line = (row) => across.weights.reduce((sum, weight, j) => sum + weight * value(row, across.first + j), 0);
      return down.weights.reduce((sum, weight, i) => sum + weight * line(down.first + i), 0);
    });
    const best = Math.min(...gaps);
    const share = 1 / gaps.reduce((sum, gap) => sum + Math.exp(best - gap), 0);
    return { label: gaps.indexOf(best), share, x, y };
  }
}

/** Pixels to paint regions on, so many for one of the page; boundaries are twice `half` of them wide. */
class RegionsPaper {
  constructor(region, place, fine, half) {
    Object.assign(this, { region, place, half });
    const [width, height] = [place.width, place.height].map((length) => Math.max(2, Math.round(length * fine)));
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    const nodes = (count, pixels) => Array.from({ length: pixels }, (_, i) => taps(((i + 0.5) / pixels) * (count - 1)));
    this.down = nodes(region.rows, height);
    const across = nodes(region.columns, width);
    this.firsts = Int32Array.from(across, ({ first }) => first + 1); // a row has one more node at its left
    this.weights = Float32Array.from(across.flatMap(({ weights }) => weights));
    this.row = new Float32Array(region.columns + 3);
    this.lines = [0, 1].map(() => new Float32Array(region.classes * width));
  }

  paint(fields, decay, { table, levels, ink }) {
    const { region, pixels, half } = this;
    const { classes } = region;
    const { width, height } = this.image;
    for (let y = 0; y < height; y++) {
      const [above, here] = [this.lines[(y + 1) & 1], this.lines[y & 1]];
      for (let label = 0; label < classes; label++) this.stretch(fields, label, y, here);
      for (let x = 0; x < width; x++) {
        let best = here[x] <= here[width + x] ? x : width + x;
        let second = 2 * x + width - best;
        for (let i = 2 * width + x; i < classes * width; i += width) {
          if (here[i] < here[best]) {
            second = best;
            best = i;
          } else if (here[i] < here[second]) second = i;
        }
        const least = here[best];
        let sum = 0;
        for (let i = x; i < classes * width; i += width) sum += decay[((here[i] - least) * FINE_EXP + 0.5) | 0];
        const sure = (1 / sum - 1 / classes) / (1 - 1 / classes);
        const label = (best - x) / width;
        const colour = table[label * levels + Math.min(levels - 1, (sure * levels) | 0)];
        const ahead = here[second] - least;
        const right = x > 0 ? ahead - here[second - 1] + here[best - 1] : 0;
        const down = y > 0 ? ahead - above[second] + above[best] : 0;
        const steep = Math.sqrt(right * right + down * down);
        const line = steep > FLAT ? half + 0.5 - ahead / steep : 0;
        pixels[y * width + x] = line > 0 ? mixed(colour, ink, Math.min(1, line)) : colour;
      }
    }
  }

  /** The gaps of a class along a line of pixels, laid behind those of the classes before it. */
  stretch(fields, label, y, line) {
    const { region, row, firsts, weights } = this;
    const { rows, columns } = region;
    const { first, weights: down } = this.down[y];
    const starts = down.map((_, i) => (label * rows + inside(first + i, rows)) * columns);
    for (let j = 0; j < columns; j++) {
      row[j + 1] = down[0] * fields[starts[0] + j] + down[1] * fields[starts[1] + j]
        + down[2] * fields[starts[2] + j] + down[3] * fields[starts[3] + j];
    }
    row[0] = row[1];
    row[columns + 1] = row[columns + 2] = row[columns];
    const start = label * firsts.length;
    for (let x = 0; x < firsts.length; x++) {
      const j = firsts[x];
      const w = 4 * x;
      line[start + x] = weights[w] * row[j] + weights[w + 1] * row[j + 1]
        + weights[w + 2] * row[j + 2] + weights[w + 3] * row[j + 3];
    }
  }

  show(canvas) {
    const { width, height } = this.image;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    canvas.style.width = `${this.place.width}px`;
    canvas.style.height = `${this.place.height}px`;
    canvas.getContext("2d").putImageData(this.image, 0, 0);
  }
}

/** The four nodes around a place among nodes, from the first on, and their weights in bicubic interpolation. */
function taps(at) {
  const node = Math.floor(at);
  const t = at - node;
  const weights = [
    ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t,
  ];
  return { first: node - 1, weights };
}

function inside(index, count) {
  return Math.max(0, Math.min(count - 1, index));
}

/** The tints of a theme as pixels, by class and level, and what lines are drawn with. */
function tintsOf(theme) {
  const { tints, classes } = theme;
  const table = Uint32Array.from({ length: tints.length / 3 }, (_, i) =>
    ((255 << 24) | (tints[3 * i + 2] << 16) | (tints[3 * i + 1] << 8) | tints[3 * i]) >>> 0);
  const [red, green, blue] = [1, 3, 5].map((i) => parseInt(theme.ink.slice(i, i + 2), 16));
  return { table, levels: table.length / classes.length, ink: ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0 };
}

/** One pixel covered by another to a share. */
function mixed(under, over, share) {
  let found = 255 << 24;
  for (const shift of [0, 8, 16]) {
    const [a, b] = [(under >>> shift) & 255, (over >>> shift) & 255];
    found |= Math.round(a + (b - a) * share) << shift;
  }
  return found >>> 0;
}
