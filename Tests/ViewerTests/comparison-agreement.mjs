// Whether a page of two sides says what `perfprof diff --json` does: for random selections before, after and the difference
// of every function's and module's share, and for all samples the verdicts.
//
// usage: PERFPROF=perfprof node comparison-agreement.mjs SELECTIONS SEED BEFORE AFTER
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { Findings } from "../../Sources/Viewer/model/findings.js";
import { moduleParts } from "../../Sources/Viewer/model/parts.js";
import { fileName } from "../../Sources/Viewer/model/recording.js";
import { seeded } from "./profiles.mjs";
import { EVERYTHING } from "./recordings.mjs";
import { pageIn, randomSelection } from "./selections.mjs";

const [count, seed, before, after] = process.argv.slice(2);
const perfprof = process.env.PERFPROF ?? "perfprof";
const random = seeded(Number(seed));
const diff = (...words) => JSON.parse(execFileSync(perfprof, ["diff", "--json", ...words, before, "--", after],
  { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] }));
const near = (one, other, what) => assert.ok(Math.abs(one - other) <= 1e-9 * (1 + Math.abs(other)), `${what}: ${one}, ${other}`);

const folder = mkdtempSync(join(tmpdir(), "comparison-"));
const whole = diff("-o", join(folder, "page.html"));
const recording = pageIn(join(folder, "page.html"));
rmSync(folder, { recursive: true });
assert.equal(recording.head.comparison.sentence, whole.sentence);
const findings = new Findings(recording);
const analysis = new Analysis(recording, { ...EVERYTHING, value: recording.head.value }, () => performance.now());
const names = recording.groups.map(({ name }) => name);

/** Compares what is selected in the page with what the command line says; the number of functions. */
function compare(known, what) {
  const rows = new Map(analysis.rows.map((row) => [recording.groups[row.group].name + " " + recording.groups[row.group].module, row]));
  assert.equal(rows.size, analysis.rows.length, what);
  for (const { name, module, self, total } of known.functions) {
    // A module that has another name on the later side goes by that.
    const row = rows.get(name + " " + (module ?? "")) ?? [...rows].find(([key]) => key.startsWith(name + " "))?.[1];
    assert.ok(row, `${what}: ${name} of ${module} is missing`);
    rows.delete(recording.groups[row.group].name + " " + recording.groups[row.group].module);
    for (const [measure, amounts] of [["self", self], ["total", total]]) {
      ["before", "after"].forEach((side, index) =>
        near(analysis.sideShare(index, row.sides[index][measure]), amounts[side], `${what} ${measure} ${side} of ${name}`));
      near(analysis.sideShare(1, row.sides[1][measure]) - analysis.sideShare(0, row.sides[0][measure]), amounts.change, what);
    }
  }
  assert.deepEqual([...rows.keys()], [], what);
  // All weight is in the trees, too, aligned or not.
  for (const tree of [analysis.tree, analysis.turned]) {
    tree.sides.forEach(({ total }, side) => near(total[0], analysis.sides[side].sum, what));
  }
  const parts = new Map(moduleParts(analysis).map((part) => [fileName(part.name), part]));
  for (const { name, before, after } of known.modules) {
    const part = parts.get(name);
    if (!part && before === 0 && after === 0) continue;
    assert.ok(part, `${what}: module ${name}`);
    near(analysis.sideShare(0, part.sides[0].self), before, `${what} before of ${name}`);
    near(analysis.sideShare(1, part.sides[1].self), after, `${what} after of ${name}`);
  }
  return known.functions.length;
}

assert.ok(compare(whole, "all") > 0);
const found = new Map(whole.functions.map((row) => [row.name + " " + (row.module ?? ""), row]));
for (const [group, { self, total }] of findings.ofGroups) {
  const { name, module } = recording.groups[group];
  const row = found.get(name + " " + module) ?? whole.functions.find((other) => other.name === name);
  for (const [finding, known] of [[self, row.self], [total, row.total]]) {
    assert.deepEqual(finding, [known.verdict, known.before, known.after, known.low, known.high, known.diluted], name);
  }
}
assert.equal(findings.ofGroups.size, whole.functions.length);

let compared = 0;
for (let round = 0; round < Number(count); round++) {
  const { selection, options } = randomSelection(random, recording, names);
  // Which samples a number of a thread selects depends on the side.
  if (selection.threads.length + selection.processes.length > 0) continue;
  analysis.select(selection);
  let known;
  try { known = diff(...options); } catch (error) {
    // Nothing may be left of a side.
    assert.ok(analysis.sides.some(({ sum }) => sum === 0), `seed ${seed} ${options.join(" ")}: ${error.stderr}`);
    continue;
  }
  if (analysis.sides.every(({ sum }) => sum > 0)) compare(known, `seed ${seed} ${options.join(" ")}`);
  compared++;
}
console.log(`${compared} selections agree`);
