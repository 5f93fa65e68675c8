import assert from "node:assert/strict";
import { test } from "node:test";
import { PieceRun } from "../../Sources/Viewer/model/piece-run.js";

test("joins neighbors on one path and no others", () => {
  const [red, blue] = [[], []];
  const run = new PieceRun(36, 17, 0.5);
  run.add(red, 10, 0.3, 0.1);
  run.add(red, 10.4, 0.3, 0.1);
  run.add(blue, 10.7, 0.01, 0.1);
  run.add(blue, 12, 0.5, 0.1);
  run.close();
  run.close();
  assert.deepEqual(red, ["M10.00 36h0.70v17H10.00z"]);
  assert.deepEqual(blue, ["M10.70 36h0.10v17H10.70z", "M12.00 36h0.50v17H12.00z"]);
});
