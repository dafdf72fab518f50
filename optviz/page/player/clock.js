// The clock: which moment is shown when, and what a moment is called.
//
// A moment is an index into the steps that the page holds; between two moments everything glides.

function momentAt(times, clock) {
  let low = 0;
  let high = times.length - 1;
  if (clock >= times[high]) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= clock) low = middle;
    else high = middle;
  }
  return low + Math.max(0, clock - times[low]) / Math.max(1, times[high] - times[low]);
}

function timeAt(times, at) {
  const low = Math.min(times.length - 1, Math.floor(at));
  const high = Math.min(times.length - 1, low + 1);
  return times[low] + (at - low) * (times[high] - times[low]);
}

/** The step of a moment. */
function stepAt(race, moment) {
  return race.moments ? race.moments[moment] : moment;
}

/** A moment as a reader is told of it: a step by its number, or as the clock of a film says it. */
function reading(race, moment) {
  return race.clock.readings ? race.clock.readings[moment] : String(stepAt(race, moment));
}

/** What single moments are called: steps, where the clock counts these. */
function momentWord(race) {
  return race.clock.unit === "step" ? "step" : "moment";
}
