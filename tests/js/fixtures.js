/**
 * A small film by hand: s is read by f1 and f2, f2 also reads the parameter W, whose gradient is exactly zero; the loss adds.
 *   s = [1, -2]   f1 = s   f2 = W s, W = [0.5]   loss = sum(f1 + f2)
 */

const GEOMETRY = { header: 36, baseline: 25.2, caption: 20, label: 34, pad: 12, gap: 3, strip: 12, radius: 12, title: 18, shape: 12,
  note: 11, symbol: 15, least_symbol: 12.5, mark: 10.5, number: 13, shrinks: 0.66, least_digits: 3, mark_beside: false, large: 1 };

/** @returns {import("explorer/film.js").Film} */
export function smallFilm(changes = {}) {
  const numbers = [];
  const put = (...values) => {
    numbers.push(...values);
    return [numbers.length - values.length, values.length];
  };
  const block = (label, at, count, y) => ({ label, at, x: 46, y, rows: Array.from({ length: count }, (_, row) => row), columns: [0],
    stride: 1, hidden: 0, strip: false, cell_width: 74, cell_height: 26, caption: "left" });
  const node = (name, kind, column, row, value, gradient, more) => {
    const count = value.length;
    return { name, kind, symbol: [[name, ""]], title: [[name, ""]], operation: kind,
      shape: kind === "loss" ? [] : [count], shape_text: `(${count})`, batched: kind !== "param",
      editable: kind === "input" || kind === "param", x: column * 220, y: row * 200, width: 132, height: 150,
      value: block([[name, ""]], put(...value), count, 36),
      gradient: gradient && block([["∂L", ""]], put(...gradient), count, 40 + 29 * count), update: null, mean: null, mean_box: null,
      value_step: 0, gradient_step: null, total: 1, update_step: null, stale_value_step: null, stale_gradient_step: null,
      zero_value: false, zero_gradient: false, arrivals: [], ...more };
  };
  const nodes = [
    node("s", "input", 0, 0, [1, -2], [1.5, -0.5], { gradient_step: 8, total: 2, arrivals: [[6, 0, 1], [7, 1, 1]], stale_gradient_step: 9 }),
    node("W", "param", 1, 2, [0.5], [0], { gradient_step: 7, arrivals: [[7, 2, 1]], zero_gradient: true, update: put(0.25), update_step: 9,
      stale_gradient_step: 9 }),
    node("f1", "op", 1, 0, [1, -2], [1, 1], { value_step: 1, gradient_step: 5, arrivals: [[5, 3, 1]], stale_gradient_step: 9 }),
    node("f2", "op", 1, 1, [0.5, -1], [1, 1], { value_step: 2, gradient_step: 5, arrivals: [[5, 4, 1]], stale_value_step: 9 }),
    node("loss", "loss", 2, 0, [0], [1], { value_step: 3, gradient_step: 4, arrivals: [[4, null, 1]], zero_value: true, mean: put(7)[0],
      mean_box: { x: 46, y: 112, width: 74, height: 26, label: [["L", ""]], note: "mean" } }),
  ];
  const at = (name) => nodes.find((one) => one.name === name);
  const edge = (source, target, contribution, forward, backward) => ({ source, target, value: at(source).value.at, contribution,
    points: [[at(source).x + 132, at(source).y + 75], [at(target).x, at(target).y + 75]], forward_step: forward, backward_step: backward,
    label: [["∂L", ""]] });
  const edges = [
    edge("s", "f1", put(1, 1), 1, 6), edge("s", "f2", put(0.5, -1.5), 2, 7), edge("W", "f2", put(0), 2, 7),
    edge("f1", "loss", put(1, 1), 3, 5), edge("f2", "loss", put(1, 1), 3, 5),
  ];
  const step = (kind, phase, name, along) => ({ kind, phase, node: name, edges: along, tick: [[name, ""]], place: phase === "backward" ? "B5.2" : "",
    sentence: [`${kind} `, { strong: [{ label: [[name, ""]] }] }, " ", { number: -0.074756402 }] });
  const steps = [
    step("forward", "forward", "f1", [0]), step("forward", "forward", "f2", [1, 2]), step("forward", "loss", "loss", [3, 4]),
    step("seed", "loss", "loss", []), step("backward", "backward", "loss", [3, 4]), step("backward", "backward", "f1", [0]),
    step("backward", "backward", "f2", [1, 2]), step("accumulate", "backward", "s", []), step("update", "update", "W", []),
  ];
  return { version: 1, case: "test/small", title: "Small", group: "Tests", about: "", batch: 2, sample: 0, objective: "loss", numbers,
    learning_rate: 0.5, rate_label: [["η", ""]],
    width: 572, height: 550, geometry: GEOMETRY, nodes, edges, steps, ...changes };
}
