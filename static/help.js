/** The help dialog: the keys, and a switch that turns the single ones off. */

import { html } from "explorer/dom.js";
import { icon } from "explorer/icons.js";
import { keysTold } from "explorer/keys.js";
import { t } from "explorer/language.js";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createHelp(model, signal) {
  const { state } = model;
  const toggle = html("input", { type: "checkbox", role: "switch", checked: state.shortcuts });
  const close = html("button", { type: "button", class: "tool", "aria-label": t("Close"), title: t("Close") }, icon("close"));
  const rows = keysTold().map(([keys, meaning]) =>
    html("tr", {}, html("th", { scope: "row" }, keys), html("td", {}, meaning)));
  const element = html("dialog", { class: "help", "aria-label": t("Help") },
    html("div", { class: "title" }, html("h2", {}, t("Keys")), close),
    html("table", {}, html("tbody", {}, ...rows)),
    html("label", { class: "switch" }, toggle, " ", t("Single keys act (digits, N, G, P, S, F and ?)")));
  close.addEventListener("click", () => element.close(), { signal });
  toggle.addEventListener("change", () => model.set({ shortcuts: toggle.checked }), { signal });
  return { element, show: () => element.showModal(), open: () => element.open };
}
