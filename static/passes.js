/**
 * Passes, one after the other, each with the parameters that the last one has updated: which of them is on show, the
 * learning rate, and the losses in a small panel over the stage.
 */

import { assign, html, htmlLabel, plainLabel } from "explorer/dom.js";
import { wholeNumber } from "explorer/format.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";
import { createLosses } from "explorer/losses.js";

/** Whether there is anything to train. @param {import("explorer/film.js").Film | null} film */
const trainable = (film) => Boolean(film?.nodes.some(({ kind }) => kind === "param"));

const FIGURES = 12;

/**
 * The rate with its first digit one more or one less: 0.1, 0.2 … 0.9, 1, 2; never 0.
 * @param {number} rate @param {1 | -1} by @returns {number}
 */
export function nudged(rate, by) {
  const digit = 10 ** Math.floor(Math.log10(rate));
  const step = by < 0 && rate < 1.5 * digit ? digit / 10 : digit;
  return Number((rate + by * step).toPrecision(FIGURES));
}

/**
 * The learning rate as a field: Enter or leaving it applies, arrows change it, Escape takes back what was typed, and a
 * refusal stands over it.
 * @param {import("explorer/model.js").Model} model @param {AbortSignal} signal
 */
function rateField(model, signal) {
  const { state } = model;
  const label = html("label", { for: "learning-rate", class: "symbol", "aria-hidden": "true" });
  const input = html("input", { id: "learning-rate", type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    role: "spinbutton", "aria-label": t("Learning rate"), title: t("Learning rate from this pass on") });
  const refusal = html("p", { id: "learning-rate-refusal", role: "alert" });
  const element = html("span", { class: "rate" }, label, input);
  const given = () => (state.film ? wholeNumber(state.film.learning_rate).replaceAll("−", "-") : "");

  function tell(reason) {
    assign(input, { "aria-invalid": reason ? "true" : null, "aria-describedby": reason ? refusal.id : null });
    refusal.textContent = reason;
    if (reason) element.append(refusal);
    else refusal.remove();
  }

  function restore() {
    input.value = given();
    assign(input, { "aria-valuenow": state.film?.learning_rate, "aria-valuetext": input.value });
    tell("");
  }

  let visits = 0;

  /** @param {string | null} [stroke]  of arrows, which change it in small steps */
  async function apply(stroke = null) {
    const text = input.value;
    if (text === given()) return tell("");
    const reply = await model.send({ type: "rate", text }, { inPlace: true, stroke });
    // What has been typed since then is another wish.
    if (input.value !== text) return undefined;
    return reply.type === "refused" ? tell(reply.reason) : restore();
  }

  input.addEventListener("change", () => apply(), { signal });
  input.addEventListener("focus", () => { visits += 1; }, { signal });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Escape") restore();
    else if (by) {
      input.value = String(nudged(state.film.learning_rate, by));
      apply(`rate ${visits}`);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
  model.on(["film"], () => {
    if (!state.film) return;
    const symbol = state.film.rate_label;
    if (label.dataset.symbol !== plainLabel(symbol)) {
      label.replaceChildren(...htmlLabel(symbol));
      label.dataset.symbol = plainLabel(symbol);
    }
    if (!input.matches("[aria-invalid]")) restore();
  });
  return element;
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {{losses?: () => Promise<Element>}} plots
 * @param {AbortSignal} signal
 */
export function createPasses(model, plots, signal) {
  const { state } = model;
  const losses = createLosses(model, plots.losses, go, signal);
  /** Presses can be quicker than answers. @type {number | null} */
  let asked = null;
  let asks = 0;

  /** @param {number} pass  from 0 */
  async function go(pass) {
    if (!trainable(state.film) || pass < 0 || pass > (state.run.most ?? pass)) return;
    asks += 1;
    const mine = asks;
    asked = pass;
    model.set({ playing: false });
    await model.send({ type: "pass", pass });
    if (mine === asks) asked = null;
  }
  const at = () => asked ?? state.run.pass;
  const next = () => go(at() + 1);
  const previous = () => go(at() - 1);

  const button = (action, name, title, act) => {
    const made = html("button", { type: "button", class: "tool", "data-action": `${action}-pass`, "aria-label": name, title },
      icon(`${action}-pass`));
    made.addEventListener("click", act, { signal });
    return made;
  };
  const backward = button("previous", t("Previous pass"), t("Previous pass (Shift+N)"), previous);
  const forward = button("next", t("Next pass"), t("Next pass (N)"), next);
  const number = html("span", { class: "pass" });
  const element = html("div", { class: "passes needs-server", role: "group", "aria-label": t("Passes"), hidden: true },
    backward, number, forward, rateField(model, signal), losses.button);

  model.on(["film", "run", "step"], () => {
    const { film, run, step } = state;
    element.hidden = !trainable(film);
    if (element.hidden) losses.close();
    number.textContent = t("Pass {n}", { n: run.pass + 1 });
    backward.toggleAttribute("data-spent", run.pass === 0);
    forward.toggleAttribute("data-spent", run.pass === run.most);
    forward.toggleAttribute("data-invited", step === film?.steps.length);
  });
  return { element, panel: losses.element, next, previous };
}
