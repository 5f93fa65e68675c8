import { counted } from "../model/figures.js";
import { html } from "./elements.js";

/** @typedef {import("../model/marks.js").Marks} Marks */

/** Pixels that a sign takes with its number. */
const ROOM = 30;
const MOST_LINES = 10;

/** The card that says what a sign in a row of marks stands for. */
export class MarkCard {
  constructor() { this.box = html("div", { class: "card", role: "tooltip", hidden: "hidden" }); }

  /** @param {string[]} lines @param {HTMLElement} sign */
  show(lines, sign) {
    const { box } = this, bounds = sign.getBoundingClientRect();
    box.replaceChildren(...lines.map((line) => html("div", { class: "where" }, line)));
    box.removeAttribute("hidden");
    const left = Math.min(bounds.left, innerWidth - box.offsetWidth - 6), below = bounds.bottom + 6;
    box.style.left = Math.max(6, left) + "px";
    box.style.top = (below + box.offsetHeight > innerHeight ? bounds.top - box.offsetHeight - 6 : below) + "px";
  }

  hide() { this.box.setAttribute("hidden", "hidden"); }
}

/**
 * Marks above a lane, as far apart as they can be read: a sign each, and where they are denser a sign for several with
 * their number. Arrows go from one to the next.
 */
export class MarkRow {
  /** @param {string} name @param {MarkCard} card */
  constructor(name, card) {
    this.card = card;
    this.box = html("div", { class: "marks", role: "toolbar", "aria-label": "Marks: " + name, hidden: "hidden" });
    this.key = "";
    /** @type {number[]} */
    this.entries = [];
    this.box.addEventListener("keydown", (event) => this.move(event));
    // A click on a sign that has the focus already shows its card again.
    for (const type of ["focusin", "pointerover", "click"]) {
      this.box.addEventListener(type, (event) => this.explain(event.target));
    }
    for (const type of ["focusout", "pointerleave"]) this.box.addEventListener(type, () => this.card.hide());
    /** @type {WeakMap<Element, string[]>} */
    this.lines = new WeakMap();
  }

  /** @param {EventTarget | null} sign */
  explain(sign) {
    const lines = sign instanceof HTMLElement ? this.lines.get(sign) : undefined;
    if (lines && sign instanceof HTMLElement) this.card.show(lines, sign);
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const signs = /** @type {HTMLElement[]} */ ([...this.box.children]);
    const at = signs.findIndex((sign) => sign === document.activeElement);
    if (event.key === "Escape" && !this.card.box.hasAttribute("hidden")) {
      event.preventDefault();
      return this.card.hide();
    }
    const places = new Map([["ArrowRight", at + 1], ["ArrowLeft", at - 1], ["Home", 0], ["End", signs.length - 1]]);
    const place = places.get(event.key);
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = signs[Math.max(0, Math.min(signs.length - 1, place))];
    signs.forEach((sign) => { sign.tabIndex = sign === next ? 0 : -1; });
    next.focus();
  }

  /**
   * @param {Marks} marks @param {number[]} entries @param {number} width @param {number} seconds
   */
  show(marks, entries, width, seconds) {
    const key = width + " " + entries.length;
    if (key === this.key && entries === this.entries) return;
    Object.assign(this, { key, entries });
    this.box.toggleAttribute("hidden", entries.length === 0);
    const groups = marks.gather(entries, width / (seconds * 1e9), ROOM, width);
    this.box.replaceChildren(...groups.map(({ x, entries: gathered }, index) => {
      const lines = markLines(marks, gathered), { text, isLoss } = marks.sign(gathered);
      const sign = html("button", { type: "button", class: isLoss ? "mark loss" : "mark",
        "aria-label": lines.join("; "), tabindex: index === 0 ? 0 : -1 }, text);
      sign.style.left = Math.max(0, x - 4) + "px";
      this.lines.set(sign, lines);
      return sign;
    }));
  }
}

/** @param {Marks} marks @param {number[]} entries */
function markLines(marks, entries) {
  const isLong = entries.length > MOST_LINES, shown = isLong ? entries.slice(0, MOST_LINES - 1) : entries;
  const lines = shown.map((entry) => `${(marks.time[entry >> 1] / 1e9).toFixed(3)} s: ${marks.words(entry)}`);
  const last = entries[entries.length - 1];
  if (isLong) {
    lines.push(`and ${counted(entries.length - shown.length, "marks")} more, up to `
      + `${(marks.time[last >> 1] / 1e9).toFixed(3)} s`);
  }
  return lines;
}
