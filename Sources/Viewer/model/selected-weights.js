import { KIND } from "./recording.js";
import { NamePattern } from "./name-pattern.js";

/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./stack-view.js").StackView} Stacks */

/** What the selected samples weigh: of each stack, and of it with all that it called. */
export class SelectedWeights {
  /**
   * @param {Samples} recording @param {Stacks} view @param {PageSelection} selection
   * @param {SelectedWeights | null} before What was selected last: where only the time differs, only samples between
   * the
   *   old and the new ends are looked at. Sums of whole numbers stay exact.
   */
  constructor(recording, view, selection, before) {
    this.view = view;
    const { value, threads, processes } = selection;
    /** What decides beside the time which samples are selected. */
    this.key = JSON.stringify([value, threads, processes]);
    /** @type {[start: number, end: number]} */
    this.range = sampleRange(recording, selection);
    const isNear = before !== null && before.view === view && before.key === this.key && recording.isInOrder;
    /**
     * For each thread whether it's chosen; null where all are.
     *
     * @type {Uint8Array | null}
     */
    this.threads = isNear ? before.threads : chosenThreads(recording, selection);
    /** @type {Float64Array} */
    this.own = isNear ? before.own.slice() : new Float64Array(view.count);
    /** @type {number} */
    this.sum = isNear ? before.sum : 0;
    if (!isNear) {
      this.add(recording, selection, this.range, 1);
    } else {
      const [start, end] = this.range, [first, last] = before.range;
      if (end <= first || last <= start) {
        this.own.fill(0);
        this.sum = 0;
        this.add(recording, selection, this.range, 1);
      } else {
        this.add(recording, selection, [first, Math.max(first, start)], -1);
        this.add(recording, selection, [Math.min(last, end), last], -1);
        this.add(recording, selection, [start, Math.max(start, first)], 1);
        this.add(recording, selection, [Math.min(last, end), end], 1);
      }
    }
    const { own } = this;
    const subtree = (this.subtree = own.slice());
    const { parent } = view;
    for (let at = view.count - 1; at >= 0; at--) if (parent[at] >= 0) subtree[parent[at]] += subtree[at];
    /** @type {{ self: Float64Array, total: Float64Array } | null} */
    this.ofFunctions = null;
  }

  /**
   * @param {Samples} recording @param {PageSelection} selection @param {[start: number, end: number]} range
   * @param {1 | -1} sign Whether they come or go.
   */
  add(recording, selection, [start, end], sign) {
    const { stack, weight, value, thread, time } = recording, { place } = this.view, { own, threads } = this;
    const wanted = selection.value;
    // In no order, each sample's own time decides.
    const [from, to] = recording.isInOrder ? [-Infinity, Infinity] : bounds(selection);
    let sum = 0;
    for (let sample = start; sample < end; sample++) {
      if (value[sample] !== wanted || (threads !== null && threads[thread[sample]] === 0)) continue;
      const at = place[stack[sample]];
      if (at < 0 || time[sample] < from || time[sample] >= to) continue;
      own[at] += sign * weight[sample];
      sum += weight[sample];
    }
    this.sum += sign * sum;
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
 * From which to before which sample the selected time reaches; where they are in no order, all of them.
 *
 * @param {Samples} recording @param {PageSelection} selection @returns {[start: number, end: number]}
 */
function sampleRange({ time, sampleCount, isInOrder }, selection) {
  if (!isInOrder) return [0, sampleCount];
  const [from, to] = bounds(selection), start = firstFrom(time, from);
  return [start, Math.max(start, firstFrom(time, to))];
}

/**
 * The first sample that is not before this time.
 *
 * @param {Float64Array} times @param {number} wanted
 */
function firstFrom(times, wanted) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < wanted) low = middle + 1; else high = middle;
  }
  return low;
}
