/** What stands over the sentence on a projector: what the step computes, as formulas, and the way out. */

import { html } from "explorer/dom.js";
import { formulaLine } from "explorer/formula.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/projection.js").createProjection>} projection
 * @param {() => void} leave @param {AbortSignal} signal
 */
export function createSubtitle(model, projection, leave, signal) {
  const { state } = model;
  const formulas = html("div", { class: "formulas" });
  const out = html("button", { type: "button", class: "tool", "aria-label": t("Leave the projector"), title: t("Leave the projector (P or Escape)") }, icon("close"));
  const element = html("section", { class: "subtitle", "aria-label": t("Formulas of the step"), hidden: true }, formulas, out);
  out.addEventListener("click", leave, { signal });

  model.on(["film", "step", "digits", "theme", "projected"], () => {
    element.hidden = state.theme !== "projector";
    if (element.hidden || !state.film) return;
    formulas.replaceChildren(...projection.formulas().map((line) => formulaLine(line, state.digits)));
  });
  return element;
}
