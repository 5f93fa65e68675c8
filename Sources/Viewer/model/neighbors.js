/** @typedef {import("./viewport.js").Viewport} Window */

/**
 * The frame to go to from a frame; -1 for none.
 *
 * @param {Window} viewport @param {FrameIndex} frame
 * @param {"caller" | "callee" | "left" | "right" | "first" | "last"} direction
 */
export function neighbor(viewport, frame, direction) {
  const { tree } = viewport;
  if (direction === "caller") return tree.parent[frame];
  if (direction === "callee") return callee(viewport, frame);
  // Slivers are passed over, or a row of thousands would never end.
  const row = tree.rows[tree.depth[frame]].filter((other) => {
    const place = viewport.place(other);
    return other === frame || (place !== null && place.width >= 1);
  });
  const index = row.indexOf(frame);
  return { left: row[index - 1], right: row[index + 1], first: row[0], last: row[row.length - 1] }[direction] ?? -1;
}

/**
 * The widest callee; of a caller of the zoomed frame the one towards it.
 *
 * @param {Window} viewport @param {FrameIndex} frame
 */
function callee(viewport, frame) {
  const { tree, zoom, layout } = viewport;
  if (frame !== zoom && viewport.isPath(frame)) return tree.callerAt(zoom, tree.depth[frame] + 1);
  let widest = -1;
  for (let child = frame + 1; child < tree.end[frame]; child = tree.end[child]) {
    if (widest < 0 || layout.width[child] > layout.width[widest]) widest = child;
  }
  return widest;
}
