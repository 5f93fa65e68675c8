import { linesOf } from "../model/calls.js";
import { cell, percent, points } from "../model/figures.js";
import { fileName } from "../model/recording.js";
import { html } from "./elements.js";
import { InstructionList } from "./instruction-list.js";
import { barCell } from "./sorted-table.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

const AROUND = 8;

/**
 * The source lines of a function with the samples at each, with their text where the file holds it; then its
 * instructions, where they are here.
 */
export class SourceView {
  constructor() {
    this.title = html("h2", { class: "fn-name" });
    this.note = html("p", { class: "remark" });
    this.parts = html("div", { class: "source-parts" });
    this.instructions = new InstructionList();
    this.box = html("div", { class: "source-view" }, this.title, this.note, this.parts, this.instructions.box);
  }

  /** @param {Selected} analysis @param {string} name */
  show(analysis, name) {
    const { recording } = analysis;
    this.title.textContent = name === "" ? "No function chosen" : name;
    const groups = recording.groups.flatMap((group, index) => group.name === name ? [index] : []);
    /** @type {Map<number, ReturnType<typeof linesOf>>} */
    const files = new Map();
    for (const group of groups) {
      for (const row of linesOf(analysis.weights, group)) {
        const rows = files.get(row.file) ?? [];
        rows.push(row);
        files.set(row.file, rows);
      }
    }
    const hasLines = [...files.values()].flat().some(({ line }) => line > 0);
    this.note.textContent = name === "" ? "Choose one in Functions." : groups.length === 0 || files.size === 0
      ? "This function has no samples in the selection."
      : hasLines ? "" : "No source lines are known of this function: it was built without debug information (-g).";
    this.parts.replaceChildren(...[...files].map(([file, rows]) => this.part(analysis, groups, file, rows)));
    this.instructions.show(analysis, files.size === 0 ? [] : groups);
  }

  /**
   * @param {Selected} analysis @param {number[]} groups The function's rows. @param {number} file
   * @param {{ line: number, self: number, total: number }[]} rows
   */
  part(analysis, groups, file, rows) {
    const { recording } = analysis;
    const path = recording.text(file), text = recording.head.sources.find(([known]) => known === path)?.[1];
    const value = recording.head.values[analysis.selection.value];
    const sides = analysis.compared.map((side) => new Map(groups.flatMap((group) => linesOf(side, group))
      .filter((row) => row.file === file).map((row) => [row.line, row])));
    const most = rows.reduce((most, { total }) => Math.max(most, total), 0) || 1;
    const byLine = new Map(rows.map((row) => [row.line, row]));
    const known = rows.map(({ line }) => line).filter((line) => line > 0);
    /** @type {number[]} */
    let lines = rows.map(({ line }) => line);
    if (text && known.length > 0) {
      const first = Math.max(1, known[0] - AROUND), last = Math.min(text.length, known[known.length - 1] + AROUND,
        first + 3000);
      lines = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
      if (byLine.has(0)) lines.unshift(0);
    }
    const body = lines.map((line) => {
      const row = byLine.get(line);
      return html("tr", row ? { "data-line": line, "data-self": sides[1]?.get(line)?.self ?? row.self,
        "data-total": sides[1]?.get(line)?.total ?? row.total }
        : { class: "quiet" },
        ...(sides.length > 0 && row ? this.changes(analysis, sides.map((side) => side.get(line)?.total ?? 0)) : [
          html("td", {}, row && row.self > 0 ? cell(row.self, value) : ""),
          barCell(row ? cell(row.total, value) : "", row ? row.total / most : 0),
          html("td", {}, row ? percent(analysis.share(row.total)) : "")]),
        html("td", { class: "line-number" }, line > 0 ? String(line) : "?"),
        html("td", { class: "words code" }, text?.[line - 1] ?? (line > 0 ? "" : "line not known")));
    });
    const name = path === "" ? "file not known" : path;
    const heads = [...(sides.length > 0 ? ["Before", "After", "Change"] : ["Self", "Total", "%"]), "Line", "Source"];
    return html("section", {},
      html("h3", { title: name }, path === "" ? name : fileName(path), html("small", {}, " " + name)),
      ...(text ? [] : [html("p", { class: "remark" }, "Its text is not here: perfprof view --sources puts it in.")]),
      html("table", { class: "figures source", "aria-label": "Source lines of " + fileName(name) },
        html("thead", {}, html("tr", {}, ...heads.map((head, index) =>
          html("th", { scope: "col", class: index === 4 ? "words" : "" }, head)))), html("tbody", {}, ...body)));
  }

  /** @param {Selected} analysis @param {number[]} weights Of a line, on each side. */
  changes(analysis, weights) {
    const [before, after] = weights.map((weight, side) => analysis.sideShare(side, weight));
    return [html("td", {}, percent(before)), barCell(percent(after), after),
      html("td", {}, points(after - before))];
  }
}
