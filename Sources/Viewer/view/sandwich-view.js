import { callsOf } from "../model/calls.js";
import { amount, cell, percent, points } from "../model/figures.js";
import { fileName } from "../model/recording.js";
import { html } from "./elements.js";
import { FlameCanvas } from "./flame-canvas.js";
import { focusRow, rowOf } from "./sorted-table.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("./palette.js").CanvasColors} Colors */
/** @typedef {{ group: number, weight: number }} CallRow */

/** One function between those that call it, above, and those that it calls, below. */
export class SandwichView {
  /**
   * @param {Colors} colors
   * @param {{ onOpen: (name: string) => void, onHover: (tree: FlameCanvas["tree"], node: number,
   *   point: { x: number, y: number } | null) => void }} events
   */
  constructor(colors, events) {
    this.events = events;
    /** @type {Selected | null} */
    this.analysis = null;
    this.title = html("h2", { class: "fn-name" });
    this.figures = html("p", { class: "remark" });
    this.callers = callTable("Callers", events);
    this.callees = callTable("Callees", events);
    /** @param {string} name @param {boolean} isIcicle */
    const flame = (name, isIcicle) => {
      /** @type {FlameCanvas} */
      const view = new FlameCanvas(colors, {
        name, describe: (tree, node) => this.analysis?.describe(tree, node) ?? "",
        onHover: (node, point) => events.onHover(view.tree, node, point), onChoose: () => {},
        onZoom: (node) => view.zoomTo(node),
      });
      view.isIcicle = isIcicle;
      return view;
    };
    this.above = flame("Callers as a flame graph", false);
    this.below = flame("Callees as a flame graph", true);
    this.box = html("div", { class: "sandwich" },
      html("div", { class: "sandwich-head" }, this.title, this.figures),
      html("div", { class: "sandwich-tables" }, this.callers.box, this.callees.box),
      html("div", { class: "sandwich-flames" },
        html("h3", {}, "Callers"), this.above.box, html("h3", {}, "Callees"), this.below.box));
  }

  /** @param {number} weight */
  amount(weight) {
    const { analysis } = this;
    return analysis ? amount(weight, analysis.recording.head.values[analysis.selection.value]) : "";
  }

  /**
   * @param {Selected} analysis @param {string} name @param {Uint8Array | null} matches
   * @param {FlameCanvas["step"]} step
   */
  show(analysis, name, matches, step) {
    this.analysis = analysis;
    const calls = callsOf(analysis.weights, name);
    const [before, after] = analysis.compared.map((side) => callsOf(side, name));
    this.title.textContent = name === "" ? "No function chosen" : name;
    this.figures.textContent = name === "" ? "Choose one in Functions, or click a frame and press Sandwich."
      : before ? changeText(analysis, "self", before, after) + " · " + changeText(analysis, "total", before, after)
      : `self ${this.amount(calls.self)}, ${percent(analysis.share(calls.self))} · `
        + `total ${this.amount(calls.total)}, ${percent(analysis.share(calls.total))}`;
    const sides = before ? [before, after] : [];
    this.callers.show(analysis, calls.callers, sides.map(({ callers }) => callers), "stacks begin here");
    this.callees.show(analysis, calls.callees, sides.map(({ callees }) => callees), "in the function itself");
    for (const [view, tree] of /** @type {const} */ ([[this.above, analysis.callers(name)],
      [this.below, analysis.callees(name)]])) {
      view.rootName = name;
      view.rootLabel = analysis.recording.labels.find((label) => label.name === name && label.kind < 4) ?? null;
      view.matches = matches;
      view.step = step;
      // Callers of a function are not asked what of them waits: that is what they were called for.
      view.waiting = tree === analysis.callees(name) ? analysis.waitingIn(tree) : null;
      view.show(tree, false);
    }
  }
}

/** @param {string} title @param {{ onOpen: (name: string) => void }} events */
function callTable(title, events) {
  const body = html("tbody");
  const heads = html("tr");
  const table = html("table", { class: "figures calls", "aria-label": title }, html("thead", {}, heads), body);
  body.addEventListener("click", (event) => {
    const name = rowOf(event)?.dataset.name;
    if (name) events.onOpen(name);
  });
  body.addEventListener("keydown", (event) => {
    const row = rowOf(event);
    if (!row) return;
    const next = event.key === "ArrowDown" ? row.nextElementSibling : event.key === "ArrowUp"
      ? row.previousElementSibling : null;
    if (next instanceof HTMLElement) {
      event.preventDefault();
      focusRow(row, next);
    } else if (event.key === "Enter" && row.dataset.name) {
      event.preventDefault();
      events.onOpen(row.dataset.name);
    }
  });
  return {
    box: html("div", { class: "table-box" }, table),
    /**
     * @param {Selected} analysis @param {CallRow[]} rows @param {CallRow[][]} sides The same of both sides, where they
     *   are compared.
     * @param {string} none What a row without a function is called.
     */
    show(analysis, rows, sides, none) {
      const { recording } = analysis;
      const value = recording.head.values[analysis.selection.value];
      const ofSides = sides.map((side) => new Map(side.map(({ group, weight }) => [group, weight])));
      const texts = ofSides.length > 0 ? ["Before", "After", "Change"] : ["Total", "%"];
      heads.replaceChildren(html("th", { scope: "col", class: "words" }, title),
        ...texts.map((text) => html("th", { scope: "col" }, text)),
        html("th", { scope: "col", class: "words" }, "Module"));
      body.replaceChildren(...rows.slice(0, 500).map(({ group, weight }, index) => {
        const { name, module } = group < 0 ? { name: "", module: "" } : recording.groups[group];
        const weights = ofSides.map((side) => side.get(group) ?? 0);
        const [before, after] = weights.map((weight, side) => analysis.sideShare(side, weight));
        return html("tr", { "data-name": name, "data-total": weights[1] ?? weight, tabindex: index === 0 ? 0 : -1,
          ...(weights.length > 0 ? { "data-total-before": weights[0] } : {}) },
        html("td", { class: "words name", title: name }, group < 0 ? html("em", {}, none) : name),
        ...(weights.length > 0 ? [percent(before), percent(after), points(after - before)]
          : [cell(weight, value), percent(analysis.share(weight))]).map((text) => html("td", {}, text)),
        html("td", { class: "words module", title: module }, module === "" ? "" : fileName(module)));
      }));
    },
  };
}

/**
 * What a function's share of both sides is.
 *
 * @param {Selected} analysis @param {"self" | "total"} measure @param {ReturnType<typeof callsOf>} before
 * @param {ReturnType<typeof callsOf>} after
 */
function changeText(analysis, measure, before, after) {
  const [first, second] = [before, after].map((calls, side) => analysis.sideShare(side, calls[measure]));
  return `${measure} ${percent(first)} → ${percent(second)}, ${points(second - first)}`;
}
