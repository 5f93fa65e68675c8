import assert from "node:assert/strict";
import { test } from "node:test";
import { searchedLength } from "../../Sources/Viewer/model/expression.js";

const REFUSED = ["(a+)+$", "(a|a)*b", "((a*))*$", "(?:x+y?)+z", "(\\w+\\s?)*!", "(a|b){30}", ".*.*.*.*.*.*x", "(a?){40}a",
  "a?".repeat(40) + "b", "(a|a)".repeat(30), "(.*)\\1\\1\\1\\1x", "[(](a+)+[)]"];
const SEARCHED = ["JSON.*parse.*\\(", "(?:JSON)+Parser", "^(main|start)$", "[(*+?]", "\\(\\+*", "a{2}b{1,3}", "(?=J)J",
  "x(?<name>y)?", "^.{3,}$", "", "[", "a\\"];

for (const source of REFUSED) {
  test(`refuses ${source.slice(0, 30)}`, () => assert.throws(() => searchedLength(source), RangeError));
}

test("searches at least 200 characters of a name with any other", () => {
  for (const source of SEARCHED) assert.ok(searchedLength(source) >= 200, source);
});

test("comes to an end on the worst name of the length it allows", () => {
  for (const source of [".*.*x", "(a|b)a*a*x"]) {
    assert.equal(new RegExp(source, "i").test("a".repeat(searchedLength(source))), false);
  }
});
