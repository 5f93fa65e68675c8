// Whether a page counts as the command line does: for random selections self and total of every function, source lines,
// callers and callees, and how far to trust it, by the page's own modules and by `perfprof report` with the same options.
//
// usage: PERFPROF=perfprof node agreement.mjs SELECTIONS SEED RECORDING…
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { callsOf, linesOf } from "../../Sources/Viewer/model/calls.js";
import { exactly } from "../../Sources/Viewer/model/name-pattern.js";
import { fileName, isFunction, Recording } from "../../Sources/Viewer/model/recording.js";
import { seeded } from "./profiles.mjs";

const [count, seed, ...files] = process.argv.slice(2);
const perfprof = process.env.PERFPROF ?? "perfprof";
const random = seeded(Number(seed));
const pick = (list) => list[Math.floor(random() * list.length)];
const run = (...words) => execFileSync(perfprof, words, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] });
const report = (file, options, ...words) => JSON.parse(run("report", file, "--json", ...options, ...words));

/** The recording in a page, unpacked as a browser would. */
function recordingIn(page) {
  const text = readFileSync(page, "utf8");
  const packed = /<script type="application\/octet-stream" id="profile">([^<]*)</.exec(text)[1];
  return new Recording(new Uint8Array(inflateSync(Buffer.from(packed, "base64"))), (bytes) => new TextDecoder().decode(bytes));
}

function randomSelection(recording, names) {
  const selection = {
    value: recording.head.value, from: null, to: null, threads: [], processes: [], focus: [], ignore: [], hide: [],
    mergesRecursion: false,
  };
  const options = [];
  const { threads, processes } = recording.head;
  if (recording.hasTimes && random() < 0.5) {
    const [one, other] = [random(), random()].map((share) => Number((share * recording.duration / 1e9).toFixed(3)));
    if (one !== other) {
      [selection.from, selection.to] = [Math.min(one, other), Math.max(one, other)];
      options.push("--from", String(selection.from), "--to", String(selection.to));
    }
  }
  for (const [chance, key, option, rows, place] of [[0.2, "threads", "--thread", threads, 1], [0.2, "processes", "--process", processes, 0]]) {
    if (random() > chance || rows.length === 0) continue;
    const row = pick(rows);
    const text = random() < 0.5 || row[place] === 0 ? exactly(row[row.length - 1]) : String(row[place]);
    selection[key].push(text);
    options.push(option, text);
  }
  for (const [chance, key] of [[0.4, "focus"], [0.3, "ignore"], [0.4, "hide"]]) {
    while (random() < chance && selection[key].length < 2) {
      const name = pick(names);
      const text = pick([() => exactly(name), () => exactly(name.slice(0, 4)).slice(1, -1), () => "module:libc|" + exactly(name).slice(1, 5)])();
      try { new RegExp(text.replace(/^module:/, "")); } catch { continue; }
      selection[key].push(text);
      options.push("--" + key, text);
    }
  }
  // The direction changes no number of a function.
  if (random() < 0.3) options.push("--reverse");
  return { selection, options };
}

/** Rows by what tells them apart. */
const table = (rows) => Object.fromEntries(rows.map(([key, ...numbers]) => [key, numbers.join(" ")]).sort());

let compared = 0;
for (const file of files) {
  const folder = mkdtempSync(join(tmpdir(), "agreement-"));
  run("convert", file, "-o", join(folder, "page.html"));
  const recording = recordingIn(join(folder, "page.html"));
  rmSync(folder, { recursive: true });
  const names = recording.groups.map(({ name }) => name);
  const analysis = new Analysis(recording, { value: recording.head.value, from: null, to: null, threads: [], processes: [],
    focus: [], ignore: [], hide: [], mergesRecursion: false }, () => performance.now());
  for (let round = 0; round < Number(count); round++) {
    const { selection, options } = randomSelection(recording, names);
    const what = `seed ${seed}, ${file} ${options.join(" ")}`;
    analysis.select(selection);
    const known = report(file, options);
    const { rows, weights } = analysis;
    assert.deepEqual(
      table(rows.map(({ group, self, total }) => [recording.groups[group].name + " " + recording.groups[group].module, self, total])),
      table(known.functions.map(({ name, path, self, total }) => [name + " " + (path ?? ""), self, total])), what);
    assert.equal(weights.sum, known.samples, what);
    const trust = weights.trust();
    if (recording.head.isRecorded) assert.equal(trust.rooted, known.stacks.rooted, what);
    assert.deepEqual(Object.fromEntries(trust.cut), known.stacks.truncated, what);
    assert.equal(trust.unnamed, known.selfSamples.unsymbolized, what);

    // All weight is in the trees, too: from the root down, and from the leaf up.
    assert.equal(analysis.tree.total[0], known.samples, what);
    assert.equal(analysis.turned.total[0], known.samples, what);
    const own = new Map();
    for (const node of analysis.turned.heaviestFirst(0)) {
      const { name, kind } = recording.labels[analysis.turned.label[node]];
      if (isFunction(kind)) own.set(name, (own.get(name) ?? 0) + analysis.turned.total[node]);
    }
    const ofNames = new Map();
    for (const { name, self } of known.functions) if (self > 0) ofNames.set(name, (ofNames.get(name) ?? 0) + self);
    assert.deepEqual([...own].sort(), [...ofNames].sort(), what);
    compared++;
    if (rows.length === 0) continue;

    const lines = report(file, options, "--lines");
    const name = recording.groups[pick(rows).group].name;
    const groups = recording.groups.flatMap((group, index) => group.name === name ? [index] : []);
    const key = (module, path, line) => module + " " + path + ":" + line;
    assert.deepEqual(
      table(groups.flatMap((group) => linesOf(weights, group).map((row) =>
        [key(recording.groups[group].module, recording.text(row.file), row.line), row.self, row.total]))),
      table(lines.functions.filter((row) => row.name === name).map((row) =>
        [key(row.path ?? "", row.file ?? "", row.line ?? 0), row.self, row.total])), what + " --lines " + name);

    const calls = callsOf(weights, name), expected = report(file, options, "--callers", name, "--callees", name);
    if (expected.function.name !== name) continue; // a part of another's name
    for (const side of ["callers", "callees"]) {
      const module = (path) => path === "" ? null : fileName(path);
      assert.deepEqual(
        calls[side].map(({ group, weight }) => group < 0 ? [null, null, weight]
          : [recording.groups[group].name, module(recording.groups[group].module), weight]).map(String).sort(),
        expected[side].map(({ name, module, samples }) => [name, module, samples]).map(String).sort(),
        `${what} ${side} of ${name}`);
    }
  }
}
console.log(`${compared} selections agree`);
