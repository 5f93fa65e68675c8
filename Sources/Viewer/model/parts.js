import { counted } from "./figures.js";

/** @typedef {import("./analysis.js").Analysis} Selected */
/** @typedef {import("./selected-weights.js").SelectedWeights | import("./selected-weights.js").MeanWeights} Weights */

/**
 * A module, a process or a thread with what samples weigh there; of both sides, too, where they are compared.
 *
 * @typedef {{ key: string, name: string, detail: string, self: number, total: number,
 *   sides: { self: number, total: number }[] }} Part
 */

/**
 * Modules: what their functions took themselves, and samples with any of them on the stack.
 *
 * @param {Selected} analysis @returns {Part[]}
 */
export function moduleParts(analysis) {
  const { groups } = analysis.recording;
  /** @type {Map<string, number>} */
  const numbers = new Map();
  const ofGroup = Int32Array.from(groups, ({ module }) => {
    if (!numbers.has(module)) numbers.set(module, numbers.size);
    return numbers.get(module) ?? 0;
  });
  const [all, ...sides] = [analysis.weights, ...analysis.compared].map((weights) =>
    moduleWeights(weights, ofGroup, numbers.size));
  return [...numbers].map(([path, module]) => ({
    key: path, name: path, detail: "", self: all.self[module], total: all.total[module],
    sides: sides.map(({ self, total }) => ({ self: self[module], total: total[module] })),
  })).filter(({ total }) => total > 0);
}

/** @param {Weights} weights @param {Int32Array} ofGroup @param {number} count */
function moduleWeights({ view, own, subtree }, ofGroup, count) {
  const self = new Float64Array(count), total = new Float64Array(count), depth = new Uint32Array(count);
  const { groupOfFrame } = view.recording;
  /** @param {number} at */
  const moduleAt = (at) => groupOfFrame[view.frame[at]] < 0 ? -1 : ofGroup[groupOfFrame[view.frame[at]]];
  view.walk((at) => {
    const module = moduleAt(at);
    if (module < 0) return;
    self[module] += own[at];
    if (depth[module]++ === 0) total[module] += subtree[at];
  }, (at) => {
    const module = moduleAt(at);
    if (module >= 0) depth[module]--;
  });
  return { self, total };
}

/**
 * Threads, or processes, with the weight of their selected samples.
 *
 * @param {Selected} analysis @param {"processes" | "threads"} kind @returns {Part[]}
 */
export function runningParts(analysis, kind) {
  const { recording } = analysis, { threads, processes, comparison } = recording.head;
  const sums = threadWeights(analysis);
  /** @type {Map<string, Part & { threads: number }>} */
  const parts = new Map();
  /** @param {number} thread */
  const sideOf = (thread) => comparison && thread >= comparison.threadsBefore ? 1 : 0;
  threads.forEach(([process, tid, name], thread) => {
    if (sums[thread] === 0) return;
    const [pid, processName] = processes[process], side = sideOf(thread);
    const owner = `${processName || "process"}${pid ? " " + pid : ""}`;
    // What is compared has other numbers on each side, and the same names.
    const isCompared = analysis.compared.length > 0;
    const key = isCompared ? (kind === "threads" ? processName + "\u0000" + name : processName)
      : String(kind === "threads" ? thread : process);
    let part = parts.get(key);
    if (!part) {
      part = { key: String(kind === "threads" ? thread : process), self: 0, total: 0, threads: 0,
        name: kind === "threads" ? name || "thread" : processName || "process",
        detail: isCompared ? (kind === "threads" ? processName : "")
          : kind === "threads" ? `${tid || ""} of ${owner}` : String(pid || ""),
        sides: analysis.compared.map(() => ({ self: 0, total: 0 })) };
      parts.set(key, part);
    }
    part.threads++;
    const weight = sums[thread];
    if (isCompared) {
      part.sides[side].self += weight;
      part.sides[side].total += weight;
      const whole = analysis.sides[side].sum * (analysis.sides.filter(({ sum }) => sum > 0).length || 1);
      part.self += whole > 0 ? weight / whole : 0;
    } else {
      part.self += weight;
    }
    part.total = part.self;
  });
  return [...parts.values()].map(({ threads, ...part }) => kind === "processes"
    ? { ...part, detail: [part.detail, counted(threads, "threads")].filter(Boolean).join(", ") } : part);
}

/** @param {Selected} analysis */
function threadWeights({ recording, view, selection, weights }) {
  const sums = new Float64Array(recording.head.threads.length);
  const { thread, stack, time, weight, value } = recording, factors = recording.factors[selection.value];
  const from = selection.from === null ? -Infinity : Math.round(selection.from * 1e9);
  const to = selection.to === null ? Infinity : Math.round(selection.to * 1e9);
  const [start, end] = recording.rangeOf(selection.side);
  for (let sample = start; sample < end; sample++) {
    const factor = factors[value[sample]];
    if (factor === 0 || view.place[stack[sample]] < 0) continue;
    if (time[sample] < from || time[sample] >= to) continue;
    if (weights.threads !== null && weights.threads[thread[sample]] === 0) continue;
    sums[thread[sample]] += factor * weight[sample];
  }
  return sums;
}
