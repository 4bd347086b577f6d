/**
 * The header: which lesson and sample, how it is written, and what can be done with the picture.
 */

import { chooser, offer, option } from "explorer/chooser.js";
import { createConventions } from "explorer/conventions.js";
import { html } from "explorer/dom.js";
import { DIGITS } from "explorer/format.js";
import { icon } from "explorer/icons.js";
import { languageTag, t } from "explorer/language.js";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {Record<"zoomOut" | "zoomIn" | "fit" | "tidy" | "help" | "fullScreen" | "drawer" | "projector" | "presenter" | "undo" | "redo" | "exports", () => void>} actions
 * @param {HTMLElement} theme  the chooser
 * @param {AbortSignal} signal
 */
export function createHeader(model, actions, theme, signal) {
  const { state } = model;
  const lesson = chooser("lesson", t("Lesson"), (value) => model.send({ type: "lesson", lesson: value }), signal);
  const sample = chooser("sample", t("Sample"), (value) => model.send({ type: "sample", sample: Number(value) }), signal);
  const digits = chooser("digits", t("Digits"), (value) => model.set({ digits: value === "all" ? value : Number(value) }), signal);
  digits.select.append(...DIGITS.map((count) => option(count, count === "all" ? t("all") : String(count))));
  digits.select.value = String(state.digits);

  const languages = chooser("language", t("Language"), (value) => model.send({ type: "settings", language: value }), signal);

  const conventions = createConventions(model, signal);

  const button = (name, content, act, attributes = {}) => {
    const shown = { type: "button", class: "tool", title: name, "aria-label": name, ...attributes };
    const made = html("button", shown, content);
    made.addEventListener("click", act, { signal });
    return made;
  };
  const reset = button(t("Reset to the handout's numbers"), t("Reset"), () => model.send({ type: "reset" }),
    { "aria-label": t("Reset") });
  const gradients = button(t("Gradients (G)"), "∂L", () => model.set({ gradients: !state.gradients }),
    { "aria-label": t("Gradients"), "aria-pressed": "true" });
  const undo = button(t("Undo (Ctrl+Z)"), icon("undo"), actions.undo, { "aria-label": t("Undo"), "data-action": "undo" });
  const redo = button(t("Redo (Ctrl+Shift+Z)"), icon("redo"), actions.redo, { "aria-label": t("Redo"), "data-action": "redo" });
  const drawer = button(t("Inspector"), icon("drawer"), actions.drawer, { "aria-pressed": "true" });
  /** On a small screen the header is the lesson alone until one asks for the rest. */
  const more = button(t("More"), icon("more"), () => {
    more.setAttribute("aria-expanded", String(element.classList.toggle("open")));
  }, { class: "tool more", "aria-expanded": "false" });
  const element = html("header", { class: "header" },
    html("h1", {}, "∂", html("span", { class: "name" }, " Backprop Explorer")), lesson.field, more, sample.field,
    conventions.field, conventions.button, digits.field, languages.field, theme, reset, undo, redo, conventions.dialog,
    html("span", { class: "space" }),
    html("span", { class: "group", role: "group", "aria-label": t("Page") },
      gradients, drawer, button(t("Projector (P)"), icon("projector"), actions.projector, { "aria-label": t("Projector") }),
      button(t("Presenter notes (S)"), icon("notes"), actions.presenter, { "aria-label": t("Presenter notes") }),
      button(t("Share and export"), icon("export"), actions.exports, { "aria-haspopup": "dialog" }),
      button(t("Full screen (F)"), icon("screen"), actions.fullScreen, { "aria-label": t("Full screen") }),
      button(t("Help (?)"), "?", actions.help, { "aria-label": t("Help") })));

  /** Stands at the picture's corner. */
  const picture = html("section", { class: "picture", "aria-label": t("Picture") },
    button(t("Zoom out"), icon("minus"), actions.zoomOut), button(t("Zoom in"), icon("plus"), actions.zoomIn),
    button(t("Fit"), icon("fit"), actions.fit), button(t("Tidy"), icon("tidy"), actions.tidy));

  // Where there is little room their choices say enough.
  for (const field of [languages.field, theme]) field.classList.add("plain");
  for (const part of [conventions.field, conventions.button, languages.field, reset]) part.classList.add("needs-server");

  // Alerts, too: a choice that was refused is taken back.
  model.on(["film", "lessons", "alerts"], () => {
    if (!state.film) return;
    offer(lesson.select, JSON.stringify(state.lessons), () => state.lessons.map(({ title, cases }) =>
      html("optgroup", { label: title }, ...cases.map((one) => option(one.value, t("{lesson}: {title}", { lesson: title, title: one.title }))))));
    lesson.select.value = state.film.case;
    const { batch, held: [first, count] = [0, batch] } = state.film;
    offer(sample.select, String([batch, first, count]), () => Array.from({ length: count }, (_, place) =>
      option(first + place, t("{n} of {all}", { n: first + place + 1, all: batch }))));
    sample.select.value = String(state.film.sample);
  });
  model.on(["languages", "settings"], () => {
    offer(languages.select, Object.keys(state.languages).join(), () => Object.entries(state.languages).map(([code, name]) =>
      html("option", { value: code, lang: languageTag(code) }, name)));
    languages.select.value = state.settings.language;
  });
  model.on(["digits"], () => { digits.select.value = String(state.digits); });
  model.on(["gradients"], () => gradients.setAttribute("aria-pressed", String(state.gradients)));
  model.on(["inspector"], () => drawer.setAttribute("aria-pressed", String(state.inspector)));
  // Pale, not disabled: the focus stays where it is.
  const spend = () => {
    undo.toggleAttribute("data-spent", !state.undoable);
    redo.toggleAttribute("data-spent", !state.redoable);
  };
  model.on(["undoable", "redoable"], spend);
  spend();
  return { element, picture };
}
