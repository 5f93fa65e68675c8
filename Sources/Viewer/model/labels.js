/** Columns of the table of labels. */
export const COLUMN = Object.freeze({ name: 0, color: 1, full: 2, module: 3, file: 4 });
const COLUMNS = 5;

/** What frames are called and where their code is: one row for each distinct label, strings by index. */
export class LabelTable {
  /** @param {(number | string)[]} cells @param {string[]} strings */
  constructor(cells, strings) {
    this.cells = cells;
    this.strings = strings;
    this.count = cells.length / COLUMNS;
  }

  /**
   * Which string a label has in a column, which two labels share or don't; -1 for none.
   *
   * @param {number} label @param {number} column
   */
  index(label, column) {
    return Number(this.cells[label * COLUMNS + column]);
  }

  /** @param {number} label @param {number} column */
  text(label, column) {
    const index = this.index(label, column);
    return index < 0 ? "" : this.strings[index];
  }

  /**
   * Kind and shade, which is a class in the style sheet, such as `u4`.
   *
   * @param {number} label
   */
  color(label) {
    return String(this.cells[label * COLUMNS + COLUMN.color]);
  }

  /**
   * The letter of a label's kind.
   *
   * @param {number} label
   */
  kind(label) {
    return this.color(label)[0];
  }
}

/**
 * A C++ or Rust name without its first namespace, without the first two, and so on: what stands behind each `::`
 * outside of brackets.
 *
 * @param {string} name
 */
export function withoutNamespaces(name) {
  const shorter = [];
  let depth = 0;
  for (let index = 0; index < name.length; index++) {
    const letter = name[index];
    if ("<([{".includes(letter)) depth++;
    else if (")]}".includes(letter) || (letter === ">" && name[index - 1] !== "-")) depth = Math.max(0, depth - 1);
    else if (letter === ":" && name[index + 1] === ":" && depth === 0) shorter.push(name.slice(++index + 1));
  }
  return shorter.filter((rest) => rest !== "");
}
