import { SelectedWeights } from "./selected-weights.js";
import { StackView } from "./stack-view.js";
import { callersOf, calleesOf, leafUp } from "./turned-tree.js";
import { TreeShape } from "./weighted-tree.js";

/** @typedef {import("./recording.js").Recording} Samples */

/** What views show of a selection, each thing made once and only when it's asked for. */
export class Analysis {
  /** @param {Samples} recording @param {PageSelection} selection @param {() => number} clock */
  constructor(recording, selection, clock) {
    this.recording = recording;
    this.clock = clock;
    this.selection = selection;
    this.key = JSON.stringify(selection);
    this.patterns = patternsOf(selection);
    this.view = new StackView(recording, selection, clock);
    this.weights = new SelectedWeights(recording, this.view, selection, null);
    /** @type {TreeShape | null} */
    this.shape = null;
    /** Counts up whenever other samples or stacks are looked at. */
    this.version = 0;
    /** @type {Map<string, unknown>} */
    this.made = new Map();
  }

  /**
   * Looks at other samples; throws what a pattern that can't be used throws, and then nothing changes.
   *
   * @param {PageSelection} selection
   */
  select(selection) {
    const key = JSON.stringify(selection);
    if (key === this.key) return false;
    const patterns = patternsOf(selection);
    const view = patterns === this.patterns ? this.view : new StackView(this.recording, selection, this.clock);
    const weights = new SelectedWeights(this.recording, view, selection, this.weights);
    if (view !== this.view) this.shape = null;
    Object.assign(this, { key, patterns, selection, view, weights });
    this.made.clear();
    this.version++;
    return true;
  }

  /**
   * @template T
   * @param {string} name @param {() => T} make @returns {T}
   */
  once(name, make) {
    if (!this.made.has(name)) this.made.set(name, make());
    return /** @type {T} */ (this.made.get(name));
  }

  /** Callers above, what they call below. */
  get tree() {
    return this.once("tree", () => (this.shape ??= new TreeShape(this.view)).weigh(this.weights));
  }

  /** From the functions that ran up to those that called them. */
  get turned() { return this.once("turned", () => leafUp(this.tree)); }

  /**
   * The share of all selected samples
   *
   * @param {number} weight
   */
  share(weight) { return this.weights.sum > 0 ? weight / this.weights.sum : 0; }

  /** Rows of functions that have samples. */
  get rows() {
    return this.once("rows", () => {
      const { self, total } = this.weights.functions();
      const rows = [];
      for (let group = 0; group < total.length; group++) {
        if (total[group] > 0) rows.push({ group, self: self[group], total: total[group] });
      }
      return rows;
    });
  }

  /** @param {string} name */
  callers(name) { return this.once("callers " + name, () => callersOf(this.tree, this.accepts(name))); }
  /** @param {string} name */
  callees(name) { return this.once("callees " + name, () => calleesOf(this.tree, this.accepts(name))); }

  /** @param {string} name */
  accepts(name) {
    const flags = Uint8Array.from(this.recording.labels, (label) => label.name === name && label.kind < 4 ? 1 : 0);
    /** @param {number} label */
    return (label) => label >= 0 && flags[label] === 1;
  }

  /** The name of the function with the most self weight; empty where there is none. */
  get heaviest() {
    let best = { group: -1, self: 0, total: 0 };
    for (const row of this.rows) if (best.group < 0 || row.self > best.self) best = row;
    return best.group < 0 ? "" : this.recording.groups[best.group].name;
  }
}

/**
 * What decides which stacks there are.
 *
 * @param {PageSelection} selection
 */
function patternsOf({ focus, ignore, hide, mergesRecursion }) {
  return JSON.stringify([focus, ignore, hide, mergesRecursion]);
}
