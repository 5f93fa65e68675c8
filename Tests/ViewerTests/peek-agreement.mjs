// Whether callers and callees of the page's sandwich are those that `go tool pprof -peek` counts in the same recording.
//
// usage: PERFPROF=perfprof node peek-agreement.mjs FUNCTIONS RECORDING      (needs Debian's golang-go)
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { callsOf } from "../../Sources/Viewer/model/calls.js";
import { exactly } from "../../Sources/Viewer/model/name-pattern.js";
import { EVERYTHING } from "./recordings.mjs";
import { pageIn } from "./selections.mjs";

const [count, file] = process.argv.slice(2);
const perfprof = process.env.PERFPROF ?? "perfprof";
const run = (program, ...words) => execFileSync(program, words, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] });

const folder = mkdtempSync(join(tmpdir(), "peek-"));
for (const name of ["page.html", "all.pb.gz"]) run(perfprof, "convert", file, "-o", join(folder, name));
const recording = pageIn(join(folder, "page.html"));
const analysis = new Analysis(recording, { ...EVERYTHING, value: recording.head.value }, () => performance.now());

/** What pprof prints of one function: its callers, itself, its callees. */
function peek(name) {
  const text = run("go", "tool", "pprof", "-symbolize=none", "-sample_index=samples", "-nodefraction=0", "-edgefraction=0",
    "-peek", exactly(name), join(folder, "all.pb.gz"));
  const part = text.split(/^-+\+-+$/m).find((part) => part.split("\n").some((line) => line.endsWith(`| ${name}`)));
  assert.ok(part, `pprof knows ${name}:\n${text}`);
  const lines = part.split("\n").filter((line) => line.includes("|"));
  const own = lines.findIndex((line) => line.endsWith(`| ${name}`) && !/\|\s{3}/.test(line));
  const [, flat, cum] = /^\s*(\S+)\s+\S+\s+\S+\s+(\S+)/.exec(lines[own]);
  const edges = (list) => sums(list.map((line) => {
    const [, weight, other] = /^\s*(\d+)\s+\S+\s+\|\s+(.*?)(?: \(inline\))?$/.exec(line);
    return [other, Number(weight)];
  }));
  return { self: Number(flat), total: Number(cum), callers: edges(lines.slice(0, own)), callees: edges(lines.slice(own + 1)) };
}

/** Weights by name; a function's calls of itself are no edge to pprof, and what stands for missing frames no function. */
function sums(rows, name) {
  const weights = new Map();
  for (const [other, weight] of rows) {
    if (other !== name && !other.startsWith("[")) weights.set(other, (weights.get(other) ?? 0) + weight);
  }
  return [...weights].sort();
}

const names = [...new Set([...analysis.rows].sort((one, other) => other.total - one.total)
  .map(({ group }) => recording.groups[group].name))].filter((name) => !name.startsWith("[")).slice(0, Number(count));
for (const name of names) {
  const calls = callsOf(analysis.weights, name), known = peek(name);
  assert.deepEqual([calls.self, calls.total], [known.self, known.total], name);
  for (const side of ["callers", "callees"]) {
    const rows = calls[side].filter(({ group }) => group >= 0).map(({ group, weight }) => [recording.groups[group].name, weight]);
    assert.deepEqual(sums(rows, name), known[side].filter(([other]) => other !== name), `${side} of ${name}`);
  }
}
rmSync(folder, { recursive: true });
console.log(`${names.length} functions agree`);
