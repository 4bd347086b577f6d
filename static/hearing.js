/**
 * What the card that has the focus says to those who hear the page: its numbers, and what has just happened to it. The
 * other cards say only how far they are.
 */

import { html } from "explorer/dom.js";
import { spokenStates } from "explorer/draw.js";
import { read } from "explorer/film.js";
import { formatNumber } from "explorer/format.js";
import { t } from "explorer/language.js";
import { nodeState } from "explorer/player.js";
import { sentenceNodes } from "explorer/transport.js";

/** Numbers that are read out one by one; of more, the least and the largest. */
const MOST = 16;

/** @param {Float64Array} numbers @param {number} sign @param {number | "all"} digits @returns {string} */
function numbersSaid(numbers, sign, digits) {
  const shown = Array.from(numbers, (number) => sign * number);
  const said = (number) => formatNumber(number, digits);
  if (shown.length <= MOST) return shown.map(said).join("; ");
  return t("{n} numbers, from {least} to {largest}",
    { n: shown.length, least: said(Math.min(...shown)), largest: said(Math.max(...shown)) });
}

/** @param {{state: string, numbers: Float64Array | null}} value @param {number | "all"} digits @returns {string} */
function valueSaid({ state, numbers }, digits) {
  if (!numbers) return t("value not computed yet");
  const told = { numbers: numbersSaid(numbers, 1, digits) };
  if (state === "stale") return t("value {numbers}, stale", told);
  return state === "zero" ? t("value exactly zero") : t("value {numbers}", told);
}

/** @param {{state: string, numbers: Float64Array | null}} gradient @param {number} sign @param {string | null} came */
function gradientSaid({ state, numbers }, sign, came, digits) {
  if (!numbers) return t("gradient not computed yet");
  const told = { numbers: numbersSaid(numbers, sign, digits), came: came ?? "" };
  if (state === "partial") return t("gradient {numbers} so far, {came} contributions", told);
  if (state === "stale") return t("gradient {numbers}, stale", told);
  return state === "zero" ? t("gradient exactly zero") : t("gradient {numbers}", told);
}

/** Over the batch, as the conventions have it. @param {string} numbers @param {boolean} sum @param {boolean} stale */
function objectiveSaid(numbers, sum, stale) {
  if (stale) return sum ? t("sum over the batch {numbers}, stale", { numbers }) : t("mean over the batch {numbers}, stale", { numbers });
  return sum ? t("sum over the batch {numbers}", { numbers }) : t("mean over the batch {numbers}", { numbers });
}

/**
 * What a loss has beside its value: the objective over the batch, and what it keeps inside. Both are there when it is.
 * @param {import("explorer/film.js").Film} film @param {import("explorer/film.js").FilmNode} node
 * @param {{state: string, numbers: Float64Array | null}} value @param {number | "all"} digits @returns {string[]}
 */
function besideSaid(film, node, { state, numbers: known }, digits) {
  const stale = state === "stale";
  const said = [];
  if (known && node.mean_box) {
    said.push(objectiveSaid(numbersSaid(film.numbers.subarray(node.mean, node.mean + 1), 1, digits), film.reduction === "sum", stale));
  }
  if (known && node.inside) {
    const numbers = numbersSaid(read(film, node.inside.at), 1, digits);
    said.push(stale ? t("probabilities inside {numbers}, stale", { numbers }) : t("probabilities inside {numbers}", { numbers }));
  }
  return said;
}

/** Whether the step is about the line, or sends it something. @param {import("explorer/film.js").Film} film */
function concerns(film, step, name) {
  const { node, edges } = film.steps[step - 1] ?? { node: null, edges: [] };
  return node === name || edges.some((edge) => film.edges[edge].source === name || film.edges[edge].target === name);
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 * @param {AbortSignal} signal
 */
export function createHearing(model, stage, signal) {
  const { state } = model;

  /** @param {Element | null} card */
  function describe(card) {
    const { film, step, digits } = state;
    const node = film?.nodes.find(({ name }) => name === card?.dataset.node);
    if (!card || !node) return;
    const { value, gradient, contributions } = nodeState(film, node, step);
    const said = [valueSaid(value, digits), ...besideSaid(film, node, value, digits)];
    if (gradient) said.push(gradientSaid(gradient, node.gradient.sign ?? 1, contributions, digits));
    const sentence = concerns(film, step, node.name) ? film.steps[step - 1].sentence : null;
    if (sentence) said.push(t("just now: {sentence}", { sentence: html("span", {}, ...sentenceNodes(sentence, digits)).textContent }));
    card.setAttribute("aria-description", said.reduce((first, next) => t("{first}. {next}", { first, next })));
  }

  /** What was said of it would soon be old. @param {Element | null} card */
  function forget(card) {
    const node = state.film?.nodes.find(({ name }) => name === card?.dataset.node);
    if (node) card.setAttribute("aria-description", spokenStates(nodeState(state.film, node, state.step)));
  }

  const focused = () => stage.element.querySelector("[data-node]:focus");
  stage.element.addEventListener("focusin", (event) => describe(event.target.closest?.("[data-node]")), { signal });
  stage.element.addEventListener("focusout", (event) => forget(event.target.closest?.("[data-node]")), { signal });
  model.on(["film", "step", "digits", "told"], () => describe(focused()));
}
