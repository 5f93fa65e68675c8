import { PairTable, WeightedTree } from "./weighted-tree.js";

const MOST_NODES = 150_000;

/**
 * Callers merged from the leaf up: below everything the functions that ran, below each those that called it. What is
 * lighter than a small share of all, or past a limit of nodes, is left out of its caller's list, whose node says so.
 *
 * @param {WeightedTree} tree
 */
export function leafUp(tree) {
  const leaves = [], weights = [];
  for (let node = 1; node < tree.count; node++) {
    if (tree.self[node] > 0) {
      leaves.push(node);
      weights.push(tree.self[node]);
    }
  }
  return turned(tree, leaves, weights);
}

/**
 * Callers of one function, from it up, where it's on a stack for the first time; node 0 is the function itself.
 *
 * @param {WeightedTree} tree @param {(label: number) => boolean} isWanted
 */
export function callersOf(tree, isWanted) {
  const places = outermostNodes(tree, isWanted);
  return turned(tree, places.map((node) => tree.parent[node]), places.map((node) => tree.total[node]));
}

/**
 * What one function calls, all its calls merged; where it calls itself again it begins anew. Node 0 is the function.
 *
 * @param {WeightedTree} tree @param {(label: number) => boolean} isWanted
 */
export function calleesOf(tree, isWanted) {
  const pairs = new PairTable();
  const nodeOf = new Int32Array(tree.count).fill(-1);
  /** @type {number[]} */
  const self = [0];
  for (let node = 1; node < tree.count; node++) {
    if (tree.total[node] === 0) continue;
    const caller = nodeOf[tree.parent[node]];
    const number = isWanted(tree.label[node]) ? 0 : caller < 0 ? -1 : pairs.number(caller, tree.label[node]);
    nodeOf[node] = number;
    if (number >= 0) self[number] = (self[number] ?? 0) + tree.self[node];
  }
  const result = new WeightedTree(tree.recording, ...pairs.columns());
  result.self.set(self);
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

/**
 * Level by level: all places of a level's node go one caller up together.
 *
 * @param {WeightedTree} tree @param {number[]} places @param {number[]} weights
 */
function turned(tree, places, weights) {
  const pairs = new PairTable();
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const least = whole / 8000;
  /** @type {number[]} */
  const self = [0], total = [whole];
  /** @type {Set<number>} */
  const cut = new Set();
  let level = [{ node: 0, places, weights }];
  while (level.length > 0) {
    /** @type {Map<number, { node: number, places: number[], weights: number[] }>} */
    const next = new Map();
    for (const { node, places, weights } of level) {
      if (node !== 0 && (total[node] < least || pairs.count > MOST_NODES)) {
        cut.add(node);
        continue;
      }
      for (let index = 0; index < places.length; index++) {
        const place = places[index], weight = weights[index];
        if (place === 0) {
          self[node] += weight;
          continue;
        }
        const child = pairs.number(node, tree.label[place]);
        let group = next.get(child);
        if (!group) next.set(child, (group = { node: child, places: [], weights: [] }));
        if (total[child] === undefined) [total[child], self[child]] = [0, 0];
        total[child] += weight;
        group.places.push(tree.parent[place]);
        group.weights.push(weight);
      }
    }
    level = [...next.values()];
  }
  const result = new WeightedTree(tree.recording, ...pairs.columns());
  result.self.set(self);
  result.total.set(total);
  for (const node of cut) result.isCut[node] = 1;
  result.isLeafUp = true;
  return result;
}
