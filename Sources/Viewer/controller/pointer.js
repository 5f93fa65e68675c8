/** @typedef {import("./viewer.js").Viewer} Owner */

/**
 * Everything by mouse, pen and finger: the controls, and frames to hover over and to zoom to.
 *
 * @param {Owner} viewer
 */
export function listenToPointer(viewer) {
  const { graph, card, help, header } = viewer;
  header.form.addEventListener("submit", (event) => { event.preventDefault(); viewer.goToMatch(1); });
  header.input.addEventListener("input", () => viewer.change({ query: header.input.value }, false));
  header.regex.addEventListener("click", () => viewer.change({ isExpression: !viewer.state.isExpression }, false));
  header.reset.addEventListener("click", () => viewer.change({ zoom: 0 }, true));
  header.flip.addEventListener("click", () => viewer.change({ isIcicle: !viewer.state.isIcicle }, false));
  header.theme.addEventListener("click", () => viewer.change({ theme: viewer.isDark() ? "light" : "dark" }, false));
  header.help.addEventListener("click", () => viewer.toggleHelp(!help.isOpen));
  help.close.addEventListener("click", () => viewer.toggleHelp(false));
  card.close.addEventListener("click", () => card.hide());

  let isTouch = false;
  let pressed = { x: 0, y: 0 };
  graph.canvas.addEventListener("pointermove", (event) => hover(viewer, event));
  graph.canvas.addEventListener("pointerleave", () => hover(viewer, null));
  graph.canvas.addEventListener("pointerdown", (event) => {
    isTouch = event.pointerType === "touch";
    pressed = { x: event.clientX, y: event.clientY };
    viewer.host.classList.remove("keys");
  });
  graph.canvas.addEventListener("click", (event) => {
    const frame = frameAt(viewer, event);
    if (frame < 0 || isDrag(pressed, event)) return;
    viewer.zoomTo(frame);
    if (isTouch) card.show(frame, viewer.state.zoom, null);
  });
}

/** How many pixels a hand may tremble in a click. */
const TREMBLE = 5;

/**
 * Whether the pointer was moved between its press and its release: that selects, or was thought better of.
 *
 * @param {{ x: number, y: number }} pressed @param {MouseEvent} event
 */
function isDrag(pressed, event) {
  // A click that a keyboard or a program makes has no place.
  return event.detail > 0 && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > TREMBLE;
}

/**
 * The frame under the pointer; -1 for none.
 *
 * @param {Owner} viewer @param {MouseEvent} event
 */
function frameAt(viewer, event) {
  const bounds = viewer.graph.canvas.getBoundingClientRect();
  return viewer.viewport.at(event.clientX - bounds.left, event.clientY - bounds.top);
}

/** @param {Owner} viewer @param {PointerEvent | null} event */
function hover(viewer, event) {
  if (event && event.pointerType === "touch") return;
  const { graph, card, state } = viewer;
  const frame = event ? frameAt(viewer, event) : -1;
  graph.drawRing(graph.hoverRing, frame);
  graph.canvas.classList.toggle("pointing", frame >= 0);
  if (event && frame >= 0) card.show(frame, state.zoom, { x: event.clientX, y: event.clientY }); else card.hide();
}
