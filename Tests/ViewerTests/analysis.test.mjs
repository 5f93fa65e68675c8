import assert from "node:assert/strict";
import { test } from "node:test";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { callsOf, linesOf } from "../../Sources/Viewer/model/calls.js";
import { activityOf, heatOf, lanesOf } from "../../Sources/Viewer/model/time-lanes.js";
import { randomStacks, seeded } from "./profiles.mjs";
import { timeOrder } from "../../Sources/Viewer/model/time-order.js";
import { EVERYTHING, recordingOf } from "./recordings.mjs";

const clock = () => 0;
const analyze = (recording, change = {}) => new Analysis(recording, { ...EVERYTHING, ...change }, clock);
const rowsOf = ({ rows, recording }) =>
  Object.fromEntries(rows.map(({ group, self, total }) => [recording.groups[group].name, [self, total]]).sort());

const recording = recordingOf([
  { stack: "app;main@app;parse@app:3;lex@lib:7", time: 0, weight: 3 }, { stack: "app;main@app;parse@app:4", time: 1, weight: 2 },
  { stack: "app;main@app;write_[k]@[kernel]", time: 2, weight: 4, thread: 1 },
  { stack: "app;[truncated: no memory];lex@lib:7", time: 3 },
], { threads: [[0, 11, "main"], [0, 12, "writer"]] });

test("adds up self and total of functions", () => {
  assert.deepEqual(rowsOf(analyze(recording)), { lex: [4, 4], main: [0, 9], parse: [2, 5], write: [4, 4] });
});

test("looks at a time, a thread, a process", () => {
  assert.deepEqual(rowsOf(analyze(recording, { from: 1, to: 3 })), { main: [0, 6], parse: [2, 2], write: [4, 4] });
  assert.deepEqual(rowsOf(analyze(recording, { threads: ["12"] })), { main: [0, 4], write: [4, 4] });
  assert.deepEqual(rowsOf(analyze(recording, { threads: ["^writer$"] })), { main: [0, 4], write: [4, 4] });
  assert.deepEqual(rowsOf(analyze(recording, { processes: ["2"] })), {});
});

test("focuses on functions, ignores and hides them", () => {
  assert.deepEqual(rowsOf(analyze(recording, { focus: ["parse", "lex"] })), { lex: [3, 3], main: [0, 3], parse: [0, 3] });
  assert.deepEqual(rowsOf(analyze(recording, { ignore: ["^lex$"] })), { main: [0, 6], parse: [2, 2], write: [4, 4] });
  assert.deepEqual(rowsOf(analyze(recording, { hide: ["module:lib"] })), { main: [0, 9], parse: [5, 5], write: [4, 4] });
});

test("hides no frame that stands for missing ones, and no sample that one is left of", () => {
  const { weights } = analyze(recording, { hide: [""] });
  assert.equal(weights.sum, 1);
  assert.deepEqual(weights.trust(), { rooted: 0, unnamed: 1, cut: [["no memory", 1]] });
});

test("keeps what it had when a pattern can't be used", () => {
  const analysis = analyze(recording);
  assert.throws(() => analysis.select({ ...EVERYTHING, focus: ["("] }), SyntaxError);
  assert.throws(() => analysis.select({ ...EVERYTHING, hide: ["(a+)+$"] }), RangeError);
  assert.equal(analysis.weights.sum, 10);
});

test("finds callers and callees, and lines", () => {
  const analysis = analyze(recording);
  const names = (rows) => rows.map(({ group, weight }) => [group < 0 ? "" : recording.groups[group].name, weight]);
  const calls = callsOf(analysis.weights, "lex");
  assert.deepEqual(names(calls.callers), [["parse", 3], ["", 1]]);
  assert.deepEqual(names(callsOf(analysis.weights, "parse").callees), [["lex", 3], ["", 2]]);
  const parse = recording.groups.findIndex(({ name }) => name === "parse");
  assert.deepEqual(linesOf(analysis.weights, parse).map(({ line, self, total }) => [line, self, total]), [[3, 0, 3], [4, 2, 2]]);
});

test("takes a function that calls itself for one frame when asked to", () => {
  const recursive = recordingOf([{ stack: "app;f;f;g;f" }]);
  assert.equal(analyze(recursive).tree.height, 6);
  assert.equal(analyze(recursive, { mergesRecursion: true }).tree.height, 5);
});

test("knows when what ran", () => {
  const { view } = analyze(recording);
  const lanes = lanesOf(recording, view, 0, 10, [0, recording.sampleCount]);
  assert.deepEqual([...activityOf(recording, view, 0, null, 10, [0, recording.sampleCount])], [3, 2, 4, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(lanes.map(({ thread, sum }) => [thread, sum]), [[0, 6], [1, 4]]);
  const cells = heatOf(recording, view, 0, null, { columns: 5, rows: 2, seconds: 2 },
    [0, recording.sampleCount]);
  assert.deepEqual([...cells], [3, 2, 4, 1, 0, 0, 0, 0, 0, 0]);
});

/** What a naive reader of the stacks counts. */
function counted(samples) {
  const functions = {}, calls = {};
  const add = (table, key, place, weight) => { (table[key] ??= [0, 0])[place] += weight; };
  for (const { names, weight } of samples) {
    if (names.length === 0) continue;
    add(functions, names.at(-1), 0, weight);
    for (const name of new Set(names)) add(functions, name, 1, weight);
    for (const call of new Set(names.slice(1).map((name, index) => names[index] + ">" + name))) calls[call] = (calls[call] ?? 0) + weight;
  }
  return { functions, calls };
}

test("counts as whoever reads the stacks one by one does, whatever they are", () => {
  const random = seeded(5);
  for (let round = 0; round < 60; round++) {
    const samples = randomStacks(random, 30).map((line) => {
      const [stack, weight] = line.split(" ");
      return { stack: "app;" + stack, time: Math.floor(random() * 10), weight: Number(weight) };
    });
    const [from, to] = [Math.floor(random() * 5), 5 + Math.floor(random() * 5)];
    const pick = () => random() < 0.5 ? ["^f" + Math.floor(random() * 5) + "$"] : [];
    const selection = { from, to, focus: pick(), ignore: pick(), hide: pick() };
    const has = (names, [pattern]) => names.some((name) => new RegExp(pattern).test(name));
    const wanted = samples.filter(({ time }) => time >= from && time < to)
      .map(({ stack, weight }) => ({ names: stack.split(";").slice(1), weight }))
      .filter(({ names }) => (selection.focus.length === 0 || has(names, selection.focus))
        && (selection.ignore.length === 0 || !has(names, selection.ignore)))
      .map(({ names, weight }) => ({ weight, names: names.filter((name) => selection.hide.length === 0 || !has([name], selection.hide)) }));
    const { functions, calls } = counted(wanted);
    const analysis = analyze(recordingOf(samples), selection), { weights } = analysis;
    const what = JSON.stringify({ round, selection });
    assert.deepEqual(rowsOf(analysis), Object.fromEntries(Object.entries(functions).sort()), what);
    const sum = wanted.reduce((sum, { names, weight }) => sum + (names.length > 0 ? weight : 0), 0);
    assert.equal(analysis.tree.total[0], sum, what);
    assert.equal(analysis.turned.total[0], sum, what);
    for (const name of Object.keys(functions)) {
      for (const { group, weight } of callsOf(weights, name).callers) {
        if (group >= 0) assert.equal(weight, calls[analysis.recording.groups[group].name + ">" + name], what);
      }
      assert.equal(analysis.callers(name).total[0], functions[name][1], what);
      assert.equal(analysis.callees(name).total[0], functions[name][1], what);
    }
    // From the leaf up: what a function took itself, and all of it on its callers.
    const { turned } = analysis;
    for (const node of turned.heaviestFirst(0)) {
      const name = turned.name(node);
      assert.equal(turned.total[node], functions[name][0], what);
      const above = turned.heaviestFirst(node).reduce((sum, caller) => sum + turned.total[caller], turned.self[node]);
      assert.equal(above, turned.total[node], what);
    }
  }
});

test("keeps the order of time, one thread after the other, and joins what goes on", () => {
  const steps = recordingOf([
    { stack: "app;main;a", time: 0 }, { stack: "app;main;b", time: 1, weight: 2 }, { stack: "app;main;a", time: 2 },
    { stack: "app;main;a;c", time: 3 }, { stack: "app;work", time: 1.5, thread: 1 },
  ], { threads: [[0, 1, "main"], [0, 2, "worker"]] });
  const analysis = analyze(steps), tree = analysis.inTime;
  const rows = (tree) => Array.from({ length: tree.count }, (_, node) => [tree.depth[node], tree.name(node), tree.total[node]]);
  assert.deepEqual(rows(tree), [[0, "all", 6], [1, "app", 5], [2, "main", 5], [3, "a", 1], [3, "b", 2], [3, "a", 2], [4, "c", 1],
    [1, "app", 1], [2, "work", 1]]);
  assert.deepEqual([...tree.callees(2)].map((node) => tree.name(node)), ["a", "b", "a"]);
  analysis.select({ ...EVERYTHING, from: 1, to: 2.5, threads: ["1"] });
  assert.deepEqual(rows(timeOrder(steps, analysis.view, analysis.selection, analysis.weights.threads)).map(([, name]) => name),
    ["all", "app", "main", "b", "a"]);
});

test("looks at a kind of code, which is a frame's own", () => {
  const mixed = recordingOf([{ stack: "app;main;copy" }, { stack: "app;main;copy_[i]", weight: 2 }, { stack: "app;main;write_[k]", weight: 4 }]);
  const sum = (change) => analyze(mixed, change).weights.sum;
  assert.deepEqual(["kind:inlined", "kind:^kernel$", "kind:user", "kind:jit"].map((focus) => sum({ focus: [focus] })), [2, 4, 7, 0]);
  assert.equal(sum({ ignore: ["kind:inlined|kernel"] }), 1);
  const { rows } = analyze(mixed, { hide: ["kind:inlined"] });
  assert.deepEqual(rows.map(({ group, self }) => [mixed.groups[group].name, self]).sort(), [["copy", 1], ["main", 2], ["write", 4]]);
});
