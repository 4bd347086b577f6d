/**
 * What a picture is, key by key: what the address holds, what undo and Back bring again, what a new session is told.
 * A key is one line: how it is written, read, held against the film, and shown. What is as usual is left out.
 */

import { DEFAULT_DIGITS, DIGITS } from "explorer/format.js";
import { t, tn } from "explorer/language.js";
import { readEdits, readEntries, readMoved, readWhole, readZoom, writeEdits, writeEntries, writeMoved } from "explorer/picture_texts.js";
import { THEMES } from "explorer/theme.js";

/** @typedef {import("explorer/model.js").State} State */
/** @typedef {import("explorer/film.js").Film} Film */
/** @typedef {Record<string, string>} Texts  a picture: text by key */
/** @typedef {(reason: string) => void} Tell */
/**
 * @typedef {object} Key
 * @property {(state: State) => string | number} write  "" where it is as usual
 * @property {(text: string) => any} [read]  Raises: Error that says what is expected
 * @property {boolean} [server]  the server follows it; the page itself follows the others
 * @property {boolean} [work]  an edit, a drag or a setting: undo takes it back
 * @property {boolean} [entry]  a change of it is a place for the browser's Back to return to
 * @property {(value: any, film: Film, tell: Tell) => any} [fit]  what of it this film can show; undefined for nothing
 * @property {(value: any) => Partial<State>} [show]
 * @property {Partial<State>} [usual]
 */

export const TABS = ["forward", "jacobian", "backward", "batch", "check", "derivation"];
/** As in explorer.session.intents. */
const LONGEST = 100_000;
const NORMAL_SPEED = 5;

/** @param {Film} film @param {string} name */
const has = (film, name) => film.nodes.some((node) => node.name === name);
/** @param {Film} film */
const names = (film) => film.nodes.map(({ name }) => name).join(", ");

/**
 * A state's field that is one of a few.
 * @param {string} field @param {readonly (string | number)[]} choices @param {string | number} usual
 */
function choice(field, choices, usual) {
  const read = (text) => {
    const chosen = choices.find((one) => String(one) === text);
    if (chosen !== undefined) return chosen;
    throw new Error(t('"{text}" is none of these: {choices}.', { text: text.slice(0, 40), choices: choices.join(", ") }));
  };
  return { read, write: (state) => (state[field] === usual ? "" : state[field]), show: (value) => ({ [field]: value }), usual: { [field]: usual } };
}

/** A state's field that is on or off, and the word that stands for its being unusual. @param {string} field @param {string} word @param {boolean} usual */
function flag(field, word, usual) {
  const { read, show } = choice(field, [word], "");
  return { read, write: (state) => (state[field] === usual ? "" : word), show: () => show(!usual), usual: { [field]: usual } };
}

/** @param {string} name */
const convention = (name) => ({ server: true, work: true, entry: true, write: ({ settings }) => settings[name] });

/** @param {State} state */
const rates = ({ run }) => run.rates.map(([since, rate]) => (since ? `${rate}@${since}` : rate)).join(";");

/** In the order of the address. @type {Record<string, Key>} */
const KEYS = {
  lesson: { server: true, work: true, entry: true, write: ({ film }) => film.case },
  step: { read: readWhole, write: ({ step }) => step, show: (step) => ({ step }), usual: { step: 0 }, fit: (step, { steps }, tell) => {
    if (step > steps.length) {
      tell(tn("There is no step {step}. This film has {n} step.", "There is no step {step}. This film has {n} steps.", steps.length, { step }));
    }
    return step;
  } },
  sample: { server: true, entry: true, read: readWhole, write: ({ film }) => film.sample },
  pass: { server: true, read: readWhole, write: ({ run }) => run.pass || "" },
  rate: { server: true, work: true, entry: true, write: rates },
  gradients: convention("gradients"),
  sign: convention("sign"),
  weights: convention("weights"),
  reduction: { ...convention("reduction"), write: ({ settings: { reduction } }) => (reduction === "mean" ? "" : reduction) },
  fuse: { ...convention("fuse"), write: ({ settings: { fuse } }) => (fuse ? 1 : "") },
  node: { entry: true, write: ({ follow, selected }) => (follow ? "" : selected ?? ""), usual: { follow: true },
    show: (selected) => ({ selected, follow: false }), fit: (node, film, tell) => {
      if (has(film, node)) return node;
      tell(t('There is no node "{node}" here. Nodes: {nodes}.', { node: node.slice(0, 40), nodes: names(film) }));
      return undefined;
    } },
  tab: { entry: true, ...choice("tab", TABS, TABS[0]) },
  stack: flag("stacked", "1", false),
  entries: { read: readEntries, write: writeEntries, show: (entries) => ({ entries }), usual: { entries: {} }, fit: fitEntries },
  digits: { work: true, ...choice("digits", DIGITS, DEFAULT_DIGITS) },
  hidden: { work: true, ...flag("gradients", "gradients", true) },
  inspector: flag("inspector", "hidden", true),
  wide: flag("wide", "1", false),
  speed: choice("speed", [1, 2, 3, 4, 5, 6, 7, 8, 9], NORMAL_SPEED),
  theme: { work: true, entry: true, ...choice("theme", THEMES, "") },
  moved: { work: true, entry: true, read: readMoved, write: writeMoved, show: (moved) => ({ moved }), usual: { moved: {} } },
  zoom: { read: readZoom, write: ({ zoom }) => zoom?.join() ?? "", show: (zoom) => ({ zoom }), usual: { zoom: null } },
  edits: { server: true, work: true, entry: true, read: readEdits, write: writeEdits },
  lang: { server: true, work: true, entry: true, write: ({ settings }) => settings.language },
  graph: { server: true, work: true, entry: true, write: ({ graph }) => graph },
};
const ALL = Object.entries(KEYS);

/** What a picture changes with. @type {(keyof State)[]} */
export const FIELDS = ["film", "step", "selected", "follow", "edits", "settings", "run", "graph",
  .../** @type {(keyof State)[]} */ (ALL.flatMap(([, { usual = {} }]) => Object.keys(usual)))];

/** @param {"server" | "work" | "entry"} mark @returns {string[]} */
export const keysWith = (mark) => ALL.filter(([, key]) => key[mark]).map(([name]) => name);

/** @param {State} state  with a film @returns {Texts} */
export function written(state) {
  const texts = ALL.map(([name, { write }]) => [name, String(write(state))]);
  return Object.fromEntries(texts.filter(([, text]) => text));
}

/** Whether two pictures are the same in these keys. @param {Texts} one @param {Texts} other @param {string[]} keys */
export const alike = (one, other, keys) => keys.every((key) => one[key] === other[key]);

/**
 * What the texts of a picture stand for. What is wrong is left out and told; the rest holds.
 * @param {[string, string | null][]} pairs  null: what could not be decoded
 * @returns {{values: Record<string, any>, texts: Texts, troubles: {key: string, reason: string}[]}}  texts: those that can be read
 */
export function readPicture(pairs) {
  const values = {};
  const texts = {};
  const troubles = [];
  for (const [name, text] of pairs) {
    try {
      if (!Object.hasOwn(KEYS, name)) throw new Error(t("There is no such key. Known keys: {keys}.", { keys: Object.keys(KEYS).join(", ") }));
      if (text === null) throw new Error(t("It is cut off or damaged."));
      if (text.length > LONGEST) throw new Error(t("It is too long: {n} characters. At most {most} are read.", { n: text.length, most: LONGEST }));
      values[name] = KEYS[name].read?.(text) ?? text;
      texts[name] = text;
    } catch (error) {
      troubles.push({ key: name, reason: error.message });
    }
  }
  return { values, texts, troubles };
}

/**
 * What the page itself shows of a picture, once its film is here.
 * @param {Record<string, any>} values @param {Film} film @param {(key: string, reason: string) => void} tell
 * @param {string[]} keys  those that are shown; the others stay as they are
 * @returns {Partial<State>}
 */
export function fitting(values, film, tell, keys = Object.keys(KEYS)) {
  const patch = {};
  for (const [name, { fit = (value) => value, show, usual }] of ALL.filter(([key]) => keys.includes(key))) {
    const value = name in values ? fit(values[name], film, (reason) => tell(name, reason)) : undefined;
    Object.assign(patch, value === undefined ? usual : show?.(value));
  }
  return patch;
}

/** Entries of lines that there are. @param {Record<string, number[]>} entries @param {Film} film @param {Tell} tell */
function fitEntries(entries, film, tell) {
  const there = ([name, index]) => film.nodes.some(({ name: other, shape }) => name === other && index.length === shape.length
    && index.every((place, axis) => place < shape[axis]));
  const absent = Object.entries(entries).find((entry) => !there(entry));
  if (absent) tell(t("There is no entry {entry} here.", { entry: absent.flat().join(".") }));
  return Object.fromEntries(Object.entries(entries).filter(there));
}
