/**
 * What the page knows, in one place: the film, where it stands, and what is chosen. The stage, the transport and the
 * inspector read it and listen to it; none of them knows where films come from.
 */

import { DEFAULT_DIGITS } from "explorer/format.js";
import { t } from "explorer/language.js";
import { createPlaces } from "explorer/places.js";

/**
 * @typedef {object} State
 * @property {import("explorer/film.js").Film | null} film
 * @property {object[]} lessons  groups of cases for the Lesson chooser
 * @property {object[]} edits  what differs from the lesson's own numbers, for the address bar
 * @property {Settings} settings  conventions and objective as chosen; "" leaves a convention to the handout
 * @property {Record<string, string>} languages  by code, each in its own words
 * @property {Record<string, string>} own  the handout's conventions
 * @property {[string, string] | null} fusible  the activation and the loss that can be one line
 * @property {{pass: number, most: number, losses: (number | string)[], rates: [number, string][]}} run  updates before
 *   this pass and at most, the loss of every pass that is known, and learning rates by the pass from which they hold
 * @property {Record<number, number>} left  the step at which a pass was left, by pass
 * @property {string} tab  of the inspector
 * @property {boolean} stacked  whether the inspector shows all samples at once
 * @property {Record<string, number[]>} entries  the entry that was picked, by node
 * @property {string} graph  a graph of one's own with its numbers, packed for the address; "" for a lesson's
 * @property {Record<string, [number, number]>} moved  how far cards were dragged
 * @property {[number, number, number] | null} zoom  scale and the point of the drawing in the middle; null: all of it
 * @property {boolean} inspector  whether it is shown
 * @property {boolean} wide  whether it has half of the page
 * @property {number} told  goes up whenever words of the film's steps have come
 * @property {number} step  steps shown; 0 = inputs and parameters only
 * @property {string | null} selected  the inspected node
 * @property {boolean} follow  whether the selection follows the step
 * @property {number | "all"} digits
 * @property {boolean} playing
 * @property {number} speed  1 to 9, 5 is ×1
 * @property {boolean} gradients  whether gradients are shown
 * @property {boolean} shortcuts  whether single keys act
 * @property {string[]} pending  nodes whose edits are on their way: what depends on them is stale
 * @property {string | null} stroke  what the last change was part of: those of one drag, or of a run of nudges, are one
 * @property {number} undoable  changes that undo can take back
 * @property {number} redoable
 * @property {boolean} away  whether nobody hears what is sent: the connection is lost
 * @property {{key: string, reason: string}[]} alerts
 * @property {"" | "light" | "dark" | "projector"} theme  as chosen; "" follows the system
 * @property {"" | "light" | "dark"} room  the theme that leaving the projector leads to
 * @property {number} projected  goes up whenever the drawing for a projector has come
 * @property {"light" | "dark" | "projector"} look  the theme on the screen
 * @property {import("explorer/links.js").Highlight | null} highlight  what is pointed at, here and in the inspector
 */

/** @typedef {{gradients: string, sign: string, weights: string, reduction: "mean" | "sum", fuse: boolean, language: string}} Settings */
/** @typedef {ReturnType<typeof createModel>} Model */

const NORMAL_SPEED = 5;
/** Milliseconds after which a message without an answer is worth a word. */
const PATIENCE = 8000;
/** What changes the picture on the server. */
const CHANGES = ["open", "lesson", "edit", "sample", "reset", "settings", "rate", "pass", "import"];

/** @returns {State} */
function initialState() {
  return {
    film: null, lessons: [], edits: [], told: 0, step: 0, selected: null, follow: true, digits: DEFAULT_DIGITS, playing: false,
    speed: NORMAL_SPEED, gradients: true, shortcuts: true, pending: [], alerts: [], highlight: null,
    settings: { gradients: "", sign: "", weights: "", reduction: "mean", fuse: false, language: "en" }, own: {},
    languages: {}, fusible: null,
    run: { pass: 0, most: 0, losses: [], rates: [] }, left: {}, tab: "forward", stacked: false, entries: {},
    graph: "", moved: {}, zoom: null, inspector: true, wide: false, stroke: null, undoable: 0, redoable: 0, away: false,
    theme: "", room: "", look: "light", projected: 0,
  };
}

/**
 * Numbers come as a typed array over a larger buffer, or as a list where the film was JSON.
 * @param {object} film
 */
function withFloats(film) {
  const raw = film.numbers;
  const numbers = Array.isArray(raw) ? Float64Array.from(raw, Number)
    : new Float64Array(raw.buffer, raw.byteOffset, raw.length);
  return { ...film, numbers };
}

/**
 * Keep the step inside the film and the selection on a node of it; play ends with the film.
 * @param {State} before @param {Partial<State>} patch @returns {Partial<State>}
 */
function normalised(before, patch) {
  const next = { ...before, ...patch };
  if (!next.film) return patch;
  const { steps, nodes } = next.film;
  const step = Math.min(Math.max(Math.trunc(next.step) || 0, 0), steps.length);
  const known = nodes.some((node) => node.name === next.selected);
  const follow = next.follow || !known;
  const selected = follow ? (steps[Math.max(step - 1, 0)]?.node ?? null) : next.selected;
  return { ...patch, step, follow, selected, playing: next.playing && step < steps.length };
}

/**
 * Where another pass comes on the stage: a later one at its start, an earlier one as it was left.
 * @param {State} state @param {object} film  of the pass that comes @param {number} pass @returns {Partial<State>}
 */
function anotherPass({ run, step, left }, film, pass) {
  const back = Math.min(left[pass] ?? film.steps.length, film.steps.length);
  return { step: pass > run.pass ? 0 : back, left: { ...left, [run.pass]: step }, playing: false };
}

/** @param {(message: object) => void} send  carries a message to whoever makes films */
export function createModel(send) {
  const state = initialState();
  /** @type {Set<{keys: string[], listener: (state: State, changed: string[]) => void}>} */
  const listeners = new Set();
  /** @type {Map<number, {message: object, resolve: (reply: object) => void, reply: Promise<object>, inPlace: boolean, stroke: string | null}>} */
  const waiting = new Map();
  const place = createPlaces();
  let requests = 0;

  /** @param {Partial<State>} patch */
  function set(patch) {
    const next = normalised(state, { stroke: null, ...patch });
    const changed = Object.keys(next).filter((key) => !Object.is(state[key], next[key]));
    if (!changed.length) return;
    Object.assign(state, next);
    for (const entry of [...listeners]) {
      if (entry.keys.some((key) => changed.includes(key))) entry.listener(state, changed);
    }
  }

  /**
   * Hear of changes to any of these keys, after all of them have been made.
   * @param {(keyof State)[]} keys
   * @param {(state: State, changed: string[]) => void} listener
   * @returns {() => void} stop listening
   */
  function on(keys, listener) {
    const entry = { keys, listener };
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  /**
   * The same model for parts of the page that end with `signal`: they hear nothing after it.
   * @param {AbortSignal} signal
   * @returns {Model & {announce: () => void}}  announce: tell all of them everything, as they have seen nothing yet
   */
  function within(signal) {
    /** @type {((state: State, changed: string[]) => void)[]} */
    const own = [];
    const listen = (keys, listener) => {
      const stop = on(keys, listener);
      own.push(listener);
      signal.addEventListener("abort", stop);
      return stop;
    };
    return { ...model, on: listen, announce: () => own.forEach((listener) => listener(state, Object.keys(state))) };
  }

  /**
   * @param {object} message
   * @param {{inPlace?: boolean, stroke?: string | null, patience?: number}} [options]  whether the asker says itself why
   *   it was refused; what the change is part of; how many milliseconds the answer may take
   * @returns {Promise<object>} the reply to this very request
   */
  function request(message, { inPlace = false, stroke = null, patience = PATIENCE } = {}) {
    requests += 1;
    const number = requests;
    let resolve;
    const reply = new Promise((settle) => { resolve = settle; });
    waiting.set(number, { message, resolve, reply, inPlace, stroke });
    send({ ...message, request: number });
    setTimeout(() => {
      if (waiting.has(number) && !state.away) alert("connection", t("The server does not answer. Reload the page: the address keeps what you see."));
    }, patience);
    return reply;
  }

  /** What has been asked for and not yet been answered, of what changes the picture. */
  const unanswered = () => [...waiting.values()].filter(({ message }) => CHANGES.includes(message.type));

  /** Until nothing that changes the picture is on its way. */
  async function settled() {
    while (unanswered().length) {
      await Promise.all(unanswered().map(({ reply }) => reply));
      // Whoever waits for an answer may have more to send: nudges do.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** @param {object} message */
  function receive(message) {
    if (message.type === "film") {
      const { film, lessons = state.lessons, edits = [], settings = state.settings, own = state.own, fusible = null,
        run = state.run, languages = state.languages, graph = "" } = message;
      // What was said of the old numbers is over; what is to be said of these follows.
      const alerts = state.alerts.some(({ key }) => key === "numbers")
        ? state.alerts.filter(({ key }) => key !== "numbers") : state.alerts;
      const patch = { film: withFloats(film), lessons, edits, alerts, settings, own, fusible, run, languages, graph,
        stroke: waiting.get(message.request)?.stroke ?? null };
      if (film.case !== state.film?.case) set({ ...patch, step: 0, playing: false, follow: true, entries: {}, moved: {}, zoom: null, left: {} });
      else if (run.pass !== state.run.pass) set({ ...patch, ...anotherPass(state, film, run.pass) });
      else set({ ...patch, ...place(state, film, fusible) });
    } else if (message.type === "alert") {
      alert(message.key, message.reason);
    } else if (message.type === "refused" && message.node === undefined && !waiting.get(message.request)?.inPlace) {
      alert("refused", message.reason);
    }
    waiting.get(message.request)?.resolve(message);
    waiting.delete(message.request);
  }

  /** @param {string} key @param {string} reason */
  function alert(key, reason) {
    set({ alerts: [...state.alerts.filter((known) => known.key !== key), { key, reason }] });
  }

  const model = { state, set, on, within, send: request, receive, alert, settled, unanswered: () => unanswered().map(({ message, stroke }) => ({ message, stroke })) };
  return model;
}
