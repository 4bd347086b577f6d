/**
 * A film by hand of two lines that can be one: p = σ(z), loss = BCE(p, y), and the same as loss = BCE(σ(z), y).
 *   z = [40]   y = [0]   p = [1]   loss = ∞ in two lines, 40 in one
 */

import { smallFilm } from "tests/fixtures.js";

const { geometry: GEOMETRY } = smallFilm();
export const PAIR = ["p", "loss"];

/** @param {boolean} fused @returns {import("explorer/film.js").Film} */
export function pairFilm(fused, changes = {}) {
  const numbers = [];
  const put = (...values) => {
    numbers.push(...values);
    return [numbers.length - values.length, values.length];
  };
  const block = (label, at, y) => ({ label: [[label, ""]], at, x: 46, y, rows: [0], columns: [0], stride: 1, hidden: 0,
    strip: false, cell_width: 74, cell_height: 26, caption: "left" });
  const node = (name, kind, x, title, value, gradient, more) => ({ name, kind, symbol: [[name, ""]], title: [[title, ""]],
    operation: kind, shape: kind === "loss" ? [] : [1], shape_text: "(1)", batched: true, editable: kind === "input",
    x, y: kind === "target" ? 200 : 0, width: 132, height: fused && kind === "loss" ? 160 : 110, value: block(name, put(value), 36),
    gradient: gradient === null ? null : block("∂L", put(gradient), 69), update: null, mean: null, mean_box: null, inside: null,
    value_step: 0, gradient_step: null, total: 1, update_step: null, stale_value_step: null, stale_gradient_step: null,
    zero_value: value === 0, zero_gradient: false, arrivals: [], ...more });
  const steps = fused ? ["forward loss", "seed loss", "backward loss", "update z"]
    : ["forward p", "forward loss", "seed loss", "backward loss", "backward p", "update z"];
  const at = (step) => steps.indexOf(step) + 1;
  const [sender, reader] = fused ? ["loss", "loss"] : ["p", "p"];
  const probability = fused ? [] : [node("p", "op", 220, "σ", 1, Infinity, { value_step: at("forward p"),
    gradient_step: at("backward loss"), arrivals: [[at("backward loss"), 2, 1]] })];
  const inside = fused ? { ...block("p", put(1), 110), shape: [1] } : null;
  const loss = node("loss", "loss", fused ? 260 : 440, fused ? "σ · BCE" : "BCE", fused ? 40 : Infinity, 1, { inside,
    value_step: at("forward loss"), gradient_step: at("seed loss"), arrivals: [[at("seed loss"), null, 1]] });
  const nodes = [
    node("z", "input", fused ? 20 : 0, "z", 40, fused ? 1 : Number.NaN, { gradient_step: at(`backward ${sender}`),
      arrivals: [[at(`backward ${sender}`), 0, 1]] }),
    node("y", "target", 440, "y", 0, null, { total: 0 }), ...probability, loss,
  ];
  const of = (name) => nodes.find((one) => one.name === name);
  const edge = (source, target, contribution, back) => ({ source, target, value: of(source).value.at, contribution,
    points: [[of(source).x + 132, of(source).y + 55], [of(target).x, of(target).y + 55]],
    forward_step: at(`forward ${target}`), backward_step: back ? at(`backward ${target}`) : null, label: [["∂L", ""]] });
  const edges = [edge("z", reader, put(fused ? 1 : Number.NaN), true), edge("y", "loss", null, false),
    ...(fused ? [] : [edge("p", "loss", put(Infinity), true)])];
  const told = steps.map((step) => {
    const [kind, name] = step.split(" ");
    return { kind, phase: kind === "seed" ? "loss" : kind, node: name, edges: [], tick: [[name, ""]], place: "", sentence: [step] };
  });
  return { version: 1, case: "test/pair", title: "Pair", group: "Tests", about: "", batch: 1, sample: 0, objective: "loss", numbers,
    width: fused ? 420 : 600, height: 330, geometry: GEOMETRY, nodes, edges, steps: told, ...changes };
}

/** The message that brings it. */
export function pairMessage(fused, changes = {}) {
  const settings = { gradients: "", sign: "", weights: "", reduction: "mean", fuse: fused };
  return { type: "film", film: pairFilm(fused, changes), fusible: PAIR, settings, edits: [], lessons: [] };
}
