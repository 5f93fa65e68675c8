import { cell, percent } from "../model/figures.js";
import { codeOf, instructionsOf } from "../model/instructions.js";
import { fileName } from "../model/recording.js";
import { html } from "./elements.js";
import { barCell } from "./sorted-table.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("../model/instructions.js").Instruction} Instruction */

/** Instructions around those with samples, in functions of more than so many. */
const NEARBY = 12, LONG_FUNCTION = 400;

/** The instructions of a function with the samples at each, and the source line that each is of. */
export class InstructionList {
  constructor() {
    this.box = html("div", { class: "instruction-list" });
  }

  /** @param {Selected} analysis @param {number[]} groups The function's rows; none to show nothing. */
  show(analysis, groups) {
    const { recording } = analysis;
    if (groups.length === 0 || recording.sides) return this.box.replaceChildren();
    if (!recording.head.code) {
      return this.box.replaceChildren(html("p", { class: "remark" },
        "Its instructions are not here: perfprof view --instructions puts them in."));
    }
    const found = instructionsOf(analysis.weights, new Set(groups));
    const parts = codeOf(recording).filter(({ rows }) => rows.some(({ number }) => (found.get(number)?.total ?? 0) > 0
      || (found.get(number)?.self ?? 0) > 0));
    if (parts.length === 0) {
      return this.box.replaceChildren(html("p", { class: "remark" }, "Its instructions are not here: it has hardly a "
        + "sample of its own, or its file is no longer the one that was recorded."));
    }
    this.box.replaceChildren(...parts.map((part) => this.part(analysis, part, found)));
  }

  /**
   * @param {Selected} analysis @param {ReturnType<typeof codeOf>[number]} part
   * @param {ReturnType<typeof instructionsOf>} found
   */
  part(analysis, { module, isCut, rows }, found) {
    const { recording } = analysis, value = recording.head.values[analysis.selection.value];
    const most = rows.reduce((most, { number }) => Math.max(most, found.get(number)?.total ?? 0), 0) || 1;
    const isShown = shownInstructions(rows, found);
    /** @type {HTMLTableRowElement[]} */
    const body = [];
    rows.forEach((row, index) => {
      if (isShown[index]) {
        body.push(this.row(analysis, row, rows[index - 1], found.get(row.number), value, most));
      } else if (index === 0 || isShown[index - 1]) {
        body.push(html("tr", { class: "quiet" }, html("td", { colspan: 6, class: "words" }, "…")));
      }
    });
    const heads = ["Self", "Total", "%", "Address", "Line", "Instruction"];
    return html("section", {},
      html("h3", { title: module }, "Instructions", html("small", {}, " " + module)),
      ...(isCut ? [html("p", { class: "remark" }, "The function goes on behind what is shown.")] : []),
      html("table", { class: "figures source", "aria-label": "Instructions" },
        html("thead", {}, html("tr", {}, ...heads.map((head, index) =>
          html("th", { scope: "col", class: index > 3 ? "words" : "" }, head)))), html("tbody", {}, ...body)));
  }

  /**
   * @param {Selected} analysis @param {Instruction} row @param {Instruction | undefined} before
   * @param {{ self: number, total: number } | undefined} found @param {PageHead["values"][number]} value
   * @param {number} most
   */
  row(analysis, row, before, found, value, most) {
    const { recording } = analysis;
    const isNewLine = row.line > 0 && (row.line !== before?.line || row.file !== before.file);
    const place = fileName(recording.text(row.file)) + ":" + row.line;
    const total = found?.total ?? 0, self = found?.self ?? 0;
    return html("tr", found ? { "data-address": row.address.toString(16), "data-self": self, "data-total": total }
      : { class: "quiet" },
      html("td", {}, self > 0 ? cell(self, value) : ""),
      barCell(total > 0 ? cell(total, value) : "", total / most),
      html("td", {}, total > 0 ? percent(analysis.share(total)) : ""),
      html("td", { class: "line-number" }, row.address.toString(16)),
      html("td", { class: "words line-number", title: recording.text(row.file) }, isNewLine ? place : ""),
      html("td", { class: "words code" }, row.text));
  }
}

/**
 * Which instructions are shown: all of a short function, of a long one those around what has samples.
 *
 * @param {Instruction[]} rows @param {ReturnType<typeof instructionsOf>} found
 */
function shownInstructions(rows, found) {
  const isShown = new Uint8Array(rows.length);
  if (rows.length <= LONG_FUNCTION) return isShown.fill(1);
  rows.forEach(({ number }, index) => {
    if (found.has(number)) isShown.fill(1, Math.max(0, index - NEARBY), index + NEARBY + 1);
  });
  return isShown;
}
