import { WeightedTree } from "./weighted-tree.js";

/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./stack-view.js").StackView} Stacks */

const MOST_IN_TIME = 400_000;

/**
 * Calls in the order in which they were sampled, one thread after the other: what goes on from one sample to the
 * next is one frame. Null where that would be too many frames to look at.
 *
 * @param {Samples} recording @param {Stacks} view @param {PageSelection} selection @param {Uint8Array | null} threads
 */
export function timeOrder(recording, view, selection, threads) {
  const { stack, thread, time, weight, value } = recording, factors = recording.factors[selection.value];
  const from = selection.from === null ? -Infinity : Math.round(selection.from * 1e9);
  const to = selection.to === null ? Infinity : Math.round(selection.to * 1e9);
  /** @type {number[]} */
  const samples = [];
  for (let sample = 0; sample < recording.sampleCount; sample++) {
    const isSelected = factors[value[sample]] !== 0 && view.place[stack[sample]] >= 0 && time[sample] >= from
      && time[sample] < to && (threads === null || threads[thread[sample]] === 1);
    if (isSelected) samples.push(sample);
  }
  samples.sort((one, other) => thread[one] - thread[other] || time[one] - time[other] || one - other);
  /** @type {number[]} */
  const parents = [0], labels = [-1], self = [0];
  /** @type {number[]} */
  let open = [];
  /** @type {number[]} */
  let openStacks = [];
  let last = -1;
  for (const sample of samples) {
    if (thread[sample] !== last) [open, openStacks, last] = [[], [], thread[sample]];
    const path = [];
    for (let at = view.place[stack[sample]]; at >= 0; at = view.parent[at]) path.push(at);
    path.reverse();
    let depth = 0;
    while (depth < path.length && depth < open.length && labelOf(path[depth]) === labelOf(openStacks[depth])) depth++;
    open.length = depth;
    for (; depth < path.length; depth++) {
      if (parents.length >= MOST_IN_TIME) return null;
      parents.push(depth === 0 ? 0 : open[depth - 1]);
      labels.push(labelOf(path[depth]));
      self.push(0);
      open.push(parents.length - 1);
    }
    openStacks = path;
    self[open[open.length - 1] ?? 0] += factors[value[sample]] * weight[sample];
  }
  const tree = new WeightedTree(recording, Int32Array.from(parents), Int32Array.from(labels));
  tree.self.set(self);
  tree.isInOrder = true;
  return tree.addUp();

  /** @param {number} at */
  function labelOf(at) { return recording.labelOfFrame[view.frame[at]]; }
}
