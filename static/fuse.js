/** The switch that makes one card of an activation and its loss, and two again. It is there where there is such a pair. */

import { html, plainLabel } from "explorer/dom.js";
import { t } from "explorer/language.js";

/** @typedef {import("explorer/model.js").State} State */

/** "σ + BCE", from the titles of the cards: of both, or of the one that they are. @param {State} state */
function pairName({ film, fusible: [activation, loss] }) {
  const title = (name) => plainLabel(film.nodes.find((node) => node.name === name).title);
  return film.nodes.some(({ name }) => name === activation) ? `${title(activation)} + ${title(loss)}`
    : title(loss).replace(" · ", " + ");
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createFuse(model, signal) {
  const { state } = model;
  const element = html("button", { type: "button", class: "tool fuse", "aria-pressed": "false", hidden: true,
    title: t("Compute the loss from the numbers before the activation, in one step") });
  element.addEventListener("click", () => model.send({ type: "settings", fuse: !state.settings.fuse }), { signal });

  model.on(["film", "fusible", "settings"], () => {
    element.hidden = !state.film || !state.fusible;
    element.setAttribute("aria-pressed", String(state.settings.fuse));
    if (!element.hidden) element.textContent = t("Fuse {pair}", { pair: pairName(state) });
  });
  return element;
}
