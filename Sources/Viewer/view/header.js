import { html, svg } from "./elements.js";

/** What stands above the picture: title, facts, notes, legend, and the controls, which the controller listens to. */
export class Header {
  /** @param {ProfileData} data */
  constructor(data) {
    this.input = html("input", {
      type: "search", placeholder: "Search functions", "aria-label": "Search functions",
      spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    });
    this.regex = html("button", {
      type: "button", class: "regex", title: "Regular expression",
      "aria-label": "Regular expression", "aria-pressed": "false",
    }, ".*");
    this.result = html("output", { class: "result", "aria-live": "polite" });
    this.reset = button("Reset zoom", "Reset zoom (0)");
    this.flip = button("", "Turn over (i)");
    this.theme = button("", "Light or dark (t)");
    this.help = button("?", "Keyboard and search (?)");
    this.form = html("form", { role: "search", class: "search" }, this.input, this.regex);
    this.box = html("header", { class: "head" },
      html("div", { class: "bar" }, html("h1", {}, data.title),
        html("div", { class: "tools" }, this.form, this.reset, this.flip, this.theme, this.help)),
      html("div", { class: "lines" },
        ...(data.command ? [html("p", { class: "command", title: data.command }, data.command)] : []),
        html("p", { class: "facts" }, ...data.facts.map((fact) => html("span", {}, fact))),
        ...notes(data.notes)),
      html("div", { class: "bar low" }, legend(data), this.result));
  }

  /**
   * Makes the controls agree with what is shown.
   *
   * @param {{ isZoomed: boolean, isIcicle: boolean, isDark: boolean }} state
   */
  show({ isZoomed, isIcicle, isDark }) {
    this.reset.disabled = !isZoomed;
    this.flip.textContent = isIcicle ? "Flame" : "Icicle";
    this.theme.textContent = isDark ? "Light" : "Dark";
  }

  /** @param {{ query: string, isExpression: boolean, result: string, isValid: boolean }} search */
  showSearch({ query, isExpression, result, isValid }) {
    if (this.input.value !== query) this.input.value = query;
    this.regex.setAttribute("aria-pressed", String(isExpression));
    if (isValid) this.input.removeAttribute("aria-invalid"); else this.input.setAttribute("aria-invalid", "true");
    this.result.textContent = result;
  }
}

/** @param {string} label @param {string} title */
function button(label, title) {
  return html("button", { type: "button", title, "aria-label": title }, label);
}

/**
 * The first note; the others open below it.
 *
 * @param {string[]} notes
 */
function notes(notes) {
  if (notes.length === 0) return [];
  const [first, ...more] = notes.map((note) => "⚠ " + note);
  if (more.length === 0) return [html("p", { class: "note" }, first)];
  const summary = html("summary", {}, first, html("span", { class: "more" }, ` and ${more.length} more`));
  return [html("details", { class: "note" }, summary, ...more.map((note) => html("p", {}, note)))];
}

/** @param {ProfileData} data */
function legend({ legend }) {
  /** @param {string} style */
  const swatch = (style) => svg("svg", { width: 14, height: 14, "aria-hidden": "true" },
    svg("rect", { class: style, width: 14, height: 14, rx: 2 }));
  return html("ul", { class: "legend", "aria-label": legend.title },
    ...legend.entries.map(({ swatches, text, tip }) => swatches.length > 0
      ? html("li", tip ? { title: tip } : {}, ...swatches.map(swatch), html("span", {}, text))
      : html("li", { class: "plain" }, text)));
}
