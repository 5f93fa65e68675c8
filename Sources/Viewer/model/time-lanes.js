import { isSpan } from "./time-series.js";

/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./stack-view.js").StackView} Stacks */
/** @typedef {import("./time-series.js").Series} Series */

/** Amounts by the time that they are of, in bins of equal width. What lasts is spread over all that it lasts. */
class TimeBins {
  /** @param {number} count @param {number} width Nanoseconds. */
  constructor(count, width) {
    this.count = count;
    this.scale = width > 0 ? 1 / width : 0;
    this.width = width;
    this.bins = new Float64Array(count);
    /**
     * By how much whole bins differ from the ones before, of what lasts.
     *
     * @type {Float64Array | null}
     */
    this.steps = null;
  }

  /** @param {number} time @param {number} amount */
  add(time, amount) { this.bins[Math.min(this.count - 1, Math.floor(time * this.scale))] += amount; }

  /** @param {number} time @param {number} nanoseconds Of time from then on. */
  addSpan(time, nanoseconds) {
    const { scale, bins, count, width } = this;
    const start = Math.min(count, time * scale), end = Math.min(count, (time + nanoseconds) * scale);
    const first = Math.floor(start), last = Math.floor(end);
    if (first >= count) return;
    if (first === last || scale === 0) {
      bins[first] += end < count ? nanoseconds : (end - start) * width;
      return;
    }
    bins[first] += (first + 1 - start) * width;
    if (last < count) bins[last] += (end - last) * width;
    const steps = (this.steps ??= new Float64Array(count + 1));
    steps[first + 1] += width;
    steps[last] -= width;
  }

  finish() {
    const { bins, steps } = this;
    if (steps) {
      let whole = 0;
      for (let bin = 0; bin < bins.length; bin++) {
        whole += steps[bin];
        bins[bin] += whole;
      }
      this.steps = null;
    }
    return bins;
  }
}

/**
 * Weight over time, of all threads or of the chosen ones.
 *
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {Uint8Array | null} threads
 * @param {number} binCount @param {[start: number, end: number]} range Of samples.
 */
export function activityOf(recording, view, value, threads, binCount, range) {
  return weigh(recording, view, value, threads, new TimeBins(binCount, recording.duration / binCount), range);
}

/**
 * The heat map's cells: a column for each second, in it from below the fractions of that second.
 *
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {Uint8Array | null} threads
 * @param {{ columns: number, rows: number, seconds: number }} shape How many seconds a column has.
 * @param {[start: number, end: number]} range Of samples.
 */
export function heatOf(recording, view, value, threads, { columns, rows, seconds }, range) {
  return weigh(recording, view, value, threads, new TimeBins(columns * rows, seconds * 1e9 / rows), range);
}

/**
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {Uint8Array | null} threads
 * @param {TimeBins} bins @param {[start: number, end: number]} range Of samples.
 */
function weigh(recording, view, value, threads, bins, [start, end]) {
  const { head, stack, time, weight, thread } = recording, { place } = view, factors = recording.factors[value];
  const lasts = Uint8Array.from(factors, (_, value) => isSpan(head, value) ? 1 : 0);
  for (let sample = start; sample < end; sample++) {
    const own = recording.value[sample], factor = factors[own];
    if (factor === 0 || place[stack[sample]] < 0) continue;
    if (threads !== null && threads[thread[sample]] === 0) continue;
    if (lasts[own]) bins.addSpan(time[sample], weight[sample]); else bins.add(time[sample], factor * weight[sample]);
  }
  return bins.finish();
}

/**
 * A lane: of a thread, or of a process with several of them.
 *
 * @typedef {{ process: number, thread: number, sum: number, curves: (Float64Array | null)[][] }} Lane
 *   `thread` -1 for a process; `sum` of the value type that was asked for; `curves` for each series those of its
 *   layers, null where there is nothing.
 */

/**
 * Lanes of all processes and threads that have samples of any series: the process with most of a value type first, in
 * it its threads likewise. A process of one thread is that thread's lane. And the same of all threads together.
 *
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {Series[]} series
 * @param {number} binCount @param {[start: number, end: number]} range Of samples.
 * @param {number} most Lanes that are given curves, and no others.
 * @returns {{ lanes: Lane[], threadCount: number, all: (Float64Array | null)[][] }}
 */
export function lanesOf(recording, view, value, series, binCount, [start, end], most) {
  const { head, stack, weight, thread } = recording, { place } = view, factors = recording.factors[value];
  const own = new Float64Array(head.threads.length), any = new Float64Array(head.threads.length);
  const isShown = shownValues(head, series);
  for (let sample = start; sample < end; sample++) {
    if (place[stack[sample]] < 0 || isShown[recording.value[sample]] === 0) continue;
    any[thread[sample]]++;
    own[thread[sample]] += factors[recording.value[sample]] * weight[sample];
  }
  const { lanes, threadCount } = ordered(head, own, any);
  /** @type {Map<number, Lane>} */
  const ofThreads = new Map();
  /** @type {Map<number, Lane>} */
  const ofProcesses = new Map();
  for (const lane of lanes.slice(0, most)) {
    lane.curves = series.map(({ layers }) => layers.map(() => null));
    if (lane.thread >= 0) ofThreads.set(lane.thread, lane); else ofProcesses.set(lane.process, lane);
  }
  const all = curvesOf(recording, view, series, binCount, [start, end], null, (thread, curves) => {
    const lane = ofThreads.get(thread), process = ofProcesses.get(head.threads[thread][0]);
    if (process) addCurves(process.curves, curves);
    if (lane) addCurves(lane.curves, curves);
  });
  return { lanes, threadCount, all };
}

/**
 * Curves of all threads together, or of the chosen ones; each thread's own are handed to `visit`, for the moment.
 *
 * @param {Samples} recording @param {Stacks} view @param {Series[]} series @param {number} binCount
 * @param {[start: number, end: number]} range Of samples. @param {Uint8Array | null} threads
 * @param {(thread: number, curves: (Float64Array | null)[][]) => void} visit
 */
export function curvesOf(recording, view, series, binCount, [start, end], threads, visit) {
  const { head, stack, time, weight, thread, duration } = recording, { place } = view;
  const width = duration / binCount, isShown = shownValues(head, series);
  // Samples by thread, so that no more than one thread's bins are held.
  const ends = new Uint32Array(head.threads.length + 1);
  /** @param {number} sample */
  const isWanted = (sample) => place[stack[sample]] >= 0 && isShown[recording.value[sample]] === 1
    && (threads === null || threads[thread[sample]] === 1);
  for (let sample = start; sample < end; sample++) if (isWanted(sample)) ends[thread[sample] + 1]++;
  for (let index = 0; index < head.threads.length; index++) ends[index + 1] += ends[index];
  const order = new Uint32Array(ends[head.threads.length]), filled = ends.slice();
  for (let sample = start; sample < end; sample++) if (isWanted(sample)) order[filled[thread[sample]]++] = sample;
  /** @type {{ series: number, layer: number, lasts: boolean }[]} */
  const places = [];
  series.forEach(({ layers }, row) => layers.forEach((shown, layer) => {
    places[shown.value] = { series: row, layer, lasts: isSpan(head, shown.value) };
  }));
  /** @type {(Float64Array | null)[][]} */
  const all = series.map(({ layers }) => layers.map(() => null));
  for (let index = 0; index < head.threads.length; index++) {
    if (ends[index] === ends[index + 1]) continue;
    /** @type {(TimeBins | undefined)[][]} */
    const bins = series.map(() => []);
    for (let at = ends[index]; at < ends[index + 1]; at++) {
      const sample = order[at], { series: row, layer, lasts } = places[recording.value[sample]];
      const made = (bins[row][layer] ??= new TimeBins(binCount, width));
      if (lasts) made.addSpan(time[sample], weight[sample]); else made.add(time[sample], weight[sample]);
    }
    const curves = series.map(({ layers }, row) => layers.map((_, layer) => bins[row][layer]?.finish() ?? null));
    series.forEach(({ layers }, row) => {
      if (layers.some(({ value }) => isSpan(head, value))) settle(head, layers, curves[row], width);
    });
    addCurves(all, curves);
    visit(index, curves);
  }
  return all;
}

/**
 * Moves waits behind those that they lie upon: a thread does one thing at a time. What it waited for some moments is
 * recorded in one piece from the first of them on, where there were many.
 *
 * @param {PageHead} head @param {Series["layers"]} layers @param {(Float64Array | null)[]} curves
 * @param {number} width Of a bin, in nanoseconds.
 */
function settle(head, layers, curves, width) {
  const waits = curves.filter((bins, layer) => bins !== null && isSpan(head, layers[layer].value));
  const ran = layers.findIndex(({ value }) => !isSpan(head, value));
  const onCPU = ran >= 0 ? curves[ran] : null, period = ran >= 0 ? head.values[layers[ran].value].period : 0;
  const carried = new Float64Array(waits.length), count = waits[0]?.length ?? 0;
  for (let bin = 0; bin < count; bin++) {
    const room = Math.max(0, width - (onCPU ? onCPU[bin] * period : 0));
    let sum = 0;
    for (let index = 0; index < waits.length; index++) {
      carried[index] += waits[index]?.[bin] ?? 0;
      sum += carried[index];
    }
    const share = sum > room ? room / sum : 1;
    waits.forEach((bins, index) => {
      if (!bins) return;
      bins[bin] = carried[index] * share;
      carried[index] -= bins[bin];
    });
  }
}

/** @param {(Float64Array | null)[][]} sums @param {(Float64Array | null)[][]} curves */
function addCurves(sums, curves) {
  curves.forEach((layers, row) => layers.forEach((bins, layer) => {
    if (!bins) return;
    const known = sums[row][layer];
    if (!known) sums[row][layer] = bins.slice();
    else for (let bin = 0; bin < bins.length; bin++) known[bin] += bins[bin];
  }));
}

/**
 * For each value type whether it is in any series.
 *
 * @param {PageHead} head @param {Series[]} series
 */
function shownValues(head, series) {
  const result = new Uint8Array(head.values.length);
  for (const { layers } of series) for (const { value } of layers) result[value] = 1;
  return result;
}

/**
 * @param {PageHead} head @param {Float64Array} own @param {Float64Array} any
 * @returns {{ lanes: Lane[], threadCount: number }}
 */
function ordered(head, own, any) {
  /** @type {Map<number, { sum: number, count: number, threads: number[] }>} */
  const processes = new Map();
  let threadCount = 0;
  head.threads.forEach(([process], thread) => {
    if (any[thread] === 0) return;
    threadCount++;
    const entry = processes.get(process) ?? { sum: 0, count: 0, threads: [] };
    processes.set(process, entry);
    entry.sum += own[thread];
    entry.count += any[thread];
    entry.threads.push(thread);
  });
  const order = [...processes].sort(([first, one], [second, other]) => other.sum - one.sum || other.count - one.count
    || first - second);
  /** @type {Lane[]} */
  const lanes = [];
  for (const [process, { sum, threads }] of order) {
    threads.sort((one, other) => own[other] - own[one] || any[other] - any[one] || one - other);
    if (threads.length > 1) lanes.push({ process, thread: -1, sum, curves: [] });
    for (const thread of threads) lanes.push({ process, thread, sum: own[thread], curves: [] });
  }
  return { lanes, threadCount };
}
