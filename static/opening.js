/**
 * Opening a picture: the server is asked where it has a say, the page itself shows the rest. A link, Back, undo and a
 * new session are all this. And whoever wants to hear how the picture changes hears it here.
 */

import { alike, FIELDS, fitting, keysWith, readPicture, written } from "explorer/picture.js";

/** @typedef {import("explorer/picture.js").Texts} Texts */
/** @typedef {(before: Texts | null, after: Texts) => void} Listener */
/** @typedef {ReturnType<typeof createOpening>} Opening */

const ASKED = keysWith("server");
/** Troubles that are told one by one. */
const MOST_TOLD = 12;

/** @param {import("explorer/model.js").Model} model */
export function createOpening(model) {
  const { state } = model;
  /** @type {Listener[]} */
  const listeners = [];
  /** @type {Texts | null} */
  let shown = null;
  let opening = 0;

  function changed() {
    if (!state.film || (opening && !state.away)) return;
    const before = shown;
    shown = written(state);
    for (const listener of listeners) listener(before, shown);
  }
  model.on(FIELDS, changed);

  /**
   * Show a picture.
   * @param {[string, string | null][]} pairs
   * @param {{only?: string[], preferred?: readonly string[]}} [how]  only: the keys that the page shows itself; in the
   *   others it stays where it is
   */
  async function open(pairs, { only, preferred } = {}) {
    const { values, texts, troubles } = readPicture(pairs);
    opening += 1;
    if (!state.film || troubles.length || !alike(texts, written(state), ASKED)) {
      const { edits = [] } = values;
      const fragment = Object.fromEntries(ASKED.filter((key) => key in texts && key !== "edits").map((key) => [key, texts[key]]));
      await model.send({ type: "open", fragment, edits, preferred });
    }
    // Read again: the answer may have brought another language.
    for (const { key, reason } of readPicture(pairs).troubles.slice(0, MOST_TOLD)) model.alert(key, reason);
    if (state.film) model.set({ playing: false, ...fitting(values, state.film, model.alert, only) });
    opening -= 1;
    changed();
  }

  return { open, now: () => (state.film ? written(state) : null), on: (listener) => { listeners.push(listener); } };
}
