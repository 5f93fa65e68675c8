/** @typedef {import("./selected-weights.js").SelectedWeights | import("./selected-weights.js").MeanWeights} Weights */

/**
 * Who calls a function and whom it calls: samples with that call on the stack, each counted once. All functions of the
 * name are taken together, as `report --callers` does. A row without a function (-1) stands for stacks that begin with
 * it,
 * or for samples in the function itself.
 *
 * @param {Weights} weights @param {string} name
 */
export function callsOf(weights, name) {
  const { view, own, subtree } = weights;
  const { groupOfFrame, groups } = view.recording;
  const isTarget = Uint8Array.from(groups, (group) => group.name === name ? 1 : 0);
  const callers = new Float64Array(groups.length), callees = new Float64Array(groups.length);
  const from = new Uint32Array(groups.length), to = new Uint32Array(groups.length);
  let withoutCaller = 0, self = 0, total = 0, depth = 0;
  /** @param {number} at */
  const groupAt = (at) => at < 0 ? -1 : groupOfFrame[view.frame[at]];
  view.walk((at) => {
    const group = groupAt(at), caller = groupAt(view.parent[at]);
    if (group < 0) return;
    if (caller >= 0 && isTarget[caller] && to[group]++ === 0) callees[group] += subtree[at];
    if (!isTarget[group]) return;
    self += own[at];
    if (depth++ === 0) total += subtree[at];
    if (caller < 0) withoutCaller += subtree[at];
    else if (from[caller]++ === 0) callers[caller] += subtree[at];
  }, (at) => {
    const group = groupAt(at), caller = groupAt(view.parent[at]);
    if (group < 0) return;
    if (caller >= 0 && isTarget[caller]) to[group]--;
    if (!isTarget[group]) return;
    depth--;
    if (caller >= 0) from[caller]--;
  });
  return { self, total, callers: callRows(callers, withoutCaller), callees: callRows(callees, self) };
}

/**
 * Heaviest first.
 *
 * @param {Float64Array} weights @param {number} none
 */
function callRows(weights, none) {
  const rows = none > 0 ? [{ group: -1, weight: none }] : [];
  weights.forEach((weight, group) => { if (weight > 0) rows.push({ group, weight }); });
  return rows.sort((one, other) => other.weight - one.weight || one.group - other.group);
}

/**
 * Samples at each source line of a function, in order of lines: in the line itself, and with what it called. A line
 * that
 * is on a stack several times counts once.
 *
 * @param {Weights} weights @param {number} wanted The function's row.
 */
export function linesOf(weights, wanted) {
  const { view, own, subtree } = weights;
  const { groupOfFrame, lineOfFrame, functionOfFrame, file } = view.recording;
  /** @type {Map<string, { file: number, line: number, self: number, total: number, depth: number }>} */
  const lines = new Map();
  /** @param {number} at */
  const rowAt = (at) => {
    const frame = view.frame[at];
    if (groupOfFrame[frame] !== wanted) return null;
    const key = file[functionOfFrame[frame]] + ":" + lineOfFrame[frame];
    let row = lines.get(key);
    if (!row) {
      row = { file: file[functionOfFrame[frame]], line: lineOfFrame[frame], self: 0, total: 0, depth: 0 };
      lines.set(key, row);
    }
    return row;
  };
  view.walk((at) => {
    const row = rowAt(at);
    if (!row) return;
    row.self += own[at];
    if (row.depth++ === 0) row.total += subtree[at];
  }, (at) => {
    const row = rowAt(at);
    if (row) row.depth--;
  });
  return [...lines.values()].filter(({ total }) => total > 0)
    .sort((one, other) => one.file - other.file || one.line - other.line);
}
