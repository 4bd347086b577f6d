/**
 * The lecturer's own window: where the step stands, what is said, notes for whoever speaks, what comes next, and a clock.
 * It is a document of this page's making, so it needs no server; keys pressed in it go to the page.
 */

import { html } from "explorer/dom.js";
import { language, languageTag, t } from "explorer/language.js";
import { sentenceNodes } from "explorer/transport.js";

const NAME = "backprop-explorer-presenter";
const FEATURES = "popup,width=900,height=760";
const SECOND = 1000;

/** One for a browser's page, which outlives the parts of it that are built anew. @type {Window | null} */
let opened = null;
let started = 0;

/** @param {number} milliseconds @returns {string} 7:05, 1:02:09 */
export function elapsed(milliseconds) {
  const seconds = Math.floor(milliseconds / SECOND);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** The page's style sheets for another document: sheets cannot be shared between two. @param {HTMLElement} root */
function styles(root) {
  const sheets = [.../** @type {Document | ShadowRoot} */ (root.getRootNode()).adoptedStyleSheets, ...document.adoptedStyleSheets];
  return sheets.flatMap((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText)).join("\n");
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {{next: () => void, previous: () => void}} clicker
 * @param {HTMLElement} root @param {(event: KeyboardEvent) => void} onKey  what keys mean on the page
 * @param {AbortSignal} signal
 */
export function createPresenter(model, clicker, root, onKey, signal) {
  const { state } = model;
  const button = (action, name, act) => {
    const made = html("button", { type: "button", class: "tool", "data-action": action }, name);
    made.addEventListener("click", act, { signal });
    return made;
  };
  const place = html("p", { class: "where" });
  const said = html("p", { class: "said", "data-testid": "presenter-sentence" });
  const notes = html("div", { class: "notes", "data-testid": "presenter-notes" });
  const coming = html("p", { class: "coming", "data-testid": "presenter-next" });
  const clock = html("output", { class: "clock", role: "timer", "aria-label": t("Time since the start") });
  const page = html("main", { class: "presenter" },
    html("header", {}, html("h1", {}, t("Presenter notes")), clock, button("restart", t("Restart the clock"), () => { started = Date.now(); tick(); })),
    place, said,
    html("section", {}, html("h2", {}, t("Notes")), notes),
    html("section", {}, html("h2", {}, t("Next")), coming),
    html("footer", {}, button("previous", t("Previous step"), () => clicker.previous()), button("next", t("Next step"), () => clicker.next())));
  let timer = 0;

  const tick = () => { clock.textContent = elapsed(Date.now() - started); };

  /** @param {import("explorer/film.js").FilmStep | undefined} step @returns {Node[]} */
  const sentence = (step) => sentenceNodes(step?.sentence ?? [], state.digits);

  function show() {
    if (!opened || opened.closed || !state.film) return;
    const { film, step } = state;
    const [current, next] = [film.steps[step - 1], film.steps[step]];
    page.dataset.phase = current?.phase ?? "idle";
    const count = t("Step {step} of {all}", { step, all: film.steps.length });
    place.textContent = [film.title, count, ...(current?.place ? [current.place] : [])].join(" · ");
    said.replaceChildren(...(current ? sentence(current) : [film.about]));
    const told = current ? (current.notes ?? []) : (film.notes ?? []);
    notes.replaceChildren(...(told.length ? told.map((note) => html("p", {}, ...sentenceNodes(note, state.digits)))
      : [html("p", { class: "none" }, t("No notes for this step."))]));
    coming.replaceChildren(...(next ? sentence(next) : [t("The pass is over. Page Down goes on to the lesson's next case.")]));
  }

  /** Put the page into the window, whatever stood there. */
  function fill() {
    const { document: other } = /** @type {Window} */ (opened);
    const style = other.createElement("style");
    style.textContent = styles(root);
    other.head.replaceChildren(style);
    other.title = t("Presenter notes");
    other.documentElement.lang = languageTag(language());
    other.body.className = "explorer";
    other.body.dataset.theme = state.look === "dark" ? "dark" : "light";
    other.body.replaceChildren(page);
    other.addEventListener("keydown", onKey, { signal });
    clearInterval(timer);
    timer = window.setInterval(tick, SECOND);
    tick();
    show();
  }

  function open() {
    if (!opened || opened.closed) {
      opened = window.open("", NAME, FEATURES);
      started = Date.now();
      if (!opened) {
        model.alert("presenter", t("The browser has not opened the window of the presenter notes. Allow this page to open windows."));
        return;
      }
    }
    fill();
    opened.focus();
  }

  if (opened && !opened.closed) fill();
  model.on(["film", "step", "digits", "told"], show);
  model.on(["look"], () => { if (opened && !opened.closed) opened.document.body.dataset.theme = state.look === "dark" ? "dark" : "light"; });
  window.addEventListener("pagehide", () => opened?.close(), { signal });
  signal.addEventListener("abort", () => clearInterval(timer));
  return { open };
}
