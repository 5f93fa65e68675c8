// Whether a page's lanes hold what the command line counts: of each thread the sum of each curve is what `perfprof report` has
// of the thread and the value type, and no thread does more than one thing at a time.
//
// usage: PERFPROF=perfprof node lanes-agreement.mjs RECORDING…
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analysis } from "../../Sources/Viewer/model/analysis.js";
import { lanesOf } from "../../Sources/Viewer/model/time-lanes.js";
import { isSpan, seriesOf } from "../../Sources/Viewer/model/time-series.js";
import { EVERYTHING } from "./recordings.mjs";
import { pageIn } from "./selections.mjs";

const perfprof = process.env.PERFPROF ?? "perfprof", BINS = 200;
const run = (...words) => execFileSync(perfprof, words, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] });
let compared = 0;
for (const file of process.argv.slice(2)) {
  const folder = mkdtempSync(join(tmpdir(), "lanes-"));
  run("convert", file, "-o", join(folder, "page.html"));
  const recording = pageIn(join(folder, "page.html")), { head } = recording, series = seriesOf(head);
  rmSync(folder, { recursive: true });
  const { view } = new Analysis(recording, EVERYTHING, () => 0);
  const { lanes, all } = lanesOf(recording, view, 0, series, BINS, [0, recording.sampleCount], 400);
  const sum = (bins) => bins?.reduce((sum, size) => sum + size, 0) ?? 0;
  const width = recording.duration / BINS;
  const known = (value, ...words) => {
    try { return JSON.parse(run("report", file, "--json", "--value", value, ...words)).samples; } catch { return 0; }
  };
  const check = (curves, what, ...words) => series.forEach(({ layers }, row) => layers.forEach(({ value }, layer) => {
    const { name, unit } = head.values[value], expected = known(name, ...words);
    // What a wait has left at the end of the recording ends with it; a bin is as much as that can be.
    const tolerance = unit === "nanoseconds" ? 0.01 * expected + 2 * width * lanes.length : 0;
    assert.ok(Math.abs(sum(curves[row][layer]) - expected) <= tolerance, `${what} ${name}: ${sum(curves[row][layer])}, not ${expected}`);
    compared++;
  }));
  check(all, "all threads");
  const numbers = head.threads.map(([, tid]) => tid);
  for (const { thread, curves } of lanes) {
    if (thread < 0 || numbers.filter((tid) => tid === numbers[thread]).length > 1) continue;
    check(curves, `thread ${numbers[thread]}`, "--thread", String(numbers[thread]));
    const [{ layers }] = series, ran = layers.findIndex(({ value }) => !isSpan(head, value));
    for (let bin = 0; bin < BINS; bin++) {
      const onCPU = (curves[0][ran]?.[bin] ?? 0) * (head.values[layers[ran]?.value]?.period ?? 0);
      const waits = layers.reduce((sum, { value }, layer) => sum + (isSpan(head, value) ? curves[0][layer]?.[bin] ?? 0 : 0), 0);
      assert.ok(waits <= Math.max(0, width - onCPU) + 1, `thread ${numbers[thread]}, bin ${bin}`);
    }
  }
}
console.log(`${compared} curves agree`);
