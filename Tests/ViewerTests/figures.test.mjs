import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as figures from "../../Sources/Viewer/model/figures.js";

// The same examples are held against `Wording` in Swift.
const examples = JSON.parse(readFileSync(new URL("../WordingTests/Fixtures/figures.json", import.meta.url), "utf8"));

for (const [name, cases] of Object.entries(examples)) {
  test(`writes ${name} as Swift does`, () => {
    for (const example of cases) {
      const [given, text] = [example.slice(0, -1), example.at(-1)];
      assert.equal(figures[name](...given), text, `${name}(${given})`);
    }
  });
}

test("shows what is no number as nothing", () => {
  assert.equal(figures.percent(NaN), "0.0 %");
  assert.equal(figures.percent(Infinity), "0.0 %");
});
