// What tests of agreement share: a page's recording, and random selections as the page and the command line have them.
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { exactly } from "../../Sources/Viewer/model/name-pattern.js";
import { Recording } from "../../Sources/Viewer/model/recording.js";
import { EVERYTHING } from "./recordings.mjs";

/** The recording in a page, unpacked as a browser would. */
export function pageIn(page) {
  const text = readFileSync(page, "utf8");
  const packed = /<script type="application\/octet-stream" id="profile">([^<]*)</.exec(text)[1];
  return new Recording(new Uint8Array(inflateSync(Buffer.from(packed, "base64"))), (bytes) => new TextDecoder().decode(bytes));
}

export function randomSelection(random, recording, names) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const selection = structuredClone({ ...EVERYTHING, value: recording.head.value });
  const options = [];
  const { threads, processes, values } = recording.head;
  if (values.length > 1 && random() < 0.7) {
    selection.value = Math.floor(random() * values.length);
    options.push("--value", values[selection.value].name);
  }
  if (recording.hasTimes && random() < 0.5) {
    const [one, other] = [random(), random()].map((share) => Number((share * recording.duration / 1e9).toFixed(3)));
    if (one !== other) {
      [selection.from, selection.to] = [Math.min(one, other), Math.max(one, other)];
      options.push("--from", String(selection.from), "--to", String(selection.to));
    }
  }
  for (const [chance, key, option, rows, place] of [[0.2, "threads", "--thread", threads, 1], [0.2, "processes", "--process", processes, 0]]) {
    if (random() > chance || rows.length === 0) continue;
    const row = pick(rows);
    const text = random() < 0.5 || row[place] === 0 ? exactly(row[row.length - 1]) : String(row[place]);
    selection[key].push(text);
    options.push(option, text);
  }
  for (const [chance, key] of [[0.4, "focus"], [0.3, "ignore"], [0.4, "hide"]]) {
    while (random() < chance && selection[key].length < 2) {
      const name = pick(names);
      const text = pick([() => exactly(name), () => exactly(name.slice(0, 4)).slice(1, -1), () => "module:libc|" + exactly(name).slice(1, 5),
        () => pick(["kind:kernel", "kind:^inlined$", "kind:user|jit"])])();
      try { new RegExp(text.replace(/^module:/, "")); } catch { continue; }
      selection[key].push(text);
      options.push("--" + key, text);
    }
  }
  // The direction changes no number of a function.
  if (random() < 0.3) options.push("--reverse");
  return { selection, options };
}

/** Rows by what tells them apart. */
export const table = (rows) => Object.fromEntries(rows.map(([key, ...numbers]) => [key, numbers.join(" ")]).sort());

