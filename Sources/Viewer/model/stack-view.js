import { KIND } from "./recording.js";
import { NamePattern } from "./name-pattern.js";

/** @typedef {import("./recording.js").Recording} Samples */

/**
 * The stacks as a selection's patterns leave them: samples in focus, none to ignore, without hidden frames. Made anew
 * when
 * patterns change, and not for other times or threads.
 */
export class StackView {
  /** @param {Samples} recording @param {PageSelection} selection @param {() => number} clock */
  constructor(recording, selection, clock) {
    this.recording = recording;
    const { stackCount } = recording;
    const isKept = new Uint8Array(stackCount).fill(1);
    for (const source of selection.focus) this.drop(isKept, this.stacksWith(source, clock), 0);
    for (const source of selection.ignore) this.drop(isKept, this.stacksWith(source, clock), 1);
    /** For each stack of the recording where its samples count here; -1 where they don't. */
    this.place = new Int32Array(stackCount);
    if (selection.hide.length === 0 && !selection.mergesRecursion) {
      this.count = stackCount;
      this.parent = recording.parent;
      this.frame = recording.frame;
      for (let stack = 0; stack < stackCount; stack++) this.place[stack] = stack;
    } else {
      const { parent, frame } = this.without(selection, clock);
      this.count = parent.length;
      this.parent = parent;
      this.frame = frame;
    }
    /** The same of all stacks, kept or not. */
    this.position = recording.treeStack === recording.stack ? this.place : this.place.slice();
    for (let stack = 0; stack < stackCount; stack++) if (!isKept[stack]) this.place[stack] = -1;
    // Of a sample that only the process is left of, nothing is.
    if (selection.hide.length > 0) {
      for (let stack = 0; stack < stackCount; stack++) {
        const place = this.place[stack];
        if (place >= 0 && recording.kindOfFrame[this.frame[place]] === KIND.process) this.place[stack] = -1;
      }
    }
    /** @type {{ first: Int32Array, next: Int32Array, roots: number } | null} */
    this.links = null;
    /** @type {Uint8Array | null} */
    this.isOutermost = null;
  }

  /** @param {Uint8Array} isKept @param {Uint8Array} has @param {0 | 1} dropped */
  drop(isKept, has, dropped) {
    for (let stack = 0; stack < isKept.length; stack++) if (has[stack] === dropped) isKept[stack] = 0;
  }

  /**
   * For each stack whether a function that matches is on it; names of processes are none.
   *
   * @param {string} source @param {() => number} clock
   */
  stacksWith(source, clock) {
    const { recording } = this;
    const { parent, frame, kindOfFrame } = recording;
    const matches = new NamePattern(source).frames(recording, clock);
    const has = new Uint8Array(recording.stackCount);
    for (let stack = 0; stack < has.length; stack++) {
      const place = frame[stack];
      const above = parent[stack];
      has[stack] = (above >= 0 && has[above]) || (kindOfFrame[place] !== KIND.process && matches[place]) ? 1 : 0;
    }
    return has;
  }

  /**
   * The stacks without hidden frames, and `place` filled in.
   *
   * @param {PageSelection} selection @param {() => number} clock
   */
  without(selection, clock) {
    const { recording, place } = this;
    const isHidden = new Uint8Array(recording.kindOfFrame.length);
    for (const source of selection.hide) {
      const matches = new NamePattern(source).frames(recording, clock);
      for (let index = 0; index < isHidden.length; index++) if (matches[index]) isHidden[index] = 1;
    }
    /** @type {number[]} */
    const parent = [];
    /** @type {number[]} */
    const frame = [];
    for (let stack = 0; stack < recording.stackCount; stack++) {
      const own = recording.frame[stack];
      const above = recording.parent[stack] < 0 ? -1 : place[recording.parent[stack]];
      const hides = recording.kindOfFrame[own] < KIND.truncated && isHidden[own];
      const repeats = selection.mergesRecursion && above >= 0
        && recording.labelOfFrame[frame[above]] === recording.labelOfFrame[own];
      if (hides || repeats) {
        place[stack] = above;
      } else {
        place[stack] = parent.length;
        parent.push(above);
        frame.push(own);
      }
    }
    return { parent: Int32Array.from(parent), frame: Uint32Array.from(frame) };
  }

  /** First callee and next sibling of each stack. */
  children() {
    if (this.links) return this.links;
    const first = new Int32Array(this.count).fill(-1), next = new Int32Array(this.count).fill(-1);
    let roots = -1;
    for (let stack = this.count - 1; stack >= 0; stack--) {
      const parent = this.parent[stack];
      if (parent < 0) {
        next[stack] = roots;
        roots = stack;
      } else {
        next[stack] = first[parent];
        first[parent] = stack;
      }
    }
    return (this.links = { first, next, roots });
  }

  /**
   * Visits all stacks, callers before what they call.
   *
   * @param {(stack: number) => void} enter @param {(stack: number) => void} leave
   */
  walk(enter, leave) {
    const { first, next, roots } = this.children();
    let stack = roots;
    while (stack >= 0) {
      enter(stack);
      if (first[stack] >= 0) {
        stack = first[stack];
        continue;
      }
      leave(stack);
      while (next[stack] < 0 && this.parent[stack] >= 0) {
        stack = this.parent[stack];
        leave(stack);
      }
      stack = next[stack];
    }
  }

  /** For each stack whether its leaf's function is nowhere else on it: there the function's total counts. */
  outermost() {
    if (this.isOutermost) return this.isOutermost;
    const flags = (this.isOutermost = new Uint8Array(this.count));
    const depth = new Uint32Array(this.recording.groups.length);
    const { groupOfFrame } = this.recording;
    const { frame } = this;
    this.walk((stack) => {
      const group = groupOfFrame[frame[stack]];
      if (group >= 0 && depth[group]++ === 0) flags[stack] = 1;
    }, (stack) => {
      const group = groupOfFrame[frame[stack]];
      if (group >= 0) depth[group]--;
    });
    return flags;
  }
}
