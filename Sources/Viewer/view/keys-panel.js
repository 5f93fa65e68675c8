import { html } from "./elements.js";

const PAGE_KEYS = [
  ["1 … 6", "Flame graph, Tree, Functions, Sandwich, Time, Source"], ["h", "the heaviest function, in Sandwich"],
  ["/ or Ctrl-F", "search in all views"], ["Tab, then arrows", "go through frames, rows, lanes, marks"],
  ["Enter", "zoom to the frame; open the function"], ["Backspace", "zoom out to the caller"],
  ["+ − or w s, a d", "zoom and pan the flame graph"], ["*", "open the heaviest path (Tree)"],
  ["Escape, 0", "the whole picture; then what was searched"], ["r", "from the root or from the leaf"],
  ["i", "turn over: root above or below"], ["o", "in order of names or of weight"],
  ["y", "in the order of time"], ["b", "of two sides both, the one before, the one after"],
  ["m", "rows of functions, modules, processes, threads"], ["t", "light or dark"],
  ["f, x, e", "focus on, ignore, hide the chosen function"], ["c, C", "copy its name; its stack"],
];
const PAGE_TEXTS = [
  "Mouse: the wheel zooms at the pointer (with Shift sideways, with Alt up and down), dragging pans, a click zooms to "
    + "a frame. Dragging over the curve above selects a time, for all views.",
  "Search, focus, ignore and hide take regular expressions and look at names; begin with full:, module: or file: to "
    + "look there, or with kind: to select a kind of code, as a click on the legend does. "
    + "What is selected stands below the tabs and can be taken away there. The address keeps all of it.",
  "On the command line: perfprof report FILE --focus RE --ignore RE --hide RE --thread RE --process RE --from S "
    + "--to S.",
];

/** What keys and mouse do. */
export class KeysPanel {
  constructor() {
    this.close = html("button", { type: "button" }, "Close");
    this.box = html("div", { class: "help", role: "dialog", "aria-label": "Keys", hidden: "hidden" },
      html("table", {}, ...PAGE_KEYS.map(([key, what]) =>
        html("tr", {}, html("th", { scope: "row" }, key), html("td", {}, what)))),
      ...PAGE_TEXTS.map((text) => html("p", {}, text)), this.close);
  }

  get isOpen() { return !this.box.hasAttribute("hidden"); }

  /** @param {boolean} isOpen */
  toggle(isOpen) {
    this.box.toggleAttribute("hidden", !isOpen);
    if (isOpen) this.close.focus();
  }
}
