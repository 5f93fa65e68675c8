import { amount, counted, percent } from "../model/figures.js";
import { heatOf } from "../model/time-lanes.js";
import { SharpCanvas } from "./canvas.js";
import { html } from "./elements.js";
import { TimeStrip, timeText } from "./time-strip.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("./palette.js").CanvasColors} Colors */

const MOST_LANES = 400;

/** When what ran: a heat map of all, and a lane for each thread, the busiest first. */
export class TimeView {
  /**
   * @param {Colors} colors
   * @param {{ onSelect: (from: number | null, to: number | null, isDone: boolean) => void,
   *   onThread: (thread: number) => void }} events
   * @param {import("./mark-row.js").MarkCard} card
   */
  constructor(colors, events, card) {
    this.colors = colors;
    this.events = events;
    this.card = card;
    this.heat = new SharpCanvas("heat");
    this.heat.element.removeAttribute("aria-hidden");
    for (const [key, text] of [["role", "img"], ["aria-label",
      "Heat map: seconds from left to right, within each from below"]]) {
      this.heat.element.setAttribute(key, text);
    }
    this.heatBox = html("div", { class: "heat-box" }, this.heat.element);
    this.heatNote = html("p", { class: "remark" });
    this.lanes = html("div", { class: "lanes", role: "list", "aria-label": "Threads, the busiest first" });
    this.laneNote = html("p", { class: "remark" });
    this.box = html("div", { class: "time-view" },
      html("h2", {}, "Heat map"), this.heatBox, this.heatNote, html("h2", {}, "Threads"), this.laneNote, this.lanes);
    /** @type {Selected | null} */
    this.analysis = null;
    /** @type {TimeStrip[]} */
    this.strips = [];
    this.shape = { columns: 1, rows: 1, seconds: 1 };
    this.lanesKey = "";
    /** @type {Float64Array[]} */
    this.curves = [];
    /** The heat map's cells, and what they were made of. */
    this.heatKey = "";
    this.cells = new Float64Array(0);
    this.listen();
  }

  /**
   * @param {Selected} analysis @param {{ thread: number, bins: Float64Array, sum: number }[]} lanes
   * @param {(bins: Float64Array) => Float64Array} cpus
   */
  show(analysis, lanes, cpus) {
    this.analysis = analysis;
    const { recording, selection } = analysis, { marks } = recording;
    const seconds = recording.duration / 1e9;
    if (!recording.hasTimes) {
      this.heatNote.textContent = "This profile does not say when its samples were taken.";
      return;
    }
    this.drawHeat();
    const { threads, processes, comparison } = recording.head;
    const key = [selection.value, analysis.patterns, this.colors.isDark, selection.side].join(" ");
    const shown = lanes.slice(0, MOST_LANES);
    if (key !== this.lanesKey) {
      this.lanesKey = key;
      this.curves = shown.map(({ bins }) => cpus(bins));
      this.strips = shown.map(({ thread }, index) => new TimeStrip(this.colors,
        { name: `Activity of ${threads[thread][2]}`, seconds, hasAxis: index === 0, marks, card: this.card,
          onSelect: this.events.onSelect }));
      const whole = lanes.reduce((sum, lane) => sum + lane.sum, 0) || 1;
      const value = recording.head.values[selection.value];
      this.lanes.replaceChildren(...shown.map(({ thread, sum }, index) => {
        const [process, tid, name] = threads[thread];
        const [pid, processName] = processes[process];
        const label = html("button", { type: "button", class: "lane-name", "data-thread": thread },
          html("strong", {}, name || "thread"), html("span", {}, tid ? ` ${tid}` : ""),
          html("small", {}, (comparison ? thread < comparison.threadsBefore ? "before · " : "after · " : "")
            + `${processName || "process"}${pid ? " " + pid : ""} · ${percent(sum / whole)}`));
        label.title = `Only this thread: ${amount(sum, value)}`;
        label.addEventListener("click", () => this.events.onThread(thread));
        return html("div", { class: "lane", role: "listitem" }, label, this.strips[index].column);
      }));
    }
    let most = 1e-9;
    for (const curve of this.curves) for (const size of curve) if (size > most) most = size;
    this.strips.forEach((strip, index) =>
      strip.show({ bins: this.curves[index], over: null, most, unit: "",
        entries: marks.ofThread(shown[index].thread), from: selection.from, to: selection.to }));
    const chosen = analysis.weights.threads;
    [...this.lanes.children].forEach((lane, index) =>
      lane.classList.toggle("off", chosen !== null && !chosen[shown[index].thread]));
    this.laneNote.textContent = counted(lanes.length, "threads") + " with samples"
      + (shown.length < lanes.length ? `, the busiest ${shown.length} shown` : "")
      + ". Drag over a lane to select a time; click a name for that thread alone."
      + (marks.length > 0 ? " Marks: ○ begins, ▶ runs another program, ■ ends, ! samples lost." : "")
      + (marks.joined > 0 ? ` Of what happened ${counted(marks.joined, "events")} were too many to be told apart; they `
        + "stand above the curve of all." : "");
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
    pen.fillStyle = colors.fill(2, 4);
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
