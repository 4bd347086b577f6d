/**
 * Plots that the server draws, in the page's own colours: one is asked for when it is first shown, once more when its
 * pane stands in the page, where it is then drawn, and again whenever the colours or the language change.
 */

import { html } from "explorer/dom.js";

const COLOURS = ["ink", "mute", "line", "card", "forward", "backward", "update"];

/** The page's colours by the names of its tokens. @param {Element} element @returns {Record<string, string>} */
function palette(element) {
  const style = getComputedStyle(element);
  return Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/**
 * @param {{get_child: (name: string) => Element, on: (name: string, act: () => void) => void,
 *   send_msg: (message: object) => void}} model  Panel's, with a child for each plot
 * @param {HTMLElement} element  the page
 * @param {string[]} names
 * @param {AbortSignal} signal
 * @returns {Record<string, () => Promise<Element>>}
 */
export function createPlots(model, element, names, signal) {
  /** @type {Map<string, Element>} */
  const boxes = new Map();
  const ask = (name) => model.send_msg({ type: "plot", plot: name, colours: palette(element) });

  /** The box that the pane will stand in: Panel draws only what stands in the page by the end of the callback. */
  async function box(name) {
    const made = boxes.get(name) ?? html("div");
    if (!boxes.has(name)) {
      boxes.set(name, made);
      model.on(name, () => {
        made.replaceChildren(model.get_child(name));
        ask(name);
      });
      ask(name);
    }
    return made;
  }

  const repaint = () => { for (const name of boxes.keys()) ask(name); };
  const themes = new MutationObserver(repaint);
  themes.observe(element, { attributeFilter: ["data-theme", "lang"] });
  signal.addEventListener("abort", () => themes.disconnect());
  return Object.fromEntries(names.map((name) => [name, () => box(name)]));
}
