/**
 * The words of a long film: they are most of it, so they come some steps at a time, before the player gets there. A
 * film that brings them all needs nobody to ask.
 */

const PAGE = 64; // steps whose words come together
const AHEAD = 24; // steps before the end of what is known at which more is asked for

/** @param {import("explorer/model.js").Model} model */
export function createWords(model) {
  const { state } = model;
  let asking = false;

  /** The first step that is shown now or soon and has no words yet; 0 where all have them. */
  function missing() {
    const { film, step } = state;
    const wanted = [Math.max(step, 1), Math.min(Math.max(step, 1) + AHEAD, film?.steps.length ?? 0)];
    return wanted.find((place) => film?.steps[place - 1] && !film.steps[place - 1].sentence) ?? 0;
  }

  /** One request at a time: whoever drags the slider through a film asks for where it is then. */
  async function ask() {
    if (asking) return;
    asking = true;
    for (let step = missing(); step; step = missing()) {
      const { film } = state; // whatever film is on show when they come, its words are about these numbers
      const first = step - ((step - 1) % PAGE);
      const reply = await model.send({ type: "words", first, last: Math.min(first + PAGE - 1, film.steps.length) });
      if (reply.type !== "words") break;
      reply.words.forEach((words, place) => Object.assign(film.steps[first - 1 + place], words));
      model.set({ told: state.told + 1 });
    }
    asking = false;
  }

  model.on(["film", "step"], ask);
}
