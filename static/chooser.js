/** A native select with its label before it, and choices that are only replaced when they differ. */

import { html } from "explorer/dom.js";

/**
 * @param {string} name @param {(value: string) => void} onChoice @param {AbortSignal} signal
 * @returns {{select: HTMLSelectElement, field: HTMLElement}}
 */
export function chooser(name, onChoice, signal) {
  const id = `choose-${name.toLowerCase().replaceAll(" ", "-")}`;
  const select = /** @type {HTMLSelectElement} */ (html("select", { id }));
  select.addEventListener("change", () => onChoice(select.value), { signal });
  return { select, field: html("span", { class: "field" }, html("label", { for: id }, name), select) };
}

/**
 * Fill a select anew only when its choices differ: an open menu must not close under the pointer.
 * @param {HTMLSelectElement} select @param {string} key  says what is offered @param {() => Node[]} options
 */
export function offer(select, key, options) {
  if (select.dataset.offered === key) return;
  select.dataset.offered = key;
  select.replaceChildren(...options());
}

/** @param {string | number} value @param {string} text */
export const option = (value, text) => html("option", { value }, text);
