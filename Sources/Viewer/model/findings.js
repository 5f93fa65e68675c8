/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./weighted-tree.js").WeightedTree} Tree */

/** What verdicts are called in tables. */
export const VERDICTS = Object.freeze(/** @type {Record<string, string>} */ ({
  slower: "slower", faster: "faster", unchanged: "unchanged", "cannot-tell": "can't tell", moved: "moved",
}));

/** What a comparison found, for the rows of the page, and how far a change of share is told from chance. */
export class Findings {
  /** @param {Samples} recording */
  constructor(recording) {
    this.comparison = recording.head.comparison;
    /**
     * For rows of functions what was found of them.
     *
     * @type {Map<number, { self: Finding, total: Finding }>}
     */
    this.ofGroups = new Map();
    /** @type {Map<string, Finding>} */
    this.ofModules = new Map(this.comparison?.modules ?? []);
    const byFunction = new Map((this.comparison?.functions ?? []).map(([fn, self, total]) => [fn, { self, total }]));
    recording.groups.forEach(({ fn }, group) => {
      const finding = byFunction.get(fn);
      if (finding) this.ofGroups.set(group, finding);
    });
    /** Names of functions that changed beyond chance, by themselves or with what they call. */
    const changed = new Set();
    for (const [group, { self, total }] of this.ofGroups) {
      if (isNews(self) || isNews(total)) changed.add(recording.groups[group].name);
    }
    /** For each label whether it's a function that did not. */
    this.isUnchanged = Uint8Array.from(recording.labels, ({ name, kind }) => kind < 5 && !changed.has(name) ? 1 : 0);
  }

  /**
   * How much a node's share changed beside the greatest change, in steps, from red to blue; 0 for chance.
   *
   * @param {Tree} tree @param {number} node @param {number} scale @param {boolean} isEverything
   */
  step(tree, node, scale, isEverything) {
    const steps = this.comparison?.steps ?? 1, label = tree.label[node];
    if ((isEverything && label >= 0 && this.isUnchanged[label]) || this.isChance(tree, node)) return 0;
    const change = tree.sideShare(1, node) - tree.sideShare(0, node);
    const step = Math.min(steps, Math.max(1, Math.ceil(steps * Math.abs(change) / scale)));
    return change < 0 ? -step : step;
  }

  /**
   * The greatest change of share in a tree.
   *
   * @param {Tree} tree
   */
  scaleOf(tree) {
    let most = this.comparison?.leastScale ?? 0;
    for (let node = 0; node < tree.count; node++) {
      most = Math.max(most, Math.abs(tree.sideShare(1, node) - tree.sideShare(0, node)));
    }
    return most;
  }

  /**
   * Whether a change of share could come about without a cause: within some standard errors, where weights are counts.
   *
   * @param {Tree} tree @param {number} node
   */
  isChance(tree, node) {
    const { least = 0, errors = 0 } = this.comparison ?? {};
    const [before, after] = [tree.sideShare(0, node), tree.sideShare(1, node)];
    const { unit } = tree.recording.head.values[0], [wholeBefore, whole] = tree.wholes;
    const isKnown = unit === "count" && whole > 1 && wholeBefore > 1;
    const error = isKnown ? Math.sqrt(before * (1 - before) / wholeBefore + after * (1 - after) / whole) : 0;
    return Math.abs(after - before) < Math.max(least, errors * error);
  }
}

/**
 * Whether a finding is of more or of less.
 *
 * @param {Finding} finding
 */
export function isNews([verdict]) { return verdict === "slower" || verdict === "faster"; }
