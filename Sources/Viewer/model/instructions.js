import { KIND } from "./recording.js";

/** @typedef {import("./recording.js").Recording} Recording */
/** @typedef {import("./selected-weights.js").SelectedWeights | import("./selected-weights.js").MeanWeights} Weights */
/** @typedef {{ number: number, address: bigint, text: string, file: number, line: number }} Instruction */

/**
 * The code of functions as the page has it, numbered as frames refer to it.
 *
 * @param {Recording} recording
 * @returns {{ module: string, isCut: boolean, rows: Instruction[] }[]}
 */
export function codeOf({ head }) {
  let number = 0;
  return (head.code ?? []).map(([module, isCut, start, rows]) => {
    let address = BigInt("0x" + start);
    return { module: head.modules[module], isCut, rows: rows.map(([distance, text, file, line]) => {
      address += BigInt(distance);
      return { number: ++number, address, text, file, line };
    }) };
  });
}

/**
 * Samples at each instruction of a function's code, by the instruction's number: of those in the function itself, or in
 * what was inlined into it there, where they were; of those below it the call. A call that is on a stack several times
 * counts once.
 *
 * @param {Weights} weights @param {Set<number>} wanted The function's rows.
 */
export function instructionsOf(weights, wanted) {
  const { view, own, subtree } = weights;
  const { groupOfFrame, kindOfFrame, instructionOfFrame } = view.recording;
  /** @type {Map<number, { self: number, total: number, depth: number }>} */
  const found = new Map();
  /** @param {number} number */
  const row = (number) => {
    let known = found.get(number);
    if (!known) found.set(number, (known = { self: 0, total: 0, depth: 0 }));
    return known;
  };
  /** @param {number} at */
  const numberAt = (at) => wanted.has(groupOfFrame[view.frame[at]]) ? instructionOfFrame[view.frame[at]] || 0 : 0;
  view.walk((at) => {
    const number = numberAt(at);
    if (number > 0) {
      const here = row(number);
      if (here.depth++ === 0) here.total += subtree[at];
    }
    if (own[at] === 0) return;
    const leaf = instructionOfFrame[view.frame[at]] || 0;
    if (leaf === 0) return;
    for (let outer = at; outer >= 0; outer = view.parent[outer]) {
      const frame = view.frame[outer];
      if (wanted.has(groupOfFrame[frame])) {
        row(leaf).self += own[at];
        return;
      }
      if (kindOfFrame[frame] !== KIND.inlined) return;
    }
  }, (at) => {
    const number = numberAt(at);
    if (number > 0) row(number).depth--;
  });
  return found;
}
