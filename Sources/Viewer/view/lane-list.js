import { amount, counted, fixed, percent } from "../model/figures.js";
import { rateOf } from "../model/time-series.js";
import { html } from "./elements.js";
import { TimeStrip } from "./time-strip.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */
/** @typedef {import("../model/time-lanes.js").Lane} Lane */
/** @typedef {import("../model/time-series.js").Series} Series */
/** @typedef {import("./palette.js").CanvasColors} Colors */
/**
 * @typedef {{ onSelect: (from: number | null, to: number | null, isDone: boolean) => void,
 *   onThread: (thread: number) => void, onProcess: (process: number) => void }} Events
 */

/**
 * What is made of a selection's times.
 *
 * @typedef {{ lanes: Lane[], threadCount: number, all: (Float64Array | null)[][] }} Lanes
 * @typedef {{ series: Series[], isPlain: boolean, color: (value: number) => string,
 *   lanesOf: (analysis: Selected) => Lanes }} Activity
 */

/** A lane's strips: one for each series, with the marks above the first. */
class LaneStrips {
  /**
   * @param {Colors} colors @param {Series[]} series @param {(Float64Array | null)[][]} curves
   * @param {{ name: string, seconds: number, hasAxis: boolean, marks: import("../model/marks.js").Marks,
   *   card: import("./mark-row.js").MarkCard, onSelect: Events["onSelect"] }} options
   */
  constructor(colors, series, curves, options) {
    this.curves = curves;
    this.series = series;
    this.strips = series.map(({ name, layers }, row) => new TimeStrip(colors, { ...options,
      hasAxis: options.hasAxis && row === 0,
      name: row > 0 ? `${name} of ${options.name}`
        : `Activity of ${options.name}${layers.length > 1 ? ": " + layers.map(({ name }) => name).join(", ") : ""}` }));
    // A small one is not worth its height where there is nothing in it.
    this.box = html("div", { class: "lane-strips" }, ...this.strips.filter((_, row) => row === 0 || this.isUsed(row))
      .map((strip) => strip.column));
  }

  /** @param {number} row */
  isUsed(row) { return this.curves[row].some((bins) => bins?.some((size) => size > 0)); }

  /** @param {number} row The largest sum of layers. */
  most(row) {
    /** @type {number[]} */
    const sums = [];
    for (const bins of this.curves[row]) bins?.forEach((size, bin) => { sums[bin] = (sums[bin] ?? 0) + size; });
    return sums.reduce((most, size) => Math.max(most, size), 1e-9);
  }

  /**
   * @param {number[]} most Of each series. @param {(row: number, most: number) => string} unit
   * @param {number[]} entries Of marks. @param {PageSelection} selection
   */
  show(most, unit, entries, { from, to }) {
    this.strips.forEach((strip, row) => strip.show({
      layers: this.series[row].layers.map(({ color }, layer) => ({ bins: this.curves[row][layer], color })), over: null,
      most: most[row], unit: unit(row, most[row]), entries: row === 0 ? entries : [], from, to }));
  }
}

/** What all threads did, and a lane for each process and thread, the busiest first. */
export class LaneList {
  /** @param {Colors} colors @param {Events} events @param {import("./mark-row.js").MarkCard} card */
  constructor(colors, events, card) {
    this.colors = colors;
    this.events = events;
    this.card = card;
    this.legend = html("ul", { class: "legend states", "aria-label": "Colors of what threads did" });
    this.all = html("div", { class: "all-lanes" });
    this.note = html("p", { class: "remark" });
    this.list = html("div", { class: "lanes", role: "list", "aria-label": "Processes and threads, the busiest first" });
    this.key = "";
    /** @type {LaneStrips | null} */
    this.whole = null;
    /** @type {{ lane: Lane, strips: LaneStrips, entries: number[], box: HTMLElement }[]} */
    this.lanes = [];
    /** @type {number[][]} The largest sums of processes' and of threads' lanes. */
    this.most = [];
  }

  /** @param {Selected} analysis @param {Activity} activity */
  show(analysis, activity) {
    const { selection, recording, weights } = analysis, { series, isPlain } = activity;
    const key = [selection.value, analysis.patterns, this.colors.isDark, selection.side].join(" ");
    const made = activity.lanesOf(analysis);
    if (key !== this.key) {
      this.key = key;
      this.make(analysis, made, series, isPlain);
    }
    /** @param {number} row @param {number} most */
    const unit = (row, most) => {
      const { layers, name } = series[row], rate = rateOf(recording.head, layers[0].value, 1);
      return `${layers.length > 1 ? "" : name + ": "}up to ${fixed(most, most < 10 ? 1 : 0)} `
        + (layers.length > 1 ? "threads" : rate.unit);
    };
    this.whole?.show(series.map((_, row) => this.whole?.most(row) ?? 1), unit, [], selection);
    for (const { lane, strips, entries, box } of this.lanes) {
      const most = this.most[lane.thread < 0 ? 0 : 1];
      strips.show(most, () => "", entries, selection);
      const isOff = weights.threads !== null && (lane.thread >= 0 ? !weights.threads[lane.thread]
        : !recording.head.threads.some(([process], thread) => process === lane.process && weights.threads?.[thread]));
      box.classList.toggle("off", isOff);
    }
  }

  /**
   * @param {Selected} analysis @param {Lanes} made
   * @param {Series[]} series @param {boolean} isPlain
   */
  make(analysis, { lanes, threadCount, all }, series, isPlain) {
    const { colors, card, events } = this, { recording, selection } = analysis, { head, marks } = recording;
    const options = { seconds: recording.duration / 1e9, marks, card, onSelect: events.onSelect };
    this.whole = isPlain ? null
      : new LaneStrips(colors, series, all, { ...options, name: "all threads", hasAxis: true });
    this.all.replaceChildren(...(this.whole ? [this.whole.box] : []));
    this.legend.toggleAttribute("hidden", isPlain);
    this.legend.replaceChildren(...series.flatMap(({ layers }) => layers.map(({ name, color }) =>
      html("li", {}, colors.plainSwatch(color, "swatch"), html("span", {}, name)))));
    const shown = lanes.filter(({ curves }) => curves.length > 0);
    const whole = lanes.reduce((sum, lane) => sum + (lane.thread < 0 ? 0 : lane.sum), 0) || 1;
    this.lanes = shown.map((lane, index) => {
      const threads = lane.thread >= 0 ? [lane.thread]
        : lanes.filter((other) => other.process === lane.process && other.thread >= 0).map(({ thread }) => thread);
      const name = lane.thread >= 0 ? head.threads[lane.thread][2] || "thread"
        : head.processes[lane.process][1] || "process";
      const strips = new LaneStrips(colors, series, lane.curves, { ...options, name, hasAxis: index === 0 });
      const isInner = lane.thread >= 0 && shown.some((other) => other.thread < 0 && other.process === lane.process);
      const box = html("div", { class: "lane" + (isInner ? " inner" : ""), role: "listitem" },
        this.label(analysis, lane, name, lane.sum / whole, threads.length), strips.box);
      return { lane, strips, box, entries: marks.ofThreads(threads) };
    });
    this.most = [true, false].map((isProcess) => series.map((_, row) => this.lanes.reduce((most, { lane, strips }) =>
      lane.thread < 0 === isProcess ? Math.max(most, strips.most(row)) : most, 1e-9)));
    this.list.replaceChildren(...this.lanes.map(({ box }) => box));
    const value = head.values[selection.value].name;
    this.note.textContent = counted(threadCount, "threads") + " with samples"
      + (isPlain ? "" : `, by what they have of ${value}`)
      + (shown.length < lanes.length ? `, the first ${shown.length} lanes shown` : "")
      + ". Drag over a lane to select a time; click a name for that thread or process alone."
      + (marks.length > 0 ? " Marks: ○ begins, ▶ runs another program, ■ ends, ! samples lost." : "")
      + (marks.joined > 0 ? ` Of what happened ${counted(marks.joined, "events")} were too many to be told apart; they `
        + "stand above the curve of all." : "");
  }

  /**
   * @param {Selected} analysis @param {Lane} lane @param {string} name @param {number} share
   * @param {number} threadCount
   */
  label(analysis, lane, name, share, threadCount) {
    const { head } = analysis.recording, { comparison } = head, [pid, processName] = head.processes[lane.process];
    const isThread = lane.thread >= 0, number = isThread ? head.threads[lane.thread][1] : pid;
    const first = isThread ? lane.thread : head.threads.findIndex(([process]) => process === lane.process);
    const side = comparison ? first < comparison.threadsBefore ? "before · " : "after · " : "";
    const what = isThread ? `${processName || "process"}${pid ? " " + pid : ""}`
      : "process of " + counted(threadCount, "threads");
    const label = html("button", { type: "button", class: "lane-name",
      ...(isThread ? { "data-thread": lane.thread } : { "data-process": lane.process }) },
    html("strong", {}, name), html("span", {}, number ? ` ${number}` : ""),
    html("small", {}, `${side}${what} · ${percent(share)}`));
    label.title = `Only this ${isThread ? "thread" : "process"}: `
      + amount(lane.sum, head.values[analysis.selection.value]);
    label.addEventListener("click", () => isThread ? this.events.onThread(lane.thread)
      : this.events.onProcess(lane.process));
    return label;
  }
}
