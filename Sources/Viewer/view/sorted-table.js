import { html } from "./elements.js";

const FIRST = 150, PIECE = 500, MOST = 20_000;

/**
 * A column: what its head says, by which word it's sorted (none where it isn't), and what a row has in it.
 *
 * @template Row
 * @typedef {{
 *   text: string, sort?: string, isAscending?: boolean, words?: string, order?: (one: Row, other: Row) => number,
 *   cell: (row: Row) => HTMLTableCellElement
 * }} Column
 */

/**
 * A table of many rows, sorted as asked, gone through by arrows.
 *
 * @template Row
 */
export class SortedTable {
  /**
   * @param {{ name: string, attributes: (row: Row) => Record<string, string | number>,
   *   onOpen: (row: HTMLTableRowElement) => void, onChoose: (row: HTMLTableRowElement) => void,
   *   onSort: (key: string) => void }} options
   */
  constructor(options) {
    this.options = options;
    this.body = html("tbody");
    this.heads = html("tr");
    this.table = html("table", { class: "figures", "aria-label": options.name }, html("thead", {}, this.heads),
      this.body);
    this.note = html("p", { class: "remark", "aria-live": "polite" });
    this.box = html("div", { class: "table-box" }, this.table, this.note);
    this.pending = 0;
    this.table.addEventListener("click", (event) => {
      const sort = event.target instanceof HTMLElement ? event.target.dataset.sort : undefined;
      if (sort) return options.onSort(sort);
      const row = rowOf(event);
      if (row) options.onOpen(row);
    });
    this.table.addEventListener("focusin", (event) => {
      const row = rowOf(event);
      if (row) options.onChoose(row);
    });
    this.body.addEventListener("keydown", (event) => this.key(event));
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
      this.options.onOpen(row);
    }
  }

  focusFirst() {
    const first = this.body.firstElementChild;
    if (first instanceof HTMLElement) first.focus();
  }

  /**
   * Shows rows in the order of the column that is sorted by; of the first where there is none.
   *
   * @param {Column<Row>[]} columns @param {Row[]} rows
   * @param {{ sort: string, isChosen: (row: Row) => boolean, isMoving: boolean }} options
   */
  show(columns, rows, { sort, isChosen, isMoving }) {
    const sorted = columns.find((column) => column.sort === sort) ?? columns.find(({ order }) => order !== undefined);
    if (sorted?.order) rows.sort(sorted.order);
    this.heads.replaceChildren(...columns.map((column) => {
      const label = column.sort ? html("button", { type: "button", "data-sort": column.sort }, column.text)
        : column.text;
      const head = html("th", { scope: "col", class: column.words ?? "" }, label);
      if (column === sorted) head.setAttribute("aria-sort", column.isAscending ? "ascending" : "descending");
      return head;
    }));
    /** @type {(row: Row, index: number) => HTMLElement} */
    const shownRow = (row, index) => html("tr", { ...this.options.attributes(row), tabindex: index === 0 ? 0 : -1,
      "aria-selected": String(isChosen(row)) }, ...columns.map(({ cell }) => cell(row)));
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
    return shown;
  }
}

/**
 * A cell with a bar below its text.
 *
 * @param {string} text @param {number} share How long the bar is, of all it could be.
 */
export function barCell(text, share) {
  const bar = html("span", { class: "bar-line" });
  bar.style.width = 100 * share + "%";
  return html("td", { class: "share" }, bar, html("span", {}, text));
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
