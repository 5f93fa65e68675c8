import { amount, counted, grouped, percent } from "../model/figures.js";
import { html } from "./elements.js";

/** @typedef {import("../model/analysis.js").Analysis} Selected */

/** What stands above all views: what was profiled, how far the selection can be trusted, and the search. */
export class PageHeader {
  /** @param {PageHead} head @param {import("./palette.js").CanvasColors} colors */
  constructor(head, colors) {
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
    this.notes = notesOf(head.notes);
    this.box = html("header", { class: "head" },
      html("div", { class: "bar" },
        html("div", { class: "what" }, html("h1", {}, head.title),
          ...(head.command ? [html("p", { class: "command", title: head.command }, head.command)] : [])),
        html("div", { class: "tools" }, html("div", { role: "search", class: "search" }, this.input), this.result,
          this.value, this.theme, this.help)),
      html("div", { class: "bar low" }, this.trust, this.legend), ...this.notes);
  }

  /** @param {Selected} analysis */
  show(analysis) {
    const { head } = this, { sum } = analysis.weights;
    const value = head.values[analysis.selection.value];
    const { rooted, unnamed, cut } = analysis.once("trust", () => analysis.weights.trust());
    /** @param {string} text @param {string} [tip] @param {boolean} [isDoubtful] */
    const fact = (text, tip, isDoubtful = false) =>
      html("span", { ...(tip ? { title: tip } : {}), class: isDoubtful ? "doubt" : "" }, text);
    const all = value.unit === "count" ? amount(sum, value) : amount(sum, value) + " of " + value.name;
    const facts = [fact(all)];
    if (head.isRecorded) {
      facts.push(fact((sum > 0 ? percent(rooted / sum) : "0.0 %") + " rooted",
        "Samples whose stack reaches its thread's first function", sum > 0 && rooted < 0.95 * sum));
      for (const [reason, weight] of cut.slice(0, 3)) facts.push(fact(`${percent(weight / sum)} cut: ${reason}`));
      if (cut.length > 3) facts.push(fact(`${cut.length - 3} more reasons`,
        cut.slice(3).map(([reason, weight]) => `${percent(weight / sum)} ${reason}`).join("; ")));
    } else if (sum > 0) {
      facts.push(fact("roots not known", "This kind of file does not say which stacks are whole"));
    }
    if (head.lost !== null) facts.push(fact(grouped(head.lost) + " lost",
      "Samples that the kernel or a full ring dropped, in the whole recording", head.lost > 0.01 * sum));
    facts.push(fact((sum > 0 ? percent(unnamed / sum) : "0.0 %") + " unnamed", "Samples in functions without a name",
      unnamed > 0.2 * sum));
    for (const text of head.facts) facts.push(fact(text));
    this.trust.replaceChildren(...facts);
    this.showLegend(analysis);
  }

  /** @param {Selected} analysis */
  showLegend(analysis) {
    const { head } = this, { view, own, sum } = analysis.weights, { kindOfFrame } = view.recording;
    const weights = new Float64Array(head.kinds.length);
    for (let at = 0; at < view.count; at++) if (own[at] > 0) weights[kindOfFrame[view.frame[at]]] += own[at];
    this.legend.replaceChildren(...head.kinds.flatMap(({ name }, kind) => weights[kind] > 0
      || (kind > 3 && kind < 6 && this.hasKind(view, kind))
      ? [html("li", {}, this.colors.swatch(kind, "swatch"),
        html("span", {}, weights[kind] > 0 ? `${name} ${percent(weights[kind] / sum)}` : name))] : []));
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
