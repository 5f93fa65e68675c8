// Profiles as Swift hands them in, written down by hand. `folded` takes lines such as `main;parse;lex 3`; a name ends in
// `_[i]`, `_[k]` or `_[j]` when it isn't user code.
import { CallTree } from "../../Sources/Viewer/model/call-tree.js";
import { FlameGraphLayout } from "../../Sources/Viewer/model/layout.js";
import { Viewport } from "../../Sources/Viewer/model/viewport.js";

export const drawing = {
  rowHeight: 18, baseline: 13, gap: 1, gapFrom: 4, narrowShare: 0.85, leastPiece: 0.1, joinWithin: 0.5,
  hatch: { size: 6, stroke: 3, angle: 45 },
  kinds: Object.fromEntries([..."uikjxep"].map((letter) => [letter, { sliver: letter + 4, meaning: "" }])),
  changes: { steps: 6, sliver: 4, least: 0.0005, errors: 2 },
};

/** A node for each stack, children by name. */
function nodes(lines, key, root = { name: "all", children: new Map(), self: {}, total: {} }) {
  for (const line of lines) {
    const blank = line.lastIndexOf(" ");
    const weight = Number(line.slice(blank + 1));
    let node = root;
    node.total[key] = (node.total[key] ?? 0) + weight;
    for (const name of line.slice(0, blank).split(";")) {
      if (!node.children.has(name)) node.children.set(name, { name, children: new Map(), self: {}, total: {} });
      node = node.children.get(name);
      node.total[key] = (node.total[key] ?? 0) + weight;
    }
    node.self[key] = (node.self[key] ?? 0) + weight;
  }
  return root;
}

/** What Swift would hand in; `hides` names frames that are too narrow for the file. */
export function folded(after, { before, hides = [] } = {}) {
  const root = nodes(after, "after");
  if (before) nodes(before, "before", root);
  const data = {
    title: "test", command: "", value: { name: "samples", unit: "count" }, facts: [], notes: [], icicle: false, drawing,
    legend: { title: "", entries: [] }, labels: [], strings: [], depth: [], label: [], rest: [], self: [],
  };
  if (before) Object.assign(data, { scale: 0.5, chance: true, before: { rest: [], self: [] } });
  const string = (text) => {
    if (!data.strings.includes(text)) data.strings.push(text);
    return data.strings.indexOf(text);
  };
  const label = (text) => {
    const suffix = /_\[([ikj])\]$/.exec(text);
    const name = suffix ? text.slice(0, -4) : text;
    const row = [string(name), (suffix ? suffix[1] : "u") + "4", string("full " + name), string("/lib/" + name[0] + ".so"), string(name + ".c")];
    for (let index = 0; index < data.labels.length; index += 5) {
      if (row.every((cell, column) => data.labels[index + column] === cell)) return index / 5;
    }
    data.labels.push(...row);
    return data.labels.length / 5 - 1;
  };
  const visit = (node, caller, depth) => {
    if (hides.includes(node.name)) return;
    data.depth.push(depth);
    data.label.push(label(node.name));
    for (const [key, into] of before ? [["after", data], ["before", data.before]] : [["after", data]]) {
      into.rest.push(caller ? (caller.total[key] ?? 0) - (node.total[key] ?? 0) : node.total[key] ?? 0);
      into.self.push(node.self[key] ?? 0);
    }
    for (const name of [...node.children.keys()].sort()) visit(node.children.get(name), node, depth + 1);
  };
  visit(root, null, 0);
  return data;
}

/** Tree, layout and a window of 1,016 × 200 pixels, of which 1,000 are the picture's. */
export function picture(...stacks) {
  const data = folded(...stacks);
  const tree = new CallTree(data);
  const layout = new FlameGraphLayout(tree);
  const viewport = new Viewport(layout, drawing);
  viewport.resize(1016, 200);
  return { data, tree, layout, viewport };
}

/** The first frame of this name. */
export function frameOf(tree, name) {
  for (let frame = 0; frame < tree.count; frame++) if (tree.name(frame) === name) return frame;
  throw new Error("no frame " + name);
}

/** The same numbers at every run. */
export function seeded(state) {
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Stacks made at random of few names, so that many share a beginning or recurse. */
export function randomStacks(random, count = 60) {
  return Array.from({ length: count }, () => {
    const names = Array.from({ length: 1 + Math.floor(random() * 9) }, () => "f" + Math.floor(random() * 5));
    return "main;" + names.join(";") + " " + (1 + Math.floor(random() * 50));
  });
}
