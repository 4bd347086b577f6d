/**
 * The header: which lesson and sample, how it is written, and what can be done with the picture.
 */

import { chooser, offer, option } from "explorer/chooser.js";
import { createConventions } from "explorer/conventions.js";
import { html } from "explorer/dom.js";
import { DIGITS } from "explorer/format.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {Record<"zoomOut" | "zoomIn" | "fit" | "tidy" | "help" | "fullScreen" | "drawer" | "exports", () => void>} actions
 * @param {AbortSignal} signal
 */
export function createHeader(model, actions, signal) {
  const { state } = model;
  const lesson = chooser("Lesson", (value) => model.send({ type: "lesson", lesson: value }), signal);
  const sample = chooser("Sample", (value) => model.send({ type: "sample", sample: Number(value) }), signal);
  const digits = chooser("Digits", (value) => model.set({ digits: value === "all" ? value : Number(value) }), signal);
  digits.select.append(...DIGITS.map((count) => option(count, String(count))));
  digits.select.value = String(state.digits);

  const conventions = createConventions(model, signal);

  const button = (name, content, act, attributes = {}) => {
    const shown = { type: "button", class: "tool", title: name, "aria-label": name, ...attributes };
    const made = html("button", shown, content);
    made.addEventListener("click", act, { signal });
    return made;
  };
  const reset = button("Reset to the handout's numbers", "Reset", () => model.send({ type: "reset" }),
    { "aria-label": "Reset" });
  const gradients = button("Gradients (G)", "∂L", () => model.set({ gradients: !state.gradients }),
    { "aria-label": "Gradients", "aria-pressed": "true" });
  const drawer = button("Inspector", icon("drawer"), actions.drawer, { "aria-pressed": "true" });
  const element = html("header", { class: "header" },
    html("h1", {}, "∂", html("span", { class: "name" }, " Backprop Explorer")), lesson.field, sample.field,
    conventions.field, conventions.button, digits.field, reset, conventions.dialog,
    html("span", { class: "space" }),
    html("span", { class: "group", role: "group", "aria-label": "Picture" },
      button("Zoom out", icon("minus"), actions.zoomOut), button("Zoom in", icon("plus"), actions.zoomIn),
      button("Fit", icon("fit"), actions.fit), button("Tidy", icon("tidy"), actions.tidy)),
    html("span", { class: "group", role: "group", "aria-label": "Page" },
      gradients, drawer, button(t("Share and export"), icon("export"), actions.exports, { "aria-haspopup": "dialog" }),
      button("Full screen (F)", icon("screen"), actions.fullScreen, { "aria-label": "Full screen" }),
      button("Help (?)", "?", actions.help, { "aria-label": "Help" })));

  // Alerts, too: a choice that was refused is taken back.
  model.on(["film", "lessons", "alerts"], () => {
    if (!state.film) return;
    offer(lesson.select, JSON.stringify(state.lessons), () => state.lessons.map(({ title, cases }) =>
      html("optgroup", { label: title }, ...cases.map((one) => option(one.value, `${title}: ${one.title}`)))));
    lesson.select.value = state.film.case;
    const { batch } = state.film;
    offer(sample.select, String(batch), () =>
      Array.from({ length: batch }, (_, place) => option(place, `${place + 1} of ${batch}`)));
    sample.select.value = String(state.film.sample);
  });
  model.on(["digits"], () => { digits.select.value = String(state.digits); });
  model.on(["gradients"], () => gradients.setAttribute("aria-pressed", String(state.gradients)));
  return { element, setDrawer: (visible) => drawer.setAttribute("aria-pressed", String(visible)) };
}
