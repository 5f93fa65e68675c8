import { MARK } from "../model/marks.js";
import { SharpCanvas } from "./canvas.js";
import { html } from "./elements.js";
import { MarkRow } from "./mark-row.js";

/** @typedef {import("./palette.js").CanvasColors} Colors */
/** @typedef {import("../model/marks.js").Marks} Marks */
/** @typedef {{ bins: Float64Array | null, color: string }} Layer */

/**
 * How much ran when, as a curve over the whole recording. Dragging over it selects a range; the range's ends can be
 * moved,
 * and the range as a whole.
 */
export class TimeStrip {
  /**
   * @param {Colors} colors
   * @param {{ name: string, seconds: number, hasAxis: boolean, marks: Marks, card: import("./mark-row.js").MarkCard,
   *   onSelect: (from: number | null, to: number | null, isDone: boolean) => void }} options
   */
  constructor(colors, { name, seconds, hasAxis, marks, card, onSelect }) {
    this.colors = colors;
    this.hasAxis = hasAxis;
    this.seconds = seconds;
    this.onSelect = onSelect;
    this.canvas = new SharpCanvas("strip");
    this.canvas.element.removeAttribute("aria-hidden");
    for (const [key, text] of [["role", "img"], ["aria-label", name]]) this.canvas.element.setAttribute(key, text);
    this.box = html("div", { class: "strip-box" }, this.canvas.element);
    this.marks = marks;
    this.row = new MarkRow(name, card);
    /** The curve below its marks. */
    this.column = html("div", { class: "strip-column" }, this.row.box, this.box);
    /**
     * Entries of marks.
     *
     * @type {number[]}
     */
    this.entries = [];
    /**
     * What is drawn one upon the other.
     *
     * @type {Layer[]}
     */
    this.layers = [];
    /**
     * What is drawn over them as a line.
     *
     * @type {Float64Array | null}
     */
    this.over = null;
    this.most = 1;
    this.unit = "";
    /** @type {number | null} */
    this.from = null;
    /** @type {number | null} */
    this.to = null;
    this.pending = 0;
    this.isInSight = true;
    this.listen();
  }

  /**
   * @param {{ layers: Layer[], over: Float64Array | null, most: number, unit: string, entries: number[],
   *   from: number | null, to: number | null }} shown
   */
  show(shown) {
    Object.assign(this, shown);
    this.drawSoon();
  }

  drawSoon() {
    if (!this.pending && this.isInSight) this.pending = requestAnimationFrame(() => { this.pending = 0; this.draw(); });
  }

  draw() {
    const { colors, layers, most, seconds } = this;
    const width = this.box.clientWidth, height = this.box.clientHeight;
    if (width === 0) return;
    const pen = this.canvas.begin(width, height);
    const base = height - (this.hasAxis ? 14 : 1);
    pen.font = "10.5px " + getComputedStyle(this.box).fontFamily;
    pen.textBaseline = "top";
    /** @param {Float64Array} bins @param {number} x */
    const sizeAt = (bins, x) => {
      const from = Math.floor(x / width * bins.length);
      const to = Math.max(from + 1, Math.floor((x + 1) / width * bins.length));
      let sum = 0;
      for (let bin = from; bin < to; bin++) sum += bins[bin] ?? 0;
      return Math.min(1, sum / (to - from) / most) * (base - 3);
    };
    const below = new Float64Array(Math.ceil(width));
    for (const { bins, color } of layers) {
      if (!bins) continue;
      pen.fillStyle = colors.get(color);
      for (let x = 0; x < width; x++) {
        const size = Math.min(sizeAt(bins, x), base - below[x]);
        if (size > 0) pen.fillRect(x, base - below[x] - size, 1, Math.max(0.5, size));
        below[x] += Math.max(0, size);
      }
    }
    if (this.over) {
      pen.strokeStyle = colors.get("ink");
      pen.lineWidth = 1;
      pen.beginPath();
      for (let x = 0; x < width; x++) pen.lineTo(x + 0.5, base - sizeAt(this.over, x) - 0.5);
      pen.stroke();
    }
    this.drawMarks(pen, width, base);
    pen.fillStyle = colors.get("line");
    pen.fillRect(0, base, width, 1);
    const step = tickStep(seconds, width);
    pen.fillStyle = colors.get("dim");
    for (let time = 0; time <= seconds && this.hasAxis; time += step) {
      const x = time / seconds * width;
      pen.fillRect(x, base, 1, 4);
      const text = timeText(time, step);
      if (x + pen.measureText(text).width + 4 < width) pen.fillText(text, x + 3, base + 3);
    }
    if (this.unit !== "") {
      pen.fillStyle = colors.get("paper");
      pen.globalAlpha = 0.7;
      pen.fillRect(0, 0, pen.measureText(this.unit).width + 8, 14);
      pen.globalAlpha = 1;
      pen.fillStyle = colors.get("ink");
      pen.fillText(this.unit, 4, 2);
    }
    if (this.from === null && this.to === null) return;
    const left = (this.from ?? 0) / seconds * width, right = Math.min(width, (this.to ?? seconds) / seconds * width);
    pen.fillStyle = colors.get("paper");
    pen.globalAlpha = 0.68;
    pen.fillRect(0, 0, left, base);
    pen.fillRect(right, 0, width - right, base);
    pen.globalAlpha = 1;
    pen.fillStyle = colors.get("accent");
    pen.fillRect(left - 1, 0, 2, base);
    pen.fillRect(right - 1, 0, 2, base);
    pen.fillRect(left, base - 1, right - left, 2);
  }

  /**
   * A line for each mark, and the signs above.
   *
   * @param {CanvasRenderingContext2D} pen @param {number} width @param {number} base
   */
  drawMarks(pen, width, base) {
    const { colors, marks, entries, seconds } = this;
    this.row.show(marks, entries, width, seconds);
    let last = -1;
    for (const entry of entries) {
      const x = Math.min(width - 1, Math.floor(marks.time[entry >> 1] / (seconds * 1e9) * width));
      const isLoss = marks.kind[entry >> 1] === MARK.lost;
      if (x === last && !isLoss) continue;
      last = x;
      pen.fillStyle = colors.get(isLoss ? "invalid" : "dim");
      pen.globalAlpha = isLoss ? 1 : 0.6;
      pen.fillRect(x, 0, 1, base);
    }
    pen.globalAlpha = 1;
  }

  /** @param {number} x */
  timeAt(x) {
    const width = this.box.clientWidth || 1;
    return Math.max(0, Math.min(1, x / width)) * this.seconds;
  }

  listen() {
    const { box } = this;
    /** @type {{ anchor: number, start: number, from: number, to: number, kind: "new" | "move" } | null} */
    let drag = null;
    /** @param {PointerEvent} event */
    const x = (event) => event.clientX - box.getBoundingClientRect().left;
    box.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      box.setPointerCapture(event.pointerId);
      const time = this.timeAt(x(event)), near = 6 / (box.clientWidth || 1) * this.seconds;
      const from = this.from ?? 0, to = this.to ?? this.seconds;
      const isSelected = this.from !== null || this.to !== null;
      if (isSelected && Math.abs(time - from) < near) drag = { anchor: to, start: time, from, to, kind: "new" };
      else if (isSelected && Math.abs(time - to) < near) drag = { anchor: from, start: time, from, to, kind: "new" };
      else if (isSelected && time > from && time < to) drag = { anchor: time, start: time, from, to, kind: "move" };
      else drag = { anchor: time, start: time, from, to, kind: "new" };
    });
    /** @param {PointerEvent} event @param {boolean} isDone */
    const move = (event, isDone) => {
      if (!drag) return;
      const time = this.timeAt(x(event));
      if (Math.abs(time - drag.start) * box.clientWidth < 3 * this.seconds && drag.kind === "new"
        && drag.anchor === drag.start) {
        // A click without a drag takes the selection away.
        if (isDone && (this.from !== null || this.to !== null)) this.onSelect(null, null, true);
        return;
      }
      let [from, to] = drag.kind === "new" ? [Math.min(drag.anchor, time), Math.max(drag.anchor, time)]
        : [drag.from + time - drag.anchor, drag.to + time - drag.anchor];
      if (drag.kind === "move") {
        const shift = from < 0 ? -from : to > this.seconds ? this.seconds - to : 0;
        [from, to] = [from + shift, to + shift];
      }
      const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(2000 / this.seconds))));
      const round = (/** @type {number} */ number) => Number(number.toFixed(digits));
      if (round(to) > round(from)) this.onSelect(round(from), round(to), isDone);
    };
    box.addEventListener("pointermove", (event) => { if (event.buttons & 1) move(event, false); });
    box.addEventListener("pointerup", (event) => {
      move(event, true);
      drag = null;
    });
    new ResizeObserver(() => this.drawSoon()).observe(box);
    // Of hundreds of lanes few are in sight.
    new IntersectionObserver(([entry]) => {
      this.isInSight = entry.isIntersecting;
      this.drawSoon();
    }).observe(this.column);
  }
}

/** @param {number} seconds @param {number} width */
function tickStep(seconds, width) {
  const least = seconds / Math.max(1, width / 90);
  const power = 10 ** Math.floor(Math.log10(least || 1));
  for (const factor of [1, 2, 5, 10]) if (power * factor >= least) return power * factor;
  return least;
}

/**
 * A moment since the start: `12.5 s`, `3:20`.
 *
 * @param {number} time @param {number} step
 */
export function timeText(time, step) {
  if (step >= 10 && time >= 60) {
    return Math.floor(time / 60) + ":" + String(Math.round(time % 60)).padStart(2, "0");
  }
  const digits = step >= 1 ? 0 : Math.min(9, Math.ceil(-Math.log10(step) - 1e-9));
  return time.toFixed(digits) + " s";
}
