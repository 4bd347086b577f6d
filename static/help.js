/** The help dialog: the keys, and under the single ones a switch that turns them off. */

import { html } from "explorer/dom.js";
import { icon } from "explorer/icons.js";
import { otherKeys, singleKeys } from "explorer/keys.js";
import { t } from "explorer/language.js";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createHelp(model, signal) {
  const { state } = model;
  const toggle = html("input", { type: "checkbox", role: "switch", checked: state.shortcuts });
  const close = html("button", { type: "button", class: "tool", "aria-label": t("Close"), title: t("Close") }, icon("close"));
  const row = ([keys, meaning], attributes = {}) =>
    html("tr", attributes, html("th", { scope: "row" }, keys), html("td", {}, meaning));
  const single = singleKeys();
  const named = single.map(({ told: [keys] }) => keys).join("; ");
  const element = html("dialog", { class: "help", "aria-label": t("Help") },
    html("div", { class: "title" }, html("h2", {}, t("Keys")), close),
    html("table", {}, html("tbody", {}, ...otherKeys().map((told) => row(told)),
      ...single.map(({ keys, told }) => row(told, { "data-single": keys.join(" ") })))),
    html("label", { class: "switch" }, toggle, " ", t("Single keys act ({keys})", { keys: named })));
  close.addEventListener("click", () => element.close(), { signal });
  toggle.addEventListener("change", () => model.set({ shortcuts: toggle.checked }), { signal });
  return { element, show: () => element.showModal(), open: () => element.open };
}
