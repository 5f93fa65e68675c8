/** @typedef {import("./layout.js").FlameGraphLayout} Layout */

/** Pixels left and right of the frames, and above and below them. */
const EDGE = 8;
/** How far beside a frame it can still be hit, in pixels. */
const SLACK = 1.5;

/**
 * What of a layout is in sight and where, in pixels: the zoomed frame and its callers are as wide as the window.
 */
export class Viewport {
  /** @param {Layout} layout @param {Drawing} drawing */
  constructor(layout, drawing) {
    this.layout = layout;
    this.tree = layout.tree;
    this.rowHeight = drawing.rowHeight;
    /** @type {FrameIndex} */
    this.zoom = 0;
    this.isIcicle = false;
    this.pixels = 0;
    this.rows = 0;
    this.height = 0;
    /** Pixels of the whole picture's width. */
    this.scale = 0;
    this.resize(0, 0);
  }

  /**
   * Takes the size of the window onto the picture.
   *
   * @param {number} width @param {number} height
   */
  resize(width, height) {
    this.pixels = Math.max(60, width);
    this.rows = this.tree.deepest[this.zoom] + 1;
    this.height = Math.max(height, this.rows * this.rowHeight + 2 * EDGE);
    this.scale = (this.pixels - 2 * EDGE) / this.layout.width[this.zoom];
  }

  /**
   * The upper edge of a row.
   *
   * @param {number} depth
   */
  y(depth) {
    return this.isIcicle ? EDGE + depth * this.rowHeight : this.height - EDGE - (depth + 1) * this.rowHeight;
  }

  /** @param {number} y */
  depth(y) {
    return Math.floor((this.isIcicle ? y - EDGE : this.height - EDGE - y) / this.rowHeight);
  }

  /**
   * Where a share of the whole picture's width is.
   *
   * @param {number} position
   */
  x(position) {
    return EDGE + (position - this.layout.start[this.zoom]) * this.scale;
  }

  /**
   * Whether a frame is the zoomed one or one of its callers.
   *
   * @param {FrameIndex} frame
   */
  isPath(frame) { return this.tree.isWithin(this.zoom, frame); }

  /**
   * Whether a frame is drawn at all: as a caller or callee of the zoomed one.
   *
   * @param {FrameIndex} frame
   */
  isShown(frame) { return this.isPath(frame) || this.tree.isWithin(frame, this.zoom); }

  /**
   * Where a frame is drawn; nothing for one that isn't.
   *
   * @param {FrameIndex} frame @returns {Place | null}
   */
  place(frame) {
    const { layout, tree } = this;
    const y = this.y(tree.depth[frame]);
    if (this.isPath(frame)) return { x: EDGE, width: this.pixels - 2 * EDGE, y };
    if (!tree.isWithin(frame, this.zoom)) return null;
    return { x: this.x(layout.start[frame]), width: layout.width[frame] * this.scale, y };
  }

  /**
   * The frame under a point; -1 for none.
   *
   * @param {number} x @param {number} y
   */
  at(x, y) {
    const { layout, tree, zoom } = this;
    const depth = this.depth(y);
    if (depth < 0 || depth >= this.rows || x < EDGE || x > this.pixels - EDGE) return -1;
    if (depth <= tree.depth[zoom]) return tree.callerAt(zoom, depth);
    const frame = layout.at(depth, layout.start[zoom] + (x - EDGE) / this.scale, SLACK / this.scale);
    return frame >= 0 && tree.isWithin(frame, zoom) ? frame : -1;
  }

  /**
   * The rows between two heights, and two more on either side.
   *
   * @param {number} top @param {number} bottom
   */
  depths(top, bottom) {
    const [one, other] = [this.depth(top), this.depth(bottom)];
    return { first: Math.max(0, Math.min(one, other) - 2), last: Math.min(this.rows - 1, Math.max(one, other) + 2) };
  }

  /**
   * The frames of a row that are drawn: those from index `first` on below `end`.
   *
   * @param {number} depth
   */
  row(depth) {
    const { tree, zoom } = this;
    const frames = tree.rows[depth];
    let low = 0, high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frames[middle] < zoom) low = middle + 1; else high = middle;
    }
    return { frames, first: low, end: tree.end[zoom] };
  }
}
