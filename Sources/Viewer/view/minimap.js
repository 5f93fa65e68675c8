import { SharpCanvas } from "./canvas.js";
import { html } from "./elements.js";

/** @typedef {import("./flame-canvas.js").FlameCanvas} Flame */

const HEIGHT = 44;

/** The whole flame graph, small, with a frame around what is in sight; the frame can be dragged. */
export class Minimap {
  /** @param {Flame} flame */
  constructor(flame) {
    this.flame = flame;
    this.canvas = new SharpCanvas("minimap");
    this.box = html("div", { class: "minimap-box" }, this.canvas.element);
    this.key = "";
    this.picture = document.createElement("canvas");
    /** @param {PointerEvent} event */
    const move = (event) => {
      const bounds = this.box.getBoundingClientRect(), width = flame.right - flame.left;
      const middle = (event.clientX - bounds.left) / bounds.width;
      flame.panBy(middle - width / 2 - flame.left, 0);
    };
    this.box.addEventListener("pointerdown", (event) => {
      this.box.setPointerCapture(event.pointerId);
      move(event);
    });
    this.box.addEventListener("pointermove", (event) => { if (event.buttons & 1) move(event); });
  }

  /** @param {string} key Changes whenever the whole graph looks different. */
  draw(key) {
    const { flame, box } = this;
    const { tree } = flame;
    const width = box.clientWidth;
    if (!tree || width === 0) return;
    const pen = this.canvas.begin(width, HEIGHT);
    const row = Math.max(0.5, Math.min(3, HEIGHT / flame.rows));
    if (this.key !== key + width) {
      this.key = key + width;
      [this.picture.width, this.picture.height] = [width, HEIGHT];
      this.drawAll(width, row);
    }
    pen.drawImage(this.picture, 0, 0, width, HEIGHT);
    const left = flame.left * width, right = flame.right * width;
    pen.fillStyle = flame.colors.get("paper");
    pen.globalAlpha = 0.65;
    pen.fillRect(0, 0, left, HEIGHT);
    pen.fillRect(right, 0, width - right, HEIGHT);
    pen.globalAlpha = 1;
    pen.strokeStyle = flame.colors.get("accent");
    pen.lineWidth = 1.5;
    pen.strokeRect(left + 0.75, 0.75, Math.max(2, right - left - 1.5), HEIGHT - 1.5);
  }

  /** @param {number} width @param {number} row */
  drawAll(width, row) {
    const { flame, picture } = this, { tree } = flame, pen = picture.getContext("2d");
    if (!tree || !pen) return;
    pen.clearRect(0, 0, width, HEIGHT);
    const scale = width / (tree.total[0] || 1), { labels } = tree.recording;
    const nodes = [0], starts = [0];
    while (nodes.length > 0) {
      const node = /** @type {number} */ (nodes.pop()), start = /** @type {number} */ (starts.pop());
      const depth = tree.depth[node], size = tree.total[node] * scale;
      const y = flame.isIcicle ? depth * row : HEIGHT - (depth + 1) * row;
      if (y < -row || y > HEIGHT) continue;
      const { kind, shade } = node === 0 ? { kind: 6, shade: 0 } : labels[tree.label[node]];
      pen.fillStyle = node === 0 ? flame.colors.fill(kind, shade) : flame.fillOf(node, kind, shade);
      pen.fillRect(start * scale, y, size, row);
      if (flame.waiting && flame.waiting[node] > 0) {
        const share = flame.waiting[node] / tree.total[node];
        pen.fillStyle = flame.colors.get("waiting");
        pen.fillRect(start * scale + size * (1 - share), y, size * share, row);
      }
      let next = start;
      for (const callee of flame.callees(node)) {
        if (tree.total[callee] * scale >= 0.6) {
          nodes.push(callee);
          starts.push(next);
        }
        next += tree.total[callee];
      }
    }
  }
}
