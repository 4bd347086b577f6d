/**
 * Fonts of the stage, and how wide a text is in them: numbers shrink to fit their cells, they are never clipped.
 */

import { formatNumber } from "explorer/format.js";

/** The same stacks as in tokens.css, for measuring and for the canvas; system fonts only. */
export const FONTS = {
  sans: '"Inter", "Noto Sans", "Segoe UI", system-ui, "DejaVu Sans", sans-serif',
  serif: '"STIX Two Text", "Noto Serif", "DejaVu Serif", Georgia, serif',
  mono: '"DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace',
};

/** Letter spacing of numbers, in em. */
export const TIGHT = -0.04;

const PROBE = 100;
const MOST_DIGITS = 17;
/** Any number of four digits, ten characters, keeps them in a matrix cell. */
const CELL = { shrinks: 0.66, least_digits: 3 };

let context = null;
let lastFont = "";
/**
 * Widths at size 1, by font and text: setting a canvas's font is slow, and symbols repeat.
 * @type {Map<string, number>}
 */
const widths = new Map();

/**
 * @param {string} text @param {number} size @param {keyof typeof FONTS} family
 * @param {string} [style]  "600", "italic" …
 * @returns {number} its width
 */
export function textWidth(text, size, family, style = "") {
  const key = `${style} ${family} ${text}`;
  if (!widths.has(key)) {
    context ??= document.createElement("canvas").getContext("2d");
    const font = `${style} ${PROBE}px ${FONTS[family]}`;
    if (font !== lastFont) context.font = font;
    lastFont = font;
    widths.set(key, context.measureText(text).width / PROBE);
  }
  return widths.get(key) * size;
}

/** @returns {number} the size, no more than wanted, at which the text is no wider than the room */
export function fitted(text, size, family, room, style = "") {
  const width = textWidth(text, size, family, style);
  return width > room ? (size * room) / width : size;
}

/** Words, or single characters where a script has no spaces, each with the space before it. @param {string} text @returns {string[]} */
const pieces = (text) => text.match(/\s*(?:\p{Script=Han}\p{P}*|[^\s\p{Script=Han}]+)/gu) ?? [];

/** The text in lines no wider than the room, as far as its words let it be broken. @returns {string[]} */
export function wrapped(text, size, family, room) {
  /** @type {string[]} */
  const lines = [];
  for (const piece of pieces(text)) {
    const longer = (lines.at(-1) ?? "") + piece;
    if (lines.length && textWidth(longer, size, family) <= room) lines[lines.length - 1] = longer;
    else lines.push(piece.trimStart());
  }
  return lines;
}

/** The text in two lines, neither much longer than the other; one word stays one line. @returns {string[]} */
export function halved(text, family) {
  const all = pieces(text);
  const breaks = all.slice(1).map((_, place) => [all.slice(0, place + 1), all.slice(place + 1)].map((half) => half.join("").trimStart()));
  const width = (lines) => Math.max(...lines.map((line) => textWidth(line, 1, family)));
  return breaks.reduce((best, lines) => (width(lines) < width(best) ? lines : best), breaks[0] ?? [text]);
}

/** The number with as many digits as wanted, or as there is room for so many characters. */
function roomyText(number, digits, characters, fewest) {
  const wanted = formatNumber(number, digits);
  if (wanted.length <= characters) return wanted;
  for (let kept = digits === "all" ? MOST_DIGITS : digits - 1; kept > fewest; kept -= 1) {
    const text = formatNumber(number, kept);
    if (text.length <= characters) return text;
  }
  return formatNumber(number, fewest);
}

/**
 * Texts and one font size for the numbers of a tensor. Smaller type comes first; a number that would then be hard to
 * read gives up digits; where it has few already, type is still smaller.
 * @param {ArrayLike<number>} numbers @param {number | "all"} digits @param {number} room @param {number} size
 * @param {{shrinks: number, least_digits: number}} [limits]  how far type shrinks before digits go, and how many stay
 * @returns {{texts: string[], size: number}}
 */
export function fittedNumbers(numbers, digits, room, size, { shrinks, least_digits: fewest } = CELL) {
  const figure = textWidth("0", 1, "mono") + TIGHT;
  const characters = Math.floor(room / (figure * size * shrinks));
  const texts = Array.from(numbers, (number) => roomyText(number, digits, characters, fewest));
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
  return { texts, size: Math.floor(100 * Math.min(size, room / (longest * figure))) / 100 };
}
