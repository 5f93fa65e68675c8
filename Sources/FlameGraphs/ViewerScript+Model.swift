extension ViewerScript {
  /// The tree of frames and questions to it; knows nothing of the screen.
  static let model = #"""
    // A frame is a number: its position in preorder. Widths and positions are shares of the whole picture.
    class Model {
      constructor(data) {
        this.data = data;
        const count = (this.count = data.depth.length);
        this.depth = Int32Array.from(data.depth);
        this.parent = new Int32Array(count).fill(-1);
        this.end = new Int32Array(count);        // one past the last descendant
        this.deepest = Int32Array.from(this.depth); // the deepest descendant's row
        this.rows = [];                          // for each depth its frames, from left to right
        const path = [];
        for (let frame = 0; frame < count; frame++) {
          const depth = this.depth[frame];
          path[depth] = frame;
          if (depth > 0) this.parent[frame] = path[depth - 1];
          (this.rows[depth] ||= []).push(frame);
        }
        for (let frame = count - 1; frame >= 0; frame--) {
          if (this.end[frame] === 0) this.end[frame] = frame + 1;
          const parent = this.parent[frame];
          if (parent < 0) continue;
          this.end[parent] = Math.max(this.end[parent], this.end[frame]);
          this.deepest[parent] = Math.max(this.deepest[parent], this.deepest[frame]);
        }
        this.self = Float64Array.from(data.self);
        this.total = this.totals(data.rest);
        this.isComparison = data.before !== undefined;
        if (this.isComparison) {
          this.selfBefore = Float64Array.from(data.before.self);
          this.totalBefore = this.totals(data.before.rest);
        }
        this.whole = Math.max(1, this.total[0]);
        this.wholeBefore = this.isComparison ? Math.max(1, this.totalBefore[0]) : 1;
        this.layOut();
      }

      totals(rest) {
        const totals = new Float64Array(this.count);
        for (let frame = 0; frame < this.count; frame++) {
          totals[frame] = frame === 0 ? rest[0] : totals[this.parent[frame]] - rest[frame];
        }
        return totals;
      }

      // A frame's width is its share, in comparisons the mean of its two shares.
      share(after, before) {
        if (!this.isComparison || this.totalBefore[0] === 0) return after / this.whole;
        if (this.total[0] === 0) return before / this.wholeBefore;
        return (after / this.whole + before / this.wholeBefore) / 2;
      }

      layOut() {
        const { count, parent } = this;
        this.width = new Float64Array(count);
        this.start = new Float64Array(count);
        this.next = new Float64Array(count);    // where the children shown end
        this.hidden = new Float64Array(count);  // width of children that the file leaves out
        for (let frame = 0; frame < count; frame++) {
          const before = this.isComparison;
          this.width[frame] = frame === 0 ? 1
            : this.share(this.total[frame], before ? this.totalBefore[frame] : 0);
          this.hidden[frame] = this.width[frame]
            - this.share(this.self[frame], before ? this.selfBefore[frame] : 0);
          if (frame > 0) {
            this.start[frame] = this.next[parent[frame]];
            this.next[parent[frame]] += this.width[frame];
            this.hidden[parent[frame]] -= this.width[frame];
          }
          this.next[frame] = this.start[frame];
        }
        for (let frame = 0; frame < count; frame++) {
          if (this.hidden[frame] < 1e-9 || (frame === 0 && this.total[0] === 0)) this.hidden[frame] = 0;
        }
      }

      text(index) { return index < 0 ? "" : this.data.strings[index]; }
      field(frame, column) { return this.data.labels[this.data.label[frame] * 5 + column]; }
      name(frame) { return this.text(this.field(frame, 0)); }
      style(frame) {
        if (!this.isComparison) return this.field(frame, 1);
        const change = this.change(frame);
        const step = this.isChance(frame) ? 0
          : Math.min(6, Math.max(1, Math.ceil(6 * Math.abs(change) / this.data.scale)));
        return (step === 0 ? "n" : change > 0 ? "r" : "b") + step
          + (this.total[frame] === 0 ? " gone" : "") + (this.totalBefore[frame] === 0 ? " new" : "");
      }
      // What a frame too narrow to draw alone looks like.
      sliverStyle(frame) {
        if (this.isComparison) return this.isChance(frame) ? "n0" : this.change(frame) > 0 ? "r4" : "b4";
        const kind = this.kind(frame);
        return kind + ("uikj".includes(kind) ? 4 : 0);
      }
      kind(frame) { return this.field(frame, 1)[0]; }
      fullName(frame) { return this.text(this.field(frame, 2)); }
      module(frame) { return this.text(this.field(frame, 3)); }
      place(frame) {
        const file = this.text(this.field(frame, 4));
        const line = this.data.line ? this.data.line[frame] : 0;
        if (!file || !line) return file;
        const span = this.data.lineSpan[frame];
        return file + ":" + line + (span > 0 ? "–" + (line + span) : "");
      }
      change(frame) { return this.total[frame] / this.whole - this.totalBefore[frame] / this.wholeBefore; }

      // Whether a change of share could come about without a cause: less than twice its standard error.
      isChance(frame) {
        const before = this.totalBefore[frame] / this.wholeBefore, after = this.total[frame] / this.whole;
        const known = this.data.chance && this.whole > 1 && this.wholeBefore > 1;
        const error = known ? Math.sqrt(before * (1 - before) / this.wholeBefore + after * (1 - after) / this.whole) : 0;
        return Math.abs(after - before) < Math.max(0.0005, 2 * error);
      }

      isWithin(frame, ancestor) { return frame >= ancestor && frame < this.end[ancestor]; }

      // The frame at this depth that `position` lies in, give or take `slack`; -1 for none.
      at(depth, position, slack) {
        const row = this.rows[depth];
        if (!row) return -1;
        let low = 0, high = row.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (this.start[row[middle]] <= position) low = middle + 1; else high = middle;
        }
        const before = low > 0 ? row[low - 1] : -1;
        if (before >= 0 && position <= this.start[before] + this.width[before]) return before;
        const after = low < row.length ? row[low] : -1;
        if (after >= 0 && this.start[after] - position <= slack) return after;
        return before >= 0 && position - this.start[before] - this.width[before] <= slack ? before : -1;
      }

      // A test of names for what was typed: text or a regular expression, with a prefix of other fields.
      // Throws SyntaxError for a bad expression, RangeError for one that could take for ever. `cutAt` tells after how many
      // characters a name was cut, if one was.
      predicate(query, isRegex) {
        let column = 0;
        const prefix = /^(module|file|full):/.exec(query);
        if (prefix) {
          column = { full: 2, module: 3, file: 4 }[prefix[1]];
          query = query.slice(prefix[0].length);
        }
        const wanted = query.toLowerCase();
        const expression = isRegex ? new RegExp(query, "i") : null;
        const limit = isRegex ? searchedLength(query) : 0;
        const test = expression ? (text) => {
          if (text.length > limit) predicate.cutAt = limit;
          return expression.test(text.slice(0, limit));
        } : (text) => text.toLowerCase().includes(wanted);
        const predicate = (label) => {
          let index = this.data.labels[label * 5 + column];
          if (index < 0 && column === 2) index = this.data.labels[label * 5];
          return index >= 0 && test(this.data.strings[index]);
        };
        return predicate;
      }

      // Flags of frames whose label passes. Throws RangeError when that takes too long.
      matches(predicate) {
        const labels = new Uint8Array(this.data.labels.length / 5);
        const end = performance.now() + 2000;
        for (let label = 0; label < labels.length; label++) {
          labels[label] = predicate(label) ? 1 : 0;
          if (performance.now() > end) {
            throw new RangeError(`Given up after 2 s, with ${grouped(label + 1)} of ${grouped(labels.length)} names searched`);
          }
        }
        const flags = new Uint8Array(this.count);
        for (let frame = 0; frame < this.count; frame++) flags[frame] = labels[this.data.label[frame]];
        return flags;
      }

      // Weight of the samples below `root` that pass through a flagged frame. A match inside another match adds nothing.
      // `hidden` is what frames that the file leaves out could add.
      matched(flags, root) {
        const sum = { after: 0, before: 0, hidden: 0, frames: 0 };
        for (let frame = root; frame < this.end[root];) {
          if (flags[frame]) {
            sum.after += this.total[frame];
            if (this.isComparison) sum.before += this.totalBefore[frame];
            for (let inner = frame; inner < this.end[frame]; inner++) sum.frames += flags[inner];
            frame = this.end[frame];
          } else {
            sum.hidden += this.hidden[frame];
            frame++;
          }
        }
        return sum;
      }
    }
    """#
}
