import assert from "node:assert/strict";
import { test } from "node:test";
import { pageFragmentOf, pageStateOf } from "../../Sources/Viewer/controller/page-state.js";
import { exactly, NamePattern } from "../../Sources/Viewer/model/name-pattern.js";

const head = { values: [{ name: "samples" }, { name: "off-cpu" }], value: 0, isReversed: false, isIcicle: true };

test("a fragment that is empty or nonsense is the first view of everything", () => {
  const usual = pageStateOf("", head);
  assert.equal(pageFragmentOf(usual, head), "#");
  for (const text of ["#view=other&zoom=-1&from=x&to=-2&value=none&sort=7&theme=pink", "#%", "#__proto__=1&focus=", "#zoom=1e9"]) {
    assert.deepEqual(pageStateOf(text, head), usual, text);
  }
});

test("every state survives its fragment", () => {
  const state = {
    ...pageStateOf("", head), view: "sandwich", query: "a&b=c#d %", fn: "operator+=(int)", from: 1.5, to: 2.25, value: 1,
    focus: ["^a\\(b\\)$", "x|y"], ignore: ["module:libc"], hide: ["ü;"], threads: ["12"], processes: ["web"],
    mergesRecursion: true, isReversed: true, order: "weight", by: "modules", isIcicle: false, zoom: 77, sort: "total", theme: "dark",
  };
  assert.deepEqual(pageStateOf(pageFragmentOf(state, head), head), state);
});

test("the contract's names are understood", () => {
  const state = pageStateOf("#view=time&q=malloc&focus=parse&function=lex&from=0.5&to=2", head);
  assert.deepEqual([state.view, state.query, state.focus, state.fn, state.from, state.to], ["time", "malloc", ["parse"], "lex", 0.5, 2]);
});

test("a name as an expression means itself and nothing else", () => {
  for (const name of ["a.b(c:)", "x[0]*", "operator/(A const&)", "a\\b", "^$", "f<T>::{lambda#1}", "π"]) {
    const pattern = new NamePattern(exactly(name));
    assert.ok(pattern.test(name), name);
    assert.ok(!pattern.test(name + "x") && !pattern.test("x" + name), name);
  }
});
