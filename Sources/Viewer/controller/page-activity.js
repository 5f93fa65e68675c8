import { activityOf, lanesOf } from "../model/time-lanes.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

/** Curves over time of a selection, each made once. */
export class PageActivity {
  /** @param {import("../model/recording.js").Recording} recording */
  constructor(recording) {
    this.recording = recording;
    // Few samples in a bin would show their own rhythm and not the program's.
    this.binCount = Math.max(40, Math.min(1600, Math.round(recording.sampleCount / 8)));
    /** What the curve shows, and what it was made of. */
    this.key = "";
    /** @type {{ bins: Float64Array, over: Float64Array | null }} */
    this.curve = { bins: new Float64Array(0), over: null };
    /** @type {{ key: string, entries: number[] }} */
    this.marks = { key: "", entries: [] };
    /** @type {{ key: string, lanes: ReturnType<typeof lanesOf> }} */
    this.lanes = { key: "", lanes: [] };
  }

  /**
   * The curve of what is shown; of two sides the later one's, and the earlier one's to draw over it.
   *
   * @param {Selected} analysis @returns {{ bins: Float64Array, over: Float64Array | null }}
   */
  curveOf({ weights, view, patterns, selection, compared }) {
    const key = JSON.stringify([weights.key, patterns, selection.side]);
    /** @param {PageSelection["side"]} side */
    const curve = (side) => this.cpus(activityOf(this.recording, view, selection.value, weights.threads, this.binCount,
      this.recording.rangeOf(side)), selection.value);
    if (this.key !== key) {
      this.key = key;
      this.curve = compared.length > 0 ? { bins: curve("after"), over: curve("before") }
        : { bins: curve(selection.side), over: null };
    }
    return this.curve;
  }

  /**
   * Marks of what concerns more than a thread.
   *
   * @param {Selected} analysis
   */
  marksOf({ weights, selection: { side, threads, processes } }) {
    const key = JSON.stringify([side, threads, processes]);
    if (this.marks.key !== key) {
      this.marks = { key, entries: this.recording.marks.ofAll(side, weights.threads) };
    }
    return this.marks.entries;
  }

  /** @param {Selected} analysis */
  lanesOf({ view, patterns, selection }) {
    const key = JSON.stringify([selection.value, patterns, selection.side]);
    if (this.lanes.key !== key) {
      this.lanes = { key, lanes: lanesOf(this.recording, view, selection.value, this.binCount,
        this.recording.rangeOf(selection.side)) };
    }
    return this.lanes.lanes;
  }

  /**
   * Weight of bins as CPUs in use, or as threads waiting, where the value is a time.
   *
   * @param {Float64Array} bins @param {number} value
   */
  cpus(bins, value) {
    const { head, duration } = this.recording, { name, unit, period } = head.values[value];
    const nanoseconds = unit === "nanoseconds" ? 1 : name === "samples" && period > 0 ? period : 0;
    return nanoseconds > 0 ? bins.map((weight) => weight * nanoseconds / (duration / this.binCount)) : bins;
  }

  /** @param {number} value */
  unit(value) {
    const { name, unit, period } = this.recording.head.values[value];
    return unit === "nanoseconds" ? (name.includes("cpu") && name !== "off-cpu" ? "CPUs" : "threads")
      : name === "samples" && period > 0 ? "CPUs" : "";
  }
}
