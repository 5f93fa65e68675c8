import assert from "node:assert/strict";
import { test } from "node:test";
import { Coloring } from "../../Sources/Viewer/model/coloring.js";
import { frameOf, picture } from "./profiles.mjs";

test("colors a frame by its kind", () => {
  const { tree, data } = picture(["main;read_[k] 1"]);
  const coloring = new Coloring(tree, data);
  assert.equal(coloring.style(frameOf(tree, "main")), "u4");
  assert.equal(coloring.sliverStyle(frameOf(tree, "read")), "k4");
});

test("colors a change by its share of the greatest one", () => {
  const { tree, data } = picture(["main;new 500", "main;same 500"], { before: ["main;gone 500", "main;same 500"] });
  const coloring = new Coloring(tree, data);
  assert.equal(coloring.style(frameOf(tree, "new")), "r6 new");
  assert.equal(coloring.style(frameOf(tree, "gone")), "b6 gone");
  assert.equal(coloring.style(frameOf(tree, "same")), "n0");
  assert.equal(coloring.sliverStyle(frameOf(tree, "new")), "r4");
});

test("takes a change within two standard errors for chance, where weights are counts", () => {
  const { tree, data } = picture(["main;a 52", "main;b 48"], { before: ["main;a 50", "main;b 50"] });
  assert.ok(new Coloring(tree, data).isChance(frameOf(tree, "a")));
  assert.ok(!new Coloring(tree, { ...data, chance: false }).isChance(frameOf(tree, "a")));
  assert.equal(new Coloring(tree, { ...data, chance: false }).step(frameOf(tree, "b")), -1);
});

test("leaves functions gray that a comparison found unchanged", () => {
  const { tree, data } = picture(["main;new 500", "main;same 500"], { before: ["main;gone 500", "main;same 500"] });
  const label = tree.label[frameOf(tree, "new")];
  const coloring = new Coloring(tree, { ...data, unchanged: [label] });
  assert.equal(coloring.style(frameOf(tree, "new")), "n0 new");
  assert.equal(coloring.style(frameOf(tree, "gone")), "b6 gone");
});
