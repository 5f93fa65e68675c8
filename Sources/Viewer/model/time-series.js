import { WALL } from "./value-types.js";

/** @typedef {import("./recording.js").Recording} Samples */

/**
 * Value types that are shown as one curve, one upon the other, and what they are called there.
 *
 * @typedef {{ name: string, layers: { value: number, name: string, color: string }[] }} Series
 */

/** What threads do all the time: value types, what they are called in a lane, and their colors. From below. */
const STATES = [["samples", "on CPU", "on-cpu"], ["runnable", "runnable", "runnable"],
  ["off-cpu", "blocked", "blocked"], ["idle", "idle", "idle"]];
const EVENT_COLORS = ["event1", "event2", "event3"];

/**
 * The lanes that a recording has: one of what threads did, where waiting was recorded, and one of each other value
 * type.
 *
 * @param {PageHead} head @returns {Series[]}
 */
export function seriesOf(head) {
  /** @type {Series[]} */
  const result = [];
  const waits = head.values.some((_, value) => isSpan(head, value));
  /** @type {Series["layers"]} */
  const states = [];
  if (waits) {
    for (const [wanted, name, color] of STATES) {
      const value = head.values.findIndex(({ name, period }) => name === wanted
        && (wanted !== "samples" || period > 0));
      if (value >= 0) states.push({ value, name, color });
    }
    result.push({ name: "Threads", layers: states });
  }
  let events = 0;
  head.values.forEach(({ name }, value) => {
    if (name === WALL || states.some((layer) => layer.value === value)) return;
    const color = isTime(head, value) ? "on-cpu" : EVENT_COLORS[events++ % EVENT_COLORS.length];
    result.push({ name, layers: [{ value, name, color }] });
  });
  return result;
}

/**
 * The color of a value type.
 *
 * @param {Series[]} series @param {number} value
 */
export function colorOf(series, value) {
  for (const { layers } of series) for (const layer of layers) if (layer.value === value) return layer.color;
  return "on-cpu";
}

/**
 * Whether a sample's amount is the time that begins with it: a wait.
 *
 * @param {PageHead} head @param {number} value
 */
export function isSpan(head, value) {
  const { name, unit } = head.values[value];
  return head.isRecorded && unit === "nanoseconds" && (name === "off-cpu" || name === "runnable" || name === "idle");
}

/**
 * Whether amounts are time of processors.
 *
 * @param {PageHead} head @param {number} value
 */
function isTime(head, value) {
  const { name, unit, period } = head.values[value];
  return (name === "samples" && (period > 0 || head.values.length === 1))
    || (unit === "nanoseconds" && name.includes("cpu"));
}

/**
 * What an amount in a bin of so many nanoseconds comes to: CPUs or threads, where it is a time, else so much a second.
 *
 * @param {PageHead} head @param {number} value @param {number} width
 * @returns {{ factor: number, unit: string }}
 */
export function rateOf(head, value, width) {
  const { name, unit, period } = head.values[value];
  if (unit === "nanoseconds") {
    return { factor: 1 / width, unit: name.includes("cpu") && !isSpan(head, value) ? "CPUs" : "threads" };
  }
  if (name === "samples" && period > 0) return { factor: period / width, unit: "CPUs" };
  return { factor: 1e9 / width, unit: (unit === "count" ? name : unit) + "/s" };
}
