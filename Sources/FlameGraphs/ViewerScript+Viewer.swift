extension ViewerScript {
  /// Ties frames, card and controls together. The state is zoom, search, orientation and theme; all of it is in the URL.
  static let viewer = #"""
    class Viewer {
      constructor(host, model) {
        this.model = model;
        this.frames = new Frames(model);
        this.card = new Card(model);
        this.state = { zoom: 0, query: "", isRegex: false, isIcicle: model.data.icicle, theme: "" };
        this.build(host);
        this.listen();
        listenToKeys(this);
        this.readURL();
        host.setAttribute("data-ready", "true");
      }

      // MARK: Elements

      build(host) {
        const { data } = this.model;
        this.host = host;
        host.setAttribute("class", "viewer");
        const button = (label, title) => html("button", { type: "button", title, "aria-label": title }, label);
        this.input = html("input", { type: "search", placeholder: "Search functions", "aria-label": "Search functions", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
        this.regex = html("button", { type: "button", class: "regex", title: "Regular expression", "aria-label": "Regular expression", "aria-pressed": "false" }, ".*");
        this.result = html("output", { class: "result", "aria-live": "polite" });
        this.reset = button("Reset zoom", "Reset zoom (0)");
        this.flip = button("", "Turn over (i)");
        this.theme = button("", "Light or dark (t)");
        this.help = button("?", "Keyboard and search (?)");
        const search = html("form", { role: "search", class: "search" }, this.input, this.regex);
        this.form = search;
        this.head = html("header", { class: "head" },
          html("div", { class: "bar" }, html("h1", {}, data.title),
            html("div", { class: "tools" }, search, this.reset, this.flip, this.theme, this.help)),
          html("div", { class: "lines" },
            ...(data.command ? [html("p", { class: "command", title: data.command }, data.command)] : []),
            html("p", { class: "facts" }, ...data.facts.map((fact) => html("span", {}, fact)), html("span", {}, this.frameCount())),
            ...this.notes(data.notes)),
          html("div", { class: "bar low" }, this.legend(), this.result));
        this.scroll = html("div", { class: "scroll" }, this.frames.canvas);
        this.panel = this.helpPanel();
        host.replaceChildren(this.head, this.scroll, this.card.box, this.panel);
      }

      frameCount() {
        const { count, data } = this.model;
        const shown = counted(count, "frames");
        return data.leftOut === 0 ? shown : `${shown}; ${grouped(data.leftOut)} more, narrower than 0.1 px at 1,600 px, are left out`;
      }

      notes(notes) {
        if (notes.length === 0) return [];
        const more = notes.slice(1).map((note) => html("p", {}, "⚠ " + note));
        const first = "⚠ " + notes[0];
        if (more.length === 0) return [html("p", { class: "note" }, first)];
        return [html("details", { class: "note" }, html("summary", {}, first, html("span", { class: "more" }, ` and ${more.length} more`)), ...more)];
      }

      legend() {
        const { data, isComparison } = this.model;
        const swatch = (style) => svg("svg", { width: 14, height: 14, "aria-hidden": "true" }, svg("rect", { class: style, width: 14, height: 14, rx: 2 }));
        const item = (swatches, text, title) => html("li", title ? { title } : {}, ...swatches.map(swatch), html("span", {}, text));
        if (!isComparison) {
          const title = (letter) => "xe".includes(letter) ? "Share of the stacks that have such a frame" : "Share of the samples that end in such a frame";
          return html("ul", { class: "legend", "aria-label": "Colors, with the share of self weight" },
            ...data.kinds.map(([letter, name, share]) => item([letter + ("xe".includes(letter) ? 0 : 4)], name + " " + share, title(letter))));
        }
        const most = (data.scale * 100).toFixed(1);
        const steps = [6, 5, 4, 3, 2, 1];
        return html("ul", { class: "legend scale", "aria-label": "Colors: change of share" },
          item(steps.map((step) => "b" + step), "shrank, up to −" + most + " points"),
          item(steps.slice().reverse().map((step) => "r" + step), "grew, up to +" + most),
          item(["b6 gone"], "gone"), item(["r6 new"], "new"), ...(data.chance ? [item(["n0"], "may be chance")] : []),
          html("li", { class: "plain" }, "width: mean of both shares"));
      }

      helpPanel() {
        const keys = [
          ["Tab, then arrows", "go from frame to frame"], ["Enter, click", "zoom in"], ["Backspace", "zoom out to the caller"],
          ["Escape, 0", "whole picture"], ["/ or Ctrl-F", "search"], ["n, N", "next, previous match"],
          ["i", "turn over: root below or above"], ["t", "light or dark"], ["f", "mark all frames of this name"], ["c", "copy the frame's name"],
        ];
        const close = html("button", { type: "button" }, "Close");
        close.addEventListener("click", () => this.toggleHelp(false));
        return html("div", { class: "help", role: "dialog", "aria-label": "Keyboard and search", hidden: "hidden" },
          html("table", {}, ...keys.map(([key, what]) => html("tr", {}, html("th", { scope: "row" }, key), html("td", {}, what)))),
          html("p", {}, "Search looks at names. Begin with full:, module: or file: to look there. Regular expressions that could take for ever are not searched: above all repeated groups that hold repetitions or choices. Samples that match count once, however many matching frames they pass through."),
          html("p", {}, "Width is the share of samples; from side to side frames are sorted by name, not time. The address of this page keeps zoom and search."),
          close);
      }

      toggleHelp(isOpen = this.panel.hasAttribute("hidden")) {
        this.panel.toggleAttribute("hidden", !isOpen);
        (isOpen ? this.panel.querySelector("button") : this.help).focus();
      }

      // MARK: Events

      listen() {
        this.form.addEventListener("submit", (event) => { event.preventDefault(); this.stepMatch(1); });
        this.input.addEventListener("input", () => this.change({ query: this.input.value }, false));
        this.regex.addEventListener("click", () => this.change({ isRegex: !this.state.isRegex }, false));
        this.reset.addEventListener("click", () => this.change({ zoom: 0 }, true));
        this.flip.addEventListener("click", () => this.change({ isIcicle: !this.state.isIcicle }, false));
        this.theme.addEventListener("click", () => this.change({ theme: this.isDark() ? "light" : "dark" }, false));
        this.help.addEventListener("click", () => this.toggleHelp());
        const { canvas } = this.frames;
        canvas.addEventListener("pointermove", (event) => this.hover(event));
        canvas.addEventListener("pointerleave", () => this.hover(null));
        canvas.addEventListener("pointerdown", (event) => {
          this.isTouch = event.pointerType === "touch";
          this.host.classList.remove("keys");
        });
        canvas.addEventListener("click", (event) => {
          const frame = this.frameAt(event);
          if (frame >= 0) this.zoomTo(frame);
          if (frame >= 0 && this.isTouch) this.card.show(frame, this.state.zoom, null, () => this.card.hide());
        });
        this.scroll.addEventListener("scroll", () => this.drawSoon());
        addEventListener("popstate", () => this.readURL());
        addEventListener("hashchange", () => this.readURL());
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.showTheme());
        new ResizeObserver(() => this.drawSoon(true)).observe(this.scroll);
      }

      frameAt(event) {
        const bounds = this.frames.canvas.getBoundingClientRect();
        return this.frames.at(event.clientX - bounds.left, event.clientY - bounds.top);
      }

      hover(event) {
        if (event && event.pointerType === "touch") return;
        const frame = event ? this.frameAt(event) : -1;
        this.frames.drawRing(this.frames.hoverRing, frame);
        this.frames.canvas.classList.toggle("pointing", frame >= 0);
        if (frame >= 0) this.card.show(frame, this.state.zoom, { x: event.clientX, y: event.clientY }); else this.card.hide();
      }

      // MARK: State

      zoomTo(frame) {
        this.frames.focus = frame;
        if (frame !== this.state.zoom) this.change({ zoom: frame }, true);
      }

      // Takes a new state over; `isStep` makes it one that the browser's Back undoes.
      change(changes, isStep) {
        const isZoom = changes.zoom !== undefined && changes.zoom !== this.state.zoom;
        Object.assign(this.state, changes);
        this.show(isZoom || changes.isIcicle !== undefined);
        this.writeURL(isStep);
      }

      readURL() {
        const values = new URLSearchParams(location.hash.slice(1));
        const zoom = /^\d{1,9}$/.test(values.get("z")) ? Number(values.get("z")) : 0;
        const theme = values.get("t");
        this.state = {
          zoom: zoom < this.model.count ? zoom : 0,
          query: values.get("s") || "",
          isRegex: values.get("r") === "1",
          isIcicle: values.has("i") ? values.get("i") === "1" : this.model.data.icicle,
          theme: theme === "dark" || theme === "light" ? theme : "",
        };
        this.show(true);
      }

      writeURL(isStep) {
        const { zoom, query, isRegex, isIcicle, theme } = this.state;
        const parts = [];
        if (zoom > 0) parts.push("z=" + zoom);
        if (query !== "") parts.push("s=" + encodeURIComponent(query));
        if (isRegex) parts.push("r=1");
        if (isIcicle !== this.model.data.icicle) parts.push("i=" + (isIcicle ? 1 : 0));
        if (theme !== "") parts.push("t=" + theme);
        const hash = "#" + parts.join("&");
        if (hash === location.hash || (hash === "#" && location.hash === "")) return;
        try {
          if (isStep) history.pushState(null, "", hash); else history.replaceState(null, "", hash);
        } catch {
          location.hash = hash; // where a document may not rewrite its history
        }
      }

      isDark() { return this.state.theme ? this.state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches; }

      showTheme() {
        if (this.state.theme) document.documentElement.setAttribute("data-theme", this.state.theme);
        else document.documentElement.removeAttribute("data-theme");
        this.theme.textContent = this.isDark() ? "Light" : "Dark";
      }

      // Brings everything on screen in line with the state.
      show(isMoving) {
        const { state, frames, model } = this;
        frames.zoom = state.zoom;
        if (!model.isWithin(frames.focus, state.zoom) && !model.isWithin(state.zoom, frames.focus)) frames.focus = state.zoom;
        frames.isIcicle = state.isIcicle;
        this.showTheme();
        this.showSearch();
        this.reset.disabled = state.zoom === 0;
        this.flip.textContent = state.isIcicle ? "Flame" : "Icicle";
        if (isMoving) this.card.hide();
        this.draw(true, isMoving ? state.zoom : -1);
      }

      showSearch() {
        const { state, frames, model } = this;
        if (this.input.value !== state.query) this.input.value = state.query;
        this.regex.setAttribute("aria-pressed", String(state.isRegex));
        this.input.removeAttribute("aria-invalid");
        this.result.textContent = "";
        frames.flags = null;
        if (state.query === "") return;
        let predicate;
        try {
          predicate = model.predicate(state.query, state.isRegex);
          frames.flags = model.matches(predicate);
        } catch (error) {
          this.input.setAttribute("aria-invalid", "true");
          this.result.textContent = error instanceof RangeError ? error.message
            : "Not a regular expression: " + error.message.replace(/^Invalid regular expression: /, "");
          return;
        }
        this.result.textContent = this.matchedText(model.matched(frames.flags, 0));
        if (state.zoom > 0) {
          const inside = model.matched(frames.flags, state.zoom);
          this.result.textContent += `; ${percent(model.isComparison ? inside.after / Math.max(1, model.total[state.zoom]) : inside.after / model.total[state.zoom])} of the zoomed frame`;
        }
        if (predicate.cutAt) this.result.textContent += `; of longer names the first ${grouped(predicate.cutAt)} characters were searched`;
      }

      matchedText(sum) {
        const { model } = this;
        const frames = counted(sum.frames, "frames");
        if (sum.frames === 0) return "No match" + (sum.hidden >= 0.0005 ? " in the frames shown" : "");
        if (model.isComparison) {
          return `Matched: ${percent(sum.before / model.wholeBefore)} before, ${percent(sum.after / model.whole)} after, in ${frames}`;
        }
        const more = sum.hidden >= 0.0005 ? ` (at most ${percent(sum.hidden)} more in frames left out)` : "";
        return `Matched: ${percent(sum.after / model.whole)}, ${counted(sum.after, model.data.unit)} in ${frames}${more}`;
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

      draw(isResized, zoomed = -1) {
        const { scroll, frames } = this;
        if (isResized) {
          // With the root below, what is at the lower edge of the window stays there.
          const below = this.seen ? frames.height - this.seen.bottom : 0;
          const height = (this.viewHeight = scroll.clientHeight);
          frames.resize(scroll.clientWidth, height);
          if (zoomed >= 0) this.scrollTo(frames.place(zoomed).y + (frames.isIcicle ? -4 * ROW : 5 * ROW - height));
          else if (!frames.isIcicle) this.scrollTo(frames.height - below - height);
        }
        const top = scroll.scrollTop;
        this.seen = { top, bottom: top + this.viewHeight };
        frames.draw(top, this.seen.bottom);
      }

      // Scrolls, if it must: the browser lays everything out when asked or told a position.
      scrollTo(top) {
        const wanted = Math.round(Math.max(0, Math.min(top, this.frames.height - this.viewHeight)));
        if (!this.seen || Math.round(this.seen.top) !== wanted || wanted > 0) this.scroll.scrollTop = wanted;
      }

      // Scrolls until a frame is in sight.
      reveal(frame) {
        const { frames, seen } = this;
        const place = frames.place(frame);
        if (!place) return;
        if (place.y < seen.top + ROW) this.scrollTo(place.y - ROW);
        else if (place.y + 2 * ROW > seen.bottom) this.scrollTo(place.y + 2 * ROW - this.viewHeight);
      }
    }
    """#
}
