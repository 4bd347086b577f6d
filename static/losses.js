/** The loss of every pass: a plot where the page has one to show, and a list of the numbers, from which to go to a pass. */

import { assign, html } from "explorer/dom.js";
import { dataNumber, formatNumber, readNumber } from "explorer/format.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";

/**
 * @param {import("explorer/model.js").Model} model
 * @param {(() => Promise<Element>) | undefined} plot  made when the panel is first opened
 * @param {(pass: number) => void} go
 * @param {AbortSignal} signal
 */
export function createLosses(model, plot, go, signal) {
  const { state } = model;
  const button = html("button", { type: "button", class: "tool", "data-action": "losses", "aria-expanded": "false",
    "aria-controls": "losses" }, t("Losses"));
  const dismiss = html("button", { type: "button", class: "tool", "aria-label": t("Close the losses"), title: t("Close") }, icon("close"));
  const picture = html("div", { class: "plot", role: "img", "aria-label": t("The losses as a plot"), hidden: true });
  const rows = html("tbody");
  const list = html("div", { class: "list" }, html("table", {}, html("thead", {}, html("tr", {},
    html("th", { scope: "col" }, t("pass")), html("th", { scope: "col" }, t("loss")))), rows));
  const element = html("section", { class: "losses", id: "losses", "aria-label": t("Losses"), hidden: true },
    html("div", { class: "title" }, html("h2", {}, t("Loss of each pass")), dismiss), picture, list);
  let asked = false;

  /** @param {number | string} loss @param {number} pass */
  function row(loss, pass) {
    const to = html("button", { type: "button", class: "tool", "data-pass": pass, "aria-label": t("Go to pass {pass}", { pass: pass + 1 }) }, String(pass + 1));
    const number = readNumber(loss);
    return html("tr", {}, html("th", { scope: "row" }, to), html("td", { "data-number": dataNumber(number) }, formatNumber(number, state.digits)));
  }

  /** Rows that are right stay: a long list does not blink, and keeps its focus. */
  function show() {
    if (element.hidden) return;
    const { losses, pass } = state.run;
    const fresh = losses.map(row);
    fresh.forEach((made, place) => {
      const old = rows.children[place];
      if (!old) rows.append(made);
      else if (old.lastChild.textContent !== made.lastChild.textContent || old.lastChild.dataset.number !== made.lastChild.dataset.number) {
        old.lastChild.replaceWith(made.lastChild);
      }
    });
    while (rows.childElementCount > losses.length) rows.lastChild.remove();
    rows.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const current = rows.children[pass]?.querySelector("button");
    if (!current) return;
    assign(current, { "aria-current": "true" });
    current.scrollIntoView({ block: "nearest" });
  }

  async function open() {
    element.hidden = false;
    button.setAttribute("aria-expanded", "true");
    show();
    if (!plot || asked) return;
    asked = true;
    picture.hidden = false;
    picture.replaceChildren(await plot());
  }

  function close() {
    if (element.hidden) return;
    const within = element.contains(/** @type {ShadowRoot | Document} */ (element.getRootNode()).activeElement);
    element.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (within) button.focus();
  }

  button.addEventListener("click", () => (element.hidden ? open() : close()), { signal });
  dismiss.addEventListener("click", close, { signal });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  }, { signal });
  rows.addEventListener("click", (event) => {
    const chosen = event.target instanceof Element ? event.target.closest("[data-pass]") : null;
    if (chosen instanceof HTMLElement) go(Number(chosen.dataset.pass));
  }, { signal });
  model.on(["film", "run", "digits"], show);
  return { element, button, close };
}
