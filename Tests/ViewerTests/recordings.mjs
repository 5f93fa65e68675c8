// Recordings as pages hold them, written down by hand: samples of stacks such as `app;main;parse`, whose first part is the
// process. A name ends in `_[k]`, `_[i]` or `_[j]` when it isn't user code; `name@module:line#instruction` says where it lies.
import { KIND, Recording } from "../../Sources/Viewer/model/recording.js";

const KINDS = [["u", "user"], ["i", "inlined"], ["k", "kernel"], ["j", "JIT"], ["a", "awaits"],
  ["x", "no root"], ["e", "elided"], ["t", "task"], ["g", "async callers missing"], ["p", "process"]];

/**
 * @param {{ stack: string, time?: number, thread?: number, weight?: number, side?: number }[]} samples Times in seconds;
 *   with a side, 0 or 1, of all of them they are of two.
 */
export function recordingOf(samples, options = {}) {
  return new Recording(Uint8Array.from(pageBytes(samples, options)), (part) => new TextDecoder().decode(part));
}

export function pageBytes(samples, { threads = [[0, 1, "main"]], processes = [[1, "app"]], values, comparison, code } = {}) {
  const strings = [], modules = [], functions = [], frames = [], nodes = [];
  const indexOf = (list, item) => {
    const key = JSON.stringify(item), known = list.findIndex((other) => JSON.stringify(other) === key);
    return known >= 0 ? known : list.push(item) - 1;
  };
  const string = (text) => text === "" ? 0 : indexOf(strings, text) + 1;
  const frame = (text, index) => {
    const [, whole, module = "", line = "0", instruction = "0"] = /^(.*?)(?:@([^:]*)(?::(\d+))?(?:#(\d+))?)?$/.exec(text);
    const suffix = /_\[([ikj])\]$/.exec(whole), name = suffix ? whole.slice(0, -4) : whole;
    const kind = index === 0 ? KIND.process : name.startsWith("[truncated") ? KIND.truncated : suffix ? "uikj".indexOf(suffix[1]) : 0;
    const fn = indexOf(functions, [string(name), module === "" ? 0 : indexOf(modules, module) + 1, string(module && name + ".c"), kind === KIND.process]);
    return indexOf(frames, [fn, kind, Number(line), Number(instruction)]);
  };
  const stacks = samples.map(({ stack }) => stack.split(";").reduce((parent, text, index) =>
    indexOf(nodes, [parent, frame(text, index)]), -1));
  const sorted = samples.map((sample, index) => ({ time: 0, thread: 0, weight: 1, value: 0, ...sample, stack: stacks[index] }))
    .sort((one, other) => (one.side ?? 0) - (other.side ?? 0) || one.time - other.time);
  const signed = (number) => number < 0 ? -2 * number - 1 : 2 * number;
  const nanoseconds = sorted.map(({ time }) => Math.round(time * 1e9));
  const columns = {
    time: nanoseconds.map((time, index) => signed(time - (nanoseconds[index - 1] ?? 0))),
    thread: sorted.map(({ thread }) => thread), stack: sorted.map(({ stack }) => stack),
    weight: sorted.map(({ weight }) => signed(weight)), value: sorted.map(({ value }) => value),
    parent: nodes.map(([parent], node) => parent < 0 ? 0 : node - parent), frame: nodes.map(([, frame]) => frame),
    function: frames.map(([fn]) => fn), kind: frames.map(([, kind]) => kind), line: frames.map(([, , line]) => line),
    ...(code ? { instruction: frames.map(([, , , instruction]) => instruction) } : {}),
    name: functions.map(([name]) => name), full: functions.map(() => 0), module: functions.map(([, module]) => module),
    file: functions.map(([, , file]) => file), shade: functions.map(() => 0), named: functions.map(() => 1),
  };
  const packed = Object.entries(columns).map(([name, numbers]) => [name, numbers, numbers.flatMap(varint)]);
  const head = new TextEncoder().encode(JSON.stringify({
    title: "test", command: "", facts: [], notes: [], lost: 0, isRecorded: true, duration: 10,
    values: values ?? [{ name: "samples", unit: "count", period: 0 }], value: 0, isReversed: false, isIcicle: true,
    processes, threads, modules, strings, kinds: KINDS.map(([letter, name]) => ({ letter, name, meaning: "", light: ["000"], dark: ["000"] })),
    grain: ["0", "0", "0", "0"],
    ...(sorted.some(({ side }) => side === 1) ? { comparison: { names: ["a", "b"], sentence: "", per: "share", lost: [0, 0],
      isRecorded: [true, true], samplesBefore: sorted.filter(({ side }) => side === 0).length, threadsBefore: 1, marksBefore: 0, steps: 6,
      least: 0.001, errors: 2, leastScale: 0.01, functions: [], modules: [], ...comparison } } : {}), sources: [], ...(code ? { code } : {}), columns: packed.map(([name, numbers, bytes]) => [name, numbers.length, bytes.length]),
  }));
  return [...new Uint8Array(Uint32Array.of(head.length).buffer), ...head, ...packed.flatMap(([, , bytes]) => bytes)];
}

function varint(number) {
  const bytes = [];
  for (; number > 127; number = Math.floor(number / 128)) bytes.push(number % 128 + 128);
  return [...bytes, number];
}

/** Everything, of the first value type. */
export const EVERYTHING = Object.freeze({
  value: 0, from: null, to: null, threads: [], processes: [], focus: [], ignore: [], hide: [], mergesRecursion: false, side: "both",
});
