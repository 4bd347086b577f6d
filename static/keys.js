/**
 * The keyboard. Arrows mean what has the focus; nothing is stolen from a field that someone types in.
 */

import { t } from "explorer/language.js";

/**
 * Single keys: those that act and those that the help lists are the same. They can be switched off.
 * @typedef {object} SingleKeys
 * @property {string[]} keys  a letter stands for its capital, too, where that is none of its own
 * @property {() => [string, string]} told  in the help
 * @property {(page: Page, key: string) => void} act
 * @type {SingleKeys[]}
 */
export const SINGLE = [
  { keys: [..."123456789"], told: () => ["1 … 9", t("Speed, from ¼× to 4×")], act: ({ model }, key) => model.set({ speed: Number(key) }) },
  { keys: ["n", "N"], told: () => [t("N, Shift+N"), t("Next pass, previous pass")],
    act: ({ passes }, key) => (key === "n" ? passes.next() : passes.previous()) },
  { keys: ["g"], told: () => ["G", t("Gradients on or off")], act: ({ model }) => model.set({ gradients: !model.state.gradients }) },
  { keys: ["p"], told: () => ["P", t("Projector on or off; Escape leaves it, too")], act: ({ theme }) => theme.toggle() },
  { keys: ["s"], told: () => ["S", t("Presenter notes in a window of their own")], act: ({ presenter }) => presenter() },
  { keys: ["f"], told: () => ["F", t("Full screen")], act: ({ fullScreen }) => fullScreen() },
  { keys: ["?"], told: () => ["?", t("This help")], act: ({ help }) => help() },
];

/** Single keys inside a derivation, and what its button of the same name does. @type {Record<string, string>} */
export const REVEAL = { n: "next", a: "all", r: "again" };

/** What the help lists beside the single keys. @returns {[string, string][]} */
export const otherKeys = () => [
  [t("Space"), t("Play or pause")],
  ["← →", t("Previous step, next step")],
  [t("Page Up, Page Down"), t("A clicker's way through the whole lesson, wherever the focus is: after a pass comes the next case")],
  [t("Home, End"), t("First step, last step")],
  [t("Ctrl+Z; Ctrl+Shift+Z or Ctrl+Y"), t("Undo; redo")],
  [t("Arrows on a card"), t("Walk the graph")],
  [t("Enter on a card"), t("Open it in the inspector")],
  [t("Tab, then ← → on a card's cells"), t("Walk its numbers")],
  [t("↑ ↓ on a number"), t("Change it by 0.1, with Shift by 1")],
  [t("Enter on a number"), t("Type another; Enter sends it, Escape leaves it")],
];

/** @returns {{keys: string[], told: [string, string]}[]} every single key, as the help lists them */
export const singleKeys = () => [...SINGLE.map(({ keys, told }) => ({ keys, told: told() })),
  { keys: Object.keys(REVEAL), told: [t("N, A, R in a derivation"), t("Next line, all lines, start again")] }];

const TEXT_FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, [contenteditable]";
const PRESSABLE = "button, a[href], summary, select, input, [role=button], [role=tab], [role=switch], [role=checkbox]";
const OWN_ARROWS = "select, input, [role=tab], [role=radio], [role=slider]";

/** @param {Element} target @param {string} selector */
const within = (target, selector) => Boolean(target.closest?.(selector));

/** Ctrl (⌘) with Z or Y, by its place where the keyboard has another script's letters there. @param {KeyboardEvent} event */
function turnOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return "";
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, "").toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : "";
}

/**
 * Keys that stand for an action everywhere but in a field.
 * @param {Record<string, () => void>} actions
 */
function commands({ toggle, previous, next, first, last }) {
  return { " ": toggle, ArrowLeft: previous, ArrowRight: next, Home: first, End: last };
}

/**
 * @typedef {{model: import("explorer/model.js").Model, walk: (event: KeyboardEvent, target: Element) => boolean,
 *   passes: {next: () => void, previous: () => void}, clicker: {next: () => void, previous: () => void},
 *   presenter: () => void, undo: {undo: () => void, redo: () => void}, theme: {toggle: () => void, leave: () => void},
 *   help: () => void, fullScreen: () => void}} Page  what keys act on
 */

/**
 * @param {ReturnType<typeof import("explorer/playback.js").createPlayback>} playback
 * @param {Page} page
 * @param {() => boolean} busy  whether a dialog has the keyboard
 * @param {AbortSignal} signal
 * @returns {(event: KeyboardEvent) => void} for other documents' keys
 */
export function listenToKeys(playback, page, busy, signal) {
  const { state } = page.model;
  const act = commands(playback);
  const single = Object.fromEntries(SINGLE.flatMap((row) => row.keys.map((key) => [key, () => row.act(page, key)])));

  /** @returns {(() => void) | undefined} */
  function meaning(event, target) {
    const { key } = event;
    if (key === "PageUp") return page.clicker.previous;
    if (key === "PageDown") return page.clicker.next;
    if (key === " ") return within(target, PRESSABLE) ? undefined : act[key];
    if (key === "Escape") return state.theme === "projector" ? page.theme.leave : undefined;
    if (key in act) return within(target, OWN_ARROWS) ? undefined : act[key];
    if (!state.shortcuts || within(target, "select")) return undefined;
    return single[key] ?? single[key.toLowerCase()];
  }

  function onKey(event) {
    // Inside a shadow tree the event's target is the host; the path begins at the element itself.
    const target = event.composedPath()[0];
    if (event.defaultPrevented || busy() || !state.film) return;
    // The presenter's window has elements of its own: they are no instances of this window's classes.
    const element = "closest" in target;
    if (element && within(target, TEXT_FIELDS)) return;
    const turn = page.undo[turnOf(event)];
    if (turn) {
      event.preventDefault();
      turn();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (element && page.walk(event, target)) {
      event.preventDefault();
      return;
    }
    const action = meaning(event, target);
    if (!action) return;
    event.preventDefault();
    action();
  }
  document.addEventListener("keydown", onKey, { signal });
  return onKey;
}
