import assert from "node:assert/strict";
import { test } from "node:test";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { codeOf, instructionsOf } from "../../Sources/Viewer/model/instructions.js";
import { EVERYTHING, recordingOf } from "./recordings.mjs";

const CODE = [[0, false, "7fffffffff00", [[0, "push %rbp", 1, 3], [1, "call 0x1000", 1, 4], [5, "ret", 0, 0]]],
  [0, true, "1000", [[0, "nop", 0, 0]]]];

function weightsOf(stacks) {
  const recording = recordingOf(stacks.map((stack) => ({ stack })), { code: CODE });
  const { weights } = new Analysis(recording, EVERYTHING, () => 0);
  return (name) => Object.fromEntries([...instructionsOf(weights, new Set(recording.groups.flatMap((group, index) =>
    group.name === name ? [index] : [])))].map(([number, { self, total }]) => [number, [self, total]]));
}

test("instructions are numbered over all functions, and lie where they lie", () => {
  const code = codeOf(recordingOf([{ stack: "app;main@app:1" }], { code: CODE }));
  assert.deepEqual(code.map(({ module, isCut, rows }) => [module, isCut, rows.map(({ number, address }) => [number, address])]), [
    ["app", false, [[1, 0x7fffffffff00n], [2, 0x7fffffffff01n], [3, 0x7fffffffff06n]]], ["app", true, [[4, 0x1000n]]]]);
  assert.deepEqual(codeOf(recordingOf([{ stack: "app;main" }])), []);
});

test("a sample counts at its own instruction, and at the calls that led to it", () => {
  const rows = weightsOf(["app;main@app:4#2;leaf@app:1#4", "app;main@app:4#2;leaf@app:1#4", "app;main@app:3#1"]);
  assert.deepEqual(rows("main"), { 1: [1, 1], 2: [0, 2] });
  assert.deepEqual(rows("leaf"), { 4: [2, 2] });
});

test("what is inlined is in the function's own code", () => {
  const rows = weightsOf(["app;main@app:4#2;small_[i]@app:9#2", "app;main@app:4#1"]);
  assert.deepEqual(rows("main"), { 1: [1, 1], 2: [1, 1] });
  assert.deepEqual(rows("small"), { 2: [1, 1] });
});

test("a call that is on a stack several times counts once", () => {
  const rows = weightsOf(["app;down@app:4#2;down@app:4#2;down@app:5#3"]);
  assert.deepEqual(rows("down"), { 2: [0, 1], 3: [1, 1] });
});

test("kernel code below a call is nobody's own", () => {
  assert.deepEqual(weightsOf(["app;main@app:4#2;read_[k]"])("main"), { 2: [0, 1] });
});
