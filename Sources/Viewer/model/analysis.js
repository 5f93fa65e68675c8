import { amount, percent, points } from "./figures.js";
import { MeanWeights, SelectedWeights } from "./selected-weights.js";
import { StackView } from "./stack-view.js";
import { timeOrder } from "./time-order.js";
import { callersOf, calleesOf, leafUp } from "./turned-tree.js";
import { waitingIn } from "./waiting.js";
import { TreeShape } from "./weighted-tree.js";

/** @typedef {import("./recording.js").Recording} Samples */

/**
 * A function's weights; of both sides, too, where they are shown beside each other.
 *
 * @typedef {{ group: number, self: number, total: number, sides: { self: number, total: number }[] }} FunctionRow
 */

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
    /** What both sides weigh, the earlier first; empty where there is one only. */
    this.sides = sidesOf(recording, this.view, selection, []);
    /** @type {SelectedWeights | MeanWeights} */
    this.weights = shownWeights(this.sides, selection) ?? new SelectedWeights(recording, this.view, selection, null);
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
    const sides = sidesOf(this.recording, view, selection, this.sides);
    const last = this.weights instanceof SelectedWeights ? this.weights : null;
    const weights = shownWeights(sides, selection) ?? new SelectedWeights(this.recording, view, selection, last);
    if (view !== this.view) this.shape = null;
    Object.assign(this, { key, patterns, selection, view, weights, sides });
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
    return this.once("tree", () => (this.shape ??= new TreeShape(this.view)).weigh(this.weights, this.compared));
  }

  /** Both sides where they are shown beside each other; else none. */
  get compared() { return this.selection.side === "both" ? this.sides : []; }

  /**
   * What a weight is of its side's whole.
   *
   * @param {number} side @param {number} weight
   */
  sideShare(side, weight) { return this.sides[side].sum > 0 ? weight / this.sides[side].sum : 0; }

  /** Whether all samples are selected, so that what was found of all holds. */
  get isEverything() {
    const { from, to, threads, processes, focus, ignore, hide, mergesRecursion } = this.selection;
    return from === null && to === null && !mergesRecursion
      && [threads, processes, focus, ignore, hide].every((list) => list.length === 0);
  }

  /** From the functions that ran up to those that called them. */
  get turned() { return this.once("turned", () => leafUp(this.tree)); }

  /** Calls in the order of time; null where there are too many, or two sides to show. */
  get inTime() {
    return this.once("in time", () => this.compared.length > 0 || this.sides.length > 0 ? null
      : timeOrder(this.recording, this.view, this.selection, this.weights.threads));
  }

  /**
   * The share of all selected samples
   *
   * @param {number} weight
   */
  share(weight) { return this.weights.sum > 0 ? weight / this.weights.sum : 0; }

  /** Rows of functions that have samples. */
  get rows() {
    return this.once("rows", () => {
      const { self, total } = this.weights.functions(), sides = this.compared.map((side) => side.functions());
      /** @type {FunctionRow[]} */
      const rows = [];
      for (let group = 0; group < total.length; group++) {
        if (total[group] > 0) {
          rows.push({ group, self: self[group], total: total[group],
            sides: sides.map((side) => ({ self: side.self[group], total: side.total[group] })) });
        }
      }
      return rows;
    });
  }

  /**
   * A weight in words.
   *
   * @param {number} weight
   */
  amount(weight) { return amount(weight, this.recording.head.values[this.selection.value]); }

  /**
   * Of each node of a tree how much of it is waiting; null where weights are not of all time.
   *
   * @param {TreeShape["tree"]} tree
   */
  waitingIn(tree) {
    /** @type {Map<TreeShape["tree"], Float64Array | null>} */
    const known = this.once("waiting", () => new Map());
    let waiting = known.get(tree);
    if (waiting === undefined) known.set(tree, (waiting = waitingIn(tree, this.selection.value)));
    return waiting;
  }

  /**
   * How much of a node is waiting, in words; empty where weights are not of all time.
   *
   * @param {TreeShape["tree"]} tree @param {number} node
   */
  waitingText(tree, node) {
    const waiting = this.waitingIn(tree);
    return waiting && tree.total[node] > 0 ? percent(waiting[node] / tree.total[node]) + " of it waiting" : "";
  }

  /**
   * What a node weighs, in words.
   *
   * @param {TreeShape["tree"]} tree @param {number} node
   */
  describe(tree, node) {
    if (tree.sides.length === 0) {
      const waiting = this.waitingText(tree, node);
      return `${percent(this.share(tree.total[node]))}, ${this.amount(tree.total[node])}${waiting && ", " + waiting}`;
    }
    const [before, after] = [tree.sideShare(0, node), tree.sideShare(1, node)];
    return `before ${percent(before)}, after ${percent(after)}, ${points(after - before)}`;
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
    let best = -1, most = -1;
    for (const { group, self } of this.rows) if (self > most) [best, most] = [group, self];
    return best < 0 ? "" : this.recording.groups[best].name;
  }
}

/**
 * @param {Samples} recording @param {StackView} view @param {PageSelection} selection
 * @param {SelectedWeights[]} last What was selected last.
 */
function sidesOf(recording, view, selection, last) {
  return recording.sides?.map((_, side) => new SelectedWeights(recording, view, selection, last[side] ?? null, side))
    ?? [];
}

/**
 * Of two sides what is shown; null where there is one only.
 *
 * @param {SelectedWeights[]} sides @param {PageSelection} selection
 */
function shownWeights(sides, { side }) {
  if (sides.length < 2) return null;
  return side === "both" ? new MeanWeights(sides[0], sides[1]) : sides[side === "before" ? 0 : 1];
}

/**
 * What decides which stacks there are.
 *
 * @param {PageSelection} selection
 */
function patternsOf({ focus, ignore, hide, mergesRecursion }) {
  return JSON.stringify([focus, ignore, hide, mergesRecursion]);
}
