import { searchedLength } from "./expression.js";
import { KIND_WORDS } from "./recording.js";

/** @typedef {import("./recording.js").Recording} Samples */

const TEXTS = ["module:", "file:", "full:", "kind:"];
const SECONDS = 2;

/**
 * Which functions are meant: a regular expression that is looked for in the name, or with `module:`, `file:` and
 * `full:`
 * in front in another text, as the command line does. Making one throws SyntaxError for what is no expression and
 * RangeError for one that could take for ever.
 */
export class NamePattern {
  /** @param {string} source @param {boolean} [ignoresCase] */
  constructor(source, ignoresCase = false) {
    const prefix = TEXTS.find((prefix) => source.startsWith(prefix)) ?? "";
    this.column = prefix.slice(0, -1);
    const wanted = source.slice(prefix.length);
    this.limit = searchedLength(wanted);
    this.expression = new RegExp(wanted, ignoresCase ? "i" : "");
  }

  /** @param {string} text */
  test(text) { return this.expression.test(text.length > this.limit ? text.slice(0, this.limit) : text); }

  /**
   * For each function whether it matches. Throws RangeError when that takes too long by the clock, in milliseconds.
   *
   * @param {Samples} recording @param {() => number} clock
   */
  matches(recording, clock) {
    const flags = new Uint8Array(recording.functionCount);
    const end = clock() + SECONDS * 1000;
    const known = new Map();
    for (let fn = 0; fn < flags.length; fn++) {
      const text = this.textOf(recording, fn);
      if (text === null) continue;
      let flag = known.get(text);
      if (flag === undefined) {
        known.set(text, (flag = this.test(text) ? 1 : 0));
        if (clock() > end) throw new RangeError(`Given up after ${SECONDS} s`);
      }
      flags[fn] = flag;
    }
    return flags;
  }

  /**
   * For each frame whether it matches: `kind:` asks for what is a frame's own.
   *
   * @param {Samples} recording @param {() => number} clock
   */
  frames(recording, clock) {
    if (this.column === "kind") {
      const flags = KIND_WORDS.map((word) => this.test(word) ? 1 : 0);
      return Uint8Array.from(recording.kindOfFrame, (kind) => flags[kind] ?? 0);
    }
    const matches = this.matches(recording, clock);
    return Uint8Array.from(recording.functionOfFrame, (fn) => matches[fn]);
  }

  /** @param {Samples} recording @param {number} fn */
  textOf(recording, fn) {
    switch (this.column) {
      case "module": return recording.module[fn] === 0 ? null : recording.moduleOf(fn);
      case "file": return recording.file[fn] === 0 ? null : recording.fileOf(fn);
      case "kind": return null;
      case "full": return recording.fullNameOf(fn) || recording.nameOf(fn);
      default: return recording.nameOf(fn);
    }
  }
}

/**
 * The expression that finds a text as it stands, and nothing else.
 *
 * @param {string} text
 */
export function exactly(text) { return "^" + text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") + "$"; }
