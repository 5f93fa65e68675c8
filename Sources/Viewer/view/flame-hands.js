/** @typedef {import("./flame-canvas.js").FlameCanvas} Flame */

/**
 * A flame graph by mouse, pen, finger and keyboard.
 *
 * @param {Flame} flame
 */
export function listenToFlame(flame) {
  const { box } = flame;
  /** @type {{ x: number, y: number, isMoved: boolean } | null} */
  let drag = null;
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    const bounds = box.getBoundingClientRect();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const delta = event.deltaX || event.deltaY;
      flame.panBy(delta / bounds.width * (flame.right - flame.left), 0);
    } else if (event.altKey) {
      flame.panBy(0, flame.isIcicle ? event.deltaY : -event.deltaY);
    } else {
      flame.zoomBy(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))),
        (event.clientX - bounds.left) / bounds.width);
    }
  }, { passive: false });
  box.addEventListener("pointerdown", (event) => {
    if (event.button === 0) drag = { x: event.clientX, y: event.clientY, isMoved: false };
  });
  box.addEventListener("pointermove", (event) => {
    if (drag && event.buttons & 1) {
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (!drag.isMoved && Math.abs(dx) + Math.abs(dy) < 4) return;
      if (!drag.isMoved) box.setPointerCapture(event.pointerId);
      drag = { x: event.clientX, y: event.clientY, isMoved: true };
      flame.panBy(-dx / flame.canvas.width * (flame.right - flame.left), flame.isIcicle ? -dy : dy);
      return;
    }
    point(flame, event);
  });
  box.addEventListener("pointerleave", () => unpoint(flame));
  box.addEventListener("click", (event) => {
    const wasDrag = drag?.isMoved ?? false;
    drag = null;
    if (wasDrag) return;
    const node = flame.nodeAt(event);
    if (node < 0) return;
    flame.focus = node;
    flame.events.onChoose(node);
    flame.events.onZoom(node);
  });
  flame.items.addEventListener("keydown", (event) => pressKey(flame, event));
  flame.items.addEventListener("focusin", (event) => {
    const node = Number(event.target instanceof HTMLElement ? event.target.dataset.node : NaN);
    if (!Number.isInteger(node)) return;
    flame.focus = node;
    flame.events.onChoose(node);
    flame.drawSoon();
  });
  new ResizeObserver(() => flame.drawSoon()).observe(box);
}

/** @param {Flame} flame @param {PointerEvent} event */
function point(flame, event) {
  const node = flame.nodeAt(event);
  if (node !== flame.hover) {
    flame.hover = node;
    flame.box.classList.toggle("pointing", node >= 0);
    flame.drawSoon();
  }
  flame.events.onHover(node, node >= 0 ? { x: event.clientX, y: event.clientY } : null);
}

/** @param {Flame} flame */
function unpoint(flame) {
  if (flame.hover >= 0) {
    flame.hover = -1;
    flame.drawSoon();
  }
  flame.events.onHover(-1, null);
}

/** @param {Flame} flame @param {KeyboardEvent} event */
function pressKey(flame, event) {
  const { tree } = flame;
  if (!tree || event.ctrlKey || event.metaKey || event.altKey) return;
  const siblings = flame.focus > 0 ? [...flame.callees(tree.parent[flame.focus])].filter((node) => tree.total[node] > 0)
    : [0];
  const index = siblings.indexOf(flame.focus);
  const deeper = tree.heaviestFirst(flame.focus)[0] ?? -1, higher = flame.focus > 0 ? tree.parent[flame.focus] : -1;
  const step = (flame.right - flame.left) / 4;
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowDown: () => flame.moveTo(flame.isIcicle ? deeper : higher),
    ArrowUp: () => flame.moveTo(flame.isIcicle ? higher : deeper),
    ArrowLeft: () => flame.moveTo(siblings[index - 1] ?? -1), ArrowRight: () => flame.moveTo(siblings[index + 1] ?? -1),
    Home: () => flame.moveTo(siblings[0]), End: () => flame.moveTo(siblings[siblings.length - 1]),
    Enter: () => flame.events.onZoom(flame.focus), " ": () => flame.events.onZoom(flame.focus),
    Backspace: () => flame.events.onZoom(Math.max(0, higher)),
    "+": () => flame.zoomBy(0.5, 0.5), "-": () => flame.zoomBy(2, 0.5),
    a: () => flame.panBy(-step, 0), d: () => flame.panBy(step, 0), w: () => flame.zoomBy(0.7, 0.5),
    s: () => flame.zoomBy(1 / 0.7, 0.5),
  };
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}
