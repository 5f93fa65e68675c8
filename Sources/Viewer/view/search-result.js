import { amount, counted, grouped, percent } from "../model/figures.js";
import { matchedWeight } from "../model/search.js";

/** @typedef {import("../model/layout.js").FlameGraphLayout} Layout */

/** Shares below this aren't worth a word. */
const WORTH_SAYING = 0.0005;

/**
 * What a search found, in words.
 *
 * @param {Layout} layout @param {Uint8Array} flags @param {FrameIndex} zoom @param {ValueType} value
 * @param {number} cutAt After how many characters names were cut; 0 when none was.
 */
export function searchResult(layout, flags, zoom, value, cutAt) {
  const { tree } = layout;
  let text = matchedText(layout, matchedWeight(layout, flags, 0), value);
  if (zoom > 0) {
    const share = matchedWeight(layout, flags, zoom).after / Math.max(1, tree.total[zoom]);
    text += `; ${percent(share)} of the zoomed frame`;
  }
  if (cutAt > 0) text += `; of longer names the first ${grouped(cutAt)} characters were searched`;
  return text;
}

/** @param {Layout} layout @param {ReturnType<typeof matchedWeight>} sum @param {ValueType} value */
function matchedText({ tree }, sum, value) {
  const frames = counted(sum.frames, "frames");
  const after = percent(sum.after / tree.whole);
  if (sum.frames === 0) return "No match" + (sum.hidden >= WORTH_SAYING ? " in the frames shown" : "");
  if (tree.isComparison) {
    return `Matched: ${percent(sum.before / tree.wholeBefore)} before, ${after} after, in ${frames}`;
  }
  const more = sum.hidden >= WORTH_SAYING ? ` (at most ${percent(sum.hidden)} more in frames left out)` : "";
  return `Matched: ${after}, ${amount(sum.after, value)} in ${frames}${more}`;
}
