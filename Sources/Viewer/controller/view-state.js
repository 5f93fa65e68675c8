/**
 * What a reader chose. All of it is in the address, so that a link opens the same view.
 *
 * @typedef {{
 *   zoom: FrameIndex, query: string, isExpression: boolean, isIcicle: boolean, theme: "" | "dark" | "light"
 * }} ViewState
 */

/**
 * The state that a fragment such as `#z=12&s=malloc` tells; whatever makes no sense is as if it weren't there.
 *
 * @param {string} fragment @param {{ count: number, isIcicle: boolean }} picture Its frames, and how it comes up.
 * @returns {ViewState}
 */
export function stateOf(fragment, picture) {
  const values = new URLSearchParams(fragment.replace(/^#/, ""));
  const number = values.get("z") ?? "";
  const zoom = /^\d{1,9}$/.test(number) ? Number(number) : 0;
  const theme = values.get("t");
  const isIcicle = values.get("i");
  return {
    zoom: zoom < picture.count ? zoom : 0,
    query: values.get("s") ?? "",
    isExpression: values.get("r") === "1",
    isIcicle: isIcicle === null ? picture.isIcicle : isIcicle === "1",
    theme: theme === "dark" || theme === "light" ? theme : "",
  };
}

/**
 * The fragment that tells a state.
 *
 * @param {ViewState} state @param {{ isIcicle: boolean }} picture
 */
export function fragmentOf(state, picture) {
  const parts = [];
  if (state.zoom > 0) parts.push("z=" + state.zoom);
  if (state.query !== "") parts.push("s=" + encodeURIComponent(state.query));
  if (state.isExpression) parts.push("r=1");
  if (state.isIcicle !== picture.isIcicle) parts.push("i=" + (state.isIcicle ? 1 : 0));
  if (state.theme !== "") parts.push("t=" + state.theme);
  return "#" + parts.join("&");
}
