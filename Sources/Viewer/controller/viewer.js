import { CallTree } from "../model/call-tree.js";
import { Coloring } from "../model/coloring.js";
import { FlameGraphLayout } from "../model/layout.js";
import { matchingFrames, nextMatch, Query } from "../model/search.js";
import { Viewport } from "../model/viewport.js";
import { Card } from "../view/card.js";
import { html } from "../view/elements.js";
import { FlameGraphView } from "../view/flame-graph.js";
import { Header } from "../view/header.js";
import { HelpPanel } from "../view/help-panel.js";
import { searchResult } from "../view/search-result.js";
import { listenToKeys } from "./keyboard.js";
import { listenToPointer } from "./pointer.js";
import { fragmentOf, stateOf } from "./view-state.js";

/** @typedef {import("./view-state.js").ViewState} ViewState */

/** Ties model and views together: what a reader does changes the state, and everything is brought in line with it. */
export class Viewer {
  /**
   * Fills an element of XHTML or HTML, in whatever document.
   *
   * @param {HTMLElement} host @param {ProfileData} data
   */
  constructor(host, data) {
    this.host = host;
    this.value = data.value;
    this.tree = new CallTree(data);
    this.layout = new FlameGraphLayout(this.tree);
    this.viewport = new Viewport(this.layout, data.drawing);
    const coloring = new Coloring(this.tree, data);
    this.graph = new FlameGraphView(this.viewport, coloring, data);
    this.card = new Card(this.layout, coloring, data);
    this.header = new Header(data);
    this.help = new HelpPanel();
    this.scroll = html("div", { class: "scroll" }, this.graph.canvas);
    this.picture = { count: this.tree.count, isIcicle: data.icicle };
    /** @type {ViewState} */
    this.state = stateOf(location.hash, this.picture);
    /**
     * The heights that were drawn last.
     *
     * @type {{ top: number, bottom: number } | null}
     */
    this.seen = null;
    this.viewHeight = 0;
    this.pending = 0;
    this.isResized = false;

    host.setAttribute("class", "viewer");
    host.replaceChildren(this.header.box, this.scroll, this.card.box, this.help.box);
    listenToPointer(this);
    listenToKeys(this);
    this.listen();
    this.show(true);
    host.setAttribute("data-ready", "true");
  }

  /** To what comes from the window and not from the reader's hands. */
  listen() {
    this.scroll.addEventListener("scroll", () => this.drawSoon());
    addEventListener("beforeprint", () => this.drawForPaper());
    addEventListener("afterprint", () => {
      this.graph.canvas.removeAttribute("viewBox");
      this.draw(true);
    });
    addEventListener("popstate", () => this.readAddress());
    addEventListener("hashchange", () => this.readAddress());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.showControls());
    new ResizeObserver(() => this.drawSoon(true)).observe(this.scroll);
  }

  /** @param {boolean} isOpen */
  toggleHelp(isOpen) {
    this.help.toggle(isOpen);
    if (!isOpen) this.header.help.focus();
  }

  openSearch() {
    this.header.input.focus();
    this.header.input.select();
  }

  // MARK: State

  /**
   * Takes a new state over; `isStep` makes it one that the browser's Back undoes.
   *
   * @param {Partial<ViewState>} changes @param {boolean} isStep
   */
  change(changes, isStep) {
    const isZoom = changes.zoom !== undefined && changes.zoom !== this.state.zoom;
    Object.assign(this.state, changes);
    this.show(isZoom || changes.isIcicle !== undefined);
    this.writeAddress(isStep);
  }

  /** @param {FrameIndex} frame */
  zoomTo(frame) {
    this.graph.focus = frame;
    if (frame !== this.state.zoom) this.change({ zoom: frame }, true);
  }

  readAddress() {
    this.state = stateOf(location.hash, this.picture);
    this.show(true);
  }

  /** @param {boolean} isStep */
  writeAddress(isStep) {
    const hash = fragmentOf(this.state, this.picture);
    if (hash === location.hash || (hash === "#" && location.hash === "")) return;
    try {
      if (isStep) history.pushState(null, "", hash); else history.replaceState(null, "", hash);
    } catch {
      location.hash = hash; // where a document may not rewrite its history
    }
  }

  isDark() {
    return this.state.theme ? this.state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /**
   * Brings everything on screen in line with the state.
   *
   * @param {boolean} isMoving Whether frames change their places.
   */
  show(isMoving) {
    const { state, graph, viewport } = this;
    viewport.zoom = state.zoom;
    viewport.isIcicle = state.isIcicle;
    if (!viewport.isShown(graph.focus)) graph.focus = state.zoom;
    this.showControls();
    this.search();
    if (isMoving) this.card.hide();
    this.draw(true, isMoving ? state.zoom : -1);
  }

  showControls() {
    const { theme, zoom, isIcicle } = this.state;
    if (theme) document.documentElement.setAttribute("data-theme", theme);
    else document.documentElement.removeAttribute("data-theme");
    this.header.show({ isZoomed: zoom > 0, isIcicle, isDark: this.isDark() });
  }

  search() {
    const { query, isExpression, zoom } = this.state;
    this.graph.flags = null;
    let result = "", isValid = true;
    try {
      if (query !== "") {
        const asked = new Query(query, isExpression);
        const { labels } = this.tree;
        const flags = matchingFrames(this.tree, (label) => asked.accepts(labels, label), () => performance.now());
        this.graph.flags = flags;
        result = searchResult(this.layout, flags, zoom, this.value, asked.cutAt);
      }
    } catch (error) {
      isValid = false;
      const message = error instanceof Error ? error.message : String(error);
      result = error instanceof RangeError ? message
        : "Not a regular expression: " + message.replace(/^Invalid regular expression: /, "");
    }
    this.header.showSearch({ query, isExpression, result, isValid });
  }

  // MARK: Focus

  /**
   * Moves the keyboard's focus to a frame, if it is shown.
   *
   * @param {FrameIndex} frame
   */
  focusFrame(frame) {
    if (frame < 0 || !this.viewport.isShown(frame)) return;
    this.host.classList.add("keys");
    this.graph.focus = frame;
    this.reveal(frame);
    this.draw(false);
    this.graph.shown.get(frame)?.group.focus({ preventScroll: true });
    this.showFocusCard();
  }

  /**
   * Takes over that the browser moved the focus.
   *
   * @param {FrameIndex} frame
   */
  noticeFocus(frame) {
    this.host.classList.add("keys");
    this.graph.focus = frame;
    this.graph.drawRing(this.graph.focusRing, frame);
    this.showFocusCard();
  }

  showFocusCard() {
    const { graph, viewport } = this;
    const place = viewport.place(graph.focus);
    if (!place) return;
    const bounds = graph.canvas.getBoundingClientRect();
    const x = bounds.left + Math.max(place.x, 0) + Math.min(place.width / 2, 40);
    this.card.show(graph.focus, this.state.zoom, { x, y: bounds.top + place.y + 4 });
  }

  /**
   * Zooms to a frame, and takes the focus there where the keyboard is used.
   *
   * @param {FrameIndex} frame
   */
  goTo(frame) {
    this.zoomTo(frame);
    if (this.host.classList.contains("keys")) this.focusFrame(frame);
  }

  /** @param {1 | -1} step */
  goToMatch(step) {
    const { graph, tree, state } = this;
    if (graph.flags) this.focusFrame(nextMatch(tree, graph.flags, state.zoom, graph.focus, step));
  }

  // MARK: Drawing

  drawSoon(isResized = false) {
    this.isResized ||= isResized;
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.draw(this.isResized);
      this.isResized = false;
    });
  }

  /** @param {boolean} isResized @param {FrameIndex} zoomed The frame to bring into sight; -1 for none. */
  draw(isResized, zoomed = -1) {
    const { scroll, graph, viewport } = this;
    if (isResized) {
      // With the root below, what is at the lower edge of the window stays there.
      const below = this.seen ? viewport.height - this.seen.bottom : 0;
      const height = (this.viewHeight = scroll.clientHeight);
      graph.resize(scroll.clientWidth, height);
      const place = zoomed >= 0 ? viewport.place(zoomed) : null;
      const row = viewport.rowHeight;
      if (place) this.scrollTo(place.y + (viewport.isIcicle ? -4 * row : 5 * row - height));
      else if (!viewport.isIcicle) this.scrollTo(viewport.height - below - height);
    }
    const top = scroll.scrollTop;
    this.seen = { top, bottom: top + this.viewHeight };
    graph.draw(top, this.seen.bottom);
  }

  /** Draws all rows, also those out of sight, so that they can be made as wide as the paper. */
  drawForPaper() {
    const { graph, viewport, scroll } = this;
    graph.canvas.setAttribute("viewBox", `0 0 ${scroll.clientWidth} ${viewport.height}`);
    graph.draw(0, viewport.height);
  }

  /**
   * Scrolls, if it must: the browser lays everything out when asked or told a position.
   *
   * @param {number} top
   */
  scrollTo(top) {
    const wanted = Math.round(Math.max(0, Math.min(top, this.viewport.height - this.viewHeight)));
    if (!this.seen || Math.round(this.seen.top) !== wanted || wanted > 0) this.scroll.scrollTop = wanted;
  }

  /**
   * Scrolls until a frame is in sight.
   *
   * @param {FrameIndex} frame
   */
  reveal(frame) {
    const { seen, viewport } = this;
    const place = viewport.place(frame);
    if (!place || !seen) return;
    const row = viewport.rowHeight;
    if (place.y < seen.top + row) this.scrollTo(place.y - row);
    else if (place.y + 2 * row > seen.bottom) this.scrollTo(place.y + 2 * row - this.viewHeight);
  }
}
