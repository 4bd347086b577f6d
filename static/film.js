/**
 * The film: a whole pass as data. Here are its types and the questions one can ask it without knowing the step.
 */

import { t } from "explorer/language.js";
import { spelled } from "explorer/spelling.js";

/** @typedef {import("explorer/dom.js").Label} Label */
/**
 * @typedef {object} Geometry  what all cards share, in layout units
 * @property {number} header
 * @property {number} baseline  of the title
 * @property {number} caption  height of a symbol's line above its cells
 * @property {number} label  width of a symbol's column beside its cells
 * @property {number} pad
 * @property {number} gap
 * @property {number} strip
 * @property {number} radius
 * From here on sizes of type; 0 where there is none:
 * @property {number} title
 * @property {number} shape
 * @property {number} note
 * @property {number} symbol
 * @property {number} least_symbol  a symbol that would be smaller is abbreviated
 * @property {number} mark  of a state
 * @property {boolean} mark_beside  the symbol, not below it
 * @property {number} number
 * @property {number} shrinks  how far a number's type shrinks before digits go
 * @property {number} least_digits  that a number keeps
 * @property {number} large  how many times larger than on the page are pulses and arrows
 */
/** @typedef {[number, number]} Span  offset and count in the film's numbers */
/**
 * @typedef {object} Block  a tensor as rows and columns of cells; null stands for the gap "… n"
 * @property {Label} label
 * @property {Label} [brief]  the same where room is scarcer still
 * @property {string} [note]  a word under the symbol, while there is no state to mark
 * @property {string} [turned]  says that the tensor lies the other way than its cells
 * @property {1 | -1} [sign]  -1: the symbol stands for minus the numbers, and so the cells show them
 * @property {Span} at
 * @property {number} x  left edge of the first cell, from the card's corner
 * @property {number} y
 * @property {(number | null)[]} rows
 * @property {(number | null)[]} columns
 * @property {number} cell_width
 * @property {number} cell_height
 * @property {number} stride  entries from one row to the next
 * @property {"left" | "above"} caption  where the symbol stands
 * @property {boolean} strip  whether a heat strip of all entries runs under the cells
 * @property {number} hidden  how many entries have no cell of their own
 */
/**
 * @typedef {object} FilmNode
 * @property {string} name
 * @property {"input" | "target" | "param" | "op" | "loss"} kind
 * @property {string | null} operation  input, target, parameter, or what is computed; null where the title says it
 * @property {Label} symbol
 * @property {Label} title
 * @property {number[]} shape
 * @property {string} shape_text
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {Block} value
 * @property {Block | null} gradient  null for targets
 * @property {Span | null} update
 * @property {number | null} mean
 * @property {{x: number, y: number, width: number, height: number, label: Label, note: string} | null} mean_box
 * @property {Block & {shape: number[]} | null} inside  the probabilities inside a loss on logits
 * @property {number} value_step
 * @property {number | null} gradient_step
 * @property {[number, number | null, number][]} arrivals  step, edge (null: the seed), readings
 * @property {number} total
 * @property {number | null} update_step
 * @property {number | null} stale_value_step
 * @property {number | null} stale_gradient_step
 * @property {boolean} zero_value
 * @property {boolean} zero_gradient
 * @property {boolean} editable
 * @property {string[]} axes  what a matrix's two indices are: row and column, or to and from
 * @property {boolean} batched
 * @property {Geometry} [geometry]  its own, where cards differ
 * @property {boolean} [near]  whether the step is about it, where cards differ
 */
/**
 * @typedef {object} FilmEdge
 * @property {string} source
 * @property {string} target
 * @property {[number, number][]} points
 * @property {Span} value
 * @property {Span | null} contribution
 * @property {number} forward_step
 * @property {number | null} backward_step
 * @property {Label | null} label
 */
/** @typedef {string | {label: Label, node?: string} | {number: number, negated?: boolean} | {strong: Part[]}} Part */
/**
 * @typedef {object} FilmStep
 * @property {"forward" | "seed" | "backward" | "accumulate" | "update"} kind
 * @property {"forward" | "loss" | "backward" | "update"} phase
 * @property {string} node
 * @property {number[]} edges
 * The rest are its words, which a long film leaves for later:
 * @property {Label} [tick]
 * @property {string} [place]
 * @property {string[]} [identity]  numbers of the CS224n gradient notes
 * @property {Part[]} [sentence]
 * @property {Part[][]} [notes]  for whoever speaks
 */
/**
 * @typedef {object} Conventions  those in force, and the choices in the lesson's letters
 * @property {"row" | "column"} gradients
 * @property {"plus" | "minus"} sign
 * @property {"row-column" | "from-to"} weights
 * @property {[string, string] | null} delta  δ and what it names, ∂E/∂s
 * @property {Record<string, string> | null} entry  an entry of W in either order of its indices
 */
/**
 * @typedef {object} Film
 * @property {string} case
 * @property {string} title
 * @property {number} batch
 * @property {number} sample
 * @property {[number, number]} [held]  the samples that there are, where not all are: the first, and how many
 * @property {string} about
 * @property {Part[][]} [notes]  for whoever speaks, before the first step
 * @property {string} objective
 * @property {number} learning_rate
 * @property {Label} rate_label
 * @property {Conventions} conventions
 * @property {Float64Array} numbers
 * @property {number} width
 * @property {number} height
 * @property {Geometry} geometry
 * @property {FilmNode[]} nodes
 * @property {FilmEdge[]} edges
 * @property {FilmStep[]} steps
 * @property {import("explorer/errata.js").Erratum[]} errata
 */

/** @param {Film} film @param {Span} span @returns {Float64Array} */
export function read(film, [offset, count]) {
  return film.numbers.subarray(offset, offset + count);
}

/** What a screen reader says of a card: "h, sigmoid, shape 4". @param {FilmNode} node @returns {string} */
export function spokenNode({ name, operation, title, shape }) {
  const what = operation ?? spelled(title);
  if (!shape.length) return t("{name}, {what}, scalar", { name, what });
  const sizes = shape.map(String).reduce((rows, columns) => t("{rows} by {columns}", { rows, columns }));
  return t("{name}, {what}, shape {shape}", { name, what, shape: sizes });
}

/** @param {FilmEdge} edge @returns {string} */
export function edgeName(edge) {
  return `${edge.source}->${edge.target}`;
}

/**
 * The entry's place in a tensor, counted from 0; a scalar's is [].
 * @param {number[]} shape @param {number} flat  place in C order
 * @returns {number[]}
 */
export function indexOf(shape, flat) {
  const index = [];
  for (const size of [...shape].reverse()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}

/** @param {"value" | "gradient"} kind @param {number[]} index @returns {string} */
export function cellName(kind, index) {
  return `${kind}:${index.length ? index.join(",") : 0}`;
}

/**
 * How a person would say where the entry is: "W, row 1, column 2", or "W, from 2 to 1".
 * @param {string} name @param {number[]} index @param {string[]} [axes]  what a matrix's two indices are
 */
export function spokenCell(name, index, axes = ["row", "column"]) {
  if (index.length === 2 && axes.includes("from")) {
    return t("{name}, from {from} to {to}", { name, from: index[axes.indexOf("from")] + 1, to: index[axes.indexOf("to")] + 1 });
  }
  const [first, second] = index.map((place) => place + 1);
  if (index.length === 2) return t("{name}, row {row}, column {column}", { name, row: first, column: second });
  return [name, ...index.map((place, axis) => (axis ? t("axis {axis} {n}", { axis: axis + 1, n: place + 1 }) : t("entry {n}", { n: first })))]
    .join(", ");
}

/**
 * The nodes whose values depend on these, themselves left out unless they also depend on another of them.
 * @param {Film} film @param {string[]} names @returns {Set<string>}
 */
export function dependents(film, names) {
  /** @type {Map<string, string[]>} */
  const readers = new Map();
  for (const { source, target } of film.edges) {
    readers.set(source, [...(readers.get(source) ?? []), target]);
  }
  const found = new Set();
  const queue = [...names];
  while (queue.length) {
    for (const reader of readers.get(queue.pop()) ?? []) {
      if (!found.has(reader)) {
        found.add(reader);
        queue.push(reader);
      }
    }
  }
  return found;
}

/**
 * Where a step stands in its phase: the 4th of 6 backward steps.
 * @param {Film} film @param {number} step  1 is the first
 */
export function placeInPhase(film, step) {
  const { phase } = film.steps[step - 1];
  const same = film.steps.flatMap((other, index) => (other.phase === phase ? [index + 1] : []));
  return { phase, at: same.indexOf(step) + 1, of: same.length };
}
