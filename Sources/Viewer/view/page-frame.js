import { exactly } from "../model/name-pattern.js";
import { html } from "./elements.js";

const TABS = ["Flame graph", "Tree", "Functions", "Sandwich", "Time", "Source"];
const ROW_NAMES = { functions: "Functions", modules: "Modules", processes: "Processes", threads: "Threads" };

/**
 * @typedef {PageSelection & { view: string, by: string, isReversed: boolean, order: string, isIcicle: boolean }} Shown
 */

/** What stands around the views: tabs, switches, chips, and the selected time. */
export class PageFrame {
  /**
   * @param {readonly string[]} views Names of views in addresses, in the order of tabs.
   * @param {HTMLElement[]} panels What tabs open. @param {HTMLElement} strip
   * @param {PageComparison | undefined} comparison
   */
  constructor(views, panels, strip, comparison) {
    this.views = views;
    this.tabs = TABS.map((text, index) => html("button", {
      type: "button", role: "tab", id: "tab-" + views[index], "aria-controls": "panel-" + views[index],
      title: `${text} (${index + 1})`,
    }, text));
    this.reverse = toggle("Leaf up", "From the functions that ran up to their callers (r)");
    this.heavy = toggle("Heaviest first", "In order of weight instead of names (o)");
    this.inTime = toggle("In time", "In the order of time, one thread after the other");
    this.icicle = toggle("Root above", "Turn over (i)");
    this.merge = toggle("Merge recursion", "A function that calls itself is one frame");
    this.path = html("button", { type: "button", title: "Open the heaviest path (*)" }, "Heaviest path");
    this.reset = html("button", { type: "button", title: "Reset zoom (0)" }, "Reset zoom");
    this.rows = Object.entries(ROW_NAMES).map(([key, text]) => choice(text, "rows", key));
    this.rowGroup = html("div", { class: "choice", role: "group", "aria-label": "Rows" }, ...this.rows);
    this.sides = [["both", "Difference", "Before beside after"], ["before", "Before", comparison?.names[0] ?? ""],
      ["after", "After", comparison?.names[1] ?? ""]].map(([key, text, title]) => choice(text, "side", key, title));
    this.sideGroup = html("div", { class: "choice sides", role: "group", "aria-label": "Side" }, ...this.sides);
    this.sideGroup.toggleAttribute("hidden", !comparison);
    this.chips = html("div", { class: "chips", role: "list", "aria-label": "What is selected" });
    this.notice = html("p", { class: "notice", role: "alert" });
    this.fromInput = timeInput("From second");
    this.toInput = timeInput("To second");
    this.panels = panels.map((panel, index) => html("section", {
      role: "tabpanel", id: "panel-" + views[index], "aria-labelledby": "tab-" + views[index], class: "panel",
      hidden: "hidden",
    }, panel));
    this.timeRow = html("div", { class: "time-row" }, strip,
      html("div", { class: "time-inputs" }, this.fromInput, html("span", {}, "to"), this.toInput,
        html("span", {}, "s")));
    this.tabRow = html("nav", { class: "tab-row" },
      html("div", { role: "tablist", "aria-label": "Views", class: "tabs" }, ...this.tabs),
      html("div", { class: "options" }, this.sideGroup, this.rowGroup, this.reverse, this.heavy, this.inTime,
        this.icicle, this.merge, this.path, this.reset));
    this.main = html("main", {}, ...this.panels);
  }

  /**
   * @param {Shown} state @param {{ isZoomed: boolean, hasTimes: boolean }} facts
   */
  show(state, { isZoomed, hasTimes }) {
    const index = this.views.indexOf(state.view);
    this.tabs.forEach((tab, position) => {
      tab.setAttribute("aria-selected", String(position === index));
      tab.tabIndex = position === index ? 0 : -1;
      if (position === index) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
    this.panels.forEach((panel, position) => panel.toggleAttribute("hidden", position !== index));
    this.timeRow.toggleAttribute("hidden", !hasTimes);
    const isFlame = index === 0;
    for (const [element, isShown] of /** @type {[HTMLElement, boolean][]} */ ([
      [this.reverse, index < 2], [this.heavy, isFlame], [this.icicle, isFlame], [this.reset, isFlame],
      [this.inTime, isFlame && hasTimes && this.sideGroup.hasAttribute("hidden")], [this.path, index === 1],
      [this.rowGroup, index === 2],
    ])) element.toggleAttribute("hidden", !isShown);
    press(this.reverse, state.isReversed && state.order !== "time");
    press(this.heavy, state.order === "weight");
    press(this.inTime, state.order === "time");
    press(this.icicle, state.isIcicle);
    press(this.merge, state.mergesRecursion);
    for (const button of this.rows) press(button, button.dataset.rows === state.by);
    for (const button of this.sides) press(button, button.dataset.side === state.side);
    this.reset.disabled = !isZoomed;
    this.fromInput.value = state.from === null ? "" : String(state.from);
    this.toInput.value = state.to === null ? "" : String(state.to);
  }

  /**
   * A chip for each step of the selection; each can be taken away.
   *
   * @param {Shown} state @param {(changes: Partial<PageSelection>) => void} onChange
   */
  showChips(state, onChange) {
    /** @type {[string, () => void][]} */
    const chips = [];
    if (state.from !== null || state.to !== null) {
      const text = state.to === null ? `from ${state.from} s` : `${state.from ?? 0} to ${state.to} s`;
      chips.push([text, () => onChange({ from: null, to: null })]);
    }
    for (const [word, key] of /** @type {const} */ ([["thread", "threads"], ["process", "processes"],
      ["focus", "focus"], ["ignore", "ignore"], ["hide", "hide"]])) {
      state[key].forEach((text, index) => chips.push([`${word}: ${plain(text)}`,
        () => onChange({ [key]: state[key].filter((_, other) => other !== index) })]));
    }
    this.chips.replaceChildren(...chips.map(([text, remove]) => {
      const button = html("button", { type: "button", class: "chip", "aria-label": "Take away: " + text }, text,
        html("span", { "aria-hidden": "true" }, " ×"));
      button.addEventListener("click", remove);
      return html("span", { role: "listitem" }, button);
    }));
  }
}

/** @param {string} label @param {string} title */
function toggle(label, title) {
  return html("button", { type: "button", title, "aria-pressed": "false" }, label);
}

/** @param {string} label @param {string} group @param {string} key @param {string} [title] */
function choice(label, group, key, title = "") {
  return html("button", { type: "button", "aria-pressed": "false", ["data-" + group]: key,
    ...(title ? { title } : {}) }, label);
}

/** @param {HTMLElement} button @param {boolean} isPressed */
function press(button, isPressed) { button.setAttribute("aria-pressed", String(isPressed)); }

/** @param {string} label */
function timeInput(label) {
  return html("input", { type: "text", inputmode: "decimal", size: 7, "aria-label": label,
    placeholder: label.startsWith("From") ? "from" : "to" });
}

/**
 * An expression that means one name, as that name.
 *
 * @param {string} source
 */
function plain(source) {
  const inner = /^\^(.*)\$$/.exec(source)?.[1];
  return inner !== undefined && exactly(inner.replace(/\\(.)/g, "$1")) === source ? inner.replace(/\\(.)/g, "$1")
    : source;
}
