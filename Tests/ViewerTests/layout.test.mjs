import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf, picture, randomStacks, seeded } from "./profiles.mjs";

test("places callees side by side from their caller's left edge on", () => {
  const { tree, layout } = picture(["main;a 1", "main;b 3", "main 4"]);
  const [a, b] = [frameOf(tree, "a"), frameOf(tree, "b")];
  assert.deepEqual([layout.start[a], layout.width[a]], [0, 0.125]);
  assert.deepEqual([layout.start[b], layout.width[b]], [0.125, 0.375]);
});

test("finds the frame at a position, and none beside it", () => {
  const { tree, layout } = picture(["main;a 1", "main;b 3", "main 4"]);
  const [a, b] = [frameOf(tree, "a"), frameOf(tree, "b")];
  assert.equal(layout.at(2, 0.1, 0), a);
  assert.equal(layout.at(2, 0.2, 0), b);
  assert.equal(layout.at(2, 0.6, 0), -1);
  assert.equal(layout.at(2, 0.51, 0.02), b, "within the slack");
  assert.equal(layout.at(9, 0.1, 0), -1, "no such row");
});

test("keeps callees within their caller and off each other, whatever the stacks", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed);
    const { tree, layout } = picture(randomStacks(random), seed % 2 ? { before: randomStacks(random) } : {});
    for (let frame = 1; frame < tree.count; frame++) {
      const caller = tree.parent[frame];
      assert.ok(layout.start[frame] >= layout.start[caller], `seed ${seed}`);
      assert.ok(layout.start[frame] + layout.width[frame] <= layout.start[caller] + layout.width[caller] + 1e-9, `seed ${seed}`);
      assert.equal(layout.at(tree.depth[frame], layout.start[frame] + layout.width[frame] / 2, 0), frame, `seed ${seed}`);
    }
  }
});

test("tells how much a file leaves out above a frame", () => {
  const { tree, layout } = picture(["main;a 1", "main;tiny 1", "main 6"], { hides: ["tiny"] });
  assert.equal(layout.hidden[frameOf(tree, "main")], 0.125);
  assert.equal(layout.hidden[frameOf(tree, "a")], 0);
});

test("draws the mean of both shares, or the only one", () => {
  const { tree, layout } = picture(["main;a 5", "main;b 5"], { before: ["main;a 30", "main;b 10"] });
  assert.equal(layout.width[frameOf(tree, "a")], 0.625);
  const empty = picture([], { before: ["main;a 30", "main;b 10"] });
  assert.equal(empty.layout.width[frameOf(empty.tree, "b")], 0.25);
});
