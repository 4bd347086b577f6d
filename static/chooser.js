/** A native select with its label before it, and choices that are only replaced when they differ. */

import { html } from "explorer/dom.js";

/**
 * @param {string} name  tells it from others, in any language @param {string} label
 * @param {(value: string) => void} onChoice @param {AbortSignal} signal
 * @returns {{select: HTMLSelectElement, field: HTMLElement}}
 */
export function chooser(name, label, onChoice, signal) {
  const id = `choose-${name}`;
  const select = /** @type {HTMLSelectElement} */ (html("select", { id }));
  select.addEventListener("change", () => onChoice(select.value), { signal });
  return { select, field: html("span", { class: "field", title: label }, html("label", { for: id }, label), select) };
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
