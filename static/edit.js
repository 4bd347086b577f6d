/**
 * Live edit: a field right over the cell, and nudges. What depends on the number is stale until its film is here.
 */

import { assign, html } from "explorer/dom.js";
import { read } from "explorer/film.js";

const NARROWEST = 92;
const FIGURES = 12;

/** What a cell stands for. @param {SVGElement} cell */
function subject(cell) {
  const node = cell.closest("[data-node]").dataset.node;
  return { node, index: JSON.parse(cell.dataset.index), cell: cell.dataset.cell };
}

/**
 * The number that the pass started with. After its update a parameter's cell shows the new one, but an edit is of the
 * old: to start from the new one would be to train once more.
 * @param {import("explorer/film.js").Film} film @param {SVGElement} cell
 */
function given(film, cell) {
  const { node, index } = subject(cell);
  const { shape, value } = film.nodes.find(({ name }) => name === node);
  return read(film, value.at)[index.reduce((flat, place, axis) => flat * shape[axis] + place, 0)];
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 * @param {AbortSignal} signal
 */
export function createEditor(model, stage, signal) {
  const { state } = model;
  /** @type {{field: HTMLElement, close: () => void} | null} */
  let open = null;
  /**
   * Numbers that nudges have come to, by cell: only the latest is sent.
   * @type {Map<string, {cell: SVGElement, sample: number, number: number}>}
   */
  const nudged = new Map();
  let sending = false;
  /** Nudges of one cell, as long as the focus stays there, are one change. */
  let visits = 0;

  /** @returns {Promise<object>} the reply: a film, or a refusal with its reason */
  async function submit(cell, text, sample = state.film.sample, stroke = null) {
    const { node, index } = subject(cell);
    model.set({ pending: [...state.pending, node] });
    const reply = await model.send({ type: "edit", node, index, text, sample }, { stroke });
    const place = state.pending.indexOf(node);
    model.set({ pending: state.pending.filter((_, other) => other !== place) });
    return reply;
  }

  /** The cell as it is now: a film may have come with other cards. */
  function focusOn({ node, cell }) {
    stage.card(node)?.querySelector(`[data-cell="${cell}"]`)?.focus();
  }

  /** Place the field over the cell, inside the stage. */
  function position(field, cell) {
    const at = cell.getBoundingClientRect();
    const box = stage.element.getBoundingClientRect();
    const width = Math.max(at.width + 8, NARROWEST);
    const left = Math.min(Math.max(at.left + at.width / 2 - width / 2 - box.left, 4), box.width - width - 4);
    const top = at.top + at.height / 2 - box.top;
    Object.assign(field.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
  }

  /** @param {SVGElement} cell @param {string} [text] @param {string} [reason]  why the text was refused */
  function edit(cell, text = String(given(state.film, cell)), reason = "") {
    open?.close();
    const what = subject(cell);
    const input = html("input", { type: "text", value: text, "aria-label": cell.getAttribute("aria-label"),
      autocomplete: "off", spellcheck: "false" });
    const refusal = html("p", { role: "alert" });
    const field = html("div", { class: "editor" }, input, refusal);

    /** Say why, under the field, or over it where there is no room, and inside the stage. */
    function tell(text) {
      refusal.textContent = text;
      const half = refusal.offsetWidth / 2;
      const middle = field.offsetLeft + field.offsetWidth / 2;
      const inside = Math.min(Math.max(middle, half + 4), stage.element.clientWidth - half - 4);
      refusal.style.marginLeft = `${inside - middle}px`;
      const below = refusal.getBoundingClientRect().bottom <= stage.element.getBoundingClientRect().bottom;
      Object.assign(refusal.style, below ? {} : { top: "auto", bottom: "100%", marginBottom: "6px" });
    }

    /** Taking the field away takes its focus, which would close it once more. */
    function close() {
      if (open?.field !== field) return;
      open = null;
      field.remove();
    }

    async function send() {
      if (input.value === text && !reason) {
        close();
        focusOn(what);
        return;
      }
      assign(input, { readonly: true, "aria-busy": "true" });
      const reply = await submit(cell, input.value);
      if (open?.field !== field) return;
      if (reply.type === "refused") {
        assign(input, { readonly: false, "aria-busy": null, "aria-invalid": "true" });
        tell(reply.reason);
        return;
      }
      close();
      focusOn(what);
    }

    function onKey(event) {
      if (event.key === "Enter" && !input.readOnly) send();
      else if (event.key === "Escape") {
        close();
        focusOn(what);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }

    input.addEventListener("keydown", onKey);
    input.addEventListener("blur", () => { if (!input.readOnly) close(); });
    stage.element.append(field);
    position(field, cell);
    open = { field, close };
    if (reason) tell(reason);
    input.focus();
    input.select();
  }

  /** Send what the nudges have come to, one request at a time. */
  async function flush() {
    if (sending) return;
    sending = true;
    for (const [key, { cell, number, sample }] of nudged) {
      const reply = await submit(cell, String(number), sample, `nudge ${key} ${visits}`);
      if (reply.type === "refused") {
        nudged.delete(key);
        edit(cell, String(number), reply.reason);
      } else if (nudged.get(key)?.number === number) nudged.delete(key);
    }
    sending = false;
    if (nudged.size) flush();
  }

  /** @param {SVGElement} cell @param {number} by */
  function nudge(cell, by) {
    const { node, cell: name } = subject(cell);
    const { sample } = state.film;
    const key = `${node} ${name} ${sample}`;
    const from = nudged.get(key)?.number ?? given(state.film, cell);
    nudged.set(key, { cell, sample, number: Number((from + by).toPrecision(FIGURES)) });
    if (state.away) submit(cell, String(nudged.get(key).number), sample, `nudge ${key} ${visits}`);
    else flush();
  }
  // Where nobody answers, nothing waits for an answer: what is sent is kept.
  model.on(["away"], () => {
    for (const [key, { cell, number, sample }] of nudged) submit(cell, String(number), sample, `nudge ${key} ${visits}`);
  });

  stage.element.addEventListener("dblclick", (event) => {
    const cell = event.target.closest?.("[data-index]");
    if (cell) edit(cell);
  }, { signal });
  stage.element.addEventListener("focusout", () => { visits += 1; }, { signal });
  stage.element.addEventListener("wheel", () => open?.close(), { signal, passive: true });
  return { edit, nudge };
}
