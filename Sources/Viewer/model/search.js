import { searchedLength } from "./expression.js";
import { grouped } from "./figures.js";
import { COLUMN } from "./labels.js";

/** @typedef {import("./call-tree.js").CallTree} Tree */
/** @typedef {import("./labels.js").LabelTable} Labels */
/** @typedef {import("./layout.js").FlameGraphLayout} Layout */

const PREFIXES = new Map([["full:", COLUMN.full], ["module:", COLUMN.module], ["file:", COLUMN.file]]);
const MILLISECONDS = 2000;

/**
 * What was typed, as a question to labels: text or a regular expression, with a prefix for columns other than the name.
 * Making one throws SyntaxError for a bad expression and RangeError for one that could take for ever.
 */
export class Query {
  /** @param {string} text @param {boolean} isExpression */
  constructor(text, isExpression) {
    const prefix = [...PREFIXES.keys()].find((prefix) => text.startsWith(prefix)) ?? "";
    const wanted = text.slice(prefix.length);
    this.column = PREFIXES.get(prefix) ?? COLUMN.name;
    this.wanted = wanted.toLowerCase();
    this.expression = isExpression ? new RegExp(wanted, "i") : null;
    this.limit = isExpression ? searchedLength(wanted) : 0;
    /** After how many characters a name was cut to be searched; 0 when none was. */
    this.cutAt = 0;
  }

  /** @param {Labels} labels @param {number} label */
  accepts(labels, label) {
    let index = labels.index(label, this.column);
    if (index < 0 && this.column === COLUMN.full) index = labels.index(label, COLUMN.name);
    return index >= 0 && this.test(labels.strings[index]);
  }

  /** @param {string} text */
  test(text) {
    if (!this.expression) return text.toLowerCase().includes(this.wanted);
    if (text.length > this.limit) this.cutAt = this.limit;
    return this.expression.test(text.slice(0, this.limit));
  }
}

/**
 * A flag for each frame whose label passes. Throws RangeError when that takes too long by the clock, in milliseconds.
 *
 * @param {Tree} tree @param {(label: number) => boolean} accepts @param {() => number} clock
 */
export function matchingFrames(tree, accepts, clock) {
  const labels = new Uint8Array(tree.labels.count);
  const end = clock() + MILLISECONDS;
  for (let label = 0; label < labels.length; label++) {
    labels[label] = accepts(label) ? 1 : 0;
    if (clock() > end) {
      const searched = `${grouped(label + 1)} of ${grouped(labels.length)} names searched`;
      throw new RangeError(`Given up after ${MILLISECONDS / 1000} s, with ${searched}`);
    }
  }
  return flagged(tree, labels);
}

/** @param {Tree} tree @param {Uint8Array} labels */
function flagged(tree, labels) {
  const flags = new Uint8Array(tree.count);
  for (let frame = 0; frame < tree.count; frame++) flags[frame] = labels[tree.label[frame]];
  return flags;
}

/**
 * Weight of the samples below `root` that pass through a flagged frame. A match inside another match adds nothing.
 * `hidden` is what frames that the file leaves out could add, as a share.
 *
 * @param {Layout} layout @param {Uint8Array} flags @param {FrameIndex} root
 */
export function matchedWeight(layout, flags, root) {
  const { tree } = layout;
  const sum = { after: 0, before: 0, hidden: 0, frames: 0 };
  for (let frame = root; frame < tree.end[root];) {
    if (flags[frame]) {
      sum.after += tree.total[frame];
      if (tree.isComparison) sum.before += tree.totalBefore[frame];
      for (let inner = frame; inner < tree.end[frame]; inner++) sum.frames += flags[inner];
      frame = tree.end[frame];
    } else {
      sum.hidden += layout.hidden[frame];
      frame++;
    }
  }
  return sum;
}

/**
 * Weight of all samples with a frame of this name and kind on their stack.
 *
 * @param {Layout} layout @param {FrameIndex} frame
 */
export function weightEverywhere(layout, frame) {
  const { tree } = layout;
  const { labels } = tree;
  const own = tree.label[frame];
  const [name, kind] = [labels.index(own, COLUMN.name), labels.kind(own)];
  const alike = new Uint8Array(labels.count);
  for (let label = 0; label < alike.length; label++) {
    alike[label] = labels.index(label, COLUMN.name) === name && labels.kind(label) === kind ? 1 : 0;
  }
  return matchedWeight(layout, flagged(tree, alike), 0).after;
}

/**
 * The next flagged frame after `frame` within `root`, the widest first and around the end; from a frame that is not
 * flagged the first. -1 for none.
 *
 * @param {Tree} tree @param {Uint8Array} flags @param {FrameIndex} root @param {FrameIndex} frame
 * @param {1 | -1} step
 */
export function nextMatch(tree, flags, root, frame, step) {
  const matches = [];
  for (let other = root; other < tree.end[root]; other++) if (flags[other]) matches.push(other);
  if (matches.length === 0) return -1;
  /** @param {FrameIndex} other */
  const width = (other) => tree.after(other) + (tree.isComparison ? tree.before(other) : 0);
  matches.sort((one, other) => width(other) - width(one) || one - other);
  const place = matches.indexOf(frame);
  if (place < 0) return step > 0 ? matches[0] : matches[matches.length - 1];
  return matches[(place + step + matches.length) % matches.length];
}
