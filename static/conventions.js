/**
 * Conventions: a short choice in the header, and behind a button each of them by itself, in the lesson's own letters.
 * They change what is written, not what is computed; only the objective over the batch does that.
 */

import { chooser, offer, option } from "explorer/chooser.js";
import { html } from "explorer/dom.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";

/** @typedef {import("explorer/model.js").State} State */
/** @typedef {import("explorer/film.js").Film} Film */
/**
 * @typedef {object} Convention
 * @property {"gradients" | "sign" | "weights" | "reduction"} name
 * @property {string} title
 * @property {(film: Film) => [string, string][]} choices  value and text
 * @property {(film: Film) => string} [hindered]  why there is nothing to choose; "" where there is
 */

const mixes = () => ({ handout: t("handout's own"), rows: t("rows"), columns: t("columns") });
const CUSTOM = "custom";
const MARGIN = 8;
/** The whole mix that each short choice stands for; "" leaves a convention to the handout. */
const OWN = { gradients: "", sign: "", weights: "" };
const CHOSEN = { handout: OWN, rows: { ...OWN, gradients: "row" }, columns: { ...OWN, gradients: "column" } };

const NOTHING = [["", "—"]];

/** @type {() => Convention[]} */
const conventions = () => [
  { name: "gradients", title: t("Gradients"),
    choices: () => [["row", t("rows: numerator layout")], ["column", t("columns: denominator layout")]] },
  { name: "sign", title: t("Sign of δ"),
    choices: ({ conventions: { delta } }) => (delta
      ? [["plus", `${delta[0]} = ${delta[1]}`], ["minus", `${delta[0]} = −${delta[1]}`]] : NOTHING),
    hindered: ({ conventions: { delta } }) => (delta ? "" : t("The handout gives no gradient here a name of its own.")) },
  { name: "weights", title: t("Weight indices"),
    choices: ({ conventions: { entry } }) => (entry
      ? [["row-column", t("{entry}: row, column", { entry: entry["row-column"] })],
        ["from-to", t("{entry}: from, to", { entry: entry["from-to"] })]] : NOTHING),
    hindered: ({ conventions: { entry } }) => (entry ? "" : t("No parameter is a matrix here.")) },
  { name: "reduction", title: t("Objective over the batch"), choices: () => [["mean", t("mean")], ["sum", t("sum")]],
    hindered: ({ batch }) => (batch > 1 ? "" : t("One sample: its mean and its sum are the same.")) },
];

/** The convention in force. @param {State} state @param {Convention["name"]} name @returns {string} */
function inForce({ film, settings }, name) {
  return name === "reduction" ? settings.reduction : film.conventions[name];
}

/** The handout's own. @param {State} state @param {Convention["name"]} name @returns {string} */
const handouts = ({ own }, name) => (name === "reduction" ? "mean" : own[name]);

/** Which of the short choices this is. @param {State} state */
function mixOf({ settings: { gradients, ...others }, own }) {
  const chosen = (name) => others[name] && others[name] !== own[name];
  if (chosen("sign") || chosen("weights")) return CUSTOM;
  return { row: "rows", column: "columns" }[gradients] ?? "handout";
}

/** @param {import("explorer/model.js").Model} model @param {AbortSignal} signal */
function createMix(model, signal) {
  const { select, field } = chooser("notation", t("Notation"), (value) => {
    if (value !== CUSTOM) model.send({ type: "settings", ...CHOSEN[value] });
  }, signal);
  select.title = t("Gradients of vectors as the handout writes them, as rows or as columns");
  function show() {
    const mix = mixOf(model.state);
    offer(select, String(mix === CUSTOM), () => [...Object.entries(mixes()), ...(mix === CUSTOM ? [[CUSTOM, t("custom")]] : [])]
      .map(([value, text]) => option(value, text)));
    select.value = mix;
  }
  return { field, show };
}

/** One convention as a select, with a line under it. @param {Convention} convention */
function createOne(convention, model, signal) {
  const { name, title, choices, hindered = () => "" } = convention;
  const { state } = model;
  const { select, field } = chooser(name, title, (value) => {
    const own = name !== "reduction" && value === handouts(state, name);
    model.send({ type: "settings", [name]: own ? "" : value });
  }, signal);
  const remark = html("p", { id: `about-${name}` });
  select.setAttribute("aria-describedby", remark.id);
  function show() {
    const own = handouts(state, name);
    const offered = choices(state.film);
    offer(select, JSON.stringify([offered, own]), () => offered.map(([value, text]) =>
      option(value, value === own ? t("{choice} (handout)", { choice: text }) : text)));
    remark.textContent = hindered(state.film);
    select.disabled = remark.textContent !== "";
    if (offered !== NOTHING) select.value = inForce(state, name);
  }
  return { element: html("div", { class: "convention" }, field, remark), select, show };
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 * @returns {{field: HTMLElement, button: HTMLElement, dialog: HTMLElement}}
 */
export function createConventions(model, signal) {
  const mix = createMix(model, signal);
  const each = conventions().map((convention) => createOne(convention, model, signal));
  const button = html("button", { type: "button", class: "tool", "aria-haspopup": "dialog", "aria-expanded": "false",
    "aria-controls": "conventions" }, t("Conventions"));
  const close = html("button", { type: "button", class: "tool", "aria-label": t("Close"), title: t("Close") }, icon("close"));
  const dialog = /** @type {HTMLDialogElement} */ (html("dialog", { class: "conventions", id: "conventions",
    "aria-label": t("Conventions") }, html("div", { class: "title" }, html("h2", {}, t("Conventions")), close),
  ...each.map(({ element }) => element)));

  function open() {
    dialog.show();
    // To the left, so that the inspector stays in sight: its formulas change.
    dialog.style.left = `${Math.max(MARGIN, button.offsetLeft + button.offsetWidth - dialog.offsetWidth)}px`;
    button.setAttribute("aria-expanded", "true");
    each[0].select.focus();
  }

  /** @param {boolean} back  whether the focus returns to the button */
  function shut(back) {
    if (!dialog.open) return;
    dialog.close();
    button.setAttribute("aria-expanded", "false");
    if (back) button.focus();
  }

  button.addEventListener("click", () => (dialog.open ? shut(true) : open()), { signal });
  close.addEventListener("click", () => shut(true), { signal });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    shut(true);
  }, { signal });
  // Whoever goes on elsewhere is not held back.
  dialog.addEventListener("focusout", ({ relatedTarget: next }) => {
    if (next instanceof Node && next !== button && !dialog.contains(next)) shut(false);
  }, { signal });
  document.addEventListener("pointerdown", (event) => {
    const path = event.composedPath();
    if (!path.includes(dialog) && !path.includes(button)) shut(false);
  }, { signal });

  // Alerts, too: a choice that was refused is taken back.
  model.on(["film", "settings", "own", "alerts"], () => {
    if (!model.state.film?.conventions) return;
    mix.show();
    for (const one of each) one.show();
  });
  return { field: mix.field, button, dialog };
}
