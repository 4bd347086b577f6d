/**
 * The transport: buttons, timeline, speed, and the sentence that says what the step does.
 */

import { html, htmlLabel } from "explorer/dom.js";
import { slipMark } from "explorer/errata.js";
import { placeInPhase } from "explorer/film.js";
import { formatNumber, readNumber, shownNumber } from "explorer/format.js";
import { icon } from "explorer/icons.js";
import { t, withNodes } from "explorer/language.js";
import { phasePlace } from "explorer/phases.js";
import { createTimeline } from "explorer/timeline.js";

/** @typedef {import("explorer/film.js").Part} Part */

const SPEEDS = ["¼×", "⅓×", "½×", "¾×", "1×", "1½×", "2×", "3×", "4×"];

/**
 * @param {Part[]} parts @param {number | "all"} digits
 * @returns {Node[]}
 */
export function sentenceNodes(parts, digits) {
  return parts.flatMap((part) => {
    if (typeof part === "string") return [document.createTextNode(part)];
    if ("number" in part) {
      const number = shownNumber(readNumber(part.number), part.negated);
      return [html("span", { class: "figure" }, formatNumber(number, digits))];
    }
    if ("strong" in part) return [html("strong", {}, ...sentenceNodes(part.strong, digits))];
    return [html("i", {}, ...htmlLabel(part.label))];
  });
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/playback.js").createPlayback>} playback
 * @param {HTMLElement} passes  stands beside the sentence
 * @param {AbortSignal} signal
 */
export function createTransport(model, playback, passes, signal) {
  const { state } = model;
  const button = (action, name, act, kind = "") => {
    const attributes = { type: "button", class: `round ${kind}`, "data-action": action, "aria-label": name, title: name };
    const made = html("button", attributes, icon(action));
    made.addEventListener("click", act, { signal });
    return made;
  };
  const play = button("play", t("Play"), playback.toggle, "play");
  const first = button("first", t("First step"), playback.first);
  const previous = button("previous", t("Previous step"), playback.previous);
  const next = button("next", t("Next step"), playback.next);
  const last = button("last", t("Last step"), playback.last);
  const speed = html("select", { id: "choose-speed" }, ...SPEEDS.map((text, index) => html("option", { value: index + 1 }, text)));
  // A long sentence scrolls in its place: by keyboard, too.
  const narration = html("p", { class: "narration", "data-testid": "narration", "aria-live": "polite", tabindex: 0 });
  const element = html("footer", { class: "transport", "aria-label": t("Transport") },
    html("div", { class: "buttons" }, first, previous, play, next, last),
    createTimeline(model, playback.seek, signal),
    html("span", { class: "field" }, html("label", { for: "choose-speed" }, t("Speed")), speed),
    html("div", { class: "telling" }, narration, passes));

  function narrate() {
    const { film, step, digits, run } = state;
    const current = film.steps[step - 1];
    element.dataset.phase = current?.phase ?? "idle";
    if (!current) {
      const ready = run.pass
        ? t("{title}. Pass {pass} starts with the parameters that pass {before} has updated.", { pass: run.pass + 1, before: run.pass })
        : t("{title}. The inputs and the parameters are given. Press Play, or go one step.");
      narration.replaceChildren(...withNodes(ready, { title: html("strong", {}, film.title) }));
      return;
    }
    const count = html("span", { class: "count" }, phasePlace(placeInPhase(film, step)));
    const slip = slipMark(film, step);
    const place = [
      ...(current.place || slip.length
        ? [html("span", { class: "place", title: t("Place in the handout") }, current.place, ...slip), " "] : []),
      ...(current.identity ?? []).flatMap((number) =>
        [html("span", { class: "place identity", title: t("CS224n gradient notes") }, number), " "])];
    const last = step === film.steps.length && current.kind === "update";
    const invitation = last ? [" ", html("span", { class: "invitation" },
      t("The pass is over: “Next pass” goes on with the new parameters."))] : [];
    narration.replaceChildren(count, " ", ...place, ...sentenceNodes(current.sentence ?? [], digits), ...invitation);
  }

  function enable() {
    const [start, end] = [state.step === 0, state.step === (state.film?.steps.length ?? 0)];
    // Pale, not disabled: at its end a film takes another press without complaint, and the focus stays where it is.
    for (const made of [first, previous]) made.toggleAttribute("data-spent", start);
    for (const made of [next, last]) made.toggleAttribute("data-spent", end);
  }

  speed.addEventListener("change", () => model.set({ speed: Number(speed.value) }), { signal });
  speed.value = String(state.speed);
  model.on(["speed"], () => { speed.value = String(state.speed); });
  model.on(["film", "step", "digits", "told"], () => {
    if (!state.film) return;
    narrate();
    enable();
  });
  model.on(["playing"], () => {
    const name = state.playing ? t("Pause") : t("Play");
    play.replaceChildren(icon(state.playing ? "pause" : "play"));
    play.setAttribute("aria-label", name);
    play.title = name;
  });
  return element;
}
