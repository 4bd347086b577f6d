/**
 * Undo and redo. What is kept are pictures, as the address holds them: so one history has edits, drags and settings in
 * the order in which they were made, whoever computes them, and it outlives the server's session. Undo opens the
 * picture from before as a link would, but stays at the step, the sample and the line where one is.
 */

import { alike, keysWith } from "explorer/picture.js";

/** @typedef {import("explorer/picture.js").Texts} Texts */
/** @typedef {{texts: Texts, jumped: boolean}} Moment  jumped: what was done led to another pass, as a reset does */
/** @typedef {{past: Moment[], future: Moment[], turns: string[]}} Kept  turns: undo or redo, asked for and not yet made */

const WORK = keysWith("work");
/** Another graph: nothing of where one was is there. */
const SUBJECT = ["lesson", "graph"];
const JUMP = ["pass", "step"];
const MOST = 200;

/** The texts of one picture in some keys, of another in the rest. @param {Texts} one @param {string[]} keys @param {Texts} rest @returns {Texts} */
function mixed(one, keys, rest) {
  const chosen = Object.entries(one).filter(([key]) => keys.includes(key));
  return Object.fromEntries([...Object.entries(rest).filter(([key]) => !keys.includes(key)), ...chosen]);
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {import("explorer/opening.js").Opening} opening
 */
export function createUndo(model, opening) {
  const { state } = model;
  /** @type {Moment[]} */
  let past = [];
  /** @type {Moment[]} */
  let future = [];
  /** @type {string | null} */
  let stroke = null;
  let going = false;
  let queue = Promise.resolve();
  /** @type {string[]} */
  let turns = [];

  const count = () => model.set({ undoable: past.length, redoable: future.length });

  opening.on((before, after) => {
    if (!before || going || alike(before, after, WORK)) return;
    const sameStroke = state.stroke !== null && state.stroke === stroke;
    stroke = state.stroke;
    if (!sameStroke) past = [...past, { texts: before, jumped: before.pass !== after.pass }].slice(-MOST);
    future = [];
    count();
  });

  /** @param {string} turn  "undo" or "redo" */
  async function go(turn) {
    // What was done just now may still be on its way to the server: it is what is to be undone.
    await model.settled();
    const [from, to] = turn === "undo" ? [past, future] : [future, past];
    const moment = from.at(-1);
    const now = opening.now();
    if (!moment || !now) return;
    stroke = null;
    going = true;
    const only = moment.jumped ? [...WORK, ...JUMP] : WORK;
    if (alike(moment.texts, now, SUBJECT)) await opening.open(Object.entries(mixed(moment.texts, only, now)), { only });
    else await opening.open(Object.entries(moment.texts));
    going = false;
    from.pop();
    to.push({ texts: now, jumped: moment.jumped });
    count();
  }

  /** One after the other, however quickly they are asked for. @param {string} turn */
  function ask(turn) {
    turns = [...turns, turn];
    queue = queue.then(() => go(turn)).then(() => { turns = turns.slice(1); });
  }

  /** Go on with what another page had. @param {Kept} kept */
  function keep(kept) {
    ({ past, future } = kept);
    count();
  }

  return { undo: () => ask("undo"), redo: () => ask("redo"), ask, keep, kept: () => ({ past, future, turns }) };
}
