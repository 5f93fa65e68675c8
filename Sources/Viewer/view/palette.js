import { isFunction, KIND } from "../model/recording.js";
import { html } from "./elements.js";

/** Colors for canvases, which know no classes: the same as the style sheet's, for light or dark. */
export class CanvasColors {
  /** @param {PageHead} head @param {HTMLElement} host */
  constructor(head, host) {
    this.head = head;
    this.host = host;
    this.isDark = false;
    /** @type {Map<string, string>} */
    this.variables = new Map();
    /** @type {CanvasPattern | string} */
    this.hatch = "";
  }

  /** @param {boolean} isDark */
  refresh(isDark) {
    this.isDark = isDark;
    const style = getComputedStyle(this.host);
    for (const name of ["paper", "ink", "dim", "line", "control", "accent", "match", "invalid", "on-cpu", "runnable",
      "blocked", "idle", "event1", "event2", "event3", "waiting"]) {
      this.variables.set(name, style.getPropertyValue("--" + name).trim());
    }
    const tile = document.createElement("canvas");
    [tile.width, tile.height] = [8, 8];
    const [ground, stripe] = this.head.grain.slice(isDark ? 2 : 0);
    const pen = tile.getContext("2d");
    if (!pen) return;
    pen.fillStyle = "#" + ground;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = "#" + stripe;
    pen.lineWidth = 2.5;
    pen.beginPath();
    for (const start of [-8, 0, 8]) {
      pen.moveTo(start - 2, 10);
      pen.lineTo(start + 10, -2);
    }
    pen.stroke();
    this.hatch = pen.createPattern(tile, "repeat") ?? "#" + ground;
  }

  /** @param {string} name */
  get(name) { return this.variables.get(name) ?? "#888"; }

  /**
   * A small square in a color of the style sheet.
   *
   * @param {string} color @param {string} name The class.
   */
  plainSwatch(color, name) {
    const made = html("span", { class: name, "aria-hidden": "true" });
    made.style.backgroundColor = this.get(color);
    return made;
  }

  /**
   * A small square in the color of a kind, for legends and rows.
   *
   * @param {number} kind @param {string} name The class.
   */
  swatch(kind, name) {
    const made = html("span", { class: name + (isFunction(kind) || kind === KIND.process ? "" : " hatched"),
      "aria-hidden": "true" });
    const colors = this.head.kinds[kind][this.isDark ? "dark" : "light"];
    if (colors.length > 0) made.style.backgroundColor = "#" + colors[colors.length >> 1];
    return made;
  }

  /**
   * The color of a change by so many steps; gray for none.
   *
   * @param {number} step
   */
  change(step) {
    const { comparison } = this.head, theme = this.isDark ? "dark" : "light";
    if (!comparison) return this.get("control");
    const colors = (step === 0 ? comparison.plain : step > 0 ? comparison.grew : comparison.shrank)[theme];
    return "#" + colors[Math.max(0, Math.abs(step) - 1)];
  }

  /** @param {number} step @param {string} name The class. */
  changeSwatch(step, name) {
    const made = html("span", { class: name, "aria-hidden": "true" });
    made.style.backgroundColor = this.change(step);
    return made;
  }

  /** @param {number} kind @param {number} shade @returns {CanvasPattern | string} */
  fill(kind, shade) {
    const colors = this.head.kinds[kind][this.isDark ? "dark" : "light"];
    if (colors.length === 0) return this.hatch;
    return "#" + colors[shade % colors.length];
  }
}
