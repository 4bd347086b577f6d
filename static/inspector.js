/**
 * The inspector: what the chosen line computes, its Jacobians, what it sends back, its batch, its check and derivation.
 * It follows the film until a card is picked, asks for a tab of a line when it is opened, and keeps what it was told.
 */

import { createDerivations } from "explorer/derivation.js";
import { listenToActions } from "explorer/compare.js";
import { html } from "explorer/dom.js";
import { footnotes } from "explorer/errata.js";
import { partNodes, renderBlocks } from "explorer/explanation.js";
import { createOuters } from "explorer/filling.js";
import { fitFormulas, fitTables } from "explorer/fit.js";
import { TABS } from "explorer/picture.js";
import { paint } from "explorer/heatmap.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";
import { createLinks } from "explorer/links.js";
import { createMistakes } from "explorer/mistake.js";
import { morph } from "explorer/morph.js";

/** In the order of TABS. */
const tabNames = () => [t("Forward"), t("Jacobian"), t("Backward"), t("Batch"), t("Check"), t("Derivation")];
/** Milliseconds that an answer may take before the page says that it is waiting for it. */
const AWHILE = 200;
/** Lines of a film that are asked for before they are wanted. */
const MOST_AHEAD = 24;
const WAITING = [{ kind: "note", parts: ["…"] }];
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** What the server has told about a film's lines, each asked for once. @param {import("explorer/model.js").Model} model */
function createAnswers(model) {
  let film = null;
  /** @type {Map<string, Promise<object>>} */
  const asked = new Map();

  /** The tab on show of a line. @param {string} node @returns {Promise<object>} */
  return function answer(node) {
    const { tab, stacked, entries } = model.state;
    if (film !== model.state.film) {
      film = model.state.film;
      asked.clear();
    }
    const picked = Object.entries(entries).map(([name, index]) => ({ node: name, index }));
    const key = JSON.stringify([node, tab, stacked, picked]);
    if (!asked.has(key)) asked.set(key, model.send({ type: "explain", node, tab, stacked, entries: picked }));
    return /** @type {Promise<object>} */ (asked.get(key));
  };
}

/** The head: title, facts, a button to follow the steps again, and the tabs. */
function createHead() {
  const heading = html("h2", {}, "…");
  const follow = html("button", { type: "button", class: "tool follow", title: t("Show the line of every step") }, t("Follow"));
  const meta = html("p", { class: "meta" });
  const names = tabNames();
  const tabs = TABS.map((tab, place) => html("button", { type: "button", role: "tab", "data-tab": tab, id: `tab-${tab}`,
    "aria-controls": "inspector-panel" }, names[place]));
  const list = html("div", { role: "tablist", "aria-label": t("Inspector") }, ...tabs);
  const stack = html("button", { type: "button", class: "tool stacking", "aria-pressed": "false",
    title: t("Show all samples of the batch at once") }, t("Stack"));
  const wider = html("button", { type: "button", class: "tool wider", "aria-pressed": "false",
    "aria-label": t("Wider"), title: t("Wider: half of the page for the inspector") }, icon("wider"));
  const buttons = html("div", { class: "buttons" }, stack, wider, follow);
  const element = html("div", { class: "head" }, html("div", { class: "title" }, heading, buttons), meta, list);
  return { element, heading, follow, stack, wider, meta, list, tabs };
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
  listenToActions(panel, model, signal);
  const outers = createOuters(panel, model, signal);
  const mistakes = createMistakes(panel, signal);
  const derivations = createDerivations(panel, model, signal);
  const answer = createAnswers(model);
  const view = { late: false };
  let patience = 0;
  /** @type {Record<string, any> | null} */
  let told = null;

  function fit() {
    fitFormulas(panel);
    fitTables(panel);
  }

  /** Show what is known, without a blank in between: the old picture turns into the new one. */
  function draw() {
    drawHead();
    if (told) drawPanel();
  }

  function drawHead() {
    for (const tab of head.tabs) {
      const chosen = tab.dataset.tab === state.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `tab-${state.tab}`);
    head.follow.hidden = state.follow;
    head.stack.hidden = !(state.film?.batch > 1);
    head.stack.setAttribute("aria-pressed", String(state.stacked));
  }

  /** Until the answer is here the old tab stays, for a while. */
  const shownTab = () => (told?.tabs[state.tab] || view.late ? state.tab : panel.dataset.tab);

  function drawPanel() {
    const heading = html("h2", {}, ...partNodes(told.heading, state.digits));
    morph(head.heading, heading);
    head.meta.textContent = told.meta;
    const fresh = /** @type {HTMLElement} */ (panel.cloneNode(false));
    const tab = shownTab();
    fresh.append(...renderBlocks(told.tabs[tab] ?? WAITING, { digits: state.digits }),
      ...footnotes(state.film, told.node, tab, state.digits));
    const same = root.dataset.node === told.node && panel.dataset.tab === tab;
    if (same) morph(panel, fresh);
    else {
      panel.replaceChildren(...fresh.childNodes);
      panel.scrollTop = 0;
    }
    root.dataset.node = told.node;
    panel.dataset.tab = tab;
    panel.querySelectorAll("canvas").forEach(paint);
    derivations.show();
    fit();
    outers.show();
    mistakes.show();
    links.show();
  }

  /** Fetch the tab of the selected line; the last one stays until it is here, marked as waiting. */
  async function open() {
    const { film, selected, tab, stacked, entries } = state;
    if (!film || !selected) return;
    root.setAttribute("aria-busy", "true");
    view.late = false;
    clearTimeout(patience);
    patience = setTimeout(() => { view.late = true; draw(); }, AWHILE);
    drawHead();
    if (told && shownTab() !== panel.dataset.tab) drawPanel();
    const reply = await answer(selected);
    if (signal.aborted || film !== state.film || selected !== state.selected || tab !== state.tab
      || stacked !== state.stacked || entries !== state.entries) return;
    clearTimeout(patience);
    view.late = false;
    root.removeAttribute("aria-busy");
    told = reply.told ?? { node: selected, heading: [selected], meta: "", tabs: { [tab]: [refusal(reply)] } };
    draw();
  }

  /** While a film plays, its lines are asked for one after the other before it comes to them: then nothing is. */
  async function askAhead() {
    const { film, step } = state;
    const lines = new Set(film?.steps.slice(step).map(({ node }) => node));
    if (lines.size > MOST_AHEAD) return;
    for (const line of lines) {
      if (!state.playing || !state.follow || film !== state.film || signal.aborted) return;
      await answer(line);
    }
  }

  /** An entry that is to be worked out: "2,1" of W. @param {DOMStringMap} entry */
  function pick({ of, entry }) {
    model.set({ entries: { ...state.entries, [of ?? ""]: (entry ?? "").split(",").map(Number) } });
  }

  /** @param {object} reply */
  function refusal({ reason = t("There is nothing to say about this line.") }) {
    return { kind: "note", parts: [reason] };
  }

  head.list.addEventListener("click", (event) => {
    const tab = event.target instanceof Element ? event.target.closest("[role=tab]") : null;
    if (tab instanceof HTMLElement) model.set({ tab: tab.dataset.tab ?? state.tab });
  }, { signal });
  head.list.addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = TABS.indexOf(state.tab);
    const next = Number.isFinite(move) ? (at + move + TABS.length) % TABS.length : move < 0 ? 0 : TABS.length - 1;
    model.set({ tab: TABS[next] });
    head.tabs[next].focus();
  }, { signal });
  panel.addEventListener("click", (event) => {
    const entry = event.target instanceof Element ? event.target.closest("[data-entry]") : null;
    if (entry instanceof HTMLElement && !entry.closest(".unserved")) pick(entry.dataset); // another would have to be computed
  }, { signal });
  head.stack.addEventListener("click", () => model.set({ stacked: !state.stacked }), { signal });
  head.wider.addEventListener("click", () => model.set({ wide: !state.wide }), { signal });
  model.on(["wide"], () => {
    head.wider.setAttribute("aria-pressed", String(state.wide));
    root.classList.toggle("wide", state.wide);
  });
  head.follow.addEventListener("click", () => {
    model.set({ follow: true });
    // The button goes away; the focus must not.
    head.tabs.find((tab) => tab.tabIndex === 0)?.focus();
  }, { signal });

  const observer = new ResizeObserver(fit);
  observer.observe(panel);
  document.fonts.addEventListener("loadingdone", fit, { signal }); // what was measured before was another font's
  signal.addEventListener("abort", () => observer.disconnect());
  model.on(["film", "selected", "tab", "stacked", "entries"], open);
  model.on(["digits", "follow", "look"], draw);
  model.on(["playing"], () => { if (state.playing) askAhead(); });
  draw();
}
