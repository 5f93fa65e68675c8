import { amount, counted, grouped, percent } from "../model/figures.js";
import { html } from "./elements.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

/** What stands above all views: what was profiled, how far the selection can be trusted, and the search. */
export class PageHeader {
  /**
   * @param {PageHead} head @param {import("./palette.js").CanvasColors} colors
   * @param {(kind: number) => void} onKind What a click on a color of the legend does.
   */
  constructor(head, colors, onKind) {
    this.onKind = onKind;
    this.head = head;
    this.colors = colors;
    this.input = html("input", {
      type: "search", placeholder: "Search: regular expression", "aria-label": "Search functions",
      spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    });
    this.result = html("output", { class: "result", "aria-live": "polite" });
    this.theme = html("button", { type: "button", title: "Light or dark (t)", "aria-label": "Light or dark (t)" });
    this.help = html("button", { type: "button", title: "Keys (?)", "aria-label": "Keys (?)" }, "?");
    this.value = html("select", { "aria-label": "What is counted" },
      ...head.values.map(({ name }, index) => html("option", { value: index }, name)));
    if (head.values.length < 2) this.value.setAttribute("hidden", "hidden");
    this.trust = html("p", { class: "facts trust" });
    this.legend = html("ul", { class: "legend", "aria-label": "Colors, with the share of self weight" });
    const { comparison } = head;
    this.notes = notesOf(comparison ? [...head.facts, ...head.notes.filter((text) => text !== comparison.sentence)]
      : head.notes);
    this.box = html("header", { class: "head" },
      html("div", { class: "bar" },
        html("div", { class: "what" }, html("h1", {}, head.title),
          ...(head.command ? [html("p", { class: "command", title: head.command }, head.command)] : [])),
        html("div", { class: "tools" }, html("div", { role: "search", class: "search" }, this.input), this.result,
          this.value, this.theme, this.help)),
      html("div", { class: "bar low" }, this.trust, this.legend),
      ...(comparison ? [html("p", { class: "answer" }, comparison.sentence)] : []), ...this.notes);
  }

  /** @param {Selected} analysis */
  show(analysis) {
    const [before, after] = analysis.compared;
    const isPart = analysis.sides.length > 0 && !before;
    this.trust.replaceChildren(...before
      ? [...this.facts(analysis, before, "before"), ...this.facts(analysis, after, "after")]
      : this.facts(analysis, analysis.weights, isPart ? analysis.selection.side : ""));
    this.showLegend(analysis);
  }

  /**
   * What is selected, and how far it can be trusted.
   *
   * @param {Selected} analysis @param {Selected["weights"]} weights
   * @param {string} side Whose; empty where there is one.
   */
  facts(analysis, weights, side) {
    const { head } = this, { sum } = weights;
    const value = head.values[analysis.selection.value];
    const { rooted, unnamed, cut } = analysis.once("trust" + side, () => weights.trust());
    /** @param {string} text @param {string} [tip] @param {boolean} [isDoubtful] */
    const fact = (text, tip, isDoubtful = false) =>
      html("span", { ...(tip ? { title: tip } : {}), class: isDoubtful ? "doubt" : "" }, text);
    const all = value.unit === "count" ? amount(sum, value) : amount(sum, value) + " of " + value.name;
    const facts = [fact((side && side + ": ") + all)];
    const index = side === "after" ? 1 : 0, { comparison } = head;
    if (side && comparison ? comparison.isRecorded[index] : head.isRecorded) {
      facts.push(fact((sum > 0 ? percent(rooted / sum) : "0.0 %") + " rooted",
        "Samples whose stack reaches its thread's first function", sum > 0 && rooted < 0.95 * sum));
      for (const [reason, weight] of cut.slice(0, 3)) facts.push(fact(`${percent(weight / sum)} cut: ${reason}`));
      if (cut.length > 3) facts.push(fact(`${cut.length - 3} more reasons`,
        cut.slice(3).map(([reason, weight]) => `${percent(weight / sum)} ${reason}`).join("; ")));
    } else if (sum > 0) {
      facts.push(fact("roots not known", "This kind of file does not say which stacks are whole"));
    }
    const lost = side && comparison ? comparison.lost[index] : head.lost;
    if (lost !== null) facts.push(fact(grouped(lost) + " lost",
      "Samples that the kernel or a full ring dropped, in the whole recording", lost > 0.01 * sum));
    facts.push(fact((sum > 0 ? percent(unnamed / sum) : "0.0 %") + " unnamed", "Samples in functions without a name",
      unnamed > 0.2 * sum));
    if (!side) for (const text of head.facts) facts.push(fact(text));
    return facts;
  }

  /** @param {Selected} analysis */
  showLegend(analysis) {
    const { head } = this, { view, own, sum } = analysis.weights, { kindOfFrame } = view.recording;
    if (analysis.compared.length > 0) {
      this.legend.replaceChildren(.../** @type {[number, string][]} */ ([[4, "takes more"], [-4, "takes less"],
        [0, "unchanged, or chance"]]).map(([step, text]) =>
        html("li", {}, this.colors.changeSwatch(step, "swatch"), html("span", {}, text))));
      return;
    }
    const weights = new Float64Array(head.kinds.length);
    for (let at = 0; at < view.count; at++) if (own[at] > 0) weights[kindOfFrame[view.frame[at]]] += own[at];
    this.legend.replaceChildren(...head.kinds.flatMap(({ name }, kind) => weights[kind] > 0
      || (kind > 3 && kind < 6 && this.hasKind(view, kind))
      ? [html("li", {}, this.kindButton(kind, weights[kind] > 0 ? `${name} ${percent(weights[kind] / sum)}` : name))]
      : []));
    const waiting = analysis.waitingIn(analysis.tree);
    if (waiting) {
      this.legend.append(html("li", {}, this.colors.plainSwatch("waiting", "swatch"),
        html("span", {}, "waiting " + percent(sum > 0 ? waiting[0] / sum : 0))));
    }
  }

  /** @param {number} kind @param {string} text */
  kindButton(kind, text) {
    const button = html("button", { type: "button", "data-kind": kind,
      title: "Only samples with it on their stack; again: none of them; again: hidden; again: all" },
    this.colors.swatch(kind, "swatch"), html("span", {}, text));
    button.addEventListener("click", () => this.onKind(kind));
    return button;
  }

  /** @param {import("../model/stack-view.js").StackView} view @param {number} kind */
  hasKind(view, kind) { return view.recording.kindOfFrame.includes(kind); }

  /** @param {{ query: string, result: string, isValid: boolean }} search */
  showSearch({ query, result, isValid }) {
    if (this.input.value !== query) this.input.value = query;
    if (isValid) this.input.removeAttribute("aria-invalid"); else this.input.setAttribute("aria-invalid", "true");
    this.result.textContent = result;
  }
}

/** @param {string[]} texts */
function notesOf(texts) {
  if (texts.length === 0) return [];
  const summary = html("summary", {}, counted(texts.length, "notes") + " on what limits trust");
  return [html("details", { class: "note" }, summary, ...texts.map((text) => html("p", {}, "⚠ " + text)))];
}
