/** @typedef {import("./call-tree.js").CallTree} Tree */

/** Which classes of the style sheet frames have: the kind's shade, in comparisons the step of change. */
export class Coloring {
  /** @param {Tree} tree @param {ProfileData} data */
  constructor(tree, data) {
    this.tree = tree;
    this.kinds = data.drawing.kinds;
    this.changes = data.drawing.changes;
    this.scale = data.scale ?? 1;
    /** Whether weights are counts, so that chance can be told from change. */
    this.isCount = data.chance ?? false;
    /** Labels of functions that are known to be unchanged. */
    this.unchanged = new Set(data.unchanged ?? []);
  }

  /** @param {FrameIndex} frame */
  style(frame) {
    const { tree } = this;
    if (!tree.isComparison) return tree.color(frame);
    const step = this.step(frame);
    return (step === 0 ? "n" : step > 0 ? "r" : "b") + Math.abs(step)
      + (tree.total[frame] === 0 ? " gone" : "") + (tree.totalBefore[frame] === 0 ? " new" : "");
  }

  /**
   * What a frame too narrow to draw alone looks like.
   *
   * @param {FrameIndex} frame
   */
  sliverStyle(frame) {
    const { tree } = this;
    if (!tree.isComparison) return this.kinds[tree.kind(frame)].sliver;
    return this.isChance(frame) ? "n0" : (tree.change(frame) > 0 ? "r" : "b") + this.changes.sliver;
  }

  /**
   * How much a share changed beside the greatest change, in steps.
   *
   * @param {FrameIndex} frame
   */
  step(frame) {
    if (this.isChance(frame)) return 0;
    const { steps } = this.changes;
    const change = this.tree.change(frame);
    const step = Math.min(steps, Math.max(1, Math.ceil(steps * Math.abs(change) / this.scale)));
    return change < 0 ? -step : step;
  }

  /**
   * Whether a change of share could come about without a cause: within some standard errors.
   *
   * @param {FrameIndex} frame
   */
  isChance(frame) {
    const { tree, changes } = this;
    if (this.unchanged.has(tree.label[frame])) return true;
    const before = tree.before(frame), after = tree.after(frame);
    const isKnown = this.isCount && tree.whole > 1 && tree.wholeBefore > 1;
    const error = isKnown ? Math.sqrt(before * (1 - before) / tree.wholeBefore + after * (1 - after) / tree.whole) : 0;
    return Math.abs(after - before) < Math.max(changes.least, changes.errors * error);
  }
}
