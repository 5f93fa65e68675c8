import { amount, percent, points } from "../model/figures.js";
import { PieceRun } from "../model/piece-run.js";
import { svg } from "./elements.js";
import { Ruler } from "./ruler.js";

/** @typedef {import("../model/viewport.js").Viewport} Window */
/** @typedef {import("../model/coloring.js").Coloring} Colors */

/**
 * What a frame's element is and what is set on it.
 *
 * @typedef {{
 *   group: SVGGElement, rect: SVGRectElement, text: SVGTextElement | null, values: Record<string, unknown>
 * }} Item
 */

/**
 * Draws the frames that are in sight.
 *
 * Frames at least a pixel wide are elements; narrower ones are drawn row by row as pieces of a path for each color, so
 * that the number of elements is bounded by the window's size, not the profile's.
 */
export class FlameGraphView {
  /** @param {Window} viewport @param {Colors} coloring @param {ProfileData} data */
  constructor(viewport, coloring, data) {
    this.viewport = viewport;
    this.tree = viewport.tree;
    this.coloring = coloring;
    this.drawing = data.drawing;
    this.value = data.value;
    this.ruler = new Ruler();
    /**
     * The frame that the keyboard is at.
     *
     * @type {FrameIndex}
     */
    this.focus = 0;
    /**
     * Which frames match the search; null without one.
     *
     * @type {Uint8Array | null}
     */
    this.flags = null;
    /** @type {Map<FrameIndex, Item>} */
    this.shown = new Map();
    /** @type {Item[]} */
    this.spare = [];
    this.hiddenPath = svg("path", { class: "hidden" });
    this.slivers = svg("g", { class: "slivers" });
    this.matchPath = svg("path", { class: "matches" });
    this.group = svg("g", {
      class: "frames", role: "tree", "aria-label": "Frames, callers before the functions they call",
    });
    this.hoverRing = svg("rect", { class: "ring hover", rx: 2 });
    this.focusRing = svg("rect", { class: "ring", rx: 2 });
    this.canvas = svg("svg", { class: "canvas" }, this.hatch(), this.hiddenPath, this.slivers, this.group,
      this.matchPath, this.hoverRing, this.focusRing);
  }

  hatch() {
    const { size, stroke, angle } = this.drawing.hatch;
    return svg("pattern", {
      id: "hatch", width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})`,
    }, svg("rect", { class: "grain", width: size, height: size }),
    svg("path", { class: "hatch", d: "M0 0V" + size, "stroke-width": stroke }));
  }

  /**
   * Takes the size of the window onto the picture.
   *
   * @param {number} width @param {number} height
   */
  resize(width, height) {
    this.viewport.resize(width, height);
    this.canvas.setAttribute("width", String(this.viewport.pixels));
    this.canvas.setAttribute("height", String(this.viewport.height));
  }

  /**
   * Draws the rows between two heights.
   *
   * @param {number} top @param {number} bottom
   */
  draw(top, bottom) {
    const { viewport, tree } = this;
    const style = getComputedStyle(this.canvas);
    this.ruler.useFont(`${style.fontWeight} ${style.fontSize} ${style.fontFamily}`);
    const { first, last } = viewport.depths(top, bottom);
    const wide = /** @type {FrameIndex[]} */ ([]);
    const paths = { slivers: /** @type {Map<string, string[]>} */ (new Map()), matches: [], hidden: [] };
    for (let depth = first; depth <= last; depth++) {
      if (depth > tree.depth[viewport.zoom]) {
        this.drawRow(depth, wide, paths);
      } else {
        wide.push(tree.callerAt(viewport.zoom, depth));
      }
    }
    for (const frame of wide) this.addHidden(frame, paths.hidden);
    if (viewport.isShown(this.focus)) wide.push(this.focus);
    this.update(wide);
    this.slivers.replaceChildren(...[...paths.slivers].map(([style, path]) =>
      svg("path", { class: style, d: path.join("") })));
    this.matchPath.setAttribute("d", paths.matches.join(""));
    this.hiddenPath.setAttribute("d", paths.hidden.join(""));
    this.slivers.setAttribute("class", this.flags ? "slivers miss" : "slivers");
    this.drawRing(this.focusRing, this.focus);
  }

  /**
   * @param {number} depth @param {FrameIndex[]} wide
   * @param {{ slivers: Map<string, string[]>, matches: string[] }} paths
   */
  drawRow(depth, wide, paths) {
    const { viewport, flags, drawing } = this;
    const { layout, scale } = viewport;
    const { frames, first, end } = viewport.row(depth);
    const [y, height] = [viewport.y(depth), drawing.rowHeight - 1];
    const slivers = new PieceRun(y, height, drawing.joinWithin);
    const matches = new PieceRun(y, height, drawing.joinWithin);
    for (let index = first; index < frames.length && frames[index] < end; index++) {
      const frame = frames[index];
      const width = layout.width[frame] * scale;
      if (width >= 1) {
        wide.push(frame);
        continue;
      }
      const left = viewport.x(layout.start[frame]);
      const style = this.coloring.sliverStyle(frame);
      let path = paths.slivers.get(style);
      if (!path) paths.slivers.set(style, (path = []));
      slivers.add(path, left, width, drawing.leastPiece);
      if (flags && flags[frame]) matches.add(paths.matches, left, width, 1);
    }
    slivers.close();
    matches.close();
  }

  /**
   * A pale piece above a frame stands for what the file leaves out.
   *
   * @param {FrameIndex} frame @param {string[]} path
   */
  addHidden(frame, path) {
    const { viewport, tree } = this;
    const { layout } = viewport;
    const width = layout.hidden[frame] * viewport.scale;
    if (width < 2 || !tree.isWithin(frame, viewport.zoom)) return;
    const left = viewport.x(layout.next[frame]).toFixed(1);
    const y = viewport.y(tree.depth[frame] + 1) + 5;
    path.push(`M${left} ${y}h${width.toFixed(1)}v${this.drawing.rowHeight - 11}H${left}z`);
  }

  /**
   * Makes the elements agree with the frames that are wanted.
   *
   * @param {FrameIndex[]} wanted
   */
  update(wanted) {
    const keep = new Set(wanted);
    for (const [frame, item] of this.shown) {
      if (keep.has(frame)) continue;
      this.shown.delete(frame);
      this.spare.push(item);
    }
    const added = [];
    for (const frame of keep) {
      const place = this.viewport.place(frame);
      if (!place) continue;
      let item = this.shown.get(frame);
      if (!item) {
        item = this.spare.pop();
        if (!item) added.push((item = this.newItem()));
        this.shown.set(frame, item);
      }
      this.set(item, frame, place);
    }
    this.group.append(...added.map((item) => item.group));
    for (const item of this.spare) item.group.remove();
    this.spare.length = 0;
  }

  /** @returns {Item} */
  newItem() {
    const rect = svg("rect", { height: this.drawing.rowHeight - 1 });
    return { group: svg("g", { role: "treeitem" }, rect), rect, text: null, values: {} };
  }

  /** @param {Item} item @param {FrameIndex} frame @param {Place} place */
  set(item, frame, place) {
    const { tree, viewport, flags, drawing } = this;
    const { values, group, rect } = item;
    // Setting an attribute costs far more than finding out that it is set.
    /** @param {Element} node @param {string} slot @param {string} key @param {string | number} value */
    const put = (node, slot, key, value) => {
      if (values[slot] === value) return;
      values[slot] = value;
      node.setAttribute(key, String(value));
    };
    let style = tree.kind(frame) === "i" ? "it" : "";
    if (flags) style += flags[frame] ? " match" : " miss";
    if (frame !== viewport.zoom && viewport.isPath(frame)) style += " above";
    if (values.frame !== frame) {
      values.frame = frame;
      group.setAttribute("id", "frame-" + frame);
      group.setAttribute("aria-level", String(tree.depth[frame] + 1));
      group.setAttribute("aria-label", tree.name(frame) + ", " + this.figures(frame));
    }
    const width = place.width > drawing.gapFrom ? place.width - drawing.gap
      : Math.max(drawing.leastPiece, place.width * drawing.narrowShare);
    put(group, "style", "class", style);
    put(group, "tabindex", "tabindex", frame === this.focus ? 0 : -1);
    put(rect, "color", "class", this.coloring.style(frame));
    put(rect, "x", "x", place.x.toFixed(2));
    put(rect, "y", "y", place.y);
    put(rect, "width", "width", width.toFixed(2));
    this.setText(item, this.ruler.fit(tree.name(frame), place.width - 8), place);
  }

  /** @param {Item} item @param {string} label @param {Place} place */
  setText(item, label, place) {
    const { values } = item;
    if (label === "" && !item.text) return;
    if (!item.text) item.group.append((item.text = svg("text")));
    if (values.label !== label) item.text.textContent = values.label = label;
    if (values.textX !== place.x) item.text.setAttribute("x", String((values.textX = place.x) + 4));
    if (values.textY !== place.y) item.text.setAttribute("y", String((values.textY = place.y) + this.drawing.baseline));
  }

  /** @param {FrameIndex} frame */
  figures(frame) {
    const { tree } = this;
    if (!tree.isComparison) return percent(tree.after(frame)) + ", " + amount(tree.total[frame], this.value);
    return `${percent(tree.before(frame))} before, ${percent(tree.after(frame))} after, ${points(tree.change(frame))}`;
  }

  /** @param {SVGRectElement} ring @param {FrameIndex} frame */
  drawRing(ring, frame) {
    const place = frame >= 0 ? this.viewport.place(frame) : null;
    ring.setAttribute("display", place ? "inline" : "none");
    if (!place) return;
    ring.setAttribute("x", String(place.x - 0.5));
    ring.setAttribute("y", String(place.y - 0.5));
    ring.setAttribute("width", String(Math.max(place.width, 2)));
    ring.setAttribute("height", String(this.drawing.rowHeight));
  }

  /**
   * The frame of an element of the tree; -1 for none.
   *
   * @param {EventTarget | null} target
   */
  frameOf(target) {
    if (!(target instanceof Element) || !target.id.startsWith("frame-")) return -1;
    const frame = Number(target.id.slice("frame-".length));
    return this.shown.has(frame) ? frame : -1;
  }
}
