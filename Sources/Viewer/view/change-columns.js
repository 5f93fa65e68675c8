import { amount, percent, points } from "../model/figures.js";
import { isNews, VERDICTS } from "../model/findings.js";
import { html } from "./elements.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

/**
 * Before, after, the difference and what is said of it, as columns; what is chance is gray.
 *
 * @template Row
 * @param {Selected} analysis
 * @param {{ name: string, sort: string, byName: (one: Row, other: Row) => number,
 *   weights: (row: Row) => [before: number, after: number], finding: (row: Row) => Finding | undefined }} measure
 * @returns {import("./sorted-table.js").Column<Row>[]}
 */
export function changeColumns(analysis, { name, sort, byName, weights, finding }) {
  const value = analysis.recording.head.values[analysis.selection.value], { isEverything } = analysis;
  /** @param {Row} row */
  const shares = (row) => weights(row).map((weight, side) => analysis.sideShare(side, weight));
  /** @param {Row} row */
  const difference = (row) => {
    const [before, after] = shares(row);
    return after - before;
  };
  /** @param {Row} row @param {number} side */
  const share = (row, side) => html("td", { title: amount(weights(row)[side], value) }, percent(shares(row)[side]));
  return [
    { text: name + " before", cell: (row) => share(row, 0) }, { text: "After", cell: (row) => share(row, 1) },
    {
      text: name + " change", sort, cell: (row) => {
        const found = finding(row), change = difference(row);
        const isTold = isEverything && found !== undefined && isNews(found);
        return html("td", { class: isTold ? change > 0 ? "grew" : "shrank" : "chance" }, points(change));
      },
      order: (one, other) => {
        const news = isEverything ? Number(isFound(finding(other))) - Number(isFound(finding(one))) : 0;
        return news || Math.abs(difference(other)) - Math.abs(difference(one)) || byName(one, other);
      },
    },
    { text: "Verdict", words: "words", cell: (row) => verdictCell(finding(row), isEverything) },
  ];
}

/** @param {Finding | undefined} finding */
function isFound(finding) { return finding !== undefined && isNews(finding); }

/** @param {Finding | undefined} finding @param {boolean} isEverything */
function verdictCell(finding, isEverything) {
  if (!finding || !isEverything) return html("td", { class: "words chance" }, "");
  const [verdict, , , low, high, isDiluted] = finding;
  const range = `between ${points(low)} and ${points(high)}`
    + (isDiluted ? "; the share differs since others take more, or less, of everything" : "");
  return html("td", { class: "words " + (isNews(finding) ? "" : "chance"), title: range },
    isDiluted ? "as others changed" : VERDICTS[verdict] ?? verdict);
}
