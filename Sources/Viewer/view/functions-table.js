import { cell, grouped, percent } from "../model/figures.js";
import { fileName } from "../model/recording.js";
import { changeColumns } from "./change-columns.js";
import { html } from "./elements.js";
import { barCell, SortedTable } from "./sorted-table.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("../model/analysis.js").FunctionRow} Row */

/** The table of functions: what each took itself and with what it called, sorted as asked. */
export class FunctionsTable {
  /**
   * @param {{ onOpen: (name: string) => void, onSort: (key: string) => void, onChoose: (name: string) => void }} events
   * @param {import("../model/findings.js").Findings} findings
   */
  constructor(events, findings) {
    this.findings = findings;
    /** @type {Selected | null} */
    this.analysis = null;
    /** @type {SortedTable<Row>} */
    this.sorted = new SortedTable({
      name: "Functions", onSort: events.onSort,
      onOpen: (row) => events.onOpen(row.dataset.name ?? ""),
      onChoose: (row) => events.onChoose(row.dataset.name ?? ""),
      attributes: (row) => this.attributes(row),
    });
    this.box = this.sorted.box;
  }

  focusFirst() { this.sorted.focusFirst(); }

  /** @param {Row} row @returns {Record<string, string | number>} */
  attributes({ group, self, total, sides }) {
    const { name, module } = /** @type {Selected} */ (this.analysis).recording.groups[group];
    if (sides.length === 0) return { "data-name": name, "data-module": module, "data-self": self, "data-total": total };
    const [before, after] = sides, finding = this.findings.ofGroups.get(group);
    return {
      "data-name": name, "data-module": module, "data-self": after.self, "data-total": after.total,
      "data-self-before": before.self, "data-total-before": before.total,
      "data-verdict": finding ? finding.self[0] : "", "data-total-verdict": finding ? finding.total[0] : "",
    };
  }

  /**
   * @param {Selected} analysis
   * @param {{ sort: string, matches: Uint8Array | null, fn: string, isMoving: boolean }} options `matches` for each
   *   function whether it's shown.
   */
  show(analysis, { sort, matches, fn, isMoving }) {
    this.analysis = analysis;
    const { groups } = analysis.recording;
    const rows = analysis.rows.filter(({ group }) => !matches || matches[groups[group].fn]);
    const isCompared = analysis.compared.length > 0;
    this.sorted.table.classList.toggle("compared", isCompared);
    const columns = isCompared ? this.comparedColumns(analysis) : this.columns(analysis);
    const shown = this.sorted.show(columns, rows,
      { sort, isMoving, isChosen: ({ group }) => groups[group].name === fn });
    const all = analysis.rows.length;
    this.sorted.note.textContent = all === 0 ? "No function has samples in this selection."
      : (rows.length === all ? `${grouped(all)} functions` + (shown < all ? `, the first ${grouped(shown)} shown` : "")
        : `${grouped(rows.length)} of ${grouped(all)} functions match the search`)
        + (isCompared && !analysis.isEverything ? ". Verdicts are of all samples, and not of this selection." : "");
  }

  /** @param {Selected} analysis @returns {import("./sorted-table.js").Column<Row>[]} */
  columns(analysis) {
    const { recording, rows, weights } = analysis, { groups } = recording;
    const value = recording.head.values[analysis.selection.value], whole = weights.sum || 1;
    const largest = rows.reduce((most, row) => Math.max(most, row.self), 0) || 1;
    const byName = nameOrder(groups);
    return [
      this.nameColumn(analysis),
      { text: "Self", sort: "self", cell: ({ self }) => html("td", {}, cell(self, value)),
        order: (one, other) => other.self - one.self || other.total - one.total || byName(one, other) },
      { text: "Total", sort: "total", cell: ({ total }) => html("td", {}, cell(total, value)),
        order: (one, other) => other.total - one.total || other.self - one.self || byName(one, other) },
      { text: "Self %", cell: ({ self }) => barCell(percent(self / whole), self / largest) },
      { text: "Total %", cell: ({ total }) => html("td", {}, percent(total / whole)) },
      moduleColumn(analysis),
    ];
  }

  /** @param {Selected} analysis @returns {import("./sorted-table.js").Column<Row>[]} */
  comparedColumns(analysis) {
    const byName = nameOrder(analysis.recording.groups);
    /** @param {"self" | "total"} measure */
    const changes = (measure) => changeColumns(analysis, {
      name: measure === "self" ? "Self" : "Total", sort: measure, byName,
      weights: (/** @type {Row} */ { sides }) => [sides[0][measure], sides[1][measure]],
      finding: (/** @type {Row} */ { group }) => this.findings.ofGroups.get(group)?.[measure],
    });
    return [this.nameColumn(analysis), ...changes("self"), ...changes("total"), moduleColumn(analysis)];
  }

  /** @param {Selected} analysis @returns {import("./sorted-table.js").Column<Row>} */
  nameColumn(analysis) {
    const { groups } = analysis.recording;
    return {
      text: "Function", sort: "name", isAscending: true, words: "words", order: nameOrder(groups),
      cell: ({ group }) => html("td", { class: "words name",
        title: analysis.recording.fullNameOf(groups[group].fn) || groups[group].name }, groups[group].name),
    };
  }
}

/** @param {Selected} analysis @returns {import("./sorted-table.js").Column<Row>} */
function moduleColumn(analysis) {
  const { groups } = analysis.recording, byName = nameOrder(groups);
  return {
    text: "Module", sort: "module", isAscending: true, words: "words",
    order: (one, other) => {
      const [first, second] = [fileName(groups[one.group].module), fileName(groups[other.group].module)];
      return first < second ? -1 : first > second ? 1 : other.self - one.self || byName(one, other);
    },
    cell: ({ group }) => html("td", { class: "words module", title: groups[group].module },
      groups[group].module === "" ? "" : fileName(groups[group].module)),
  };
}

/** @param {{ name: string, module: string }[]} groups @returns {(one: Row, other: Row) => number} */
function nameOrder(groups) {
  return (one, other) => {
    const [first, second] = [groups[one.group], groups[other.group]];
    return first.name < second.name ? -1 : first.name > second.name ? 1 : first.module < second.module ? -1 : 1;
  };
}
