/**
 * The connection to the server. A session ends with its socket, and a page's token with time: when the connection is
 * lost, the page waits until the server answers, and is loaded anew with all that it holds. The address holds the
 * picture; the browser's history entry holds what was not sent, and what can be undone.
 */

/** @typedef {import("explorer/main.js").Held} Held */
/** @typedef {{held: Held, losses: number}} Kept  losses: one soon after the other */

const NAME = "backprop-explorer";
const FIRST_WAIT = 400;
const LONGEST_WAIT = 2000;
/** A connection that lasted so long was a good one. */
const GOOD = 30_000;

/** @param {Kept | undefined} kept */
function keep(kept) {
  history.replaceState({ ...history.state, [NAME]: kept }, "");
}

/** What the page held whose place this one takes, told once. @returns {Kept | undefined} */
export function takeKept() {
  const kept = history.state?.[NAME];
  if (kept) keep(undefined);
  return kept;
}

/** Whether the server is there. @param {string} address */
async function answers(address) {
  try {
    return (await fetch(address, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/**
 * @param {any} model  Panel's
 * @param {{lose: () => void, hold: () => Held}} page
 * @param {number} losses  in a row, before this page
 * @param {AbortSignal} signal
 * @returns {{lost: () => boolean}}
 */
export function watchConnection(model, page, losses, signal) {
  const opened = performance.now();
  // A file that every server has from its start on; the page's script comes with the first session.
  const address = model.script.replace(/extensions\/.*/, "js/bokeh.min.js");
  let lost = false;
  let timer = 0;

  function reload() {
    const inARow = performance.now() - opened < GOOD ? losses + 1 : 0;
    const held = page.hold();
    try {
      keep({ held, losses: inARow });
    } catch {
      // A browser keeps so much and no more.
      keep({ held: { ...held, undo: { past: [], future: [], turns: [] } }, losses: inARow });
    }
    location.reload();
  }

  /** @param {number} wait */
  function retry(wait) {
    // Not all of a class at the same moment.
    timer = setTimeout(async () => {
      if (await answers(address)) reload();
      else retry(Math.min(2 * wait, LONGEST_WAIT));
    }, wait * (0.75 + Math.random() / 2));
  }

  function lose() {
    if (lost || signal.aborted) return;
    lost = true;
    page.lose();
    // What else is on somebody's own page is not ours to load anew.
    if (model.alone) retry(FIRST_WAIT * 2 ** Math.min(losses, 8));
  }

  model.document?.on_event("connection_lost", lose);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { lost: () => lost };
}
