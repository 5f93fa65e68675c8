import { html } from "./elements.js";

/** A canvas as large as its box, sharp on every screen. */
export class SharpCanvas {
  /** @param {string} name The class. */
  constructor(name) {
    this.element = html("canvas", { class: name, "aria-hidden": "true" });
    this.width = 0;
    this.height = 0;
    const pen = this.element.getContext("2d");
    if (!pen) throw new Error("no canvas");
    this.pen = pen;
  }

  /**
   * Sets its size in CSS pixels and clears it.
   *
   * @param {number} width @param {number} height
   */
  begin(width, height) {
    const ratio = Math.min(3, devicePixelRatio || 1);
    [this.width, this.height] = [Math.max(1, width), Math.max(1, height)];
    const [columns, rows] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    const { element, pen } = this;
    if (element.width !== columns || element.height !== rows) {
      [element.width, element.height] = [columns, rows];
      element.style.width = this.width + "px";
      element.style.height = this.height + "px";
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    return pen;
  }
}

/** Text cut to a width by what was measured once of each. */
export class TextMeasure {
  constructor() {
    /** @type {Map<string, number>} */
    this.widths = new Map();
  }

  /** @param {CanvasRenderingContext2D} pen @param {string} text @param {number} width */
  cut(pen, text, width) {
    let full = this.widths.get(text);
    if (full === undefined) {
      full = pen.measureText(text.length > 300 ? text.slice(0, 300) : text).width;
      if (this.widths.size > 50_000) this.widths.clear();
      this.widths.set(text, full);
    }
    if (full <= width && text.length <= 300) return text;
    const length = Math.floor(Math.min(text.length, 300) * width / full) - 1;
    return length < 2 ? "" : text.slice(0, length) + "…";
  }
}
