import { heatOf } from "../model/time-lanes.js";
import { SharpCanvas } from "./canvas.js";
import { html } from "./elements.js";
import { LaneList } from "./lane-list.js";
import { timeText } from "./time-strip.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("./palette.js").CanvasColors} Colors */

/** When what ran or waited: of all threads, in a heat map, and in a lane for each process and thread. */
export class TimeView {
  /**
   * @param {Colors} colors @param {import("./lane-list.js").Events} events
   * @param {import("./mark-row.js").MarkCard} card
   */
  constructor(colors, events, card) {
    this.colors = colors;
    this.events = events;
    this.lanes = new LaneList(colors, events, card);
    this.heat = new SharpCanvas("heat");
    this.heat.element.removeAttribute("aria-hidden");
    for (const [key, text] of [["role", "img"], ["aria-label",
      "Heat map: seconds from left to right, within each from below"]]) {
      this.heat.element.setAttribute(key, text);
    }
    this.heatBox = html("div", { class: "heat-box" }, this.heat.element);
    this.heatNote = html("p", { class: "remark" });
    this.box = html("div", { class: "time-view" }, this.lanes.legend, this.lanes.all,
      html("h2", {}, "Heat map"), this.heatBox, this.heatNote, html("h2", {}, "Processes and threads"), this.lanes.note,
      this.lanes.list);
    /** @type {Selected | null} */
    this.analysis = null;
    this.color = "on-cpu";
    this.shape = { columns: 1, rows: 1, seconds: 1 };
    /** The heat map's cells, and what they were made of. */
    this.heatKey = "";
    this.cells = new Float64Array(0);
    this.listen();
  }

  /** @param {Selected} analysis @param {import("./lane-list.js").Activity} activity */
  show(analysis, activity) {
    this.analysis = analysis;
    this.color = activity.color(analysis.selection.value);
    if (!analysis.recording.hasTimes) {
      this.heatNote.textContent = "This profile does not say when its samples were taken.";
      return;
    }
    this.drawHeat();
    this.lanes.show(analysis, activity);
  }

  drawHeat() {
    const { analysis, colors, heatBox } = this;
    if (!analysis) return;
    const { recording, selection, view, weights } = analysis;
    const seconds = recording.duration / 1e9, width = heatBox.clientWidth, height = heatBox.clientHeight;
    if (width === 0) return;
    // As many cells as hold some samples each, in columns of a second where there are many.
    const wanted = Math.max(240, Math.min(width / 4 * 50, recording.sampleCount / 4));
    const rows = Math.max(10, Math.min(50, Math.round(Math.sqrt(wanted / 3))));
    const least = seconds / Math.max(1, wanted / rows);
    const span = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300,
      600].find((span) =>
      span >= least && span >= seconds / (width / 3)) ?? least;
    const columns = Math.max(1, Math.ceil(seconds / span - 0.05));
    this.shape = { columns, rows, seconds: span };
    const key = JSON.stringify([this.shape, weights.key, analysis.patterns, selection.side]);
    if (key !== this.heatKey) {
      this.heatKey = key;
      this.cells = heatOf(recording, view, selection.value, weights.threads, this.shape,
        recording.rangeOf(selection.side));
    }
    const { cells } = this;
    const most = cells.reduce((most, cell) => Math.max(most, cell), 0) || 1;
    const pen = this.heat.begin(width, height);
    const cellWidth = width / columns, cellHeight = height / rows;
    pen.fillStyle = colors.get("control");
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colors.get(this.color);
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        const cell = cells[column * rows + row];
        if (cell === 0) continue;
        pen.globalAlpha = 0.08 + 0.92 * cell / most;
        pen.fillRect(column * cellWidth, height - (row + 1) * cellHeight, cellWidth - (cellWidth > 4 ? 1 : 0),
          cellHeight + 0.3);
      }
    }
    pen.globalAlpha = 1;
    if (selection.from !== null || selection.to !== null) {
      pen.strokeStyle = colors.get("accent");
      pen.lineWidth = 2;
      const left = (selection.from ?? 0) / (columns * span) * width;
      const right = Math.min(width, (selection.to ?? seconds) / (columns * span) * width);
      pen.strokeRect(left + 1, 1, Math.max(1, right - left - 2), height - 2);
    }
    const cell = timeText(span / rows, span / rows);
    this.heatNote.textContent = `A column is ${timeText(span, span)}, from below to above ${cell} each; `
      + `the darker, the more ran${analysis.compared.length > 0 ? ", of both sides together" : ""}. `
      + "Drag over cells to select their time.";
  }

  listen() {
    /** @type {number | null} */
    let anchor = null;
    /**
     * Start of a cell in seconds
     *
     * @param {PointerEvent} event
     */
    const cellAt = (event) => {
      const bounds = this.heatBox.getBoundingClientRect(), { columns, rows, seconds } = this.shape;
      const across = (event.clientX - bounds.left) / bounds.width, down = (event.clientY - bounds.top) / bounds.height;
      const column = Math.max(0, Math.min(columns - 1, Math.floor(across * columns)));
      const row = Math.max(0, Math.min(rows - 1, rows - 1 - Math.floor(down * rows)));
      return column * seconds + row * seconds / rows;
    };
    /** @param {PointerEvent} event @param {boolean} isDone */
    const select = (event, isDone) => {
      if (anchor === null) return;
      const step = this.shape.seconds / this.shape.rows, other = cellAt(event);
      const round = (/** @type {number} */ number) => Number(number.toFixed(3));
      this.events.onSelect(round(Math.min(anchor, other)), round(Math.max(anchor, other) + step), isDone);
    };
    this.heatBox.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      this.heatBox.setPointerCapture(event.pointerId);
      anchor = cellAt(event);
    });
    this.heatBox.addEventListener("pointermove", (event) => { if (event.buttons & 1) select(event, false); });
    this.heatBox.addEventListener("pointerup", (event) => {
      select(event, true);
      anchor = null;
    });
    new ResizeObserver(() => { if (this.box.isConnected) this.drawHeat(); }).observe(this.heatBox);
  }
}
