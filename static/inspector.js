/**
 * The inspector: what the chosen line computes, its Jacobians, what it sends back, and its batch. It follows the film
 * until a card is picked, asks for the explanation of a line when it is opened, and keeps what it was told.
 */

import { html } from "explorer/dom.js";
import { partNodes, renderBlocks } from "explorer/explanation.js";
import { fitFormulas } from "explorer/fit.js";
import { paint } from "explorer/heatmap.js";
import { createLinks } from "explorer/links.js";
import { morph } from "explorer/morph.js";

const TABS = ["Forward", "Jacobian", "Backward", "Batch"];
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** What the server has told about a film's lines, each asked for once. @param {import("explorer/model.js").Model} model */
function createAnswers(model) {
  let film = null;
  /** @type {Map<string, Promise<object>>} */
  const asked = new Map();

  /** @param {string} node @returns {Promise<object>} */
  return function explanationOf(node) {
    if (film !== model.state.film) {
      film = model.state.film;
      asked.clear();
    }
    if (!asked.has(node)) asked.set(node, model.send({ type: "explain", node }));
    return /** @type {Promise<object>} */ (asked.get(node));
  };
}

/** The head: title, facts, a button to follow the steps again, and the tabs. */
function createHead() {
  const heading = html("h2", {}, "…");
  const follow = html("button", { type: "button", class: "tool follow", title: "Show the line of every step" }, "Follow");
  const meta = html("p", { class: "meta" });
  const tabs = TABS.map((name) => html("button", { type: "button", role: "tab", "data-tab": name.toLowerCase(), id: `tab-${name.toLowerCase()}`,
    "aria-controls": "inspector-panel" }, name));
  const list = html("div", { role: "tablist", "aria-label": "Inspector" }, ...tabs);
  const element = html("div", { class: "head" }, html("div", { class: "title" }, heading, follow), meta, list);
  return { element, heading, follow, meta, list, tabs };
}

/**
 * @param {HTMLElement} root
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createInspector(root, model, signal) {
  const { state } = model;
  const head = createHead();
  const panel = html("div", { role: "tabpanel", id: "inspector-panel", tabindex: 0 });
  root.dataset.testid = "inspector";
  root.append(head.element, panel);
  const links = createLinks(root, model, signal);
  const explanationOf = createAnswers(model);
  const view = { tab: "forward", way: /** @type {"full" | "shortcut"} */ ("full") };
  /** @type {Record<string, any> | null} */
  let told = null;

  /** Show what is known, without a blank in between: the old picture turns into the new one. */
  function draw() {
    for (const tab of head.tabs) {
      const chosen = tab.dataset.tab === view.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `tab-${view.tab}`);
    head.follow.hidden = state.follow;
    if (!told) return;
    const heading = html("h2", {}, ...partNodes(told.heading, state.digits));
    morph(head.heading, heading);
    head.meta.textContent = told.meta;
    const fresh = /** @type {HTMLElement} */ (panel.cloneNode(false));
    fresh.append(...renderBlocks(told[view.tab], { digits: state.digits, way: view.way }));
    if (root.dataset.node !== told.node) panel.replaceChildren(...fresh.childNodes);
    else morph(panel, fresh);
    if (root.dataset.node !== told.node) panel.scrollTop = 0;
    root.dataset.node = told.node;
    panel.querySelectorAll("canvas").forEach(paint);
    fitFormulas(panel);
    links.show();
  }

  /** Fetch the selected line's explanation; the last one stays until it is here. */
  async function open() {
    const { film, selected } = state;
    if (!film || !selected) return;
    const reply = await explanationOf(selected);
    if (signal.aborted || film !== state.film || selected !== state.selected) return;
    told = reply.tabs ?? { node: selected, heading: [selected], meta: "", [view.tab]: [], ...refusal(reply) };
    draw();
  }

  /** @param {object} reply */
  function refusal({ reason = "There is nothing to say about this line." }) {
    return Object.fromEntries(TABS.map((name) => [name.toLowerCase(), [{ kind: "note", parts: [reason] }]]));
  }

  /** @param {string} tab */
  function choose(tab) {
    view.tab = tab;
    draw();
    panel.scrollTop = 0;
  }

  head.list.addEventListener("click", (event) => {
    const tab = event.target instanceof Element ? event.target.closest("[role=tab]") : null;
    if (tab instanceof HTMLElement) choose(tab.dataset.tab ?? view.tab);
  }, { signal });
  head.list.addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = TABS.findIndex((name) => name.toLowerCase() === view.tab);
    const next = Number.isFinite(move) ? (at + move + TABS.length) % TABS.length : move < 0 ? 0 : TABS.length - 1;
    choose(TABS[next].toLowerCase());
    head.tabs[next].focus();
  }, { signal });
  panel.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-way]") : null;
    if (!(button instanceof HTMLElement)) return;
    view.way = button.dataset.way === "shortcut" ? "shortcut" : "full";
    draw();
  }, { signal });
  head.follow.addEventListener("click", () => {
    model.set({ follow: true });
    // The button goes away; the focus must not.
    head.tabs.find((tab) => tab.tabIndex === 0)?.focus();
  }, { signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, { signal });

  const observer = new ResizeObserver(() => fitFormulas(panel));
  observer.observe(panel);
  signal.addEventListener("abort", () => observer.disconnect());
  model.on(["film", "selected"], open);
  model.on(["digits", "follow"], draw);
  draw();
}
