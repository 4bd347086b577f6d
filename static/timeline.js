/**
 * The timeline: one tick per step, or one stretch per phase where there are too many, under a native slider.
 */

import { html, htmlLabel, plainLabel } from "explorer/dom.js";
import { t } from "explorer/language.js";
import { phaseName } from "explorer/phases.js";

const MOST_TICKS = 48;

/** @typedef {{phase: string, from: number, to: number, label: import("explorer/dom.js").Label}} Stretch */

/**
 * Step 0 is the first stretch.
 * @param {import("explorer/film.js").Film} film @returns {Stretch[]}
 */
export function stretches(film) {
  const each = film.steps.map(({ phase, tick }, index) => ({ phase, from: index + 1, to: index + 1, label: tick }));
  const start = { phase: "idle", from: 0, to: 0, label: [] };
  if (each.length <= MOST_TICKS) return [start, ...each];
  const joined = [];
  for (const tick of each) {
    const last = joined.at(-1);
    if (last?.phase === tick.phase) last.to = tick.to;
    else joined.push({ ...tick, label: [[phaseName(tick.phase), ""]] });
  }
  return [start, ...joined];
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {(step: number) => void} seek
 * @param {AbortSignal} signal
 */
export function createTimeline(model, seek, signal) {
  const { state } = model;
  const slider = html("input", { type: "range", min: 0, max: 0, value: 0, step: 1, "aria-label": t("Step") });
  const ticks = html("div", { class: "ticks", "aria-hidden": "true" });
  const head = html("div", { class: "playhead", "aria-hidden": "true" });
  const element = html("div", { class: "timeline" }, slider, ticks, head);
  /** @type {(Stretch & {element: HTMLElement})[]} */
  let parts = [];

  function build() {
    const film = state.film;
    parts = stretches(film).map((part) => {
      const count = part.to - part.from + 1;
      const tick = html("div", { class: "tick", "data-phase": part.phase, style: `flex-grow:${count}` },
        html("div", { class: "bar" }, html("div", { class: "fill" })), html("span", {}, ...htmlLabel(part.label)));
      return { ...part, element: tick };
    });
    ticks.replaceChildren(...parts.map((part) => part.element));
    slider.max = String(film.steps.length);
    element.style.setProperty("--positions", String(film.steps.length + 1));
    element.classList.toggle("long", film.steps.length > MOST_TICKS);
  }

  function show() {
    const { step, film } = state;
    slider.value = String(step);
    const current = film.steps[step - 1];
    const told = { step, all: film.steps.length, phase: phaseName(current?.phase ?? "idle") };
    slider.setAttribute("aria-valuetext", current?.tick
      ? t("Step {step} of {all}: {phase}, {line}", { ...told, line: plainLabel(current.tick) })
      : t("Step {step} of {all}: {phase}", told));
    element.style.setProperty("--at", String((step + 0.5) / (film.steps.length + 1)));
    for (const { element: tick, from, to } of parts) {
      const share = Math.min(Math.max((step - from + 1) / (to - from + 1), 0), 1);
      tick.style.setProperty("--share", String(share));
      tick.classList.toggle("now", from <= step && step <= to);
    }
  }

  slider.addEventListener("input", () => seek(Number(slider.value)), { signal });
  model.on(["film", "step", "told"], (_, changed) => {
    if (!state.film) return;
    if (changed.includes("film")) build();
    show();
  });
  return element;
}
