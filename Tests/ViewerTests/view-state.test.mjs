import assert from "node:assert/strict";
import { test } from "node:test";
import { fragmentOf, stateOf } from "../../Sources/Viewer/controller/view-state.js";

const picture = { count: 100, isIcicle: false };
const untouched = { zoom: 0, query: "", isExpression: false, isIcicle: false, theme: "" };

test("has an empty fragment as long as nothing was chosen", () => {
  assert.equal(fragmentOf(untouched, picture), "#");
  assert.deepEqual(stateOf("", picture), untouched);
  assert.deepEqual(stateOf("#", picture), untouched);
});

test("comes back from its fragment as it was", () => {
  const state = { zoom: 12, query: "a&b=c#d %\u{1F525} (x+)", isExpression: true, isIcicle: true, theme: "dark" };
  assert.deepEqual(stateOf(fragmentOf(state, picture), picture), state);
  const icicle = { count: 100, isIcicle: true };
  assert.equal(fragmentOf({ ...untouched, isIcicle: true }, icicle), "#");
  assert.equal(stateOf(fragmentOf(untouched, icicle), icicle).isIcicle, false);
});

test("takes what makes no sense as if it weren't there", () => {
  for (const fragment of ["#z=100", "#z=-1", "#z=1e1", "#z=0x9", "#z=99999999999", "#z=", "#t=<script>", "#__proto__=1", "#r=yes"]) {
    assert.deepEqual(stateOf(fragment, picture), untouched, fragment);
  }
  assert.equal(stateOf("#z=abc&s=%", picture).query, "%");
});
