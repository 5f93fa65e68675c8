import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf, picture, randomStacks, seeded } from "./profiles.mjs";

test("links frames to callers, ends and rows", () => {
  const { tree } = picture(["main;parse;lex 3", "main;parse 2", "main;write 5"]);
  const [main, parse, lex, write] = ["main", "parse", "lex", "write"].map((name) => frameOf(tree, name));
  assert.deepEqual([...tree.parent], [-1, 0, main, parse, main]);
  assert.deepEqual([...tree.end], [5, 5, lex + 1, lex + 1, write + 1]);
  assert.deepEqual(tree.rows, [[0], [main], [parse, write], [lex]]);
  assert.equal(tree.deepest[main], 3);
  assert.equal(tree.deepest[write], 2);
  assert.equal(tree.callerAt(lex, 1), main);
  assert.ok(tree.isWithin(lex, main) && !tree.isWithin(write, parse));
});

test("computes totals from differences", () => {
  const { tree } = picture(["main;parse;lex 3", "main;parse 2", "main;write 5"]);
  assert.deepEqual([...tree.total], [10, 10, 5, 3, 5]);
  assert.deepEqual([...tree.self], [0, 0, 2, 3, 5]);
});

test("gives every sample to one frame's self and to all callers' totals, whatever the stacks", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { tree } = picture(randomStacks(seeded(seed)));
    for (let frame = 0; frame < tree.count; frame++) {
      let sum = tree.self[frame];
      for (let child = frame + 1; child < tree.end[frame]; child = tree.end[child]) sum += tree.total[child];
      assert.equal(tree.total[frame], sum, `seed ${seed}, frame ${frame}`);
    }
  }
});

test("tells name, module and source of a frame", () => {
  const { tree, data } = picture(["main;lex_[i] 1"]);
  const lex = frameOf(tree, "lex");
  assert.equal(tree.fullName(lex), "full lex");
  assert.equal(tree.module(lex), "/lib/l.so");
  assert.equal(tree.kind(lex), "i");
  assert.equal(tree.source(lex), "lex.c");
  assert.equal(data.line, undefined);
  Object.assign(tree, { line: [0, 0, 12], lineSpan: [0, 0, 3] });
  assert.equal(tree.source(lex), "lex.c:12–15");
  tree.lineSpan[lex] = 0;
  assert.equal(tree.source(lex), "lex.c:12");
  assert.equal(tree.source(0), "all.c");
});

test("knows a profile without samples", () => {
  const { tree, layout, viewport } = picture([]);
  assert.equal(tree.count, 1);
  assert.equal(tree.whole, 1);
  assert.equal(layout.hidden[0], 0);
  assert.equal(viewport.at(500, viewport.y(0) + 5), 0);
});

test("compares shares of two profiles", () => {
  const { tree } = picture(["main;new 5", "main;same 5"], { before: ["main;gone 10", "main;same 10"] });
  assert.ok(tree.isComparison);
  assert.equal(tree.change(frameOf(tree, "new")), 0.5);
  assert.equal(tree.change(frameOf(tree, "gone")), -0.5);
  assert.equal(tree.change(frameOf(tree, "same")), 0);
});
