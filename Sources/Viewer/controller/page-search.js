import { counted, percent } from "../model/figures.js";
import { NamePattern } from "../model/name-pattern.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

/** What a search finds in a selection. */
export class PageSearch {
  /** @param {import("../model/recording.js").Recording} recording */
  constructor(recording) {
    this.recording = recording;
    /**
     * For each function whether it matches; null where nothing is searched for.
     *
     * @type {Uint8Array | null}
     */
    this.matches = null;
    /** @type {(text: string) => boolean} */
    this.accepts = () => true;
    this.result = "";
    this.isValid = true;
  }

  /** @param {Selected} analysis @param {string} query */
  run(analysis, query) {
    Object.assign(this, { matches: null, accepts: () => true, result: "", isValid: true });
    if (query === "") return;
    try {
      const pattern = new NamePattern(query, true);
      this.matches = pattern.matches(this.recording, () => performance.now());
      this.accepts = (text) => pattern.test(text);
      this.result = this.resultIn(analysis, this.matches);
    } catch (error) {
      this.isValid = false;
      this.result = problemText(error);
    }
  }

  /**
   * The samples with a match on their stack, each counted once.
   *
   * @param {Selected} analysis @param {Uint8Array} matches
   */
  resultIn(analysis, matches) {
    const { groups } = this.recording;
    let functions = 0;
    for (const { group } of analysis.rows) functions += matches[groups[group].fn];
    if (functions === 0) return "No match";
    const where = counted(functions, "functions");
    const [before, after] = analysis.compared.map((side, index) =>
      percent(analysis.sideShare(index, this.weightIn(side, matches))));
    if (before !== undefined) return `Matched: ${before} before, ${after} after, in ${where}`;
    const weight = this.weightIn(analysis.weights, matches);
    return `Matched: ${percent(analysis.share(weight))}, ${analysis.amount(weight)} in ${where}`;
  }

  /** @param {Selected["weights"]} weights @param {Uint8Array} matches */
  weightIn({ view, own }, matches) {
    const { functionOfFrame, kindOfFrame } = this.recording;
    const has = new Uint8Array(view.count);
    let weight = 0;
    for (let at = 0; at < view.count; at++) {
      const frame = view.frame[at], parent = view.parent[at];
      has[at] = (parent >= 0 && has[parent]) || (kindOfFrame[frame] < 6 && matches[functionOfFrame[frame]]) ? 1 : 0;
      if (has[at]) weight += own[at];
    }
    return weight;
  }

  /** For each label whether it matches. */
  get labels() {
    const { matches } = this;
    return matches && Uint8Array.from(this.recording.labels, ({ fn, kind }) => kind < 6 ? matches[fn] : 0);
  }
}

/** @param {unknown} error */
export function problemText(error) {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof RangeError ? message
    : "Not a regular expression: " + message.replace(/^Invalid regular expression: /, "");
}
