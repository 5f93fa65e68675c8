extension ViewerScript {
  /// Everything by keyboard: frames form a tree of which one can be reached by Tab and the others by arrows.
  static let keyboard = #"""
    // The frame to go to from `frame`: "caller", "callee", "left", "right", "first" or "last"; -1 for none.
    function neighbor(viewer, frame, direction) {
      const { model, frames } = viewer;
      if (direction === "caller") return model.parent[frame];
      if (direction === "callee") {
        if (model.isWithin(viewer.state.zoom, frame) && frame !== viewer.state.zoom) {
          let callee = viewer.state.zoom;
          while (model.parent[callee] !== frame) callee = model.parent[callee];
          return callee;
        }
        let widest = -1;
        for (let child = frame + 1; child < model.end[frame]; child = model.end[child]) {
          if (widest < 0 || model.width[child] > model.width[widest]) widest = child;
        }
        return widest;
      }
      // Slivers are passed over, or a row of thousands would never end.
      const row = model.rows[model.depth[frame]].filter((other) => {
        const place = frames.place(other);
        return other === frame || (place && place.width >= 1);
      });
      const index = row.indexOf(frame);
      return { left: row[index - 1], right: row[index + 1], first: row[0], last: row[row.length - 1] }[direction] ?? -1;
    }

    function focusFrame(viewer, frame) {
      if (frame === undefined || frame < 0 || !viewer.frames.place(frame)) return;
      viewer.host.classList.add("keys");
      viewer.frames.focus = frame;
      viewer.reveal(frame);
      viewer.draw(false);
      viewer.frames.shown.get(frame).group.focus({ preventScroll: true });
      showFocusCard(viewer);
    }

    function showFocusCard(viewer) {
      const { frames, card, state } = viewer;
      const place = frames.place(frames.focus);
      if (!place) return;
      const bounds = frames.canvas.getBoundingClientRect();
      card.show(frames.focus, state.zoom, { x: bounds.left + Math.max(place.x, 0) + Math.min(place.width / 2, 40), y: bounds.top + place.y + 4 });
    }

    Viewer.prototype.stepMatch = function (direction) {
      const { model, frames, state } = this;
      if (!frames.flags) return;
      const [first, end] = [state.zoom, model.end[state.zoom]];
      let frame = model.isWithin(frames.focus, first) ? frames.focus : first;
      for (let tried = first; tried < end; tried++) {
        frame += direction;
        if (frame >= end) frame = first;
        if (frame < first) frame = end - 1;
        if (frames.flags[frame]) return focusFrame(this, frame);
      }
    };

    function listenToKeys(viewer) {
      const { frames, host } = viewer;
      const openSearch = () => { viewer.input.focus(); viewer.input.select(); };
      const zoomOut = (target) => {
        viewer.zoomTo(target);
        if (host.classList.contains("keys")) focusFrame(viewer, target);
      };
      const move = (key) => {
        const deeper = viewer.state.isIcicle ? "ArrowDown" : "ArrowUp";
        const direction = { ArrowLeft: "left", ArrowRight: "right", Home: "first", End: "last" }[key]
          || (key === deeper ? "callee" : "caller");
        const isInside = frames.group.contains(document.activeElement);
        focusFrame(viewer, isInside ? neighbor(viewer, frames.focus, direction) : frames.focus);
      };
      const copyName = () => {
        const frame = viewer.card.frame >= 0 ? viewer.card.frame : frames.focus;
        const name = viewer.model.fullName(frame) || viewer.model.name(frame);
        navigator.clipboard?.writeText(name).then(() => { viewer.result.textContent = "Copied: " + name; }, () => {});
      };
      const markAlike = () => {
        const frame = viewer.card.frame >= 0 ? viewer.card.frame : frames.focus;
        const name = viewer.model.name(frame).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        viewer.change({ query: "^" + name + "$", isRegex: true }, false);
      };
      const escape = () => {
        if (!viewer.panel.hasAttribute("hidden")) viewer.toggleHelp(false);
        else if (viewer.state.zoom > 0) zoomOut(0);
        else if (viewer.state.query !== "") viewer.change({ query: "" }, false);
        else viewer.card.hide();
      };
      const keys = {
        "/": openSearch, "?": () => viewer.toggleHelp(), Escape: escape, 0: () => zoomOut(0),
        Backspace: () => { if (viewer.state.zoom > 0) zoomOut(viewer.model.parent[viewer.state.zoom]); },
        i: () => viewer.flip.click(), t: () => viewer.theme.click(), c: copyName, f: markAlike,
        n: () => viewer.stepMatch(1), N: () => viewer.stepMatch(-1),
      };
      for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]) keys[key] = () => move(key);

      addEventListener("keydown", (event) => {
        const isFind = (event.ctrlKey || event.metaKey) && event.key === "f";
        if (isFind && document.activeElement !== viewer.input) {
          event.preventDefault();
          openSearch();
          return;
        }
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target === viewer.input) {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (viewer.input.value !== "") viewer.change({ query: "" }, false);
          else focusFrame(viewer, frames.focus);
          return;
        }
        const isFrame = frames.group.contains(event.target);
        if (isFrame && (event.key === "Enter" || event.key === " ")) {
          event.preventDefault();
          zoomOut(frames.focus);
          return;
        }
        if (!Object.hasOwn(keys, event.key)) return;
        event.preventDefault();
        keys[event.key]();
      });
      frames.group.addEventListener("focusin", (event) => {
        const frame = Number((event.target.id || "").slice("frame-".length));
        if (!frames.shown.has(frame) || !event.target.matches(":focus-visible")) return;
        host.classList.add("keys");
        frames.focus = frame;
        frames.drawRing(frames.focusRing, frame);
        showFocusCard(viewer);
      });
      frames.group.addEventListener("focusout", () => viewer.card.hide());
    }
    """#
}
