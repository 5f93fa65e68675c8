import { amount, cell, percent, points } from "../model/figures.js";
import { html } from "./elements.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("../model/weighted-tree.js").WeightedTree} Tree */

/** The card beside the pointer that tells all about one frame. */
export class PageCard {
  constructor() {
    this.box = html("div", { class: "card", role: "tooltip", hidden: "hidden" });
    this.key = "";
  }

  hide() { this.box.setAttribute("hidden", "hidden"); }

  /** @param {Selected} analysis @param {Tree} tree @param {number} node @param {{ x: number, y: number }} point */
  show(analysis, tree, node, point) {
    const { recording } = analysis;
    const value = recording.head.values[analysis.selection.value];
    const label = tree.label[node] < 0 ? null : recording.labels[tree.label[node]];
    const name = tree.name(node), parts = [html("div", { class: "name" }, name)];
    if (label) {
      const full = recording.fullNameOf(label.fn), { meaning } = recording.head.kinds[label.kind];
      if (full !== "" && full !== name) parts.push(html("div", { class: "full" }, full));
      for (const text of [recording.moduleOf(label.fn), recording.fileOf(label.fn)]) {
        if (text !== "") parts.push(html("div", { class: "where" }, text));
      }
      if (name.endsWith(" [merged]")) {
        parts.push(html("div", { class: "kind" },
          "the compiler merged several functions into this code; its callers tell which one was meant"));
      }
      if (meaning !== "") parts.push(html("div", { class: "kind" }, meaning));
    }
    /** @param {string} head @param {number} weight */
    const row = (head, weight) => html("tr", {}, html("th", { scope: "row" }, head),
      html("td", {}, amount(weight, value)), html("td", {}, percent(analysis.share(weight))));
    const rows = tree.sides.length > 0 ? comparedRows(tree, node, value)
      : tree.isLeafUp ? [row("samples", tree.total[node])]
      : [row("total", tree.total[node]), row("self", tree.self[node])];
    if (node > 0 && tree.sides.length === 0 && tree.total[0] !== analysis.weights.sum) {
      rows.push(html("tr", {}, html("th", { scope: "row" }, "of the function"), html("td"),
        html("td", {}, percent(tree.total[node] / (tree.total[0] || 1)))));
    }
    const waiting = analysis.waitingText(tree, node);
    if (waiting !== "") parts.push(html("div", { class: "kind" }, waiting));
    if (tree.isCut[node]) parts.push(html("div", { class: "kind" }, "Too little to be taken further up."));
    this.box.replaceChildren(...parts, html("table", {}, ...rows));
    this.box.removeAttribute("hidden");
    const [width, height] = [this.box.offsetWidth, this.box.offsetHeight];
    const x = point.x + 16 + width > innerWidth ? Math.max(6, point.x - width - 16) : point.x + 16;
    const y = point.y + 20 + height > innerHeight ? Math.max(6, point.y - height - 14) : point.y + 20;
    this.box.style.left = x + "px";
    this.box.style.top = y + "px";
  }
}

/**
 * Before, after and the difference, with all that a node calls and of itself.
 *
 * @param {Tree} tree @param {number} node @param {ValueType} value
 */
function comparedRows(tree, node, value) {
  /** @param {string} head @param {string[]} cells */
  const row = (head, ...cells) => html("tr", {}, html("th", { scope: "row" }, head),
    ...cells.map((text) => html("td", {}, text)));
  /** @param {"self" | "total"} measure */
  const shares = (measure) => {
    const [before, after] = tree.sides.map((side, index) => side[measure][node] / (tree.wholes[index] || 1));
    return [percent(before), percent(after), points(after - before)];
  };
  const amounts = tree.sides.map(({ total }) => cell(total[node], value));
  return [
    html("tr", {}, html("td"), ...["before", "after", "change"].map((word) => html("th", { scope: "col" }, word))),
    row("total", ...shares("total")), ...(tree.isLeafUp ? [] : [row("self", ...shares("self"))]),
    row(value.name, ...amounts, ""),
  ];
}
