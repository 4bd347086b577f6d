/**
 * The look of the page: as the system has it until somebody chooses. The root says which in `data-theme`, the model in
 * `look`, for those who paint by themselves.
 */

import { chooser, option } from "explorer/chooser.js";
import { t } from "explorer/language.js";

/** What the address bar knows; "" follows the system. @type {readonly string[]} */
export const THEMES = ["light", "dark", "projector"];

/** @returns {[string, string][]} */
const choices = () => [["", t("System")], ["light", t("Light")], ["dark", t("Dark")], ["projector", t("Projector")]];

/**
 * @param {import("explorer/model.js").Model} model
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function createTheme(model, root, signal) {
  const { state } = model;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const { select, field } = chooser("theme", t("Theme"), (value) => model.set({ theme: value }), signal);
  select.append(...choices().map(([value, text]) => option(value, text)));
  function show() {
    const look = state.theme || (dark.matches ? "dark" : "light");
    select.value = state.theme;
    root.dataset.theme = look;
    model.set(state.theme === "projector" ? { look } : { look, room: state.theme });
  }

  const projecting = () => state.theme === "projector";
  const leave = () => { if (projecting()) model.set({ theme: state.room }); };
  const toggle = () => (projecting() ? leave() : model.set({ theme: "projector" }));

  model.on(["theme"], show);
  dark.addEventListener("change", show, { signal });
  show();
  return { field, toggle, leave };
}
