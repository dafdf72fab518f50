// The numbers along an axis: which, how they are written, and in which letters, by the room that there is.
//
// As `optviz/draw/scales.py` has it: written out, as powers of ten, or beyond an offset; then fewer; then in smaller
// letters; then one alone; then none.

const LEAST_LETTERS = 0.75; // of the ordinary ones

/** About so many numbers between two ends. What fits is asked of values, their labels and a size. */
function scaleOf(low, high, count, size, fits) {
  return chosen(tried(low, high, count), size, fits);
}

/** The first of these sets of values whose labels have room, in letters as large as may be. */
function chosen(sets, size, fits, label = null) {
  const several = sets.filter(({ length }) => length > 1);
  const alone = sets.filter(({ length }) => length === 1);
  for (const tries of [several, alone]) {
    for (let each = size; each >= LEAST_LETTERS * size; each -= 0.5) {
      for (const values of tries) {
        const forms = label ? [{ labels: values.map(label), offset: "" }] : formsOf(values);
        const found = forms.find(({ labels }) => fits(values, labels, each));
        if (found) return { values, ...found, size: each };
      }
    }
  }
  return { values: [], labels: [], offset: "", size };
}

/** Ever fewer numbers; the last is one alone. */
function tried(low, high, count) {
  const first = someTicks(low, high, count);
  const sets = [first];
  if (first.length > 3) sets.push(first.slice(1, -1)); // those at the ends have the least room
  let found = first.length;
  for (let fewer = Math.floor(count); fewer > 0; fewer--) {
    const values = ticks(low, high, fewer);
    if (values.length > 1 && values.length < found) {
      sets.push(values);
      found = values.length;
    }
  }
  if (found > 2) sets.push([first[0], first.at(-1)]);
  sets.push(first.slice(first.length >> 1, (first.length >> 1) + 1));
  return sets;
}

/** The ways to write values, the plainest first. */
function formsOf(values) {
  const longest = (labels) => Math.max(...labels.map((words) => words.length));
  const plain = values.map((value) => tickLabel(value));
  const powers = powerLabels(values);
  const apart = new Set(plain).size === plain.length;
  const forms = apart ? [{ labels: plain, offset: "" }] : [];
  if (!apart || longest(powers) < longest(plain)) forms.push({ labels: powers, offset: "" });
  const offset = values.length > 1 ? offsetOf(values) : 0;
  if (offset) {
    const words = [tickLabel(offset, 17), powerLabels([offset])[0]].sort((a, b) => a.length - b.length)[0];
    const labels = beyond(values, offset).map((value) => tickLabel(value, 12));
    forms.push({ labels, offset: offset < 0 ? words : `+${words}` });
  }
  return forms;
}

/** Numbers as powers of ten, in as few digits as tell them apart and are exact. */
function powerLabels(values) {
  let found = [];
  for (let digits = 1; digits < 18; digits++) {
    found = values.map((value) => {
      const [mantissa, power] = value ? powered(value, digits) : ["0", ""];
      return value ? `${trimmed(mantissa)}e${power}` : "0";
    });
    const near = (words, value) => Math.abs(Number(words.replaceAll("−", "-")) - value) <= 1e-12 * Math.abs(value);
    if (found.every((words, i) => near(words, values[i])) && new Set(found).size === found.length) break;
  }
  return found;
}

/** The round number that all values lie beyond, by no more than about their span; 0 if there is none. */
function offsetOf(values) {
  const nearest = values.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
  if (values.some((value) => value * nearest <= 0)) return 0;
  const places = magnitudeOfSpan(values) + 1;
  return shifted(Math.trunc(shifted(nearest, -places)), places) || 0;
}
