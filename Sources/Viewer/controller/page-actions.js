import { exactly } from "../model/name-pattern.js";
import { KIND_WORDS } from "../model/recording.js";

/** @typedef {import("./profile-page.js").ProfilePage} Page */
/** @typedef {import("./page-state.js").PageState} PageState */

/**
 * Does something with the chosen function.
 *
 * @param {Page} page @param {string} action
 */
export function act(page, action) {
  const { state } = page, { fn } = state;
  if (fn === "") return;
  if (action === "sandwich" || action === "source") page.change({ view: action }, true);
  else if (action === "copy") copyText(page, fn);
  else if (action === "focus" || action === "ignore" || action === "hide") {
    page.change({ [action]: [...state[action], exactly(fn)], zoom: 0 }, true);
  }
}

/** @param {Page} page @param {string} text */
function copyText(page, text) {
  // Absent where the page came without TLS; refused where the reader said so.
  navigator.clipboard?.writeText(text).then(() => { page.header.result.textContent = "Copied"; }, () => {});
}

/**
 * Copies the chosen frame's stack, root first, a line each.
 *
 * @param {Page} page
 */
export function copyStack(page) {
  const tree = page.state.view === "tree" ? page.tree.tree : page.flame.tree;
  if (!tree || page.node <= 0 || page.node >= tree.count) return;
  const names = [];
  for (let at = page.node; at > 0; at = tree.parent[at]) names.push(tree.name(at));
  copyText(page, (tree.isLeafUp ? names : names.reverse()).join("\n"));
}

/**
 * Selects a thread, or no longer.
 *
 * @param {Page} page @param {number} thread
 */
export function pickThread(page, thread) {
  const { threads } = page.recording.head, [, tid, name] = threads[thread];
  // Of two sides a number is one side's, and a name both sides'.
  const isOnly = tid !== 0 && page.analysis.compared.length === 0
    && threads.filter((row) => row[1] === tid).length === 1;
  const text = isOnly ? String(tid) : exactly(name), chosen = page.state.threads;
  page.change({ threads: chosen.includes(text) ? chosen.filter((other) => other !== text) : [...chosen, text] }, true);
}

/**
 * Selects what runs in a module, a process or a thread.
 *
 * @param {Page} page @param {"modules" | "processes" | "threads"} kind @param {string} key
 */
export function pickPart(page, kind, key) {
  const { state } = page;
  if (kind === "threads") return pickThread(page, Number(key));
  if (kind === "modules") {
    if (key !== "") page.change({ focus: [...state.focus, "module:" + exactly(key)], by: "functions", zoom: 0 }, true);
    return;
  }
  const { processes } = page.recording.head, [pid, name] = processes[Number(key)];
  const isOnly = pid !== 0 && page.analysis.compared.length === 0
    && processes.filter((row) => row[0] === pid).length === 1;
  const text = isOnly ? String(pid) : exactly(name);
  page.change({ processes: state.processes.includes(text) ? [] : [text] }, true);
}

/**
 * Gathers samples with a kind of code on their stack; then leaves them out, hides the code, shows all.
 *
 * @param {Page} page @param {number} kind
 */
export function pickKind(page, kind) {
  const word = KIND_WORDS[kind];
  if (!word) return;
  const pattern = `kind:^${word}$`, { state } = page;
  const steps = /** @type {const} */ (["focus", "ignore", "hide"]);
  const next = steps[steps.findIndex((step) => state[step].includes(pattern)) + 1];
  const isLast = state.hide.includes(pattern);
  /** @type {Partial<PageState>} */
  const changes = { zoom: 0 };
  for (const step of steps) changes[step] = state[step].filter((text) => text !== pattern);
  if (next && !isLast) changes[next] = [...state[next], pattern];
  page.change(changes, true);
}
