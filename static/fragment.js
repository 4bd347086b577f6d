/**
 * The address bar's fragment: read once at the start and whenever someone changes it, written by nobody else.
 * `#lesson=mlp/bce_mlp&step=7&node=h&sample=0&edits=W.0.1=0.9`
 */

import { t, tn } from "explorer/language.js";
import { THEMES } from "explorer/theme.js";

/** @typedef {{node: string, index: number[], sample: number | null, pass: number, text: string}} Edit */

const NUMBERS = ["step", "sample", "pass"];
/** What the server has a say in, beside the edits. */
const ASKED = ["lesson", "sample", "pass", "rate", "gradients", "sign", "weights", "reduction", "fuse", "lang"];
const KNOWN = [...ASKED, "step", "node", "tab", "edits", "theme"];
export const TABS = ["forward", "jacobian", "backward", "batch", "check", "derivation"];
const WRITE_AFTER = 150;

/** Slashes and the like stay readable. @param {string} text */
const encoded = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":")
  .replace(/%3B/g, ";").replace(/%40/g, "@");

/** @param {Edit} edit @returns {string}  "W.0.1=0.9", with "@2" after the place for the third sample, "~1" since pass 1 */
function writeEdit({ node, index, sample, pass, text }) {
  const where = sample === null || sample === undefined ? "" : `@${sample}`;
  return `${[node, ...index].join(".")}${where}${pass ? `~${pass}` : ""}=${text}`;
}

/** @param {string} written @returns {Edit} */
function readEdit(written) {
  const match = /^([^.@~=]+)((?:\.\d+)*)(?:@(\d+))?(?:~(\d+))?=(.*)$/.exec(written);
  if (!match) throw new Error(t('"{text}" is no edit. Something like W.0.1=0.9 is expected.', { text: written }));
  const [, node, index, sample, pass = "0", text] = match;
  const places = index.split(".").slice(1).map(Number);
  return { node, index: places, sample: sample === undefined ? null : Number(sample), pass: Number(pass), text };
}

/** @param {string} key @param {string} text */
function readValue(key, text) {
  if (NUMBERS.includes(key) && !/^\d+$/.test(text)) throw new Error(t('"{text}" is no whole number from 0.', { text }));
  if (key === "theme" && !THEMES.includes(text)) throw new Error(t('"{text}" is no theme. Themes: {themes}.', { text, themes: THEMES.join(", ") }));
  if (key === "tab" && !TABS.includes(text)) throw new Error(t('"{text}" is no tab. Tabs: {tabs}.', { text, tabs: TABS.join(", ") }));
  if (NUMBERS.includes(key)) return Number(text);
  return key === "edits" ? text.split(";").filter(Boolean).map(readEdit) : text;
}

/**
 * What is wrong is left out and told; the rest holds.
 * @param {string} hash
 * @returns {{values: Record<string, any>, troubles: {key: string, reason: string}[]}}
 */
export function parseFragment(hash) {
  const values = {};
  const troubles = [];
  for (const pair of hash.replace(/^#/, "").split("&").filter(Boolean)) {
    const [key, ...rest] = pair.split("=");
    try {
      if (!KNOWN.includes(key)) throw new Error(t("There is no such key. Known keys: {keys}.", { keys: KNOWN.join(", ") }));
      values[key] = readValue(key, decodeURIComponent(rest.join("=")));
    } catch (error) {
      troubles.push({ key, reason: error.message });
    }
  }
  return { values, troubles };
}

/**
 * What the server is told is texts, as in the address itself.
 * @param {Record<string, string | number | undefined>} values
 */
function texts(values) {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
}

/**
 * What is on the screen in the keys that the server reads; what is the handout's own is left out.
 * @param {import("explorer/model.js").State} state
 */
function asked({ film, settings, run }) {
  const { fuse, reduction, language, ...conventions } = settings;
  const values = { lesson: film.case, sample: film.sample };
  if (run.pass) values.pass = run.pass;
  if (run.rates.length) values.rate = run.rates.map(([since, rate]) => (since ? `${rate}@${since}` : rate)).join(";");
  for (const [name, choice] of Object.entries(conventions)) if (choice) values[name] = choice;
  if (reduction !== "mean") values.reduction = reduction;
  if (fuse) values.fuse = 1;
  values.lang = language;
  return values;
}

/** @param {import("explorer/model.js").State} state @returns {string} */
export function formatFragment(state) {
  const { step, selected, follow, edits, tab, theme } = state;
  const { lesson, lang, ...rest } = asked(state);
  const values = { lesson, step, ...rest };
  if (!follow) values.node = selected;
  if (tab !== TABS[0]) values.tab = tab;
  if (edits.length) values.edits = edits.map(writeEdit).join(";");
  if (theme) values.theme = theme;
  values.lang = lang;
  return `#${Object.entries(values).map(([key, value]) => `${key}=${encoded(String(value))}`).join("&")}`;
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createFragment(model, signal) {
  const { state } = model;
  let timer = 0;
  /** The address as it was last read or written here: any other is somebody's wish, and is not written over. */
  let known = location.hash;

  /** What only the browser can judge: the step and the node, once the film is here. */
  function place({ step, node, tab }) {
    const { steps, nodes } = state.film;
    if (step > steps.length) {
      model.alert("step", tn("There is no step {step}. This film has {n} step.", "There is no step {step}. This film has {n} steps.",
        steps.length, { step }));
    }
    model.set({ step: step ?? 0, playing: false, tab: tab ?? TABS[0] });
    if (node === undefined) model.set({ follow: true });
    else if (nodes.some(({ name }) => name === node)) model.set({ selected: node, follow: false });
    else {
      model.alert("node", t('There is no node "{node}" here. Nodes: {nodes}.',
        { node, nodes: nodes.map(({ name }) => name).join(", ") }));
    }
  }

  /** Ask for the picture that the address describes, and show it. */
  async function open() {
    clearTimeout(timer);
    known = location.hash;
    const { values, troubles } = parseFragment(known);
    model.set({ alerts: troubles, theme: values.theme ?? "" });
    const { edits = [] } = values;
    const wanted = Object.fromEntries(ASKED.map((key) => [key, values[key]]));
    await model.send({ type: "open", fragment: texts(wanted), edits, preferred: [...navigator.languages] });
    if (state.film) place(values);
  }

  /** Ask a new session for the picture that is on the screen now. */
  async function reopen() {
    if (!state.film) return open();
    const { step, selected, follow, edits } = state;
    model.set({ pending: [] });
    await model.send({ type: "open", fragment: texts(asked(state)), edits });
    model.set({ step, selected, follow });
  }

  function write() {
    const hash = formatFragment(state);
    if (location.hash === known && hash !== known) history.replaceState(history.state, "", hash);
    known = location.hash;
  }

  model.on(["film", "step", "selected", "follow", "edits", "settings", "run", "tab", "theme"], () => {
    if (!state.film) return;
    clearTimeout(timer);
    timer = setTimeout(write, WRITE_AFTER);
  });
  window.addEventListener("hashchange", open, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { open, reopen };
}
