import { neighbor } from "../model/neighbors.js";

/** @typedef {import("./viewer.js").Viewer} Owner */

/**
 * Everything by keyboard: frames form a tree of which one can be reached by Tab and the others by arrows.
 *
 * @param {Owner} viewer
 */
export function listenToKeys(viewer) {
  const keys = actions(viewer);
  const { input } = viewer.header;
  addEventListener("keydown", (event) => {
    const isFind = (event.ctrlKey || event.metaKey) && event.key === "f";
    if (isFind && document.activeElement !== input) {
      event.preventDefault();
      viewer.openSearch();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === input) {
      if (event.key !== "Escape") return;
      event.preventDefault();
      if (input.value !== "") viewer.change({ query: "" }, false); else viewer.focusFrame(viewer.graph.focus);
      return;
    }
    const isFrame = event.target instanceof Node && viewer.graph.group.contains(event.target);
    if (isFrame && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      viewer.goTo(viewer.graph.focus);
      return;
    }
    const action = keys.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
  viewer.graph.group.addEventListener("focusin", (event) => {
    const frame = viewer.graph.frameOf(event.target);
    if (frame < 0 || !(event.target instanceof Element && event.target.matches(":focus-visible"))) return;
    viewer.noticeFocus(frame);
  });
  viewer.graph.group.addEventListener("focusout", () => viewer.card.hide());
}

/**
 * What keys do outside of the search field.
 *
 * @param {Owner} viewer @returns {Map<string, () => void>}
 */
function actions(viewer) {
  const { graph, header, tree } = viewer;
  const escape = () => {
    if (viewer.help.isOpen) viewer.toggleHelp(false);
    else if (viewer.state.zoom > 0) viewer.goTo(0);
    else if (viewer.state.query !== "") viewer.change({ query: "" }, false);
    else viewer.card.hide();
  };
  const zoomOut = () => { if (viewer.state.zoom > 0) viewer.goTo(tree.parent[viewer.state.zoom]); };
  /** @param {"caller" | "callee" | "left" | "right" | "first" | "last"} direction */
  const move = (direction) => {
    const isInside = graph.group.contains(document.activeElement);
    viewer.focusFrame(isInside ? neighbor(viewer.viewport, graph.focus, direction) : graph.focus);
  };
  return new Map([
    ["/", () => viewer.openSearch()], ["?", () => viewer.toggleHelp(!viewer.help.isOpen)],
    ["Escape", escape], ["0", () => viewer.goTo(0)], ["Backspace", zoomOut],
    ["i", () => header.flip.click()], ["t", () => header.theme.click()],
    ["c", () => copyName(viewer)], ["f", () => markAlike(viewer)],
    ["n", () => viewer.goToMatch(1)], ["N", () => viewer.goToMatch(-1)],
    ["ArrowUp", () => move(viewer.state.isIcicle ? "caller" : "callee")],
    ["ArrowDown", () => move(viewer.state.isIcicle ? "callee" : "caller")],
    ["ArrowLeft", () => move("left")], ["ArrowRight", () => move("right")],
    ["Home", () => move("first")], ["End", () => move("last")],
  ]);
}

/**
 * The frame that a key is about: the one whose card is open, or the focused one.
 *
 * @param {Owner} viewer
 */
function frameAtHand(viewer) {
  return viewer.card.frame >= 0 ? viewer.card.frame : viewer.graph.focus;
}

/** @param {Owner} viewer */
function copyName(viewer) {
  const frame = frameAtHand(viewer);
  const name = viewer.tree.fullName(frame) || viewer.tree.name(frame);
  // Absent where the page came without TLS; refused where the reader said so.
  navigator.clipboard?.writeText(name).then(() => { viewer.header.result.textContent = "Copied: " + name; }, () => {});
}

/** @param {Owner} viewer */
function markAlike(viewer) {
  const name = viewer.tree.name(frameAtHand(viewer)).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  viewer.change({ query: "^" + name + "$", isExpression: true }, false);
}
