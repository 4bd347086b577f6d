/**
 * The stage as a picture of its own: the drawing as it stands there, with its look written into its elements, so that
 * it needs no style sheet, and its fonts carried along, so that it looks the same everywhere.
 */

import { assign, svg } from "explorer/dom.js";
import { facesWorn } from "explorer/dress.js";
import { t } from "explorer/language.js";

/** What an element hands on to its children, and its value where nobody says anything. */
const INHERITED = {
  fill: "rgb(0, 0, 0)", stroke: "none", "stroke-width": "1px", "stroke-dasharray": "none", "stroke-linecap": "butt",
  "stroke-linejoin": "miter", "font-family": "", "font-size": "", "font-style": "normal", "font-weight": "400",
  "letter-spacing": "normal", "text-anchor": "start",
};
const PAINTS = ["fill", "stroke"];
const TEXTS = ["text", "tspan"];
/** Attributes that say how an element looks; what it is named for scripts and readers is of no use in a picture. */
const GEOMETRY = ["d", "x", "y", "dx", "dy", "width", "height", "rx", "cx", "cy", "r", "transform", "opacity", "id", "viewBox",
  "marker-end", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient", "patternUnits", "patternTransform"];

/** A computed colour as any reader of SVG knows it, and how much of it is seen. @param {string} colour */
export function plainColour(colour) {
  const srgb = /^color\(srgb (\S+) (\S+) (\S+?)(?: \/ (\S+?))?\)$/.exec(colour);
  const rgb = /^rgba?\((\S+), (\S+), (\S+?)(?:, (\S+?))?\)$/.exec(colour);
  if (!srgb && !rgb) return { colour: colour.replaceAll('"', ""), opacity: null };
  const [, red, green, blue, alpha = "1"] = srgb ?? rgb;
  const bytes = [red, green, blue].map((part) => Math.round(Number(part) * (srgb ? 255 : 1)));
  const hex = `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return { colour: hex, opacity: Number(alpha) < 1 ? String(Number(Number(alpha).toFixed(4))) : null };
}

/** Copies one tree of the stage, and notes the fonts on the way. */
function createCopier() {
  /** @type {Set<string>} */
  const fonts = new Set();

  /** @param {Record<string, string>} values @param {Record<string, string>} above */
  function look(values, above) {
    const written = {};
    for (const [name, value] of Object.entries(values)) {
      if (value === above[name]) continue;
      if (!PAINTS.includes(name)) written[name] = value.replace(/px/g, "");
      else {
        const { colour, opacity } = plainColour(value);
        Object.assign(written, { [name]: colour, [`${name}-opacity`]: opacity ?? "1" });
        if (opacity === null && plainColour(above[name]).opacity === null) delete written[`${name}-opacity`];
      }
    }
    return written;
  }

  /** @param {Element} element @param {Record<string, string>} above  the look it inherits @returns {SVGElement | null} */
  function copy(element, above) {
    const style = getComputedStyle(element);
    if (element.localName === "title" || (style.display === "none" && !element.closest("defs"))) return null;
    const text = TEXTS.includes(element.localName);
    if (style.visibility === "hidden" && !element.children.length) return null;
    const values = Object.fromEntries(Object.keys(INHERITED).map((name) =>
      [name, !text && name.startsWith("font") ? above[name] : style.getPropertyValue(name)]));
    const kept = Object.fromEntries(GEOMETRY.map((name) => [name, element.getAttribute(name)]));
    const opacity = style.opacity === "1" ? null : style.opacity;
    const made = svg(element.localName, { ...kept, ...look(values, above), opacity });
    if (text) fonts.add(`${values["font-family"]}|${values["font-style"]}|${values["font-weight"]}`);
    for (const node of element.childNodes) {
      if (node instanceof Text) made.append(node.data);
      else if (node instanceof Element) made.append(...[copy(node, values)].filter(Boolean));
    }
    return made;
  }
  return { fonts, copy: (element) => copy(element, INHERITED) };
}

/** The first name of a stack. @param {string} stack */
const leading = (stack) => stack.split(",")[0].trim().replaceAll('"', "");

/** The faces that these fonts are set in. @param {Iterable<string>} fonts  "stack|style|weight" */
function facesOf(fonts) {
  const worn = facesWorn();
  const needed = new Set();
  for (const font of fonts) {
    const [stack, style, weight] = font.split("|");
    const family = worn.filter((face) => face.family === leading(stack));
    const same = family.filter((face) => (face.style ?? "normal") === style);
    const set = same.length ? same : family;
    const heavy = set.filter((face) => (Number(weight) >= 600) === (Number(face.weight ?? 400) >= 600));
    for (const face of heavy.length ? heavy : set) needed.add(face);
  }
  return worn.filter((face) => needed.has(face));
}

/** @param {import("explorer/dress.js").Face} face */
function fontFace({ family, style = "normal", weight = "400", unicodeRange, source }) {
  const range = unicodeRange ? `unicode-range:${unicodeRange};` : "";
  return `@font-face{font-family:"${family}";font-style:${style};font-weight:${weight};${range}src:url(${source}) format("woff2")}`;
}

/**
 * @param {SVGElement} drawing  it stands in the page, where its style sheets reach it
 * @param {{width: number, height: number, title: string}} about  its size in CSS pixels
 * @returns {string} an SVG file
 */
export function standalone(drawing, { width, height, title }) {
  const { fonts, copy } = createCopier();
  const content = [...drawing.children].map(copy).filter(Boolean);
  const ground = plainColour(getComputedStyle(/** @type {Element} */ (drawing.parentElement)).backgroundColor).colour;
  const style = svg("style", {}, facesOf(fonts).map(fontFace).join("\n"));
  const size = { width: Math.round(width), height: Math.round(height) };
  const picture = svg("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": title },
    svg("title", {}, title), style, svg("rect", { ...size, fill: ground }), ...content);
  return new XMLSerializer().serializeToString(picture);
}

/**
 * @param {string} text  an SVG file @param {number} width @param {number} height  in pixels of the picture
 * @returns {Promise<HTMLCanvasElement>}
 */
export function painted(text, width, height) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const image = new Image();
  const canvas = assign(document.createElement("canvas"), { width: Math.round(width), height: Math.round(height) });
  return new Promise((resolve, reject) => {
    image.onload = () => {
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      resolve(canvas);
    };
    image.onerror = () => reject(new Error(t("The picture could not be drawn.")));
    image.src = address;
  });
}
