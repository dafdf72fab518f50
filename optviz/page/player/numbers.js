// Numbers as a reader is told of them, and round ones for axes.
//
// As `optviz/numerals.py` has it, a number is rounded from the shortest decimal that stands for it, half a digit away
// from zero; one table of cases tests both.

/** The size of a finite number times a power of ten, as a whole number. */
function scaled(value, places) {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const more = Number(exponent) - digits.length + 1 + places;
  if (more >= 0) return BigInt(digits) * 10n ** BigInt(more);
  const part = 10n ** BigInt(-more);
  return (2n * BigInt(digits) + part) / (2n * part);
}

/** The power of ten of a number's first digit, once it is rounded to so many. */
function leading(value, digits) {
  const exponent = Number(Math.abs(value).toExponential().split("e")[1]);
  return String(scaled(value, digits - 1 - exponent)).length > digits ? exponent + 1 : exponent;
}

/** A finite number with so many decimals, or as many after its point is moved on. */
export function fixed(value, places, moved = 0) {
  const words = String(scaled(value, places + moved)).padStart(places + 1, "0");
  const end = words.length - places;
  const sign = value < 0 && /[1-9]/.test(words) ? "−" : "";
  return sign + words.slice(0, end) + (places ? `.${words.slice(end)}` : "");
}

/** A number as so many digits and a power of ten. */
function powered(value, digits) {
  const exponent = leading(value, digits);
  const words = String(scaled(value, digits - 1 - exponent));
  const mantissa = `${value < 0 ? "−" : ""}${words[0]}${digits > 1 ? "." : ""}${words.slice(1)}`;
  return [mantissa, String(exponent).replace("-", "−")];
}

function trimmed(words) {
  return words.includes(".") ? words.replace(/\.?0+$/, "") : words;
}

/** A number in three digits, as the films write it. */
export function short(value) {
  if (!Number.isFinite(value)) return "diverged";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e-3 && size < 9999.5) return fixed(value, Math.max(0, 2 - leading(value, 3)));
  return powered(value, 2).join("e");
}

/** A number in so many digits, as far as it needs them. */
export function tickLabel(value, digits = 6) {
  if (value === 0) return "0";
  const exponent = leading(value, digits);
  if (exponent > -5 && exponent < digits) return trimmed(fixed(value, digits - 1 - exponent));
  const [mantissa, power] = powered(value, digits);
  return `${trimmed(mantissa)}e${power}`;
}

/** A value in six digits. */
function precise(value) {
  return Number.isFinite(value) ? tickLabel(value) : "diverged";
}

/** A value that a map tells, in as many digits as tell its values apart, and three at least. */
function height(value, values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = Math.floor(Math.log10(Math.max(1, Math.max(-low, high) / (high - low))));
  return more > 0 ? tickLabel(value, Math.min(15, 3 + more)) : short(value);
}

/** A coordinate to a ten-thousandth of its axis. */
function neat(value, span) {
  const places = Math.max(0, 3 - Math.floor(Math.log10(span)));
  if (value === 0 || (places <= 12 && Math.abs(value) < 1e12)) return fixed(value, Math.min(12, places));
  return powered(value, Math.min(17, Math.max(1, places + 1 + leading(value, 1)))).join("e");
}

/** A share in percent. */
export function percent(share) {
  return `${fixed(share, 1, 2)} %`;
}

/** What a gauge says at a moment. */
function gaugeLabel({ values, percent: shares, unknown }, moment) {
  const value = values[moment];
  if (!Number.isFinite(value)) return unknown;
  return shares ? percent(value) : short(value);
}

/** A number times a power of ten, exactly as one writes it. */
function shifted(value, places) {
  const [mantissa, exponent] = value.toExponential().split("e");
  return Number(`${mantissa}e${Number(exponent) + places}`);
}

/** Values as whole numbers of the smallest decimal among them, and how many decimals that has. */
function wholes(values) {
  const decimals = ([mantissa, exponent]) => Math.max(0, mantissa.replace(/[-.]/g, "").length - 1 - Number(exponent));
  const places = Math.max(...values.map((value) => decimals(value.toExponential().split("e"))));
  return [values.map((value) => (value < 0 ? -scaled(value, places) : scaled(value, places))), places];
}

/** The power of ten of the first digit of the span of rising values. */
function magnitudeOfSpan(values) {
  const [found, places] = wholes(values);
  const [low, high] = [found[0], found.at(-1)];
  return String(high - low).length - 1 - places;
}

/** What values are beyond an offset, digit by digit. */
function beyond(values, offset) {
  const [found, places] = wholes([...values, offset]);
  return values.map((_, i) => Number(`${found[i] - found.at(-1)}e${-places}`));
}

/** At most about `count` round numbers between two ends. */
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  const exponent = Math.floor(Math.log10(rough));
  const power = 10 ** exponent;
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough * 0.999);
  const step = factor * power;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) {
    found.push(Number(`${i * factor}e${exponent}`) || 0);
  }
  return found;
}

/** About so many round numbers, and no fewer than two where that is not far from it. */
function someTicks(low, high, count) {
  const tries = [0, 1, 2, 3].map((more) => ticks(low, high, count + more));
  return tries.find((each) => each.length > 1) ?? tries[0];
}

/** About `count` powers of ten between two ends, as exponents; where there is one at most, twice and five times it. */
function powers(low, high, count) {
  const every = Math.max(1, Math.ceil((high - low) / count));
  const found = [];
  for (let power = Math.floor(low); power <= high; power++) if (power % every === 0) found.push(power);
  const within = found.filter((power) => power >= low && power <= high);
  const finer = high - low < 1.5 || within.length < 2 ? [0, Math.log10(2), Math.log10(5)] : [0];
  return found.flatMap((power) => finer.map((more) => power + more)).filter((each) => each >= low && each <= high);
}
