// Two sides in one page: each number is that of its side, and trees, tables and calls agree.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { Findings } from "../../Sources/Viewer/model/findings.js";
import { moduleParts, runningParts } from "../../Sources/Viewer/model/parts.js";
import { EVERYTHING, recordingOf } from "./recordings.mjs";
import { seeded } from "./profiles.mjs";

const clock = () => 0;
const SEED = 20261126, random = seeded(SEED);
const pick = (list) => list[Math.floor(random() * list.length)];
const samples = Array.from({ length: 400 }, (_, index) => ({
  stack: ["app", ...Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(["a@one", "b@one", "c@two", "d"]))].join(";"),
  weight: 1 + Math.floor(random() * 3), side: index % 3 === 0 ? 0 : 1, time: index / 50, thread: index % 3 === 0 ? 0 : 1,
}));
const finding = (verdict) => [verdict, 0.1, 0.2, 0.05, 0.15, false];
const options = { threads: [[0, 1, "main"], [1, 9, "main"]], processes: [[1, "app"], [7, "app"]] };
const recording = recordingOf(samples, options);
const sides = [0, 1].map((side) => recordingOf(samples.filter((sample) => sample.side === side)
  .map(({ side: _, ...sample }) => sample), options));

test("each side's numbers are those of a page of it alone, in tables and in trees", () => {
  for (const change of [{}, { from: 2, to: 5 }, { focus: ["a"] }, { hide: ["b"] }, { mergesRecursion: true }]) {
    const both = new Analysis(recording, { ...EVERYTHING, ...change }, clock);
    const alone = sides.map((one) => new Analysis(one, { ...EVERYTHING, ...change }, clock));
    alone.forEach((one, side) => {
      const label = `seed ${SEED} ${JSON.stringify(change)} side ${side}`;
      assert.equal(both.sides[side].sum, one.weights.sum, label);
      const name = ({ recording }, row) => recording.groups[row.group].name + recording.groups[row.group].module;
      const known = new Map(one.rows.map((row) => [name(one, row), [row.self, row.total]]));
      for (const row of both.rows) {
        assert.deepEqual([row.sides[side].self, row.sides[side].total], known.get(name(both, row)) ?? [0, 0], label);
      }
      const shown = new Analysis(recording, { ...EVERYTHING, ...change, side: side === 0 ? "before" : "after" }, clock);
      assert.deepEqual(shown.rows.map((row) => [name(shown, row), row.self, row.total]).sort(),
        one.rows.map((row) => [name(one, row), row.self, row.total]).sort(), label);
      for (const [tree, other] of [[both.tree, one.tree], [both.turned, one.turned], [both.callers("a"), one.callers("a")],
        [both.callees("a"), one.callees("a")]]) {
        assert.deepEqual(paths(tree, tree.sides[side]), paths(other, other), label);
      }
      const modules = new Map(moduleParts(one).map(({ name, self, total }) => [name, [self, total]]));
      for (const { name, sides } of moduleParts(both)) {
        assert.deepEqual([sides[side].self, sides[side].total], modules.get(name) ?? [0, 0], label);
      }
      const [threads] = runningParts(both, "threads");
      assert.equal(threads.sides[side].self, one.weights.sum, label);
    });
  }
});

test("a time that is dragged over has the numbers of one that is chosen at once", () => {
  for (const base of [{}, { hide: ["b"] }, { side: "before" }]) {
    const dragged = new Analysis(recording, { ...EVERYTHING, ...base }, clock);
    for (let step = 0; step < 40; step++) {
      const from = pick([null, Math.floor(random() * 80) / 10]), to = pick([null, (from ?? 0) + 0.1 + random() * 3]);
      const selection = { ...EVERYTHING, ...base, from, to };
      dragged.select(selection);
      const fresh = new Analysis(recording, selection, clock), label = `seed ${SEED} ${JSON.stringify(selection)}`;
      dragged.sides.forEach((side, index) => {
        assert.deepEqual([side.sum, side.range], [fresh.sides[index].sum, fresh.sides[index].range], label);
        assert.deepEqual(side.own, fresh.sides[index].own, label);
        assert.deepEqual(side.inTree, fresh.sides[index].inTree, label);
      });
      assert.deepEqual(dragged.rows, fresh.rows, label);
      assert.deepEqual(paths(dragged.tree, dragged.tree), paths(fresh.tree, fresh.tree), label);
    }
  }
});

/** Weights by path, of what has any. */
function paths(tree, { self, total }) {
  const rows = [];
  for (let node = 0; node < tree.count; node++) {
    if (total[node] === 0) continue;
    const names = [];
    for (let at = node; at > 0; at = tree.parent[at]) names.push(tree.name(at));
    rows.push(names.reverse().join(";") + ` ${self[node]} ${total[node]}`);
  }
  return rows.sort();
}

test("stacks of trees are their own, and tables count the samples' stacks", () => {
  const all = new Analysis(recording, EVERYTHING, clock);
  const place = all.view.place;
  const moved = Object.assign(Object.create(Object.getPrototypeOf(recording)), recording, { treeStack: recording.stack.map((stack) =>
    recording.parent[stack] < 0 ? stack : recording.parent[stack]) });
  const aligned = new Analysis(moved, EVERYTHING, clock);
  assert.deepEqual(aligned.rows.map(({ self }) => self), all.rows.map(({ self }) => self));
  assert.ok(aligned.tree.height < all.tree.height && place.length > 0);
  assert.deepEqual(aligned.tree.sides.map(({ total }) => total[0]), all.tree.sides.map(({ total }) => total[0]));
});

test("what was found unchanged, and what chance explains, is gray", () => {
  const fn = (name) => recording.groups.find((group) => group.name === name).fn;
  const found = recordingOf(samples, { ...options, comparison: { functions: [[fn("a"), finding("slower"), finding("unchanged")],
    [fn("b"), finding("unchanged"), finding("cannot-tell")]] } });
  const findings = new Findings(found), analysis = new Analysis(found, EVERYTHING, clock), { tree } = analysis;
  for (let node = 1; node < tree.count; node++) {
    const step = findings.step(tree, node, findings.scaleOf(tree), true);
    if (tree.name(node) !== "a" && tree.name(node) !== "app") assert.equal(step, 0, tree.name(node));
    const free = findings.step(tree, node, findings.scaleOf(tree), false);
    const change = tree.sideShare(1, node) - tree.sideShare(0, node);
    if (findings.isChance(tree, node)) assert.equal(free, 0); else assert.equal(Math.sign(free), Math.sign(change));
  }
});
