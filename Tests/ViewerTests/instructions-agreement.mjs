// Whether the instructions of a page are those that objdump finds in the file, and have all samples of their functions.
//
// usage: PERFPROF=perfprof node instructions-agreement.mjs FUNCTIONS RECORDING PROGRAM      (needs Debian's binutils)
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { codeOf, instructionsOf } from "../../Sources/Viewer/model/instructions.js";
import { EVERYTHING } from "./recordings.mjs";
import { pageIn } from "./selections.mjs";

const [names, file, program] = process.argv.slice(2);
const perfprof = process.env.PERFPROF ?? "perfprof";
const run = (tool, ...words) => execFileSync(tool, words, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] });

const folder = mkdtempSync(join(tmpdir(), "instructions-"));
run(perfprof, "view", file, "--instructions", "--no-open", "-o", join(folder, "page.html"));
const recording = pageIn(join(folder, "page.html"));
const analysis = new Analysis(recording, { ...EVERYTHING, value: recording.head.value }, () => performance.now());

const known = new Map();
for (const line of run("objdump", "-d", "--no-show-raw-insn", program).split("\n")) {
  const [, address, mnemonic] = /^\s*([0-9a-f]+):\t(?:(?:bnd|repz?|repnz|lock|notrack|data16|cs) )*(\S+)/.exec(line) ?? [];
  if (address) known.set(address, mnemonic);
}
const code = codeOf(recording).filter(({ module }) => module === program);
const rows = code.flatMap(({ rows }) => rows);
assert.ok(rows.length > 0, "there is code of the program");
for (const { address, text } of rows) {
  const mnemonic = known.get(address.toString(16));
  assert.ok(mnemonic, `objdump has no instruction at ${address.toString(16)}: ${text}`);
}
// The tools differ in suffixes; the stems are the same.
const stem = (word) => word.replace(/[bwlq]$/, "");
const same = rows.filter(({ address, text }) => text.split(" ").some((word) => stem(word) === stem(known.get(address.toString(16)))));
assert.ok(same.length >= 0.9 * rows.length, `${same.length} of ${rows.length} instructions have objdump's name`);

const numbers = new Set(rows.map(({ number }) => number));
for (const name of names.split(",")) {
  const groups = recording.groups.flatMap((group, index) => group.name === name ? [index] : []);
  const found = [...instructionsOf(analysis.weights, new Set(groups))];
  const own = analysis.rows.filter(({ group }) => groups.includes(group)).reduce((sum, { self }) => sum + self, 0);
  assert.ok(own > 0, `${name} has samples of its own`);
  assert.equal(found.reduce((sum, [, { self }]) => sum + self, 0), own, `samples of ${name}`);
  assert.ok(found.every(([number]) => numbers.has(number)), `all of ${name} lies in the program's code`);
}
rmSync(folder, { recursive: true });
console.log(`${rows.length} instructions agree`);
