/**
 * A derivation: lines that are revealed one after another, as on a blackboard. What is drawn here shows all of them; the
 * controller hides those that are still to come, and shows how each one follows from the line before it.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { fitFormulas } from "explorer/fit.js";
import { REVEAL } from "explorer/keys.js";
import { t, withNodes } from "explorer/language.js";
import { still, sweep } from "explorer/sweep.js";

/** @typedef {import("explorer/explanation.js").Block} Block */
/** @typedef {import("explorer/explanation.js").View} View */
/** @typedef {(blocks: Block[], view: View) => HTMLElement[]} Render */

const buttons = () => Object.entries(REVEAL).map(([letter, action]) =>
  [action, { next: t("Next line"), all: t("All lines"), again: t("Start again") }[action], letter.toUpperCase()]);
const FIRST = 1; // lines that are in sight from the start

/** Several derivations of one line, one of them in sight. @param {Block} block @param {View} view @param {Render} render */
export function derivationSet({ blocks }, view, render) {
  const offered = blocks.map(({ key, choice }) => html("button", { type: "button", "data-derivation": key }, ...htmlLabel(choice)));
  const choices = html("div", { class: "derivations", role: "group", "aria-label": t("Derivation of") }, ...offered);
  return html("div", {}, choices, ...blocks.map((block) => derivation(block, view, render)));
}

/** @param {Block} block @param {View} view @param {Render} render @returns {HTMLElement} */
export function derivation({ key, of, wrt, title, entries, steps }, view, render) {
  const heading = render([{ kind: "section", title, badge: "", blocks: [] }], view)[0].querySelector("h3") ?? "";
  return html("section", { class: "derivation", "data-key": key, "data-of": of, "data-wrt": wrt }, heading,
    ...entries.map(picker),
    html("div", { class: "reveal", role: "group", "aria-label": t("Lines of the derivation") },
      ...buttons().map(([action, text, letter]) => html("button", { type: "button", class: "tool", "data-reveal": action,
        "aria-keyshortcuts": letter }, text)),
      html("span", { class: "progress" })),
    html("ol", { class: "derived" }, ...steps.map((step) => stepItem(step, view, render))),
    html("p", { class: "said", "aria-live": "polite" }));
}

/** @param {Block} step @param {View} view @param {Render} render */
function stepItem({ title, badge, blocks, note }, view, render) {
  const heading = render([{ kind: "section", title, badge: badge ?? "", blocks: [] }], view)[0].querySelector("h3");
  const item = html("li", { class: "step" }, html("h4", {}, ...(heading?.childNodes ?? [])), ...render(blocks, view));
  const lines = item.querySelectorAll(".line");
  blocks.flatMap((block) => block.lines ?? []).forEach(({ moves }, place) => {
    if (moves) lines[place].setAttribute("data-moves", "");
  });
  if (note.length) {
    const [remark] = render([{ kind: "note", parts: note }], view);
    remark.classList.add("remark");
    item.append(remark);
  }
  return item;
}

/** The entries of a line, laid out as the line is: one of them is worked out. */
export function picker({ node, label, columns, choices, chosen }) {
  const entries = choices.map(({ index, label: name }) => html("button", { type: "button", "data-of": node, "data-entry": index.join(),
    "aria-pressed": String(index.join() === chosen.join()) }, ...htmlLabel(name)));
  return html("div", { class: "picker", role: "group", "aria-label": t("Entry that is worked out") },
    html("span", { class: "symbol" }, ...withNodes(t("Entry of {label}"), { label: htmlLabel(label) })),
    html("div", { class: "choices", style: `--columns: ${Math.min(columns, 6)}` }, ...entries));
}

/** The lines of a derivation, and the remarks that stand as lines, in order. @param {Element} section */
const linesOf = (section) => /** @type {HTMLElement[]} */ ([...section.querySelectorAll(".step .line, .step > .note:not(.remark)")]);

/** @param {Element} panel */
const sectionsOf = (panel) => /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(".derivation")]);

/** A name for the derivations of one line, among which the reader chooses. @param {HTMLElement[]} sections */
const nameOf = (sections) => sections.map(({ dataset }) => dataset.key).join(" ");

/**
 * Keeps which derivation is in sight and how far each has been revealed, over every redrawing.
 * @param {HTMLElement} panel  never morphed itself; what is in it comes and goes
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 */
export function createDerivations(panel, model, signal) {
  /** @type {Map<string, number>} */
  const revealed = new Map();
  /** @type {Map<string, string>} */
  const chosen = new Map();
  let shownCase = "";

  /** Bring what was just drawn to where the reader is. */
  function show() {
    const { film } = model.state;
    if (film && film.case !== shownCase) {
      shownCase = film.case;
      revealed.clear();
      chosen.clear();
    }
    const sections = sectionsOf(panel);
    const picked = chosen.get(nameOf(sections));
    const inSight = sections.find(({ dataset }) => dataset.key === picked) ?? sections[0];
    for (const section of sections) {
      section.hidden = section !== inSight;
      uncover(section);
    }
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("button[data-derivation]"))) {
      button.setAttribute("aria-pressed", String(button.dataset.derivation === inSight?.dataset.key));
    }
  }

  /** @param {HTMLElement} section */
  function uncover(section) {
    const lines = linesOf(section);
    const count = Math.min(revealed.get(section.dataset.key ?? "") ?? FIRST, lines.length);
    lines.forEach((line, place) => {
      line.hidden = place >= count;
      const shapes = line.nextElementSibling;
      if (shapes?.classList.contains("ledger")) /** @type {HTMLElement} */ (shapes).hidden = line.hidden;
    });
    for (const step of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll(".step"))) {
      const own = linesOf(section).filter((line) => step.contains(line));
      step.hidden = own.every((line) => line.hidden);
      const remark = /** @type {HTMLElement | null} */ (step.querySelector(".remark"));
      if (remark) remark.hidden = own.some((line) => line.hidden);
      for (const formula of /** @type {NodeListOf<HTMLElement>} */ (step.querySelectorAll(".formula"))) {
        formula.hidden = [...formula.querySelectorAll(".line")].every((line) => /** @type {HTMLElement} */ (line).hidden);
      }
    }
    const progress = section.querySelector(".progress");
    if (progress) progress.textContent = t("{n} of {all}", { n: count, all: lines.length });
  }

  /** @param {HTMLElement} section @param {string} action */
  function act(section, action) {
    const lines = linesOf(section);
    const key = section.dataset.key ?? "";
    const before = Math.min(revealed.get(key) ?? FIRST, lines.length);
    const after = { next: Math.min(before + 1, lines.length), all: lines.length, again: FIRST }[action] ?? before;
    revealed.set(key, after);
    still(section);
    uncover(section);
    fitFormulas(panel);
    if (action === "next" && after > before) present(section, lines[after - 1], lines[after - 2], after, lines.length);
    else if (action === "again") panel.scrollTop = 0;
  }

  /** A line that has just been revealed: it comes in, is brought in sight and said. */
  function present(section, line, above, place, count) {
    line.classList.add("fresh");
    if (above?.hasAttribute("data-moves") && above.parentElement === line.parentElement) sweep(above, line);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const box = line.querySelector(".chunks") ?? line;
    box.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    const said = section.querySelector(".said");
    if (said) {
      said.textContent = t("Line {n} of {all}: {line}", { n: place, all: count, line: line.getAttribute("aria-label") ?? line.textContent });
    }
  }

  panel.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-reveal], [data-derivation]") : null;
    if (!(button instanceof HTMLElement)) return;
    const section = /** @type {HTMLElement | null} */ (button.closest(".derivation"));
    if (section) act(section, button.dataset.reveal ?? "");
    else {
      chosen.set(nameOf(sectionsOf(panel)), button.dataset.derivation ?? "");
      show();
      fitFormulas(panel);
    }
  }, { signal });
  panel.addEventListener("keydown", (event) => {
    const action = model.state.shortcuts && REVEAL[event.key.toLowerCase()];
    const section = /** @type {HTMLElement | null} */ (panel.querySelector(".derivation:not([hidden])"));
    if (!action || !section || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(section, action);
  }, { signal });
  return { show };
}
