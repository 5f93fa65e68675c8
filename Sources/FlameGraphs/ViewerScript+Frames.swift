extension ViewerScript {
  /// Draws the frames that are in sight; everything else of the viewer asks it where frames are.
  static let frames = #"""
    const SVG = "http://www.w3.org/2000/svg";
    const XHTML = "http://www.w3.org/1999/xhtml";
    const ROW = 18;   // pixels from row to row
    const EDGE = 8;   // pixels left and right of the frames

    function element(namespace, name, attributes, ...children) {
      const made = document.createElementNS(namespace, name);
      for (const key in attributes) made.setAttribute(key, attributes[key]);
      made.append(...children);
      return made;
    }
    const html = (name, attributes, ...children) => element(XHTML, name, attributes, ...children);
    const svg = (name, attributes, ...children) => element(SVG, name, attributes, ...children);

    function grouped(number) { return Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ","); }
    function counted(number, unit) {
      return grouped(number) + " " + (number === 1 && ["samples", "frames"].includes(unit) ? unit.slice(0, -1) : unit);
    }
    // A share short of the whole never reads 100.
    function percent(share) {
      if (!(share > 0)) return "0 %";
      if (share < 0.00005) return "<0.01 %";
      if (share < 0.01) return (share * 100).toFixed(2) + " %";
      if (share < 1 && share > 0.9994) return "99.9 %";
      return (share * 100).toFixed(1) + " %";
    }
    function points(change) { return (change < 0 ? "−" : "+") + Math.abs(change * 100).toFixed(2) + " points"; }

    // Widths of text in the picture's font, measured once for each character.
    class Ruler {
      constructor() {
        this.context = html("canvas").getContext("2d");
        this.widths = new Map();
      }
      useFont(font) {
        if (font === this.context.font) return;
        this.context.font = font;
        this.widths.clear();
        this.ellipsis = this.context.measureText("…").width;
      }
      // The beginning of `text` that fits, with an ellipsis when cut; empty for less than two letters.
      fit(text, room) {
        if (room < 14) return "";
        let used = 0, cut = 0, index = 0;
        for (const character of text) {
          let width = this.widths.get(character);
          if (width === undefined) this.widths.set(character, (width = this.context.measureText(character).width));
          used += width;
          if (used > room) return cut > 1 ? text.slice(0, cut) + "…" : "";
          index += character.length;
          if (used + this.ellipsis <= room) cut = index;
        }
        return text;
      }
    }

    // Frames at least a pixel wide are elements; narrower ones are drawn row by row as pieces of two paths, so that the
    // number of elements is bounded by the window's size, not the profile's.
    class Frames {
      constructor(model) {
        this.model = model;
        this.ruler = new Ruler();
        this.zoom = 0;
        this.focus = 0;
        this.flags = null;
        this.isIcicle = false;
        this.shown = new Map();   // frame → its element and what is set on it
        this.spare = [];
        this.hatch = svg("pattern", {
          id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
        }, svg("rect", { class: "grain", width: 6, height: 6 }), svg("path", { class: "hatch", d: "M0 0V6", "stroke-width": 3 }));
        this.hiddenPath = svg("path", { class: "hidden" });
        this.slivers = svg("g", { class: "slivers" });
        this.matchPath = svg("path", { class: "matches" });
        this.group = svg("g", { class: "frames", role: "tree", "aria-label": "Frames, callers before the functions they call" });
        this.hoverRing = svg("rect", { class: "ring hover", rx: 2 });
        this.focusRing = svg("rect", { class: "ring", rx: 2 });
        this.canvas = svg("svg", { class: "canvas" }, this.hatch, this.hiddenPath, this.slivers, this.group,
          this.matchPath, this.hoverRing, this.focusRing);
      }

      // Takes the size of the window onto the picture.
      resize(width, height) {
        this.pixels = Math.max(60, width);
        this.rows = this.model.deepest[this.zoom] + 1;
        this.height = Math.max(height, this.rows * ROW + 2 * EDGE);
        this.canvas.setAttribute("width", this.pixels);
        this.canvas.setAttribute("height", this.height);
        this.scale = (this.pixels - 2 * EDGE) / this.model.width[this.zoom];
      }

      y(depth) { return this.isIcicle ? EDGE + depth * ROW : this.height - EDGE - (depth + 1) * ROW; }
      depth(y) { return Math.floor((this.isIcicle ? y - EDGE : this.height - EDGE - y) / ROW); }

      // Where a frame is drawn; nothing for one outside of the zoomed frame's callers and callees.
      place(frame) {
        const { model, zoom } = this;
        if (model.isWithin(zoom, frame)) return { x: EDGE, width: this.pixels - 2 * EDGE, y: this.y(model.depth[frame]) };
        if (!model.isWithin(frame, zoom)) return null;
        const x = EDGE + (model.start[frame] - model.start[zoom]) * this.scale;
        return { x, width: model.width[frame] * this.scale, y: this.y(model.depth[frame]) };
      }

      // The frame under a point; -1 for none.
      at(x, y) {
        const { model, zoom } = this;
        const depth = this.depth(y);
        if (depth < 0 || depth >= this.rows || x < EDGE || x > this.pixels - EDGE) return -1;
        if (depth <= model.depth[zoom]) {
          let frame = zoom;
          while (model.depth[frame] > depth) frame = model.parent[frame];
          return frame;
        }
        const position = model.start[zoom] + (x - EDGE) / this.scale;
        const frame = model.at(depth, position, 1.5 / this.scale);
        return frame >= 0 && model.isWithin(frame, zoom) ? frame : -1;
      }

      // Draws the rows between two heights.
      draw(top, bottom) {
        const { model, zoom } = this;
        const style = getComputedStyle(this.canvas);
        this.ruler.useFont(`${style.fontWeight} ${style.fontSize} ${style.fontFamily}`);
        const [one, other] = [this.depth(top), this.depth(bottom)];
        const first = Math.max(0, Math.min(one, other) - 2);
        const last = Math.min(this.rows - 1, Math.max(one, other) + 2);
        const wanted = [];
        const slivers = new Map(), matches = [], hidden = [];
        for (let depth = first; depth <= last; depth++) {
          const y = this.y(depth);
          if (depth <= model.depth[zoom]) {
            let frame = zoom;
            while (model.depth[frame] > depth) frame = model.parent[frame];
            wanted.push(frame);
            this.addHidden(frame, hidden);
            continue;
          }
          this.drawRow(model.rows[depth], y, wanted, slivers, matches, hidden);
        }
        if (this.place(this.focus)) wanted.push(this.focus);
        this.update(wanted);
        this.slivers.replaceChildren(...[...slivers].map(([style, pieces]) => svg("path", { class: style, d: pieces.join("") })));
        this.matchPath.setAttribute("d", matches.join(""));
        this.hiddenPath.setAttribute("d", hidden.join(""));
        this.slivers.setAttribute("class", this.flags ? "slivers miss" : "slivers");
        this.drawRing(this.focusRing, this.focus);
      }

      drawRow(row, y, wanted, slivers, matches, hidden) {
        const { model, zoom, flags } = this;
        const end = model.end[zoom];
        let low = 0, high = row.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (row[middle] < zoom) low = middle + 1; else high = middle;
        }
        const origin = EDGE - model.start[zoom] * this.scale;
        let sliver = null, match = null;
        const close = (piece) => {
          if (!piece) return;
          const left = piece.left.toFixed(2);
          piece.path.push(`M${left} ${y}h${Math.max(piece.right - piece.left, piece.least).toFixed(2)}v${ROW - 1}H${left}z`);
        };
        // Neighbors on one path become one piece.
        const extend = (piece, path, left, width, least) => {
          if (piece && piece.path === path && left - piece.right < 0.5) {
            piece.right = left + width;
            return piece;
          }
          close(piece);
          return { path, left, right: left + width, least };
        };
        for (let index = low; index < row.length && row[index] < end; index++) {
          const frame = row[index];
          const width = model.width[frame] * this.scale;
          if (width >= 1) {
            wanted.push(frame);
            this.addHidden(frame, hidden);
            continue;
          }
          const left = origin + model.start[frame] * this.scale;
          const style = model.sliverStyle(frame);
          if (!slivers.has(style)) slivers.set(style, []);
          sliver = extend(sliver, slivers.get(style), left, width, 0.1);
          if (flags && flags[frame]) match = extend(match, matches, left, width, 1);
        }
        close(sliver);
        close(match);
      }

      // A pale piece above a frame stands for what the file leaves out.
      addHidden(frame, hidden) {
        const { model, zoom } = this;
        if (!model.isWithin(frame, zoom) || model.hidden[frame] * this.scale < 2) return;
        const left = EDGE + (model.next[frame] - model.start[zoom]) * this.scale;
        hidden.push(`M${left.toFixed(1)} ${this.y(model.depth[frame] + 1) + 5}h${(model.hidden[frame] * this.scale).toFixed(1)}v${ROW - 11}H${left.toFixed(1)}z`);
      }

      update(wanted) {
        const keep = new Set(wanted);
        for (const [frame, item] of this.shown) {
          if (keep.has(frame)) continue;
          this.shown.delete(frame);
          this.spare.push(item);
        }
        const added = [];
        for (const frame of keep) {
          let item = this.shown.get(frame);
          if (!item) {
            item = this.spare.pop() || this.newItem(added);
            this.shown.set(frame, item);
          }
          this.set(item, frame);
        }
        this.group.append(...added);
        for (const item of this.spare) item.group.remove();
        this.spare.length = 0;
      }

      newItem(added) {
        const rect = svg("rect", { height: ROW - 1 });
        const group = svg("g", { role: "treeitem" }, rect);
        added.push(group);
        return { group, rect, text: null, values: {} };
      }

      set(item, frame) {
        const { model, zoom, flags } = this;
        const { values, group, rect } = item;
        const place = this.place(frame);
        // Setting an attribute costs far more than finding out that it is set.
        const put = (node, slot, key, value) => {
          if (values[slot] === value) return;
          values[slot] = value;
          node.setAttribute(key, value);
        };
        let style = model.kind(frame) === "i" ? "it" : "";
        if (flags) style += flags[frame] ? " match" : " miss";
        if (frame !== zoom && model.isWithin(zoom, frame)) style += " above";
        if (values.frame !== frame) {
          values.frame = frame;
          group.setAttribute("id", "frame-" + frame);
          group.setAttribute("aria-level", model.depth[frame] + 1);
          group.setAttribute("aria-label", model.name(frame) + ", " + this.figures(frame));
        }
        put(group, "style", "class", style);
        put(group, "tabindex", "tabindex", frame === this.focus ? 0 : -1);
        put(rect, "color", "class", model.style(frame));
        put(rect, "x", "x", place.x.toFixed(2));
        put(rect, "y", "y", place.y);
        put(rect, "width", "width", (place.width > 4 ? place.width - 1 : Math.max(0.1, place.width * 0.85)).toFixed(2));
        this.setText(item, this.ruler.fit(model.name(frame), place.width - 8), place);
      }

      setText(item, label, place) {
        const { values } = item;
        if (label === "" && !item.text) return;
        if (!item.text) item.group.append((item.text = svg("text", {})));
        if (values.label !== label) item.text.textContent = values.label = label;
        if (values.textX !== place.x) item.text.setAttribute("x", (values.textX = place.x) + 4);
        if (values.textY !== place.y) item.text.setAttribute("y", (values.textY = place.y) + 13);
      }

      figures(frame) {
        const { model } = this;
        if (!model.isComparison) return percent(model.total[frame] / model.whole) + ", " + counted(model.total[frame], model.data.unit);
        return percent(model.totalBefore[frame] / model.wholeBefore) + " before, "
          + percent(model.total[frame] / model.whole) + " after, " + points(model.change(frame));
      }

      drawRing(ring, frame) {
        const place = frame >= 0 ? this.place(frame) : null;
        ring.setAttribute("display", place ? "inline" : "none");
        if (!place) return;
        ring.setAttribute("x", place.x - 0.5);
        ring.setAttribute("y", place.y - 0.5);
        ring.setAttribute("width", Math.max(place.width, 2));
        ring.setAttribute("height", ROW);
      }
    }
    """#
}
