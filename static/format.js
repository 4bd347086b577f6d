/**
 * One formatter for every number on the page, so that the stage and the inspector never show two readings of one value.
 *
 * Four significant digits by default, a real minus sign, no trailing-zero noise:
 * 0.5, 1, −0.07476, 1.235e−5, 0, NaN, −∞.
 */

/** @typedef {number | "all"} Digits  significant digits shown; "all" shows the shortest text that reads back exactly */

/** What the Digits chooser offers. @type {readonly Digits[]} */
export const DIGITS = Object.freeze([3, 4, 6, 8, "all"]);

/** @type {Digits} */
export const DEFAULT_DIGITS = 4;

const MINUS = "−";
const SMALLEST_PLAIN_EXPONENT = -4;
const LARGEST_PLAIN_EXPONENT = 6;

/**
 * A number as read off JSON, where NaN and the infinities travel as text.
 * @param {number | string | null | undefined} value
 * @returns {number}
 */
export function readNumber(value) {
  return value === null || value === undefined || value === "" ? Number.NaN : Number(value);
}

/**
 * @param {number} x
 * @param {Digits} [digits]
 * @returns {string}
 */
export function formatNumber(x, digits = DEFAULT_DIGITS) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x < 0 ? `${MINUS}∞` : "∞";
  if (x === 0) return "0";
  const magnitude = Math.abs(x);
  const scientific = digits === "all" ? magnitude.toExponential() : magnitude.toExponential(digits - 1);
  const [mantissa, exponentText] = scientific.split("e");
  const exponent = Number(exponentText);
  const significant = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  const sign = x < 0 ? MINUS : "";
  if (exponent < SMALLEST_PLAIN_EXPONENT || exponent >= LARGEST_PLAIN_EXPONENT) {
    return `${sign}${significant}e${exponent < 0 ? MINUS : ""}${Math.abs(exponent)}`;
  }
  return sign + placePoint(significant.replace(".", ""), exponent);
}

/**
 * The whole number, for tooltips and accessible names: 17 significant digits or fewer, reading back to the same float.
 * @param {number} x
 * @returns {string}
 */
export function wholeNumber(x) {
  return formatNumber(x, "all");
}

/**
 * What `data-number` holds: plain ASCII that `Number()` and Python's `float()` both read, with 17 significant digits.
 * @param {number} x
 * @returns {string}
 */
export function dataNumber(x) {
  return Number.isFinite(x) ? x.toPrecision(17) : String(x);
}

/**
 * The attributes of what shows a number: a name such as δ = −∂E/∂s shows minus the number that it holds.
 * @param {number} number @param {boolean} [negated]
 */
export function numberData(number, negated = false) {
  return { "data-number": dataNumber(number), "data-sign": negated ? "-1" : null };
}

/** The number as it is shown. @param {number} number @param {boolean} [negated] @returns {number} */
export function shownNumber(number, negated = false) {
  return negated ? -number : number;
}

/** The number that an element with `numberData` shows. @param {Element} element @returns {number} */
export function numberShown(element) {
  const { number, sign } = /** @type {HTMLElement} */ (element).dataset;
  return shownNumber(Number(number), sign === "-1");
}

/**
 * @param {string} figures  significant figures without a point
 * @param {number} exponent  power of ten of the first figure
 * @returns {string}
 */
function placePoint(figures, exponent) {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${figures}`;
  if (figures.length <= exponent + 1) return figures + "0".repeat(exponent + 1 - figures.length);
  return `${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`;
}
