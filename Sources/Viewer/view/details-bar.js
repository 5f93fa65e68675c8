import { amount, percent, points } from "../model/figures.js";
import { fileName } from "../model/recording.js";
import { html } from "./elements.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

const ACTIONS = [
  ["sandwich", "Sandwich", "Its callers above, what it calls below (Enter)"], ["source", "Source", "Its source lines"],
  ["focus", "Focus", "Only samples with it on their stack"],
    ["ignore", "Ignore", "Leave out samples with it on their stack"],
  ["hide", "Hide", "Leave it out; what it costs is its callers'"], ["copy", "Copy", "Copy its name (c)"],
];

/** The function that was chosen, and what can be done with it. */
export class DetailsBar {
  /** @param {(action: string) => void} onAction */
  constructor(onAction) {
    this.name = html("strong", { class: "fn-name" });
    this.figures = html("span", { class: "remark" });
    this.buttons = html("div", { class: "actions" }, ...ACTIONS.map(([action, text, title]) =>
      html("button", { type: "button", "data-action": action, title }, text)));
    this.box = html("footer", { class: "details", "aria-label": "Chosen function" },
      html("div", { class: "what" }, this.name, this.figures), this.buttons);
    this.buttons.addEventListener("click", (event) => {
      const action = event.target instanceof HTMLElement ? event.target.dataset.action : undefined;
      if (action) onAction(action);
    });
  }

  /** @param {Selected} analysis @param {string} name */
  show(analysis, name) {
    const { recording } = analysis;
    this.box.toggleAttribute("hidden", name === "");
    if (name === "") return;
    let self = 0, total = 0;
    const sides = [0, 0];
    const modules = new Set();
    for (const row of analysis.rows) {
      const group = recording.groups[row.group];
      if (group.name !== name) continue;
      self += row.self;
      total = Math.max(total, row.total);
      row.sides.forEach(({ total }, side) => { sides[side] = Math.max(sides[side], total); });
      if (group.module !== "") modules.add(fileName(group.module));
    }
    const value = recording.head.values[analysis.selection.value];
    this.name.textContent = name;
    this.name.title = name;
    const [before, after] = analysis.compared.map((_, side) => analysis.sideShare(side, sides[side]));
    this.figures.textContent = total > 0 && before !== undefined
      ? `total ${percent(before)} → ${percent(after)}, ${points(after - before)}`
        + (modules.size > 0 ? " · " + [...modules].join(", ") : "") : total === 0 ? "no samples in the selection"
      : `self ${amount(self, value)}, ${percent(analysis.share(self))} · total ${amount(total, value)}, `
        + `${percent(analysis.share(total))}` + (modules.size > 0 ? " · " + [...modules].join(", ") : "");
  }
}
