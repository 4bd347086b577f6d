/**
 * One node of the graph as a card: title, shape, value cells, gradient cells.
 */

import { createBlock } from "explorer/cells.js";
import { assign, plainLabel, svg, svgLabel } from "explorer/dom.js";
import { spokenNode } from "explorer/film.js";
import { t } from "explorer/language.js";
import { fitted, halved, textWidth, wrapped } from "explorer/text.js";

/** @typedef {import("explorer/film.js").FilmNode} FilmNode */

const SPACE = 8;
const NOTE_LEADING = 12.5;
const BESIDE_SIZE = 12;
const FRAME = 4;
const NOTE_AWAY = 4;

/** @param {import("explorer/player.js").Look} state @returns {string} */
function spokenValue(state) {
  return { waiting: t("value not computed yet"), partial: t("value partly accumulated"), done: t("value computed"),
    zero: t("value exactly zero"), stale: t("value stale") }[state];
}

/** @param {import("explorer/player.js").Look} state @returns {string} */
function spokenGradient(state) {
  return { waiting: t("gradient not computed yet"), partial: t("gradient partly accumulated"), done: t("gradient computed"),
    zero: t("gradient exactly zero"), stale: t("gradient stale") }[state];
}

/** How far a card's value and gradient are. @param {ReturnType<typeof import("explorer/player.js").nodeState>} state */
export function spokenStates({ value, gradient }) {
  return [spokenValue(value.state), ...(gradient ? [spokenGradient(gradient.state)] : [])].join(", ");
}

/** The shape after what kind of a line it is, where its title does not tell. @param {FilmNode} node @returns {string} */
function kindAndShape({ kind, shape_text: shape }) {
  return { input: t("input {shape}", { shape }), target: t("target {shape}", { shape }), param: t("param {shape}", { shape }) }[kind] ?? shape;
}

/** Title at the left, kind and shape at the right, both inside the card. */
function heading(node, geometry) {
  const { pad } = geometry;
  const left = node.x + pad;
  const shape = geometry.shape ? kindAndShape(node) : "";
  const room = node.width - 2 * pad;
  const baseline = node.y + geometry.baseline;
  const title = plainLabel(node.title);
  const spare = room - SPACE - textWidth(title, geometry.title, "sans", "600");
  const shapeSize = fitted(shape, geometry.shape, "mono", Math.max(spare, room / 2));
  const titleSize = fitted(title, geometry.title, "sans", room - (shape && SPACE) - textWidth(shape, shapeSize, "mono"), "600");
  const heads = svg("text", { class: "title", x: left, y: baseline, "font-size": titleSize }, ...svgLabel(node.title));
  if (!shape) return [heads];
  return [
    heads,
    svg("text", { class: "shape", x: left + room, y: baseline, "font-size": shapeSize, "text-anchor": "end" }, shape),
  ];
}

/** What stands where a gradient would: beside a column; below anything else, on one line where that fits, else on two. */
function note(node, { pad, note: wanted }) {
  const { value } = node;
  const whole = t("no gradient: never updated");
  if (value.caption === "above") {
    const height = value.rows.length * value.cell_height;
    const left = value.x + value.cell_width + pad;
    const lines = wrapped(whole, BESIDE_SIZE, "sans", value.cell_width - NOTE_AWAY);
    const size = Math.min((BESIDE_SIZE * height) / (lines.length * NOTE_LEADING),
      ...lines.map((line) => fitted(line, BESIDE_SIZE, "sans", node.width - left - NOTE_AWAY)));
    const top = node.y + value.y + (height - (lines.length * NOTE_LEADING * size) / BESIDE_SIZE) / 2;
    return noteText(lines, size, node.x + left, top + (wanted * size) / BESIDE_SIZE, (NOTE_LEADING * size) / BESIDE_SIZE);
  }
  const room = node.width - 2 * pad;
  const lines = textWidth(whole, wanted, "sans") <= room ? [whole] : halved(whole, "sans");
  const size = Math.min(...lines.map((line) => fitted(line, wanted, "sans", room)));
  const first = node.y + node.height - 10 - (lines.length - 1) * NOTE_LEADING;
  return noteText(lines, size, node.x + pad, first);
}

/** @param {string[]} lines @param {number} size @param {number} x @param {number} y  of the first line @param {number} [leading] */
function noteText(lines, size, x, y, leading = NOTE_LEADING) {
  return svg("text", { class: "note", "font-size": size },
    ...lines.map((line, place) => svg("tspan", { x, y: y + place * leading }, line)));
}

/** The loss card's other cell: the objective, the mean or the sum over the batch. */
function meanBlock(node, geometry) {
  const { x, y, width, height, label, note } = node.mean_box;
  const block = { label, note, at: [node.mean, 1], x, y, rows: [0], columns: [0], stride: 1,
    cell_width: width, cell_height: height, caption: "left", strip: false, hidden: 0 };
  return createBlock({ ...node, shape: [], editable: false }, "mean", block, geometry);
}

/**
 * What a loss on logits keeps inside: the probabilities, which are shown and not gone by. A frame sets them apart.
 */
function insideBlock(node, geometry) {
  const { inside } = node;
  const made = createBlock({ ...node, shape: inside.shape, editable: false }, "inside", inside, geometry);
  const above = inside.caption === "above";
  const [left, top] = above ? [inside.x, inside.y - geometry.caption + FRAME] : [inside.x - geometry.label, inside.y];
  const bottom = inside.y + inside.rows.length * (inside.cell_height + geometry.gap) - geometry.gap
    + (inside.strip ? geometry.strip : 0);
  const frame = svg("rect", { class: "frame", x: node.x + left - FRAME, y: node.y + top - FRAME,
    width: inside.x - left + inside.cell_width + 2 * FRAME, height: bottom - top + 2 * FRAME, rx: 2 * FRAME });
  made.element.prepend(frame);
  return made;
}

/** What is inside is computed when the value is, and goes stale with it. */
function insideState({ state, numbers }, probabilities) {
  return { state: state === "zero" ? "done" : state, numbers: numbers && probabilities };
}

/** The mean is there when the loss is, and zero or not by itself. */
function meanState({ state, numbers }, meanNumbers) {
  if (!numbers || state === "stale") return { state, numbers: numbers && meanNumbers };
  return { state: meanNumbers[0] === 0 ? "zero" : "done", numbers: meanNumbers };
}

/**
 * @param {FilmNode} node @param {import("explorer/film.js").Geometry} shared  by the cards that have no geometry of their own
 */
export function createCard(node, shared) {
  const geometry = node.geometry ?? shared;
  const { radius } = geometry;
  const body = svg("rect", { class: "body", x: node.x, y: node.y, width: node.width, height: node.height, rx: radius });
  const value = createBlock(node, "value", node.value, geometry);
  const gradient = node.gradient && createBlock(node, "gradient", node.gradient, geometry);
  const mean = node.mean_box && meanBlock(node, geometry);
  const inside = node.inside && insideBlock(node, geometry);
  const element = svg("g", { class: "card", role: "group", tabindex: 0, "data-node": node.name, "data-kind": node.kind,
    "aria-label": spokenNode(node) }, body, ...heading(node, geometry), value.element);
  if (gradient) element.append(gradient.element);
  else if (node.kind === "target" && geometry.note) element.append(note(node, geometry));
  for (const block of [mean, inside]) if (block) element.append(block.element);
  let drawn = "";

  /**
   * @param {ReturnType<typeof import("explorer/player.js").nodeState>} state
   * @param {Float64Array | null} meanNumbers @param {number | "all"} digits
   * @param {Float64Array | null} [probabilities]  inside the line
   */
  function update(state, meanNumbers, digits, probabilities = null) {
    value.update(state.value, "", digits);
    gradient?.update(state.gradient, state.contributions, digits);
    mean?.update(meanState(state.value, meanNumbers), "", digits);
    inside?.update(insideState(state.value, probabilities), "", digits);
    const key = `${state.value.state} ${state.gradient?.state} ${state.contributions}`;
    if (key === drawn) return;
    drawn = key;
    assign(element, { "data-state-value": state.value.state, "data-state-gradient": state.gradient?.state,
      "data-contributions": state.contributions, "aria-description": spokenStates(state) });
  }

  /** Take over what the conventions say of the same cells; it is drawn at the next update. @param {FilmNode} next */
  function recast(next) {
    value.recast(next, next.value);
    gradient?.recast(next, next.gradient);
    mean?.recast(next, next.mean_box);
    inside?.recast(next, next.inside);
  }

  /** Whether a pulse is still on its way to this part of the card. @param {"value" | "gradient"} part */
  function hold(part, held) {
    (part === "value" ? value : gradient)?.element.classList.toggle("arriving", held);
  }

  /** Only a card away from its place has a transform. @param {number} dx @param {number} dy */
  function move(dx, dy) {
    assign(element, { transform: dx || dy ? `translate(${dx} ${dy})` : null });
  }
  return { element, update, recast, hold, move };
}
