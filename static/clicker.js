/**
 * A lecturer's clicker: one way through a whole lesson. At the end of a case's pass it goes on to the lesson's next case,
 * and before the first step back to the end of the one before; the lesson's two ends hold.
 */

/**
 * @param {import("explorer/model.js").Model} model
 * @param {{next: () => void, previous: () => void, last: () => void}} playback
 */
export function createClicker(model, playback) {
  const { state } = model;
  /** Whether another case is on its way: presses until it is here would be lost on it. */
  let turning = false;

  /** @param {1 | -1} by @returns {string | undefined} the lesson's case after or before the one on show */
  function neighbour(by) {
    const cases = state.lessons.find((group) => group.cases.some(({ value }) => value === state.film.case))?.cases ?? [];
    return cases[cases.findIndex(({ value }) => value === state.film.case) + by]?.value;
  }

  /** @param {string} lesson @param {() => void} [then] */
  async function turn(lesson, then) {
    turning = true;
    await model.send({ type: "lesson", lesson });
    turning = false;
    if (state.film.case === lesson) then?.();
  }

  /** @param {boolean} over  whether the pass is at its end that way @param {1 | -1} by @param {() => void} step @param {() => void} [then] */
  function go(over, by, step, then) {
    if (turning || !state.film) return;
    const other = over ? neighbour(by) : undefined;
    if (other) turn(other, then);
    else step();
  }

  return {
    next: () => go(state.step === state.film?.steps.length, 1, playback.next),
    previous: () => go(state.step === 0, -1, playback.previous, playback.last),
  };
}
