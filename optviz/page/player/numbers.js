// Numbers as a reader is told of them, and round ones for axes.

/** A number in three digits, as the films write it. */
export function short(value) {
  if (!Number.isFinite(value)) return "diverged";
  const size = Math.abs(value);
  if (size === 0) return "0";
  const words =
    size >= 1e-3 && size < 9999.5
      ? value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size))))
      : value.toExponential(1).replace("e+", "e");
  return words.replaceAll("-", "−");
}

/** A value in six digits. */
function precise(value) {
  if (!Number.isFinite(value)) return "diverged";
  return String(Number(value.toPrecision(6))).replaceAll("-", "−").replace("e+", "e");
}

/** A coordinate to a ten-thousandth of its axis. */
function neat(value, span) {
  const digits = Math.max(0, 3 - Math.floor(Math.log10(span)));
  if (digits <= 12 && Math.abs(value) < 1e12) return value.toFixed(digits).replace("-", "−");
  const whole = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const words = value.toExponential(Math.min(16, Math.max(0, whole + digits)));
  return words.replaceAll("-", "−").replace("e+", "e");
}

/** What a gauge says at a moment. */
function gaugeLabel({ values, percent, unknown }, moment) {
  const value = values[moment];
  if (!Number.isFinite(value)) return unknown;
  return percent ? `${(100 * value).toFixed(1)} %` : short(value);
}

function tickLabel(value) {
  return String(Number(value.toPrecision(6))).replaceAll("-", "−");
}

/** At most about `count` round numbers between two ends. */
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) found.push(i * step);
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
