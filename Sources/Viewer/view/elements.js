const SVG = "http://www.w3.org/2000/svg";
const XHTML = "http://www.w3.org/1999/xhtml";

/** @typedef {Record<string, string | number>} Attributes */

/**
 * Text stays text: no string becomes markup anywhere.
 *
 * @param {Element} made @param {Attributes} attributes @param {(Node | string)[]} children
 */
function fill(made, attributes, children) {
  for (const key in attributes) made.setAttribute(key, String(attributes[key]));
  made.append(...children);
}

/**
 * An element of HTML, in whatever document.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Attributes} [attributes] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function html(name, attributes = {}, ...children) {
  const made = /** @type {HTMLElementTagNameMap[Name]} */ (document.createElementNS(XHTML, name));
  fill(made, attributes, children);
  return made;
}

/**
 * An element of SVG.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name @param {Attributes} [attributes] @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes = {}, ...children) {
  const made = /** @type {SVGElementTagNameMap[Name]} */ (document.createElementNS(SVG, name));
  fill(made, attributes, children);
  return made;
}
