import assert from "node:assert/strict";
import { test } from "node:test";
import { neighbor } from "../../Sources/Viewer/model/neighbors.js";
import { frameOf, picture, randomStacks, seeded } from "./profiles.mjs";

test("has the root below, or above in an icicle", () => {
  const { tree, viewport } = picture(["main;a 1"]);
  const main = frameOf(tree, "main");
  assert.ok(viewport.place(0).y > viewport.place(main).y);
  viewport.isIcicle = true;
  assert.ok(viewport.place(0).y < viewport.place(main).y);
});

test("fills the window with the zoomed frame and its callers, and hides what is beside it", () => {
  const { tree, viewport } = picture(["main;a;b 1", "main;c 3"]);
  const [main, a, b, c] = ["main", "a", "b", "c"].map((name) => frameOf(tree, name));
  assert.equal(viewport.place(a).width, 250);
  viewport.zoom = a;
  viewport.resize(1016, 200);
  for (const frame of [0, main, a, b]) assert.deepEqual([viewport.place(frame).x, viewport.place(frame).width], [8, 1000]);
  assert.equal(viewport.place(c), null);
  assert.ok(!viewport.isShown(c) && viewport.isShown(main));
  assert.equal(viewport.at(500, viewport.y(1) + 5), main);
  assert.equal(viewport.at(500, viewport.y(3) + 5), b);
});

test("finds under every point the frame that is drawn there, whatever the stacks", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed);
    const { tree, viewport } = picture(randomStacks(random));
    viewport.zoom = Math.floor(random() * tree.count);
    viewport.isIcicle = seed % 2 === 0;
    viewport.resize(300 + random() * 2000, random() * 900);
    for (let frame = 0; frame < tree.count; frame++) {
      const place = viewport.place(frame);
      assert.equal(place !== null, viewport.isShown(frame));
      if (!place || place.width < 4) continue;
      assert.equal(viewport.at(place.x + place.width / 2, place.y + 9), frame, `seed ${seed}`);
      assert.ok(place.y >= 0 && place.y + 18 <= viewport.height, `seed ${seed}`);
    }
    assert.equal(viewport.at(2, viewport.y(0) + 5), -1, "beside the picture");
    assert.equal(viewport.at(100, -1), -1, "above it");
  }
});

test("gives the rows in sight, and of them the frames below the zoomed one", () => {
  const { tree, viewport } = picture(["main;a;b 1", "main;c;d 3"]);
  const row = (depth) => {
    const { frames, first, end } = viewport.row(depth);
    return frames.slice(first).filter((frame) => frame < end).map((frame) => tree.name(frame));
  };
  assert.deepEqual(row(3), ["b", "d"]);
  viewport.zoom = frameOf(tree, "c");
  viewport.resize(1016, 200);
  assert.deepEqual(row(3), ["d"]);
  assert.deepEqual(viewport.depths(0, 200), { first: 0, last: 3 });
  assert.deepEqual(viewport.depths(viewport.y(0) + 1, viewport.height), { first: 0, last: 2 });
});

test("goes by arrows to callers, to the widest callee, and along a row past slivers", () => {
  const { tree, viewport } = picture(["main;a 2000", "main;b 1", "main;c 3000"]);
  const [main, a, b, c] = ["main", "a", "b", "c"].map((name) => frameOf(tree, name));
  assert.equal(neighbor(viewport, main, "caller"), 0);
  assert.equal(neighbor(viewport, 0, "caller"), -1);
  assert.equal(neighbor(viewport, main, "callee"), c);
  assert.equal(neighbor(viewport, c, "callee"), -1);
  assert.equal(neighbor(viewport, a, "right"), c, "b is narrower than a pixel");
  assert.equal(neighbor(viewport, c, "right"), -1);
  assert.equal(neighbor(viewport, c, "first"), a);
  assert.equal(neighbor(viewport, b, "last"), c);
});

test("goes from a caller of the zoomed frame towards it", () => {
  const { tree, viewport } = picture(["main;a;b 1", "main;c 3"]);
  viewport.zoom = frameOf(tree, "b");
  viewport.resize(1016, 200);
  assert.equal(neighbor(viewport, frameOf(tree, "main"), "callee"), frameOf(tree, "a"));
});
