import { withoutNamespaces } from "../model/labels.js";
import { html } from "./elements.js";

/** Widths of text in the picture's font, measured once for each character. */
export class Ruler {
  constructor() {
    this.context = html("canvas").getContext("2d");
    /** @type {Map<string, number>} */
    this.widths = new Map();
    this.ellipsis = 0;
  }

  /** @param {string} font */
  useFont(font) {
    if (!this.context || font === this.context.font) return;
    this.context.font = font;
    this.widths.clear();
    this.ellipsis = this.measure("…");
  }

  /** @param {string} text */
  measure(text) {
    return this.context ? this.context.measureText(text).width : 0;
  }

  /**
   * What of a name fits: all of it, or without the namespaces in front, as many as must go; else the beginning of what
   * is left, with an ellipsis. Empty for less than two letters.
   *
   * @param {string} text @param {number} room
   */
  fit(text, room) {
    if (room < 14) return "";
    let fitted = this.beginning(text, room);
    if (fitted === text) return text;
    for (const shorter of withoutNamespaces(text)) {
      fitted = this.beginning(shorter, room);
      if (fitted === shorter) break;
    }
    return fitted;
  }

  /** @param {string} text @param {number} room */
  beginning(text, room) {
    let used = 0, cut = 0, index = 0;
    for (const character of text) {
      let width = this.widths.get(character);
      if (width === undefined) this.widths.set(character, (width = this.measure(character)));
      used += width;
      if (used > room) return cut > 1 ? text.slice(0, cut) + "…" : "";
      index += character.length;
      if (used + this.ellipsis <= room) cut = index;
    }
    return text;
  }
}
