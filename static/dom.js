/**
 * Small makers of HTML and SVG elements. Text always arrives as text nodes: nothing is ever parsed as markup.
 */

/** @typedef {[string, "" | "sub" | "sup"][]} Label  a symbol with its sub- and superscripts, as the film spells it */
/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

const SVG = "http://www.w3.org/2000/svg";
/** Of a sub- or superscript, in the size of what it stands at. */
export const SCRIPT_SIZE = 0.68;
const SCRIPT_SHIFT = { sub: 0.28, sup: -0.42 };

/**
 * @template {Element} E
 * @param {E} element
 * What stands there already is left alone: to write the same once more would make the browser lay it out anew.
 * @param {Attributes} attributes  null, undefined and false take the attribute away
 * @returns {E}
 */
export function assign(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = value === null || value === undefined || value === false ? null : value === true ? "" : String(value);
    if (text === element.getAttribute(name)) continue;
    if (text === null) element.removeAttribute(name);
    else element.setAttribute(name, text);
  }
  return element;
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function html(tag, attributes = {}, ...children) {
  const element = assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = assign(document.createElementNS(SVG, tag), attributes);
  element.append(...children);
  return element;
}

/** Put an element last in its parent, or take it out, unless it is so. @param {Element} parent @param {Element} element */
export function present(parent, element, wanted) {
  if (!wanted) element.remove();
  else if (element.parentNode !== parent) parent.append(element);
}

/** @param {Label} label @returns {string} */
export function plainLabel(label) {
  return label.map(([text]) => text).join("");
}

/** @param {Label} label @returns {Node[]} */
export function htmlLabel(label) {
  return label.map(([text, script]) => (script ? html(script, { class: /\p{L}/u.test(text) ? null : "roman" }, text)
    : document.createTextNode(text)));
}

/**
 * Sub- and superscripts by tspans: `foreignObject` would spoil pictures made of the stage.
 * @param {Label} label
 * @returns {(SVGElement | string)[]}
 */
export function svgLabel(label) {
  if (label.length === 1 && !label[0][1]) return [label[0][0]];
  let shift = 0;
  return label.map(([text, script]) => {
    const wanted = script ? SCRIPT_SHIFT[script] : 0;
    const size = script ? SCRIPT_SIZE : 1;
    const moved = wanted - shift ? `${((wanted - shift) / size).toFixed(3)}em` : null;
    shift = wanted;
    return svg("tspan", { dy: moved, "font-size": script ? `${size}em` : null }, text);
  });
}
