import { html } from "./elements.js";

const KEYS = [
  ["Tab, then arrows", "go from frame to frame"], ["Enter, click", "zoom in"], ["Backspace", "zoom out to the caller"],
  ["Escape, 0", "whole picture"], ["/ or Ctrl-F", "search"], ["n, N", "next, previous match, the widest first"],
  ["i", "turn over: root below or above"], ["t", "light or dark"], ["f", "mark all frames of this name"],
  ["c", "copy the frame's name"],
];
const PARAGRAPHS = [
  "Search looks at names. Begin with full:, module: or file: to look there. Regular expressions that could take for "
    + "ever are not searched: above all repeated groups that hold repetitions or choices. Samples that match count "
    + "once, however many matching frames they pass through.",
  "Width is the share of samples; from side to side frames are sorted by name, not time. The address of this page "
    + "keeps zoom and search.",
];

/** What keys do, and what a search looks at. */
export class HelpPanel {
  constructor() {
    this.close = html("button", { type: "button" }, "Close");
    this.box = html("div", { class: "help", role: "dialog", "aria-label": "Keyboard and search", hidden: "hidden" },
      html("table", {}, ...KEYS.map(([key, what]) =>
        html("tr", {}, html("th", { scope: "row" }, key), html("td", {}, what)))),
      ...PARAGRAPHS.map((text) => html("p", {}, text)), this.close);
  }

  get isOpen() { return !this.box.hasAttribute("hidden"); }

  /** @param {boolean} isOpen */
  toggle(isOpen) {
    this.box.toggleAttribute("hidden", !isOpen);
    if (isOpen) this.close.focus();
  }
}
