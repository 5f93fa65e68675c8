import assert from "node:assert/strict";
import { test } from "node:test";
import { matchedWeight, matchingFrames, nextMatch, Query, weightEverywhere } from "../../Sources/Viewer/model/search.js";
import { searchResult } from "../../Sources/Viewer/view/search-result.js";
import { frameOf, picture, randomStacks, seeded } from "./profiles.mjs";

function found(tree, text, isExpression = false, clock = () => 0) {
  const query = new Query(text, isExpression);
  return matchingFrames(tree, (label) => query.accepts(tree.labels, label), clock);
}
const names = (tree, flags) => [...flags].flatMap((flag, frame) => flag ? [tree.name(frame)] : []);

test("finds text in names, whatever its case, and takes it literally", () => {
  const { tree } = picture(["main;parse(x);Lexer 1", "main;parser 1"]);
  assert.deepEqual(names(tree, found(tree, "PARSE")), ["parse(x)", "parser"]);
  assert.deepEqual(names(tree, found(tree, "parse(")), ["parse(x)"]);
  assert.deepEqual(names(tree, found(tree, "lexer")), ["Lexer"]);
});

test("finds regular expressions", () => {
  const { tree } = picture(["main;parse;lex 1", "main;parser 1"]);
  assert.deepEqual(names(tree, found(tree, "^parse$", true)), ["parse"]);
  assert.throws(() => found(tree, "parse(", true), SyntaxError);
  assert.throws(() => found(tree, "(a+)+$", true), RangeError);
});

test("looks into other columns behind a prefix", () => {
  const { tree } = picture(["main;lex 1"]);
  assert.deepEqual(names(tree, found(tree, "module:/lib/l")), ["lex"]);
  assert.deepEqual(names(tree, found(tree, "file:MAIN.c")), ["main"]);
  assert.deepEqual(names(tree, found(tree, "full:full lex")), ["lex"]);
  assert.deepEqual(names(tree, found(tree, "full lex")), []);
  tree.labels.cells[2] = -1;
  assert.deepEqual(names(tree, found(tree, "full:all")), ["all"], "without a full name, the name");
});

test("says after how many characters names were cut", () => {
  const { tree } = picture(["main 1"]);
  const query = new Query(".*.*x", true);
  query.test("a".repeat(query.limit));
  assert.equal(query.cutAt, 0);
  query.test("a".repeat(query.limit + 1));
  assert.equal(query.cutAt, query.limit);
  assert.ok(tree.count > 0);
});

test("gives up by the clock", () => {
  const { tree } = picture(["main;a;b;c 1"]);
  let now = 0;
  assert.throws(() => found(tree, "a", false, () => (now += 900)), /Given up after 2 s, with 3 of 5 names searched/);
});

test("counts samples once, however many matching frames they pass through", () => {
  const { layout, tree } = picture(["main;walk;walk;walk 7", "main;walk;sort 2", "main;sort 1"]);
  const sum = matchedWeight(layout, found(tree, "walk"), 0);
  assert.deepEqual(sum, { after: 9, before: 0, hidden: 0, frames: 3 });
  assert.equal(matchedWeight(layout, found(tree, "walk"), frameOf(tree, "sort")).after, 0);
});

test("counts what a walk over all stacks counts", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const stacks = randomStacks(seeded(seed));
    const { layout, tree } = picture(stacks);
    for (const name of ["f0", "f1", "f2", "f3", "f4"]) {
      const expected = stacks.filter((line) => line.split(" ")[0].split(";").includes(name))
        .reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
      assert.equal(matchedWeight(layout, found(tree, name), 0).after, expected, `seed ${seed}, ${name}`);
      if (expected > 0) assert.equal(weightEverywhere(layout, frameOf(tree, name)), expected, `seed ${seed}, ${name}`);
    }
  }
});

test("tells kinds of the same name apart", () => {
  const { layout, tree } = picture(["main;write;write_[k] 4", "main;a;write 3"]);
  const weights = new Map();
  for (let frame = 0; frame < tree.count; frame++) {
    if (tree.name(frame) === "write") weights.set(tree.kind(frame), weightEverywhere(layout, frame));
  }
  assert.deepEqual([...weights], [["u", 7], ["k", 4]]);
});

test("goes from match to match and around", () => {
  const { tree } = picture(["main;a;x 1", "main;b;x 1", "main;c;y 1"]);
  const flags = found(tree, "x");
  const [first, second] = [...flags].flatMap((flag, frame) => flag ? [frame] : []);
  assert.equal(nextMatch(tree, flags, 0, 0, 1), first);
  assert.equal(nextMatch(tree, flags, 0, first, 1), second);
  assert.equal(nextMatch(tree, flags, 0, second, 1), first);
  assert.equal(nextMatch(tree, flags, 0, first, -1), second);
  const uneven = picture(["main;a;x 1", "main;b;x 5", "main;c;x 3"]).tree;
  const matches = found(uneven, "x");
  const seen = [0, 0, 0, 0].reduce((seen) => [...seen, nextMatch(uneven, matches, 0, seen.at(-1) ?? 0, 1)], /** @type {number[]} */ ([]));
  assert.deepEqual(seen.map((frame) => uneven.total[frame]), [5, 3, 1, 5], "the widest first");
  assert.equal(nextMatch(tree, flags, frameOf(tree, "c"), first, 1), -1, "none within the zoomed frame");
});

const SAMPLES = { name: "samples", unit: "count" };

test("says what was found", () => {
  const { layout, tree } = picture(["main;walk;walk 7", "main;sort 1", "main;tiny 2"], { hides: ["tiny"] });
  const say = (text, zoom = 0, cutAt = 0) => searchResult(layout, found(tree, text), zoom, SAMPLES, cutAt);
  assert.equal(say("walk"), "Matched: 70.0 %, 7 samples in 2 frames (at most 20.0 % more in frames left out)");
  assert.equal(say("sort"), "Matched: 10.0 %, 1 sample in 1 frame (at most 20.0 % more in frames left out)");
  assert.equal(say("nothing"), "No match in the frames shown");
  assert.match(say("walk", frameOf(tree, "main")), /; 70.0 % of the zoomed frame$/);
  assert.match(say("walk", 0, 1234), /; of longer names the first 1,234 characters were searched$/);
});

test("says what was found in two profiles", () => {
  const { layout, tree } = picture(["main;a 1", "main;b 3"], { before: ["main;a 3", "main;b 3"] });
  assert.equal(searchResult(layout, found(tree, "a"), frameOf(tree, "main"), "samples", 0).split(";")[0],
    "Matched: 100.0 % before, 100.0 % after, in 3 frames");
  assert.equal(searchResult(layout, found(tree, "b"), 0, "samples", 0), "Matched: 50.0 % before, 75.0 % after, in 1 frame");
});
