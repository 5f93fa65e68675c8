import { activityOf, curvesOf, lanesOf } from "../model/time-lanes.js";
import { WALL } from "../model/value-types.js";
import { colorOf, isSpan, rateOf, seriesOf } from "../model/time-series.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("../model/time-lanes.js").Lane} Lane */
/** @typedef {import("../model/time-series.js").Series} Series */
/** @typedef {{ layers: { bins: Float64Array, color: string }[], over: Float64Array | null }} Curve */

/** Lanes beyond which a page would be slow to draw. */
const MOST_LANES = 400;

/** Curves over time of a selection, each made once. */
export class PageActivity {
  /** @param {import("../model/recording.js").Recording} recording */
  constructor(recording) {
    this.recording = recording;
    this.series = seriesOf(recording.head);
    // Few samples in a bin would show their own rhythm and not the program's.
    this.binCount = Math.max(40, Math.min(1600, Math.round(recording.sampleCount / 8)));
    /** What the curve shows, and what it was made of. */
    this.key = "";
    /** @type {Curve} */
    this.curve = { layers: [], over: null };
    /** @type {{ key: string, entries: number[] }} */
    this.marks = { key: "", entries: [] };
    /** @type {{ key: string, lanes: Lane[], threadCount: number, all: (Float64Array | null)[][] }} */
    this.made = { key: "", lanes: [], threadCount: 0, all: [] };
  }

  /**
   * The curve of what is shown; of two sides the later one's, and the earlier one's to draw over it.
   *
   * @param {Selected} analysis @returns {Curve}
   */
  curveOf({ weights, view, patterns, selection, compared }) {
    const key = JSON.stringify([weights.key, patterns, selection.side]);
    if (this.key === key) return this.curve;
    const { recording, series, binCount } = this, { value } = selection, color = colorOf(series, value);
    /** @param {PageSelection["side"]} side */
    const curve = (side) => this.rated(activityOf(recording, view, value, weights.threads, binCount,
      recording.rangeOf(side)), value);
    this.key = key;
    this.curve = compared.length > 0 ? { layers: [{ bins: curve("after"), color }], over: curve("before") }
      : { layers: this.states(value, view, weights.threads, selection.side)
        ?? [{ bins: curve(selection.side), color }], over: null };
    return this.curve;
  }

  /**
   * What threads did that is part of a value type, one upon the other; null where it is none of that.
   *
   * @param {number} value @param {Selected["view"]} view @param {Uint8Array | null} threads
   * @param {PageSelection["side"]} side
   */
  states(value, view, threads, side) {
    const { recording, series: [states], binCount } = this, { head, factors } = recording;
    const isPart = (/** @type {{ value: number }} */ layer) => factors[value][layer.value] !== 0;
    if (head.values[value].name !== WALL && !isSpan(head, value)) return null;
    const [curves] = curvesOf(recording, view, [states], binCount, recording.rangeOf(side), threads, () => {});
    return states.layers.flatMap((layer, index) => isPart(layer)
      ? [{ bins: this.rated(curves[index] ?? new Float64Array(binCount), layer.value), color: layer.color }] : []);
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

  /**
   * Lanes of processes and threads, and of all together where there is more than one series.
   *
   * @param {Selected} analysis
   */
  lanesOf({ view, patterns, selection }) {
    const { recording, series, binCount } = this, range = recording.rangeOf(selection.side);
    const key = JSON.stringify([selection.value, patterns, selection.side]);
    if (this.made.key === key) return this.made;
    const { lanes, threadCount, all } = lanesOf(recording, view, selection.value, series, binCount, range, MOST_LANES);
    for (const curves of [all, ...lanes.map(({ curves }) => curves)]) {
      curves.forEach((layers, row) => layers.forEach((bins, layer) => {
        if (bins) layers[layer] = this.rated(bins, series[row].layers[layer].value);
      }));
    }
    return (this.made = { key, lanes, threadCount, all });
  }

  /** Whether there is one curve of one value type only. */
  get isPlain() { return this.series.length === 1 && this.series[0].layers.length === 1; }

  /**
   * Weight of bins as CPUs in use, as threads that wait, or as so much a second.
   *
   * @param {Float64Array} bins @param {number} value
   */
  rated(bins, value) {
    const { factor } = rateOf(this.recording.head, value, this.recording.duration / this.binCount);
    return bins.map((weight) => weight * factor);
  }

  /** @param {number} value */
  unit(value) { return rateOf(this.recording.head, value, 1).unit; }

  /** @param {number} value */
  color(value) { return colorOf(this.series, value); }
}
