import { Analysis } from "../model/analysis.js";
import { fixed } from "../model/figures.js";
import { Findings } from "../model/findings.js";
import { DetailsBar } from "../view/details-bar.js";
import { html } from "../view/elements.js";
import { FlameCanvas } from "../view/flame-canvas.js";
import { FunctionsTable } from "../view/functions-table.js";
import { KeysPanel } from "../view/keys-panel.js";
import { MarkCard } from "../view/mark-row.js";
import { Minimap } from "../view/minimap.js";
import { PageCard } from "../view/page-card.js";
import { PageFrame } from "../view/page-frame.js";
import { PageHeader } from "../view/page-header.js";
import { CanvasColors } from "../view/palette.js";
import { PartsTable } from "../view/parts-table.js";
import { SandwichView } from "../view/sandwich-view.js";
import { SourceView } from "../view/source-view.js";
import { TimeStrip } from "../view/time-strip.js";
import { TimeView } from "../view/time-view.js";
import { TreeTable } from "../view/tree-table.js";
import { act, pickKind, pickPart, pickThread } from "./page-actions.js";
import { PageActivity } from "./page-activity.js";
import { PageSearch, problemText } from "./page-search.js";
import { pageFragmentOf, pageStateOf, ROWS, SIDES, VIEWS } from "./page-state.js";

/** @typedef {import("./page-state.js").PageState} PageState */
/** @typedef {import("../model/recording.js").Recording} Samples */

/**
 * All views of one selection: what a reader does changes the state, and what is in sight is brought in line with it.
 */
export class ProfilePage {
  /** @param {HTMLElement} host @param {Samples} recording */
  constructor(host, recording) {
    this.host = host;
    this.recording = recording;
    const { head } = recording;
    host.setAttribute("class", "viewer page");
    /** @type {PageState} */
    this.state = pageStateOf(location.hash, head);
    this.problem = "";
    const clock = () => performance.now();
    this.analysis = new Analysis(recording, { ...this.state, focus: [], ignore: [], hide: [], threads: [],
      processes: [] }, clock);
    this.colors = new CanvasColors(head, host);
    this.header = new PageHeader(head, this.colors, (kind) => pickKind(this, kind));
    this.card = new PageCard();
    this.findings = new Findings(recording);
    this.search = new PageSearch(recording);
    this.activity = new PageActivity(recording);
    this.keys = new KeysPanel();
    this.details = new DetailsBar((action) => act(this, action));
    const seconds = Math.max(recording.duration / 1e9, 1e-9);
    /** @type {(from: number | null, to: number | null, isDone: boolean) => void} */
    const onSelect = (from, to, isDone) => this.selectTime(from, to, isDone);
    this.markCard = new MarkCard();
    this.strip = new TimeStrip(this.colors, { name: "Activity over time; drag to select", seconds, hasAxis: true,
      marks: recording.marks, card: this.markCard, onSelect });
    /** @type {FlameCanvas} */
    this.flame = new FlameCanvas(this.colors, {
      name: "Flame graph", describe: (tree, node) => this.analysis.describe(tree, node),
      onHover: (node, point) => this.hover(this.flame.tree, node, point),
        onChoose: (node) => this.chooseNode(this.flame.tree, node),
      onZoom: (node) => this.zoom(node),
    });
    this.minimap = new Minimap(this.flame);
    this.tree = new TreeTable(this.colors, { onChoose: (node) => this.chooseNode(this.tree.tree, node),
      onOpen: (name) => this.open(name) });
    this.functions = new FunctionsTable({
      onOpen: (name) => this.open(name), onChoose: (name) => this.choose(name),
        onSort: (sort) => this.change({ sort }, false),
    }, this.findings);
    const [modules, processes, threads] = /** @type {const} */ (["modules", "processes", "threads"]).map((kind) =>
      new PartsTable(kind, { onPick: (kind, key) => pickPart(this, kind, key),
        onSort: (sort) => this.change({ sort }, false) }, this.findings));
    this.parts = { modules, processes, threads };
    this.sandwich = new SandwichView(this.colors, {
      onOpen: (name) => this.open(name),
      onHover: (tree, node, point) => this.hover(tree, node, point),
    });
    this.time = new TimeView(this.colors, { onSelect, onThread: (thread) => pickThread(this, thread),
      onProcess: (process) => pickPart(this, "processes", String(process)) }, this.markCard);
    this.source = new SourceView();
    /** The node that the chosen function was chosen at; -1 for none. */
    this.node = -1;
    this.animation = 0;
    /** Whether a time is being dragged over. */
    this.isMoving = false;
    /** The node that the flame graph was zoomed to last. */
    this.zoomed = 0;
    /** @type {{ from: number | null, to: number | null } | null} */
    this.waiting = null;
    this.tableBox = html("div", { class: "rows" });
    this.frame = new PageFrame(VIEWS, [html("div", { class: "flame-view" }, this.minimap.box, this.flame.box),
      this.tree.box, this.tableBox, this.sandwich.box, this.time.box, this.source.box], this.strip.column,
    head.comparison);
    this.build();
    this.listen();
    this.show();
    this.flame.draw();
    document.documentElement.setAttribute("data-ready", "true");
  }

  // MARK: Elements

  build() {
    const { host, header, frame, state } = this;
    this.tableBox.append(this.functions.box, ...Object.values(this.parts).map(({ box }) => box));
    host.replaceChildren(header.box, frame.timeRow, frame.tabRow, frame.chips, frame.notice, frame.main,
      this.details.box, this.card.box, this.markCard.box, this.keys.box);
    header.value.value = String(state.value);
  }

  listen() {
    const { header, frame } = this;
    frame.tabs.forEach((tab, index) => tab.addEventListener("click", () => this.change({ view: VIEWS[index] }, true)));
    frame.rows.forEach((button, index) => button.addEventListener("click",
      () => this.change({ by: ROWS[index] }, true)));
    frame.sides.forEach((button, index) => button.addEventListener("click",
      () => this.change({ side: SIDES[index] }, true)));
    header.input.addEventListener("input", () => this.change({ query: header.input.value }, false));
    header.theme.addEventListener("click", () => this.change({ theme: this.isDark() ? "light" : "dark" }, false));
    header.help.addEventListener("click", () => this.keys.toggle(!this.keys.isOpen));
    header.value.addEventListener("change", () => this.change({ value: Number(header.value.value), zoom: 0 }, true));
    this.keys.close.addEventListener("click", () => {
      this.keys.toggle(false);
      header.help.focus();
    });
    frame.reverse.addEventListener("click", () => this.change({ isReversed: !this.state.isReversed, zoom: 0,
      order: this.state.order === "time" ? "name" : this.state.order }, true));
    frame.heavy.addEventListener("click", () => this.change({ ...this.unzoomed(),
      order: this.state.order === "weight" ? "name" : "weight" }, false));
    frame.inTime.addEventListener("click", () => this.change({ zoom: 0,
      order: this.state.order === "time" ? "name" : "time" }, false));
    frame.icicle.addEventListener("click", () => this.change({ isIcicle: !this.state.isIcicle }, false));
    frame.merge.addEventListener("click", () => this.change({ mergesRecursion: !this.state.mergesRecursion, zoom: 0 },
      true));
    frame.reset.addEventListener("click", () => this.zoom(0));
    frame.path.addEventListener("click", () => this.tree.expandHeaviest(null));
    for (const [input, key] of /** @type {const} */ ([[frame.fromInput, "from"], [frame.toInput, "to"]])) {
      input.addEventListener("change", () => {
        const number = input.value.trim() === "" ? null : Number(input.value);
        if (number === null || number >= 0) this.change({ [key]: number }, true);
      });
    }
    addEventListener("hashchange", () => this.readAddress());
    addEventListener("popstate", () => this.readAddress());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
    addEventListener("resize", () => this.drawMinimap());
    addEventListener("beforeprint", () => this.flame.draw());
  }

  /**
   * In the order of time nodes have other numbers.
   *
   * @returns {Partial<PageState>}
   */
  unzoomed() { return this.state.order === "time" ? { zoom: 0 } : {}; }

  // MARK: State

  /** @param {Partial<PageState>} changes @param {boolean} isStep Whether the browser's Back undoes it. */
  change(changes, isStep) {
    const before = { ...this.state };
    Object.assign(this.state, changes);
    if (!this.show()) this.state = before;
    else this.writeAddress(isStep);
  }

  readAddress() {
    this.state = pageStateOf(location.hash, this.recording.head);
    this.show();
  }

  /** @param {boolean} isStep */
  writeAddress(isStep) {
    const hash = pageFragmentOf(this.state, this.recording.head);
    if (hash === location.hash || (hash === "#" && location.hash === "")) return;
    try {
      if (isStep) history.pushState(null, "", hash); else history.replaceState(null, "", hash);
    } catch {
      location.hash = hash;
    }
  }

  isDark() {
    return this.state.theme ? this.state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /** Brings what is in sight in line with the state; false where a pattern can't be used. */
  show() {
    const { state, recording } = this;
    this.showTheme();
    try {
      const { value, from, to, threads, processes, focus, ignore, hide, mergesRecursion, side } = state;
      this.analysis.select({ value, from, to, threads, processes, focus, ignore, hide, mergesRecursion, side });
    } catch (error) {
      this.frame.notice.textContent = problemText(error);
      return false;
    }
    this.frame.notice.textContent = "";
    this.search.run(this.analysis, state.query);
    this.header.showSearch({ query: state.query, result: this.search.result, isValid: this.search.isValid });
    if (state.fn === "" || (state.view !== "flame" && !recording.groups.some(({ name }) => name === state.fn))) {
      if (state.view === "sandwich" || state.view === "source") state.fn = this.analysis.heaviest;
    }
    this.header.show(this.analysis);
    this.details.show(this.analysis, state.fn);
    this.showControls();
    this.showTime();
    this.showView();
    return true;
  }

  showTheme() {
    const { theme } = this.state, isDark = this.isDark();
    if (theme) document.documentElement.setAttribute("data-theme", theme);
    else document.documentElement.removeAttribute("data-theme");
    this.colors.refresh(isDark);
    this.header.theme.textContent = isDark ? "Light" : "Dark";
  }

  showControls() {
    const { state, flame, frame } = this;
    frame.show(state, { isZoomed: state.zoom > 0 || flame.right - flame.left < 1, hasTimes: this.recording.hasTimes });
    frame.showChips(state, (changes) => this.change({ ...changes, ...("from" in changes ? {} : { zoom: 0 }) }, true));
    this.header.value.value = String(state.value);
  }

  showTime() {
    const { recording, analysis, activity, state } = this;
    if (!recording.hasTimes) return;
    const { layers, over } = activity.curveOf(analysis);
    /** @type {number[]} */
    const sums = [];
    for (const { bins } of layers) bins.forEach((size, bin) => { sums[bin] = (sums[bin] ?? 0) + size; });
    const most = Math.max(1e-9, sums.reduce((most, size) => Math.max(most, size), 0),
      over ? over.reduce((most, size) => Math.max(most, size), 0) : 0);
    const unit = activity.unit(state.value);
    const text = `up to ${fixed(most, most < 10 ? 1 : 0)} ${unit}`;
    this.strip.show({ layers, over, most, unit: over ? text + "; line: before" : text,
      entries: activity.marksOf(analysis), from: state.from, to: state.to });
  }

  /** The table that is in sight in the view of functions. */
  get table() { return this.state.by === "functions" ? this.functions : this.parts[this.state.by]; }

  /**
   * By how much a node of a tree changed; null where nothing is compared.
   *
   * @returns {FlameCanvas["step"]}
   */
  get step() {
    const { analysis, findings } = this;
    if (analysis.compared.length === 0) return null;
    const scale = analysis.once("scale", () => findings.scaleOf(analysis.tree)), { isEverything } = analysis;
    return (tree, node) => findings.step(tree, node, scale, isEverything);
  }

  showView() {
    const { state, analysis } = this;
    const tree = state.isReversed ? analysis.turned : analysis.tree, { matches, labels } = this.search;
    switch (state.view) {
      case "flame": return this.showFlame(state.order === "time" ? this.treeInTime() ?? tree : tree);
      case "tree":
        this.tree.step = this.step;
        return this.tree.show(analysis, tree, labels, this.isMoving);
      case "functions": return this.showTable(matches);
      case "sandwich": return this.sandwich.show(analysis, state.fn, labels, this.step);
      case "time": return this.time.show(analysis, this.activity);
      default: return this.source.show(analysis, state.fn);
    }
  }

  /** @param {Uint8Array | null} matches */
  showTable(matches) {
    const { state, analysis, isMoving } = this, { sort } = state;
    for (const [rows, { box }] of /** @type {[string, { box: HTMLElement }][]} */ ([["functions", this.functions],
      ...Object.entries(this.parts)])) box.toggleAttribute("hidden", rows !== state.by);
    if (state.by === "functions") this.functions.show(analysis, { sort, matches, fn: state.fn, isMoving });
    else this.parts[state.by].show(analysis, { sort, accepts: this.search.accepts, isMoving });
  }

  treeInTime() {
    const tree = this.analysis.inTime;
    if (!tree) this.frame.notice.textContent = "Too many calls to show in the order of time: select a shorter time.";
    return tree;
  }

  /** @param {import("../model/weighted-tree.js").WeightedTree} tree */
  showFlame(tree) {
    const { flame, state } = this;
    const isSame = flame.tree !== null && flame.tree.isLeafUp === tree.isLeafUp
      && flame.tree.isInOrder === tree.isInOrder;
    flame.matches = this.search.labels;
    flame.step = this.step;
    flame.waiting = this.analysis.waitingIn(tree);
    const wasHeavyFirst = flame.isHeavyFirst;
    flame.isHeavyFirst = state.order === "weight";
    flame.isIcicle = state.isIcicle;
    flame.show(tree, isSame);
    if (state.zoom >= tree.count || tree.total[state.zoom] === 0) state.zoom = 0;
    if (this.zoomed !== state.zoom || wasHeavyFirst !== flame.isHeavyFirst || state.zoom > 0) flame.zoomTo(state.zoom);
    this.zoomed = state.zoom;
    this.drawMinimap();
  }

  drawMinimap() {
    if (this.state.view !== "flame") return;
    const { analysis, state, colors } = this;
    requestAnimationFrame(() => this.minimap.draw([analysis.version, state.isReversed, state.order,
      state.isIcicle, colors.isDark].join(" ")));
  }

  // MARK: What a reader does

  /**
   * @param {import("../model/weighted-tree.js").WeightedTree | null} tree @param {number} node
   * @param {{ x: number, y: number } | null} point
   */
  hover(tree, node, point) {
    if (!tree || node < 0 || !point) this.card.hide(); else this.card.show(this.analysis, tree, node, point);
  }

  /** @param {import("../model/weighted-tree.js").WeightedTree | null} tree @param {number} node */
  chooseNode(tree, node) {
    if (!tree || node <= 0) return;
    const label = this.recording.labels[tree.label[node]];
    this.node = node;
    if (label.kind < 4) this.choose(label.name);
  }

  /** @param {string} name */
  choose(name) {
    if (name === this.state.fn) return;
    this.state.fn = name;
    this.details.show(this.analysis, name);
    this.writeAddress(false);
  }

  /** @param {string} name */
  open(name) {
    if (name !== "") this.change({ fn: name, view: "sandwich" }, true);
  }

  /** @param {number} node */
  zoom(node) {
    const isSame = node === this.state.zoom;
    if (isSame) this.flame.zoomTo(node);
    else this.change({ zoom: node }, true);
    if (node === 0) this.flame.reset();
    this.flame.drawSoon();
    this.drawMinimap();
  }

  /**
   * At most once a frame, however fast the pointer moves.
   *
   * @param {number | null} from @param {number | null} to @param {boolean} isDone
   */
  selectTime(from, to, isDone) {
    if (isDone) {
      cancelAnimationFrame(this.animation);
      this.waiting = null;
      this.animation = 0;
      this.change({ from, to }, true);
      return;
    }
    this.waiting = { from, to };
    if (this.animation) return;
    this.animation = requestAnimationFrame(() => {
      this.animation = 0;
      if (this.waiting) {
        Object.assign(this.state, this.waiting);
        this.isMoving = true;
        this.show();
        this.isMoving = false;
      }
    });
  }
}
