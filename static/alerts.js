/** What went wrong, said once and dismissible. */

import { html } from "explorer/dom.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";

/** A key of the address is itself; what else an alert is about is a word. @param {string} key @returns {string} */
function keyShown(key) {
  return { connection: t("connection"), numbers: t("numbers"), refused: t("refused") }[key] ?? key;
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createAlerts(model, signal) {
  const { state } = model;
  const element = html("section", { class: "alerts", "aria-label": t("Messages") });
  model.on(["alerts"], () => {
    element.replaceChildren(...state.alerts.map((entry) => {
      const dismiss = () => model.set({ alerts: state.alerts.filter((other) => other !== entry) });
      const close = html("button", { type: "button", class: "tool", "aria-label": t("Dismiss"), title: t("Dismiss") },
        icon("close"));
      close.addEventListener("click", dismiss, { signal });
      const text = html("p", { role: "alert" }, html("b", {}, keyShown(entry.key)), `: ${entry.reason}`);
      return html("div", { class: "alert" }, text, close);
    }));
  });
  return element;
}
