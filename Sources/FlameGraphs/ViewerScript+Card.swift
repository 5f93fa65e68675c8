extension ViewerScript {
  /// The card that tells all about one frame: at the pointer, at the focused frame, or docked below on touch screens.
  static let card = #"""
    const KINDS = {
      i: "inlined into its caller", k: "kernel", j: "code made at run time (JIT)",
      x: "stands for the missing root of these stacks", e: "stands for frames left out of deep stacks",
    };

    class Card {
      constructor(model) {
        this.model = model;
        this.everywhere = new Map();
        this.frame = -1;
        this.box = html("div", { class: "card", role: "tooltip", hidden: "hidden" });
      }

      hide() {
        this.frame = -1;
        this.box.setAttribute("hidden", "hidden");
      }

      // Shows `frame` beside a point, or docked when there is none.
      show(frame, zoom, point, onClose) {
        if (frame !== this.frame || zoom !== this.zoom) this.fill(frame, zoom, onClose);
        this.box.removeAttribute("hidden");
        this.box.classList.toggle("docked", !point);
        if (!point) {
          this.box.removeAttribute("style");
          return;
        }
        const bounds = this.box.offsetParent ? this.box.offsetParent.getBoundingClientRect() : { left: 0, top: 0 };
        const [width, height] = [this.box.offsetWidth, this.box.offsetHeight];
        let x = point.x - bounds.left + 14, y = point.y - bounds.top + 18;
        if (x + width > bounds.width - 6) x = Math.max(6, Math.min(x - width - 28, bounds.width - width - 6));
        if (y + height > bounds.height - 6) y = Math.max(6, point.y - bounds.top - height - 14);
        this.box.setAttribute("style", `left:${x}px;top:${y}px`);
      }

      fill(frame, zoom, onClose) {
        this.frame = frame;
        this.zoom = zoom;
        const { model } = this;
        const name = model.name(frame), full = model.fullName(frame);
        const where = [model.module(frame), model.place(frame)].filter((text) => text !== "");
        const close = html("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
        close.addEventListener("click", onClose);
        this.box.replaceChildren(close, html("div", { class: "name" }, name));
        if (full !== "" && full !== name) this.box.append(html("div", { class: "full" }, full));
        for (const text of where) this.box.append(html("div", { class: "where" }, text));
        if (KINDS[model.kind(frame)]) this.box.append(html("div", { class: "kind" }, KINDS[model.kind(frame)]));
        this.box.append(html("table", {}, ...(model.isComparison ? this.comparison(frame) : this.figures(frame, zoom))));
        if (model.hidden[frame] > 0) {
          this.box.append(html("div", { class: "kind" }, percent(model.hidden[frame]) + " in called frames too narrow for this file"));
        }
      }

      row(...cells) { return html("tr", {}, html("th", { scope: "row" }, cells[0]), ...cells.slice(1).map((cell) => html("td", {}, cell))); }

      figures(frame, zoom) {
        const { model } = this;
        const rows = [
          this.row("total", counted(model.total[frame], model.data.unit), percent(model.total[frame] / model.whole)),
          this.row("self", grouped(model.self[frame]), percent(model.self[frame] / model.whole)),
        ];
        const everywhere = this.all(frame);
        if (everywhere > model.total[frame]) rows.push(this.row("in all its calls", grouped(everywhere), percent(everywhere / model.whole)));
        if (zoom > 0 && model.isWithin(frame, zoom)) rows.push(this.row("of the zoomed frame", "", percent(model.total[frame] / model.total[zoom])));
        return rows;
      }

      comparison(frame) {
        const { model } = this;
        const shares = (before, after) => [percent(before / model.wholeBefore), percent(after / model.whole),
          points(after / model.whole - before / model.wholeBefore)];
        return [
          html("tr", {}, html("td", {}), ...["before", "after", "change"].map((word) => html("th", { scope: "col" }, word))),
          this.row("total", ...shares(model.totalBefore[frame], model.total[frame])),
          this.row("self", ...shares(model.selfBefore[frame], model.self[frame])),
          this.row(model.data.unit, grouped(model.totalBefore[frame]), grouped(model.total[frame]),
            model.data.chance && model.isChance(frame) ? "may be chance" : ""),
        ];
      }

      // Weight of all samples with this frame's name and kind on their stack.
      all(frame) {
        const { model } = this;
        const key = model.field(frame, 0) + model.kind(frame);
        if (!this.everywhere.has(key)) {
          const wanted = (label) => model.data.labels[label * 5] + model.data.labels[label * 5 + 1][0] === key;
          this.everywhere.set(key, model.matched(model.matches(wanted), 0).after);
        }
        return this.everywhere.get(key);
      }
    }
    """#
}
