import { cell, counted, percent } from "../model/figures.js";
import { moduleParts, runningParts } from "../model/parts.js";
import { fileName } from "../model/recording.js";
import { changeColumns } from "./change-columns.js";
import { html } from "./elements.js";
import { barCell, SortedTable } from "./sorted-table.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("../model/parts.js").Part} Part */
/** @typedef {"modules" | "processes" | "threads"} PartKind */

const NAMES = { modules: ["Modules", "Module"], processes: ["Processes", "Process"], threads: ["Threads", "Thread"] };

/** The table of modules, of processes or of threads; a click selects what runs there. */
export class PartsTable {
  /**
   * @param {PartKind} kind
   * @param {{ onPick: (kind: PartKind, key: string) => void, onSort: (key: string) => void }} events
   * @param {import("../model/findings.js").Findings} findings
   */
  constructor(kind, events, findings) {
    this.kind = kind;
    this.findings = findings;
    /** @type {SortedTable<Part>} */
    this.sorted = new SortedTable({
      name: NAMES[kind][0], onSort: events.onSort, onChoose: () => {},
      onOpen: (row) => events.onPick(kind, row.dataset.key ?? ""),
      attributes: ({ key, name, self, total, sides }) => {
        const [before, after] = sides.length > 0 ? sides : [null, { self, total }];
        return { "data-key": key, "data-name": name, "data-self": after.self, "data-total": after.total,
          ...(before ? { "data-self-before": before.self, "data-total-before": before.total } : {}) };
      },
    });
    this.box = this.sorted.box;
  }

  focusFirst() { this.sorted.focusFirst(); }

  /**
   * @param {Selected} analysis
   * @param {{ sort: string, accepts: (text: string) => boolean, isMoving: boolean }} options
   */
  show(analysis, { sort, accepts, isMoving }) {
    const { kind } = this;
    const all = analysis.once(kind, () => kind === "modules" ? moduleParts(analysis) : runningParts(analysis, kind));
    const rows = all.filter(({ name }) => accepts(name));
    this.sorted.table.classList.toggle("compared", analysis.compared.length > 0);
    this.sorted.show(this.columns(analysis, all), rows, { sort, isMoving, isChosen: () => false });
    const count = all.length === 1 ? "1 " + NAMES[kind][1].toLowerCase() : counted(all.length, kind);
    this.sorted.note.textContent = (rows.length === all.length ? count : `${rows.length} of ${count} match the search`)
      + (kind === "modules" ? ". Click one for samples with its code on the stack."
        : ". Click one for its samples alone.");
  }

  /** @param {Selected} analysis @param {Part[]} all @returns {import("./sorted-table.js").Column<Part>[]} */
  columns(analysis, all) {
    const { kind } = this, value = analysis.recording.head.values[analysis.selection.value];
    const whole = analysis.weights.sum || 1, largest = all.reduce((most, { self }) => Math.max(most, self), 0) || 1;
    /** @param {Part} one @param {Part} other */
    const byName = (one, other) => one.name < other.name ? -1 : one.name > other.name ? 1
      : one.key < other.key ? -1 : 1;
    /** @type {import("./sorted-table.js").Column<Part>} */
    const name = {
      text: NAMES[kind][1], sort: "name", isAscending: true, words: "words", order: byName,
      cell: ({ name, detail }) => html("td", { class: "words name", title: name },
        kind === "modules" ? name === "" ? "module not known" : fileName(name) : name,
        ...(detail === "" ? [] : [html("small", {}, " " + detail)])),
    };
    if (analysis.compared.length > 0) {
      /** @param {"self" | "total"} measure */
      const changes = (measure) => changeColumns(analysis, {
        name: kind === "modules" ? measure === "self" ? "Self" : "Total" : "Share", sort: measure, byName,
        weights: (/** @type {Part} */ { sides }) => [sides[0][measure], sides[1][measure]],
        finding: ({ name }) => kind === "modules" && measure === "self" ? this.findings.ofModules.get(name) : undefined,
      });
      return [name, ...changes("self"), ...(kind === "modules" ? changes("total") : [])];
    }
    return [
      name,
      { text: kind === "modules" ? "Self" : "Samples", sort: "self",
        cell: ({ self }) => html("td", {}, cell(self, value)),
        order: (one, other) => other.self - one.self || other.total - one.total || byName(one, other) },
      ...(kind === "modules" ? [{ text: "Total", sort: "total",
        cell: (/** @type {Part} */ { total }) => html("td", {}, cell(total, value)),
        order: (/** @type {Part} */ one, /** @type {Part} */ other) =>
          other.total - one.total || other.self - one.self || byName(one, other) }] : []),
      { text: kind === "modules" ? "Self %" : "%", cell: ({ self }) => barCell(percent(self / whole), self / largest) },
      ...(kind === "modules" ? [{ text: "Total %",
        cell: (/** @type {Part} */ { total }) => html("td", {}, percent(total / whole)) }] : []),
    ];
  }
}
