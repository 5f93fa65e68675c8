import { Analysis } from "../model/analysis.js";
import { amount, counted, percent } from "../model/figures.js";
import { exactly, NamePattern } from "../model/name-pattern.js";
import { activityOf, lanesOf } from "../model/time-lanes.js";
import { DetailsBar } from "../view/details-bar.js";
import { html } from "../view/elements.js";
import { FlameCanvas } from "../view/flame-canvas.js";
import { FunctionsTable } from "../view/functions-table.js";
import { KeysPanel } from "../view/keys-panel.js";
import { Minimap } from "../view/minimap.js";
import { PageCard } from "../view/page-card.js";
import { PageHeader } from "../view/page-header.js";
import { CanvasColors } from "../view/palette.js";
import { SandwichView } from "../view/sandwich-view.js";
import { SourceView } from "../view/source-view.js";
import { TimeStrip } from "../view/time-strip.js";
import { TimeView } from "../view/time-view.js";
import { TreeTable } from "../view/tree-table.js";
import { pageFragmentOf, pageStateOf, VIEWS } from "./page-state.js";

/** @typedef {import("./page-state.js").PageState} PageState */
/** @typedef {import("../model/recording.js").Recording} Samples */

const TABS = ["Flame graph", "Tree", "Functions", "Sandwich", "Time", "Source"];

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
    this.header = new PageHeader(head, this.colors);
    this.card = new PageCard();
    this.keys = new KeysPanel();
    this.details = new DetailsBar((action) => this.act(action));
    const seconds = Math.max(recording.duration / 1e9, 1e-9);
    /** @type {(from: number | null, to: number | null, isDone: boolean) => void} */
    const onSelect = (from, to, isDone) => this.selectTime(from, to, isDone);
    this.strip = new TimeStrip(this.colors, { name: "Activity over time; drag to select", seconds, hasAxis: true,
      onSelect });
    this.fromInput = timeInput("From second");
    this.toInput = timeInput("To second");
    /** @type {FlameCanvas} */
    this.flame = new FlameCanvas(this.colors, {
      name: "Flame graph", amount: (weight) => this.amount(weight), share: (weight) => this.analysis.share(weight),
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
    });
    this.sandwich = new SandwichView(this.colors, {
      onOpen: (name) => this.open(name),
      onHover: (tree, node, point) => this.hover(tree, node, point),
    });
    this.time = new TimeView(this.colors, { onSelect, onThread: (thread) => this.selectThread(thread) });
    this.source = new SourceView();
    /** The node that the chosen function was chosen at; -1 for none. */
    this.node = -1;
    /**
     * For each function whether it matches the search.
     *
     * @type {Uint8Array | null}
     */
    this.matches = null;
    this.frame = 0;
    /** Whether a time is being dragged over. */
    this.isMoving = false;
    /** The node that the flame graph was zoomed to last. */
    this.zoomed = 0;
    /** @type {{ from: number | null, to: number | null } | null} */
    this.waiting = null;
    // Few samples in a bin would show their own rhythm and not the program's.
    /** What the curve above shows, and what it was made of. */
    this.activityKey = "";
    this.activity = new Float64Array(0);
    /** @type {{ key: string, lanes: ReturnType<typeof lanesOf> }} */
    this.lanes = { key: "", lanes: [] };
    this.binCount = Math.max(40, Math.min(1600, Math.round(recording.sampleCount / 8)));
    this.build();
    this.listen();
    this.show();
    this.flame.draw();
    document.documentElement.setAttribute("data-ready", "true");
  }

  // MARK: Elements

  build() {
    const { host, header, state } = this;
    this.tabs = TABS.map((text, index) => html("button", {
      type: "button", role: "tab", id: "tab-" + VIEWS[index], "aria-controls": "panel-" + VIEWS[index],
      title: `${text} (${index + 1})`,
    }, text));
    this.reverse = toggle("Leaf up", "From the functions that ran up to their callers (r)");
    this.order = toggle("Heaviest first", "In order of weight instead of names (o)");
    this.icicle = toggle("Root above", "Turn over (i)");
    this.merge = toggle("Merge recursion", "A function that calls itself is one frame");
    this.reset = html("button", { type: "button", title: "Reset zoom (0)" }, "Reset zoom");
    this.path = html("button", { type: "button", title: "Open the heaviest path (*)" }, "Heaviest path");
    this.chips = html("div", { class: "chips", role: "list", "aria-label": "What is selected" });
    this.notice = html("p", { class: "notice", role: "alert" });
    this.options = html("div", { class: "options" }, this.reverse, this.order, this.icicle, this.merge, this.path,
      this.reset);
    const panels = [
      html("div", { class: "flame-view" }, this.minimap.box, this.flame.box), this.tree.box, this.functions.box,
      this.sandwich.box, this.time.box, this.source.box,
    ];
    this.panels = panels.map((panel, index) => html("section", {
      role: "tabpanel", id: "panel-" + VIEWS[index], "aria-labelledby": "tab-" + VIEWS[index], class: "panel",
        hidden: "hidden",
    }, panel));
    this.timeRow = html("div", { class: "time-row" }, this.strip.box,
      html("div", { class: "time-inputs" }, this.fromInput, html("span", {}, "to"), this.toInput,
        html("span", {}, "s")));
    if (!this.recording.hasTimes) this.timeRow.setAttribute("hidden", "hidden");
    host.replaceChildren(header.box, this.timeRow,
      html("nav", { class: "tab-row" }, html("div", { role: "tablist", "aria-label": "Views", class: "tabs" },
        ...this.tabs), this.options),
      this.chips, this.notice, html("main", {}, ...this.panels), this.details.box, this.card.box, this.keys.box);
    header.value.value = String(state.value);
  }

  listen() {
    const { header } = this;
    this.tabs?.forEach((tab, index) => tab.addEventListener("click", () => this.change({ view: VIEWS[index] }, true)));
    header.input.addEventListener("input", () => this.change({ query: header.input.value }, false));
    header.theme.addEventListener("click", () => this.change({ theme: this.isDark() ? "light" : "dark" }, false));
    header.help.addEventListener("click", () => this.keys.toggle(!this.keys.isOpen));
    header.value.addEventListener("change", () => this.change({ value: Number(header.value.value), zoom: 0 }, true));
    this.keys.close.addEventListener("click", () => {
      this.keys.toggle(false);
      header.help.focus();
    });
    this.reverse?.addEventListener("click", () => this.change({ isReversed: !this.state.isReversed, zoom: 0 }, true));
    this.order?.addEventListener("click", () => this.change({ isHeavyFirst: !this.state.isHeavyFirst }, false));
    this.icicle?.addEventListener("click", () => this.change({ isIcicle: !this.state.isIcicle }, false));
    this.merge?.addEventListener("click", () => this.change({ mergesRecursion: !this.state.mergesRecursion, zoom: 0 },
      true));
    this.reset?.addEventListener("click", () => this.zoom(0));
    this.path?.addEventListener("click", () => this.tree.expandHeaviest(null));
    for (const [input, key] of /** @type {const} */ ([[this.fromInput, "from"], [this.toInput, "to"]])) {
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
      const { value, from, to, threads, processes, focus, ignore, hide, mergesRecursion } = state;
      this.analysis.select({ value, from, to, threads, processes, focus, ignore, hide, mergesRecursion });
    } catch (error) {
      if (this.notice) this.notice.textContent = problemText(error);
      return false;
    }
    if (this.notice) this.notice.textContent = "";
    this.search();
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
    const { state } = this, index = VIEWS.indexOf(state.view);
    this.tabs?.forEach((tab, position) => {
      tab.setAttribute("aria-selected", String(position === index));
      tab.tabIndex = position === index ? 0 : -1;
      if (position === index) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
    this.panels?.forEach((panel, position) => panel.toggleAttribute("hidden", position !== index));
    const shown = new Map([
      [this.reverse, index < 2], [this.order, index === 0], [this.icicle, index === 0], [this.merge, true],
      [this.reset, index === 0], [this.path, index === 1],
    ]);
    for (const [button, isShown] of shown) button?.toggleAttribute("hidden", !isShown);
    press(this.reverse, state.isReversed);
    press(this.order, state.isHeavyFirst);
    press(this.icicle, state.isIcicle);
    press(this.merge, state.mergesRecursion);
    if (this.reset) this.reset.disabled = state.zoom === 0 && this.flame.right - this.flame.left >= 1;
    this.header.value.value = String(state.value);
    this.fromInput.value = state.from === null ? "" : String(state.from);
    this.toInput.value = state.to === null ? "" : String(state.to);
    this.showChips();
  }

  showChips() {
    const { state } = this;
    /** @type {[string, () => void][]} */
    const chips = [];
    if (state.from !== null || state.to !== null) {
      const text = state.to === null ? `from ${state.from} s` : `${state.from ?? 0} to ${state.to} s`;
      chips.push([text, () => this.change({ from: null, to: null }, true)]);
    }
    for (const [word, key] of /** @type {const} */ ([["thread", "threads"], ["process", "processes"],
      ["focus", "focus"], ["ignore", "ignore"], ["hide", "hide"]])) {
      state[key].forEach((text, index) => chips.push([`${word}: ${plain(text)}`,
        () => this.change({ [key]: state[key].filter((_, other) => other !== index), zoom: 0 }, true)]));
    }
    this.chips?.replaceChildren(...chips.map(([text, remove]) => {
      const button = html("button", { type: "button", class: "chip", "aria-label": "Take away: " + text }, text,
        html("span", { "aria-hidden": "true" }, " ×"));
      button.addEventListener("click", remove);
      return html("span", { role: "listitem" }, button);
    }));
  }

  showTime() {
    const { recording, analysis, state } = this;
    if (!recording.hasTimes) return;
    const { value } = state, { weights, view } = analysis;
    const key = JSON.stringify([weights.key, analysis.patterns]);
    if (this.activityKey !== key) {
      this.activityKey = key;
      this.activity = this.cpus(activityOf(recording, view, value, weights.threads, this.binCount));
    }
    const bins = this.activity, most = bins.reduce((most, size) => Math.max(most, size), 1e-9);
    const unit = this.timeUnit();
    this.strip.show({ bins, most, unit: unit === "" ? "" : `up to ${most.toFixed(most < 10 ? 1 : 0)} ${unit}`,
      from: state.from, to: state.to });
  }

  /**
   * Weight of bins as CPUs in use, or as threads waiting, where the value is a time.
   *
   * @param {Float64Array} bins
   */
  cpus(bins) {
    const { head, duration } = this.recording, { name, unit, period } = head.values[this.state.value];
    const nanoseconds = unit === "nanoseconds" ? 1 : name === "samples" && period > 0 ? period : 0;
    return nanoseconds > 0 ? bins.map((weight) => weight * nanoseconds / (duration / this.binCount)) : bins;
  }

  timeUnit() {
    const { name, unit, period } = this.recording.head.values[this.state.value];
    return unit === "nanoseconds" ? (name.includes("cpu") && name !== "off-cpu" ? "CPUs" : "threads")
      : name === "samples" && period > 0 ? "CPUs" : "";
  }

  showView() {
    const { state, analysis } = this;
    const tree = state.isReversed ? analysis.turned : analysis.tree;
    switch (state.view) {
      case "flame": return this.showFlame(tree);
      case "tree": return this.tree.show(analysis, tree, this.labelMatches(), this.isMoving);
      case "functions": return this.functions.show(analysis,
        { sort: state.sort, matches: this.matches, fn: state.fn, isMoving: this.isMoving });
      case "sandwich": return this.sandwich.show(analysis, state.fn, this.labelMatches());
      case "time": return this.showLanes();
      default: return this.source.show(analysis, state.fn);
    }
  }

  showLanes() {
    const { state, analysis, recording } = this, key = state.value + " " + analysis.patterns;
    if (this.lanes.key !== key) {
      this.lanes = { key, lanes: lanesOf(recording, analysis.view, state.value, this.binCount) };
    }
    this.time.show(analysis, this.lanes.lanes, (bins) => this.cpus(bins));
  }

  /** @param {import("../model/weighted-tree.js").WeightedTree} tree */
  showFlame(tree) {
    const { flame, state } = this;
    const isSame = flame.tree !== null && flame.tree.isLeafUp === tree.isLeafUp;
    flame.matches = this.labelMatches();
    const wasOrder = flame.isHeavyFirst;
    flame.isHeavyFirst = state.isHeavyFirst;
    flame.isIcicle = state.isIcicle;
    flame.show(tree, isSame);
    if (state.zoom >= tree.count || tree.total[state.zoom] === 0) state.zoom = 0;
    if (this.zoomed !== state.zoom || wasOrder !== state.isHeavyFirst || state.zoom > 0) flame.zoomTo(state.zoom);
    this.zoomed = state.zoom;
    this.drawMinimap();
  }

  drawMinimap() {
    if (this.state.view !== "flame") return;
    const { analysis, state, colors } = this;
    requestAnimationFrame(() => this.minimap.draw([analysis.version, state.isReversed, state.isHeavyFirst,
      state.isIcicle, colors.isDark].join(" ")));
  }

  // MARK: Search

  search() {
    const { state, recording, analysis } = this;
    this.matches = null;
    let result = "", isValid = true;
    if (state.query !== "") {
      try {
        this.matches = new NamePattern(state.query, true).matches(recording, () => performance.now());
        const { weight, functions } = this.matched(this.matches);
        const share = percent(analysis.share(weight));
        result = functions === 0 ? "No match"
          : `Matched: ${share}, ${this.amount(weight)} in ${counted(functions, "functions")}`;
      } catch (error) {
        isValid = false;
        result = problemText(error);
      }
    }
    this.header.showSearch({ query: state.query, result, isValid });
  }

  /**
   * Weight of the samples with a match on their stack, each counted once.
   *
   * @param {Uint8Array} matches
   */
  matched(matches) {
    const { view, own } = this.analysis.weights, { functionOfFrame, kindOfFrame, groups } = this.recording;
    const has = new Uint8Array(view.count);
    let weight = 0, functions = 0;
    for (let at = 0; at < view.count; at++) {
      const frame = view.frame[at], parent = view.parent[at];
      has[at] = (parent >= 0 && has[parent]) || (kindOfFrame[frame] < 6 && matches[functionOfFrame[frame]]) ? 1 : 0;
      if (has[at]) weight += own[at];
    }
    for (const { group } of this.analysis.rows) functions += matches[groups[group].fn];
    return { weight, functions };
  }

  labelMatches() {
    const { matches } = this;
    return matches && Uint8Array.from(this.recording.labels, ({ fn, kind }) => kind < 6 ? matches[fn] : 0);
  }

  // MARK: What a reader does

  /** @param {number} weight */
  amount(weight) { return amount(weight, this.recording.head.values[this.state.value]); }

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

  /** @param {string} action */
  act(action) {
    const { fn } = this.state;
    if (fn === "") return;
    if (action === "sandwich" || action === "source") this.change({ view: action }, true);
    else if (action === "copy") this.copy(fn);
    else if (action === "focus" || action === "ignore" || action === "hide") {
      this.change({ [action]: [...this.state[action], exactly(fn)], zoom: 0 }, true);
    }
  }

  /** @param {string} text */
  copy(text) {
    // Absent where the page came without TLS; refused where the reader said so.
    navigator.clipboard?.writeText(text).then(() => { this.header.result.textContent = "Copied"; }, () => {});
  }

  /** The chosen frame's stack, root first, a line each. */
  copyStack() {
    const tree = this.state.view === "tree" ? this.tree.tree : this.flame.tree;
    if (!tree || this.node <= 0 || this.node >= tree.count) return;
    const names = [];
    for (let at = this.node; at > 0; at = tree.parent[at]) names.push(tree.name(at));
    this.copy((tree.isLeafUp ? names : names.reverse()).join("\n"));
  }

  /**
   * At most once a frame, however fast the pointer moves.
   *
   * @param {number | null} from @param {number | null} to @param {boolean} isDone
   */
  selectTime(from, to, isDone) {
    if (isDone) {
      cancelAnimationFrame(this.frame);
      this.waiting = null;
      this.frame = 0;
      this.change({ from, to }, true);
      return;
    }
    this.waiting = { from, to };
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.waiting) {
        Object.assign(this.state, this.waiting);
        this.isMoving = true;
        this.show();
        this.isMoving = false;
      }
    });
  }

  /** @param {number} thread */
  selectThread(thread) {
    const { threads } = this.recording.head, [, tid, name] = threads[thread];
    const text = tid && threads.filter((row) => row[1] === tid).length === 1 ? String(tid) : exactly(name);
    const chosen = this.state.threads;
    this.change({ threads: chosen.includes(text) ? chosen.filter((other) => other !== text) : [...chosen, text] },
      true);
  }
}

/** @param {string} label @param {string} title */
function toggle(label, title) {
  return html("button", { type: "button", title, "aria-pressed": "false" }, label);
}

/** @param {HTMLElement | undefined} button @param {boolean} isPressed */
function press(button, isPressed) { button?.setAttribute("aria-pressed", String(isPressed)); }

/** @param {string} label */
function timeInput(label) {
  return html("input", { type: "text", inputmode: "decimal", size: 7, "aria-label": label,
    placeholder: label.startsWith("From") ? "from" : "to" });
}

/**
 * An expression that means one name, as that name.
 *
 * @param {string} source
 */
function plain(source) {
  const inner = /^\^(.*)\$$/.exec(source)?.[1];
  return inner !== undefined && exactly(inner.replace(/\\(.)/g, "$1")) === source ? inner.replace(/\\(.)/g, "$1")
    : source;
}

/** @param {unknown} error */
function problemText(error) {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof RangeError ? message
    : "Not a regular expression: " + message.replace(/^Invalid regular expression: /, "");
}
