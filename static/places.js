/**
 * Where a page stands in another film of its case: an activation and its loss may have become one line, or apart again.
 */

/** @typedef {import("explorer/film.js").Film} Film */
/** @typedef {{step: number, selected: string | null}} Place */

/** @param {Film} film @param {string} name */
const has = (film, name) => film.nodes.some((node) => node.name === name);

/**
 * The step of the other film after which the rest of the picture is the same.
 * @param {Film} before @param {number} step @param {Film} film @param {string[]} pair  activation and loss
 */
function sameStep(before, step, film, [activation, loss]) {
  if (step >= before.steps.length) return film.steps.length;
  const { kind, node } = before.steps[step - 1] ?? {};
  const names = [node];
  if (node === activation) names.push(loss);
  // What the one line sends back is what the activation sends back: the loss's own share would stop half way.
  if (node === loss && kind === "backward" && !has(before, activation)) names.unshift(activation);
  for (const name of names) {
    const place = film.steps.findIndex((other) => other.kind === kind && other.node === name) + 1;
    if (place) return place;
  }
  return Math.min(step, film.steps.length);
}

/** Remembers the last switch: switching back without a step in between leads back to the very place. */
export function createPlaces() {
  /** @type {{film: string, steps: number, from: Place, to: Place} | null} */
  let last = null;

  /**
   * @param {{film: Film | null, step: number, selected: string | null, follow: boolean}} state
   * @param {Film} film  the next one, of the same case @param {string[] | null} pair
   * @returns {Partial<Place>}
   */
  return function place({ film: before, step, selected, follow }, film, pair) {
    if (!before || !pair || has(before, pair[0]) === has(film, pair[0])) return { step };
    const returns = last && last.film === film.case && last.steps === before.steps.length && last.to.step === step
      && (follow || last.to.selected === selected);
    const to = returns ? last.from : {
      step: sameStep(before, step, film, pair),
      selected: selected === pair[0] ? pair[1] : selected,
    };
    last = { film: film.case, steps: film.steps.length, from: { step, selected }, to };
    return to;
  };
}
