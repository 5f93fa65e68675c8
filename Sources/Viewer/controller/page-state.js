/** The views, as tabs name them. */
export const VIEWS = Object.freeze(["flame", "tree", "functions", "sandwich", "time", "source"]);

/**
 * What a reader chose. All of it is in the address, so that a link opens the same view.
 *
 * @typedef {PageSelection & {
 *   view: string, by: "functions" | "modules" | "processes" | "threads", query: string, fn: string,
 *   isReversed: boolean,
 *   order: "name" | "weight" | "time", isIcicle: boolean, zoom: number,
 *   sort: string, theme: "" | "dark" | "light"
 * }} PageState
 */

const LISTS = /** @type {const} */ ([
  ["focus", "focus"], ["ignore", "ignore"], ["hide", "hide"], ["thread", "threads"], ["process", "processes"],
]);
/** What a table can have rows of. */
export const ROWS = /** @type {const} */ (["functions", "modules", "processes", "threads"]);
/** Which of two sides are looked at. */
export const SIDES = /** @type {const} */ (["both", "before", "after"]);
/** What decides what stands left of what. */
const ORDERS = /** @type {const} */ (["name", "weight", "time"]);
const SORTS = ["self", "total", "name", "module"];

/**
 * The state that a fragment such as `#view=functions&q=malloc&from=1.5` tells; what makes no sense is as if it weren't
 * there.
 *
 * @param {string} fragment @param {PageHead} head @returns {PageState}
 */
export function pageStateOf(fragment, head) {
  const values = new URLSearchParams(fragment.replace(/^#/, ""));
  const view = values.get("view") ?? "", theme = values.get("theme"), sort = values.get("sort") ?? "";
  const value = head.values.findIndex(({ name }) => name === values.get("value"));
  const zoom = values.get("zoom") ?? "";
  const from = seconds(values.get("from")), to = seconds(values.get("to"));
  /** @type {PageState} */
  const state = {
    view: VIEWS.includes(view) ? view : VIEWS[0],
    by: ROWS.find((rows) => rows === values.get("by")) ?? ROWS[0],
    side: head.comparison ? SIDES.find((side) => side === values.get("side")) ?? SIDES[0] : SIDES[0],
    query: values.get("q") ?? "", fn: values.get("function") ?? "",
    from, to: from !== null && to !== null && to <= from ? null : to,
    value: value < 0 ? head.value : value,
    focus: [], ignore: [], hide: [], threads: [], processes: [],
    mergesRecursion: values.get("recursion") === "merged",
    isReversed: flag(values.get("reverse"), head.isReversed),
    isIcicle: flag(values.get("icicle"), head.isIcicle),
    order: ORDERS.find((order) => order === values.get("order")) ?? ORDERS[0],
    zoom: /^\d{1,9}$/.test(zoom) ? Number(zoom) : 0,
    sort: SORTS.includes(sort) ? sort : "self",
    theme: theme === "dark" || theme === "light" ? theme : "",
  };
  for (const [key, member] of LISTS) state[member] = values.getAll(key).filter((text) => text !== "").slice(0, 20);
  return state;
}

/**
 * The fragment that tells a state.
 *
 * @param {PageState} state @param {PageHead} head
 */
export function pageFragmentOf(state, head) {
  /** @type {[string, string][]} */
  const parts = [];
  if (state.view !== VIEWS[0]) parts.push(["view", state.view]);
  if (state.by !== ROWS[0]) parts.push(["by", state.by]);
  if (state.side !== SIDES[0]) parts.push(["side", state.side]);
  if (state.value !== head.value) parts.push(["value", head.values[state.value].name]);
  if (state.from !== null) parts.push(["from", String(state.from)]);
  if (state.to !== null) parts.push(["to", String(state.to)]);
  for (const [key, member] of LISTS) for (const text of state[member]) parts.push([key, text]);
  if (state.query !== "") parts.push(["q", state.query]);
  if (state.fn !== "") parts.push(["function", state.fn]);
  if (state.mergesRecursion) parts.push(["recursion", "merged"]);
  if (state.isReversed !== head.isReversed) parts.push(["reverse", state.isReversed ? "1" : "0"]);
  if (state.isIcicle !== head.isIcicle) parts.push(["icicle", state.isIcicle ? "1" : "0"]);
  if (state.order !== ORDERS[0]) parts.push(["order", state.order]);
  if (state.zoom > 0) parts.push(["zoom", String(state.zoom)]);
  if (state.sort !== "self") parts.push(["sort", state.sort]);
  if (state.theme !== "") parts.push(["theme", state.theme]);
  return "#" + parts.map(([key, text]) => key + "=" + encodeURIComponent(text)).join("&");
}

/** @param {string | null} text @param {boolean} usual */
function flag(text, usual) { return text === "1" ? true : text === "0" ? false : usual; }

/** @param {string | null} text */
function seconds(text) {
  const number = text === null || text.trim() === "" ? NaN : Number(text);
  return number >= 0 && number < 1e9 ? number : null;
}
