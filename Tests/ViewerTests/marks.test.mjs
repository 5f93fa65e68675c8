// Marks of processes, threads and lost samples: what they say, and where they stand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MARK, Marks } from "../../Sources/Viewer/model/marks.js";

/** @param {Partial<Record<"time" | "kind" | "count" | "name" | "pid" | "tid" | "maker" | "thread" | "makers", number>>[]} rows */
function marksOf(rows, comparison) {
  const column = (name) => rows.map((row) => row[name[4].toLowerCase() + name.slice(5)] ?? (name === "markCount" ? 1 : 0));
  return new Marks({ integers: (name) => Uint32Array.from(column(name)), differences: (name) => Float64Array.from(column(name), (time) => time * 1e9) },
    { strings: ["make", "gzip"], comparison });
}

const ROWS = [
  { time: 0, kind: MARK.exec, pid: 10, tid: 10, name: 1, thread: 1 },
  { time: 1, kind: MARK.processBegan, pid: 12, tid: 12, maker: 10, name: 1, thread: 2, makers: 1 },
  { time: 1.001, kind: MARK.exec, pid: 12, tid: 12, name: 2, thread: 2 },
  { time: 2, kind: MARK.threadBegan, pid: 12, tid: 13, maker: 12, thread: 3, makers: 2 },
  { time: 3, kind: MARK.threadEnded, pid: 12, tid: 13, name: 2, thread: 3 },
  { time: 4, kind: MARK.processEnded, pid: 12, tid: 12, name: 2, thread: 2 },
  { time: 5, kind: MARK.lost, count: 1234 },
  { time: 6, kind: MARK.threadBegan, count: 5678 },
];

test("marks say what the command line says", () => {
  const marks = marksOf(ROWS);
  assert.deepEqual(marks.ofAll("both", null).map((entry) => marks.words(entry)), [
    "process 10 runs make", "process 12 begins, made by 10 (make)", "process 12 runs gzip", "process 12 (gzip) ends",
    "1,234 samples lost", "5,678 threads begin"]);
  assert.deepEqual(marks.ofThread(0).map((entry) => marks.words(entry)), ["process 10 runs make", "makes process 12"]);
  assert.deepEqual(marks.ofThread(1).map((entry) => marks.words(entry)), ["process 12 begins, made by 10 (make)",
    "process 12 runs gzip", "makes thread 13", "process 12 (gzip) ends"]);
  assert.deepEqual(marks.ofThread(2).map((entry) => marks.words(entry)),
    ["thread 13 begins, made by 12", "thread 13 (gzip) ends"]);
  assert.deepEqual(marks.ofThread(9), []);
  assert.equal(marks.joined, 5678);
});

test("marks that are close to each other share a sign with their number", () => {
  const marks = marksOf(ROWS), all = marks.ofAll("both", null);
  const groups = marks.gather(all, 100 / 1e9, 30, 700);
  assert.deepEqual(groups.map(({ x, entries }) => [x, entries.length, marks.sign(entries).text]),
    [[0, 1, "▶"], [100, 2, "▶2"], [400, 1, "■"], [500, 1, "!1k"], [600, 1, "○6k"]]);
  assert.deepEqual(marks.gather(all, 1 / 1e9, 30, 700).map(({ entries }) => marks.sign(entries)), [{ isLoss: true, text: "!6k" }]);
  // Those at the end stand before it, and not upon each other.
  assert.deepEqual(marks.gather(all, 100 / 1e9, 30, 600).map(({ x }) => x), [0, 100, 400, 500, 570]);
  assert.deepEqual(marks.gather(all, 100 / 1e9, 30, 550).map(({ x }) => x), [0, 100, 400, 500]);
  assert.deepEqual(marks.gather([], 1, 30, 700), []);
});

test("marks are those of what is selected", () => {
  const marks = marksOf(ROWS, { marksBefore: 2 });
  assert.equal(marks.ofAll("before", null).length, 2);
  assert.equal(marks.ofAll("after", null).length, 4);
  // What the chosen threads are or made, and what concerns all.
  assert.deepEqual(marks.ofAll("both", Uint8Array.of(1, 0, 0)).map((entry) => entry >> 1), [0, 1, 6]);
  assert.equal(marksOf([]).ofAll("both", null).length, 0);
});
