import assert from "node:assert/strict";
import { test } from "node:test";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { callsOf, linesOf } from "../../Sources/Viewer/model/calls.js";
import { activityOf, heatOf, lanesOf } from "../../Sources/Viewer/model/time-lanes.js";
import { rateOf, seriesOf } from "../../Sources/Viewer/model/time-series.js";
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
  const { lanes, threadCount } = lanesOf(recording, view, 0, seriesOf(recording.head), 10, [0, recording.sampleCount], 400);
  assert.deepEqual([...activityOf(recording, view, 0, null, 10, [0, recording.sampleCount])], [3, 2, 4, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(lanes.map(({ thread, sum }) => [thread, sum]), [[-1, 10], [0, 6], [1, 4]]);
  assert.equal(threadCount, 2);
  assert.deepEqual([...lanes[0].curves[0][0]], [3, 2, 4, 1, 0, 0, 0, 0, 0, 0]);
  // Only as many as are wanted have curves.
  assert.deepEqual(lanesOf(recording, view, 0, seriesOf(recording.head), 10, [0, recording.sampleCount], 1).lanes
    .map(({ curves }) => curves.length), [1, 0, 0]);
  const cells = heatOf(recording, view, 0, null, { columns: 5, rows: 2, seconds: 2 },
    [0, recording.sampleCount]);
  assert.deepEqual([...cells], [3, 2, 4, 1, 0, 0, 0, 0, 0, 0]);
});

test("shows what threads did as lanes of their own", () => {
  const values = [{ name: "samples", unit: "count", period: 5e8 }, { name: "off-cpu", unit: "nanoseconds", period: 0 },
    { name: "runnable", unit: "nanoseconds", period: 0 }, { name: "idle", unit: "nanoseconds", period: 0 },
    { name: "page-faults", unit: "count", period: 1 }];
  const waiting = recordingOf([
    { stack: "app;main", time: 0.1 }, { stack: "app;main", time: 0.6 },
    { stack: "app;main;wait", time: 1, value: 1, weight: 2.5e9 }, { stack: "app;main", time: 3.5, value: 2, weight: 25e7 },
    { stack: "app;loop", time: 0, value: 3, weight: 10e9, thread: 1 }, { stack: "app;main", time: 4, value: 4, weight: 7 },
  ], { values, threads: [[0, 1, "main"], [0, 2, "loop"]] });
  const series = seriesOf(waiting.head);
  assert.deepEqual(series.map(({ name, layers }) => [name, layers.map(({ name }) => name)]),
    [["Threads", ["on CPU", "runnable", "blocked", "idle"]], ["page-faults", ["page-faults"]]]);
  const { view } = analyze(waiting), { lanes } = lanesOf(waiting, view, 0, series, 10, [0, waiting.sampleCount], 400);
  assert.deepEqual(lanes.map(({ thread }) => thread), [-1, 0, 1]);
  const [states, events] = lanes[1].curves;
  assert.deepEqual([...states[0]], [2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...states[2]], [0, 1e9, 1e9, 5e8, 0, 0, 0, 0, 0, 0], "a wait is where it lasts");
  assert.deepEqual([...states[1]], [0, 0, 0, 25e7, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([events[0][4], states[3]], [7, null]);
  assert.deepEqual([...lanes[2].curves[0][3]], Array(10).fill(1e9));
  // Two waits that were put down from one moment on follow one another, behind what ran: nothing is longer than time.
  const joined = recordingOf([{ stack: "app;main", time: 2.1 }, { stack: "app;a", time: 1, value: 1, weight: 3e9 },
    { stack: "app;b", time: 1, value: 2, weight: 15e8 }], { values });
  const [of] = lanesOf(joined, analyze(joined).view, 0, series, 10, [0, joined.sampleCount], 400).lanes;
  const sums = Array.from({ length: 10 }, (_, bin) => (of.curves[0][0][bin] * 5e8 + of.curves[0][1][bin] + of.curves[0][2][bin]) / 1e9);
  assert.deepEqual(sums.map((sum) => Number(sum.toFixed(6))), [0, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
  assert.equal(Math.round(of.curves[0][2].reduce((sum, size) => sum + size, 0)), 3e9);
  // Of a second each: two samples of half a second are a second of a CPU; a second is a second.
  assert.deepEqual(values.map((_, value) => rateOf(waiting.head, value, 1e9)), [{ factor: 0.5, unit: "CPUs" },
    ...Array(3).fill({ factor: 1e-9, unit: "threads" }), { factor: 1, unit: "page-faults/s" }]);
  // The heat map too, and what is longer than the recording ends with it.
  const cells = heatOf(waiting, view, 1, null, { columns: 5, rows: 4, seconds: 2 }, [0, waiting.sampleCount]);
  assert.deepEqual([...cells].map((cell) => cell / 5e8), [0, 0, 1, 1, 1, 1, 1, ...Array(13).fill(0)]);
  const endless = recordingOf([{ stack: "app;a", time: 9.5, value: 1, weight: 1e18 }, { stack: "app;a", time: 8, value: 1, weight: 0 }],
    { values });
  assert.deepEqual([...activityOf(endless, analyze(endless).view, 1, null, 10, [0, 2])], [...Array(9).fill(0), 5e8]);
  // What was not recorded by perfprof is as it was read: an amount at a time.
  assert.equal(seriesOf({ ...waiting.head, isRecorded: false }).length, 5);
});

test("knows what of all time is waiting, also where a stack ends in who ended that", () => {
  const values = [{ name: "samples", unit: "count", period: 1e9 }, { name: "off-cpu", unit: "nanoseconds", period: 0 },
    { name: "runnable", unit: "nanoseconds", period: 0 }];
  const kernel = (name) => name + "_[k]@[kernel]";
  const recording = recordingOf([
    { stack: "app;main;work", time: 0, weight: 2 },
    { stack: "app;main;lock;" + kernel("[waits: futex]"), time: 2, value: 1, weight: 3e9 },
    { stack: ["app;main;lock", kernel("[waits: futex]"), kernel("[woken by holder]"), "unlock", kernel("[woken by holder]")].join(";"),
      time: 5, value: 1, weight: 4e9 },
    { stack: "app;main;" + kernel("[runnable]"), time: 9, value: 2, weight: 1e9 },
  ], { values });
  const wall = recording.head.values.findIndex(({ name }) => name === "wall");
  const analysis = analyze(recording, { value: wall });
  assert.deepEqual([analysis.tree.total[0], analysis.waitingIn(analysis.tree)[0]], [10e9, 8e9]);
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
