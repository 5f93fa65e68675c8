import { PairTable, WeightedTree } from "./weighted-tree.js";

const MOST_NODES = 150_000;

/**
 * Callers merged from the leaf up: below everything the functions that ran, below each those that called it. What is
 * lighter than a small share of all, or past a limit of nodes, is left out of its caller's list, whose node says so.
 *
 * @param {WeightedTree} tree
 */
export function leafUp(tree) {
  const leaves = [];
  for (let node = 1; node < tree.count; node++) if (tree.self[node] > 0) leaves.push(node);
  return turned(tree, leaves, leaves, "self");
}

/**
 * Callers of one function, from it up, where it's on a stack for the first time; node 0 is the function itself.
 *
 * @param {WeightedTree} tree @param {(label: number) => boolean} isWanted
 */
export function callersOf(tree, isWanted) {
  const places = outermostNodes(tree, isWanted);
  return turned(tree, places.map((node) => tree.parent[node]), places, "total");
}

/**
 * What one function calls, all its calls merged; where it calls itself again it begins anew. Node 0 is the function.
 *
 * @param {WeightedTree} tree @param {(label: number) => boolean} isWanted
 */
export function calleesOf(tree, isWanted) {
  const pairs = new PairTable();
  const nodeOf = new Int32Array(tree.count).fill(-1);
  for (let node = 1; node < tree.count; node++) {
    if (tree.total[node] === 0) continue;
    const caller = nodeOf[tree.parent[node]];
    const number = isWanted(tree.label[node]) ? 0 : caller < 0 ? -1 : pairs.number(caller, tree.label[node]);
    nodeOf[node] = number;
  }
  const result = new WeightedTree(tree.recording, ...pairs.columns());
  takeSides(result, tree);
  [result, ...result.sides].forEach(({ self }, index) => {
    const from = index === 0 ? tree.self : tree.sides[index - 1].self;
    for (let node = 1; node < tree.count; node++) if (nodeOf[node] >= 0) self[nodeOf[node]] += from[node];
  });
  return result.addUp();
}

/** @param {WeightedTree} tree @param {(label: number) => boolean} isWanted */
function outermostNodes(tree, isWanted) {
  const isBelow = new Uint8Array(tree.count);
  const nodes = [];
  for (let node = 1; node < tree.count; node++) {
    const above = isBelow[tree.parent[node]], wanted = isWanted(tree.label[node]);
    isBelow[node] = above || wanted ? 1 : 0;
    if (wanted && !above && tree.total[node] > 0) nodes.push(node);
  }
  return nodes;
}

/** @param {WeightedTree} result @param {WeightedTree} tree */
function takeSides(result, tree) {
  result.addSides(tree.sides.length);
  result.wholes = tree.wholes;
}

/**
 * Level by level: all places of a level's node go one caller up together.
 *
 * @param {WeightedTree} tree @param {number[]} places @param {number[]} sources For each place the node that has its
 * weight, @param {"self" | "total"} measure itself or with all below it.
 */
function turned(tree, places, sources, measure) {
  const pairs = new PairTable();
  const weight = tree[measure];
  const whole = sources.reduce((sum, node) => sum + weight[node], 0);
  const least = whole / 8000;
  /** @type {number[]} */
  const self = [0], total = [whole];
  /** @type {Set<number>} */
  const cut = new Set();
  /**
   * Nodes of the result with the sources of their totals.
   *
   * @type {[number, number[]][]}
   */
  const parts = [[0, sources]];
  /**
   * Nodes in which stacks begin, with the source of each.
   *
   * @type {[number, number][]}
   */
  const begun = [];
  let level = [{ node: 0, places, sources }];
  while (level.length > 0) {
    /** @type {Map<number, { node: number, places: number[], sources: number[] }>} */
    const next = new Map();
    for (const { node, places, sources } of level) {
      if (node !== 0 && (total[node] < least || pairs.count > MOST_NODES)) {
        cut.add(node);
        continue;
      }
      for (let index = 0; index < places.length; index++) {
        const place = places[index], source = sources[index];
        if (place === 0) {
          self[node] += weight[source];
          begun.push([node, source]);
          continue;
        }
        const child = pairs.number(node, tree.label[place]);
        let group = next.get(child);
        if (!group) next.set(child, (group = { node: child, places: [], sources: [] }));
        if (total[child] === undefined) [total[child], self[child]] = [0, 0];
        total[child] += weight[source];
        group.places.push(tree.parent[place]);
        group.sources.push(source);
      }
    }
    level = [...next.values()];
    if (tree.sides.length > 0) for (const { node, sources } of level) parts.push([node, sources]);
  }
  const result = new WeightedTree(tree.recording, ...pairs.columns());
  result.self.set(self);
  result.total.set(total);
  takeSides(result, tree);
  result.sides.forEach((columns, side) => {
    const from = tree.sides[side][measure];
    for (const [node, sources] of parts) for (const source of sources) columns.total[node] += from[source];
    for (const [node, source] of begun) columns.self[node] += from[source];
  });
  for (const node of cut) result.isCut[node] = 1;
  result.isLeafUp = true;
  return result;
}
