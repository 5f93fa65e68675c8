// Whether a page counts as the command line does: for random selections self and total of every function, source lines,
// callers and callees, and how far to trust it, by the page's own modules and by `perfprof report` with the same options.
//
// usage: PERFPROF=perfprof node agreement.mjs SELECTIONS SEED RECORDING…
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { callsOf, linesOf } from "../../Sources/Viewer/model/calls.js";
import { exactly } from "../../Sources/Viewer/model/name-pattern.js";
import { moduleParts, runningParts } from "../../Sources/Viewer/model/parts.js";
import { fileName, isFunction } from "../../Sources/Viewer/model/recording.js";
import { seeded } from "./profiles.mjs";
import { EVERYTHING } from "./recordings.mjs";
import { pageIn, randomSelection, table } from "./selections.mjs";

const [count, seed, ...files] = process.argv.slice(2);
const perfprof = process.env.PERFPROF ?? "perfprof";
const random = seeded(Number(seed));
const pick = (list) => list[Math.floor(random() * list.length)];
const run = (...words) => execFileSync(perfprof, words, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] });
const report = (file, options, ...words) => JSON.parse(run("report", file, "--json", ...options, ...words));

/** Modules, threads and processes: of one of each what the command line says when it's selected. */
function checkParts(file, analysis, known, selection, options, what) {
  const { recording } = analysis, { threads, processes } = recording.head;
  const own = new Map();
  for (const { path, self } of known.functions) own.set(path ?? "", (own.get(path ?? "") ?? 0) + self);
  const modules = moduleParts(analysis);
  assert.deepEqual(modules.map(({ name, self }) => [name, self]).sort(), [...own].sort(), what + " modules");
  const samples = (...words) => {
    try { return report(file, options, ...words).samples; } catch { return 0; }
  };
  const module = pick(modules.filter(({ name }) => name !== ""));
  if (module && selection.hide.length === 0) {
    assert.equal(samples("--focus", "module:" + exactly(module.name)), module.total, `${what} module ${module.name}`);
  }
  const thread = pick(runningParts(analysis, "threads"));
  if (thread && selection.threads.length === 0) {
    const tid = threads[Number(thread.key)][1];
    if (tid !== 0 && threads.filter((row) => row[1] === tid).length === 1) {
      assert.equal(samples("--thread", String(tid)), thread.total, `${what} thread ${tid}`);
    }
  }
  const process = pick(runningParts(analysis, "processes"));
  if (process && selection.processes.length === 0) {
    const pid = processes[Number(process.key)][0];
    if (pid !== 0 && processes.filter((row) => row[0] === pid).length === 1) {
      assert.equal(samples("--process", String(pid)), process.total, `${what} process ${pid}`);
    }
  }
}

let compared = 0;
for (const file of files) {
  const folder = mkdtempSync(join(tmpdir(), "agreement-"));
  run("convert", file, "-o", join(folder, "page.html"));
  const recording = pageIn(join(folder, "page.html"));
  rmSync(folder, { recursive: true });
  const names = recording.groups.map(({ name }) => name);
  const analysis = new Analysis(recording, { ...EVERYTHING, value: recording.head.value }, () => performance.now());
  for (let round = 0; round < Number(count); round++) {
    const { selection, options } = randomSelection(random, recording, names);
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
    checkParts(file, analysis, known, selection, options, what);
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
