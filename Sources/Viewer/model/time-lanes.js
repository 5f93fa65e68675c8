/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./stack-view.js").StackView} Stacks */

/**
 * Weight over time, of all threads or of the chosen ones.
 *
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {Uint8Array | null} threads
 * @param {number} binCount @param {[start: number, end: number]} range Of samples.
 */
export function activityOf(recording, view, value, threads, binCount, [start, end]) {
  const bins = new Float64Array(binCount), { duration, stack, time, weight, thread } = recording, { place } = view;
  const scale = duration > 0 ? binCount / duration : 0;
  for (let sample = start; sample < end; sample++) {
    if (recording.value[sample] !== value || place[stack[sample]] < 0) continue;
    if (threads !== null && threads[thread[sample]] === 0) continue;
    bins[Math.min(binCount - 1, Math.floor(time[sample] * scale))] += weight[sample];
  }
  return bins;
}

/**
 * Weight over time of each thread that has any, the heaviest first.
 *
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {number} binCount
 * @param {[start: number, end: number]} range Of samples.
 */
export function lanesOf(recording, view, value, binCount, [start, end]) {
  const { head, duration } = recording;
  const sums = new Float64Array(head.threads.length);
  /** @type {Float64Array[]} */
  const bins = [];
  const scale = duration > 0 ? binCount / duration : 0;
  for (let sample = start; sample < end; sample++) {
    if (recording.value[sample] !== value || view.place[recording.stack[sample]] < 0) continue;
    const bin = Math.min(binCount - 1, Math.floor(recording.time[sample] * scale));
    const thread = recording.thread[sample], weight = recording.weight[sample];
    sums[thread] += weight;
    (bins[thread] ??= new Float64Array(binCount))[bin] += weight;
  }
  return Object.keys(bins).map(Number).sort((one, other) => sums[other] - sums[one] || one - other)
    .map((thread) => ({ thread, bins: bins[thread], sum: sums[thread] }));
}

/**
 * The heat map's cells: a column for each second, in it from below the fractions of that second.
 *
 * @param {Samples} recording @param {Stacks} view @param {number} value @param {Uint8Array | null} threads
 * @param {{ columns: number, rows: number, seconds: number }} shape How many seconds a column has.
 * @param {[start: number, end: number]} range Of samples.
 */
export function heatOf(recording, view, value, threads, { columns, rows, seconds }, [start, end]) {
  const cells = new Float64Array(columns * rows);
  const width = seconds * 1e9;
  for (let sample = start; sample < end; sample++) {
    if (recording.value[sample] !== value || view.place[recording.stack[sample]] < 0) continue;
    if (threads && !threads[recording.thread[sample]]) continue;
    const time = recording.time[sample];
    const column = Math.min(columns - 1, Math.floor(time / width));
    const row = Math.min(rows - 1, Math.floor((time - column * width) / width * rows));
    cells[column * rows + row] += recording.weight[sample];
  }
  return cells;
}
