/** @typedef {import("./recording.js").Recording} Samples */
/** @typedef {import("./stack-view.js").StackView} Stacks */
/** @typedef {import("./selected-weights.js").SelectedWeights | import("./selected-weights.js").MeanWeights} Weights */
/** @typedef {{ self: Float64Array, total: Float64Array }} SideColumns */

/**
 * Frames merged by name and kind below those that call them, with weights. Node 0 is everything; callers come before
 * what
 * they call. A label of -1 is everything's.
 */
export class WeightedTree {
  /** @param {Samples} recording @param {Int32Array} parent @param {Int32Array} label */
  constructor(recording, parent, label) {
    this.recording = recording;
    this.parent = parent;
    this.label = label;
    this.count = parent.length;
    this.self = new Float64Array(this.count);
    this.total = new Float64Array(this.count);
    this.depth = new Int32Array(this.count);
    for (let node = 1; node < this.count; node++) this.depth[node] = this.depth[parent[node]] + 1;
    const { start, list } = childLists(parent);
    this.start = start;
    this.list = list;
    this.isSorted = new Uint8Array(this.count);
    /** What a node leaves out below it, which is too little or too deep: part of its total, of no child's. */
    this.isCut = new Uint8Array(this.count);
    this.isLeafUp = false;
    /** Whether callees stay in the order in which they came. */
    this.isInOrder = false;
    /**
     * All that each side has.
     *
     * @type {number[]}
     */
    this.wholes = [];
    /**
     * Weights of the earlier and the later side, where both are shown; `self` and `total` are means of shares then.
     *
     * @type {SideColumns[]}
     */
    this.sides = [];
    /**
     * What was sorted by weight, until weights change.
     *
     * @type {Map<number, number[]>}
     */
    this.byWeight = new Map();
  }

  /** Totals from own weights. */
  addUp() {
    this.byWeight.clear();
    for (const { self, total } of [this, ...this.sides]) {
      total.set(self);
      for (let node = this.count - 1; node > 0; node--) total[this.parent[node]] += total[node];
    }
    return this;
  }

  /**
   * Columns for the weights of each side.
   *
   * @param {number} count
   */
  addSides(count) {
    this.sides = Array.from({ length: count }, () => ({ self: new Float64Array(this.count),
      total: new Float64Array(this.count) }));
  }

  /**
   * What a node has of its side's whole.
   *
   * @param {number} side @param {number} node
   */
  sideShare(side, node) {
    const { total } = this.sides[side];
    return total[node] / (this.wholes[side] || 1);
  }

  /** @param {number} node */
  name(node) { return node === 0 ? "all" : this.recording.labels[this.label[node]].name; }

  /**
   * What a node calls, in order of names; sorted when it's first asked for.
   *
   * @param {number} node
   */
  callees(node) {
    const { label } = this, list = this.list.subarray(this.start[node], this.start[node + 1]);
    if (this.isSorted[node] === 0 && !this.isInOrder) {
      this.isSorted[node] = 1;
      const rank = this.recording.labelRank;
      if (list.length > 1) list.sort((one, other) => rank[label[one]] - rank[label[other]]);
    }
    return list;
  }

  /** The deepest level that has weight. */
  get height() {
    let most = 0;
    for (let node = 0; node < this.count; node++) if (this.total[node] > 0) most = Math.max(most, this.depth[node]);
    return most + 1;
  }

  /**
   * The callees that have weight, heaviest first.
   *
   * @param {number} node
   */
  heaviestFirst(node) {
    let list = this.byWeight.get(node);
    if (!list) {
      list = Array.from(this.list.subarray(this.start[node], this.start[node + 1]))
        .filter((child) => this.total[child] > 0)
        .sort((one, other) => this.total[other] - this.total[one] || one - other);
      this.byWeight.set(node, list);
    }
    return list;
  }

  /**
   * Whether a node calls any that has weight.
   *
   * @param {number} node
   */
  hasCallees(node) {
    for (let index = this.start[node]; index < this.start[node + 1]; index++) {
      if (this.total[this.list[index]] > 0) return true;
    }
    return false;
  }

  /**
   * From `node` down to the heaviest callee each, while that has most of its caller's weight or any callee has any.
   *
   * @param {number} node
   */
  heaviestPath(node) {
    const path = [];
    for (let next = this.heaviestFirst(node)[0]; next !== undefined; next = this.heaviestFirst(next)[0]) {
      if (this.self[this.parent[next]] > this.total[next]) break;
      path.push(next);
    }
    return path;
  }
}

/**
 * The callees of `node` are `list[start[node]]` to before `list[start[node + 1]]`.
 *
 * @param {Int32Array} parent
 */
function childLists(parent) {
  const count = parent.length;
  const start = new Int32Array(count + 1);
  for (let node = 1; node < count; node++) start[parent[node] + 1]++;
  for (let node = 0; node < count; node++) start[node + 1] += start[node];
  const list = new Int32Array(Math.max(0, count - 1)), filled = start.slice();
  for (let node = 1; node < count; node++) list[filled[parent[node]]++] = node;
  return { start, list };
}

/** The merged tree's shape: the same for all weights of one view. */
export class TreeShape {
  /** @param {Stacks} view */
  constructor(view) {
    const { labelOfFrame } = view.recording;
    /** For each stack its node. */
    this.nodeOf = new Int32Array(view.count);
    const pairs = new PairTable(view.count);
    for (let at = 0; at < view.count; at++) {
      const caller = view.parent[at] < 0 ? 0 : this.nodeOf[view.parent[at]];
      this.nodeOf[at] = pairs.number(caller, labelOfFrame[view.frame[at]]);
    }
    this.tree = new WeightedTree(view.recording, ...pairs.columns());
  }

  /**
   * @param {Weights} weights
   * @param {import("./selected-weights.js").SelectedWeights[]} sides The earlier and the later side, where both are
   *   shown: then the weights are their mean.
   */
  weigh(weights, sides) {
    const { tree, nodeOf } = this;
    tree.addSides(sides.length);
    tree.wholes = sides.map(({ sum }) => sum);
    /** @param {Float64Array} self @param {Float64Array} own */
    const scatter = (self, own) => {
      self.fill(0);
      for (let at = 0; at < own.length; at++) if (own[at] !== 0) self[nodeOf[at]] += own[at];
    };
    sides.forEach(({ inTree }, index) => scatter(tree.sides[index].self, inTree));
    if ("mean" in weights) tree.self.set(weights.mean(tree.sides.map(({ self }) => self)));
    else scatter(tree.self, weights.inTree);
    return tree.addUp();
  }
}

/** Numbers pairs of a caller and a label from 1 on, in order of first appearance; 0 is everything. */
export class PairTable {
  /** @param {number} [expected] About how many there will be. */
  constructor(expected = 500) {
    const size = 2 ** Math.ceil(Math.log2(expected + 16));
    this.count = 1;
    this.parents = new Int32Array(size);
    this.labels = new Int32Array(size).fill(-1);
    this.slots = new Int32Array(2 * size);
  }

  /**
   * Callers and labels of all.
   *
   * @returns {[parents: Int32Array, labels: Int32Array]}
   */
  columns() { return [this.parents.slice(0, this.count), this.labels.slice(0, this.count)]; }

  /** @param {number} parent @param {number} label */
  number(parent, label) {
    if (this.count === this.parents.length) this.grow();
    const slot = this.slot(parent, label);
    if (this.slots[slot] > 0) return this.slots[slot];
    const number = this.count++;
    this.parents[number] = parent;
    this.labels[number] = label;
    return (this.slots[slot] = number);
  }

  /** @param {number} parent @param {number} label */
  slot(parent, label) {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(parent, 0x9e3779b1) ^ Math.imul(label + 1, 0x85ebca6b)) >>> 7 & mask;
    for (;;) {
      const number = this.slots[slot];
      if (number === 0 || (this.parents[number] === parent && this.labels[number] === label)) return slot;
      slot = slot + 1 & mask;
    }
  }

  grow() {
    const { parents, labels } = this;
    this.parents = new Int32Array(2 * parents.length);
    this.labels = new Int32Array(2 * labels.length);
    this.parents.set(parents);
    this.labels.set(labels);
    this.slots = new Int32Array(4 * parents.length);
    for (let number = 1; number < this.count; number++) {
      this.slots[this.slot(this.parents[number], this.labels[number])] = number;
    }
  }
}
