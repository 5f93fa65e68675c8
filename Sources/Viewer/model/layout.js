/** @typedef {import("./call-tree.js").CallTree} Tree */

/**
 * Where frames are, as shares of the whole picture: callees stand side by side from their caller's left edge on. Of
 * two profiles a frame is as wide as the mean of its two shares.
 */
export class FlameGraphLayout {
  /** @param {Tree} tree */
  constructor(tree) {
    this.tree = tree;
    const { count, parent } = tree;
    this.width = new Float64Array(count);
    this.start = new Float64Array(count);
    /** Where the children shown end. */
    this.next = new Float64Array(count);
    /** Width of the children that the file leaves out. */
    this.hidden = new Float64Array(count);
    for (let frame = 0; frame < count; frame++) {
      const width = frame === 0 ? 1 : this.share(tree.total, tree.totalBefore, frame);
      this.width[frame] = width;
      this.hidden[frame] = width - this.share(tree.self, tree.selfBefore, frame);
      if (frame > 0) {
        this.start[frame] = this.next[parent[frame]];
        this.next[parent[frame]] += width;
        this.hidden[parent[frame]] -= width;
      }
      this.next[frame] = this.start[frame];
    }
    for (let frame = 0; frame < count; frame++) {
      if (this.hidden[frame] < 1e-9 || (frame === 0 && tree.total[0] === 0)) this.hidden[frame] = 0;
    }
  }

  /**
   * When one of two profiles is empty, the other's share.
   *
   * @param {Float64Array} after @param {Float64Array} before @param {number} frame
   */
  share(after, before, frame) {
    const { tree } = this;
    if (!tree.isComparison || tree.totalBefore[0] === 0) return after[frame] / tree.whole;
    if (tree.total[0] === 0) return before[frame] / tree.wholeBefore;
    return (after[frame] / tree.whole + before[frame] / tree.wholeBefore) / 2;
  }

  /**
   * The frame at this depth that `position` lies in, give or take `slack`; -1 for none.
   *
   * @param {number} depth @param {number} position @param {number} slack
   */
  at(depth, position, slack) {
    const row = this.tree.rows[depth];
    if (!row) return -1;
    let low = 0, high = row.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start[row[middle]] <= position) low = middle + 1; else high = middle;
    }
    const before = low > 0 ? row[low - 1] : -1;
    if (before >= 0 && position <= this.start[before] + this.width[before]) return before;
    const after = low < row.length ? row[low] : -1;
    if (after >= 0 && this.start[after] - position <= slack) return after;
    return before >= 0 && position - this.start[before] - this.width[before] <= slack ? before : -1;
  }
}
