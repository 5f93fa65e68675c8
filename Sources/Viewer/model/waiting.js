import { KIND } from "./recording.js";
import { WALL } from "./value-types.js";

/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./weighted-tree.js").WeightedTree} Tree */

/**
 * For each label whether it stands for waiting, as the last frame of a stack: what was waited for, or who ended that.
 *
 * @param {Samples} recording
 */
function waitLabels({ labels }) {
  return Uint8Array.from(labels, ({ name, kind }) =>
    kind === KIND.kernel && /^\[(?:waits|runnable|stopped|woken by)\b.*\]$/.test(name) ? 1 : 0);
}

/**
 * Of each node of a tree how much of it is waiting; null where its weights are not of all time.
 *
 * @param {Tree} tree @param {number} value @returns {Float64Array | null}
 */
export function waitingIn(tree, value) {
  const { recording, parent, label, total, self } = tree;
  if (recording.head.values[value].name !== WALL) return null;
  const isWait = waitLabels(recording), waiting = new Float64Array(tree.count);
  if (tree.isLeafUp) {
    // Callers have what they had below the function that they were called up from.
    const isBelow = new Uint8Array(tree.count);
    for (let node = 1; node < tree.count; node++) {
      isBelow[node] = parent[node] === 0 ? isWait[label[node]] : isBelow[parent[node]];
      if (isBelow[node]) waiting[node] = total[node];
      if (parent[node] === 0) waiting[0] += waiting[node];
    }
    return waiting;
  }
  for (let node = tree.count - 1; node > 0; node--) {
    if (isWait[label[node]]) waiting[node] += self[node];
    waiting[parent[node]] += waiting[node];
  }
  return waiting;
}
