import { cell, grouped, percent } from "../model/figures.js";
import { fileName } from "../model/recording.js";
import { html } from "./elements.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

const FIRST = 150, PIECE = 500, MOST = 20_000;
const HEADS = [["name", "Function"], ["self", "Self"], ["total", "Total"], ["", "Self %"], ["", "Total %"],
  ["module", "Module"]];

/** The table of functions: what each took itself and with what it called, sorted as asked. */
export class FunctionsTable {
  /**
   * @param {{ onOpen: (name: string) => void, onSort: (key: string) => void, onChoose: (name: string) => void }}
   * events
   */
  constructor(events) {
    this.events = events;
    this.body = html("tbody");
    this.heads = HEADS.map(([key, text]) => {
      const label = key === "" ? text : html("button", { type: "button", "data-sort": key }, text);
      return html("th", { scope: "col", class: key === "name" || key === "module" ? "words" : "" }, label);
    });
    this.table = html("table", { class: "figures", "aria-label": "Functions" },
      html("thead", {}, html("tr", {}, ...this.heads)), this.body);
    this.note = html("p", { class: "remark", "aria-live": "polite" });
    this.box = html("div", { class: "table-box" }, this.table, this.note);
    this.pending = 0;
    this.table.addEventListener("click", (event) => this.click(event));
    this.table.addEventListener("focusin", (event) => {
      const row = rowOf(event);
      if (row) this.events.onChoose(row.dataset.name ?? "");
    });
    this.body.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Event} event */
  click(event) {
    const sort = event.target instanceof HTMLElement ? event.target.dataset.sort : undefined;
    if (sort) return this.events.onSort(sort);
    const row = rowOf(event);
    if (row) this.events.onOpen(row.dataset.name ?? "");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const row = rowOf(event);
    if (!row) return;
    const rows = this.body.children, index = row.rowIndex - 1;
    /** @type {Record<string, number>} */
    const places = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1, PageDown: index + 20,
      PageUp: index - 20 };
    if (Object.hasOwn(places, event.key)) {
      event.preventDefault();
      const next = rows[Math.max(0, Math.min(rows.length - 1, places[event.key]))];
      if (next instanceof HTMLElement) focusRow(row, next);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.events.onOpen(row.dataset.name ?? "");
    }
  }

  focusFirst() {
    const first = this.body.firstElementChild;
    if (first instanceof HTMLElement) first.focus();
  }

  /**
   * @param {Selected} analysis @param {{ sort: string, matches: Uint8Array | null, fn: string, isMoving: boolean }}
   * options `matches` for
   * each
   *   function whether it's shown.
   */
  show(analysis, { sort, matches, fn, isMoving }) {
    const { recording, weights } = analysis;
    const { groups } = recording;
    const value = recording.head.values[weights.view ? analysis.selection.value : 0];
    const whole = weights.sum || 1, largest = analysis.rows.reduce((most, row) => Math.max(most, row.self), 0) || 1;
    const rows = analysis.rows.filter(({ group }) => !matches || matches[groups[group].fn]);
    rows.sort(orderOf(sort, groups));
    this.heads.forEach((head, index) => {
      const key = HEADS[index][0];
      if (key === sort) head.setAttribute("aria-sort", key === "name" || key === "module" ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    /** @type {(row: { group: number, self: number, total: number }, index: number) => HTMLElement} */
    const shownRow = (row, index) => {
      const { name, module } = groups[row.group];
      const bar = html("span", { class: "bar-line" });
      bar.style.width = 100 * row.self / largest + "%";
      const made = html("tr", {
        "data-name": name, "data-module": module, "data-self": row.self, "data-total": row.total,
        tabindex: index === 0 ? 0 : -1, "aria-selected": String(name === fn),
      },
      html("td", { class: "words name", title: recording.fullNameOf(groups[row.group].fn) || name }, name),
      html("td", {}, cell(row.self, value)), html("td", {}, cell(row.total, value)),
      html("td", { class: "share" }, bar, html("span", {}, percent(row.self / whole))),
      html("td", {}, percent(row.total / whole)),
      html("td", { class: "words module", title: module }, module === "" ? "" : fileName(module)));
      return made;
    };
    cancelAnimationFrame(this.pending);
    const shown = Math.min(rows.length, MOST);
    this.body.replaceChildren(...rows.slice(0, FIRST).map(shownRow));
    let next = FIRST;
    const more = () => {
      this.body.append(...rows.slice(next, Math.min(shown, next + PIECE)).map((row, index) => shownRow(row,
        next + index)));
      next += PIECE;
      if (next < shown) this.pending = requestAnimationFrame(more);
    };
    // While a time is dragged over, what is in sight is enough.
    if (next < shown && !isMoving) this.pending = requestAnimationFrame(more);
    const all = analysis.rows.length;
    this.note.textContent = all === 0 ? "No function has samples in this selection."
      : rows.length === all ? `${grouped(all)} functions` + (shown < all ? `, the first ${grouped(shown)} shown` : "")
        : `${grouped(rows.length)} of ${grouped(all)} functions match the search`;
  }
}

/** @param {string} sort @param {{ name: string, module: string }[]} groups */
function orderOf(sort, groups) {
  /** @typedef {{ group: number, self: number, total: number }} Row */
  /** @param {Row} one @param {Row} other */
  const byName = (one, other) => {
    const [first, second] = [groups[one.group], groups[other.group]];
    return first.name < second.name ? -1 : first.name > second.name ? 1 : first.module < second.module ? -1 : 1;
  };
  /** @type {Record<string, (one: Row, other: Row) => number>} */
  const orders = {
    self: (one, other) => other.self - one.self || other.total - one.total || byName(one, other),
    total: (one, other) => other.total - one.total || other.self - one.self || byName(one, other),
    name: byName,
    module: (one, other) => {
      const [first, second] = [fileName(groups[one.group].module), fileName(groups[other.group].module)];
      return first < second ? -1 : first > second ? 1 : other.self - one.self || byName(one, other);
    },
  };
  return orders[sort] ?? orders.self;
}

/**
 * The row of a table's body that an event happened in.
 *
 * @param {Event} event
 */
export function rowOf(event) {
  const row = event.target instanceof Element ? event.target.closest("tbody tr") : null;
  return row instanceof HTMLTableRowElement ? row : null;
}

/**
 * Moves the one row that Tab reaches.
 *
 * @param {HTMLElement} from @param {HTMLElement} to
 */
export function focusRow(from, to) {
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}
