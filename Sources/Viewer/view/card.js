import { amount, cell, percent, points } from "../model/figures.js";
import { weightEverywhere } from "../model/search.js";
import { html } from "./elements.js";

/** @typedef {import("../model/layout.js").FlameGraphLayout} Layout */
/** @typedef {import("../model/coloring.js").Coloring} Colors */

/** The card that tells all about one frame: at the pointer, at the focused frame, or docked below on touch screens. */
export class Card {
  /** @param {Layout} layout @param {Colors} coloring @param {ProfileData} data */
  constructor(layout, coloring, data) {
    this.layout = layout;
    this.tree = layout.tree;
    this.coloring = coloring;
    this.value = data.value;
    this.kinds = data.drawing.kinds;
    /**
     * Weights of labels wherever they are.
     *
     * @type {Map<number, number>}
     */
    this.everywhere = new Map();
    /**
     * The frame shown; -1 for none.
     *
     * @type {FrameIndex}
     */
    this.frame = -1;
    this.zoom = -1;
    this.close = html("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
    this.box = html("div", { class: "card", role: "tooltip", hidden: "hidden" });
  }

  hide() {
    this.frame = -1;
    this.box.setAttribute("hidden", "hidden");
  }

  /**
   * Shows `frame` beside a point, or docked when there is none.
   *
   * @param {FrameIndex} frame @param {FrameIndex} zoom @param {{ x: number, y: number } | null} point
   */
  show(frame, zoom, point) {
    if (frame !== this.frame || zoom !== this.zoom) this.fill(frame, zoom);
    this.box.removeAttribute("hidden");
    this.box.classList.toggle("docked", !point);
    const [left, top] = point ? this.position(point) : ["", ""];
    // By the object model, which a content security policy allows, and not by an attribute.
    this.box.style.left = left;
    this.box.style.top = top;
  }

  /**
   * Beside a point of the window, and inside of it.
   *
   * @param {{ x: number, y: number }} point
   */
  position(point) {
    const bounds = this.box.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0, width: 0, height: 0 };
    const [width, height] = [this.box.offsetWidth, this.box.offsetHeight];
    let x = point.x - bounds.left + 14, y = point.y - bounds.top + 18;
    if (x + width > bounds.width - 6) x = Math.max(6, Math.min(x - width - 28, bounds.width - width - 6));
    if (y + height > bounds.height - 6) y = Math.max(6, point.y - bounds.top - height - 14);
    return [x + "px", y + "px"];
  }

  /** @param {FrameIndex} frame @param {FrameIndex} zoom */
  fill(frame, zoom) {
    this.frame = frame;
    this.zoom = zoom;
    const { tree, box } = this;
    const name = tree.name(frame), full = tree.fullName(frame);
    const where = [tree.module(frame), tree.source(frame)].filter((text) => text !== "");
    box.replaceChildren(this.close, html("div", { class: "name" }, name));
    if (full !== "" && full !== name) box.append(html("div", { class: "full" }, full));
    for (const text of where) box.append(html("div", { class: "where" }, text));
    const { meaning } = this.kinds[tree.kind(frame)];
    if (meaning !== "") box.append(html("div", { class: "kind" }, meaning));
    if (name.endsWith(" [merged]")) {
      box.append(html("div", { class: "kind" }, "the compiler merged several functions into this code; its callers tell "
        + "which one was meant"));
    }
    box.append(html("table", {}, ...(tree.isComparison ? this.comparison(frame) : this.figures(frame, zoom))));
    const hidden = this.layout.hidden[frame];
    if (hidden > 0) {
      box.append(html("div", { class: "kind" }, percent(hidden) + " in called frames too narrow for this file"));
    }
  }

  /** @param {FrameIndex} frame @param {FrameIndex} zoom */
  figures(frame, zoom) {
    const { tree } = this;
    const rows = [
      row("total", amount(tree.total[frame], this.value), percent(tree.after(frame))),
      row("self", cell(tree.self[frame], this.value), percent(tree.self[frame] / tree.whole)),
    ];
    const everywhere = this.all(frame);
    if (everywhere > tree.total[frame]) {
      rows.push(row("in all its calls", cell(everywhere, this.value), percent(everywhere / tree.whole)));
    }
    if (zoom > 0 && tree.isWithin(frame, zoom)) {
      rows.push(row("of the zoomed frame", "", percent(tree.total[frame] / tree.total[zoom])));
    }
    return rows;
  }

  /** @param {FrameIndex} frame */
  comparison(frame) {
    const { tree, coloring } = this;
    /** @param {number} before @param {number} after */
    const shares = (before, after) => [percent(before), percent(after), points(after - before)];
    return [
      html("tr", {}, html("td"), ...["before", "after", "change"].map((word) => html("th", { scope: "col" }, word))),
      row("total", ...shares(tree.before(frame), tree.after(frame))),
      row("self", ...shares(tree.selfBefore[frame] / tree.wholeBefore, tree.self[frame] / tree.whole)),
      row(this.value.name, cell(tree.totalBefore[frame], this.value), cell(tree.total[frame], this.value),
        coloring.isCount && coloring.isChance(frame) ? "may be chance" : ""),
    ];
  }

  /** @param {FrameIndex} frame */
  all(frame) {
    const label = this.tree.label[frame];
    let weight = this.everywhere.get(label);
    if (weight === undefined) this.everywhere.set(label, (weight = weightEverywhere(this.layout, frame)));
    return weight;
  }
}

/**
 * A row of a table.
 *
 * @param {string} head @param {string[]} cells
 */
function row(head, ...cells) {
  return html("tr", {}, html("th", { scope: "row" }, head), ...cells.map((cell) => html("td", {}, cell)));
}
