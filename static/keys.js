/**
 * The keyboard. Arrows mean what has the focus; nothing is stolen from a field that someone types in.
 */

/** What the help dialog lists. */
export const KEYS = [
  ["Space", "Play or pause"],
  ["← →", "Previous step, next step"],
  ["Page Up, Page Down", "Previous step, next step, wherever the focus is"],
  ["Home, End", "First step, last step"],
  ["1 … 9", "Speed, from ¼× to 4×"],
  ["N, Shift+N", "Next pass, previous pass"],
  ["Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y", "Undo, redo"],
  ["G", "Gradients on or off"],
  ["F", "Full screen"],
  ["?", "This help"],
  ["Arrows on a card", "Walk the graph"],
  ["Enter on a card", "Open it in the inspector"],
  ["Tab, then ← → on a card's cells", "Walk its numbers"],
  ["↑ ↓ on a number", "Change it by 0.1, with Shift by 1"],
  ["Enter on a number", "Type another; Enter sends it, Escape leaves it"],
  ["N, A, R in a derivation", "Next line, all lines, start again"],
];

const TEXT_FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, [contenteditable]";
const PRESSABLE = "button, a[href], summary, select, input, [role=button], [role=tab], [role=switch], [role=checkbox]";
const OWN_ARROWS = "select, input, [role=tab], [role=radio], [role=slider]";

/** @param {Element} target @param {string} selector */
const within = (target, selector) => Boolean(target.closest?.(selector));

/** Ctrl (⌘) with Z or Y, by its place where the keyboard has another script's letters there. @param {KeyboardEvent} event */
function turnOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return "";
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : "";
}

/**
 * Keys that stand for an action everywhere but in a field.
 * @param {Record<string, () => void>} actions
 */
function commands({ toggle, previous, next, first, last }) {
  return { " ": toggle, ArrowLeft: previous, ArrowRight: next, PageUp: previous, PageDown: next, Home: first, End: last };
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/playback.js").createPlayback>} playback
 * @param {{walk: (event: KeyboardEvent, target: Element) => boolean, passes: {next: () => void, previous: () => void},
 *   undo: {undo: () => void, redo: () => void}, help: () => void, fullScreen: () => void}} page
 * @param {() => boolean} busy  whether a dialog has the keyboard
 * @param {AbortSignal} signal
 */
export function listenToKeys(model, playback, page, busy, signal) {
  const { state } = model;
  const act = commands(playback);
  const single = {
    g: () => model.set({ gradients: !state.gradients }),
    f: page.fullScreen,
    n: page.passes.next,
    N: page.passes.previous,
    "?": page.help,
  };

  /** @returns {(() => void) | undefined} */
  function meaning(event, target) {
    const { key } = event;
    if (key === "PageUp" || key === "PageDown") return act[key];
    if (key === " ") return within(target, PRESSABLE) ? undefined : act[key];
    if (key in act) return within(target, OWN_ARROWS) ? undefined : act[key];
    if (!state.shortcuts || within(target, "select")) return undefined;
    if (/^[1-9]$/.test(key)) return () => model.set({ speed: Number(key) });
    return single[key] ?? single[key.toLowerCase()];
  }

  function onKey(event) {
    // Inside a shadow tree the event's target is the host; the path begins at the element itself.
    const target = event.composedPath()[0];
    if (event.defaultPrevented || busy() || !state.film) return;
    if (target instanceof Element && within(target, TEXT_FIELDS)) return;
    const turn = page.undo[turnOf(event)];
    if (turn) {
      event.preventDefault();
      turn();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (target instanceof Element && page.walk(event, target)) {
      event.preventDefault();
      return;
    }
    const action = meaning(event, target);
    if (!action) return;
    event.preventDefault();
    action();
  }
  document.addEventListener("keydown", onKey, { signal });
}
