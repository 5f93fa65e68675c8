import { KIND } from "../model/recording.js";
import { SharpCanvas, TextMeasure } from "./canvas.js";
import { html } from "./elements.js";
import { listenToFlame } from "./flame-hands.js";

/** @typedef {import("../model/weighted-tree.js").WeightedTree} Tree */
/** @typedef {import("./palette.js").CanvasColors} Colors */

const ROW = 20;
const MOST_ITEMS = 160;

/**
 * What a flame graph tells of what a reader does with it.
 *
 * @typedef {{
 *   name: string, onHover: (node: number, point: { x: number, y: number } | null) => void,
 *   onChoose: (node: number) => void, onZoom: (node: number) => void, describe: (tree: Tree, node: number) => string
 * }} FlameEvents
 */

/**
 * A flame graph on a canvas: only what is in sight is walked over and drawn. Over it, invisible, lie elements for the
 * widest frames, which keyboards and screen readers go through.
 */
export class FlameCanvas {
  /** @param {Colors} colors @param {FlameEvents} events */
  constructor(colors, events) {
    this.colors = colors;
    this.events = events;
    this.canvas = new SharpCanvas("flame");
    this.text = new TextMeasure();
    this.items = html("div", { class: "items", role: "tree", "aria-label": events.name, tabindex: "-1" });
    this.box = html("div", { class: "flame-box" }, this.canvas.element, this.items);
    /** @type {Tree | null} */
    this.tree = null;
    this.isIcicle = true;
    this.isHeavyFirst = false;
    this.left = 0;
    this.right = 1;
    /** Rows that are scrolled out of sight, in pixels. */
    this.scroll = 0;
    this.rows = 1;
    /** What node 0 is called, where it is a function. */
    this.rootName = "";
    /**
     * How it looks then.
     *
     * @type {{ kind: number, shade: number } | null}
     */
    this.rootLabel = null;
    this.focus = 0;
    this.hover = -1;
    /**
     * For each label whether it matches a search.
     *
     * @type {Uint8Array | null}
     */
    this.matches = null;
    /** @type {{ node: number, x: number, y: number, width: number }[]} */
    this.boxes = [];
    /**
     * By how much a node changed; null where nothing is compared.
     *
     * @type {((tree: Tree, node: number) => number) | null}
     */
    this.step = null;
    /**
     * Of each node how much of it is waiting, where that is told apart by color.
     *
     * @type {Float64Array | null}
     */
    this.waiting = null;
    this.pending = 0;
    this.itemsTimer = 0;
    this.takesFocus = false;
    /** @type {Map<number, number[]>} */
    this.sorted = new Map();
    listenToFlame(this);
  }

  /** @param {Tree} tree @param {boolean} keepsPlace */
  show(tree, keepsPlace) {
    this.tree = tree;
    this.sorted.clear();
    this.rows = tree.height;
    if (!keepsPlace) this.reset();
    if (this.focus >= tree.count || tree.total[this.focus] === 0) this.focus = 0;
    this.drawSoon();
  }

  reset() {
    [this.left, this.right, this.scroll, this.focus] = [0, 1, 0, 0];
  }

  // MARK: Places

  /**
   * Callees in the order in which they stand.
   *
   * @param {number} node
   */
  callees(node) {
    const { tree } = this;
    if (!tree) return [];
    if (!this.isHeavyFirst) return tree.callees(node);
    let list = this.sorted.get(node);
    if (!list) this.sorted.set(node, (list = tree.heaviestFirst(node)));
    return list;
  }

  /**
   * Where a node lies as shares of the whole.
   *
   * @param {number} node
   */
  place(node) {
    const { tree } = this;
    if (!tree || tree.total[0] === 0) return { start: 0, width: 1 };
    let start = 0;
    for (let at = node; at > 0; at = tree.parent[at]) {
      for (const sibling of this.callees(tree.parent[at])) {
        if (sibling === at) break;
        start += tree.total[sibling];
      }
    }
    return { start: start / tree.total[0], width: tree.total[node] / tree.total[0] };
  }

  /**
   * Zooms to a node.
   *
   * @param {number} node
   */
  zoomTo(node) {
    const { start, width } = this.place(node);
    [this.left, this.right] = node === 0 ? [0, 1] : [start, start + width];
    this.focus = node;
    const { tree, canvas } = this;
    if (tree) {
      const y = tree.depth[node] * ROW;
      if (node === 0 || y < this.scroll || y > this.scroll + canvas.height - 3 * ROW) {
        this.scroll = Math.max(0, y - 4 * ROW);
      }
    }
    this.drawSoon();
  }

  /** @param {number} factor @param {number} position Where nothing moves, as a share of the width in sight. */
  zoomBy(factor, position) {
    const width = this.right - this.left, at = this.left + width * position;
    const wanted = Math.min(1, Math.max(1e-7, width * factor));
    this.left = Math.min(1 - wanted, Math.max(0, at - wanted * position));
    this.right = this.left + wanted;
    this.drawSoon();
  }

  /** @param {number} share @param {number} pixels */
  panBy(share, pixels) {
    const width = this.right - this.left;
    this.left = Math.min(1 - width, Math.max(0, this.left + share));
    this.right = this.left + width;
    this.scroll = Math.max(0, Math.min(this.rows * ROW - this.canvas.height + ROW, this.scroll + pixels));
    this.drawSoon();
  }

  // MARK: Drawing

  drawSoon() {
    if (!this.pending) this.pending = requestAnimationFrame(() => { this.draw(); });
  }

  draw() {
    cancelAnimationFrame(this.pending);
    this.pending = 0;
    const { tree, box, canvas } = this;
    const width = box.clientWidth, height = box.clientHeight;
    if (!tree || width === 0) return;
    this.scroll = Math.max(0, Math.min(this.scroll, this.rows * ROW - height));
    const pen = canvas.begin(width, height);
    this.findBoxes(width, height);
    this.drawBoxes(pen);
    clearTimeout(this.itemsTimer);
    if (this.takesFocus || this.items.childElementCount === 0) this.makeItems();
    else this.itemsTimer = setTimeout(() => this.makeItems(), 120);
  }

  /** @param {number} depth */
  rowTop(depth) {
    return this.isIcicle ? depth * ROW - this.scroll : this.canvas.height - (depth + 1) * ROW + this.scroll;
  }

  /**
   * Boxes in sight, callers first; of those narrower than a pixel one for each pixel.
   *
   * @param {number} width @param {number} height
   */
  findBoxes(width, height) {
    const { tree } = this;
    this.boxes = [];
    if (!tree) return;
    const whole = tree.total[0] || 1, scale = width / (this.right - this.left) / whole;
    const offset = this.left * whole;
    const last = Math.ceil((this.scroll + height) / ROW);
    /** For each row where the last box ends. */
    const ends = new Float64Array(last + 2).fill(-1);
    const nodes = [0], starts = [0];
    while (nodes.length > 0) {
      const node = /** @type {number} */ (nodes.pop()), start = /** @type {number} */ (starts.pop());
      const depth = tree.depth[node];
      const x = (start - offset) * scale, size = tree.total[node] * scale;
      if (size < 1 && x + size <= ends[depth] + 0.7) continue;
      ends[depth] = Math.max(ends[depth], x + size);
      const y = this.rowTop(depth);
      if (y > -ROW && y < height) this.boxes.push({ node, x, y, width: Math.max(size, 0.7) });
      if (depth + 1 > last || size < 0.5) continue;
      let next = start;
      const first = nodes.length;
      for (const callee of this.callees(node)) {
        const total = tree.total[callee];
        if (total === 0) continue;
        const from = (next - offset) * scale;
        if (from > width) break;
        if (from + total * scale >= 0 && total * scale > 0.02) {
          nodes.push(callee);
          starts.push(next);
        }
        next += total;
      }
      reverse(nodes, first);
      reverse(starts, first);
    }
  }

  /** @param {CanvasRenderingContext2D} pen */
  drawBoxes(pen) {
    const { tree, colors, matches } = this;
    if (!tree) return;
    const { labels } = tree.recording;
    const ink = colors.get("ink"), family = getComputedStyle(this.box).fontFamily;
    pen.font = "12px " + family;
    pen.textBaseline = "middle";
    const width = this.canvas.width;
    for (const { node, x, y, width: size } of this.boxes) {
      const label = tree.label[node];
      const { kind, shade } = label >= 0 ? labels[label] : this.rootLabel ?? { kind: KIND.process, shade: 0 };
      const isMiss = matches !== null && (label < 0 || !matches[label]);
      pen.globalAlpha = isMiss ? 0.3 : 1;
      pen.fillStyle = this.fillOf(node, kind, shade);
      const left = Math.max(-2, x), right = Math.min(width + 2, x + size);
      pen.fillRect(left, y, right - left - (size > 3 ? 1 : 0), ROW - 1);
      if (this.waiting && this.waiting[node] > 0) {
        // What ran is left, what waited right, as wide as it was long.
        const edge = Math.max(left, x + size * (1 - this.waiting[node] / tree.total[node]));
        pen.fillStyle = colors.get("waiting");
        pen.fillRect(edge, y, Math.max(0, right - edge - (size > 3 ? 1 : 0)), ROW - 1);
      }
      if (size < 24) continue;
      const from = Math.max(0, x) + 5;
      const text = this.text.cut(pen, this.nameOf(node), right - from - 5);
      if (text === "") continue;
      pen.globalAlpha = isMiss ? 0.55 : 1;
      pen.fillStyle = ink;
      pen.fillText(text, from, y + ROW / 2);
    }
    pen.globalAlpha = 1;
    this.drawRing(pen, this.hover, colors.get("ink"), 1.5);
    if (this.items.contains(document.activeElement)) this.drawRing(pen, this.focus, colors.get("accent"), 2.5);
  }

  /**
   * The color of a frame: of what changed, where two sides are compared, else of its kind.
   *
   * @param {number} node @param {number} kind @param {number} shade
   */
  fillOf(node, kind, shade) {
    const { tree, colors } = this;
    return tree && this.step && kind !== KIND.process ? colors.change(this.step(tree, node)) : colors.fill(kind, shade);
  }

  /** @param {number} node */
  nameOf(node) { return this.tree && node === 0 && this.rootName ? this.rootName : this.tree?.name(node) ?? ""; }

  /** @param {CanvasRenderingContext2D} pen @param {number} node @param {string} color @param {number} line */
  drawRing(pen, node, color, line) {
    const box = this.boxes.find((box) => box.node === node);
    if (!box) return;
    pen.strokeStyle = color;
    pen.lineWidth = line;
    pen.strokeRect(box.x + line / 2, box.y + line / 2, Math.max(1, box.width - 1 - line), ROW - 1 - line);
  }

  // MARK: Elements

  /** Elements for the widest frames in sight and for the focused one. */
  makeItems() {
    const { tree, items, events } = this;
    if (!tree) return;
    const hadFocus = items.contains(document.activeElement);
    const wide = this.boxes.filter(({ width }) => width >= 6).sort((one, other) => other.width - one.width);
    let shown = wide.slice(0, MOST_ITEMS);
    const focused = this.boxes.find(({ node }) => node === this.focus);
    if (focused && !shown.includes(focused)) shown.push(focused);
    shown = shown.sort((one, other) => tree.depth[one.node] - tree.depth[other.node] || one.x - other.x);
    if (!focused && shown.length > 0) this.focus = shown[0].node;
    items.replaceChildren(...shown.map(({ node, x, y, width }) => {
      const left = Math.max(0, x), right = Math.min(this.canvas.width, x + width);
      const name = this.nameOf(node);
      const element = html("div", {
        role: "treeitem", "data-node": node, "aria-level": tree.depth[node] + 1,
        tabindex: node === this.focus ? 0 : -1, "aria-selected": String(node === this.focus),
        "aria-label": `${name}, ${events.describe(tree, node)}`,
      }, name);
      const { style } = element;
      [style.left, style.top] = [left + "px", y + "px"];
      [style.width, style.height] = [Math.max(1, right - left) + "px", ROW + "px"];
      return element;
    }));
    if (hadFocus || this.takesFocus) {
      this.takesFocus = false;
      this.itemOf(this.focus)?.focus({ preventScroll: true });
    }
  }

  /** @param {number} node @returns {HTMLElement | null} */
  itemOf(node) { return this.items.querySelector(`[data-node="${node}"]`); }

  // MARK: Hands

  /** @param {MouseEvent} event */
  nodeAt(event) {
    const bounds = this.box.getBoundingClientRect();
    const x = event.clientX - bounds.left, y = event.clientY - bounds.top;
    let best = -1;
    for (const box of this.boxes) {
      if (y >= box.y && y < box.y + ROW && x >= box.x - 0.5 && x <= box.x + box.width + 0.5) best = box.node;
    }
    return best;
  }

  /**
   * Moves the focus, and what is in sight as far as it must.
   *
   * @param {number} node
   */
  moveTo(node) {
    const { tree, canvas } = this;
    if (node < 0 || !tree) return;
    this.focus = node;
    const { start, width } = this.place(node);
    const span = this.right - this.left;
    if (start + width < this.left || start > this.right) {
      this.left = Math.max(0, Math.min(1 - span, start + width / 2 - span / 2));
      this.right = this.left + span;
    }
    // One too narrow to be seen is brought near.
    if (width / span * canvas.width < 8) this.zoomTo(tree.parent[node] >= 0 ? tree.parent[node] : 0);
    this.focus = node;
    const y = tree.depth[node] * ROW;
    if (y < this.scroll) this.scroll = y;
    if (y + 2 * ROW > this.scroll + canvas.height) this.scroll = y + 2 * ROW - canvas.height;
    this.takesFocus = true;
    this.drawSoon();
  }
}

/**
 * Turns over what stands from an index on.
 *
 * @param {number[]} list @param {number} first
 */
function reverse(list, first) {
  for (let low = first, high = list.length - 1; low < high; low++, high--) {
    [list[low], list[high]] = [list[high], list[low]];
  }
}
