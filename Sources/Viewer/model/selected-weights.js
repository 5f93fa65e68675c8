import { KIND } from "./recording.js";
import { NamePattern } from "./name-pattern.js";

/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./stack-view.js").StackView} Stacks */

/** What samples weigh: of each stack, and of it with all that it called. */
class StackWeights {
  /** @param {Stacks} view */
  constructor(view) {
    this.view = view;
    this.sum = 0;
    /**
     * For each thread whether it's chosen; null where all are.
     *
     * @type {Uint8Array | null}
     */
    this.threads = null;
    /** What decides beside the time which samples are selected. */
    this.key = "";
    /** @type {{ self: Float64Array, total: Float64Array } | null} */
    this.ofFunctions = null;
    /** @type {Float64Array | null} */
    this.sums = null;
  }

  /**
   * The weight of each stack.
   *
   * @returns {Float64Array}
   */
  get own() { throw new Error("no weights"); }

  /** Weights of stacks with all below them, added up when they are first asked for. */
  get subtree() {
    if (this.sums) return this.sums;
    const { parent } = this.view, sums = (this.sums = this.own.slice());
    for (let at = this.view.count - 1; at >= 0; at--) if (parent[at] >= 0) sums[parent[at]] += sums[at];
    return sums;
  }

  /** Self and total of each function; one that is on a stack several times counts once. */
  functions() {
    if (this.ofFunctions) return this.ofFunctions;
    const { view, own, subtree } = this;
    const { groupOfFrame, groups } = view.recording;
    const isOutermost = view.outermost();
    const self = new Float64Array(groups.length), total = new Float64Array(groups.length);
    for (let at = 0; at < view.count; at++) {
      const group = groupOfFrame[view.frame[at]];
      if (group < 0) continue;
      self[group] += own[at];
      if (isOutermost[at]) total[group] += subtree[at];
    }
    return (this.ofFunctions = { self, total });
  }

  /** Rooted, cut by reason, and named weight: how far to trust the selection. */
  trust() {
    const { view, own } = this;
    const { kindOfFrame, functionOfFrame, isNamed } = view.recording;
    let rooted = 0, unnamed = 0;
    /** @type {Map<string, number>} */
    const cut = new Map();
    // For each stack the frame that marks it as cut; -1 for none.
    const mark = new Int32Array(view.count);
    for (let at = 0; at < view.count; at++) {
      const frame = view.frame[at], parent = view.parent[at], kind = kindOfFrame[frame];
      // What runs a task is no caller of it: the task is the root.
      mark[at] = kind === KIND.truncated || kind === KIND.asyncGap ? frame : kind === KIND.task || parent < 0 ? -1
        : mark[parent];
      if (own[at] === 0) continue;
      if (mark[at] < 0) {
        rooted += own[at];
      } else {
        const name = view.recording.nameOf(functionOfFrame[mark[at]]);
        const reason = /^\[(?:truncated: )?(.*)\]$/.exec(name)?.[1] ?? name;
        cut.set(reason, (cut.get(reason) ?? 0) + own[at]);
      }
      if (kind >= KIND.truncated || !isNamed[functionOfFrame[frame]]) unnamed += own[at];
    }
    return { rooted, unnamed, cut: [...cut].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1)) };
  }
}

/** What the selected samples weigh, of one side where there are two. */
export class SelectedWeights extends StackWeights {
  /**
   * @param {Samples} recording @param {Stacks} view @param {PageSelection} selection
   * @param {SelectedWeights | null} before What was selected last: where only the time differs, only samples between
   * the old and the new ends are looked at. Sums of whole numbers stay exact.
   * @param {number} [side] Which of two sides; -1 where there is one only.
   */
  constructor(recording, view, selection, before, side = -1) {
    super(view);
    /** @type {Float64Array} */
    this.stacks = new Float64Array(view.count);
    /**
     * Of each stack as trees have it; the same as `own` where they don't differ.
     *
     * @type {Float64Array}
     */
    this.inTree = this.stacks;
    const { value, threads, processes } = selection;
    this.key = JSON.stringify([value, threads, processes, side]);
    const all = recording.sides?.[side] ?? [0, recording.sampleCount];
    this.isInOrder = recording.areInOrder.length === 1 ? recording.areInOrder[0] : recording.areInOrder[side] ?? false;
    /** @type {[start: number, end: number]} */
    this.range = this.isInOrder ? sampleRange(recording.time, all, selection) : all;
    const isNear = before !== null && before.view === view && before.key === this.key && this.isInOrder;
    this.threads = isNear ? before.threads : chosenThreads(recording, selection);
    const hasTree = recording.treeStack !== recording.stack;
    if (hasTree) this.inTree = new Float64Array(view.count);
    const [start, end] = this.range, [first, last] = isNear ? before.range : this.range;
    if (!isNear || end <= first || last <= start) {
      this.add(recording, selection, this.range, 1);
    } else {
      this.stacks = before.own.slice();
      this.inTree = hasTree ? before.inTree.slice() : this.stacks;
      this.sum = before.sum;
      this.add(recording, selection, [first, Math.max(first, start)], -1);
      this.add(recording, selection, [Math.min(last, end), last], -1);
      this.add(recording, selection, [start, Math.max(start, first)], 1);
      this.add(recording, selection, [Math.min(last, end), end], 1);
    }
  }

  /** @override @returns {Float64Array} */
  get own() { return this.stacks; }

  /**
   * @param {Samples} recording @param {PageSelection} selection @param {[start: number, end: number]} range
   * @param {1 | -1} sign Whether they come or go.
   */
  add(recording, selection, [start, end], sign) {
    const { stack, treeStack, weight, value, thread, time } = recording, { place, position } = this.view;
    const { own, inTree, threads } = this;
    const factors = recording.factors[selection.value];
    // In no order, each sample's own time decides.
    const [from, to] = this.isInOrder ? [-Infinity, Infinity] : bounds(selection);
    let sum = 0;
    for (let sample = start; sample < end; sample++) {
      const factor = factors[value[sample]];
      if (factor === 0 || (threads !== null && threads[thread[sample]] === 0)) continue;
      const at = place[stack[sample]];
      if (at < 0 || time[sample] < from || time[sample] >= to) continue;
      const amount = factor * weight[sample];
      own[at] += sign * amount;
      sum += amount;
      if (inTree !== own && position[treeStack[sample]] >= 0) {
        inTree[position[treeStack[sample]]] += sign * amount;
      }
    }
    this.sum += sign * sum;
  }
}

/** The mean of both sides' shares: what is gone has a place in it, too. */
export class MeanWeights extends StackWeights {
  /** @param {SelectedWeights} before @param {SelectedWeights} after */
  constructor(before, after) {
    super(after.view);
    this.key = after.key;
    this.threads = after.threads;
    const weighty = [before, after].filter(({ sum }) => sum > 0);
    /** By what each side's weights are multiplied. */
    this.factors = [before, after].map(({ sum }) => sum > 0 ? 1 / sum / weighty.length : 0);
    this.sides = [before, after];
    this.sum = weighty.length > 0 ? 1 : 0;
    /** @type {Float64Array | null} */
    this.stacks = null;
  }

  /** @override */
  get own() { return (this.stacks ??= this.mean(this.sides.map(({ own }) => own))); }

  /**
   * Of both sides' numbers the means of shares.
   *
   * @param {Float64Array[]} sides
   */
  mean([before, after]) {
    const [first, second] = this.factors;
    return before.map((weight, index) => weight * first + after[index] * second);
  }

  /** @override */
  functions() {
    const [before, after] = this.sides.map((side) => side.functions());
    return (this.ofFunctions ??= { self: this.mean([before.self, after.self]),
      total: this.mean([before.total, after.total]) });
  }
}

/**
 * For each thread whether it is chosen, by name or number; null where all are.
 *
 * @param {Samples} recording @param {PageSelection} selection
 */
export function chosenThreads(recording, selection) {
  const { threads, processes } = recording.head;
  if (selection.threads.length === 0 && selection.processes.length === 0) return null;
  const ofThreads = selection.threads.map(named), ofProcesses = selection.processes.map(named);
  return Uint8Array.from(threads, ([process, tid, name]) => {
    const [pid, processName] = processes[process];
    const isThread = ofThreads.length === 0 || ofThreads.some((accepts) => accepts(name, tid));
    return isThread && (ofProcesses.length === 0 || ofProcesses.some((accepts) => accepts(processName, pid))) ? 1 : 0;
  });
}

/**
 * Digits mean a number, else an expression the name.
 *
 * @param {string} text @returns {(name: string, number: number) => boolean}
 */
function named(text) {
  if (/^[+-]?\d+$/.test(text)) return (name, number) => number === Number(text) || name === text;
  const pattern = new NamePattern(text);
  return (name) => pattern.test(name);
}

/**
 * The selected time in nanoseconds.
 *
 * @param {PageSelection} selection
 */
function bounds({ from, to }) {
  return [from === null ? -Infinity : Math.round(from * 1e9), to === null ? Infinity : Math.round(to * 1e9)];
}

/**
 * From which to before which of some samples in order the selected time reaches.
 *
 * @param {Float64Array} times @param {[start: number, end: number]} all @param {PageSelection} selection
 * @returns {[start: number, end: number]}
 */
function sampleRange(times, [first, last], selection) {
  const [from, to] = bounds(selection), start = firstFrom(times, from, first, last);
  return [start, Math.max(start, firstFrom(times, to, first, last))];
}

/**
 * The first of some samples that is not before this time.
 *
 * @param {Float64Array} times @param {number} wanted @param {number} low @param {number} high
 */
function firstFrom(times, wanted, low, high) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < wanted) low = middle + 1; else high = middle;
  }
  return low;
}
