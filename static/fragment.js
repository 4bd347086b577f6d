/**
 * The address bar's fragment: read once at the start and whenever someone changes it, written by nobody else.
 * `#lesson=mlp/bce_mlp&step=7&node=h&sample=0&edits=W.0.1=0.9`
 *
 * Back returns to where something was chosen or changed. Steps are no such places: they are on the slider, and a
 * lecture of two hundred of them must not bury the page that one came from.
 */

import { alike, keysWith, readPicture, written } from "explorer/picture.js";

const WRITE_AFTER = 150;
const ENTRIES = keysWith("entry");

/** Slashes and the like stay readable. @param {string} text */
const encoded = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":")
  .replace(/%3B/g, ";").replace(/%40/g, "@");

/** @param {string} hash @returns {[string, string | null][]}  null: it cannot be decoded */
function pairs(hash) {
  return hash.replace(/^#/, "").split("&").filter(Boolean).map((pair) => {
    const [key, ...rest] = pair.split("=");
    return [key.slice(0, 60), decoded(rest.join("="))];
  });
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What an address says. @param {string} hash */
export const parseFragment = (hash) => readPicture(pairs(hash));

/** @param {import("explorer/picture.js").Texts} texts @returns {string} */
const hashOf = (texts) => `#${Object.entries(texts).map(([key, text]) => `${key}=${encoded(text)}`).join("&")}`;

/** @param {import("explorer/model.js").State} state @returns {string} */
export const formatFragment = (state) => hashOf(written(state));

/** The page that has the address; of several in one window the first. @type {AbortSignal | null} */
let owner = null;

/**
 * @param {import("explorer/model.js").Model} model
 * @param {import("explorer/opening.js").Opening} opening
 * @param {boolean} wanted  whether the address is there for the taking: a notebook has its own
 * @param {AbortSignal} signal
 */
export function createFragment(model, opening, wanted, signal) {
  const { state } = model;
  const own = wanted && (!owner || owner.aborted);
  if (own) owner = signal;
  let timer = 0;
  /** The address as it was last read or written here: any other is somebody's wish, and is not written over. */
  let known = location.hash;
  /** What is to be written, and whether Back is to return to what stands there now. */
  let latest = "";
  let leaving = false;
  let following = 0;
  /** @type {string | null} */
  let stroke = null;

  function write() {
    clearTimeout(timer);
    if (!own) return;
    if (location.hash === known && latest && latest !== known) {
      if (leaving) history.pushState(null, "", latest);
      else history.replaceState(history.state, "", latest);
    }
    leaving = false;
    known = location.hash;
  }

  opening.on((before, after) => {
    const chosen = before && !following && !alike(before, after, ENTRIES);
    const sameStroke = state.stroke !== null && state.stroke === stroke;
    if (chosen) stroke = state.stroke;
    if (chosen && !sameStroke) {
      // What is left stands in the address as it was left.
      latest = hashOf(before);
      write();
      leaving = true;
    }
    latest = hashOf(after);
    clearTimeout(timer);
    timer = setTimeout(write, WRITE_AFTER);
  });

  /** Show the picture that the address describes. */
  async function follow() {
    clearTimeout(timer);
    [known, latest, leaving, following] = [location.hash, "", false, following + 1];
    model.set({ alerts: [] });
    await opening.open(own ? pairs(known) : [], { preferred: [...navigator.languages] });
    following -= 1;
  }

  if (own) window.addEventListener("hashchange", follow, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { follow, write };
}
