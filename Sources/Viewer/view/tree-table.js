import { cell, percent, points } from "../model/figures.js";
import { fileName } from "../model/recording.js";
import { html } from "./elements.js";
import { barCell, focusRow, rowOf } from "./sorted-table.js";

/** @typedef {import("../model/weighted-tree.js").WeightedTree} Tree */
/** @typedef {import("../model/analysis.js").Analysis} Selected */

const MOST_CALLEES = 200;

/** The tree of calls as a table of which rows open: by mouse, or by arrows. */
export class TreeTable {
  /**
   * @param {import("./palette.js").CanvasColors} colors
   * @param {{ onChoose: (node: number) => void, onOpen: (name: string) => void }} events
   */
  constructor(colors, events) {
    this.colors = colors;
    this.events = events;
    this.body = html("tbody");
    this.table = html("table", { class: "figures tree", role: "treegrid", "aria-label": "Tree" },
      html("thead", {}, this.heads = html("tr")), this.body);
    this.box = html("div", { class: "table-box" }, this.table);
    /** @type {Selected | null} */
    this.analysis = null;
    /** @type {Tree | null} */
    this.tree = null;
    /**
     * Paths of what is open, as names: they outlive a change of the selection.
     *
     * @type {Set<string>}
     */
    this.open = new Set();
    /** @type {Uint8Array | null} */
    this.matches = null;
    this.mostRows = 5000;
    /**
     * By how much a node changed; null where nothing is compared.
     *
     * @type {((tree: Tree, node: number) => number) | null}
     */
    this.step = null;
    this.body.addEventListener("click", (event) => {
      const row = rowOf(event);
      if (!row) return;
      row.focus();
      if (event.target instanceof Element && event.target.closest(".twist")) this.toggle(row);
    });
    this.body.addEventListener("dblclick", (event) => {
      const row = rowOf(event);
      if (row) this.toggle(row);
    });
    this.body.addEventListener("focusin", (event) => {
      const row = rowOf(event);
      if (row) this.events.onChoose(Number(row.dataset.node));
    });
    this.body.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * @param {Selected} analysis @param {Tree} tree @param {Uint8Array | null} matches
   * @param {boolean} isMoving While a time is dragged over, what is in sight is enough.
   */
  show(analysis, tree, matches, isMoving) {
    this.mostRows = isMoving ? 150 : 5000;
    const isFirst = this.tree === null || this.tree.isLeafUp !== tree.isLeafUp;
    if (isFirst) this.open.clear();
    Object.assign(this, { analysis, tree, matches });
    this.table.classList.toggle("changes", tree.sides.length > 0);
    const heads = tree.sides.length > 0 ? ["Before", "After", "Change"] : ["Total %", "Total", "Self"];
    this.heads.replaceChildren(...[...heads, "Function", "Module"].map((text, index) =>
      html("th", { scope: "col", class: index > 2 ? "words" : "" }, text)));
    this.body.replaceChildren();
    if (isFirst && !tree.isLeafUp) this.openHeaviest(0);
    this.append(0, null);
    const first = this.body.firstElementChild;
    if (first instanceof HTMLElement) first.tabIndex = 0;
  }

  /** @param {number} node */
  pathOf(node) {
    const { tree } = this;
    const names = [];
    for (let at = node; tree && at > 0; at = tree.parent[at]) names.push(tree.label[at]);
    return names.join(" ");
  }

  /** @param {number} node */
  openHeaviest(node) {
    if (node > 0) this.open.add(this.pathOf(node));
    for (const next of this.tree?.heaviestPath(node) ?? []) this.open.add(this.pathOf(next));
  }

  /**
   * Adds the rows of a node's callees behind a row.
   *
   * @param {number} node @param {Element | null} after
   */
  append(node, after) {
    const { tree } = this;
    if (!tree) return;
    const rows = [];
    const nodes = [...tree.heaviestFirst(node).slice(0, MOST_CALLEES)].reverse();
    while (nodes.length > 0 && rows.length < this.mostRows) {
      const next = /** @type {number} */ (nodes.pop());
      rows.push(this.row(next));
      if (this.open.has(this.pathOf(next))) {
        nodes.push(...[...tree.heaviestFirst(next).slice(0, MOST_CALLEES)].reverse());
      }
    }
    if (after) after.after(...rows); else this.body.append(...rows);
  }

  /** @param {number} node */
  row(node) {
    const tree = /** @type {Tree} */ (this.tree), analysis = /** @type {Selected} */ (this.analysis);
    const { recording } = analysis;
    const label = recording.labels[tree.label[node]];
    const value = recording.head.values[analysis.selection.value];
    const hasMore = tree.hasCallees(node);
    const isOpen = hasMore && this.open.has(this.pathOf(node));
    const indent = html("span", { class: "indent" });
    indent.style.width = `calc(${Math.min(60, tree.depth[node] - 1)} * var(--step))`;
    const module = recording.moduleOf(label.fn);
    const row = html("tr", {
      role: "row", tabindex: -1, "data-node": node, "data-name": label.name,
      "data-self": (tree.sides[1] ?? tree).self[node],
      "data-total": (tree.sides[1] ?? tree).total[node], "aria-level": tree.depth[node],
      class: this.matches && !this.matches[tree.label[node]] ? "miss" : "",
    },
    ...(tree.sides.length > 0 ? this.changeCells(tree, node)
      : [barCell(percent(analysis.share(tree.total[node])), analysis.share(tree.total[node])),
        html("td", {}, cell(tree.total[node], value)), html("td", {}, cell(tree.self[node], value))]),
    html("td", { class: "words name" }, indent,
      html("span", { class: "twist", "aria-hidden": "true" }, hasMore ? isOpen ? "▾" : "▸" : ""),
      this.colors.swatch(label.kind, "dot"), label.name),
    html("td", { class: "words module", title: module }, module === "" ? "" : fileName(module)));
    if (hasMore) row.setAttribute("aria-expanded", String(isOpen));
    return row;
  }

  /** @param {Tree} tree @param {number} node */
  changeCells(tree, node) {
    const [before, after] = [tree.sideShare(0, node), tree.sideShare(1, node)];
    const step = this.step?.(tree, node) ?? 0;
    return [html("td", {}, percent(before)), barCell(percent(after), after),
      html("td", { class: step > 0 ? "grew" : step < 0 ? "shrank" : "chance" }, points(after - before))];
  }

  /** @param {HTMLTableRowElement} row */
  toggle(row) {
    this.mostRows = 5000;
    const node = Number(row.dataset.node);
    if (!row.hasAttribute("aria-expanded")) return;
    const path = this.pathOf(node), isOpen = this.open.has(path);
    if (isOpen) this.open.delete(path); else this.open.add(path);
    const level = Number(row.getAttribute("aria-level"));
    while (row.nextElementSibling && Number(row.nextElementSibling.getAttribute("aria-level")) > level) {
      row.nextElementSibling.remove();
    }
    if (!isOpen) this.append(node, row);
    row.setAttribute("aria-expanded", String(!isOpen));
    const twist = row.querySelector(".twist");
    if (twist) twist.textContent = isOpen ? "▸" : "▾";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const row = rowOf(event), { tree } = this;
    if (!row || !tree || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...this.body.children], index = rows.indexOf(row);
    const isOpen = row.getAttribute("aria-expanded");
    /** @param {Element | undefined | null} next */
    const go = (next) => { if (next instanceof HTMLElement) focusRow(row, next); };
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowDown: () => go(rows[index + 1]), ArrowUp: () => go(rows[index - 1]), Home: () => go(rows[0]),
      End: () => go(rows[rows.length - 1]),
      ArrowRight: () => { if (isOpen === "false") this.toggle(row); else if (isOpen === "true") go(rows[index + 1]); },
      ArrowLeft: () => {
        if (isOpen === "true") return this.toggle(row);
        go(this.body.querySelector(`[data-node="${tree.parent[Number(row.dataset.node)]}"]`));
      },
      "*": () => this.expandHeaviest(row), Enter: () => this.events.onOpen(row.dataset.name ?? ""),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /**
   * Opens the heaviest path below a row, or below everything.
   *
   * @param {HTMLTableRowElement | null} row
   */
  expandHeaviest(row) {
    const { tree, analysis } = this;
    if (!tree || !analysis) return;
    const node = row ? Number(row.dataset.node) : 0;
    const path = tree.heaviestPath(node);
    this.openHeaviest(node);
    this.body.replaceChildren();
    this.append(0, null);
    const last = this.body.querySelector(`[data-node="${path[path.length - 1] ?? node}"]`);
    if (last instanceof HTMLElement) focusRow(last, last);
  }
}
