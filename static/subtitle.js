/** What stands over the sentence on a projector: what the step computes, as formulas, and the way out. */

import { html } from "explorer/dom.js";
import { formulaLine } from "explorer/formula.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";

/** A name, in every language. */
const NAME = "Backprop Explorer";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/projection.js").createProjection>} projection
 * @param {{leave: () => void, presenter: () => void}} actions @param {AbortSignal} signal
 */
export function createSubtitle(model, projection, actions, signal) {
  const { state } = model;
  const formulas = html("div", { class: "formulas" });
  const button = (name, title, sign, act) => {
    const made = html("button", { type: "button", class: "tool", "aria-label": name, title }, icon(sign));
    made.addEventListener("click", act, { signal });
    return made;
  };
  const notes = button(t("Presenter notes"), t("Presenter notes (S)"), "notes", actions.presenter);
  const out = button(t("Leave the projector"), t("Leave the projector (P or Escape)"), "close", actions.leave);
  const element = html("section", { class: "subtitle", "aria-label": t("Formulas of the step"), hidden: true },
    html("h1", {}, NAME), formulas, notes, out);

  /** What had the focus when the projector came: it may be hidden until the page is back. @type {Element | null} */
  let held = null;
  function handFocus() {
    const { activeElement } = element.getRootNode();
    const nowhere = !activeElement || activeElement === document.body;
    if (state.theme === "projector") {
      if (!held && !nowhere) held = activeElement;
      if (held?.checkVisibility() === false) out.focus();
      return;
    }
    if (held && (nowhere || element.contains(activeElement))) held.focus();
    held = null;
  }

  model.on(["film", "step", "digits", "theme", "projected"], () => {
    element.hidden = state.theme !== "projector";
    if (element.hidden || !state.film) return;
    formulas.replaceChildren(...projection.formulas().map((line) => formulaLine(line, state.digits)));
  });
  model.on(["theme"], handFocus);
  return element;
}
