import { act, copyStack } from "./page-actions.js";
import { VIEWS } from "./page-state.js";

/** @typedef {import("./profile-page.js").ProfilePage} Page */

/**
 * Everything by keyboard. Frames, rows and lanes listen themselves to arrows; these keys work wherever no text is
 * typed.
 *
 * @param {Page} page
 */
export function listenToPageKeys(page) {
  const { input } = page.header;
  const openSearch = () => {
    input.focus();
    input.select();
  };
  const keys = pageActions(page, openSearch);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "f" && document.activeElement !== input) {
      event.preventDefault();
      openSearch();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
      if (event.key === "Escape") {
        if (event.target === input && input.value !== "") page.change({ query: "" }, false);
        else event.target.blur();
      } else if (event.target === input && (event.key === "Enter" || event.key === "ArrowDown")) {
        event.preventDefault();
        focusView(page);
      }
      return;
    }
    if (event.target instanceof HTMLElement && event.target.getAttribute("role") === "tab"
      && moveTab(page, event)) return;
    const action = keys.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** @param {Page} page @param {KeyboardEvent} event */
function moveTab(page, event) {
  const index = VIEWS.indexOf(page.state.view);
  const places = new Map([["ArrowRight", index + 1], ["ArrowLeft", index - 1], ["Home", 0], ["End", VIEWS.length - 1]]);
  const next = places.get(event.key);
  if (next === undefined) return event.key === "ArrowDown" ? (event.preventDefault(), focusView(page), true) : false;
  event.preventDefault();
  const position = (next + VIEWS.length) % VIEWS.length;
  page.change({ view: VIEWS[position] }, true);
  page.frame.tabs[position].focus();
  return true;
}

/**
 * Puts the focus on what the view in sight begins with.
 *
 * @param {Page} page
 */
function focusView(page) {
  if (page.state.view === "functions") return page.table.focusFirst();
  if (page.state.view === "flame") return page.flame.moveTo(page.flame.focus);
  const panel = page.frame.panels[VIEWS.indexOf(page.state.view)];
  const first = panel.querySelector("tbody tr, button, [tabindex='0']");
  if (first instanceof HTMLElement) {
    if (!first.hasAttribute("tabindex") && first instanceof HTMLTableRowElement) first.tabIndex = 0;
    first.focus();
  }
}

/** @param {Page} page @param {() => void} openSearch @returns {Map<string, () => void>} */
function pageActions(page, openSearch) {
  const escape = () => {
    if (page.keys.isOpen) {
      page.keys.toggle(false);
      page.header.help.focus();
    } else if (page.state.zoom > 0 || page.flame.right - page.flame.left < 1) page.zoom(0);
    else if (page.state.query !== "") page.change({ query: "" }, false);
    else page.card.hide();
  };
  /** @type {[string, () => void][]} */
  const views = VIEWS.map((view, index) => [String(index + 1), () => {
    page.change({ view }, true);
    focusView(page);
  }]);
  return new Map([
    ...views, ["/", openSearch], ["?", () => page.keys.toggle(!page.keys.isOpen)], ["Escape", escape],
      ["0", () => page.zoom(0)],
    ["h", () => page.open(page.analysis.heaviest)], ["t", () => page.header.theme.click()],
    ["r", () => page.frame.reverse.click()],
    ["i", () => page.frame.icicle.click()], ["o", () => page.frame.heavy.click()],
    ["y", () => clickShown(page.frame.inTime)], ["b", () => clickNext(page.frame.sides)],
    ["m", () => clickNext(page.frame.rows)],
    ["f", () => act(page, "focus")], ["x", () => act(page, "ignore")], ["e", () => act(page, "hide")],
    ["c", () => act(page, "copy")], ["C", () => copyStack(page)], ["*", () => page.frame.path.click()],
  ]);
}

/**
 * Presses what stands behind the pressed one of some buttons, if they are in sight.
 *
 * @param {HTMLButtonElement[]} buttons
 */
function clickNext(buttons) {
  const pressed = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  clickShown(buttons[(pressed + 1) % buttons.length]);
}

/** @param {HTMLButtonElement} button */
function clickShown(button) { if (!button.closest("[hidden]")) button.click(); }
