/**
 * Fixed logarithmic scales, so that two cells or two pulses compare across cards, steps and runs.
 */

const LEVEL_FLOORS = [0.05, 0.25, 1];
const FAINTEST = -6;
const STRONGEST = 2;

/**
 * The colour step of a number: "n4" (−1 and below) … "n1", "zero", "p1" … "p4", or "bad" for NaN and infinities.
 * @param {number} number @returns {string}
 */
export function level(number) {
  if (!Number.isFinite(number)) return "bad";
  if (number === 0) return "zero";
  const magnitude = Math.abs(number);
  return (number < 0 ? "n" : "p") + (1 + LEVEL_FLOORS.filter((floor) => magnitude >= floor).length);
}

/** @param {ArrayLike<number>} numbers @returns {number} the largest magnitude; infinite when any is not finite */
export function largest(numbers) {
  let found = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const magnitude = Math.abs(numbers[index]);
    if (!(magnitude <= found)) found = Number.isFinite(magnitude) ? magnitude : Infinity;
  }
  return found;
}

/**
 * From 0 (1e−6 and below) to 1 (100 and above), by powers of ten.
 * @param {number} magnitude @returns {number}
 */
export function weight(magnitude) {
  const place = (Math.log10(magnitude) - FAINTEST) / (STRONGEST - FAINTEST);
  return Math.min(Math.max(place, 0), 1);
}
