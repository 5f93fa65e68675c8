import { Marks } from "./marks.js";
import { valuesOf } from "./value-types.js";

/** Positions in the head's list of kinds. */
export const KIND = Object.freeze({
  user: 0, inlined: 1, kernel: 2, jit: 3, asyncCaller: 4, truncated: 5, elided: 6, task: 7, asyncGap: 8, process: 9,
});

/** What patterns call the kinds: `kind:kernel`. */
export const KIND_WORDS = Object.freeze(["user", "inlined", "kernel", "jit", "awaits", "no-root", "elided", "task",
  "async-gap"]);

/** Samples, stacks and functions as they came, in columns; nothing is selected or added up here. */
export class Recording {
  /** @param {Uint8Array} bytes @param {(bytes: Uint8Array) => string} decode UTF-8 to text. */
  constructor(bytes, decode) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    /** @type {PageHead} */
    this.head = JSON.parse(decode(bytes.subarray(4, 4 + length)));
    const { values, factors } = valuesOf(this.head);
    this.head.values = values;
    /** For each value type by what amounts of each are multiplied to be of it. */
    this.factors = factors;
    const columns = new ColumnReader(bytes, 4 + length, this.head.columns);
    this.time = columns.differences("time");
    this.thread = columns.integers("thread");
    this.stack = columns.integers("stack");
    this.weight = columns.signed("weight");
    this.value = columns.integers("value");
    this.sampleCount = this.time.length;
    /** Each sample's stack in trees. */
    this.treeStack = this.head.columns.some(([name]) => name === "treeStack") ? columns.integers("treeStack")
      : this.stack;
    const { comparison } = this.head;
    /**
     * From which to before which sample each side reaches, the earlier one first; null where there is one only.
     *
     * @type {[start: number, end: number][] | null}
     */
    this.sides = comparison ? [[0, comparison.samplesBefore], [comparison.samplesBefore, this.sampleCount]] : null;
    /** Whether samples are in order of time; of two sides each its own. */
    this.areInOrder = (this.sides ?? [[0, this.sampleCount]]).map(([start, end]) => {
      for (let sample = start + 1; sample < end; sample++) {
        if (this.time[sample] < this.time[sample - 1]) return false;
      }
      return true;
    });
    let last = 0;
    for (let sample = 0; sample < this.sampleCount; sample++) if (this.time[sample] > last) last = this.time[sample];

    const distance = columns.integers("parent");
    this.stackCount = distance.length;
    /** For each stack its caller's; -1 for none. */
    this.parent = new Int32Array(this.stackCount);
    for (let stack = 0; stack < this.stackCount; stack++) {
      this.parent[stack] = distance[stack] === 0 ? -1 : stack - distance[stack];
    }
    this.frame = columns.integers("frame");

    this.functionOfFrame = columns.integers("function");
    this.kindOfFrame = columns.integers("kind");
    this.lineOfFrame = columns.integers("line");
    /** The number of the instruction that each stands at; none where that is not here. */
    this.instructionOfFrame = columns.integers("instruction");

    this.name = columns.integers("name");
    this.full = columns.integers("full");
    this.module = columns.integers("module");
    this.file = columns.integers("file");
    this.shade = columns.integers("shade");
    this.isNamed = columns.integers("named");
    this.functionCount = this.name.length;
    this.marks = new Marks(columns, this.head);

    /**
     * What frames merge by in trees: a name and a kind.
     *
     * @type {{ name: string, kind: number, shade: number, fn: number }[]}
     */
    this.labels = [];
    this.labelOfFrame = this.numberLabels();
    /**
     * What tables have rows of: a name and a module.
     *
     * @type {{ name: string, module: string, fn: number }[]}
     */
    this.groups = [];
    /** -1 for frames that are no function's. */
    this.groupOfFrame = this.numberGroups();
    this.labelRank = ranks(this.labels.map(({ name, kind }) => name + "\u0000" + kind));
    /** Nanoseconds, at least as long as the last sample is away from the start. */
    this.duration = Math.max(this.head.duration * 1e9, last);
    this.hasTimes = last > 0;
  }

  /**
   * From which to before which sample a side reaches; all where both are shown, or there is one only.
   *
   * @param {PageSelection["side"]} side @returns {[start: number, end: number]}
   */
  rangeOf(side) {
    const index = side === "before" ? 0 : side === "after" ? 1 : -1;
    return this.sides?.[index] ?? [0, this.sampleCount];
  }

  numberLabels() {
    const known = new Map();
    return Int32Array.from(this.functionOfFrame, (fn, frame) => {
      const kind = this.kindOfFrame[frame];
      const key = this.name[fn] * 16 + kind;
      let label = known.get(key);
      if (label === undefined) {
        known.set(key, (label = this.labels.length));
        this.labels.push({ name: this.text(this.name[fn]), kind, shade: this.shade[fn], fn });
      }
      return label;
    });
  }

  numberGroups() {
    const known = new Map(), paths = new Map();
    return Int32Array.from(this.functionOfFrame, (fn, frame) => {
      if (!isFunction(this.kindOfFrame[frame])) return -1;
      const module = this.moduleOf(fn);
      if (!paths.has(module)) paths.set(module, paths.size);
      const key = this.name[fn] * 1_000_000 + paths.get(module);
      let group = known.get(key);
      if (group === undefined) {
        known.set(key, (group = this.groups.length));
        this.groups.push({ name: this.text(this.name[fn]), module, fn });
      }
      return group;
    });
  }

  /** @param {number} index One more than the string's. */
  text(index) { return index === 0 ? "" : this.head.strings[index - 1]; }
  /** @param {number} fn */
  nameOf(fn) { return this.text(this.name[fn]); }
  /** @param {number} fn */
  fullNameOf(fn) { return this.text(this.full[fn]); }
  /** @param {number} fn */
  fileOf(fn) { return this.text(this.file[fn]); }
  /** @param {number} fn */
  moduleOf(fn) { return this.module[fn] === 0 ? "" : this.head.modules[this.module[fn] - 1]; }
}

/**
 * Whether a kind of frame is of functions, and stands for nothing else.
 *
 * @param {number} kind
 */
export function isFunction(kind) { return kind < KIND.truncated; }

/**
 * The last component of a path.
 *
 * @param {string} path
 */
export function fileName(path) { return path.slice(path.lastIndexOf("/") + 1) || path; }

/**
 * For each text its position among all, in order of code points' bytes as the command line sorts.
 *
 * @param {string[]} texts
 */
function ranks(texts) {
  const order = texts.map((_, index) => index).sort((one, other) => texts[one] < texts[other] ? -1 : 1);
  const result = new Int32Array(texts.length);
  order.forEach((index, rank) => { result[index] = rank; });
  return result;
}

/** Columns of numbers in variable length. */
class ColumnReader {
  /** @param {Uint8Array} bytes @param {number} start @param {PageHead["columns"]} columns */
  constructor(bytes, start, columns) {
    this.bytes = bytes;
    /** @type {Map<string, { start: number, count: number }>} */
    this.places = new Map();
    for (const [name, count, length] of columns) {
      this.places.set(name, { start, count });
      start += length;
    }
  }

  /** @param {string} name */
  integers(name) {
    const { start, count } = this.place(name);
    const { bytes } = this;
    const result = new Uint32Array(count);
    let place = start;
    for (let index = 0; index < count; index++) {
      let byte = bytes[place++], number = byte & 127, shift = 7;
      while (byte > 127) {
        byte = bytes[place++];
        number |= (byte & 127) << shift;
        shift += 7;
      }
      result[index] = number;
    }
    return result;
  }

  /** @param {string} name */
  signed(name) {
    const { start, count } = this.place(name);
    const { bytes } = this;
    const result = new Float64Array(count);
    let place = start;
    for (let index = 0; index < count; index++) {
      let byte = bytes[place++], number = byte & 127, factor = 128;
      while (byte > 127) {
        byte = bytes[place++];
        number += (byte & 127) * factor;
        factor *= 128;
      }
      result[index] = number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    }
    return result;
  }

  /** @param {string} name */
  differences(name) {
    const result = this.signed(name);
    for (let index = 1; index < result.length; index++) result[index] += result[index - 1];
    return result;
  }

  /** @param {string} name */
  place(name) { return this.places.get(name) ?? { start: 0, count: 0 }; }
}
