import { COLUMN, LabelTable } from "./labels.js";

/** A tree of frames in preorder with their weights, of one profile or of two; knows nothing of the screen. */
export class CallTree {
  /** @param {ProfileData} data */
  constructor(data) {
    const count = (this.count = data.depth.length);
    this.labels = new LabelTable(data.labels, data.strings);
    this.label = data.label;
    this.line = data.line ?? null;
    this.lineSpan = data.lineSpan ?? null;
    this.depth = Int32Array.from(data.depth);
    this.parent = new Int32Array(count).fill(-1);
    /** One past the last descendant. */
    this.end = new Int32Array(count);
    /** The depth of the deepest descendant. */
    this.deepest = Int32Array.from(this.depth);
    /**
     * For each depth its frames, from left to right.
     *
     * @type {FrameIndex[][]}
     */
    this.rows = [];
    this.link();

    this.self = Float64Array.from(data.self);
    this.total = this.totals(data.rest);
    this.isComparison = data.before !== undefined;
    this.selfBefore = data.before ? Float64Array.from(data.before.self) : new Float64Array(0);
    this.totalBefore = data.before ? this.totals(data.before.rest) : new Float64Array(0);
    this.whole = Math.max(1, this.total[0]);
    this.wholeBefore = Math.max(1, this.totalBefore[0] ?? 1);
  }

  link() {
    const path = [];
    for (let frame = 0; frame < this.count; frame++) {
      const depth = this.depth[frame];
      path[depth] = frame;
      if (depth > 0) this.parent[frame] = path[depth - 1];
      (this.rows[depth] ||= []).push(frame);
    }
    for (let frame = this.count - 1; frame >= 0; frame--) {
      if (this.end[frame] === 0) this.end[frame] = frame + 1;
      const parent = this.parent[frame];
      if (parent < 0) continue;
      this.end[parent] = Math.max(this.end[parent], this.end[frame]);
      this.deepest[parent] = Math.max(this.deepest[parent], this.deepest[frame]);
    }
  }

  /**
   * Totals of the differences to the callers' totals, most of which are 0.
   *
   * @param {number[]} rest
   */
  totals(rest) {
    const totals = new Float64Array(this.count);
    for (let frame = 0; frame < this.count; frame++) {
      totals[frame] = frame === 0 ? rest[0] : totals[this.parent[frame]] - rest[frame];
    }
    return totals;
  }

  /** @param {FrameIndex} frame */
  name(frame) { return this.labels.text(this.label[frame], COLUMN.name); }
  /** @param {FrameIndex} frame */
  fullName(frame) { return this.labels.text(this.label[frame], COLUMN.full); }
  /** @param {FrameIndex} frame */
  module(frame) { return this.labels.text(this.label[frame], COLUMN.module); }
  /** @param {FrameIndex} frame */
  color(frame) { return this.labels.color(this.label[frame]); }
  /** @param {FrameIndex} frame */
  kind(frame) { return this.labels.kind(this.label[frame]); }

  /**
   * File and lines, `main.c:12–14`.
   *
   * @param {FrameIndex} frame
   */
  source(frame) {
    const file = this.labels.text(this.label[frame], COLUMN.file);
    const line = this.line ? this.line[frame] : 0;
    if (!file || !line) return file;
    const span = this.lineSpan ? this.lineSpan[frame] : 0;
    return file + ":" + line + (span > 0 ? "–" + (line + span) : "");
  }

  /**
   * Share of the profile; of the later one, when there are two.
   *
   * @param {FrameIndex} frame
   */
  after(frame) { return this.total[frame] / this.whole; }
  /**
   * Share of the earlier profile.
   *
   * @param {FrameIndex} frame
   */
  before(frame) { return this.totalBefore[frame] / this.wholeBefore; }
  /**
   * By how much the share grew.
   *
   * @param {FrameIndex} frame
   */
  change(frame) { return this.after(frame) - this.before(frame); }

  /**
   * Whether a frame is another or below it.
   *
   * @param {FrameIndex} frame @param {FrameIndex} ancestor
   */
  isWithin(frame, ancestor) { return frame >= ancestor && frame < this.end[ancestor]; }

  /**
   * The caller of a frame, or the frame, at this depth.
   *
   * @param {FrameIndex} frame @param {number} depth
   */
  callerAt(frame, depth) {
    while (this.depth[frame] > depth) frame = this.parent[frame];
    return frame;
  }
}
