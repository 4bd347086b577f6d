/**
 * What is to be seen of a node or an edge at a step: pure functions of the film. Any step can be asked for directly, so
 * stepping back and seeking show exactly what stepping forward showed.
 */

import { read } from "explorer/film.js";

/** @typedef {import("explorer/film.js").Film} Film */
/** @typedef {import("explorer/film.js").FilmNode} FilmNode */
/** @typedef {"waiting" | "partial" | "done" | "zero" | "stale"} Look */
/** @typedef {{state: Look, numbers: Float64Array | null}} Shown */

/** What an edit on its way has made untrue. @typedef {{values: Set<string>, gradients: boolean}} Outdated */

/** @type {Outdated} */
export const NOTHING_OUTDATED = { values: new Set(), gradients: false };

/**
 * @param {Film} film @param {FilmNode} node @param {number} step @param {Outdated} [outdated]
 * @returns {{value: Shown, gradient: Shown | null, contributions: string | null}}
 */
export function nodeState(film, node, step, outdated = NOTHING_OUTDATED) {
  const arrived = node.arrivals.filter(([at]) => at <= step);
  const count = arrived.reduce((sum, [, , readings]) => sum + readings, 0);
  return {
    value: valueState(film, node, step, outdated),
    gradient: node.gradient && gradientState(film, node, step, arrived, count, outdated),
    contributions: node.total ? `${count}/${node.total}` : null,
  };
}

/** The step at which the objective's own gradient is set. @type {WeakMap<Film, number>} */
const seeds = new WeakMap();

/** @param {Film} film @returns {number} */
function seedStep(film) {
  if (!seeds.has(film)) seeds.set(film, film.steps.findIndex(({ kind }) => kind === "seed") + 1);
  return seeds.get(film);
}

/** @param {number | null} from @param {number} step */
const reached = (from, step) => from !== null && from !== undefined && step >= from;

/** @returns {Shown} */
function valueState(film, node, step, outdated) {
  if (step < node.value_step) return { state: "waiting", numbers: null };
  const updated = reached(node.update_step, step);
  const numbers = read(film, updated ? node.update : node.value.at);
  if (reached(node.stale_value_step, step) || outdated.values.has(node.name)) return { state: "stale", numbers };
  return { state: node.zero_value && !updated ? "zero" : "done", numbers };
}

/** @returns {Shown} */
function gradientState(film, node, step, arrived, count, outdated) {
  if (node.total ? !count : step < seedStep(film)) return { state: "waiting", numbers: null };
  const whole = count === node.total && !(step < node.gradient_step);
  const numbers = whole ? read(film, node.gradient.at) : runningSum(film, node, arrived);
  if (reached(node.stale_gradient_step, step) || outdated.gradients) return { state: "stale", numbers };
  if (!whole) return { state: "partial", numbers };
  return { state: node.zero_gradient ? "zero" : "done", numbers };
}

/** What has come in so far, added up as the pass adds it. */
function runningSum(film, node, arrived) {
  const sum = new Float64Array(node.gradient.at[1]);
  for (const [, edge] of arrived) {
    const share = read(film, edge === null ? node.gradient.at : film.edges[edge].contribution);
    share.forEach((number, index) => {
      sum[index] += number;
    });
  }
  return sum;
}

/**
 * @param {Film} film @param {number} edge @param {number} step
 * @returns {{forward: boolean, backward: boolean, now: string | null}}  now: the phase of the step that runs along it
 */
export function edgeState(film, edge, step) {
  const { forward_step, backward_step } = film.edges[edge];
  const current = film.steps[step - 1];
  return {
    forward: reached(forward_step, step),
    backward: reached(backward_step, step),
    now: current?.edges.includes(edge) ? current.phase : null,
  };
}

/**
 * Which nodes and edges look different after each step than before it, so that a step touches no others.
 * @param {Film} film @returns {{nodes: Set<number>, edges: Set<number>}[]}  by step, from 0
 */
export function changesByStep(film) {
  const changes = Array.from({ length: film.steps.length + 2 }, () => ({ nodes: new Set(), edges: new Set() }));
  film.nodes.forEach((node, index) => {
    const { value_step, gradient_step, update_step, stale_value_step, stale_gradient_step } = node;
    const own = [value_step, gradient_step, update_step, stale_value_step, stale_gradient_step];
    const arrivals = node.total ? node.arrivals.map(([at]) => at) : [seedStep(film)];
    for (const step of [...own, ...arrivals]) {
      if (step) changes[step].nodes.add(index);
    }
  });
  film.edges.forEach(({ forward_step, backward_step }, index) => {
    for (const step of [forward_step, backward_step]) if (step) changes[step].edges.add(index);
  });
  film.steps.forEach(({ edges }, index) => {
    for (const edge of edges) for (const step of [index + 1, index + 2]) changes[step].edges.add(edge);
  });
  return changes;
}
