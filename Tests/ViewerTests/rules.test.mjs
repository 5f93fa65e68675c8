// What the compiler can't check: rules that keep the modules joinable into one script, in layers, and safe to run where a
// content security policy allows neither `eval` nor inline style.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../Sources/Viewer/", import.meta.url));
const LAYERS = ["model", "view", "controller", "pages"];

const files = LAYERS.flatMap((layer) => readdirSync(join(root, layer)).map((name) => layer + "/" + name));
const scripts = files.filter((path) => path.endsWith(".js")).map((path) => {
  const text = readFileSync(join(root, path), "utf8");
  const code = text.replace(/^\s*\/\*\*(?:.|\n)*?\*\/$/gm, "").replace(/^\s*\/\/.*$/gm, "");
  const imports = [...text.matchAll(/^import \{ ([\w, ]+) \} from "(\.[\w./-]+)";$/gm)].map(([, names, from]) => ({
    names: names.split(", "), from: normalize(join(dirname(path), from)),
  }));
  const names = [...code.matchAll(/^(?:export )?(?:async )?(?:class|function\*?|const|let) (\w+|\{[^}]*\}|\[[^\]]*\])/gm)]
    .flatMap(([, name]) => name.match(/\w+/g));
  return { path, text, code, imports, names };
});
const embedded = [...readFileSync(join(root, "Viewer.c"), "utf8").matchAll(/^#embed "(.+?)"/gm)].map(([, path]) => path);
const complain = (check) => scripts.flatMap((script) => check(script).map((what) => `${script.path}: ${what}`));

test("every file is put into the binary, once", () => {
  const styles = readdirSync(join(root, "style")).map((name) => "style/" + name);
  assert.deepEqual([...embedded].sort(), [...scripts.map(({ path }) => path), ...styles].sort());
  assert.deepEqual(files.filter((path) => !/\.js$|\.d\.ts$|\/tsconfig\.json$/.test(path)), []);
});

test("a module comes after those that it imports from, and lower layers don't know higher ones", () => {
  assert.deepEqual(complain(({ path, imports }) => imports.filter(({ from }) => {
    const [layer, other] = [path, from].map((file) => LAYERS.indexOf(file.split("/")[0]));
    return other < 0 || other > layer || !embedded.includes(from) || embedded.indexOf(from) > embedded.indexOf(path);
  }).map(({ from }) => from)), []);
});

test("imports and exports have the form that joining needs", () => {
  assert.deepEqual(complain(({ text, imports }) => [
    ...(text.match(/^import /gm) ?? []).slice(imports.length),
    ...(text.match(/^export (?!class |function |const ).*$|^\s+export .*$|^export .*;?\s*from .*$/gm) ?? []),
    ...(text.match(/\bimport\((?!"\.[^"]*"\)\.)|\bimport\.meta\b|^(?:export )?var .*$/gm) ?? []),
  ]), []);
});

test("what is imported is exported there, and used", () => {
  assert.deepEqual(complain(({ code, imports }) => imports.flatMap(({ names, from }) => names.filter((name) => {
    const declaration = new RegExp(`^export (?:class|function|const) ${name}\\b`, "m");
    const isExported = scripts.some(({ path, text }) => path === from && declaration.test(text));
    return !isExported || (code.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length < 2;
  }))), []);
});

test("no name is declared by two modules of a script", () => {
  for (const page of scripts.filter(({ path }) => path.startsWith("pages/"))) {
    const together = scripts.filter((script) => script === page || !script.path.startsWith("pages/"));
    const names = together.flatMap((script) => script.names);
    assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  }
});

test("comments and texts leave no line that joining could take for something else", () => {
  assert.deepEqual(complain(({ text, code }) => [
    ...(text.match(/^\s*\/\*\*.*\*\/[ \t]*\S.*$|^\s*\/\*(?!\*).*$/gm) ?? []),
    ...code.split("\n").filter((line) => (line.split("`").length - 1) % 2 === 1),
  ]), []);
});

test("no string becomes markup or code", () => {
  const banned = new RegExp([
    /\beval\b|\bFunction\(|\bset(?:Timeout|Interval)\(\s*["'`]|javascript:|\bwith \(/,
    /\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc/,
  ].map(({ source }) => source).join("|"), "g");
  assert.deepEqual(complain(({ code }) => code.match(banned) ?? []), []);
});

test("no attribute holds style or script, and nothing is loaded or sent", () => {
  const banned = new RegExp([
    /setAttribute\(\s*["'](?:style|on\w+|href|src)|\bstyle: |\bon[a-z]+: /,
    /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|localStorage|sessionStorage|document\.cookie/,
  ].map(({ source }) => source).join("|"), "g");
  assert.deepEqual(complain(({ code }) => code.match(banned) ?? []), []);
});

test("nothing ends the element that the script stands in", () => {
  assert.deepEqual(complain(({ text }) => text.match(/\]\]>|<\/script|<!--/gi) ?? []), []);
});

test("lines are at most 120 characters long, and without blanks at their ends", () => {
  assert.deepEqual(complain(({ text }) => text.match(/^.{121,}$|[ \t]+$|\t/gm) ?? []), []);
});

test("colors are variables", () => {
  for (const name of readdirSync(join(root, "style"))) {
    const text = readFileSync(join(root, "style", name), "utf8");
    assert.deepEqual(text.match(/#[0-9a-f]{3,8}\b|\burl\((?!#)|@import/gi) ?? [], [], name);
  }
});
